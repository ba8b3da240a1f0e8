using System;
using System.Buffers.Binary;
using Spore.Crypto;

namespace Spore.Hostsim.Crypto;

/// <summary>
/// The compression function of BLAKE2s in words of 32 bits, which need half the instructions that the core's words of
/// 64 bits need. docs/MEASURED.md compares it with vectors and with OpenSSL.
/// </summary>
internal sealed partial class UnrolledBlake2s : IBlake2sCompression
{
    private const int StateSize = 8;

    /// <inheritdoc/>
    public void Compress(uint[] state, byte[] block, int offset, long total, bool last)
    {
        Compress(state.AsSpan(0, StateSize), block.AsSpan(offset, Blake2s.BlockSize), total, last);
    }

    private static uint Word(ReadOnlySpan<byte> block, int offset)
    {
        return BinaryPrimitives.ReadUInt32LittleEndian(block[offset..]);
    }
}
