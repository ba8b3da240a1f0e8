using System;
using System.Buffers.Binary;
using System.Numerics;

namespace Spore.Tests.Crypto;

/// <summary>BLAKE2s as RFC 7693 section 3 writes it.</summary>
internal static class Blake2sModel
{
    private static readonly uint[] _initial =
        [0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19];

    // RFC 7693 section 2.7, a digit for each word.
    private static readonly string[] _orders =
    [
        "0123456789abcdef", "ea489fd61c02b753", "b8c052fdae367194", "7931dcbe265a40f8", "905724afe1bc683d",
        "2c6a0b834d75fe19", "c51fed4a0763928b", "db7ec13950f4862a", "6fe9b308c2d714a5", "a2847615fb9e3cd0",
    ];

    internal static byte[] Hash(int digestLength, byte[] key, byte[] message)
    {
        byte[] whole = key.Length == 0 ? message : [.. key, .. new byte[64 - key.Length], .. message];
        uint[] h = (uint[])_initial.Clone();
        h[0] ^= 0x01010000 ^ ((uint)key.Length << 8) ^ (uint)digestLength;
        int at = 0;
        do
        {
            int length = Math.Min(64, whole.Length - at);
            byte[] block = new byte[64];
            Array.Copy(whole, at, block, 0, length);
            at += length;
            Compress(h, block, (ulong)at, at == whole.Length);
        }
        while (at < whole.Length);

        byte[] digest = new byte[32];
        for (int i = 0; i < 8; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(digest.AsSpan(4 * i), h[i]);
        }

        return digest[..digestLength];
    }

    internal static void Compress(uint[] h, byte[] block, ulong total, bool last)
    {
        uint[] v = [.. h, .. _initial];
        v[12] ^= (uint)total;
        v[13] ^= (uint)(total >> 32);
        v[14] = last ? ~v[14] : v[14];
        foreach (string order in _orders)
        {
            for (int i = 0; i < 8; i++)
            {
                int turn = i / 4;
                int a = i % 4;
                int b = 4 + ((a + turn) % 4);
                int c = 8 + ((a + (2 * turn)) % 4);
                int d = 12 + ((a + (3 * turn)) % 4);
                v[a] += v[b] + Word(block, order[2 * i]);
                v[d] = BitOperations.RotateRight(v[d] ^ v[a], 16);
                v[c] += v[d];
                v[b] = BitOperations.RotateRight(v[b] ^ v[c], 12);
                v[a] += v[b] + Word(block, order[(2 * i) + 1]);
                v[d] = BitOperations.RotateRight(v[d] ^ v[a], 8);
                v[c] += v[d];
                v[b] = BitOperations.RotateRight(v[b] ^ v[c], 7);
            }
        }

        for (int i = 0; i < 8; i++)
        {
            h[i] ^= v[i] ^ v[i + 8];
        }
    }

    private static uint Word(byte[] block, char digit)
    {
        return BinaryPrimitives.ReadUInt32LittleEndian(block.AsSpan(4 * Convert.ToInt32(digit.ToString(), 16)));
    }
}
