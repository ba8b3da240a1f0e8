using System;
using System.Globalization;
using System.Linq;
using Spore.Signing;

namespace Spore.Flash;

/// <summary>Images as files. They hold a node's private key.</summary>
internal static class ImageFile
{
    // More than the largest partition for it.
    private const int SizeLimit = 4 << 20;

    /// <summary>Reads an image.</summary>
    /// <param name="path">Its file, which may be a copy of a board's whole partition.</param>
    /// <returns>The image, and the bytes of the file.</returns>
    /// <exception cref="InputException">It can't be read, or nanoCLR would not run it.</exception>
    public static (DeploymentImage Image, byte[] Bytes) Read(string path)
    {
        byte[] bytes = InputFile.Read(path, SizeLimit);
        return (DeploymentImage.Read(bytes, path), bytes);
    }

    /// <summary>Makes the image of a node.</summary>
    /// <param name="firmware">The firmware; it is not changed.</param>
    /// <param name="source">Where it is from, for messages.</param>
    /// <param name="identity">The node's identity.</param>
    /// <param name="rendezvous">Where it says hello beyond its own network, or null.</param>
    /// <param name="target">The file it is to become, for messages.</param>
    /// <returns>The bytes of the file, which were read back as nanoCLR does.</returns>
    /// <exception cref="InputException">The firmware can't be used, or is another node's.</exception>
    public static byte[] Make(
        DeploymentImage firmware, string source, NodeIdentity identity, string? rendezvous, string target)
    {
        DeploymentImage image = DeploymentImage.Compose(firmware.Assemblies, source);
        image.Provision(identity, rendezvous);
        byte[] bytes = image.ToArray();
        DeploymentImage back = DeploymentImage.Read(bytes, target);
        bool same = back.Identity(target).Record.AsSpan().SequenceEqual(identity.Record)
            && back.Assemblies.Select(a => a.Name).SequenceEqual(image.Assemblies.Select(a => a.Name))
            && (rendezvous is null || back.Rendezvous() == image.Rendezvous());
        return same ? bytes : throw new InputException(target, null, "what was made is not what is read back from it");
    }

    /// <summary>Checks that an image fits.</summary>
    /// <param name="size">Its size in bytes.</param>
    /// <param name="path">Its file, for messages.</param>
    /// <param name="board">The board.</param>
    /// <param name="table">The board's partition table.</param>
    /// <exception cref="InputException">It doesn't.</exception>
    public static void CheckSize(int size, string path, Board board, PartitionTable table)
    {
        if (size > table.Deploy.Size)
        {
            throw new InputException(path, "size", string.Create(
                CultureInfo.InvariantCulture,
                $"{size} bytes are too many for {board.Name} with {table.FlashMb}MB of flash, which has room for "
                + $"{table.Deploy.Size}"));
        }
    }
}
