using System;
using System.Linq;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tests.Network;
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
        Assert.True(
            mesh.RunUntil(() => nodes.Skip(1).All(n => n.Node.State(mesh.Now) == NetworkState.Fresh), 60_000),
            State(mesh));
        Assert.Equal(NetworkState.Witness, nodes[0].Node.State(mesh.Now));
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
        foreach (MeshNode other in nodes.Take(5))
        {
            nodes[5].Send(InnerPacket.Udp([10, 0, 0, 6], [10, 0, 0, other.Seed], 1, 2, 3));
        }

        mesh.RunUntil(() => nodes[5].Node.SessionCount(mesh.Now) == 5, 20_000);
        MeshNode[] before = [.. nodes.Take(5).Where(
            n => n.Node.Peers.Any(p => p.InUse && p.PublicKey.SequenceEqual(nodes[5].Key) && p.HasSession(mesh.Now)))];
        Assert.NotEmpty(before);

        nodes[5].Reboot();
        Assert.True(mesh.RunUntil(() => nodes[5].Knows(NodeEvent.HelloSent), 2000));
        mesh.Run(2100);
        foreach (MeshNode node in before)
        {
            Assert.Contains(
                nodes[5].Node.Peers, p => p.InUse && p.PublicKey.SequenceEqual(node.Key) && p.HasSession(mesh.Now));
        }

        mesh.Run(2100);
        Assert.True(nodes[5].Node.State(mesh.Now) == NetworkState.Fresh, State(mesh));
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

    [Fact]
    [Statement("7.2-20", "9-9", "9-11")]
    public void A_node_answers_for_its_own_addresses_and_not_for_a_subnet_behind_it()
    {
        (Mesh mesh, MeshNode asking, MeshNode asked) = TwoWithSubnet();
        asking.Send(InnerPacket.Echo(Address(asking), Address(asked)));
        mesh.Run(1000);
        Assert.Single(asking.Delivered);
        asking.Send(InnerPacket.Echo(Address(asking), _inSubnet));
        mesh.Run(1000);
        Assert.Single(asking.Delivered);
        Assert.Single(asked.Delivered);
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public void A_datagram_that_nobody_takes_is_answered_by_port_unreachable(bool listens, int answers)
    {
        (Mesh mesh, MeshNode asking, MeshNode asked) = TwoWithSubnet();
        asked.Listens = listens;
        asking.Send(InnerPacket.Udp(Address(asking), Address(asked), 1000, 2000, 1, 2, 3));
        mesh.Run(1000);
        Assert.Single(asked.Delivered);
        Assert.Equal(answers, asking.Delivered.Count);
        Assert.All(asking.Delivered, p => Assert.Equal((58, 1, 4), (p[6], p[40], p[41])));
    }

    [Fact]
    public void Port_unreachable_is_said_ten_times_at_once_and_ten_times_a_second()
    {
        (Mesh mesh, MeshNode asking, MeshNode asked) = TwoWithSubnet();
        asked.Listens = false;
        for (int i = 0; i < 30; i++)
        {
            asking.Send(InnerPacket.Udp(Address(asking), Address(asked), 1000, 2000, 1));
        }

        mesh.Run(2 * mesh.Delay);
        Assert.Equal(10, asking.Delivered.Count);
        mesh.Run(500);
        asking.Send(InnerPacket.Udp(Address(asking), Address(asked), 1000, 2000, 1));
        mesh.Run(100);
        Assert.Equal(11, asking.Delivered.Count);
    }

    private static readonly byte[] _inSubnet = [0xFD, 1, .. new byte[13], 7];

    private static (Mesh Mesh, MeshNode Asking, MeshNode Asked) TwoWithSubnet()
    {
        Mesh mesh = new();
        MeshNode asking = mesh.Add(1);
        MeshNode asked = mesh.Add(2);
        byte[][] entries =
        [
            NetworkBytes.Entry(asking.Key, NetworkBytes.Field(1, [.. Address(asking), 128])),
            NetworkBytes.Entry(
                asked.Key,
                NetworkBytes.Field(1, [.. Address(asked), 128]),
                NetworkBytes.Field(1, [0xFD, 1, .. new byte[14], 64])),
        ];
        byte[] network = NetworkBytes.File(
            1, 1_760_000_000, 0, [.. entries.OrderBy(e => Convert.ToHexString(e, 2, 32), StringComparer.Ordinal)]);
        Assert.Equal(NetworkFault.None, asking.Load(network));
        Assert.True(
            mesh.RunUntil(() => asked.Node.NetworkVersion == 1 && asking.Node.SessionCount(mesh.Now) == 1, 60_000),
            State(mesh));
        return (mesh, asking, asked);
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

    internal static string State(Mesh mesh)
    {
        byte? SeedOf(byte[]? key) => mesh.Nodes.FirstOrDefault(m => key is not null && m.Key.SequenceEqual(key))?.Seed;
        string Events(MeshNode node) =>
            string.Join(" ", node.Events.TakeLast(30).Select(e => $"{e.What}={e.Value}@{SeedOf(e.Key)}"));
        return string.Join(
            Environment.NewLine,
            mesh.Nodes.Select(
                n => $"{n.Seed}: version {n.Node.NetworkVersion}, {n.Node.SessionCount(mesh.Now)} sessions, "
                    + $"events {Events(n)}"));
    }
}
