using Spore.Crypto;
using Spore.SignedNetwork;

namespace Spore.Sync;

/// <summary>The last four heads whose signatures were refused, or verified: none of them is checked again.</summary>
internal sealed class HeadMemory
{
    private const int Count = 4;
    private const int DigestSize = 16;

    private readonly Blake2s _hash;
    private readonly byte[] _digests = new byte[Count * DigestSize];
    private readonly byte[] _digest;
    private int _next;

    /// <summary>Makes an empty memory.</summary>
    /// <param name="hash">The hash to compute with; it can be shared with what is not at work during a call.</param>
    /// <param name="scratch">16 bytes or more, which can be shared in the same way.</param>
    internal HeadMemory(Blake2s hash, byte[] scratch)
    {
        _hash = hash;
        _digest = scratch;
    }

    internal bool Contains(byte[] header, int offset)
    {
        Digest(header, offset);
        // Space that was not used yet is zero, which is the digest of nothing.
        for (int i = 0; i < Count; i++)
        {
            if (ConstantTime.Equal(_digests, i * DigestSize, _digest, 0, DigestSize))
            {
                return true;
            }
        }

        return false;
    }

    internal void Add(byte[] header, int offset)
    {
        Digest(header, offset);
        System.Array.Copy(_digest, 0, _digests, _next * DigestSize, DigestSize);
        _next = (_next + 1) % Count;
    }

    private void Digest(byte[] header, int offset)
    {
        _hash.Begin(DigestSize);
        _hash.Update(header, offset, NetworkHeader.HeadSize(header, offset));
        _hash.Finish(_digest, 0);
    }
}
