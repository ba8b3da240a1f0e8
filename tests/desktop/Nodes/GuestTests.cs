using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Base;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>Who is let in with a key alone, what he may do, and for how long.</summary>
public class GuestTests
{
    private static readonly byte[] _own4 = [10, 0, 0, 1];
    private static readonly byte[] _own6 = [0xFD, .. new byte[14], 1];
    private static readonly byte[] _allNodes = [0xFF, 2, .. new byte[13], 1];

    private readonly Mesh _mesh = new();

    /// <summary>Inner packets by name: of the sender's and the node's link-local address.</summary>
    private static readonly Dictionary<string, Func<byte[], byte[], byte[]>> _packets = new()
    {
        ["echo"] = (from, to) => InnerPacket.Echo(from, to),
        ["echo reply"] = (from, to) => InnerPacket.Echo(from, to, 129),
        ["neighbour solicitation"] = (from, to) => InnerPacket.Echo(from, to, 135),
        ["router advertisement"] = (from, to) => InnerPacket.Echo(from, to, 134),
        ["UDP to DNS"] = (from, to) => InnerPacket.Udp(from, to, 1234, 53, 1, 2, 3),
        ["UDP to a transfer's port without one"] = (from, to) => InnerPacket.Udp(from, to, 1234, 61_000, 0, 4, 0, 0),
        ["UDP from TFTP's port"] = (from, to) => InnerPacket.Udp(from, to, 69, 68, 0, 1),
        ["TCP"] = (from, to) => InnerPacket.Ip(
            from, to, InnerPacket.Tcp, [0, 80, 0, 80, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, 2, 0, 0, 0, 0, 0, 0]),
        ["no next header"] = (from, to) => InnerPacket.Ip(from, to, 59, []),
        ["fragment"] = (from, to) => InnerPacket.Ip(
            from, to, 44, [58, 0, 0, 0, 0, 0, 0, 1, .. InnerPacket.Echo(from, to)[40..]]),
        ["hop-by-hop"] = (from, to) => InnerPacket.Ip(
            from, to, 0, [58, 0, 1, 4, 0, 0, 0, 0, .. InnerPacket.Echo(from, to)[40..]]),
        ["echo to an assigned address"] = (from, _) => InnerPacket.Echo(from, _own6),
        ["UDP to an assigned address"] = (from, _) => InnerPacket.Udp(
            from, _own6, 1234, 69, 0, 1, (byte)'h', 0, (byte)'o', 0),
        ["echo to another link-local address"] = (from, to) => InnerPacket.Echo(
            from, [.. to[..15], (byte)(to[15] ^ 1)]),
        ["echo to itself"] = (from, _) => InnerPacket.Echo(from, from),
        ["echo to all nodes"] = (from, _) => InnerPacket.Echo(from, _allNodes),
        ["echo to fe80::"] = (from, _) => InnerPacket.Echo(from, [0xFE, 0x80, .. new byte[14]]),
        ["echo from another link-local address"] = (from, to) => InnerPacket.Echo(
            [.. from[..15], (byte)(from[15] ^ 1)], to),
        ["echo from the node itself"] = (_, to) => InnerPacket.Echo(to, to),
        ["echo from nowhere"] = (_, to) => InnerPacket.Echo(new byte[16], to),
        ["echo from a member's address"] = (_, to) => InnerPacket.Echo([0xFD, .. new byte[14], 2], to),
        ["TFTP from a member's link-local address"] = (_, to) => InnerPacket.Udp(
            MemberLinkLocal, to, 1234, 69, StrangerTransfer.Request(1, "network")),
        ["TFTP from another link-local address"] = (from, to) => InnerPacket.Udp(
            [.. from[..15], (byte)(from[15] ^ 1)], to, 1234, 69, StrangerTransfer.Request(1, "head")),
        ["IPv4 echo"] = (_, _) => InnerPacket.Echo([10, 0, 0, 9], _own4),
        ["IPv4 echo from a member's address"] = (_, _) => InnerPacket.Echo([10, 0, 0, 2], _own4),
        ["IPv4 broadcast"] = (_, _) => InnerPacket.Udp([10, 0, 0, 9], [255, 255, 255, 255], 1, 2, 3),
        ["no IP"] = (_, _) => [0x50, 1, 2, 3],
        ["one byte"] = (_, _) => [0x60],
        ["longer than it is"] = (from, to) => InnerPacket.Echo(from, to)[..50],
        ["TFTP read"] = (from, to) => InnerPacket.Udp(from, to, 1234, 69, StrangerTransfer.Request(1, "head")),
    };

    private static byte[] MemberLinkLocal => new Stranger(new Mesh(), 2).LinkLocal;

    public static IEnumerable<TheoryDataRow<string>> Packets() =>
        _packets.Keys.Select(name => new TheoryDataRow<string>(name));

    [Theory]
    [Statement("4.1-1", "4.1-3", "4.1-4", "4.1-5", "9-1")]
    [MemberData(nameof(Packets))]
    public void Only_echo_and_TFTP_to_the_nodes_own_link_local_address_pass(string name)
    {
        (MeshNode node, Stranger guest) = NodeAndGuest();
        long dropped = node.Node.Counters.InnerDropped;
        int sent = node.Sent.Count(s => s[0] == 4);
        guest.Inner.Clear();
        guest.SendInner(_packets[name](guest.LinkLocal, node.Node.LinkLocal));
        _mesh.Run(100);

        Assert.Empty(node.Delivered);
        bool passes = name is "echo" or "TFTP read";
        Assert.Equal(passes ? 1 : 0, guest.Inner.Count);
        Assert.Equal(passes ? 1 : 0, node.Sent.Count(s => s[0] == 4) - sent);
        Assert.Equal(passes ? 0 : 1, node.Node.Counters.InnerDropped - dropped);
        if (passes)
        {
            Assert.Equal(name == "echo", InnerPacket.IsEchoReply(guest.Inner[0]));
        }
    }

    [Fact]
    [Statement("9-11")]
    public void Its_echo_is_answered_by_the_node_even_where_a_machine_answers_for_members()
    {
        (MeshNode node, Stranger guest) = NodeAndGuest();
        node.Node.HostAnswersEcho = true;
        Assert.True(guest.Ping());
        Assert.Empty(node.Delivered);
    }

    [Fact]
    public void The_application_can_not_reach_a_guest()
    {
        (MeshNode node, Stranger guest) = NodeAndGuest();
        Assert.False(node.Send(InnerPacket.Echo(node.Node.LinkLocal, guest.LinkLocal)));
        Assert.False(node.Send(InnerPacket.Echo(_own6, [0xFD, .. new byte[14], 9])));
    }

    [Fact]
    [Statement("4.1-6")]
    public void A_guest_stays_180_s_and_its_session_ends_with_it()
    {
        (MeshNode node, Stranger guest) = NodeAndGuest();
        _mesh.Run(179_000);
        Assert.NotNull(Slot(node, guest));
        _mesh.Run(1_100);
        Assert.Null(Slot(node, guest));
        Assert.Equal(1, node.Count(NodeEvent.PeerRemoved));
        Assert.Equal(1, node.Count(NodeEvent.SessionDown));
        long invalid = node.Node.Counters.Invalid;
        Assert.False(guest.Ping());
        Assert.Equal(invalid + 1, node.Node.Counters.Invalid);
    }

    [Fact]
    [Statement("4.1-7")]
    public void A_guest_that_shakes_hands_again_stays_another_180_s_while_the_pool_is_not_full()
    {
        (MeshNode node, Stranger guest) = NodeAndGuest();
        _mesh.Run(100_000);
        Assert.True(guest.Connect(node));
        _mesh.Run(170_000);
        Assert.NotNull(Slot(node, guest));
        Assert.True(guest.Ping());
        _mesh.Run(12_000);
        Assert.Null(Slot(node, guest));
    }

    [Fact]
    [Statement("4.1-7")]
    public void A_guest_is_not_rekeyed_while_the_pool_is_full()
    {
        (MeshNode node, Stranger guest) = NodeAndGuest(guests: 1);
        _mesh.Run(100_000);
        Assert.False(guest.Connect(node));
        _mesh.Run(81_000);
        Assert.Null(Slot(node, guest));
        Assert.True(guest.Connect(node));
    }

    [Fact]
    public void A_pool_of_none_lets_nobody_in()
    {
        MeshNode node = Node(guests: 0);
        Assert.False(_mesh.AddStranger(9).Connect(node));
        Assert.Equal(1, node.Node.Counters.Limited);
    }

    [Theory]
    [Statement("4.1-8")]
    [InlineData(1)]
    [InlineData(2)]
    public void The_oldest_that_has_said_nothing_goes_first(int guests)
    {
        MeshNode node = Node(guests);
        List<Stranger> silent = [.. Enumerable.Range(9, guests).Select(i => _mesh.AddStranger((byte)i))];
        foreach (Stranger stranger in silent)
        {
            stranger.Initiate(node);
            _mesh.Run(1_000);
        }

        Stranger next = _mesh.AddStranger(40);
        Assert.True(next.Connect(node));
        Assert.Null(Slot(node, silent[0]));
        Assert.Equal(guests, node.Node.Peers.Count(p => p.InUse && p.IsProvisional));

        // One that speaks is kept before one that does not.
        if (guests == 2)
        {
            Stranger another = _mesh.AddStranger(41);
            Assert.True(another.Connect(node));
            Assert.Null(Slot(node, silent[1]));
            Assert.NotNull(Slot(node, next));
        }
    }

    // What a guest shows does not count, since anybody can show a header.
    [Fact]
    [Statement("4.1-8", "4.1-8a", "4.1-9")]
    public void Then_the_one_with_the_longest_stay_goes_once_it_has_had_30_s()
    {
        MeshNode node = Node(guests: 2);
        Stranger first = _mesh.AddStranger(9);
        Stranger second = _mesh.AddStranger(10);
        Assert.True(first.Connect(node));
        long since = _mesh.Now;
        _mesh.Run(1_000);
        Assert.True(second.Connect(node));
        Assert.True(first.Write("head", Mesh.NetworkOf(2, [node])[..144]).IsComplete);

        long limited = node.Node.Counters.Limited;
        Assert.False(_mesh.AddStranger(11).Connect(node));
        Assert.Equal(limited + 1, node.Node.Counters.Limited);
        Assert.True(first.Ping() && second.Ping());

        _mesh.Run(since + 30_000 - _mesh.Now);
        Assert.True(_mesh.AddStranger(12).Connect(node));
        Assert.Null(Slot(node, first));
        Assert.NotNull(Slot(node, second));
    }

    // An attacker with one address takes no slot from a guest with another one.
    [Theory]
    [Statement("4.1-8")]
    [InlineData(true)]
    [InlineData(false)]
    public void The_source_with_most_guests_loses_one(bool haveSpoken)
    {
        MeshNode node = Node(guests: 3);
        Stranger honest = _mesh.AddStranger(9);
        Assert.True(honest.Connect(node));
        _mesh.Run(40_000);
        Endpoint source = new();
        for (byte i = 20; i < 24; i++)
        {
            Stranger attacker = _mesh.AddStranger(i);
            source.SetIpv4([192, 0, 2, 99], 0, 1000 + i);
            attacker.Initiate(node, source);
            if (haveSpoken)
            {
                attacker.Endpoint.CopyFrom(source);
                attacker.Connect(node);
            }

            _mesh.Run(haveSpoken ? 31_000 : 1_000);
            Assert.NotNull(Slot(node, honest));
        }

        Assert.Equal(3, node.Node.Peers.Count(p => p.InUse && p.IsProvisional));
    }

    // A slow device answers the retransmission, so the slot is kept until that must have arrived. The next unknown key
    // waits for twice as long as five multiplications take.
    [Theory]
    [InlineData(0, true)]
    [InlineData(8_000, true)]
    [InlineData(14_999, true)]
    [InlineData(15_000, false)]
    public void A_guest_whose_response_was_deferred_keeps_its_slot_for_8_s(long after, bool kept)
    {
        NodeLimits limits = Small(4, 1);
        limits.MultiplicationTime = 1_500;
        MeshNode node = _mesh.Add(1, limits);
        _mesh.Run(1_000);
        Stranger first = _mesh.AddStranger(9);
        Stranger second = _mesh.AddStranger(10);
        first.Initiate(node);
        _mesh.Run(0);
        Assert.True(Slot(node, first)!.IsDeferred);
        _mesh.Run(after);
        second.Initiate(node);
        _mesh.Run(0);
        Assert.Equal(kept, Slot(node, first) is not null);
        Assert.Equal(!kept, Slot(node, second) is not null);
    }

    [Fact]
    [Statement("8-28")]
    public void To_hand_back_the_header_that_anyone_can_read_here_earns_nothing()
    {
        MeshNode node = Node(guests: 1);
        Stranger idle = _mesh.AddStranger(9);
        Assert.True(idle.Connect(node));
        Assert.True(idle.Write("head", [.. idle.Read("head").Content]).IsComplete);
        _mesh.Run(30_000);
        Assert.True(_mesh.AddStranger(10).Connect(node));
        Assert.Null(Slot(node, idle));
    }

    [Fact]
    public void Guests_take_no_slot_of_a_member_and_put_none_out()
    {
        MeshNode node = _mesh.Add(1, Small(peers: 2, guests: 1));
        Stranger[] members = [_mesh.AddStranger(2), _mesh.AddStranger(3)];
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(1, [node, .. members])));
        for (byte i = 20; i < 30; i++)
        {
            Assert.True(_mesh.AddStranger(i).Connect(node));
            _mesh.Run(30_000);
        }

        Assert.All(members, m => Assert.True(m.Connect(node)));
        for (byte i = 30; i < 34; i++)
        {
            _mesh.Run(30_000);
            Assert.True(_mesh.AddStranger(i).Connect(node));
        }

        Assert.All(members, m => Assert.True(m.Ping()));
        Assert.Single(node.Node.Peers, p => p.InUse && p.IsProvisional);
    }

    [Fact]
    public void A_recorded_initiation_of_a_guest_is_a_duplicate_while_it_is_here()
    {
        (MeshNode node, Stranger guest) = NodeAndGuest();
        byte[] again = guest.Initiate(node);
        _mesh.Run(100);
        int sent = node.SentTo.Count;
        _mesh.Inject(node, again, TunnelEndpoint(66));
        _mesh.Run(100);
        Assert.Equal(1, node.Node.Counters.Replayed);
        Assert.Equal(sent, node.SentTo.Count);

        // Nor does an older one provoke anything: that is for those we know.
        guest.Clock -= 100;
        guest.Initiate(node);
        _mesh.Run(100);
        Assert.Equal(2, node.Node.Counters.Replayed);
        Assert.Equal(sent, node.SentTo.Count);
    }

    private static Peer? Slot(MeshNode node, IStation station) => node.Slot(station.Key);

    private static Endpoint TunnelEndpoint(byte last)
    {
        Endpoint endpoint = new();
        endpoint.SetIpv4([203, 0, 113, last], 0, 1000);
        return endpoint;
    }

    private static NodeLimits Small(int peers, int guests)
    {
        NodeLimits limits = MeshNode.Limits();
        limits.Peers = peers;
        limits.Guests = guests;
        return limits;
    }

    // A node that has a network, so that there is something a guest must not have.
    private MeshNode Node(int guests)
    {
        MeshNode node = _mesh.Add(1, Small(4, guests));
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(1, [node, new Stranger(_mesh, 2)])));
        return node;
    }

    private (MeshNode Node, Stranger Guest) NodeAndGuest(int guests = 2)
    {
        MeshNode node = Node(guests);
        Stranger guest = _mesh.AddStranger(9);
        Assert.True(guest.Connect(node));
        Assert.True(Slot(node, guest)?.IsProvisional);
        return (node, guest);
    }
}
