using System;

namespace Spore.Crypto;

/// <summary>
/// The ChaCha20 stream cipher (RFC 8439 section 2.4) and HChaCha20 (draft-irtf-cfrg-xchacha section 2.2).
/// </summary>
internal sealed partial class ChaCha20
{
    /// <summary>Bytes that one run of the block function makes.</summary>
    internal const int BlockSize = 64;

    private readonly byte[] _block = new byte[BlockSize];
    private readonly byte[] _stream = new byte[BlockSize];

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
        byte[] stream = _stream;
        Array.Clear(stream, 0, BlockSize);
        Xor(key, keyOffset, BitConverter.ToUInt32(input, inputOffset), input, inputOffset + 4, stream, 0, BlockSize);
        LittleEndian.Store32(derived, 0, BitConverter.ToUInt32(stream, 0) - 0x61707865U);
        LittleEndian.Store32(derived, 4, BitConverter.ToUInt32(stream, 4) - 0x3320646EU);
        LittleEndian.Store32(derived, 8, BitConverter.ToUInt32(stream, 8) - 0x79622D32U);
        LittleEndian.Store32(derived, 12, BitConverter.ToUInt32(stream, 12) - 0x6B206574U);
        for (int i = 0; i < 16; i += 4)
        {
            uint word = BitConverter.ToUInt32(stream, 48 + i) - BitConverter.ToUInt32(input, inputOffset + i);
            LittleEndian.Store32(derived, 16 + i, word);
        }

        Array.Clear(stream, 0, BlockSize);
    }
}
