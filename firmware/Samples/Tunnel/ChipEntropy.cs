using System;
using Spore.Base;

namespace Spore.Samples;

/// <summary>
/// The chip's generator, which nanoFramework's <see cref="Random"/> draws from. It is good only while the radio
/// runs. The tunnel itself hashes it with its private key, a counter and the arrival times of handshakes before it
/// becomes an ephemeral key.
/// </summary>
internal sealed class ChipEntropy : IEntropy
{
    private const int BlockSize = 32;

    private readonly Random _random = new Random();
    private readonly byte[] _block = new byte[BlockSize];

    /// <inheritdoc/>
    public void Fill(byte[] buffer, int offset, int length)
    {
        while (length > 0)
        {
            int size = length < BlockSize ? length : BlockSize;
            _random.NextBytes(_block);
            Array.Copy(_block, 0, buffer, offset, size);
            offset += size;
            length -= size;
        }

        Array.Clear(_block, 0, BlockSize);
    }
}
