using Spore.Base;
using Spore.Crypto;

namespace Spore.SignedNetwork;

/// <summary>
/// The vendor fields of entries that were checked (<see cref="EntryField.Vendor"/>). Fields are in order of type, so
/// that those of one entry follow one another.
/// </summary>
internal static class VendorFields
{
    // Of the type and the length in front of a value, and of the enterprise number at its start.
    private const int FieldHeader = 2;
    private const int EnterpriseSize = 4;

    /// <summary>The bytes of a field in front of what the vendor says.</summary>
    internal const int HeaderSize = FieldHeader + EnterpriseSize;

    /// <summary>Finds a field.</summary>
    /// <param name="buffer">A buffer that holds the entry.</param>
    /// <param name="entry">Where the entry starts.</param>
    /// <param name="enterprise">The IANA enterprise number.</param>
    /// <param name="index">Which of the fields with this number, from 0, in the order of the entry.</param>
    /// <returns>Where the field starts, or -1.</returns>
    internal static int Find(byte[] buffer, int entry, long enterprise, int index)
    {
        int left = index;
        int start = Start(buffer, entry);
        int end = End(buffer, entry, start);
        for (int at = start; at < end; at += FieldHeader + buffer[at + 1])
        {
            if (BigEndian.ReadUInt32(buffer, at + FieldHeader) == enterprise)
            {
                if (left == 0)
                {
                    return at;
                }

                left--;
            }
        }

        return -1;
    }

    /// <summary>The length of what the vendor says in a field, in bytes.</summary>
    /// <param name="buffer">A buffer that holds the field.</param>
    /// <param name="field">Where the field starts.</param>
    internal static int Length(byte[] buffer, int field)
    {
        return buffer[field + 1] - EnterpriseSize;
    }

    /// <summary>
    /// Whether two networks differ in a vendor field of any entry; of a part, in one of the own entry. A part always
    /// differs from a whole network.
    /// </summary>
    /// <param name="before">A network, complete or empty.</param>
    /// <param name="after">Another one. The two may share memory, so entries are found by their lengths.</param>
    internal static bool Differ(NetworkFile before, NetworkFile after)
    {
        if (before.IsEmpty && after.IsSparse)
        {
            int own = after.OwnEntryOffset;
            return End(after.Bytes, own, Start(after.Bytes, own)) > Start(after.Bytes, own);
        }

        if (before.IsSparse || after.IsSparse)
        {
            return before.IsSparse != after.IsSparse
                || !IsSame(before.Bytes, before.OwnEntryOffset, after.Bytes, after.OwnEntryOffset);
        }

        int i = EntryWithFields(before, before.HeadSize);
        int j = EntryWithFields(after, after.HeadSize);
        while (i < before.Length && j < after.Length)
        {
            if (!IsSame(before.Bytes, i, after.Bytes, j))
            {
                return true;
            }

            i = EntryWithFields(before, i + NetworkEntry.Length(before.Bytes, i));
            j = EntryWithFields(after, j + NetworkEntry.Length(after.Bytes, j));
        }

        return i < before.Length || j < after.Length;
    }

    // Where the first entry with vendor fields starts, from an entry on; the length of the network for none.
    private static int EntryWithFields(NetworkFile network, int first)
    {
        byte[] bytes = network.Bytes;
        int entry = first;
        while (entry < network.Length)
        {
            int start = Start(bytes, entry);
            if (End(bytes, entry, start) > start)
            {
                break;
            }

            entry += NetworkEntry.Length(bytes, entry);
        }

        return entry;
    }

    private static bool IsSame(byte[] a, int aEntry, byte[] b, int bEntry)
    {
        int aStart = Start(a, aEntry);
        int bStart = Start(b, bEntry);
        int length = End(a, aEntry, aStart) - aStart;
        return length == End(b, bEntry, bStart) - bStart
            && ConstantTime.Equal(
                a, aEntry + NetworkEntry.KeyOffset, b, bEntry + NetworkEntry.KeyOffset, NetworkEntry.KeySize)
            && ConstantTime.Equal(a, aStart, b, bStart, length);
    }

    private static int Start(byte[] buffer, int entry)
    {
        int end = entry + NetworkEntry.Length(buffer, entry);
        int at = entry + NetworkEntry.FieldsOffset;
        while (at < end && buffer[at] < EntryField.Vendor)
        {
            at += FieldHeader + buffer[at + 1];
        }

        return at;
    }

    private static int End(byte[] buffer, int entry, int start)
    {
        int end = entry + NetworkEntry.Length(buffer, entry);
        int at = start;
        while (at < end && buffer[at] == EntryField.Vendor)
        {
            at += FieldHeader + buffer[at + 1];
        }

        return at;
    }
}
