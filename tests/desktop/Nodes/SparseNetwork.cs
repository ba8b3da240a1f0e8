using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using Spore.SignedNetwork;
using Spore.Tests.Network;

namespace Spore.Tests.Nodes;

/// <summary>
/// A network file with the proofs of its entries, and the answers that a whole node would give; built with nothing of
/// the core's.
/// </summary>
internal sealed class SparseNetwork
{
    private readonly byte[][] _entries;

    public SparseNetwork(byte[] file)
    {
        File = file;
        int head = file[8] == 0 && file[9] == 0 ? 144 : 256;
        List<byte[]> entries = [];
        for (int at = head; at < file.Length; at += Length(file, at))
        {
            entries.Add(file[at..(at + Length(file, at))]);
        }

        _entries = [.. entries];
        Head = file[..head];
    }

    public byte[] File { get; }

    public byte[] Head { get; }

    public byte[] ProofOf(byte[] key) => Proof(Array.FindIndex(_entries, e => Key(e).SequenceEqual(key)));

    public byte[] ProofOf(Func<byte[], bool> holds) => Proof(Array.FindIndex(_entries, e => holds(e)));

    /// <summary>All that a whole node serves, by name.</summary>
    public Dictionary<string, byte[]> Files()
    {
        Dictionary<string, byte[]> files = new() { ["head"] = Head, ["network"] = File };
        int witnesses = 0;
        for (int i = 0; i < _entries.Length; i++)
        {
            byte[] proof = Proof(i);
            files["entry/" + Convert.ToHexStringLower(Key(_entries[i]))] = proof;
            if (_entries[i][34] == 1 && _entries[i].Length >= 41)
            {
                files[$"route/{_entries[i][36]}.{_entries[i][37]}.{_entries[i][38]}.{_entries[i][39]}"] = proof;
            }

            if (NetworkEntry.IsWitness(_entries[i], 0))
            {
                files[$"witness/{witnesses++}"] = proof;
            }
        }

        return files;
    }

    private byte[] Proof(int index)
    {
        byte[] prefix = new byte[12];
        Head.AsSpan(8, 8).CopyTo(prefix);
        BinaryPrimitives.WriteInt32BigEndian(prefix.AsSpan(8), index);
        return [.. prefix, .. _entries[index], .. MerkleModel.Path(index, _entries).SelectMany(h => h)];
    }

    private static int Length(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at));

    private static byte[] Key(byte[] entry) => entry[2..34];
}
