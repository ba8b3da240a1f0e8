using System;
using Spore.Base;

namespace Spore.SignedNetwork;

// A part of a network: the head, the node's own entry with its audit path, and entries of peers (PROTOCOL section 7.8).
// Each entry has been proven, and is followed by the time of its last use. The own entry is the first one. Its audit
// path is at the end of the memory, followed by its leaf index.
public sealed partial class NetworkFile
{
    private const int StampSize = 4;
    private const int IndexSize = 4;

    /// <summary>Whether the file holds a part of the network: some entries, each of which has been proven.</summary>
    public bool IsSparse { get; private set; }

    /// <summary>Where free memory starts: a proof can be received there while the file is not complete.</summary>
    internal int FreeOffset
    {
        get { return Length; }
    }

    /// <summary>The number of bytes of free memory.</summary>
    internal int FreeSize
    {
        get { return (Count == 0 ? Bytes.Length : OwnPathOffset) - Length; }
    }

    /// <summary>Where the own entry starts.</summary>
    internal int OwnEntryOffset
    {
        get { return HeadSize; }
    }

    /// <summary>The leaf index of the own entry in the whole network.</summary>
    internal int OwnLeaf
    {
        get { return (int)BigEndian.ReadUInt32(Bytes, Bytes.Length - IndexSize); }
    }

    /// <summary>Where the audit path of the own entry starts.</summary>
    internal int OwnPathOffset
    {
        get { return Bytes.Length - IndexSize - OwnPathSize; }
    }

    /// <summary>The length of that audit path in bytes.</summary>
    internal int OwnPathSize
    {
        get { return AuditPath.CountHashes(OwnLeaf, NetworkHeader.Count(Bytes, 0)) * MerkleTree.HashSize; }
    }

    /// <summary>
    /// Called when a part of a network is to be held. The signatures of its head have verified; what was held is lost.
    /// </summary>
    /// <param name="head">A buffer that holds the head, which was checked.</param>
    /// <param name="offset">Where it starts.</param>
    internal void BeginPart(byte[] head, int offset)
    {
        Clear();
        CopyHead(head, offset);
        IsSparse = true;
    }

    /// <summary>
    /// Called with the proof of the own entry, which has verified. It is the first entry of a part.
    /// </summary>
    /// <param name="proof">A buffer that holds the proof; it may be the free memory of this file.</param>
    /// <param name="offset">Where the proof starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="seconds">The time of use, in seconds on the monotonic clock.</param>
    /// <returns>False, with nothing changed, where it does not fit.</returns>
    internal bool AddOwn(byte[] proof, int offset, int length, int seconds)
    {
        int entry = offset + EntryProof.EntryOffset;
        int entryLength = NetworkEntry.Length(proof, entry);
        int path = length - EntryProof.EntryOffset - entryLength;
        if (Length + EntryProof.EntryOffset + entryLength + path + IndexSize > Bytes.Length)
        {
            return false;
        }

        // In the free memory itself, the path moves away before the entry takes its place.
        long leaf = EntryProof.Index(proof, offset);
        Array.Copy(proof, entry + entryLength, Bytes, Bytes.Length - IndexSize - path, path);
        BigEndian.WriteUInt32(Bytes, Bytes.Length - IndexSize, leaf);
        _prefixes = NetworkEntry.PrefixCount(proof, entry);
        Append(proof, entry, entryLength, seconds);
        return true;
    }

    /// <summary>
    /// Called with an entry whose proof has verified, and which is not held yet. In a complete file, entries have other
    /// indices afterwards.
    /// </summary>
    /// <param name="entry">A buffer that holds the entry; it may be the free memory of this file.</param>
    /// <param name="offset">Where the entry starts.</param>
    /// <param name="seconds">The time of use, in seconds on the monotonic clock.</param>
    /// <returns>False, with nothing changed, where it does not fit.</returns>
    internal bool AddEntry(byte[] entry, int offset, int seconds)
    {
        int length = NetworkEntry.Length(entry, offset);
        int prefixes = _prefixes + NetworkEntry.PrefixCount(entry, offset);
        if (Count == _limits.NetworkEntries || prefixes > _limits.Prefixes || length + StampSize > FreeSize)
        {
            return false;
        }

        _prefixes = prefixes;
        Append(entry, offset, length, seconds);
        if (IsComplete)
        {
            Index();
        }

        return true;
    }

    /// <summary>Whether an entry would fit if the own one alone were held.</summary>
    /// <param name="entry">A buffer with the entry.</param>
    /// <param name="offset">Where it starts.</param>
    internal bool CanHold(byte[] entry, int offset)
    {
        int own = OwnEntryOffset;
        int free = OwnPathOffset - own - NetworkEntry.Length(Bytes, own) - StampSize;
        return _limits.NetworkEntries > 1
            && NetworkEntry.Length(entry, offset) + StampSize <= free
            && NetworkEntry.PrefixCount(Bytes, own) + NetworkEntry.PrefixCount(entry, offset) <= _limits.Prefixes;
    }

    /// <summary>
    /// Called when the memory of an entry is needed. Entries have other indices and other places afterwards.
    /// </summary>
    /// <param name="index">The index of the entry, not of the own one.</param>
    internal void RemoveEntry(int index)
    {
        int offset = _offsets[index];
        int next = offset + NetworkEntry.Length(Bytes, offset) + StampSize;
        _prefixes -= NetworkEntry.PrefixCount(Bytes, offset);
        Array.Copy(Bytes, next, Bytes, offset, Length - next);
        Length -= next - offset;
        Count--;
        Index();
    }

    /// <summary>Called when an entry is used.</summary>
    /// <param name="index">The index of the entry.</param>
    /// <param name="seconds">The time, in seconds on the monotonic clock.</param>
    internal void Use(int index, int seconds)
    {
        int offset = _offsets[index];
        BigEndian.WriteUInt32(Bytes, offset + NetworkEntry.Length(Bytes, offset), seconds);
    }

    /// <summary>When an entry was used last, in seconds on the monotonic clock.</summary>
    /// <param name="index">The index of the entry.</param>
    internal int UsedAt(int index)
    {
        int offset = _offsets[index];
        return (int)BigEndian.ReadUInt32(Bytes, offset + NetworkEntry.Length(Bytes, offset));
    }

    /// <summary>
    /// Called when the file becomes the applied network, or entries were added or removed: puts the entries in the
    /// order of their keys. One that shares the memory for this order with it may not be used any more.
    /// </summary>
    internal void Index()
    {
        int offset = HeadSize;
        for (int i = 0; i < Count; i++)
        {
            int key = offset + NetworkEntry.KeyOffset;
            int at = i;
            while (at > 0 && CompareKeys(Bytes, _offsets[at - 1] + NetworkEntry.KeyOffset, Bytes, key, KeySize) > 0)
            {
                _offsets[at] = _offsets[at - 1];
                at--;
            }

            _offsets[at] = offset;
            offset += NetworkEntry.Length(Bytes, offset) + (IsSparse ? StampSize : 0);
        }

        IsComplete = true;
    }

    private void Append(byte[] entry, int offset, int length, int seconds)
    {
        Array.Copy(entry, offset, Bytes, Length, length);
        BigEndian.WriteUInt32(Bytes, Length + length, seconds);
        Length += length + StampSize;
        Count++;
    }
}
