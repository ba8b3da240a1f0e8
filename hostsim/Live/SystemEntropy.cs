using System;
using System.Security.Cryptography;

namespace Spore.Hostsim.Live;

/// <summary>The operating system's source of chance.</summary>
internal sealed class SystemEntropy : IEntropy
{
    /// <inheritdoc/>
    public void Fill(byte[] buffer, int offset, int length)
    {
        RandomNumberGenerator.Fill(buffer.AsSpan(offset, length));
    }
}
