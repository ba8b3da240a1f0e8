using System;
using System.Linq;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tests.Network;
using Spore.Tftp;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>What a new network makes of those who are there, and what becomes of one that has expired.</summary>
public class MembershipTests
{
    private const long Issued = 1_760_000_000;

    private readonly Mesh _mesh = new();
    private readonly MeshNode _node;
    private readonly Stranger _member;

    public MembershipTests()
    {
        _node = _mesh.Add(1);
        _member = _mesh.AddStranger(2);
    }

    [Fact]
    [Statement("7.6-2")]
    public void A_removed_member_loses_its_session_and_its_rights_at_once()
    {
        Load(1, _member);
        Assert.True(_member.Connect(_node));
        StrangerTransfer reading = _member.StartRead("head");
        Load(2);

        // Before Advance has run.
        Assert.Null(Slot(_member));
        int delivered = _node.Delivered.Count;
        Assert.False(_node.Send(To(2)));
        _node.Receive(_member.Stock.Seal(InnerPacket.Udp([10, 0, 0, 2], [10, 0, 0, 1], 5, 6, 7)), _member.Endpoint);
        Assert.Equal(delivered, _node.Delivered.Count);

        _mesh.Run(0);
        Assert.Null(Slot(_member));
        Assert.Equal(1, _node.Count(NodeEvent.SessionDown));
        Assert.False(_member.Ping());
        Assert.False(reading.IsDone);

        // It may come back as anyone may.
        Assert.True(_member.Connect(_node));
        Assert.True(Slot(_member)!.IsProvisional);
        Assert.Equal(TftpError.AccessViolation, _member.Read("network").Error);
        _member.SendInner(InnerPacket.Echo([10, 0, 0, 2], [10, 0, 0, 1]));
        _mesh.Run(1_000);
        Assert.DoesNotContain(_member.Inner, InnerPacket.IsEchoReply);
    }

    [Fact]
    public void An_initiation_right_after_the_removal_keeps_no_session_alive()
    {
        Load(1, _member);
        Assert.True(_member.Connect(_node));
        Load(2);
        _node.Receive(
            _member.Stock.Initiate(_node.Key, Spore.Tests.WireGuard.StockPeer.Tai(_member.Clock++)), _member.Endpoint);
        Assert.Equal(1, _node.Count(NodeEvent.SessionDown));
        _mesh.Run(0);
        Assert.True(Slot(_member)!.IsProvisional);
        Assert.False(Slot(_member)!.HasSession(_mesh.Now));
    }

    [Theory]
    [Statement("7.6-2", "8-45")]
    [InlineData(false)]
    [InlineData(true)]
    public void Removal_happens_in_the_call_in_which_a_peer_brings_the_network(bool bringsItself)
    {
        Stranger other = _mesh.AddStranger(3);
        Load(1, _member, other);
        Assert.True(_member.Connect(_node));
        Assert.True(other.Connect(_node));
        StrangerTransfer writing = (bringsItself ? _member : other).StartWrite(
            "network", Mesh.NetworkOf(2, [_node, other]));
        Assert.True(_mesh.RunUntil(() => _node.Node.NetworkVersion == 2, 20_000));
        Assert.Null(Slot(_member));

        // The last block is acknowledged all the same.
        _mesh.Run(100);
        Assert.True(writing.IsComplete);
    }

    [Fact]
    public void A_guest_that_is_added_is_a_member_at_once_in_the_session_it_has()
    {
        Load(1);
        Assert.True(_member.Connect(_node));
        Assert.True(Slot(_member)!.IsProvisional);
        Load(2, _member);
        Assert.False(Slot(_member)!.IsProvisional);
        _member.SendInner(InnerPacket.Echo([10, 0, 0, 2], [10, 0, 0, 1]));
        Assert.True(_mesh.RunUntil(() => _member.Inner.Any(InnerPacket.IsEchoReply), 1_000));
        Assert.True(_node.Send(To(2)));
        _member.Finish(_member.StartRead("network"));

        // And it stays, as guests do not.
        _mesh.Run(170_000);
        Assert.True(_member.Connect(_node));
        _mesh.Run(100_000);
        Assert.True(_member.Ping());
    }

    [Fact]
    public void A_member_whose_prefix_changed_is_routed_by_the_new_one()
    {
        Load(1, _member);
        Assert.True(_member.Connect(_node));
        Assert.Equal(
            NetworkFault.None,
            _node.Load(Mesh.NetworkOf(
                2, [_node], null, 0, NetworkBytes.Entry(_member.Key, NetworkBytes.Field(1, 10, 9, 9, 0, 24)))));
        Assert.False(_node.Send(To(2)));
        Assert.True(_node.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 9, 9, 200], 1, 2, 3)));
        Assert.True(_member.Ping());
    }

    [Fact]
    public void A_peer_configured_by_hand_stays_when_it_is_removed_with_its_link_local_address_alone()
    {
        Assert.True(_node.Node.AddPeer(_member.Key, 0, null, _mesh.Now));
        Load(1, _member);
        Assert.True(_member.Connect(_node));
        Load(2);
        _mesh.Run(1_000);
        Assert.True(_member.Ping());
        Assert.False(_node.Send(To(2)));
        Assert.True(_node.Send(InnerPacket.Udp(_node.Node.LinkLocal, _member.LinkLocal, 1, 2, 3)));
        Assert.Equal(TftpError.AccessViolation, _member.Read("network").Error);
    }

    [Fact]
    public void A_node_that_is_removed_itself_has_no_addresses_any_more_but_its_link_local_one()
    {
        Load(1, _member);
        Assert.True(_member.Connect(_node));
        Assert.Equal(NetworkFault.None, _node.Load(Mesh.NetworkOf(2, [_member])));
        Assert.Equal(-1, _node.Node.OwnEntry);
        _member.SendInner(InnerPacket.Echo([10, 0, 0, 2], [10, 0, 0, 1]));
        _mesh.Run(100);
        Assert.DoesNotContain(_member.Inner, InnerPacket.IsEchoReply);
        Assert.True(_member.Ping());
    }

    [Fact]
    [Statement("7.2-8")]
    public void Sessions_that_are_to_be_kept_alive_come_up_by_themselves_and_stay()
    {
        _member.AnswersInitiations = true;
        byte[] entry = NetworkBytes.Entry(
            _member.Key,
            NetworkBytes.Field(2, [.. _member.Endpoint.AddressBytes()[12..], 0xCA, 0x6C]),
            NetworkBytes.Field(5, 0, 25));
        Assert.Equal(NetworkFault.None, _node.Load(Mesh.NetworkOf(1, [_node], null, 0, entry)));
        Assert.True(_mesh.RunUntil(() => _node.Node.SessionCount(_mesh.Now) == 1, 1_000));
        _mesh.Run(1_000_000);
        Assert.Equal(1, _node.Node.SessionCount(_mesh.Now));
        Assert.InRange(_node.Count(NodeEvent.SessionUp), 5, 20);
    }

    [Fact]
    public void A_network_that_puts_out_a_full_house_brings_up_the_sessions_it_asks_for()
    {
        NodeLimits limits = MeshNode.Limits();
        limits.Peers = 2;
        limits.Guests = 1;
        MeshNode node = _mesh.Add(7, limits);
        Stranger[] old = [_mesh.AddStranger(20), _mesh.AddStranger(21)];
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(1, [node, .. old])));
        Assert.All(old, o => Assert.True(o.Connect(node)));
        Assert.True(_mesh.AddStranger(22).Connect(node));
        byte[] entry = NetworkBytes.Entry(
            _member.Key,
            NetworkBytes.Field(2, [.. _member.Endpoint.AddressBytes()[12..], 0xCA, 0x6C]),
            NetworkBytes.Field(5, 0, 25));
        _member.AnswersInitiations = true;
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(2, [node], null, 0, entry)));
        Assert.True(_mesh.RunUntil(
            () => node.Node.Peers.Any(p => p.InUse && Node.IsMember(p) && p.HasSession(_mesh.Now)), 1_000));
        _mesh.Run(1_000);
        Assert.Equal(1, node.Node.Peers.Count(p => p.InUse && !p.IsProvisional));
    }

    [Fact]
    [Statement("8.1-7", "8.1-8")]
    public void Who_was_removed_is_behind_and_goes_on_with_the_old_network_and_keeps_asking()
    {
        MeshNode other = _mesh.Add(3);
        byte[] first = Mesh.NetworkOf(1, [_node, other, _member]);
        _node.Load(first);
        other.Load(first);
        Assert.True(_member.Connect(_node));
        _mesh.Run(10_000);

        Assert.Equal(NetworkFault.None, other.Load(Mesh.NetworkOf(2, [other, _member])));
        Assert.True(
            _mesh.RunUntil(() => _node.Node.State(_mesh.Now) == NetworkState.Behind, 120_000), NodeTests.State(_mesh));
        Assert.Contains(
            _node.Events, e => e.What == NodeEvent.Behind && e.Value == 2 && e.Key!.SequenceEqual(other.Key));
        Assert.Equal(1UL, _node.Node.NetworkVersion);
        Assert.True(_member.Connect(_node));
        _member.SendInner(InnerPacket.Echo([10, 0, 0, 2], [10, 0, 0, 1]));
        Assert.True(_mesh.RunUntil(() => _member.Inner.Any(InnerPacket.IsEchoReply), 1_000));

        _mesh.Run(400_000);
        Assert.Equal(1, _node.Count(NodeEvent.Behind));
        Assert.Equal(NetworkState.Behind, _node.Node.State(_mesh.Now));
        Assert.Equal(NetworkFault.None, other.Load(Mesh.NetworkOf(3, [_node, other, _member])));
        Assert.True(_mesh.RunUntil(() => _node.Node.NetworkVersion == 3, 400_000), NodeTests.State(_mesh));
        Assert.Equal(NetworkState.Unconfirmed, _node.Node.State(_mesh.Now));
    }

    [Fact]
    [Statement("6-15", "7.6-3")]
    public void At_its_expiry_nobody_in_it_is_trusted_any_more()
    {
        Assert.Equal(NetworkFault.None, _node.Load(Mesh.NetworkOf(1, [_node, _member], null, Issued + 100)));
        Assert.True(_member.Connect(_node));
        _mesh.Run(98_000);
        Assert.True(_member.Ping());
        Assert.False(_node.Node.IsExpired);
        _mesh.Run(2_000);
        Assert.True(_node.Node.IsExpired);
        Assert.Equal(1, _node.Count(NodeEvent.NetworkExpired));
        Assert.False(_node.Send(To(2)));

        // Its members have the rights of guests now. One of them may bring a newer network.
        Assert.True(_member.Ping());
        Assert.True(_member.Connect(_node));
        Assert.Equal(TftpError.AccessViolation, _member.Read("network").Error);
        Assert.Equal(
            TftpError.AccessViolation,
            _member.Write("network", Mesh.NetworkOf(2, [_node, _member], null, Issued + 50)).Error);
        _mesh.Run(31_000);
        Assert.True(_member.Write("network", Mesh.NetworkOf(2, [_node, _member], null, Issued + 10_000)).IsComplete);
        Assert.False(_node.Node.IsExpired);
        Assert.True(_node.Send(To(2)));
        _member.Finish(_member.StartRead("network"));
    }

    [Theory]
    [Statement("7.4-3")]
    [InlineData(-1, NetworkFault.None)]
    [InlineData(0, NetworkFault.Expired)]
    public void A_network_is_refused_from_the_millisecond_of_its_expiry_on(long after, NetworkFault expected)
    {
        _node.Node.SetWallClock((Issued * 1_000) + 100_000 + after, _mesh.Now);
        Assert.Equal(expected, _node.Load(Mesh.NetworkOf(1, [_node, _member], null, Issued + 100)));
    }

    [Fact]
    public void A_network_expires_at_the_millisecond()
    {
        Assert.Equal(NetworkFault.None, _node.Load(Mesh.NetworkOf(1, [_node, _member], null, Issued + 100)));
        _mesh.Run(99_999);
        Assert.False(_node.Node.IsExpired);
        _mesh.Run(1);
        Assert.True(_node.Node.IsExpired);
    }

    [Fact]
    public void A_peer_configured_by_hand_outlives_the_network()
    {
        Assert.True(_node.Node.AddPeer(_member.Key, 0, null, _mesh.Now));
        Assert.Equal(NetworkFault.None, _node.Load(Mesh.NetworkOf(1, [_node, _member], null, Issued + 100)));
        Assert.True(_member.Connect(_node));
        _mesh.Run(101_000);
        Assert.True(_node.Node.IsExpired);
        Assert.True(_member.Ping());
        Assert.Equal(TftpError.AccessViolation, _member.Read("network").Error);
        Assert.False(_node.Send(To(2)));
    }

    [Fact]
    [Statement("6-2", "6-16")]
    public void The_time_that_the_caller_feeds_ends_a_network_at_once()
    {
        Assert.Equal(NetworkFault.None, _node.Load(Mesh.NetworkOf(1, [_node, _member], null, Issued + 1_000_000)));
        _mesh.Run(1_000);
        Assert.False(_node.Node.IsExpired);
        _node.Node.SetWallClock((Issued + 1_000_001) * 1000, _mesh.Now);
        _mesh.Run(0);
        Assert.True(_node.Node.IsExpired);

        Assert.Equal(NetworkFault.Expired, _node.Load(Mesh.NetworkOf(2, [_node, _member], null, Issued + 1_000_001)));

        // The operator corrects the time.
        _node.Node.SetWallClock(Issued * 1000, _mesh.Now);
        _mesh.Run(0);
        Assert.False(_node.Node.IsExpired);
        Assert.True(_node.Knows(NodeEvent.NetworkRestored));
        Assert.True(_node.Send(To(2)));
        Assert.Equal(NetworkFault.None, _node.Load(Mesh.NetworkOf(2, [_node, _member], null, Issued + 1_000_001)));
    }

    [Fact]
    [Statement("7.6-5")]
    public void A_reader_is_stopped_when_the_network_expires_and_when_it_is_restored()
    {
        Assert.Equal(NetworkFault.None, _node.Load(Mesh.NetworkOf(1, [_node, _member], null, Issued + 1_000_000)));
        Assert.True(_member.Connect(_node));
        foreach (long time in new[] { Issued + 1_000_001, Issued })
        {
            StrangerTransfer reading = _member.StartRead("head", silentAfter: 0);
            Assert.True(_mesh.RunUntil(() => reading.HasAnswer, 1_000));
            _node.Node.SetWallClock(time * 1000, _mesh.Now);
            _mesh.Run(100);
            Assert.Equal(TftpError.NotDefined, reading.Error);
        }
    }

    [Theory]
    [Statement("6-10", "6-12")]
    [InlineData(true)]
    [InlineData(false)]
    public void The_clock_of_a_witness_counts_and_that_of_another_member_does_not(bool witness)
    {
        // Where there is one witness, a single word counts.
        Stranger other = _mesh.AddStranger(9);
        Assert.Equal(
            NetworkFault.None,
            _node.Load(Mesh.NetworkOf(1, [_node, _member, other], witness ? _member : other, Issued + 1_000_000)));
        _member.Clock = Issued + 1_000_001;
        _member.Connect(_node);
        _mesh.Run(1_000);
        Assert.Equal(witness, _node.Node.IsExpired);
    }

    [Fact]
    [Statement("7.1-4")]
    public void A_header_with_no_expiry_never_expires()
    {
        Load(1, _member);
        _node.Node.SetWallClock(253402300799000, _mesh.Now);
        _mesh.Run(100_000);
        Assert.False(_node.Node.IsExpired);
    }

    private static byte[] To(byte member) => InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, member], 1, 2, 3);

    private void Load(ulong version, params IStation[] members) =>
        Assert.Equal(NetworkFault.None, _node.Load(Mesh.NetworkOf(version, [_node, .. members])));

    private Peer? Slot(IStation station) => _node.Slot(station.Key);
}
