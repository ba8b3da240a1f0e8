using System;

namespace Spore.Crypto;

/// <summary>
/// Arithmetic modulo 2^255 - 19, the field of Curve25519 and edwards25519 (RFC 7748 section 4.1).
/// </summary>
/// <remarks>
/// An element is a <c>long[10]</c>. Limb i has weight 2^ceil(25.5 i), so limbs hold 26 and 25 bits in turn.
/// "Reduced" elements, which <see cref="Multiply"/>, <see cref="Square"/>, <see cref="Invert"/> and
/// <see cref="Load"/> make, have limbs from 0 up to 2^26 and 2^25 (limb 0 up to 2^7 and limb 1 up to 2^18 beyond
/// either end). Sums and differences are left unreduced: a
/// product is exact while the factors' limbs are at most a and b times those of reduced elements and a * b is at
/// most 15. All arithmetic is on signed longs, and the results may be the same arrays as the operands.
/// </remarks>
internal static partial class Field25519
{
    /// <summary>Limbs in an element.</summary>
    internal const int Limbs = 10;

    /// <summary>Loads 32 little-endian bytes; the top bit of the last is ignored (RFC 7748 section 5).</summary>
    internal static void Load(long[] result, byte[] source, int offset)
    {
        // The windows are read signed and masked, so that no unsigned value ever meets a signed shift.
        result[0] = BitConverter.ToInt32(source, offset) & 0x3FFFFFF;
        result[1] = (BitConverter.ToInt32(source, offset + 3) >> 2) & 0x1FFFFFF;
        result[2] = (BitConverter.ToInt32(source, offset + 6) >> 3) & 0x3FFFFFF;
        result[3] = (BitConverter.ToInt32(source, offset + 9) >> 5) & 0x1FFFFFF;
        result[4] = (BitConverter.ToInt32(source, offset + 12) >> 6) & 0x3FFFFFF;
        result[5] = BitConverter.ToInt32(source, offset + 16) & 0x1FFFFFF;
        result[6] = (BitConverter.ToInt32(source, offset + 19) >> 1) & 0x3FFFFFF;
        result[7] = (BitConverter.ToInt32(source, offset + 22) >> 3) & 0x1FFFFFF;
        result[8] = (BitConverter.ToInt32(source, offset + 25) >> 4) & 0x3FFFFFF;
        result[9] = (BitConverter.ToInt32(source, offset + 28) >> 6) & 0x1FFFFFF;
    }

    /// <summary>Stores an element as 32 little-endian bytes, in its one canonical form below 2^255 - 19.</summary>
    internal static void Store(byte[] target, int offset, long[] element)
    {
        long h0 = element[0];
        long h1 = element[1];
        long h2 = element[2];
        long h3 = element[3];
        long h4 = element[4];
        long h5 = element[5];
        long h6 = element[6];
        long h7 = element[7];
        long h8 = element[8];
        long h9 = element[9];

        // Two rounds of carrying leave 0 <= h < 2^255 + 19, however the signs were mixed.
        for (int i = 0; i < 2; i++)
        {
            h1 += h0 >> 26;
            h0 &= 0x3FFFFFF;
            h2 += h1 >> 25;
            h1 &= 0x1FFFFFF;
            h3 += h2 >> 26;
            h2 &= 0x3FFFFFF;
            h4 += h3 >> 25;
            h3 &= 0x1FFFFFF;
            h5 += h4 >> 26;
            h4 &= 0x3FFFFFF;
            h6 += h5 >> 25;
            h5 &= 0x1FFFFFF;
            h7 += h6 >> 26;
            h6 &= 0x3FFFFFF;
            h8 += h7 >> 25;
            h7 &= 0x1FFFFFF;
            h9 += h8 >> 26;
            h8 &= 0x3FFFFFF;
            h0 += 19 * (h9 >> 25);
            h9 &= 0x1FFFFFF;
        }

        // q is 1 when h >= 2^255 - 19, which is when h + 19 reaches bit 255.
        long q = (h0 + 19) >> 26;
        q = (h1 + q) >> 25;
        q = (h2 + q) >> 26;
        q = (h3 + q) >> 25;
        q = (h4 + q) >> 26;
        q = (h5 + q) >> 25;
        q = (h6 + q) >> 26;
        q = (h7 + q) >> 25;
        q = (h8 + q) >> 26;
        q = (h9 + q) >> 25;

        h0 += 19 * q;
        h1 += h0 >> 26;
        h0 &= 0x3FFFFFF;
        h2 += h1 >> 25;
        h1 &= 0x1FFFFFF;
        h3 += h2 >> 26;
        h2 &= 0x3FFFFFF;
        h4 += h3 >> 25;
        h3 &= 0x1FFFFFF;
        h5 += h4 >> 26;
        h4 &= 0x3FFFFFF;
        h6 += h5 >> 25;
        h5 &= 0x1FFFFFF;
        h7 += h6 >> 26;
        h6 &= 0x3FFFFFF;
        h8 += h7 >> 25;
        h7 &= 0x1FFFFFF;
        h9 += h8 >> 26;
        h8 &= 0x3FFFFFF;
        h9 &= 0x1FFFFFF;

        LittleEndian.Store32(target, offset, h0 | (h1 << 26));
        LittleEndian.Store32(target, offset + 4, (h1 >> 6) | (h2 << 19));
        LittleEndian.Store32(target, offset + 8, (h2 >> 13) | (h3 << 13));
        LittleEndian.Store32(target, offset + 12, (h3 >> 19) | (h4 << 6));
        LittleEndian.Store32(target, offset + 16, h5 | (h6 << 25));
        LittleEndian.Store32(target, offset + 20, (h6 >> 7) | (h7 << 19));
        LittleEndian.Store32(target, offset + 24, (h7 >> 13) | (h8 << 12));
        LittleEndian.Store32(target, offset + 28, (h8 >> 20) | (h9 << 6));
    }

    /// <summary>Sets an element to a number below 2^25.</summary>
    internal static void Set(long[] result, int value)
    {
        Array.Clear(result, 0, Limbs);
        result[0] = value;
    }

    /// <summary>Copies an element.</summary>
    internal static void Copy(long[] result, long[] a)
    {
        Array.Copy(a, 0, result, 0, Limbs);
    }

    /// <summary>a + b, unreduced.</summary>
    internal static void Add(long[] result, long[] a, long[] b)
    {
        result[0] = a[0] + b[0];
        result[1] = a[1] + b[1];
        result[2] = a[2] + b[2];
        result[3] = a[3] + b[3];
        result[4] = a[4] + b[4];
        result[5] = a[5] + b[5];
        result[6] = a[6] + b[6];
        result[7] = a[7] + b[7];
        result[8] = a[8] + b[8];
        result[9] = a[9] + b[9];
    }

    /// <summary>a - b, unreduced and of either sign.</summary>
    internal static void Subtract(long[] result, long[] a, long[] b)
    {
        result[0] = a[0] - b[0];
        result[1] = a[1] - b[1];
        result[2] = a[2] - b[2];
        result[3] = a[3] - b[3];
        result[4] = a[4] - b[4];
        result[5] = a[5] - b[5];
        result[6] = a[6] - b[6];
        result[7] = a[7] - b[7];
        result[8] = a[8] - b[8];
        result[9] = a[9] - b[9];
    }

    /// <summary>Tells whether an element is zero.</summary>
    /// <param name="a">The element.</param>
    /// <param name="bytes">32 bytes to work in.</param>
    internal static bool IsZero(long[] a, byte[] bytes)
    {
        Store(bytes, 0, a);
        return ConstantTime.IsZero(bytes, 0, 32);
    }

    /// <summary>a^((p - 5) / 8), from which square roots are made (RFC 8032 section 5.1.3).</summary>
    /// <param name="result">Takes the power; may be a.</param>
    /// <param name="a">The element; not one of the temporaries.</param>
    /// <param name="r">A temporary.</param>
    /// <param name="s">A temporary.</param>
    /// <param name="t">A temporary.</param>
    internal static void PowerForRoot(long[] result, long[] a, long[] r, long[] s, long[] t)
    {
        // Each comment is the exponent reached.
        Square(s, a, 1);
        Square(t, s, 2);
        Multiply(t, t, a);      // 9
        Multiply(s, s, t);      // 11
        Square(s, s, 1);        // 22
        Multiply(s, s, t);      // 2^5 - 1
        Square(t, s, 5);
        Multiply(s, t, s);      // 2^10 - 1
        Square(t, s, 10);
        Multiply(t, t, s);      // 2^20 - 1
        Square(r, t, 20);
        Multiply(r, r, t);      // 2^40 - 1
        Square(r, r, 10);
        Multiply(s, r, s);      // 2^50 - 1
        Square(t, s, 50);
        Multiply(t, t, s);      // 2^100 - 1
        Square(r, t, 100);
        Multiply(r, r, t);      // 2^200 - 1
        Square(r, r, 50);
        Multiply(r, r, s);      // 2^250 - 1
        Square(r, r, 2);
        Multiply(result, r, a); // 2^252 - 3
    }
}
