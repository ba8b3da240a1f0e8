using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using Spore.Tests.Network;

namespace Spore.Tests.Nodes;

/// <summary>The network that a node holds or does not, the newer one, and what attackers show instead.</summary>
internal sealed class AttackedNetwork
{
    private readonly string _ownName;
    private readonly byte[] _ownProof;

    /// <summary>Signs both versions.</summary>
    /// <param name="node">The node that is attacked.</param>
    /// <param name="honest">Who has the newer version.</param>
    /// <param name="older">The members of the older one.</param>
    /// <param name="newer">The members of the newer one.</param>
    /// <param name="witness">The witness among them, or null.</param>
    /// <param name="padding">The entries of nobody in both.</param>
    public AttackedNetwork(
        IStation node, IStation honest, IStation[] older, IStation[] newer, IStation? witness, byte[][] padding)
    {
        HonestKey = honest.Key;
        Older = Mesh.NetworkOf(1, older, witness, 0, padding);
        Newer = Mesh.NetworkOf(2, newer, witness, 0, padding);
        TwinHead = Mesh.NetworkOf(2, newer, witness, 1_900_000_000, padding)[..144];
        _ownName = "entry/" + Convert.ToHexStringLower(node.Key);
        _ownProof = new SparseNetwork(Newer).ProofOf(node.Key);
    }

    public byte[] HonestKey { get; }

    public byte[] Older { get; }

    public byte[] Newer { get; }

    public byte[] NewerHead => Newer[..144];

    /// <summary>The newer head, and entries that its root does not fit.</summary>
    public byte[] FalseNewer => [.. Newer[..^1], (byte)~Newer[^1]];

    /// <summary>Another head of the newer version that the root has signed, without a body.</summary>
    public byte[] TwinHead { get; }

    /// <summary>A head of a higher version that nobody has signed.</summary>
    public byte[] FalseHead(Random random)
    {
        byte[] head = NewerHead;
        BinaryPrimitives.WriteUInt64BigEndian(head.AsSpan(8), (ulong)random.Next(3, 1_000_000));
        return head;
    }

    /// <summary>Gives a station the files that it serves in an attack.</summary>
    public void Give(Stranger station, Attack attack)
    {
        Dictionary<string, byte[]> files = station.Files;
        files.Clear();
        if (attack is Attack.Trickle or Attack.Lie)
        {
            files["head"] = NewerHead;
            files["network"] = FalseNewer;
            files[_ownName] = [.. _ownProof[..^1], (byte)~_ownProof[^1]];
        }
        else if (attack == Attack.ShowTwin)
        {
            files["head"] = TwinHead;
        }
    }

    /// <summary>Entries of nobody.</summary>
    public static byte[][] Padding(int count, int size) =>
        [.. Enumerable.Range(1, count).Select(i => NetworkBytes.Entry(
            i, NetworkBytes.Field(1, 10, 5, 0, (byte)i, 32), NetworkBytes.Field(32, [0, 0, 0, 1, .. new byte[size]])))];
}
