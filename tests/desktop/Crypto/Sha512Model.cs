using System;
using System.Buffers.Binary;
using System.Numerics;
using System.Reflection;
using Spore.Crypto;

namespace Spore.Tests.Crypto;

/// <summary>SHA-512 as FIPS 180-4 section 6.4.2 writes it.</summary>
internal static class Sha512Model
{
    private static readonly ulong[] _k = (ulong[])typeof(Sha512)
        .GetField("_roundConstants", BindingFlags.Static | BindingFlags.NonPublic)!.GetValue(null)!;

    internal static byte[] Hash(byte[] message)
    {
        byte[] padded = new byte[(message.Length + 17 + 127) / 128 * 128];
        message.CopyTo(padded, 0);
        padded[message.Length] = 0x80;
        BinaryPrimitives.WriteInt64BigEndian(padded.AsSpan(padded.Length - 8), 8L * message.Length);
        ulong[] h =
        [
            0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1,
            0x510E527FADE682D1, 0x9B05688C2B3E6C1F, 0x1F83D9ABFB41BD6B, 0x5BE0CD19137E2179,
        ];
        for (int at = 0; at < padded.Length; at += 128)
        {
            Compress(h, padded.AsSpan(at, 128));
        }

        byte[] digest = new byte[64];
        for (int i = 0; i < 8; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(digest.AsSpan(8 * i), h[i]);
        }

        return digest;
    }

    private static void Compress(ulong[] state, ReadOnlySpan<byte> block)
    {
        ulong[] w = new ulong[80];
        for (int t = 0; t < 80; t++)
        {
            w[t] = t < 16
                ? BinaryPrimitives.ReadUInt64BigEndian(block[(8 * t)..])
                : (Turn(w[t - 2], 19) ^ Turn(w[t - 2], 61) ^ (w[t - 2] >> 6)) + w[t - 7]
                    + (Turn(w[t - 15], 1) ^ Turn(w[t - 15], 8) ^ (w[t - 15] >> 7)) + w[t - 16];
        }

        ulong[] v = (ulong[])state.Clone();
        for (int t = 0; t < 80; t++)
        {
            ulong t1 = v[7] + (Turn(v[4], 14) ^ Turn(v[4], 18) ^ Turn(v[4], 41)) + ((v[4] & v[5]) ^ (~v[4] & v[6]))
                + _k[t] + w[t];
            ulong t2 =
                (Turn(v[0], 28) ^ Turn(v[0], 34) ^ Turn(v[0], 39)) + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
            v = [t1 + t2, v[0], v[1], v[2], v[3] + t1, v[4], v[5], v[6]];
        }

        for (int i = 0; i < 8; i++)
        {
            state[i] += v[i];
        }
    }

    private static ulong Turn(ulong x, int bits)
    {
        return BitOperations.RotateRight(x, bits);
    }
}
