using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Base;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>When a plan is carried out, put off or dropped (PROTOCOL sections 4.2 and 5).</summary>
public class PlanTests
{
    private const ulong Own = 5;

    // As on a device: between two provoked initiations, and between two to endpoints that no hello names.
    private const int Interval = 5_000;
    private const int UnnamedInterval = 2 * Interval;

    // As on a desktop.
    private const int ShortInterval = 50;

    private readonly Mesh _mesh = new();

    [Fact]
    [Statement("5.3-5")]
    public void Of_the_copies_of_a_hello_that_name_their_source_one_is_asked_every_5_s()
    {
        (MeshNode node, Stranger member) = NodeAndMember();
        Endpoint[] listed = [At(1), At(2), At(3)];
        byte[] hello = HelloTests.Hello(member.Key, 4, 1, endpoints: listed);
        foreach (Endpoint source in listed)
        {
            _mesh.Inject(node, hello, source);
        }

        Assert.True(_mesh.RunUntil(() => Initiations(node).Any(), 2_000));
        long first = _mesh.Now;
        Assert.True(_mesh.RunUntil(() => Initiations(node).Count() == 3, 20_000));
        Assert.InRange(_mesh.Now - first, 2 * Interval, (2 * Interval) + 100);
    }

    // All five wait before the first one is asked.
    [Fact]
    [Statement("5.3-4")]
    public void Three_are_asked_of_copies_that_wait_together()
    {
        (MeshNode node, Stranger member) = NodeAndMember();
        byte[] hello = HelloTests.Hello(member.Key, 4, 1, endpoints: [At(1), At(2), At(3)]);
        foreach (int source in new[] { 1, 2, 3, 8, 9 })
        {
            _mesh.Inject(node, hello, At(source));
        }

        _mesh.Run(90_000);
        Assert.Equal(3, Initiations(node).Count());
    }

    [Fact]
    [Statement("5.3-3")]
    public void Two_are_asked_of_copies_that_name_no_source()
    {
        (MeshNode node, Stranger member) = NodeAndMember();
        byte[] hello = HelloTests.Hello(member.Key, 4, 1);
        for (int i = 1; i <= 3; i++)
        {
            _mesh.Inject(node, hello, At(i));
            _mesh.Run(10);
        }

        _mesh.Run(90_000);
        Assert.Equal([At(1).AddressLow, At(2).AddressLow], Initiations(node).Select(i => i.To.AddressLow).Order());
    }

    [Fact]
    [Statement("4.2-11")]
    public void A_transport_message_drops_a_plan()
    {
        (MeshNode node, Stranger member) = NodeAndMember();
        Assert.True(member.Connect(node));
        _mesh.Run(6_000);
        _mesh.Inject(node, HelloTests.Hello(member.Key, 4, 1), At(7));
        _mesh.Run(5);
        Assert.True(member.Ping());
        _mesh.Run(8_000);
        Assert.Empty(Initiations(node));
    }

    [Fact]
    public void The_plan_for_an_unknown_key_is_dropped_when_the_node_gets_that_version()
    {
        (MeshNode node, Stranger member) = NodeAndMember();
        _mesh.Inject(node, HelloTests.Hello(new Stranger(_mesh, 9).Key, Own + 1, 1), At(9));
        _mesh.Run(5);
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(Own + 1, [node, member, _mesh.Stations[^1]])));
        _mesh.Run(8_000);
        Assert.DoesNotContain(Initiations(node), i => i.To.IsSame(At(9)));
    }

    // Of a plan for a source that its hello names: the last authentic endpoint is not that source.
    [Fact]
    [Statement("4.2-8")]
    public void A_first_step_is_paid_from_the_half_for_endpoints_that_no_hello_names()
    {
        (MeshNode node, Stranger member) = NodeAndMember();
        Stranger other = _mesh.AddStranger(102);
        Assert.Equal(
            NetworkFault.None, node.Load(Mesh.NetworkOf(Own + 1, [node, member, other, _mesh.Stations[^2]])));
        Assert.True(member.Connect(node));
        member.AnswersInitiations = true;
        _mesh.Run(20_000);
        node.SentTo.Clear();
        _mesh.Inject(node, HelloTests.Hello(member.Key, 4, 1, endpoints: At(7)), At(7));
        Assert.True(_mesh.RunUntil(() => Initiations(node).Any(i => i.To.IsSame(member.Endpoint)), 2_000));
        long first = _mesh.Now;
        _mesh.Inject(node, HelloTests.Hello(other.Key, 4, 2), At(8));
        Assert.True(_mesh.RunUntil(() => Initiations(node).Any(i => i.To.IsSame(At(8))), 20_000));
        Assert.InRange(_mesh.Now - first, UnnamedInterval, UnnamedInterval + 100);
        Assert.DoesNotContain(Initiations(node), i => i.To.IsSame(At(7)));
    }

    [Fact]
    [Statement("4.2-9", "4.2-10", "5.2-7")]
    public void A_hint_is_asked_15_s_after_the_last_authentic_message()
    {
        (MeshNode node, Stranger member) = NodeAndMember(interval: ShortInterval);
        Assert.True(member.Connect(node));
        _mesh.Run(10_000);
        node.SentTo.Clear();
        _mesh.Inject(node, HelloTests.Hello(member.Key, Own, 1), At(7));
        Assert.True(_mesh.RunUntil(() => Initiations(node).Any(), 20_000));
        Assert.InRange(_mesh.Now - Slot(node, member).LastHeard, 15_000, 15_100);
        Assert.True(Initiations(node).Single().To.IsSame(member.Endpoint));
        Assert.True(_mesh.RunUntil(() => Initiations(node).Any(i => i.To.IsSame(At(7))), 6_100));
    }

    [Fact]
    [Statement("5.2-7")]
    public void A_changed_link_brings_a_hint_forward()
    {
        (MeshNode node, Stranger member) = NodeAndMember(interval: ShortInterval);
        Assert.True(member.Connect(node));
        _mesh.Run(2_000);
        _mesh.Inject(node, HelloTests.Hello(member.Key, Own, 1), At(7));
        _mesh.Run(10);
        node.Node.LinkChanged(_mesh.Now);
        Assert.True(_mesh.RunUntil(() => Initiations(node).Any(i => i.To.IsSame(At(7))), 6_100));
    }

    [Fact]
    [Statement("5.1-9")]
    public void A_changed_link_leaves_a_session_that_is_not_in_use_alone()
    {
        (MeshNode node, Stranger member) = NodeAndMember();
        Assert.True(member.Connect(node));
        _mesh.Run(16_000);
        node.SentTo.Clear();
        node.Node.LinkChanged(_mesh.Now);
        _mesh.Run(8_000);
        Assert.Empty(Initiations(node));
    }

    // The node whose key is higher lets the other one go first, but not here: the other one can't.
    [Fact]
    [Statement("4.2-9", "4.2-10", "4.3-1")]
    public void An_old_initiation_is_countered_elsewhere_after_5_s_whichever_key_is_higher()
    {
        HashSet<bool> orders = [];
        for (byte seed = 2; seed <= 9; seed++)
        {
            Mesh mesh = new();
            MeshNode node = mesh.Add((byte)(seed + 100));
            Stranger member = mesh.AddStranger(seed);
            Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(1, [node, member])));
            member.Clock += 1_000;
            Assert.True(member.Connect(node));
            mesh.Run(10_000);
            orders.Add(node.Key.AsSpan().SequenceCompareTo(member.Key) < 0);
            member.Clock -= 500;
            member.Initiate(node, At(7));
            Assert.True(mesh.RunUntil(() => Initiations(node).Any(i => i.To.IsSame(member.Endpoint)), 100));
            mesh.Run(5_001);
            Assert.Single(Initiations(node), i => i.To.IsSame(At(7)));
        }

        Assert.Equal(2, orders.Count);
    }

    // The member shows a newer head, and never sends the network.
    [Fact]
    [Statement("5.1-6")]
    public void A_read_of_a_network_that_times_out_marks_the_peer_and_starts_the_interval_of_hellos_again()
    {
        (MeshNode node, Stranger member) = NodeAndMember();
        Stranger other = (Stranger)_mesh.Stations[^1];
        byte[] newer = Mesh.NetworkOf(Own + 1, [node, member, other]);
        _mesh.Filter = (from, _, _) => from != member || !member.Requests.Contains("read network");
        _mesh.Run(90_000);
        Assert.True(other.Connect(node));
        Assert.True(member.Connect(node));
        node.Events.Clear();
        Assert.True(member.Write("head", newer[..144]).IsComplete);
        for (int i = 0; i < 120 && !Slot(node, member).IsUnresponsive; i++)
        {
            // A session beside it stays alive.
            Assert.True(other.Ping());
            _mesh.Run(500);
            Assert.False(node.Knows(NodeEvent.HelloSent));
        }

        Assert.Contains("read network", member.Requests);
        Assert.True(Slot(node, member).IsUnresponsive);
        Assert.True(_mesh.RunUntil(() => node.Knows(NodeEvent.HelloSent), 1_250));
        Assert.Equal(Own, node.Node.NetworkVersion);
    }

    [Fact]
    public void A_plan_that_finds_all_initiations_taken_is_carried_out_later()
    {
        NodeLimits limits = MeshNode.Limits();
        limits.Initiations = 1;
        (MeshNode node, Stranger member) = NodeAndMember(limits);
        Stranger silent = new(_mesh, 9);
        Assert.True(node.Node.AddPeer(silent.Key, 0, silent.Endpoint, _mesh.Now));
        Assert.True(_mesh.RunUntil(() => Initiations(node).Any(), 100));
        _mesh.Inject(node, HelloTests.Hello(member.Key, 4, 1), At(7));
        _mesh.Run(20_000);
        Assert.All(Initiations(node), i => Assert.True(i.To.IsSame(silent.Endpoint)));
        Assert.True(node.Node.RemovePeer(silent.Key, 0, _mesh.Now));
        _mesh.Run(5_000);
        Assert.Single(Initiations(node), i => i.To.IsSame(At(7)));
    }

    private static IEnumerable<(byte[] Bytes, Endpoint To)> Initiations(MeshNode node) =>
        node.SentTo.Where(s => s.Bytes[0] == 1);

    private static Peer Slot(MeshNode node, Stranger member) => node.Slot(member.Key)!;

    private static Endpoint At(int number)
    {
        Endpoint endpoint = new();
        endpoint.SetIpv4([203, 0, 113, (byte)number], 0, 51820);
        return endpoint;
    }

    // A node with a member; with another one it has a session, so that it calls nobody by itself.
    private (MeshNode Node, Stranger Member) NodeAndMember(NodeLimits? limits = null, int interval = Interval)
    {
        limits ??= MeshNode.Limits();
        limits.ProvokedInterval = interval;
        MeshNode node = _mesh.Add(1, limits);
        Stranger member = _mesh.AddStranger(100);
        Stranger other = _mesh.AddStranger(101);
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(Own, [node, member, other])));
        Assert.True(other.Connect(node));
        _mesh.Run(3_000);
        node.SentTo.Clear();
        node.Events.Clear();
        return (node, member);
    }
}
