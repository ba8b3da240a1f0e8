using System;
using System.Buffers.Binary;
using System.Numerics;

namespace Spore.Tests.Crypto;

/// <summary>ChaCha20 as RFC 8439 section 2.3 writes it, and HChaCha20.</summary>
internal static class ChaCha20Model
{
    private static readonly uint[] _constants = [0x61707865, 0x3320646E, 0x79622D32, 0x6B206574];

    internal static void Xor(byte[] key, uint counter, byte[] nonce, Span<byte> data)
    {
        byte[] block = new byte[64];
        for (int at = 0; at < data.Length; at += 64)
        {
            uint[] state = State(key, counter, nonce);
            uint[] working = (uint[])state.Clone();
            Permute(working);
            for (int i = 0; i < 16; i++)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(4 * i), working[i] + state[i]);
            }

            for (int i = 0; i < 64 && at + i < data.Length; i++)
            {
                data[at + i] ^= block[i];
            }

            counter++;
        }
    }

    internal static byte[] Derive(byte[] key, byte[] input)
    {
        uint[] state = State(key, BinaryPrimitives.ReadUInt32LittleEndian(input), input[4..16]);
        Permute(state);
        byte[] derived = new byte[32];
        for (int i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(derived.AsSpan(4 * i), state[i]);
            BinaryPrimitives.WriteUInt32LittleEndian(derived.AsSpan(16 + (4 * i)), state[12 + i]);
        }

        return derived;
    }

    private static uint[] State(byte[] key, uint counter, byte[] nonce)
    {
        uint[] state = new uint[16];
        _constants.CopyTo(state, 0);
        for (int i = 0; i < 8; i++)
        {
            state[4 + i] = BinaryPrimitives.ReadUInt32LittleEndian(key.AsSpan(4 * i));
        }

        state[12] = counter;
        for (int i = 0; i < 3; i++)
        {
            state[13 + i] = BinaryPrimitives.ReadUInt32LittleEndian(nonce.AsSpan(4 * i));
        }

        return state;
    }

    private static void Permute(uint[] x)
    {
        for (int round = 0; round < 20; round++)
        {
            for (int i = 0; i < 4; i++)
            {
                // Columns, then diagonals.
                int turn = round % 2;
                Quarter(x, i, 4 + ((i + turn) % 4), 8 + ((i + (2 * turn)) % 4), 12 + ((i + (3 * turn)) % 4));
            }
        }
    }

    private static void Quarter(uint[] x, int a, int b, int c, int d)
    {
        x[a] += x[b];
        x[d] = BitOperations.RotateLeft(x[d] ^ x[a], 16);
        x[c] += x[d];
        x[b] = BitOperations.RotateLeft(x[b] ^ x[c], 12);
        x[a] += x[b];
        x[d] = BitOperations.RotateLeft(x[d] ^ x[a], 8);
        x[c] += x[d];
        x[b] = BitOperations.RotateLeft(x[b] ^ x[c], 7);
    }
}
