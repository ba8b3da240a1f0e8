using System;
using Spore.Crypto;

namespace Spore.SignedNetwork;

/// <summary>
/// All hashes of a network's Merkle tree (RFC 6962 section 2.1), for a node with memory for them: then each audit path
/// is there, for any number of readers. A node without it computes one path at a time (<see cref="AuditPath"/>).
/// </summary>
public sealed class MerkleLevels
{
    private readonly Blake2s _hash;

    // The leaves, then each level above them.
    private readonly byte[] _hashes;
    private int _count;

    // The level that is computed: where it and the one below start, as numbers of hashes, their lengths, and how many
    // hashes it has already.
    private int _start;
    private int _below;
    private int _size;
    private int _belowSize;
    private int _next;

    /// <summary>Takes the memory.</summary>
    /// <param name="hash">The hash to compute with; it can be shared with what is not at work during a call.</param>
    /// <param name="entries">The number of entries of the largest network.</param>
    public MerkleLevels(Blake2s hash, int entries)
    {
        _hash = hash;
        _hashes = new byte[CountNodes(entries) * MerkleTree.HashSize];
    }

    /// <summary>Whether all hashes are there.</summary>
    public bool IsComplete
    {
        get { return _next == _size && _size <= 1; }
    }

    /// <summary>Called when a network is applied.</summary>
    /// <param name="count">The number of its entries; 0 for a network that is not held whole.</param>
    public void Begin(int count)
    {
        _count = count;
        _start = 0;
        _below = 0;
        _size = count;
        _belowSize = 0;
        _next = 0;
    }

    /// <summary>Should be called while not complete, off the packet path: computes the next hash.</summary>
    /// <param name="network">The network.</param>
    public void Step(NetworkFile network)
    {
        if (_next == _size)
        {
            _below = _start;
            _start += _size;
            _belowSize = _size;
            _size = (_size + 1) / 2;
            _next = 0;
        }

        int at = (_start + _next) * MerkleTree.HashSize;
        int left = (_below + (2 * _next)) * MerkleTree.HashSize;
        if (_start == 0)
        {
            MerkleTree.HashLeaf(
                _hash, network.Bytes, network.EntryOffset(_next), network.EntryLength(_next), _hashes, at);
        }
        else if ((2 * _next) + 1 < _belowSize)
        {
            MerkleTree.HashNode(_hash, _hashes, left, _hashes, left + MerkleTree.HashSize, _hashes, at);
        }
        else
        {
            Array.Copy(_hashes, left, _hashes, at, MerkleTree.HashSize);
        }

        _next++;
    }

    /// <summary>Reads a byte of an audit path, leaf upwards. Called once all hashes are there.</summary>
    /// <param name="index">The index of the leaf.</param>
    /// <param name="position">Which byte, below the length of the path.</param>
    /// <returns>The byte.</returns>
    public byte PathByte(int index, int position)
    {
        int start = 0;
        int size = _count;
        int left = position / MerkleTree.HashSize;
        while (true)
        {
            int sibling = index ^ 1;
            if (sibling < size)
            {
                if (left == 0)
                {
                    return _hashes[((start + sibling) * MerkleTree.HashSize) + (position % MerkleTree.HashSize)];
                }

                left--;
            }

            start += size;
            size = (size + 1) / 2;
            index >>= 1;
        }
    }

    private static int CountNodes(int entries)
    {
        int nodes = entries;
        for (int size = entries; size > 1; size = (size + 1) / 2)
        {
            nodes += (size + 1) / 2;
        }

        return nodes;
    }
}
