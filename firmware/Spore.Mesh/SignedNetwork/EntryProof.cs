using System;
using Spore.Base;
using Spore.Crypto;

namespace Spore.SignedNetwork;

/// <summary>
/// The proof that an entry belongs to a signed network: what the files entry/HEX, route/IP and witness/N hold (PROTOCOL
/// section 7.7). Integers are big-endian.
/// <code>
///  0   8  network version, that of the header
///  8   4  leaf index, from 0, below the header's number of entries
/// 12      the entry, then its audit path (RFC 6962 section 2.1.1), leaf upwards, 32 bytes each; nothing behind it
/// </code>
/// The length of the path follows from the index and the number of entries.
/// </summary>
public static class EntryProof
{
    /// <summary>Where the version starts, 8 bytes.</summary>
    public const int VersionOffset = 0;

    /// <summary>Where the leaf index starts, 4 bytes.</summary>
    public const int IndexOffset = 8;

    /// <summary>Where the entry starts.</summary>
    public const int EntryOffset = 12;

    /// <summary>The length of the largest proof in bytes.</summary>
    public const int MaxSize = EntryOffset + NetworkEntry.MaxSize + (AuditPath.MaxHashes * MerkleTree.HashSize);

    /// <summary>Reads the network version.</summary>
    /// <param name="proof">A buffer that holds at least the first 12 bytes of the proof.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>The version.</returns>
    public static ulong Version(byte[] proof, int offset)
    {
        return BigEndian.ReadUInt64(proof, offset + VersionOffset);
    }

    /// <summary>Reads the leaf index.</summary>
    /// <param name="proof">A buffer that holds at least the first 12 bytes of the proof.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>The index of the entry in the network, from 0.</returns>
    public static long Index(byte[] proof, int offset)
    {
        return BigEndian.ReadUInt32(proof, offset + IndexOffset);
    }

    /// <summary>
    /// Checks all of a proof but its hashes, which cost much more. Called before them; changes nothing.
    /// </summary>
    /// <param name="proof">A buffer that holds the proof.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="header">A buffer that holds the header, whose signature has verified.</param>
    /// <param name="headerOffset">Where the header starts.</param>
    /// <returns>
    /// What is wrong with it; <see cref="NetworkFault.OtherVersion"/> where the header is of another version.
    /// </returns>
    public static NetworkFault Check(byte[] proof, int offset, int length, byte[] header, int headerOffset)
    {
        if (length < EntryOffset)
        {
            return NetworkFault.Truncated;
        }

        if (Version(proof, offset) != NetworkHeader.Version(header, headerOffset))
        {
            return NetworkFault.OtherVersion;
        }

        long index = Index(proof, offset);
        long count = BigEndian.ReadUInt32(header, headerOffset + NetworkHeader.CountOffset);
        if (index >= count)
        {
            return NetworkFault.Index;
        }

        NetworkFault fault = NetworkEntry.Check(proof, offset + EntryOffset, length - EntryOffset);
        if (fault != NetworkFault.None)
        {
            return fault;
        }

        int size = Size(NetworkEntry.Length(proof, offset + EntryOffset), index, count);
        return length < size ? NetworkFault.Truncated
            : length > size ? NetworkFault.TrailingBytes
            : NetworkFault.None;
    }

    /// <summary>
    /// Checks all of a proof (RFC 9162 section 2.1.3.2). Called before anything in it is used; changes nothing but the
    /// root. It hashes the entry, and 64 bytes for each hash in the path.
    /// </summary>
    /// <param name="proof">A buffer that holds the proof.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="header">A buffer that holds the header, whose signature has verified.</param>
    /// <param name="headerOffset">Where the header starts.</param>
    /// <param name="hash">The hash to compute with.</param>
    /// <param name="root">A buffer that takes the root that the proof leads to, 32 bytes.</param>
    /// <param name="rootOffset">Where the root is to start.</param>
    /// <returns>
    /// What is wrong with it; <see cref="NetworkFault.Root"/> where the path does not lead to the header's root.
    /// </returns>
    public static NetworkFault Verify(
        byte[] proof,
        int offset,
        int length,
        byte[] header,
        int headerOffset,
        Blake2s hash,
        byte[] root,
        int rootOffset)
    {
        NetworkFault fault = Check(proof, offset, length, header, headerOffset);
        if (fault != NetworkFault.None)
        {
            return fault;
        }

        int entryLength = NetworkEntry.Length(proof, offset + EntryOffset);
        MerkleTree.HashLeaf(hash, proof, offset + EntryOffset, entryLength, root, rootOffset);
        int next = offset + EntryOffset + entryLength;
        long node = Index(proof, offset);
        long last = BigEndian.ReadUInt32(header, headerOffset + NetworkHeader.CountOffset) - 1;
        for (; last > 0; last >>= 1)
        {
            if ((node & 1) != 0)
            {
                MerkleTree.HashNode(hash, proof, next, root, rootOffset, root, rootOffset);
                next += MerkleTree.HashSize;
            }
            else if (node < last)
            {
                MerkleTree.HashNode(hash, root, rootOffset, proof, next, root, rootOffset);
                next += MerkleTree.HashSize;
            }

            node >>= 1;
        }

        int expected = headerOffset + NetworkHeader.RootOffset;
        return ConstantTime.Equal(root, rootOffset, header, expected, MerkleTree.HashSize)
            ? NetworkFault.None
            : NetworkFault.Root;
    }

    /// <summary>
    /// Writes a proof all but its audit path, and begins the path in its place. The proof is complete when every entry
    /// of the network has been added to the path, in order.
    /// </summary>
    /// <param name="network">The network, complete.</param>
    /// <param name="index">The index of the entry, below the network's number of entries.</param>
    /// <param name="path">What computes the path. A path that it was computing is given up.</param>
    /// <param name="proof">The buffer that takes the proof. It belongs to the path until that is complete.</param>
    /// <param name="offset">Where the proof is to start.</param>
    /// <returns>The length of the complete proof in bytes, at most <see cref="MaxSize"/>.</returns>
    public static int Begin(NetworkFile network, int index, AuditPath path, byte[] proof, int offset)
    {
        int entryLength = network.EntryLength(index);
        BigEndian.WriteUInt64(proof, offset + VersionOffset, network.Version);
        BigEndian.WriteUInt32(proof, offset + IndexOffset, index);
        Array.Copy(network.Bytes, network.EntryOffset(index), proof, offset + EntryOffset, entryLength);
        path.Begin(index, network.Count, proof, offset + EntryOffset + entryLength);
        return Size(entryLength, index, network.Count);
    }

    /// <summary>Computes the length of a proof.</summary>
    /// <param name="network">The network, complete.</param>
    /// <param name="index">The index of the entry, below the network's number of entries.</param>
    /// <returns>The length in bytes, at most <see cref="MaxSize"/>.</returns>
    public static int Size(NetworkFile network, int index)
    {
        return Size(network.EntryLength(index), index, network.Count);
    }

    private static int Size(int entryLength, long index, long count)
    {
        return EntryOffset + entryLength + (AuditPath.CountHashes(index, count) * MerkleTree.HashSize);
    }
}
