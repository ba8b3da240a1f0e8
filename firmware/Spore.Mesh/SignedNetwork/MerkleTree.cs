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

    // What is hashed before a leaf, and before the two halves of an inner node.
    private static readonly byte[] _domain = { 0, 1 };

    private readonly Blake2s _hash;

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
    }

    /// <summary>The hash to compute with.</summary>
    internal Blake2s Hash
    {
        get { return _hash; }
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
        HashLeaf(_hash, entry, offset, length, _roots, _depth * HashSize);
        _depth++;

        // Every bit that is set in the old count is a subtree as large as the one at its right by now.
        for (int size = _count; (size & 1) != 0; size >>= 1)
        {
            _depth--;
            int left = (_depth - 1) * HashSize;
            HashNode(_hash, _roots, left, _roots, _depth * HashSize, _roots, left);
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
            HashNode(_hash, _roots, i * HashSize, root, offset, root, offset);
        }
    }

    /// <summary>Computes the hash of a leaf.</summary>
    /// <param name="hash">The hash to compute with.</param>
    /// <param name="entry">A buffer with the leaf's data.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="digest">The buffer that takes the hash, 32 bytes.</param>
    /// <param name="digestOffset">Where the hash is to start.</param>
    internal static void HashLeaf(
        Blake2s hash, byte[] entry, int offset, int length, byte[] digest, int digestOffset)
    {
        hash.Begin(HashSize);
        hash.Update(_domain, 0, 1);
        hash.Update(entry, offset, length);
        hash.Finish(digest, digestOffset);
    }

    /// <summary>Computes the hash of an inner node.</summary>
    /// <param name="hash">The hash to compute with.</param>
    /// <param name="left">A buffer with the hash of its left child.</param>
    /// <param name="leftOffset">Where that hash starts.</param>
    /// <param name="right">A buffer with the hash of its right child.</param>
    /// <param name="rightOffset">Where that hash starts.</param>
    /// <param name="digest">The buffer that takes the hash, 32 bytes; it may be that of a child.</param>
    /// <param name="digestOffset">Where the hash is to start.</param>
    internal static void HashNode(
        Blake2s hash, byte[] left, int leftOffset, byte[] right, int rightOffset, byte[] digest, int digestOffset)
    {
        hash.Begin(HashSize);
        hash.Update(_domain, 1, 1);
        hash.Update(left, leftOffset, HashSize);
        hash.Update(right, rightOffset, HashSize);
        hash.Finish(digest, digestOffset);
    }
}
