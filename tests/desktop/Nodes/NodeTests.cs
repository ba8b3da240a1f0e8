using System;
using System.Linq;
using Spore.Network;
using Xunit;

namespace Spore.Tests.Nodes;

public class NodeTests
{
    [Fact]
    public void Nodes_with_a_key_and_a_root_alone_end_on_the_network_that_one_of_them_has()
    {
        Mesh mesh = new();
        MeshNode[] nodes = [.. Enumerable.Range(1, 5).Select(i => mesh.Add((byte)i))];
        Assert.Equal(NetworkFault.None, nodes[0].Load(Mesh.NetworkOf(1, nodes, witness: nodes[0])));

        Assert.True(mesh.RunUntil(() => nodes.All(n => n.Node.NetworkVersion == 1), 60_000), State(mesh));
        Assert.True(mesh.RunUntil(() => nodes.Skip(1).All(n => n.Node.IsFresh(mesh.Now)), 60_000), State(mesh));
        Assert.False(nodes[0].Node.IsFresh(mesh.Now));
    }

    [Fact]
    public void Two_keypairs_more_than_slots_and_one_initiation_for_all_are_enough()
    {
        Mesh mesh = new(2) { Loss = 0.05, Jitter = 20 };
        NodeLimits limits = MeshNode.Limits();
        limits.Peers = 6;
        limits.Guests = 2;
        limits.Keypairs = 10;
        limits.Initiations = 1;
        MeshNode[] nodes = [.. Enumerable.Range(1, 7).Select(i => mesh.Add((byte)i, limits))];
        nodes[0].Load(Mesh.NetworkOf(1, nodes, witness: nodes[0]));
        Assert.True(mesh.RunUntil(() => nodes.All(n => n.Node.NetworkVersion == 1), 600_000), State(mesh));

        // Everyone talks to everyone, so that sessions are made, replaced and ended all the time.
        foreach (MeshNode node in nodes)
        {
            node.Node.HostAnswersEcho = true;
        }

        for (int round = 0; round < 60; round++)
        {
            TalkToAll(nodes);
            mesh.Run(10_000);
        }

        mesh.Loss = 0;
        mesh.Run(20_000);
        foreach (MeshNode node in nodes)
        {
            node.Delivered.Clear();
        }

        TalkToAll(nodes);
        mesh.Run(30_000);
        foreach (MeshNode node in nodes)
        {
            Assert.True(node.Delivered.Count == nodes.Length - 1, State(mesh));
        }
    }

    [Fact]
    public void A_new_version_is_pushed_to_everyone_in_session()
    {
        Mesh mesh = new();
        MeshNode[] nodes = [.. Enumerable.Range(1, 4).Select(i => mesh.Add((byte)i))];
        nodes[0].Load(Mesh.NetworkOf(1, nodes));
        Assert.True(mesh.RunUntil(() => nodes.All(n => n.Node.NetworkVersion == 1), 60_000), State(mesh));
        mesh.Run(20_000);
        nodes[0].Load(Mesh.NetworkOf(2, nodes));
        Assert.True(mesh.RunUntil(() => nodes.All(n => n.Node.NetworkVersion == 2), 30_000), State(mesh));
    }

    [Fact]
    public void A_rebooted_node_comes_back_without_a_clock()
    {
        Mesh mesh = new();
        MeshNode[] nodes = [.. Enumerable.Range(1, 3).Select(i => mesh.Add((byte)i))];
        nodes[0].Node.SetWallClock(1_900_000_000_000, mesh.Now);
        nodes[0].Load(Mesh.NetworkOf(1, nodes));
        Assert.True(mesh.RunUntil(() => nodes.All(n => n.Node.NetworkVersion == 1), 60_000), State(mesh));
        mesh.Run(200_000);
        nodes[2].Reboot();
        Assert.True(mesh.RunUntil(() => nodes[2].Node.NetworkVersion == 1, 10_000), State(mesh));
    }

    [Fact]
    public void Sessions_with_a_rebooted_node_are_back_within_two_seconds_of_its_hello()
    {
        Mesh mesh = new();
        MeshNode[] nodes = [.. Enumerable.Range(1, 6).Select(i => mesh.Add((byte)i))];
        nodes[0].Load(Mesh.NetworkOf(1, nodes, witness: nodes[0]));
        Assert.True(mesh.RunUntil(() => nodes.All(n => n.Node.NetworkVersion == 1), 60_000), State(mesh));
        mesh.RunUntil(() => nodes[5].Node.SessionCount(mesh.Now) == 5, 600_000);
        MeshNode[] before = [.. nodes.Take(5).Where(n => n.Node.Peers.Any(p => p.InUse && p.PublicKey.SequenceEqual(nodes[5].Key) && p.HasSession(mesh.Now)))];
        Assert.NotEmpty(before);

        nodes[5].Reboot();
        Assert.True(mesh.RunUntil(() => nodes[5].Knows(NodeEvent.HelloSent), 2000));
        mesh.Run(2100);
        foreach (MeshNode node in before)
        {
            Assert.Contains(nodes[5].Node.Peers, p => p.InUse && p.PublicKey.SequenceEqual(node.Key) && p.HasSession(mesh.Now));
        }

        mesh.Run(2100);
        Assert.True(nodes[5].Node.IsFresh(mesh.Now), State(mesh));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Loss_and_reordering_delay_it_only(int seed)
    {
        Mesh mesh = new(seed) { Loss = 0.2, Jitter = 40 };
        MeshNode[] nodes = [.. Enumerable.Range(1, 6).Select(i => mesh.Add((byte)i))];
        nodes[0].Load(Mesh.NetworkOf(1, nodes, witness: nodes[0]));
        Assert.True(mesh.RunUntil(() => nodes.All(n => n.Node.NetworkVersion == 1), 600_000), State(mesh));
    }

    private static void TalkToAll(MeshNode[] nodes)
    {
        foreach (MeshNode from in nodes)
        {
            foreach (MeshNode to in nodes.Where(n => n != from))
            {
                from.Send(InnerPacket.Echo(Address(from), Address(to)));
            }
        }
    }

    private static byte[] Address(MeshNode node) => [0xFD, .. new byte[14], node.Seed];

    internal static string State(Mesh mesh) => string.Join(
        Environment.NewLine,
        mesh.Nodes.Select(n => $"{n.Seed}: version {n.Node.NetworkVersion}, {n.Node.SessionCount(mesh.Now)} sessions, events {string.Join(" ", n.Events.TakeLast(30).Select(e => e.What + "=" + e.Value + "@" + mesh.Nodes.FirstOrDefault(m => e.Key is not null && m.Key.SequenceEqual(e.Key))?.Seed))}"));
}
