using System;

namespace Spore.Crypto;

/// <summary>The one-time authenticator Poly1305 (RFC 8439 section 2.5), for messages padded to whole blocks.</summary>
/// <remarks>
/// The AEAD construction pads each of its parts with zeros to 16 bytes, so only whole blocks are ever hashed.
/// Numbers are kept in five limbs of 26 bits; all arithmetic is on signed longs that are never negative.
/// </remarks>
internal sealed partial class Poly1305
{
    /// <summary>Bytes in a block and in a tag.</summary>
    internal const int BlockSize = 16;

    // r, then the accumulator, five limbs each.
    private readonly long[] _state = new long[10];
    private readonly byte[] _pad = new byte[16];
    private readonly byte[] _block = new byte[BlockSize];

    /// <summary>Starts on a one-time key.</summary>
    /// <param name="key">Holds the 32-byte key.</param>
    /// <param name="offset">Where it starts.</param>
    internal void Begin(byte[] key, int offset)
    {
        long[] state = _state;
        Array.Clear(state, 0, 10);
        state[0] = BitConverter.ToInt32(key, offset) & 0x3FFFFFF;
        state[1] = (BitConverter.ToInt32(key, offset + 3) >> 2) & 0x3FFFF03;
        state[2] = (BitConverter.ToInt32(key, offset + 6) >> 4) & 0x3FFC0FF;
        state[3] = (BitConverter.ToInt32(key, offset + 9) >> 6) & 0x3F03FFF;
        state[4] = (BitConverter.ToInt32(key, offset + 12) >> 8) & 0x00FFFFF;
        Array.Copy(key, offset + 16, _pad, 0, 16);
    }

    /// <summary>Takes in a run of bytes, and after it zeros up to a whole block.</summary>
    /// <param name="data">Holds the bytes; not read when there are none.</param>
    /// <param name="offset">Where they start.</param>
    /// <param name="length">How many they are.</param>
    internal void UpdatePadded(byte[] data, int offset, int length)
    {
        int whole = length & ~(BlockSize - 1);
        if (whole > 0)
        {
            Absorb(_state, data, offset, whole);
        }

        if (length > whole)
        {
            byte[] block = _block;
            Array.Clear(block, 0, BlockSize);
            Array.Copy(data, offset + whole, block, 0, length - whole);
            Absorb(_state, block, 0, BlockSize);
        }
    }

    /// <summary>Takes in the block that ends the AEAD construction: both lengths, little-endian.</summary>
    /// <param name="adLength">Bytes of associated data.</param>
    /// <param name="length">Bytes of ciphertext.</param>
    internal void UpdateLengths(int adLength, int length)
    {
        byte[] block = _block;
        Array.Clear(block, 0, BlockSize);
        LittleEndian.Store32(block, 0, adLength);
        LittleEndian.Store32(block, 8, length);
        Absorb(_state, block, 0, BlockSize);
    }

    /// <summary>Writes the 16-byte tag and wipes the state.</summary>
    /// <param name="tag">Takes the tag.</param>
    /// <param name="offset">Where it goes.</param>
    internal void Finish(byte[] tag, int offset)
    {
        long[] state = _state;
        long h0 = state[5];
        long h1 = state[6];
        long h2 = state[7];
        long h3 = state[8];
        long h4 = state[9];

        h2 += h1 >> 26;
        h1 &= 0x3FFFFFF;
        h3 += h2 >> 26;
        h2 &= 0x3FFFFFF;
        h4 += h3 >> 26;
        h3 &= 0x3FFFFFF;
        h0 += 5 * (h4 >> 26);
        h4 &= 0x3FFFFFF;
        h1 += h0 >> 26;
        h0 &= 0x3FFFFFF;

        // g = h - (2^130 - 5), taken when it is not negative.
        long g0 = h0 + 5;
        long g1 = h1 + (g0 >> 26);
        g0 &= 0x3FFFFFF;
        long g2 = h2 + (g1 >> 26);
        g1 &= 0x3FFFFFF;
        long g3 = h3 + (g2 >> 26);
        g2 &= 0x3FFFFFF;
        long g4 = h4 + (g3 >> 26) - 0x4000000;
        g3 &= 0x3FFFFFF;
        long keep = g4 >> 63;
        h0 = (h0 & keep) | (g0 & ~keep);
        h1 = (h1 & keep) | (g1 & ~keep);
        h2 = (h2 & keep) | (g2 & ~keep);
        h3 = (h3 & keep) | (g3 & ~keep);
        h4 = (h4 & keep) | (g4 & ~keep);

        byte[] pad = _pad;
        long mask = 0xFFFFFFFF;
        long sum = ((h0 | (h1 << 26)) & mask) + (BitConverter.ToInt32(pad, 0) & mask);
        LittleEndian.Store32(tag, offset, sum);
        sum = (((h1 >> 6) | (h2 << 20)) & mask) + (BitConverter.ToInt32(pad, 4) & mask) + (sum >> 32);
        LittleEndian.Store32(tag, offset + 4, sum);
        sum = (((h2 >> 12) | (h3 << 14)) & mask) + (BitConverter.ToInt32(pad, 8) & mask) + (sum >> 32);
        LittleEndian.Store32(tag, offset + 8, sum);
        sum = (((h3 >> 18) | (h4 << 8)) & mask) + (BitConverter.ToInt32(pad, 12) & mask) + (sum >> 32);
        LittleEndian.Store32(tag, offset + 12, sum);

        Array.Clear(state, 0, 10);
        Array.Clear(pad, 0, 16);
        Array.Clear(_block, 0, BlockSize);
    }
}
