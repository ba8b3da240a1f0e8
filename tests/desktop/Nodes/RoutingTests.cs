using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tests.Network;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>Cryptokey routing: which inner packets a member may send, and to whom ours go.</summary>
public class RoutingTests
{
    private readonly Mesh _mesh = new();
    private readonly MeshNode _node;
    private readonly Stranger _member;
    private readonly Stranger _gateway;

    public RoutingTests()
    {
        _node = _mesh.Add(1);
        _member = _mesh.AddStranger(2);
        _gateway = _mesh.AddStranger(3);
        byte[] gateway = NetworkBytes.Entry(
            _gateway.Key,
            NetworkBytes.Field(1, 0, 0, 0, 0, 0),
            NetworkBytes.Field(1, [.. new byte[16], 0]),
            NetworkBytes.Field(1, 10, 0, 0, 0, 24));
        Assert.Equal(NetworkFault.None, _node.Load(Mesh.NetworkOf(1, [_node, _member], null, 0, gateway)));
        Assert.True(_member.Connect(_node));
        Assert.True(_gateway.Connect(_node));
    }

    // "own" stands for the sender's link-local address, "node" for the node's.
    [Theory]
    [Statement("3-2", "3-3", "9-3", "9-12")]
    [InlineData(2, "own", "node", "answered")]
    [InlineData(2, "10.0.0.2", "10.0.0.1", "answered")]
    [InlineData(2, "fd00::2", "fd00::1", "answered")]
    [InlineData(2, "fd00::2", "node", "answered")]
    [InlineData(2, "own", "fd00::1", "answered")]
    [InlineData(2, "10.0.0.3", "10.0.0.1", "dropped")]
    [InlineData(2, "10.0.0.1", "10.0.0.1", "dropped")]
    [InlineData(2, "192.0.2.1", "10.0.0.1", "dropped")]
    [InlineData(2, "fd00::3", "fd00::1", "dropped")]
    [InlineData(2, "fe80::1", "node", "dropped")]
    [InlineData(2, "::", "node", "dropped")]
    [InlineData(2, "10.0.0.2", "10.0.0.3", "dropped")]
    [InlineData(2, "10.0.0.2", "192.0.2.1", "dropped")]
    [InlineData(2, "fd00::2", "2001:db8::1", "dropped")]
    [InlineData(2, "own", "fe80::1", "dropped")]
    [InlineData(2, "fd00::2", "ff02::1", "delivered")]
    [InlineData(2, "10.0.0.2", "224.0.0.251", "delivered")]
    [InlineData(2, "10.0.0.2", "255.255.255.255", "delivered")]
    [InlineData(3, "192.0.2.1", "10.0.0.1", "answered")]
    [InlineData(3, "10.0.0.77", "10.0.0.1", "answered")]
    [InlineData(3, "2001:db8::1", "fd00::1", "answered")]
    [InlineData(3, "10.0.0.2", "10.0.0.1", "dropped")]
    [InlineData(3, "fd00::2", "fd00::1", "dropped")]
    [InlineData(3, "fe80::1", "fd00::1", "dropped")]
    public void An_echo_request_of_a_member_is_taken_by_its_source_and_destination(
        byte sender, string from, string to, string outcome)
    {
        Stranger stranger = sender == 2 ? _member : _gateway;
        byte[] Address(string text) => text switch
        {
            "own" => stranger.LinkLocal,
            "node" => _node.Node.LinkLocal,
            _ => IPAddress.Parse(text).GetAddressBytes(),
        };
        byte[] packet = InnerPacket.Echo(Address(from), Address(to));
        long dropped = _node.Node.Counters.InnerDropped;
        _node.Delivered.Clear();
        stranger.Inner.Clear();
        stranger.SendInner(packet);
        _mesh.Run(100);
        Assert.Equal(outcome == "answered" ? 1 : 0, stranger.Inner.Count(InnerPacket.IsEchoReply));
        Assert.Equal(outcome == "dropped" ? 1 : 0, _node.Node.Counters.InnerDropped - dropped);
        Assert.Equal(outcome == "delivered" ? [packet] : Array.Empty<byte[]>(), _node.Delivered);
    }

    [Fact]
    [Statement("9-11")]
    public void Behind_a_TUN_the_machine_answers_echo_and_gets_packets_without_their_padding()
    {
        _node.Node.HostAnswersEcho = true;
        byte[] echo = InnerPacket.Echo([10, 0, 0, 2], [10, 0, 0, 1]);
        byte[] udp = InnerPacket.Udp(_member.LinkLocal, _node.Node.LinkLocal, 1000, 2000, 1, 2, 3);
        _member.SendInner(echo);
        _member.SendInner(udp);
        _mesh.Run(100);
        Assert.Equal([echo, udp], _node.Delivered);
        Assert.Empty(_member.Inner);
        Assert.Equal(2, _node.Node.Counters.InnerDelivered);
    }

    [Theory]
    [Statement("3-2", "3-3", "9-8")]
    [InlineData("10.0.0.2", 2)]
    [InlineData("fd00::2", 2)]
    [InlineData("10.0.0.3", 3)]
    [InlineData("192.0.2.9", 3)]
    [InlineData("2001:db8::9", 3)]
    [InlineData("10.0.0.1", 0)]
    [InlineData("fd00::1", 0)]
    [InlineData("fe80::1", 0)]
    [InlineData("LL2", 2)]
    [InlineData("LL3", 3)]
    [InlineData("LL1", 0)]
    public void A_packet_of_the_application_goes_to_the_peer_that_has_its_destination(string to, int receiver)
    {
        byte[] destination = to switch
        {
            "LL1" => _node.Node.LinkLocal,
            "LL2" => _member.LinkLocal,
            "LL3" => _gateway.LinkLocal,
            _ => IPAddress.Parse(to).GetAddressBytes(),
        };
        byte[] packet = InnerPacket.Udp(
            destination.Length == 4 ? [10, 0, 0, 1] : [0xFD, .. new byte[14], 1], destination, 1, 2, 3);
        _member.Inner.Clear();
        _gateway.Inner.Clear();
        Assert.Equal(receiver != 0, _node.Send(packet));
        _mesh.Run(100);
        Assert.Equal(receiver == 2 ? 1 : 0, _member.Inner.Count);
        Assert.Equal(receiver == 3 ? 1 : 0, _gateway.Inner.Count);
    }

    // Behind a wider prefix of the node's own are other machines, which answer for themselves.
    [Theory]
    [InlineData("10.0.0.2", "10.0.0.1")]
    [InlineData("fd00::2", "fd00::1")]
    public void An_echo_request_to_an_address_that_differs_from_a_host_prefix_in_one_byte_is_delivered(
        string from, string own)
    {
        byte[] entry = NetworkBytes.Entry(
            _node.Key,
            NetworkBytes.Field(1, 10, 0, 0, 1, 32),
            NetworkBytes.Field(1, [0xFD, .. new byte[14], 1, 128]),
            NetworkBytes.Field(1, 0, 0, 0, 0, 0),
            NetworkBytes.Field(1, [.. new byte[16], 0]));
        Assert.Equal(NetworkFault.None, _node.Load(Mesh.NetworkOf(2, [_member], null, 0, entry)));
        byte[] source = IPAddress.Parse(from).GetAddressBytes();
        byte[] destination = IPAddress.Parse(own).GetAddressBytes();
        Assert.Equal((1, 0), Outcome());
        for (int i = 0; i < destination.Length; i++)
        {
            destination[i] ^= 1;
            Assert.Equal((0, 1), Outcome());
            destination[i] ^= 1;
        }

        (int Answered, int Delivered) Outcome()
        {
            _member.Inner.Clear();
            _node.Delivered.Clear();
            _member.SendInner(InnerPacket.Echo(source, destination));
            _mesh.Run(100);
            return (_member.Inner.Count(InnerPacket.IsEchoReply), _node.Delivered.Count);
        }
    }

    [Fact]
    public void What_is_no_sound_packet_or_too_long_is_not_sent()
    {
        byte[] sound = InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 2], 1, 2, new byte[1420 - 28]);
        Assert.True(_node.Send(sound));
        IEnumerable<byte[]> bad =
        [
            [],
            [0x45],
            sound[..19],
            sound[..^1],
            [0x55, .. sound[1..]],
            InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 2], 1, 2, new byte[1420 - 27]),
        ];
        int sent = _node.SentTo.Count;
        Assert.All(bad, packet => Assert.False(_node.Send(packet)));
        Assert.Equal(sent, _node.SentTo.Count);
        Assert.Equal(6, _node.Node.Counters.InnerDropped);
    }

    [Fact]
    public void A_packet_to_a_member_without_a_session_waits_for_one()
    {
        MeshNode other = _mesh.Add(4);
        byte[] network = Mesh.NetworkOf(2, [_node, other, _member]);
        _node.Load(network);
        other.Load(network);
        byte[] packet = InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 4], 1, 2, 3);
        Assert.True(_node.Send(packet));
        Assert.True(_mesh.RunUntil(() => other.Delivered.Count > 0, 30_000), NodeTests.State(_mesh));
        Assert.Equal(packet, other.Delivered[0]);
    }

    // They wait where a network is received otherwise, but for the end of that, as long as the MTU: 1520
    // bytes, 4 before each.
    [Theory]
    [InlineData(1280, 1)]
    [InlineData(812, 2)]
    [InlineData(813, 1)]
    [InlineData(76, 20)]
    public void Of_more_packets_than_fit_on_a_device_the_newest_arrive_in_order(int length, int fit)
    {
        MeshNode device = _mesh.Add(4, NodeLimits.Device());
        MeshNode other = _mesh.Add(5);
        byte[] network = Mesh.NetworkOf(2, [device, other]);
        Assert.Equal(NetworkFault.None, device.Load(network));
        Assert.Equal(NetworkFault.None, other.Load(network));
        byte[][] packets = [.. Enumerable.Range(0, 30).Select(
            i => InnerPacket.Udp([10, 0, 0, 4], [10, 0, 0, 5], 1, 2, [.. Enumerable.Repeat((byte)i, length - 28)]))];
        Assert.All(packets, packet => Assert.True(device.Send(packet)));
        Assert.True(_mesh.RunUntil(() => other.Delivered.Count > 0, 30_000), NodeTests.State(_mesh));
        _mesh.Run(100);
        Assert.Equal(packets.TakeLast(fit), other.Delivered);
    }
}
