using Spore.Base;

namespace Spore.SignedNetwork;

/// <summary>Which prefixes an entry may have.</summary>
internal static class PrefixRules
{
    /// <summary>
    /// Tells whether a prefix is well formed (no bit set beyond its length) and may be allowed: it is 0.0.0.0/0 or
    /// ::/0, or has no address in common with 224.0.0.0/4, ff00::/8 or fe80::/10.
    /// </summary>
    /// <param name="buffer">
    /// A buffer with the prefix: an address of 4 or 16 bytes and its length in bits, 1 byte.
    /// </param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes, 5 or 17.</param>
    /// <returns>True when it may be allowed.</returns>
    public static bool IsAllowed(byte[] buffer, int offset, int length)
    {
        int addressBits = (length - 1) * 8;
        int bits = buffer[offset + length - 1];
        if (bits > addressBits)
        {
            return false;
        }

        for (int i = bits / 8; i < length - 1; i++)
        {
            int hostBits = i == bits / 8 ? 0xFF >> (bits % 8) : 0xFF;
            if ((buffer[offset + i] & hostBits) != 0)
            {
                return false;
            }
        }

        if (bits == 0)
        {
            return true;
        }

        if (addressBits == 32)
        {
            return !Overlaps(buffer, offset, bits, 0xE000, 4);
        }

        return !Overlaps(buffer, offset, bits, 0xFF00, 8) && !Overlaps(buffer, offset, bits, 0xFE80, 10);
    }

    // The other prefix has at most 16 bits, given as those of its first two bytes.
    private static bool Overlaps(byte[] buffer, int offset, int bits, int other, int otherBits)
    {
        int common = bits < otherBits ? bits : otherBits;
        return ((BigEndian.ReadUInt16(buffer, offset) ^ other) >> (16 - common)) == 0;
    }
}
