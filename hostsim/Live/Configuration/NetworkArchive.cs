using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using Spore.Crypto;
using Spore.SignedNetwork;
using Spore.Signing;

namespace Spore.Hostsim.Live.Configuration;

/// <summary>
/// A network file that is larger than the node can hold: the node holds a part, and this has the proofs of all entries
/// (PROTOCOL section 7.7). Not safe for concurrent use.
/// </summary>
internal sealed class NetworkArchive
{
    private readonly NetworkFile _network;
    private readonly MerkleLevels _levels;

    // By address and length in bits; addresses of IPv4 in their upper bytes.
    private readonly Dictionary<(bool IsIpv6, UInt128 Address, int Bits), int> _prefixes = [];
    private readonly Dictionary<UInt128, int> _linkLocals = [];
    private readonly List<int> _witnesses = [];

    /// <summary>Hashes a network, which takes a second or more for 100,000 entries.</summary>
    /// <param name="bytes">The file's bytes, verified.</param>
    /// <param name="file">Its name, for messages.</param>
    public NetworkArchive(byte[] bytes, string file)
    {
        Blake2s hash = new();
        _network = NetworkReader.Load(bytes, file);
        _levels = new MerkleLevels(hash, _network.Count);
        for (_levels.Begin(_network.Count); !_levels.IsComplete;)
        {
            _levels.Step(_network);
        }

        byte[] address = new byte[LinkLocalAddress.Size];
        EntryField field = new();
        for (int i = 0; i < _network.Count; i++)
        {
            int entry = _network.EntryOffset(i);
            LinkLocalAddress.FromKey(hash, _network.Bytes, entry + NetworkEntry.KeyOffset, address, 0);
            _linkLocals.TryAdd(Key(address), i);
            if (NetworkEntry.IsWitness(_network.Bytes, entry))
            {
                _witnesses.Add(i);
            }

            for (field.Begin(_network.Bytes, entry); field.Next();)
            {
                if (field.Type == EntryField.Prefix)
                {
                    ReadOnlySpan<byte> prefix = _network.Bytes.AsSpan(field.ValueOffset, field.ValueLength);
                    _prefixes.TryAdd((prefix.Length == 17, Key(prefix[..^1]), prefix[^1]), i);
                }
            }
        }
    }

    /// <summary>The number of entries.</summary>
    public int Count => _network.Count;

    /// <summary>The network version.</summary>
    public ulong Version => _network.Version;

    /// <summary>The file's bytes.</summary>
    public byte[] Bytes => _network.Bytes;

    /// <summary>Makes the proof of a key's entry.</summary>
    /// <param name="key">The public key.</param>
    /// <returns>The proof; null where the network does not name the key.</returns>
    public byte[]? ProofOf(byte[] key)
    {
        byte[] proof = new byte[EntryProof.MaxSize];
        int length = Find(ProofName.Entry, key, proof);
        return length == 0 ? null : proof[..length];
    }

    /// <summary>Makes the proof that a name stands for.</summary>
    /// <param name="kind">What is named.</param>
    /// <param name="value">The key, the address or the number, from its start on.</param>
    /// <param name="proof">Takes the proof.</param>
    /// <returns>The length of the proof in bytes; 0 where there is none, or too little memory for it.</returns>
    public int Find(ProofName kind, byte[] value, Span<byte> proof)
    {
        int index = IndexOf(kind, value);
        int length = index < 0 ? 0 : EntryProof.Size(_network, index);
        if (length == 0 || length > proof.Length)
        {
            return 0;
        }

        int entryLength = _network.EntryLength(index);
        BinaryPrimitives.WriteUInt64BigEndian(proof, Version);
        BinaryPrimitives.WriteInt32BigEndian(proof[EntryProof.IndexOffset..], index);
        _network.Bytes.AsSpan(_network.EntryOffset(index), entryLength).CopyTo(proof[EntryProof.EntryOffset..]);
        int path = EntryProof.EntryOffset + entryLength;
        for (int i = path; i < length; i++)
        {
            proof[i] = _levels.PathByte(index, i - path);
        }

        return length;
    }

    private int IndexOf(ProofName kind, byte[] value)
    {
        switch (kind)
        {
            case ProofName.Entry:
                return _network.Find(value, 0);
            case ProofName.Witness:
                uint number = BinaryPrimitives.ReadUInt32BigEndian(value);
                return number < _witnesses.Count ? _witnesses[(int)number] : -1;
            case ProofName.Ipv6 when LinkLocalAddress.IsLinkLocal(value, 0):
                return _linkLocals.GetValueOrDefault(Key(value.AsSpan(0, LinkLocalAddress.Size)), -1);
            case ProofName.Ipv4 or ProofName.Ipv6:
                return Longest(value.AsSpan(0, kind == ProofName.Ipv6 ? LinkLocalAddress.Size : sizeof(uint)));
            default:
                return -1;
        }
    }

    private int Longest(ReadOnlySpan<byte> address)
    {
        UInt128 key = Key(address);
        for (int bits = address.Length * 8; bits >= 0; bits--)
        {
            UInt128 masked = bits == 0 ? 0 : key & (UInt128.MaxValue << (128 - bits));
            if (_prefixes.TryGetValue((address.Length == LinkLocalAddress.Size, masked, bits), out int index))
            {
                return index;
            }
        }

        return -1;
    }

    private static UInt128 Key(ReadOnlySpan<byte> address)
    {
        Span<byte> key = stackalloc byte[16];
        address.CopyTo(key);
        return BinaryPrimitives.ReadUInt128BigEndian(key);
    }
}
