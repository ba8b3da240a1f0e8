using System;
using System.Linq;
using System.Net;
using Spore.Base;
using Spore.Hostsim.Live.Peers;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Signing;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>What an operator says of peers while a node runs.</summary>
public class ConfigurationTests
{
    private readonly Mesh _mesh = new();
    private readonly MeshNode _node;
    private readonly Stranger _peer;
    private readonly byte[] _unknown = MeshNode.PrivateKey(99);

    public ConfigurationTests()
    {
        _node = _mesh.Add(1);
        _peer = _mesh.AddStranger(2);
        _peer.AnswersInitiations = true;
    }

    private Peer? Slot => _node.Slot(_peer.Key);

    private byte[] Packet => InnerPacket.Udp(_node.Node.LinkLocal, _peer.LinkLocal, 1, 2, 3);

    [Theory]
    [Statement("4-1")]
    [InlineData(1, 1, true)]
    [InlineData(1, 2, false)]
    [InlineData(1, 0, false)]
    [InlineData(0, 1, false)]
    public void A_preshared_key_has_to_be_the_same_on_both_sides_whoever_initiates(byte ours, byte theirs, bool outcome)
    {
        _peer.Stock.PresharedKey = Key(theirs);
        Configure();
        Assert.True(_node.Node.SetPresharedKey(_peer.Key, 0, ours == 0 ? null : Key(ours)));
        Assert.Equal(outcome, _peer.Connect(_node) && _peer.Ping());

        MeshNode one = _mesh.Add(11);
        MeshNode two = _mesh.Add(12);
        two.Add(one, endpoint: false);
        two.Node.SetPresharedKey(one.Key, 0, theirs == 0 ? null : Key(theirs));
        one.Add(two, endpoint: true);
        one.Node.SetPresharedKey(two.Key, 0, ours == 0 ? null : Key(ours));
        Assert.Equal(outcome, _mesh.RunUntil(() => one.Knows(NodeEvent.SessionUp), 20_000));
    }

    [Fact]
    public void Another_preshared_key_counts_from_the_next_handshake_on_and_none_is_left_in_memory()
    {
        Configure();
        byte[] first = Key(1);
        byte[] second = Key(2);
        _node.Node.SetPresharedKey(_peer.Key, 0, first);
        _peer.Stock.PresharedKey = Key(1);
        Assert.True(_peer.Connect(_node));
        _node.Node.SetPresharedKey(_peer.Key, 0, second);
        Assert.Equal(new byte[32], first);
        Assert.True(_peer.Ping());
        Assert.False(_peer.Connect(_node));
        _peer.Stock.PresharedKey = Key(2);
        _mesh.Run(1000);
        Assert.True(_peer.Connect(_node));
        Assert.True(_node.Node.RemovePeer(_peer.Key, 0, _mesh.Now));
        Assert.Equal(new byte[32], second);
    }

    [Fact]
    public void Who_is_removed_is_gone_at_once_and_comes_back_as_a_guest()
    {
        Configure();
        Assert.True(_peer.Connect(_node));
        Assert.True(_node.Node.RemovePeer(_peer.Key, 0, _mesh.Now));
        Assert.Null(Slot);
        Assert.Equal(1, _node.Count(NodeEvent.PeerRemoved));
        Assert.False(_peer.Ping());
        Assert.False(_node.Node.RemovePeer(_peer.Key, 0, _mesh.Now));

        Assert.True(_peer.Connect(_node));
        Assert.True(Slot!.IsProvisional);
        Assert.True(_node.Node.RemovePeer(_peer.Key, 0, _mesh.Now));
        Assert.Null(Slot);
    }

    [Fact]
    public void A_member_that_is_removed_is_configured_no_more_and_a_member_still()
    {
        Assert.Equal(NetworkFault.None, _node.Load(Mesh.NetworkOf(1, [_node, _peer])));
        Assert.False(_node.Node.RemovePeer(_peer.Key, 0, _mesh.Now));
        Configure();
        byte[] presharedKey = Key(1);
        Assert.True(_node.Node.SetPresharedKey(_peer.Key, 0, presharedKey));
        Assert.True(_node.Node.RemovePeer(_peer.Key, 0, _mesh.Now));
        Assert.Equal(new byte[32], presharedKey);
        Assert.Equal((true, false), (Node.IsMember(Slot!), _node.Node.IsConfigured(Slot!)));
        Assert.True(_peer.Connect(_node));
        Assert.True(_peer.Ping());
        Assert.False(_node.Node.RemovePeer(_peer.Key, 0, _mesh.Now));
        Assert.Equal(0, _node.Count(NodeEvent.PeerRemoved));
    }

    [Fact]
    public void An_endpoint_is_used_by_the_next_packet_and_sends_none_itself()
    {
        Configure();
        _node.SentTo.Clear();
        Assert.True(_node.Node.SetEndpoint(_peer.Key, 0, _peer.Endpoint, _mesh.Now));
        Assert.Empty(_node.SentTo);
        Assert.True(_node.Send(Packet));
        Assert.True(_mesh.RunUntil(() => _node.Knows(NodeEvent.SessionUp), 100));

        Endpoint elsewhere = new();
        elsewhere.SetIpv4([203, 0, 113, 1], 0, 1);
        Assert.True(_node.Node.SetEndpoint(_peer.Key, 0, elsewhere, _mesh.Now));
        _node.SentTo.Clear();
        Assert.True(_node.Send(Packet));
        Assert.True(Assert.Single(_node.SentTo).To.IsSame(elsewhere));

        // It is heard from where it was.
        _peer.SendInner([]);
        _mesh.Run(100);
        Assert.True(Slot!.Endpoint.IsSame(_peer.Endpoint));
    }

    [Fact]
    public void A_session_is_kept_alive_as_long_as_it_is_said()
    {
        Configure();
        _node.Node.SetEndpoint(_peer.Key, 0, _peer.Endpoint, _mesh.Now);
        _node.SentTo.Clear();
        Assert.True(_node.Node.SetKeepalive(_peer.Key, 0, 10, _mesh.Now));
        Assert.True(_mesh.RunUntil(() => _node.Knows(NodeEvent.SessionUp), 100));
        _mesh.Run(1000);
        Assert.InRange(Keepalives(100_000), 9, 11);
        Assert.True(_node.Node.SetKeepalive(_peer.Key, 0, 0, _mesh.Now));
        Assert.InRange(Keepalives(100_000), 0, 2);
    }

    [Fact]
    public void Nothing_can_be_said_of_who_is_not_configured_but_where_a_member_is_nor_of_how_one_is_kept_alive()
    {
        Assert.Equal(NetworkFault.None, _node.Load(Mesh.NetworkOf(1, [_node, _peer])));
        Assert.True(_peer.Connect(_node));
        Stranger guest = _mesh.AddStranger(3);
        Assert.True(guest.Connect(_node));
        foreach (byte[] key in new[] { _unknown, _peer.Key, guest.Key })
        {
            Assert.False(_node.Node.SetPresharedKey(key, 0, Key(1)));
            Assert.Equal(key == _peer.Key, _node.Node.SetEndpoint(key, 0, guest.Endpoint, _mesh.Now));
            Assert.False(_node.Node.SetKeepalive(key, 0, 10, _mesh.Now));
        }

        Configure();
        Assert.False(_node.Node.SetKeepalive(_peer.Key, 0, 10, _mesh.Now));
        Assert.True(_node.Node.SetEndpoint(_peer.Key, 0, guest.Endpoint, _mesh.Now));
        Assert.False(_node.Node.RemovePeer(_unknown, 0, _mesh.Now));
    }

    // A configured peer that is in no network has 10.0.0.0/16 and fd00::/32 by hand; our node has 10.0.0.1 and fd00::1,
    // a member 10.0.0.3 and fd00::3.
    [Theory]
    [Statement("9-2", "9-7")]
    [InlineData("10.0.0.2", "10.0.0.1", "answered")]
    [InlineData("10.0.200.200", "10.0.0.1", "answered")]
    [InlineData("fd00::2", "fd00::1", "answered")]
    [InlineData("fd00:0:1::2", "fd00::1", "answered")]
    [InlineData("10.0.0.3", "10.0.0.1", "dropped")]
    [InlineData("fd00::3", "fd00::1", "dropped")]
    [InlineData("10.0.0.1", "10.0.0.1", "dropped")]
    [InlineData("10.1.0.2", "10.0.0.1", "dropped")]
    [InlineData("fd00:1::2", "fd00::1", "dropped")]
    [InlineData("fe80::1", "fd00::1", "dropped")]
    [InlineData("10.0.0.2", "10.0.0.9", "dropped")]
    [InlineData("10.0.0.2", "10.0.0.3", "dropped")]
    [InlineData("10.0.0.2", "192.0.2.1", "dropped")]
    [InlineData("10.0.0.2", "224.0.0.1", "dropped")]
    public void What_a_peer_with_prefixes_by_hand_sends_is_taken_by_its_source_and_destination(
        string from, string to, string outcome)
    {
        GivePrefixes();
        long dropped = _node.Node.Counters.InnerDropped;
        _peer.Inner.Clear();
        _peer.SendInner(
            InnerPacket.Echo(IPAddress.Parse(from).GetAddressBytes(), IPAddress.Parse(to).GetAddressBytes()));
        _mesh.Run(100);
        Assert.Equal(outcome == "answered" ? 1 : 0, _node.Node.Counters.InnerDropped - dropped == 0 ? 1 : 0);

        // The answer goes to whoever sent.
        Assert.Equal(outcome == "answered" ? 1 : 0, _peer.Inner.Count(InnerPacket.IsEchoReply));
        Assert.Empty(_node.Delivered);
    }

    [Theory]
    [Statement("9-7", "9-8")]
    [InlineData("10.0.0.2", 2)]
    [InlineData("10.0.200.200", 2)]
    [InlineData("fd00::2", 2)]
    [InlineData("10.0.0.3", 3)]
    [InlineData("fd00::3", 3)]
    [InlineData("10.0.0.1", 0)]
    [InlineData("fd00::1", 0)]
    [InlineData("10.1.0.2", 0)]
    [InlineData("fd01::2", 0)]
    [InlineData("fe80::2", 0)]
    public void A_packet_goes_to_the_peer_that_has_its_destination_by_hand_or_from_the_network(string to, int receiver)
    {
        Stranger member = GivePrefixes();
        _peer.Inner.Clear();
        member.Inner.Clear();
        byte[] destination = IPAddress.Parse(to).GetAddressBytes();
        byte[] source = destination.Length == 4 ? [10, 0, 0, 1] : [0xFD, .. new byte[14], 1];
        Assert.Equal(receiver != 0, _node.Send(InnerPacket.Udp(source, destination, 1, 2, 3)));
        _mesh.Run(100);
        Assert.Equal((receiver == 2 ? 1 : 0, receiver == 3 ? 1 : 0), (_peer.Inner.Count, member.Inner.Count));
    }

    [Fact]
    [Statement("9-7")]
    public void Prefixes_by_hand_rest_while_their_holder_is_a_member()
    {
        ConfiguredPrefixes prefixes = GivePrefixes(out Stranger member);
        Assert.Equal(NetworkFault.None, _node.Load(Mesh.NetworkOf(2, [_node, member, _peer])));
        prefixes.Change();
        Assert.True(_node.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 2], 1, 2, 3)));
        Assert.False(_node.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 0, 200, 200], 1, 2, 3)));
        Assert.Equal(NetworkFault.None, _node.Load(Mesh.NetworkOf(3, [_node, member])));
        prefixes.Change();
        Assert.True(_node.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 0, 200, 200], 1, 2, 3)));
    }

    private Stranger GivePrefixes()
    {
        GivePrefixes(out Stranger member);
        return member;
    }

    // A stock peer sends nothing either, until a packet or a keepalive asks for a session.
    [Fact]
    public void A_configured_peer_whose_session_has_died_is_not_initiated_to_unasked()
    {
        MeshNode node = _mesh.Add(21);
        Stranger stock = _mesh.AddStranger(22);
        stock.AnswersInitiations = true;
        Assert.True(node.Node.AddPeer(stock.Key, 0, stock.Endpoint, _mesh.Now));
        _mesh.Run(10_000);
        Assert.True(node.Knows(NodeEvent.SessionUp));
        node.Events.Clear();
        _mesh.Run(1_200_000);
        Assert.False(node.Knows(NodeEvent.InitiationSent));
        Assert.InRange(node.Count(NodeEvent.HelloSent), 10, 30);
    }

    [Fact]
    [Statement("5.1-11")]
    public void A_configured_peer_that_was_never_heard_is_initiated_to_with_each_hello()
    {
        MeshNode node = _mesh.Add(21);
        Stranger stock = _mesh.AddStranger(22);
        Assert.True(node.Node.AddPeer(stock.Key, 0, stock.Endpoint, _mesh.Now));
        _mesh.Run(1_200_000);
        stock.AnswersInitiations = true;
        Assert.True(_mesh.RunUntil(() => node.Knows(NodeEvent.SessionUp), 90_000));
    }

    private ConfiguredPrefixes GivePrefixes(out Stranger member)
    {
        member = _mesh.AddStranger(3);
        Assert.Equal(NetworkFault.None, _node.Load(Mesh.NetworkOf(1, [_node, member])));
        Configure();
        ConfiguredPrefixes prefixes = new(_node.Node, MeshNode.Limits(), 10);
        string key = KeyText.Format(_peer.Key);
        prefixes.Give(key, new AllowedPrefix(IPAddress.Parse("10.0.0.0"), 16));
        prefixes.Give(key, new AllowedPrefix(IPAddress.Parse("fd00::"), 32));
        Assert.True(_peer.Connect(_node));
        Assert.True(member.Connect(_node));
        return prefixes;
    }

    private void Configure() => Assert.True(_node.Node.AddPeer(_peer.Key, 0, null, _mesh.Now));

    private int Keepalives(long milliseconds)
    {
        _node.SentTo.Clear();
        _mesh.Run(milliseconds);
        return _node.Sent.Count(d => d[0] == 4 && d.Length == 32);
    }

    private static byte[] Key(byte seed) => seed == 0 ? new byte[32] : MeshNode.PrivateKey(seed);
}
