using System;

namespace Spore.Crypto;

/// <summary>
/// Arithmetic modulo 2^255 - 19, the field of Curve25519 and edwards25519 (RFC 7748 section 4.1).
/// </summary>
/// <remarks>
/// An element is a <c>long[10]</c>. Limb i has weight 2^ceil(25.5 i), so limbs hold 26 and 25 bits in turn.
/// "Reduced" elements, which <see cref="Multiply"/>, <see cref="Square"/> and <see cref="Load"/> make, have limbs
/// from 0 up to 2^26 and 2^25 (limb 1 up to 2^18 beyond either end). Sums and differences are left unreduced: a
/// product is exact while the factors' limbs are at most a and b times those of reduced elements and a * b is at
/// most 15. All arithmetic is on signed longs, and the results may be the same arrays as the operands.
/// </remarks>
internal static class Field25519
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

    /// <summary>a * b, reduced.</summary>
    internal static void Multiply(long[] result, long[] a, long[] b)
    {
        long m26 = 0x3FFFFFF;
        long m25 = 0x1FFFFFF;
        long n19 = 19;
        long f0 = a[0];
        long f1 = a[1];
        long f2 = a[2];
        long f3 = a[3];
        long f4 = a[4];
        long f5 = a[5];
        long f6 = a[6];
        long f7 = a[7];
        long f8 = a[8];
        long f9 = a[9];
        long g0 = b[0];
        long g1 = b[1];
        long g2 = b[2];
        long g3 = b[3];
        long g4 = b[4];
        long g5 = b[5];
        long g6 = b[6];
        long g7 = b[7];
        long g8 = b[8];
        long g9 = b[9];

        // Odd limbs weigh half a bit more than their place, so a product of two odd ones counts double.
        long d1 = f1 + f1;
        long d3 = f3 + f3;
        long d5 = f5 + f5;
        long d7 = f7 + f7;
        long d9 = f9 + f9;

        // Column k gathers the products of weight 2^ceil(25.5 k); those ten places up come back times 19.
        long h0 = f0 * g0
            + ((d1 * g9 + f2 * g8 + d3 * g7 + f4 * g6 + d5 * g5 + f6 * g4 + d7 * g3 + f8 * g2 + d9 * g1) * n19);
        long h1 = (h0 >> 26) + f0 * g1 + f1 * g0
            + ((f2 * g9 + f3 * g8 + f4 * g7 + f5 * g6 + f6 * g5 + f7 * g4 + f8 * g3 + f9 * g2) * n19);
        long h2 = (h1 >> 25) + f0 * g2 + d1 * g1 + f2 * g0
            + ((d3 * g9 + f4 * g8 + d5 * g7 + f6 * g6 + d7 * g5 + f8 * g4 + d9 * g3) * n19);
        long h3 = (h2 >> 26) + f0 * g3 + f1 * g2 + f2 * g1 + f3 * g0
            + ((f4 * g9 + f5 * g8 + f6 * g7 + f7 * g6 + f8 * g5 + f9 * g4) * n19);
        long h4 = (h3 >> 25) + f0 * g4 + d1 * g3 + f2 * g2 + d3 * g1 + f4 * g0
            + ((d5 * g9 + f6 * g8 + d7 * g7 + f8 * g6 + d9 * g5) * n19);
        long h5 = (h4 >> 26) + f0 * g5 + f1 * g4 + f2 * g3 + f3 * g2 + f4 * g1 + f5 * g0
            + ((f6 * g9 + f7 * g8 + f8 * g7 + f9 * g6) * n19);
        long h6 = (h5 >> 25) + f0 * g6 + d1 * g5 + f2 * g4 + d3 * g3 + f4 * g2 + d5 * g1 + f6 * g0
            + ((d7 * g9 + f8 * g8 + d9 * g7) * n19);
        long h7 = (h6 >> 26) + f0 * g7 + f1 * g6 + f2 * g5 + f3 * g4 + f4 * g3 + f5 * g2 + f6 * g1 + f7 * g0
            + ((f8 * g9 + f9 * g8) * n19);
        long h8 = (h7 >> 25) + f0 * g8 + d1 * g7 + f2 * g6 + d3 * g5 + f4 * g4 + d5 * g3 + f6 * g2 + d7 * g1 + f8 * g0
            + ((d9 * g9) * n19);
        long h9 = (h8 >> 26) + f0 * g9 + f1 * g8 + f2 * g7 + f3 * g6 + f4 * g5 + f5 * g4 + f6 * g3 + f7 * g2 + f8 * g1 + f9 * g0;

        h0 = (h0 & m26) + ((h9 >> 25) * n19);
        result[0] = h0 & m26;
        result[1] = (h1 & m25) + (h0 >> 26);
        result[2] = h2 & m26;
        result[3] = h3 & m25;
        result[4] = h4 & m26;
        result[5] = h5 & m25;
        result[6] = h6 & m26;
        result[7] = h7 & m25;
        result[8] = h8 & m26;
        result[9] = h9 & m25;
    }

    /// <summary>a squared <paramref name="times"/> times over, reduced; at least once.</summary>
    internal static void Square(long[] result, long[] a, int times)
    {
        long m26 = 0x3FFFFFF;
        long m25 = 0x1FFFFFF;
        long n19 = 19;
        long f0 = a[0];
        long f1 = a[1];
        long f2 = a[2];
        long f3 = a[3];
        long f4 = a[4];
        long f5 = a[5];
        long f6 = a[6];
        long f7 = a[7];
        long f8 = a[8];
        long f9 = a[9];
        while (true)
        {
            long d0 = f0 + f0;
            long d1 = f1 + f1;
            long d2 = f2 + f2;
            long d3 = f3 + f3;
            long d4 = f4 + f4;
            long d5 = f5 + f5;
            long d6 = f6 + f6;
            long d7 = f7 + f7;
            long d8 = f8 + f8;
            long d9 = f9 + f9;
            long h0 = f0 * f0
                + ((d1 * d9 + d2 * f8 + d3 * d7 + d4 * f6 + d5 * f5) * n19);
            long h1 = (h0 >> 26) + d0 * f1
                + ((d2 * f9 + d3 * f8 + d4 * f7 + d5 * f6) * n19);
            long h2 = (h1 >> 25) + d0 * f2 + d1 * f1
                + ((d3 * d9 + d4 * f8 + d5 * d7 + f6 * f6) * n19);
            long h3 = (h2 >> 26) + d0 * f3 + d1 * f2
                + ((d4 * f9 + d5 * f8 + d6 * f7) * n19);
            long h4 = (h3 >> 25) + d0 * f4 + d1 * d3 + f2 * f2
                + ((d5 * d9 + d6 * f8 + d7 * f7) * n19);
            long h5 = (h4 >> 26) + d0 * f5 + d1 * f4 + d2 * f3
                + ((d6 * f9 + d7 * f8) * n19);
            long h6 = (h5 >> 25) + d0 * f6 + d1 * d5 + d2 * f4 + d3 * f3
                + ((d7 * d9 + f8 * f8) * n19);
            long h7 = (h6 >> 26) + d0 * f7 + d1 * f6 + d2 * f5 + d3 * f4
                + ((d8 * f9) * n19);
            long h8 = (h7 >> 25) + d0 * f8 + d1 * d7 + d2 * f6 + d3 * d5 + f4 * f4
                + ((d9 * f9) * n19);
            long h9 = (h8 >> 26) + d0 * f9 + d1 * f8 + d2 * f7 + d3 * f6 + d4 * f5;

            h0 = (h0 & m26) + ((h9 >> 25) * n19);
            f0 = h0 & m26;
            f1 = (h1 & m25) + (h0 >> 26);
            f2 = h2 & m26;
            f3 = h3 & m25;
            f4 = h4 & m26;
            f5 = h5 & m25;
            f6 = h6 & m26;
            f7 = h7 & m25;
            f8 = h8 & m26;
            f9 = h9 & m25;
            if (--times == 0)
            {
                break;
            }
        }

        result[0] = f0;
        result[1] = f1;
        result[2] = f2;
        result[3] = f3;
        result[4] = f4;
        result[5] = f5;
        result[6] = f6;
        result[7] = f7;
        result[8] = f8;
        result[9] = f9;
    }

    /// <summary>a * <paramref name="factor"/>, reduced; the factor is positive and below 2^31.</summary>
    internal static void MultiplySmall(long[] result, long[] a, long factor)
    {
        long m26 = 0x3FFFFFF;
        long m25 = 0x1FFFFFF;
        long h0 = (a[0] * factor);
        long h1 = (h0 >> 26) + (a[1] * factor);
        long h2 = (h1 >> 25) + (a[2] * factor);
        long h3 = (h2 >> 26) + (a[3] * factor);
        long h4 = (h3 >> 25) + (a[4] * factor);
        long h5 = (h4 >> 26) + (a[5] * factor);
        long h6 = (h5 >> 25) + (a[6] * factor);
        long h7 = (h6 >> 26) + (a[7] * factor);
        long h8 = (h7 >> 25) + (a[8] * factor);
        long h9 = (h8 >> 26) + (a[9] * factor);
        h0 = (h0 & m26) + (19 * (h9 >> 25));
        result[0] = h0 & m26;
        result[1] = (h1 & m25) + (h0 >> 26);
        result[2] = h2 & m26;
        result[3] = h3 & m25;
        result[4] = h4 & m26;
        result[5] = h5 & m25;
        result[6] = h6 & m26;
        result[7] = h7 & m25;
        result[8] = h8 & m26;
        result[9] = h9 & m25;
    }

    /// <summary>Exchanges a and b when <paramref name="swap"/> is 1 and leaves them when it is 0, in the same time.</summary>
    internal static void Swap(long[] a, long[] b, long swap)
    {
        long mask = -swap;
        for (int i = 0; i < Limbs; i++)
        {
            long x = a[i];
            long y = b[i];
            long difference = mask & (x ^ y);
            a[i] = x ^ difference;
            b[i] = y ^ difference;
        }
    }

    /// <summary>a^(p - 2), the inverse of a; zero for zero.</summary>
    /// <param name="result">Takes the inverse; may be a.</param>
    /// <param name="a">The element; not one of the temporaries.</param>
    /// <param name="t0">A temporary.</param>
    /// <param name="t1">A temporary.</param>
    /// <param name="t2">A temporary.</param>
    /// <param name="t3">A temporary.</param>
    internal static void Invert(long[] result, long[] a, long[] t0, long[] t1, long[] t2, long[] t3)
    {
        PowerOf250Ones(t0, t1, t2, t3, a);
        Square(t0, t0, 5);
        Multiply(result, t0, t1); // 2^255 - 21 = (2^250 - 1) * 2^5 + 11
    }

    /// <summary>a^((p - 5) / 8), from which square roots are made (RFC 8032 section 5.1.3).</summary>
    /// <param name="result">Takes the power; may be a.</param>
    /// <param name="a">The element; not one of the temporaries.</param>
    /// <param name="t0">A temporary.</param>
    /// <param name="t1">A temporary.</param>
    /// <param name="t2">A temporary.</param>
    /// <param name="t3">A temporary.</param>
    internal static void PowerForRoot(long[] result, long[] a, long[] t0, long[] t1, long[] t2, long[] t3)
    {
        PowerOf250Ones(t0, t1, t2, t3, a);
        Square(t0, t0, 2);
        Multiply(result, t0, a); // 2^252 - 3 = (2^250 - 1) * 2^2 + 1
    }

    /// <summary>Leaves a^(2^250 - 1) in ones and a^11 in eleventh.</summary>
    private static void PowerOf250Ones(long[] ones, long[] eleventh, long[] s, long[] t, long[] a)
    {
        // Each comment is the exponent reached.
        Square(s, a, 1);
        Square(t, s, 2);
        Multiply(t, t, a);          // 9
        Multiply(eleventh, s, t);   // 11
        Square(s, eleventh, 1);     // 22
        Multiply(s, s, t);          // 2^5 - 1
        Square(t, s, 5);
        Multiply(s, t, s);          // 2^10 - 1
        Square(t, s, 10);
        Multiply(t, t, s);          // 2^20 - 1
        Square(ones, t, 20);
        Multiply(ones, ones, t);    // 2^40 - 1
        Square(ones, ones, 10);
        Multiply(s, ones, s);       // 2^50 - 1
        Square(t, s, 50);
        Multiply(t, t, s);          // 2^100 - 1
        Square(ones, t, 100);
        Multiply(ones, ones, t);    // 2^200 - 1
        Square(ones, ones, 50);
        Multiply(ones, ones, s);    // 2^250 - 1
    }
}
