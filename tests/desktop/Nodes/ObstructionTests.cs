using System.Collections.Generic;
using System.Linq;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tests.Network;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>Who is slow, silent or hostile keeps a node from nobody else, and from no newer network.</summary>
public class ObstructionTests
{
    private readonly Mesh _mesh = new();

    // Whose data is late, and by how much.
    private readonly HashSet<Stranger> _slow = [];
    private int _delay;

    public ObstructionTests() => _mesh.Filter = (from, to, bytes) =>
    {
        if (from is Stranger stranger && _slow.Contains(stranger) && bytes[0] == 4 && bytes.Length > 32)
        {
            _mesh.Inject(to, bytes, from.Endpoint, _delay);
            return false;
        }

        return true;
    };

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    public void A_member_that_rebooted_at_another_address_is_found_while_it_is_called_at_the_old_one(byte seed)
    {
        (MeshNode node, Stranger member, _) = Members(seed: seed);
        member.Clock += 1_000;
        Assert.True(member.Connect(node));
        member.Endpoint.SetIpv4([192, 0, 2, 200], 0, 51820);
        for (int i = 0; i < 60; i++)
        {
            node.Send(To(2));
            _mesh.Run(1_000);
        }

        member.Clock -= 900;
        member.AnswersInitiations = true;
        long start = _mesh.Now;
        while (!HasSession(node, member) || !Slot(node, member)!.Endpoint.IsSame(member.Endpoint))
        {
            Assert.InRange(_mesh.Now - start, 0, 12_000);
            member.Initiate(node);
            for (int i = 0; i < 5; i++)
            {
                node.Send(To(2));
                _mesh.Run(1_033);
            }
        }
    }

    [Fact]
    public void A_member_that_trickles_the_network_out_keeps_it_from_nobody_who_can_have_it_from_another()
    {
        (MeshNode node, Stranger slow, Stranger other) = Members();
        byte[] newer = Big(node, slow, other);
        slow.Files["network"] = newer;
        other.Files["network"] = newer;
        Assert.True(slow.Connect(node));
        Assert.True(other.Connect(node));
        Assert.True(slow.Write("head", newer[..144]).IsComplete);
        _slow.Add(slow);
        _delay = 25_000;
        _mesh.Run(1_000);
        Assert.True(other.Write("head", newer[..144]).IsComplete);
        Assert.True(_mesh.RunUntil(() => node.Node.NetworkVersion == 2, 60_000));
        Assert.Contains("read network", other.Requests);
    }

    [Fact]
    [Statement("7.5-5")]
    public void A_peer_has_5_s_to_send_the_network_before_another_one_is_asked()
    {
        (MeshNode node, Stranger slow, Stranger other) = Members();
        byte[] newer = Big(node, slow, other);
        slow.Files["network"] = newer;
        other.Files["network"] = newer;
        Assert.True(slow.Connect(node));
        Assert.True(other.Connect(node));
        Assert.True(slow.Write("head", newer[..144]).IsComplete);
        _slow.Add(slow);
        _delay = 25_000;
        Assert.True(_mesh.RunUntil(() => slow.Requests.Contains("read network"), 1_000));
        long start = _mesh.Now;
        Assert.True(other.Write("head", newer[..144]).IsComplete);
        Assert.True(_mesh.RunUntil(() => other.Requests.Contains("read network"), 60_000));
        Assert.InRange(_mesh.Now - start, 4_900, 5_100);
    }

    // In the order of their slots the second guest would be next.
    [Fact]
    [Statement("7.5-3")]
    public void The_turn_after_that_of_a_silent_guest_is_a_members_whatever_guests_wait()
    {
        (MeshNode node, Stranger member, _) = Members();
        byte[] newer = Big(node, member);
        member.Files["network"] = newer;
        Stranger[] guests = [.. Enumerable.Range(20, 2).Select(i => _mesh.AddStranger((byte)i))];
        foreach (Stranger guest in guests)
        {
            guest.HasNoServer = true;
            Assert.True(guest.Connect(node));
        }

        Assert.True(member.Connect(node));
        foreach (Stranger guest in guests)
        {
            guest.StartWrite("head", newer[..144]);
            _mesh.Run(100);
        }

        Assert.True(member.Write("head", newer[..144]).IsComplete);
        Assert.True(_mesh.RunUntil(() => node.Node.NetworkVersion == 2, 6_000));
        Assert.Contains("read network", guests[0].Requests);
        Assert.DoesNotContain("read network", guests[1].Requests);
    }

    [Fact]
    public void A_guest_that_trickles_the_network_in_does_not_keep_members_from_bringing_it()
    {
        (MeshNode node, Stranger member, _) = Members();
        byte[] newer = Big(node, member);
        Stranger guest = _mesh.AddStranger(20);
        Assert.True(guest.Connect(node));
        guest.StartWrite("network", [.. newer[..^1], (byte)(newer[^1] ^ 1)]);
        _mesh.Run(30);
        _slow.Add(guest);
        _delay = 4_000;
        _mesh.Run(10_000);
        member.Files["network"] = newer;
        Assert.True(member.Connect(node));
        Assert.True(member.Write("head", newer[..144]).IsComplete);
        Assert.True(_mesh.RunUntil(() => node.Node.NetworkVersion == 2, 2_000));
    }

    // In the memory that the network leaves, also of what waited before it came.
    [Theory]
    [Statement("4.8-7")]
    [InlineData(false)]
    [InlineData(true)]
    public void Packets_wait_for_a_session_while_a_network_trickles_in(bool isBefore)
    {
        MeshNode node = _mesh.Add(1);
        Stranger slow = _mesh.AddStranger(2);
        Stranger other = _mesh.AddStranger(3);
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(1, [node, slow, other], other)));
        Assert.True(slow.Connect(node));
        byte[] newer = Big(node, slow, other);
        if (isBefore)
        {
            node.Send(To(3));
        }

        slow.StartWrite("network", newer, silentAfter: 1);
        Assert.True(_mesh.RunUntil(() => node.Knows(NodeEvent.HeaderVerified), 1_000));
        long dropped = node.Node.Counters.InnerDropped;
        node.Send(To(3));
        other.AnswersInitiations = true;
        Assert.True(_mesh.RunUntil(() => HasSession(node, other), 10_000));
        _mesh.Run(100);
        Assert.Equal(isBefore ? 2 : 1, other.Inner.Count(p => p.Take(To(3).Length).SequenceEqual(To(3))));
        Assert.Equal(dropped, node.Node.Counters.InnerDropped);
        Assert.Equal(1UL, node.Node.NetworkVersion);
    }

    [Fact]
    public void A_head_read_that_trickles_in_does_not_keep_the_one_place_for_reading_from_the_network()
    {
        NodeLimits limits = MeshNode.Limits();
        limits.Transfers = 2;
        MeshNode node = _mesh.Add(1, limits);
        Stranger slow = _mesh.AddStranger(2);
        Stranger other = _mesh.AddStranger(3);
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(1, [node, slow, other], slow)));
        byte[] newer = Big(node, slow, other);
        Assert.True(other.Connect(node));
        other.Files["network"] = newer;
        slow.Files["head"] = newer[..144];

        // What it is asked for by a node that wants to know whether its network is current.
        _slow.Add(slow);
        _delay = 20_000;
        Assert.True(slow.Connect(node));
        _mesh.RunUntil(() => slow.Requests.Count > 0, 1_000);
        Assert.Equal(["read head"], slow.Requests);
        Assert.True(other.Write("head", newer[..144]).IsComplete);
        Assert.True(_mesh.RunUntil(() => node.Node.NetworkVersion == 2, 5_000));
    }

    [Theory]
    [InlineData(true, 19_000, 20_100)]
    [InlineData(false, 6_900, 7_100)]
    public void Nor_from_other_heads_for_longer_than_20_s_or_7_s_of_a_peer_that_may_have_no_server(
        bool speaks, int least, int most)
    {
        NodeLimits limits = MeshNode.Limits();
        limits.Transfers = 2;
        MeshNode node = _mesh.Add(1, limits);
        Stranger slow = _mesh.AddStranger(2);
        Stranger other = _mesh.AddStranger(3);
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(2, [node, slow, other], slow)));
        Assert.True(other.Connect(node));
        if (speaks)
        {
            Assert.True(slow.Connect(node));
            Assert.Equal(144, slow.Read("head").Content.Count);
            _mesh.Run(5_000);
        }

        _slow.Add(slow);
        _delay = 28_000;
        Assert.True(slow.Connect(node));
        long start = _mesh.Now;
        other.Write("head", Mesh.NetworkOf(1, [node])[..144]);
        Assert.True(_mesh.RunUntil(() => other.Requests.Contains("write head"), 60_000));
        Assert.InRange(_mesh.Now - start, least, most);
    }

    [Fact]
    [Statement("7.5-14")]
    public void A_guest_that_sends_a_few_bytes_now_and_then_counts_as_silent()
    {
        (MeshNode node, Stranger member, _) = Members();
        byte[] newer = Big(node, member);
        Stranger guest = _mesh.AddStranger(20);
        Assert.True(guest.Connect(node));
        guest.SendUdp(1_000, 69, StrangerTransfer.Request(2, "network", "blksize", "8"));
        _mesh.Run(100);
        int port = InnerPacket.Port(guest.Inner.Last(InnerPacket.IsUdp), destination: false);
        Stranger honest = _mesh.AddStranger(21);
        Assert.True(honest.Connect(node));
        for (int block = 1; block <= 30; block++)
        {
            guest.SendUdp(1_000, port, [0, 3, 0, (byte)block, .. newer[((block - 1) * 8)..(block * 8)]]);
            _mesh.Run(block < 20 ? 50 : 1_000);
        }

        // The header took 18 blocks, and 12 more took 10 s.
        Assert.True(honest.Write("network", newer).IsComplete);
        Assert.Equal(2UL, node.Node.NetworkVersion);
    }

    [Fact]
    [Statement("9-10")]
    public void A_member_opens_no_transfer_from_an_address_that_could_not_be_answered()
    {
        (MeshNode node, Stranger member, _) = Members();
        Assert.True(member.Connect(node));
        byte[] request = InnerPacket.Udp(
            [0xFD, .. new byte[14], 2], node.Node.LinkLocal, 1_000, 69, StrangerTransfer.Request(1, "head"));
        member.SendInner(request);
        _mesh.Run(100);
        Assert.Equal(request, Assert.Single(node.Delivered));
    }

    [Fact]
    public void What_a_node_refuses_does_not_make_it_one_that_was_refused()
    {
        (MeshNode node, Stranger member, _) = Members();
        byte[] newer = Big(node, member);
        Assert.True(member.Connect(node));
        member.Files["network"] = [.. newer[..144], .. new byte[newer.Length - 144]];
        Assert.True(member.Write("head", newer[..144]).IsComplete);
        _mesh.RunUntil(() => node.Knows(NodeEvent.NetworkRefused), 10_000);
        _mesh.Run(500);
        Assert.True(node.Knows(NodeEvent.NetworkRefused));
        Assert.NotEqual(NetworkState.Behind, node.Node.State(_mesh.Now));
    }

    [Fact]
    public void A_header_whose_network_nobody_has_does_not_keep_an_older_newer_one_away()
    {
        (MeshNode node, Stranger member, _) = Members();
        Stranger guest = _mesh.AddStranger(20);
        Assert.True(guest.Connect(node));
        Assert.True(guest.Write("head", Mesh.NetworkOf(9, [node])[..144]).IsComplete);
        guest.IsOn = false;
        byte[] newer = Big(node, member);
        member.Files["network"] = newer;
        Assert.True(member.Connect(node));
        Assert.True(member.Write("head", newer[..144]).IsComplete);
        Assert.True(_mesh.RunUntil(() => node.Node.NetworkVersion == 2, 120_000));
    }

    [Fact]
    [Statement("4.5-3")]
    public void A_member_that_the_network_says_has_moved_is_asked_at_its_new_address()
    {
        MeshNode node = _mesh.Add(1);
        Stranger member = _mesh.AddStranger(2);
        member.AnswersInitiations = true;
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(1, [node, member], member)));
        node.Send(To(2));
        _mesh.Run(1_000);
        Assert.True(HasSession(node, member));
        member.Endpoint.SetIpv4([192, 0, 2, 200], 0, 51820);
        _mesh.Run(600_000);
        Assert.False(HasSession(node, member));
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(2, [node, member], member)));
        Assert.True(_mesh.RunUntil(() => HasSession(node, member), 120_000));
    }

    private (MeshNode Node, Stranger First, Stranger Second) Members(NodeLimits? limits = null, byte seed = 1)
    {
        MeshNode node = _mesh.Add(seed, limits);
        Stranger first = _mesh.AddStranger(2);
        Stranger second = _mesh.AddStranger(3);
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(1, [node, first, second])));
        _mesh.Run(100);
        return (node, first, second);
    }

    private bool HasSession(MeshNode node, Stranger stranger) => Slot(node, stranger)?.HasSession(_mesh.Now) == true;

    private static Peer? Slot(MeshNode node, Stranger stranger) => node.Slot(stranger.Key);

    private static byte[] To(byte member) => InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, member], 1, 2, 3);

    private static byte[] Big(params IStation[] members) =>
        Mesh.NetworkOf(
            2,
            members,
            null,
            0,
            [.. Enumerable.Range(1, 25).Select(i => NetworkBytes.Entry(i, NetworkBytes.Field(32, new byte[200])))]);
}
