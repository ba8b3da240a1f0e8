using System;
using System.Linq;
using Spore.Mesh;
using Spore.SignedNetwork;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>
/// Nodes that know each other by hello alone reach each other again after a link or an address has changed: within
/// 10 s where the host reports the change, within 25 s where it does not. Two devices that ask each other at the same
/// moment take up to 12 s, since neither has a pair left to answer with. Devices in the middle of a handshake take up
/// to 25 s and 32 s: they handle packets from before the change after it, and take the old endpoints for alive.
/// </summary>
public class ReachTests
{
    private const int Seeds = 12;

    private bool _isCut;

    // Who moves, and of whom the host reports it; then how long it may take.
    [Theory]
    [InlineData("desktop", "1 2", "1 2", 10_000)]
    [InlineData("desktop", "1 2", "1", 25_000)]
    [InlineData("desktop", "1", "1", 10_000)]
    [InlineData("desktop", "2", "2", 10_000)]
    [InlineData("desktop", "1", "", 25_000)]
    [InlineData("desktop", "1 2", "", 25_000)]
    [InlineData("device", "1 2", "1 2", 12_000)]
    [InlineData("device", "1 2", "1", 25_000)]
    [InlineData("device", "1", "1", 10_000)]
    [InlineData("device", "2", "2", 10_000)]
    [InlineData("device", "1", "", 25_000)]
    [InlineData("device", "1 2", "", 27_000)]
    public void Other_addresses(string limits, string moved, string reported, int longest)
    {
        for (byte seed = 1; seed <= Seeds; seed++)
        {
            (Mesh mesh, MeshNode[] nodes) = Pair(seed, limits);
            AssertReach(mesh, nodes, moved, reported, longest);
        }
    }

    // The handshake began up to 4 s before; then as above.
    [Theory]
    [InlineData("1 2", "1 2", 25_000)]
    [InlineData("1 2", "1", 32_000)]
    [InlineData("1", "1", 10_000)]
    [InlineData("1", "", 10_000)]
    [InlineData("1 2", "", 32_000)]
    public void Other_addresses_of_devices_in_the_middle_of_a_handshake(string moved, string reported, int longest)
    {
        for (byte seed = 1; seed <= 2 * Seeds; seed++)
        {
            (Mesh mesh, MeshNode[] nodes) = Pair(seed, "device");
            Report(mesh, nodes[0]);
            mesh.Run(new Random(seed).Next(4_000));
            AssertReach(mesh, nodes, moved, reported, longest);
        }
    }

    [Theory]
    [InlineData("desktop", 3_000)]
    [InlineData("desktop", 60_000)]
    [InlineData("device", 3_000)]
    [InlineData("device", 60_000)]
    public void A_link_that_comes_up_again(string limits, int down)
    {
        for (byte seed = 1; seed <= Seeds; seed++)
        {
            (Mesh mesh, MeshNode[] nodes) = Pair(seed, limits);
            _isCut = true;
            Report(mesh, nodes[0]);
            long end = mesh.Now + down;
            while (mesh.Now < end)
            {
                Talk(mesh, nodes);
            }

            _isCut = false;
            foreach (MeshNode node in nodes)
            {
                // Another adapter has another link-local address.
                node.Endpoint.SetIpv4([198, 51, 100, node.Seed], 0, 51820);
                Report(mesh, node);
            }

            Assert.True(Reach(mesh, nodes, 10_000), $"seed {seed}\n{NodeTests.State(mesh)}");
        }
    }

    [Fact]
    [Statement("5.1-2")]
    public void While_all_is_well_there_are_no_more_hellos_than_one_in_5_minutes()
    {
        (Mesh mesh, MeshNode[] nodes) = Pair(1, "desktop");
        foreach (MeshNode node in nodes)
        {
            node.Events.Clear();
        }

        for (int i = 0; i < 3_600; i++)
        {
            Talk(mesh, nodes);
        }

        Assert.All(nodes, n => Assert.InRange(n.Count(NodeEvent.HelloSent), 9, 17));
    }

    // A change that breaks nothing costs each of the two a hello, and one handshake.
    [Fact]
    [Statement("5.1-7", "5.1-9")]
    public void A_change_that_breaks_nothing_costs_one_hello()
    {
        (Mesh mesh, MeshNode[] nodes) = Pair(1, "desktop");
        mesh.Run(2_000);
        nodes[0].Events.Clear();
        Report(mesh, nodes[0]);
        for (int i = 0; i < 60; i++)
        {
            Talk(mesh, nodes);
        }

        Assert.Equal(1, nodes[0].Count(NodeEvent.HelloSent));
        Assert.InRange(nodes[0].Count(NodeEvent.InitiationSent), 1, 2);
    }

    // A member that is not heard is in doubt while the interval grows to 64 s, and counts as settled from then on.
    [Fact]
    [Statement("5.1-7", "5.1-8")]
    public void After_a_change_hellos_go_on_until_a_member_is_heard_or_the_interval_is_64_s()
    {
        for (byte seed = 1; seed <= 20; seed++)
        {
            Mesh mesh = new(seed);
            MeshNode node = mesh.Add(seed);
            Stranger member = mesh.AddStranger(200);
            Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(5, [node, member])));
            Assert.True(member.Connect(node));
            mesh.Run(2_000);
            node.Events.Clear();
            member.IsOn = false;
            node.Node.LinkChanged(mesh.Now);
            Assert.True(mesh.RunUntil(() => node.Count(NodeEvent.HelloSent) == 3, 10_000));
            mesh.RunUntil(() => node.Knows(NodeEvent.SessionDown), 200_000);
            Assert.InRange(node.Count(NodeEvent.HelloSent), 7, 7);
        }
    }

    [Fact]
    public void A_link_that_changes_all_the_time_does_not_put_off_the_hello()
    {
        (Mesh mesh, MeshNode[] nodes) = Pair(1, "desktop");
        nodes[0].Events.Clear();
        for (int i = 0; i < 100; i++)
        {
            nodes[0].Node.LinkChanged(mesh.Now);
            mesh.Run(100);
        }

        Assert.InRange(nodes[0].Count(NodeEvent.HelloSent), 5, 12);
    }

    [Fact]
    [Statement("5.1-5")]
    public void A_silent_last_session_starts_the_interval_anew_and_another_one_that_is_alive_does_not()
    {
        foreach (bool isLast in new[] { true, false })
        {
            Mesh mesh = new();
            MeshNode node = mesh.Add(1);
            Stranger silent = mesh.AddStranger(2);
            Stranger other = mesh.AddStranger(3);
            Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(1, [node, silent, other])));
            Assert.True(silent.Connect(node));
            Assert.True(isLast || other.Connect(node));
            mesh.Run(90_000);
            node.Events.Clear();
            Assert.True(node.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 2], 1, 2, 3)));
            for (int i = 0; i < 23; i++)
            {
                Assert.True(isLast || other.Ping());
                mesh.Run(1_000);
                Assert.True(i > 14 || !node.Knows(NodeEvent.HelloSent));
            }

            Assert.InRange(node.Count(NodeEvent.HelloSent), isLast ? 3 : 0, isLast ? 5 : 0);
        }
    }

    private static void AssertReach(Mesh mesh, MeshNode[] nodes, string moved, string reported, int longest)
    {
        for (int i = 0; i < 2; i++)
        {
            if (moved.Contains((char)('1' + i)))
            {
                nodes[i].Endpoint.SetIpv4([198, 51, 100, nodes[i].Seed], 0, 51820);
            }

            if (reported.Contains((char)('1' + i)))
            {
                Report(mesh, nodes[i]);
            }
        }

        Assert.True(Reach(mesh, nodes, longest), $"seed {nodes[0].Seed}\n{NodeTests.State(mesh)}");
    }

    // Two nodes with a session that carries packets, some time after each has said hello, and without a handshake under
    // way.
    private (Mesh Mesh, MeshNode[] Nodes) Pair(byte seed, string limits)
    {
        _isCut = false;
        Mesh mesh = new(seed) { Filter = (_, _, _) => !_isCut };
        MeshNode[] nodes = [Add(mesh, seed, limits), Add(mesh, (byte)(seed + 100), limits)];
        byte[] network = Mesh.NetworkOf(5, nodes);
        Assert.All(nodes, n => Assert.Equal(NetworkFault.None, n.Load(network)));
        Assert.True(mesh.RunUntil(() => nodes.All(n => n.Knows(NodeEvent.SessionUp)), 60_000));
        long end = mesh.Now + (1_000 * (100 + (seed * 7)));
        while (mesh.Now < end || nodes.Any(n => mesh.Now < n.BusyUntil + 10_000))
        {
            Talk(mesh, nodes);
        }

        return (mesh, nodes);
    }

    private static MeshNode Add(Mesh mesh, byte seed, string limits)
    {
        MeshNode node = mesh.Add(seed, limits == "device" ? NodeLimits.Device() : MeshNode.Limits());
        if (limits == "device")
        {
            node.MultiplicationTime = 800;
        }

        node.Node.SetOwnEndpoint(0, node.Endpoint);
        return node;
    }

    // The host has seen it, and says what its addresses are now.
    private static void Report(Mesh mesh, MeshNode node)
    {
        node.Node.SetOwnEndpoint(0, node.Endpoint);
        node.Node.LinkChanged(mesh.Now);
    }

    private static void Talk(Mesh mesh, MeshNode[] nodes)
    {
        nodes[0].Send(To(nodes, 1));
        nodes[1].Send(To(nodes, 0));
        mesh.Run(1_000);
    }

    // Both send five packets a second until each has got one that was sent after the change.
    private static bool Reach(Mesh mesh, MeshNode[] nodes, long longest)
    {
        long end = mesh.Now + longest;
        nodes[0].Delivered.Clear();
        nodes[1].Delivered.Clear();
        while (mesh.Now < end && nodes.Any(n => n.Delivered.Count == 0))
        {
            nodes[0].Send(To(nodes, 1));
            nodes[1].Send(To(nodes, 0));
            mesh.Run(Math.Min(200, end - mesh.Now));
        }

        return nodes.All(n => n.Delivered.Count > 0);
    }

    private static byte[] To(MeshNode[] nodes, int to) =>
        InnerPacket.Udp([10, 0, 0, nodes[1 - to].Seed], [10, 0, 0, nodes[to].Seed], 1, 2, 3);
}
