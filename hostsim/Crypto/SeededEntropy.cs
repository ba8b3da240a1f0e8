using System;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Spore.Base;

namespace Spore.Hostsim.Crypto;

/// <summary>A stream of chance that follows from a seed and a label alone: SHA-256 over both and a counter.</summary>
internal sealed class SeededEntropy : IEntropy
{
    private readonly byte[] _input;
    private readonly byte[] _block = new byte[SHA256.HashSizeInBytes];
    private int _used = SHA256.HashSizeInBytes;
    private long _counter;

    /// <summary>Starts a stream.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="label">What the stream is for; different labels give unrelated streams.</param>
    public SeededEntropy(long seed, string label)
    {
        _input = new byte[16 + Encoding.UTF8.GetByteCount(label)];
        BinaryPrimitives.WriteInt64BigEndian(_input, seed);
        Encoding.UTF8.GetBytes(label, _input.AsSpan(16));
    }

    /// <inheritdoc/>
    public void Fill(byte[] buffer, int offset, int length)
    {
        for (int i = 0; i < length; i++)
        {
            if (_used == _block.Length)
            {
                BinaryPrimitives.WriteInt64BigEndian(_input.AsSpan(8), _counter++);
                SHA256.HashData(_input, _block);
                _used = 0;
            }

            buffer[offset + i] = _block[_used++];
        }
    }

    /// <summary>Draws bytes.</summary>
    /// <param name="length">How many.</param>
    /// <returns>A new array.</returns>
    public byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        Fill(bytes, 0, length);
        return bytes;
    }

    /// <summary>Draws a number.</summary>
    /// <returns>A number of at least 0 and below 1.</returns>
    public double Fraction()
    {
        return (BinaryPrimitives.ReadUInt64BigEndian(Bytes(8)) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>Draws a whole number.</summary>
    /// <param name="limit">The number that is just too high, at least 1.</param>
    /// <returns>A number of at least 0 and below the limit.</returns>
    public int Below(int limit)
    {
        return (int)(Fraction() * limit);
    }

    /// <summary>Decides something.</summary>
    /// <param name="percent">How often of a hundred times the answer is yes.</param>
    /// <returns>The answer.</returns>
    public bool Chance(double percent)
    {
        return Fraction() * 100 < percent;
    }
}
