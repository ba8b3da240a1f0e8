using System;

namespace Spore.Crypto;

/// <summary>
/// Numbers modulo the order of edwards25519's prime-order group, L = 2^252 + 27742317777372353535851937790883648493
/// (RFC 8032 section 5.1). Public data only: the time depends on the values.
/// </summary>
internal static class Scalar25519
{
    /// <summary>L, 32 bytes little-endian.</summary>
    internal static readonly byte[] Order = new byte[]
    {
        0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE, 0x14,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10,
    };

    // 2^252 modulo L, in limbs of 21 bits of either sign.
    private static readonly long[] _fold = new long[] { 666643, 470296, 654183, -997805, 136657, -683901 };

    /// <summary>Tells whether 32 little-endian bytes hold a number below L.</summary>
    internal static bool IsCanonical(byte[] scalar, int offset)
    {
        for (int i = 31; i >= 0; i--)
        {
            int difference = scalar[offset + i] - Order[i];
            if (difference != 0)
            {
                return difference < 0;
            }
        }

        return false;
    }

    /// <summary>Multiplies two numbers of 32 little-endian bytes modulo L.</summary>
    /// <param name="result">Takes the 32-byte product; may be the buffer of a factor.</param>
    /// <param name="a">Holds the first factor.</param>
    /// <param name="b">Holds the second factor.</param>
    /// <param name="bOffset">Where it starts.</param>
    /// <param name="product">64 bytes to work in.</param>
    /// <param name="s">What <see cref="Reduce"/> works in.</param>
    internal static void Multiply(byte[] result, byte[] a, byte[] b, int bOffset, byte[] product, long[] s)
    {
        long column = 0;
        for (int k = 0; k < 32; k++)
        {
            for (int i = k < 16 ? 0 : k - 15; i <= k && i < 16; i++)
            {
                column += (long)BitConverter.ToUInt16(a, 2 * i) * BitConverter.ToUInt16(b, bOffset + (2 * (k - i)));
            }

            product[2 * k] = (byte)column;
            product[(2 * k) + 1] = (byte)(column >> 8);
            column >>= 16;
        }

        Reduce(result, product, s);
    }

    /// <summary>Reduces 64 little-endian bytes modulo L, into 32.</summary>
    /// <param name="result">Takes the remainder.</param>
    /// <param name="wide">Holds the number.</param>
    /// <param name="s">24 limbs to work in.</param>
    internal static void Reduce(byte[] result, byte[] wide, long[] s)
    {
        for (int i = 0; i < 23; i++)
        {
            int bit = 21 * i;
            s[i] = (BitConverter.ToInt32(wide, bit >> 3) >> (bit & 7)) & 0x1FFFFF;
        }

        s[23] = (BitConverter.ToInt32(wide, 60) >> 3) & 0x1FFFFFFF;

        for (int i = 23; i >= 18; i--)
        {
            FoldLimb(s, i);
        }

        Carry(s, 6, 17);
        for (int i = 17; i >= 12; i--)
        {
            FoldLimb(s, i);
        }

        // Rounding to the nearest multiple of 2^252 leaves a number of either sign below 2^251 and a little. What
        // is still negative has -1 in limb 12 after carrying, which folds into L more.
        Carry(s, 0, 11);
        long nearest = (s[11] + (1L << 20)) >> 21;
        s[11] -= nearest << 21;
        s[12] = nearest;
        FoldLimb(s, 12);
        Carry(s, 0, 12);
        FoldLimb(s, 12);
        Carry(s, 0, 11);

        int at = 0;
        int held = 0;
        long bits = 0;
        for (int i = 0; i < 12; i++)
        {
            bits |= s[i] << held;
            held += 21;
            while (held >= 8 && at < 32)
            {
                result[at] = (byte)bits;
                at++;
                bits >>= 8;
                held -= 8;
            }
        }

        if (at < 32)
        {
            result[at] = (byte)bits;
        }
    }

    // Limb i has the weight of limb i - 12 times 2^252.
    private static void FoldLimb(long[] s, int i)
    {
        long limb = s[i];
        long[] fold = _fold;
        s[i] = 0;
        for (int j = 0; j < 6; j++)
        {
            s[i - 12 + j] += limb * fold[j];
        }
    }

    private static void Carry(long[] s, int from, int to)
    {
        for (int i = from; i < to; i++)
        {
            s[i + 1] += s[i] >> 21;
            s[i] &= 0x1FFFFF;
        }
    }
}
