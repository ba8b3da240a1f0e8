using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Spore.SignedNetwork;

namespace Spore.Signing;

/// <summary>
/// The records that make a node of a firmware: constant arrays of it that are found by their size and by what they
/// begin with. Those bytes alone stand in other places too, as the text that the firmware compares with.
/// </summary>
public static class FirmwareRecords
{
    private const string IdentityName = "identity";
    private const string RendezvousName = "rendezvous";

    private static readonly byte[] _identityMagic = Encoding.ASCII.GetBytes("SPOREID1");

    /// <summary>Finds the array with the identity record.</summary>
    /// <param name="arrays">The firmware's arrays.</param>
    /// <returns>The array, whatever is in it.</returns>
    /// <exception cref="InputException">There is none, or more than one.</exception>
    public static ConstantArray Identity(IEnumerable<ConstantArray> arrays) =>
        Find(
            arrays,
            v => v.Length == IdentityRecord.Size && v.AsSpan().StartsWith(_identityMagic),
            IdentityName,
            IdentityRecord.Size);

    /// <summary>Finds the array with the rendezvous.</summary>
    /// <param name="arrays">The firmware's arrays.</param>
    /// <returns>The array, whatever is in it.</returns>
    /// <exception cref="InputException">There is none, or more than one.</exception>
    public static ConstantArray Rendezvous(IEnumerable<ConstantArray> arrays) =>
        Find(arrays, v => RendezvousRecord.IsPlace(v), RendezvousName, RendezvousRecord.Size);

    /// <summary>Writes the identity record.</summary>
    /// <param name="arrays">The firmware's arrays.</param>
    /// <param name="record">The record, whatever is in it.</param>
    /// <exception cref="InputException">The record has another size, or the firmware not one place for it.</exception>
    public static void WriteIdentity(IEnumerable<ConstantArray> arrays, byte[] record)
    {
        if (record.Length != IdentityRecord.Size)
        {
            throw new InputException(
                IdentityName, null, $"has {record.Length} bytes, and a record has {IdentityRecord.Size}");
        }

        Identity(arrays).Replace(record);
    }

    /// <summary>Writes the rendezvous.</summary>
    /// <param name="arrays">The firmware's arrays.</param>
    /// <param name="place">Host and port.</param>
    /// <exception cref="InputException">
    /// It is no place that a board can reach, or the firmware has not one place for it.
    /// </exception>
    public static void WriteRendezvous(IEnumerable<ConstantArray> arrays, string place)
    {
        byte[] record = RendezvousRecord.Make(place);
        Rendezvous(arrays).Replace(record);
    }

    private static ConstantArray Find(
        IEnumerable<ConstantArray> arrays, Func<byte[], bool> isPlace, string what, int size)
    {
        List<ConstantArray> found = [.. arrays.Where(a => isPlace(a.Value))];
        return found.Count == 1 ? found[0]
            : throw new InputException(what, null, found.Count == 0
                ? $"the program has no array for it ({size} bytes that begin with its magic)"
                : $"the program has {found.Count} arrays for it");
    }
}
