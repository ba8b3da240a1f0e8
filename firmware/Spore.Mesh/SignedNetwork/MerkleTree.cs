using System;
using Spore.Crypto;

namespace Spore.SignedNetwork;

/// <summary>
/// The root of a Merkle tree (RFC 6962 section 2.1) over BLAKE2s-256, computed leaf by leaf: leaves are
/// BLAKE2s(0x00 || entry), inner nodes BLAKE2s(0x01 || left || right). Holds one hash for each level.
/// </summary>
public sealed class MerkleTree
{
    /// <summary>The length of a hash in bytes.</summary>
    public const int HashSize = 32;

    private readonly Blake2s _hash;
    private readonly byte[] _domain = new byte[2];

    // The roots of the complete subtrees so far, the largest first: one for each bit set in _count.
    private readonly byte[] _roots;
    private int _depth;
    private int _count;

    /// <summary>Makes an empty tree.</summary>
    /// <param name="hash">The hash to compute with; it can be shared with what is not at work during a call.</param>
    /// <param name="leaves">The number of leaves of the largest tree.</param>
    public MerkleTree(Blake2s hash, int leaves)
    {
        _hash = hash;
        int levels = 1;
        for (int rest = leaves; rest > 1; rest >>= 1)
        {
            levels++;
        }

        _roots = new byte[levels * HashSize];
        _domain[1] = 1;
    }

    /// <summary>Starts anew with an empty tree.</summary>
    public void Begin()
    {
        _depth = 0;
        _count = 0;
    }

    /// <summary>Adds the next leaf, up to the number that it was made for.</summary>
    /// <param name="entry">A buffer with the leaf's data.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    public void AddLeaf(byte[] entry, int offset, int length)
    {
        _hash.Begin(HashSize);
        _hash.Update(_domain, 0, 1);
        _hash.Update(entry, offset, length);
        _hash.Finish(_roots, _depth * HashSize);
        _depth++;

        // Every bit that is set in the old count is a subtree as large as the one at its right by now.
        for (int size = _count; (size & 1) != 0; size >>= 1)
        {
            _depth--;
            Join(_roots, (_depth - 1) * HashSize, _roots, _depth * HashSize, _roots, (_depth - 1) * HashSize);
        }

        _count++;
    }

    /// <summary>Computes the root over the leaves so far; more can be added afterwards.</summary>
    /// <param name="root">The buffer that takes the root, 32 bytes.</param>
    /// <param name="offset">Where it is to start.</param>
    public void Root(byte[] root, int offset)
    {
        if (_depth == 0)
        {
            _hash.Begin(HashSize);
            _hash.Finish(root, offset);
            return;
        }

        Array.Copy(_roots, (_depth - 1) * HashSize, root, offset, HashSize);
        for (int i = _depth - 2; i >= 0; i--)
        {
            Join(_roots, i * HashSize, root, offset, root, offset);
        }
    }

    private void Join(byte[] left, int leftOffset, byte[] right, int rightOffset, byte[] joined, int joinedOffset)
    {
        _hash.Begin(HashSize);
        _hash.Update(_domain, 1, 1);
        _hash.Update(left, leftOffset, HashSize);
        _hash.Update(right, rightOffset, HashSize);
        _hash.Finish(joined, joinedOffset);
    }
}
