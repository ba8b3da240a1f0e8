using System;

namespace Spore.Crypto;

/// <summary>The ChaCha20 stream cipher (RFC 8439 section 2.4) and HChaCha20 (draft-irtf-cfrg-xchacha section 2.2).</summary>
internal sealed class ChaCha20
{
    /// <summary>Bytes that one run of the block function makes.</summary>
    internal const int BlockSize = 64;

    private readonly byte[] _block = new byte[BlockSize];

    /// <summary>Adds the key stream to a run of bytes, in place.</summary>
    /// <param name="key">Holds the 32-byte key.</param>
    /// <param name="keyOffset">Where it starts.</param>
    /// <param name="counter">The number of the first block.</param>
    /// <param name="nonce">Holds the 12-byte nonce.</param>
    /// <param name="nonceOffset">Where it starts.</param>
    /// <param name="buffer">Holds the bytes.</param>
    /// <param name="offset">Where they start.</param>
    /// <param name="length">How many they are.</param>
    internal void Xor(byte[] key, int keyOffset, uint counter, byte[] nonce, int nonceOffset, byte[] buffer, int offset, int length)
    {
        // All words stay unsigned from load to store.
        uint k0 = BitConverter.ToUInt32(key, keyOffset);
        uint k1 = BitConverter.ToUInt32(key, keyOffset + 4);
        uint k2 = BitConverter.ToUInt32(key, keyOffset + 8);
        uint k3 = BitConverter.ToUInt32(key, keyOffset + 12);
        uint k4 = BitConverter.ToUInt32(key, keyOffset + 16);
        uint k5 = BitConverter.ToUInt32(key, keyOffset + 20);
        uint k6 = BitConverter.ToUInt32(key, keyOffset + 24);
        uint k7 = BitConverter.ToUInt32(key, keyOffset + 28);
        uint n0 = BitConverter.ToUInt32(nonce, nonceOffset);
        uint n1 = BitConverter.ToUInt32(nonce, nonceOffset + 4);
        uint n2 = BitConverter.ToUInt32(nonce, nonceOffset + 8);

        while (length > 0)
        {
            byte[] target = buffer;
            int at = offset;
            if (length < BlockSize)
            {
                target = _block;
                at = 0;
                Array.Copy(buffer, offset, target, 0, length);
            }

            uint x0 = 0x61707865;
            uint x1 = 0x3320646E;
            uint x2 = 0x79622D32;
            uint x3 = 0x6B206574;
            uint x4 = k0;
            uint x5 = k1;
            uint x6 = k2;
            uint x7 = k3;
            uint x8 = k4;
            uint x9 = k5;
            uint x10 = k6;
            uint x11 = k7;
            uint x12 = counter;
            uint x13 = n0;
            uint x14 = n1;
            uint x15 = n2;
            for (int i = 0; i < 10; i++)
            {
                x0 += x4; x12 ^= x0; x12 = (x12 << 16) | (x12 >> 16);
                x8 += x12; x4 ^= x8; x4 = (x4 << 12) | (x4 >> 20);
                x0 += x4; x12 ^= x0; x12 = (x12 << 8) | (x12 >> 24);
                x8 += x12; x4 ^= x8; x4 = (x4 << 7) | (x4 >> 25);

                x1 += x5; x13 ^= x1; x13 = (x13 << 16) | (x13 >> 16);
                x9 += x13; x5 ^= x9; x5 = (x5 << 12) | (x5 >> 20);
                x1 += x5; x13 ^= x1; x13 = (x13 << 8) | (x13 >> 24);
                x9 += x13; x5 ^= x9; x5 = (x5 << 7) | (x5 >> 25);

                x2 += x6; x14 ^= x2; x14 = (x14 << 16) | (x14 >> 16);
                x10 += x14; x6 ^= x10; x6 = (x6 << 12) | (x6 >> 20);
                x2 += x6; x14 ^= x2; x14 = (x14 << 8) | (x14 >> 24);
                x10 += x14; x6 ^= x10; x6 = (x6 << 7) | (x6 >> 25);

                x3 += x7; x15 ^= x3; x15 = (x15 << 16) | (x15 >> 16);
                x11 += x15; x7 ^= x11; x7 = (x7 << 12) | (x7 >> 20);
                x3 += x7; x15 ^= x3; x15 = (x15 << 8) | (x15 >> 24);
                x11 += x15; x7 ^= x11; x7 = (x7 << 7) | (x7 >> 25);

                x0 += x5; x15 ^= x0; x15 = (x15 << 16) | (x15 >> 16);
                x10 += x15; x5 ^= x10; x5 = (x5 << 12) | (x5 >> 20);
                x0 += x5; x15 ^= x0; x15 = (x15 << 8) | (x15 >> 24);
                x10 += x15; x5 ^= x10; x5 = (x5 << 7) | (x5 >> 25);

                x1 += x6; x12 ^= x1; x12 = (x12 << 16) | (x12 >> 16);
                x11 += x12; x6 ^= x11; x6 = (x6 << 12) | (x6 >> 20);
                x1 += x6; x12 ^= x1; x12 = (x12 << 8) | (x12 >> 24);
                x11 += x12; x6 ^= x11; x6 = (x6 << 7) | (x6 >> 25);

                x2 += x7; x13 ^= x2; x13 = (x13 << 16) | (x13 >> 16);
                x8 += x13; x7 ^= x8; x7 = (x7 << 12) | (x7 >> 20);
                x2 += x7; x13 ^= x2; x13 = (x13 << 8) | (x13 >> 24);
                x8 += x13; x7 ^= x8; x7 = (x7 << 7) | (x7 >> 25);

                x3 += x4; x14 ^= x3; x14 = (x14 << 16) | (x14 >> 16);
                x9 += x14; x4 ^= x9; x4 = (x4 << 12) | (x4 >> 20);
                x3 += x4; x14 ^= x3; x14 = (x14 << 8) | (x14 >> 24);
                x9 += x14; x4 ^= x9; x4 = (x4 << 7) | (x4 >> 25);
            }

            uint w;
            w = BitConverter.ToUInt32(target, at) ^ (x0 + 0x61707865);
            target[at] = (byte)w;
            target[at + 1] = (byte)(w >> 8);
            target[at + 2] = (byte)(w >> 16);
            target[at + 3] = (byte)(w >> 24);
            w = BitConverter.ToUInt32(target, at + 4) ^ (x1 + 0x3320646E);
            target[at + 4] = (byte)w;
            target[at + 5] = (byte)(w >> 8);
            target[at + 6] = (byte)(w >> 16);
            target[at + 7] = (byte)(w >> 24);
            w = BitConverter.ToUInt32(target, at + 8) ^ (x2 + 0x79622D32);
            target[at + 8] = (byte)w;
            target[at + 9] = (byte)(w >> 8);
            target[at + 10] = (byte)(w >> 16);
            target[at + 11] = (byte)(w >> 24);
            w = BitConverter.ToUInt32(target, at + 12) ^ (x3 + 0x6B206574);
            target[at + 12] = (byte)w;
            target[at + 13] = (byte)(w >> 8);
            target[at + 14] = (byte)(w >> 16);
            target[at + 15] = (byte)(w >> 24);
            w = BitConverter.ToUInt32(target, at + 16) ^ (x4 + k0);
            target[at + 16] = (byte)w;
            target[at + 17] = (byte)(w >> 8);
            target[at + 18] = (byte)(w >> 16);
            target[at + 19] = (byte)(w >> 24);
            w = BitConverter.ToUInt32(target, at + 20) ^ (x5 + k1);
            target[at + 20] = (byte)w;
            target[at + 21] = (byte)(w >> 8);
            target[at + 22] = (byte)(w >> 16);
            target[at + 23] = (byte)(w >> 24);
            w = BitConverter.ToUInt32(target, at + 24) ^ (x6 + k2);
            target[at + 24] = (byte)w;
            target[at + 25] = (byte)(w >> 8);
            target[at + 26] = (byte)(w >> 16);
            target[at + 27] = (byte)(w >> 24);
            w = BitConverter.ToUInt32(target, at + 28) ^ (x7 + k3);
            target[at + 28] = (byte)w;
            target[at + 29] = (byte)(w >> 8);
            target[at + 30] = (byte)(w >> 16);
            target[at + 31] = (byte)(w >> 24);
            w = BitConverter.ToUInt32(target, at + 32) ^ (x8 + k4);
            target[at + 32] = (byte)w;
            target[at + 33] = (byte)(w >> 8);
            target[at + 34] = (byte)(w >> 16);
            target[at + 35] = (byte)(w >> 24);
            w = BitConverter.ToUInt32(target, at + 36) ^ (x9 + k5);
            target[at + 36] = (byte)w;
            target[at + 37] = (byte)(w >> 8);
            target[at + 38] = (byte)(w >> 16);
            target[at + 39] = (byte)(w >> 24);
            w = BitConverter.ToUInt32(target, at + 40) ^ (x10 + k6);
            target[at + 40] = (byte)w;
            target[at + 41] = (byte)(w >> 8);
            target[at + 42] = (byte)(w >> 16);
            target[at + 43] = (byte)(w >> 24);
            w = BitConverter.ToUInt32(target, at + 44) ^ (x11 + k7);
            target[at + 44] = (byte)w;
            target[at + 45] = (byte)(w >> 8);
            target[at + 46] = (byte)(w >> 16);
            target[at + 47] = (byte)(w >> 24);
            w = BitConverter.ToUInt32(target, at + 48) ^ (x12 + counter);
            target[at + 48] = (byte)w;
            target[at + 49] = (byte)(w >> 8);
            target[at + 50] = (byte)(w >> 16);
            target[at + 51] = (byte)(w >> 24);
            w = BitConverter.ToUInt32(target, at + 52) ^ (x13 + n0);
            target[at + 52] = (byte)w;
            target[at + 53] = (byte)(w >> 8);
            target[at + 54] = (byte)(w >> 16);
            target[at + 55] = (byte)(w >> 24);
            w = BitConverter.ToUInt32(target, at + 56) ^ (x14 + n1);
            target[at + 56] = (byte)w;
            target[at + 57] = (byte)(w >> 8);
            target[at + 58] = (byte)(w >> 16);
            target[at + 59] = (byte)(w >> 24);
            w = BitConverter.ToUInt32(target, at + 60) ^ (x15 + n2);
            target[at + 60] = (byte)w;
            target[at + 61] = (byte)(w >> 8);
            target[at + 62] = (byte)(w >> 16);
            target[at + 63] = (byte)(w >> 24);

            if (length < BlockSize)
            {
                Array.Copy(target, 0, buffer, offset, length);
                Array.Clear(target, 0, BlockSize);
            }

            counter++;
            offset += BlockSize;
            length -= BlockSize;
        }
    }

    /// <summary>Makes a key from a key and 16 bytes.</summary>
    /// <param name="derived">Takes the 32-byte key.</param>
    /// <param name="key">Holds the 32-byte key to start from.</param>
    /// <param name="keyOffset">Where it starts.</param>
    /// <param name="input">Holds the 16 bytes.</param>
    /// <param name="inputOffset">Where they start.</param>
    internal void Derive(byte[] derived, byte[] key, int keyOffset, byte[] input, int inputOffset)
    {
        // The key stream is the permuted state plus the state before it. HChaCha20's output is words of the
        // permuted state alone, in rows whose words before are known here: the constants, and the input.
        byte[] block = _block;
        Array.Clear(block, 0, BlockSize);
        Xor(key, keyOffset, BitConverter.ToUInt32(input, inputOffset), input, inputOffset + 4, block, 0, BlockSize);
        LittleEndian.Store32(derived, 0, BitConverter.ToUInt32(block, 0) - 0x61707865U);
        LittleEndian.Store32(derived, 4, BitConverter.ToUInt32(block, 4) - 0x3320646EU);
        LittleEndian.Store32(derived, 8, BitConverter.ToUInt32(block, 8) - 0x79622D32U);
        LittleEndian.Store32(derived, 12, BitConverter.ToUInt32(block, 12) - 0x6B206574U);
        for (int i = 0; i < 16; i += 4)
        {
            uint word = BitConverter.ToUInt32(block, 48 + i) - BitConverter.ToUInt32(input, inputOffset + i);
            LittleEndian.Store32(derived, 16 + i, word);
        }

        Array.Clear(block, 0, BlockSize);
    }
}
