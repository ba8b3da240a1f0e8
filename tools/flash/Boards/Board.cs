using System;
using System.Globalization;
using System.Linq;
using Spore.CommandLine;
using Spore.Mesh;

namespace Spore.Flash;

/// <summary>A board, or a kind of boards, for which there is a nanoCLR: what nanoFramework calls a target.</summary>
/// <param name="Name">The target's name.</param>
/// <param name="Chip">Its chip.</param>
/// <param name="Revision">The oldest revision of the chip on which its nanoCLR runs, like 3.0.</param>
/// <param name="HasPsram">Whether its nanoCLR uses external memory, if there is any.</param>
/// <param name="HasBluetooth">Whether its nanoCLR has Bluetooth, which takes memory.</param>
/// <param name="Ethernet">What drives its Ethernet, or null where there is none.</param>
/// <param name="Limits">The method of <see cref="NodeLimits"/> that fits it.</param>
internal sealed record Board(
    string Name, Chip Chip, string Revision, bool HasPsram, bool HasBluetooth, string? Ethernet, string Limits)
{
    private const int UsualFlash = 4;

    /// <summary>Finds the partition table for a flash of some size.</summary>
    /// <param name="flash">The size as people write it, like 4MB, or null for the usual one.</param>
    /// <returns>The table.</returns>
    /// <exception cref="UsageException">There is none.</exception>
    public PartitionTable Partitions(string? flash)
    {
        string size = flash?.Trim().ToUpperInvariant() ?? $"{UsualFlash}MB";
        string number = size.EndsWith("MB", StringComparison.Ordinal) ? size[..^2] : size;
        return Chip.Partitions.FirstOrDefault(p => p.FlashMb.ToString(CultureInfo.InvariantCulture) == number)
            ?? throw new UsageException(
                "--flash",
                $"'{flash}' is no size of flash that {Name} has a partition table for; there are "
                + $"{string.Join(", ", Chip.Partitions.Select(p => $"{p.FlashMb}MB"))}");
    }
}
