using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Mesh;
using Spore.Tests.Network;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>
/// A sparse node, and strangers as its peers, so that a test decides over each answer (PROTOCOL section 7.8).
/// </summary>
public abstract class SparseFixture
{
    private protected Mesh Wire { get; } = new();

    private protected static string Name(IStation station) => "entry/" + Convert.ToHexStringLower(station.Key);

    private protected static bool Holds(MeshNode node, IStation other) => node.Node.Network.Find(other.Key, 0) >= 0;

    // With so many other entries that it does not fit.
    private protected static byte[] Network(
        ulong version, IStation[] members, byte[]? more = null, IStation? witness = null) => Mesh.NetworkOf(
        version,
        members,
        witness,
        0,
        [
            .. Paddings(),
            .. more is null ? Array.Empty<byte[]>() : [more],
        ]);

    /// <summary>Entries of nobody.</summary>
    private protected static IEnumerable<byte[]> Paddings() => Enumerable.Range(1, 20).Select(
        i => NetworkBytes.Entry(i, NetworkBytes.Field(1, 10, 5, 0, (byte)i, 32)));

    private protected MeshNode AddSparse(byte seed, Action<NodeLimits>? change = null)
    {
        NodeLimits limits = MeshNode.Limits();
        limits.NetworkEntries = 8;
        limits.NetworkBytes = 2656;
        limits.Prefixes = 64;
        change?.Invoke(limits);
        return Wire.Add(seed, limits);
    }

    private protected void Join(MeshNode node, ulong version) => Assert.True(
        Wire.RunUntil(() => node.Node.NetworkVersion == version, 60_000), $"version {node.Node.NetworkVersion}");

    private protected static void Give(Stranger peer, SparseNetwork network)
    {
        foreach ((string name, byte[] file) in network.Files())
        {
            peer.Files[name] = file;
        }

        peer.AnswersInitiations = true;
    }

    private protected void Serve(Stranger peer, MeshNode node, SparseNetwork network)
    {
        Give(peer, network);
        Assert.True(peer.Connect(node));
        Assert.Null(peer.Write("head", network.Head).Error);
    }

    /// <summary>The node takes version 1 of a network from a member.</summary>
    private protected void Start(Stranger peer, MeshNode node, SparseNetwork network)
    {
        Serve(peer, node, network);
        Join(node, 1);
        Assert.True(Wire.RunUntil(() => Holds(node, peer), 10_000));
    }

    /// <summary>The node sends a packet to an address, and has two seconds to find out whose it is.</summary>
    private protected void Look(MeshNode node, params byte[] address)
    {
        node.Send(InnerPacket.Udp([10, 0, 0, node.Seed], address, 1, 2));
        Wire.Run(2_000);
    }

    private protected static bool IsMember(MeshNode node, IStation other) =>
        node.Slot(other.Key) is { } peer && Node.IsMember(peer);

    private protected void Meet(Stranger member, MeshNode node, SparseNetwork network)
    {
        member.Files[Name(member)] = network.ProofOf(member.Key);
        Assert.True(member.Connect(node));
        Assert.True(Wire.RunUntil(() => Holds(node, member), 5_000));
    }
}
