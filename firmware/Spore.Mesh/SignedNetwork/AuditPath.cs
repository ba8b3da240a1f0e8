namespace Spore.SignedNetwork;

/// <summary>
/// Computes the audit path of a leaf (RFC 6962 section 2.1.1) from all leaves in order, in the memory of one
/// <see cref="MerkleTree"/>. A path is ordered from the leaf upwards.
/// </summary>
public sealed class AuditPath
{
    /// <summary>The number of hashes in the longest path, that of a leaf among 2^32 - 1.</summary>
    public const int MaxHashes = 32;

    private readonly MerkleTree _tree;
    private byte[] _path;
    private int _offset;
    private int _index;
    private int _count;
    private int _next;

    // The level of the subtree that is in the tree, 0 for that of a single leaf; -1 for none.
    private int _level;

    /// <summary>Makes one that computes nothing yet.</summary>
    /// <param name="tree">
    /// A tree for as many leaves as there will be. Nothing else uses it while a path is incomplete.
    /// </param>
    public AuditPath(MerkleTree tree)
    {
        _tree = tree;
    }

    /// <summary>Whether leaves are still missing.</summary>
    public bool IsIncomplete
    {
        get { return _next < _count; }
    }

    /// <summary>Counts the hashes in the audit path of a leaf.</summary>
    /// <param name="index">The index of the leaf, from 0, below the number of leaves.</param>
    /// <param name="count">The number of leaves, at most 2^32 - 1.</param>
    /// <returns>The number of hashes, at most 32.</returns>
    public static int CountHashes(long index, long count)
    {
        return CountHashes(index, count, MaxHashes);
    }

    /// <summary>Begins the path of a leaf. One that is incomplete is given up.</summary>
    /// <param name="index">The index of the leaf, from 0.</param>
    /// <param name="count">The number of leaves, above the index.</param>
    /// <param name="path">The buffer that takes the path, 32 bytes for each of its hashes.</param>
    /// <param name="offset">Where the path is to start.</param>
    public void Begin(int index, int count, byte[] path, int offset)
    {
        _index = index;
        _count = count;
        _path = path;
        _offset = offset;
        _next = 0;
        _level = -1;
    }

    /// <summary>
    /// Adds the next leaf. Called once for each leaf in order, that of the path included; the path is complete after
    /// the last one.
    /// </summary>
    /// <param name="entry">A buffer with the leaf's data.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    public void AddLeaf(byte[] entry, int offset, int length)
    {
        // Leaves below the same sibling of the path are neighbours, and the sibling's level is the highest bit in
        // which their indices differ from that of the path.
        int level = -1;
        for (int difference = _next ^ _index; difference > 0; difference >>= 1)
        {
            level++;
        }

        if (level != _level)
        {
            EndSubtree();
            _level = level;
            _tree.Begin();
        }

        if (level >= 0)
        {
            _tree.AddLeaf(entry, offset, length);
        }

        _next++;
        if (_next == _count)
        {
            EndSubtree();
        }
    }

    private void EndSubtree()
    {
        if (_level < 0)
        {
            return;
        }

        // Siblings on lower levels come first.
        int below = CountHashes(_index, _count, _level);
        _tree.Root(_path, _offset + (below * MerkleTree.HashSize));
    }

    private static int CountHashes(long index, long count, int levels)
    {
        int hashes = 0;
        long last = count - 1;
        for (int level = 0; level < levels; level++)
        {
            // The last node of a level has no sibling where it would be a left one; it moves up as it is.
            if ((index & 1) != 0 || index < last)
            {
                hashes++;
            }

            index >>= 1;
            last >>= 1;
        }

        return hashes;
    }
}
