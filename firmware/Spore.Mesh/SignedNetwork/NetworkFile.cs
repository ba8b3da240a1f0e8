using System;
using Spore.Crypto;

namespace Spore.SignedNetwork;

/// <summary>
/// A signed network in fixed memory, whole or in part. It is empty, or being received (from <see cref="Begin"/> on), or
/// complete (from <see cref="Complete"/> on). After any fault it is empty. Of a network that does not fit, the file
/// holds the head and some entries: see NetworkFile.Parts.cs.
/// </summary>
public sealed partial class NetworkFile
{
    private const int KeySize = NetworkEntry.KeySize;

    private readonly NetworkLimits _limits;
    private readonly MerkleTree _tree;
    private readonly byte[] _root;
    private readonly int[] _offsets;
    private int _previous;
    private int _next;
    private int _prefixes;
    private int _witnesses;

    /// <summary>Makes an empty file and takes all memory it will ever use.</summary>
    /// <param name="limits">What it must be able to hold: bytes, entries and prefixes.</param>
    /// <param name="hash">The hash to compute with; it can be shared with what is not at work during a call.</param>
    public NetworkFile(NetworkLimits limits, Blake2s hash)
    {
        _limits = limits;
        _tree = new MerkleTree(hash, limits.NetworkEntries);
        _root = new byte[MerkleTree.HashSize];
        _offsets = new int[limits.NetworkEntries];
        Bytes = new byte[NetworkHeader.MaxHeadSize + limits.NetworkBytes];
    }

    /// <summary>
    /// Makes another file of the same size, and shares with it what only one of them needs: while one is complete the
    /// other can be received, and then replace it.
    /// </summary>
    /// <param name="other">The other file.</param>
    public NetworkFile(NetworkFile other)
    {
        _limits = other._limits;
        _tree = other._tree;
        _root = other._root;
        _offsets = other._offsets;
        Bytes = new byte[other.Bytes.Length];
    }

    /// <summary>
    /// The file, of which the first <see cref="Length"/> bytes count: the head, then the entries. Not to be changed.
    /// </summary>
    public readonly byte[] Bytes;

    /// <summary>The number of bytes received.</summary>
    public int Length { get; private set; }

    /// <summary>
    /// The number of entries received whole; once the file is complete, all of them that it holds.
    /// </summary>
    public int Count { get; private set; }

    /// <summary>Whether all that it is to hold is there and agrees with the header.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Whether nothing is held.</summary>
    public bool IsEmpty
    {
        get { return Length == 0; }
    }

    /// <summary>The number of bytes still to come; 0 when empty.</summary>
    public int Missing
    {
        get { return Length == 0 ? 0 : HeadSize + NetworkHeader.EntriesLength(Bytes, 0) - Length; }
    }

    /// <summary>The length of header and certificate in bytes; 0 when empty.</summary>
    public int HeadSize
    {
        get { return Length == 0 ? 0 : NetworkHeader.HeadSize(Bytes, 0); }
    }

    /// <summary>The version of the network, 0 when empty.</summary>
    public ulong Version
    {
        get { return Length == 0 ? 0 : NetworkHeader.Version(Bytes, 0); }
    }

    /// <summary>When it was issued, in Unix seconds; 0 when empty.</summary>
    public long Issued
    {
        get { return Length == 0 ? 0 : NetworkHeader.Issued(Bytes, 0); }
    }

    /// <summary>When it expires, in Unix seconds; 0 for never and when empty.</summary>
    public long Expires
    {
        get { return Length == 0 ? 0 : NetworkHeader.Expires(Bytes, 0); }
    }

    // Free while the file is complete and no other one that shares it is received.
    internal MerkleTree Tree
    {
        get { return _tree; }
    }

    /// <summary>Tells where an entry starts.</summary>
    /// <param name="index">Its index, below <see cref="Count"/>, in a complete file.</param>
    /// <returns>Its offset in <see cref="Bytes"/>.</returns>
    public int EntryOffset(int index)
    {
        return _offsets[index];
    }

    /// <summary>Tells how long an entry is.</summary>
    /// <param name="index">Its index, below <see cref="Count"/>.</param>
    /// <returns>Its length in bytes.</returns>
    public int EntryLength(int index)
    {
        return NetworkEntry.Length(Bytes, _offsets[index]);
    }

    /// <summary>Finds the entry of a key.</summary>
    /// <param name="key">A buffer with the public key, 32 bytes.</param>
    /// <param name="keyOffset">Where the key starts.</param>
    /// <returns>The entry's index, or -1.</returns>
    public int Find(byte[] key, int keyOffset)
    {
        return Find(key, keyOffset, KeySize);
    }

    /// <summary>As the other one, by the first bytes of a key.</summary>
    /// <param name="key">A buffer with them.</param>
    /// <param name="keyOffset">Where they start.</param>
    /// <param name="length">Their number.</param>
    /// <returns>The index of an entry whose key starts with them, or -1.</returns>
    internal int Find(byte[] key, int keyOffset, int length)
    {
        int low = 0;
        int high = Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            int order = CompareKeys(key, keyOffset, Bytes, _offsets[middle] + NetworkEntry.KeyOffset, length);
            if (order == 0)
            {
                return middle;
            }

            if (order < 0)
            {
                high = middle - 1;
            }
            else
            {
                low = middle + 1;
            }
        }

        return -1;
    }

    /// <summary>
    /// Starts to receive a network. Called once the signatures of its head have verified; what was held is lost.
    /// </summary>
    /// <param name="head">A buffer that holds the head.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>
    /// What is wrong with the head, as <see cref="NetworkHeader.Check"/> reports it; signatures are not looked at.
    /// </returns>
    public NetworkFault Begin(byte[] head, int offset)
    {
        Clear();
        NetworkFault fault = NetworkHeader.Check(head, offset);
        if (fault != NetworkFault.None)
        {
            return fault;
        }

        if (!NetworkHeader.IsWithin(head, offset, _limits))
        {
            return NetworkFault.TooLarge;
        }

        CopyHead(head, offset);
        _next = Length;
        _witnesses = 0;
        _tree.Begin();
        return NetworkFault.None;
    }

    /// <summary>
    /// Takes the next bytes behind the head. Called in order, in pieces of any size; checks and hashes each entry as
    /// soon as it is whole, so that how the bytes were split makes no difference.
    /// </summary>
    /// <param name="data">A buffer that holds the bytes.</param>
    /// <param name="offset">Where they start.</param>
    /// <param name="count">Their number.</param>
    /// <returns>
    /// What is wrong with them. When nothing had begun that is <see cref="NetworkFault.Truncated"/>, since
    /// the header is missing.
    /// </returns>
    public NetworkFault Append(byte[] data, int offset, int count)
    {
        if (Length == 0)
        {
            return NetworkFault.Truncated;
        }

        int taken = Missing < count ? Missing : count;
        Array.Copy(data, offset, Bytes, Length, taken);
        Length += taken;
        NetworkFault fault = TakeEntries();
        if (fault == NetworkFault.None && taken < count)
        {
            fault = NetworkFault.TrailingBytes;
        }

        return Settle(fault);
    }

    /// <summary>
    /// Ends the reception. Called when no more bytes come; only now the file may be used, and one that shares
    /// with it may not any more.
    /// </summary>
    /// <returns>
    /// What is wrong with it: bytes are missing, the entries don't hash to the root in the header, or it counts other
    /// witnesses.
    /// </returns>
    public NetworkFault Complete()
    {
        if (IsComplete)
        {
            return NetworkFault.None;
        }

        if (Length == 0 || Missing != 0)
        {
            return Settle(NetworkFault.Truncated);
        }

        _tree.Root(_root, 0);
        if (!ConstantTime.Equal(_root, 0, Bytes, NetworkHeader.RootOffset, MerkleTree.HashSize))
        {
            return Settle(NetworkFault.Root);
        }

        if (_witnesses != Bytes[NetworkHeader.WitnessesOffset])
        {
            return Settle(NetworkFault.Witnesses);
        }

        // Last, since only now it is known that these are the network's entries.
        if (_prefixes > _limits.Prefixes)
        {
            return Settle(NetworkFault.TooLarge);
        }

        Index();
        return NetworkFault.None;
    }

    /// <summary>Forgets everything; also gives up a reception.</summary>
    public void Clear()
    {
        Length = 0;
        Count = 0;
        IsComplete = false;
        IsSparse = false;
        _next = 0;
        _prefixes = 0;
    }

    private void CopyHead(byte[] head, int offset)
    {
        Length = NetworkHeader.HeadSize(head, offset);
        Array.Copy(head, offset, Bytes, 0, Length);
    }

    private NetworkFault Settle(NetworkFault fault)
    {
        if (fault != NetworkFault.None)
        {
            Clear();
        }

        return fault;
    }

    private NetworkFault TakeEntries()
    {
        int total = HeadSize + NetworkHeader.EntriesLength(Bytes, 0);
        int entries = NetworkHeader.Count(Bytes, 0);
        while (_next < Length)
        {
            if (Count == entries)
            {
                return NetworkFault.Count;
            }

            // A length that goes beyond the file's end can never fit, so it is reported before its bytes come.
            NetworkFault fault = NetworkEntry.Check(Bytes, _next, Length - _next);
            if (total - _next < 2 || (Length - _next >= 2 && NetworkEntry.Length(Bytes, _next) > total - _next))
            {
                return NetworkFault.EntryLength;
            }

            if (fault == NetworkFault.Truncated)
            {
                return NetworkFault.None;
            }

            if (fault != NetworkFault.None)
            {
                return fault;
            }

            int previous = _previous + NetworkEntry.KeyOffset;
            int next = _next + NetworkEntry.KeyOffset;
            if (Count > 0 && CompareKeys(Bytes, previous, Bytes, next, KeySize) >= 0)
            {
                return NetworkFault.Order;
            }

            _prefixes += NetworkEntry.PrefixCount(Bytes, _next);
            if (NetworkEntry.IsWitness(Bytes, _next) && _witnesses < NetworkHeader.MostWitnesses)
            {
                _witnesses++;
            }

            int length = NetworkEntry.Length(Bytes, _next);
            _tree.AddLeaf(Bytes, _next, length);
            _previous = _next;
            _next += length;
            Count++;
        }

        return Length == total && Count < entries ? NetworkFault.Count : NetworkFault.None;
    }

    private static int CompareKeys(byte[] a, int aOffset, byte[] b, int bOffset, int length)
    {
        for (int i = 0; i < length; i++)
        {
            int difference = a[aOffset + i] - b[bOffset + i];
            if (difference != 0)
            {
                return difference;
            }
        }

        return 0;
    }
}
