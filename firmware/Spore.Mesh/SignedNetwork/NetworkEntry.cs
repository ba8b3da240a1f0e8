using Spore.Base;

namespace Spore.SignedNetwork;

/// <summary>
/// An entry of a signed network: all that is said about one member (PROTOCOL section 7.2).
/// <code>
///  0   2  length of the entry, these two bytes included
///  2  32  public key (X25519), not of small order
/// 34      fields in ascending order of type: type 1, length 1, value
/// </code>
/// </summary>
public static class NetworkEntry
{
    /// <summary>The length of an entry without fields, in bytes.</summary>
    public const int MinSize = 34;

    /// <summary>The length of the largest entry in bytes.</summary>
    public const int MaxSize = 768;

    /// <summary>Where the length starts, 2 bytes.</summary>
    public const int LengthOffset = 0;

    /// <summary>The offset of the public key.</summary>
    public const int KeyOffset = 2;

    /// <summary>The length of the public key in bytes.</summary>
    public const int KeySize = 32;

    /// <summary>The offset of the first field.</summary>
    public const int FieldsOffset = 34;

    /// <summary>Reads an entry's length.</summary>
    /// <param name="entry">A buffer that holds the entry.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>The length in bytes.</returns>
    public static int Length(byte[] entry, int offset)
    {
        return BigEndian.ReadUInt16(entry, offset + LengthOffset);
    }

    /// <summary>
    /// Checks an entry and each of its fields. Called before anything in it is used; changes nothing.
    /// </summary>
    /// <param name="entry">A buffer that holds the entry.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="available">
    /// The number of bytes there are from there on; what follows the entry is left alone.
    /// </param>
    /// <returns>
    /// What is wrong with it; <see cref="NetworkFault.Truncated"/> when more bytes could make it right.
    /// </returns>
    public static NetworkFault Check(byte[] entry, int offset, int available)
    {
        if (available < 2)
        {
            return NetworkFault.Truncated;
        }

        int length = Length(entry, offset);
        if (length < MinSize || length > MaxSize)
        {
            return NetworkFault.EntryLength;
        }

        if (length > available)
        {
            return NetworkFault.Truncated;
        }

        if (SmallOrderKeys.Contains(entry, offset + KeyOffset))
        {
            return NetworkFault.Key;
        }

        int end = offset + length;
        int next = offset + FieldsOffset;
        int previous = -1;
        while (next < end)
        {
            if (end - next < 2 || end - next - 2 < entry[next + 1])
            {
                return NetworkFault.FieldLength;
            }

            int type = entry[next];
            int size = entry[next + 1];
            if (type < previous)
            {
                return NetworkFault.FieldOrder;
            }

            if (type == previous
                && (type == EntryField.Label || type == EntryField.Keepalive || type == EntryField.Roles))
            {
                return NetworkFault.FieldRepeated;
            }

            NetworkFault fault = CheckField(type, entry, next + 2, size);
            if (fault != NetworkFault.None)
            {
                return fault;
            }

            previous = type;
            next += 2 + size;
        }

        return NetworkFault.None;
    }

    /// <summary>Counts the allowed prefixes of an entry that was checked.</summary>
    /// <param name="entry">A buffer that holds the entry.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>The number of its prefix fields.</returns>
    public static int PrefixCount(byte[] entry, int offset)
    {
        // Prefixes have the lowest type that has a meaning, so they are never behind another one.
        int end = offset + Length(entry, offset);
        int count = 0;
        for (int next = offset + FieldsOffset;
            next < end && entry[next] <= EntryField.Prefix;
            next += 2 + entry[next + 1])
        {
            if (entry[next] == EntryField.Prefix)
            {
                count++;
            }
        }

        return count;
    }

    /// <summary>
    /// Whether an entry that was checked has a restriction that this node does not know: then it gives a guest's
    /// rights.
    /// </summary>
    /// <param name="entry">A buffer that holds the entry.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>True when one of its types is <see cref="EntryField.FirstRestrictive"/> or above.</returns>
    public static bool IsRestricted(byte[] entry, int offset)
    {
        int end = offset + Length(entry, offset);
        for (int next = offset + FieldsOffset; next < end; next += 2 + entry[next + 1])
        {
            if (entry[next] >= EntryField.FirstRestrictive)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether an entry that was checked has the witness's role.</summary>
    /// <param name="entry">A buffer that holds the entry.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>True when its roles include it.</returns>
    public static bool IsWitness(byte[] entry, int offset)
    {
        return HasRole(entry, offset, EntryRoles.Witness);
    }

    /// <summary>Whether an entry that was checked has a role.</summary>
    /// <param name="entry">A buffer that holds the entry.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="role">One of <see cref="EntryRoles"/>.</param>
    /// <returns>True when its roles include it.</returns>
    public static bool HasRole(byte[] entry, int offset, int role)
    {
        int end = offset + Length(entry, offset);
        for (int next = offset + FieldsOffset;
            next < end && entry[next] <= EntryField.Roles;
            next += 2 + entry[next + 1])
        {
            if (entry[next] == EntryField.Roles)
            {
                return (entry[next + 2] & role) != 0;
            }
        }

        return false;
    }

    private static NetworkFault CheckField(int type, byte[] buffer, int offset, int length)
    {
        switch (type)
        {
            case EntryField.Prefix:
                if (length != 5 && length != 17)
                {
                    return NetworkFault.FieldLength;
                }

                return PrefixRules.IsAllowed(buffer, offset, length) ? NetworkFault.None : NetworkFault.FieldValue;

            case EntryField.EndpointAddress:
                if (length != 6 && length != 18)
                {
                    return NetworkFault.FieldLength;
                }

                return EndpointAddressRules.IsAllowed(buffer, offset, length)
                    ? NetworkFault.None
                    : NetworkFault.FieldValue;

            case EntryField.EndpointName:
                return EndpointNameRules.IsAllowed(buffer, offset, length)
                    ? NetworkFault.None
                    : NetworkFault.FieldValue;

            case EntryField.Label:
                if (length < 1 || length > LabelRules.MaxSize)
                {
                    return NetworkFault.FieldLength;
                }

                return LabelRules.IsAllowed(buffer, offset, length) ? NetworkFault.None : NetworkFault.FieldValue;

            case EntryField.Keepalive:
                return length == 2 ? NetworkFault.None : NetworkFault.FieldLength;

            case EntryField.Roles:
                return length >= 1 ? NetworkFault.None : NetworkFault.FieldLength;

            case EntryField.Vendor:
                return length >= 4 ? NetworkFault.None : NetworkFault.FieldLength;

            default:
                return type < EntryField.FirstCritical ? NetworkFault.None : NetworkFault.CriticalField;
        }
    }
}
