using System;
using System.Numerics;

namespace Spore.Tests.Crypto;

/// <summary>Poly1305: as RFC 8439 section 2.5 writes it, and its loop in the limbs that are unrolled.</summary>
internal static class Poly1305Model
{
    internal static byte[] Tag(byte[] key, byte[] message)
    {
        BigInteger p = BigInteger.Pow(2, 130) - 5;
        byte[] clamped = key[..16];
        foreach (int i in new[] { 3, 7, 11, 15 })
        {
            clamped[i] &= 15;
        }

        foreach (int i in new[] { 4, 8, 12 })
        {
            clamped[i] &= 252;
        }

        BigInteger r = new(clamped, isUnsigned: true);
        BigInteger accumulator = 0;
        for (int at = 0; at < message.Length; at += 16)
        {
            byte[] block = [.. message[at..Math.Min(at + 16, message.Length)], 1];
            accumulator = (accumulator + new BigInteger(block, isUnsigned: true)) * r % p;
        }

        BigInteger sum = (accumulator + new BigInteger(key.AsSpan(16), isUnsigned: true)) % BigInteger.Pow(2, 128);
        byte[] tag = new byte[16];
        sum.ToByteArray(isUnsigned: true).CopyTo(tag, 0);
        return tag;
    }

    /// <summary>
    /// Adds one block to five limbs of 26 bits and multiplies by r: each column carried into the next, the first twice.
    /// </summary>
    internal static long[] Absorb(long[] r, long[] h, byte[] block)
    {
        BigInteger number = new([.. block, 1], isUnsigned: true);
        long[] columns = new long[5];
        for (int i = 0; i < 5; i++)
        {
            long limb = checked(h[i] + (long)((number >> (26 * i)) & 0x3FFFFFF));
            for (int j = 0; j < 5; j++)
            {
                checked
                {
                    columns[(i + j) % 5] += limb * r[j] * (i + j < 5 ? 1 : 5);
                }
            }
        }

        for (int i = 0; i < 6; i++)
        {
            checked
            {
                columns[(i + 1) % 5] += (columns[i % 5] >> 26) * (i == 4 ? 5 : 1);
            }

            columns[i % 5] &= 0x3FFFFFF;
        }

        return columns;
    }
}
