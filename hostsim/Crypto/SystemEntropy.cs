using System;
using System.Security.Cryptography;
using Spore.Base;

namespace Spore.Hostsim.Crypto;

/// <summary>
/// The operating system's source of chance. What is asked for a few bytes at a time, as jitter is for each packet,
/// comes out of a store, since a call for each would take as long as half of the packet's encryption; keys never do.
/// </summary>
/// <remarks>One instance is used by one caller at a time.</remarks>
internal sealed class SystemEntropy : IEntropy
{
    private const int Few = 8;

    private readonly byte[] _store = new byte[1024];
    private int _left;

    /// <inheritdoc/>
    public void Fill(byte[] buffer, int offset, int length)
    {
        Span<byte> wanted = buffer.AsSpan(offset, length);
        if (length > Few)
        {
            RandomNumberGenerator.Fill(wanted);
            return;
        }

        if (_left < length)
        {
            RandomNumberGenerator.Fill(_store);
            _left = _store.Length;
        }

        _left -= length;
        Span<byte> given = _store.AsSpan(_left, length);
        given.CopyTo(wanted);
        given.Clear();
    }
}
