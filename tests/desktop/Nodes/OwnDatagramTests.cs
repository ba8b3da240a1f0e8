using System.Linq;
using System.Net;
using Spore.SignedNetwork;
using Spore.Tests.Network;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>
/// An outer datagram that the machine's routes lead back into the tunnel is dropped there: it would
/// circulate without end.
/// </summary>
public class OwnDatagramTests
{
    private readonly Mesh _mesh = new();
    private readonly MeshNode _node;
    private readonly MeshNode _other;

    public OwnDatagramTests()
    {
        _node = _mesh.Add(1);
        _other = _mesh.Add(2);

        // All endpoints are within what the other one has.
        byte[] entry = NetworkBytes.Entry(
            _other.Key,
            NetworkBytes.Field(1, 10, 0, 0, 2, 32),
            NetworkBytes.Field(1, 192, 0, 2, 0, 24),
            NetworkBytes.Field(1, [.. new byte[16], 0]),
            NetworkBytes.Field(2, [.. _other.Endpoint.AddressBytes()[12..], 0xCA, 0x6C]));
        byte[] network = Mesh.NetworkOf(1, [_node], null, 0, entry);
        Assert.Equal(NetworkFault.None, _node.Load(network));
        Assert.Equal(NetworkFault.None, _other.Load(network));
    }

    [Theory]
    [Statement("9-6")]
    [InlineData("10.0.0.1", "192.0.2.2", 0)]
    [InlineData("fd00::1", "2001:db8::2", 0)]
    [InlineData("fd00::1", "2001:db8::2", 60)]
    [InlineData("fd00::1", "2001:db8::2", 44)]
    public void Initiations_responses_and_transport_messages_of_its_own_are_dropped(
        string source, string destination, int header)
    {
        Assert.True(_node.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 2], 1, 2, 3)));

        // Before the response, when only the initiation has an index.
        byte[] initiation = _node.Sent.Last(d => d[0] == 1);
        AssertDropped(initiation);
        Assert.True(_mesh.RunUntil(() => _other.Delivered.Count > 0, 10_000));
        byte[] transport = _node.Sent.Last(d => d[0] == 4);
        AssertDropped(transport);

        // The first fragment of a large one is enough.
        AssertDropped(transport[..32]);

        // After a handshake that the other side began, this side has sent a response.
        _mesh.Run(200_000);
        Assert.True(_other.Send(InnerPacket.Udp([10, 0, 0, 2], [10, 0, 0, 1], 1, 2, 3)));
        Assert.True(_mesh.RunUntil(() => _node.Delivered.Count > 0, 10_000));
        AssertDropped(_node.Sent.Last(d => d[0] == 2));

        void AssertDropped(byte[] datagram)
        {
            long dropped = _node.Node.Counters.InnerDropped;
            Assert.False(_node.Send(Wrap(source, destination, header, datagram)));
            Assert.Equal(1, _node.Node.Counters.InnerDropped - dropped);
        }
    }

    [Fact]
    public void Messages_of_another_WireGuard_behind_this_machine_pass()
    {
        Assert.True(_node.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 2], 1, 2, 3)));
        Assert.True(_mesh.RunUntil(() => _other.Delivered.Count > 0, 10_000));
        foreach (byte type in new byte[] { 1, 2, 3, 4 })
        {
            byte[] datagram = [type, 0, 0, 0, 0x12, 0x34, 0x56, 0x78, .. new byte[140]];
            Assert.True(_node.Send(Wrap("10.0.0.1", "192.0.2.2", 0, datagram)));
        }

        Assert.True(_node.Send(Wrap("10.0.0.1", "192.0.2.2", 0, [])));
    }

    [Fact]
    public void An_index_of_a_session_that_has_ended_means_nothing()
    {
        Assert.True(_node.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 2], 1, 2, 3)));
        Assert.True(_mesh.RunUntil(() => _other.Delivered.Count > 0, 10_000));
        byte[] transport = _node.Sent.Last(d => d[0] == 4);
        _mesh.Run(600_000);
        Assert.True(_node.Send(Wrap("10.0.0.1", "192.0.2.2", 0, transport)));
    }

    private static byte[] Wrap(string source, string destination, int header, byte[] datagram)
    {
        byte[] from = IPAddress.Parse(source).GetAddressBytes();
        byte[] to = IPAddress.Parse(destination).GetAddressBytes();
        byte[] packet = InnerPacket.Udp(from, to, 51820, 51820, datagram);
        return header == 0
            ? packet
            : InnerPacket.Ip(
                from, to, header, [packet[6], 0, 0, (byte)(header == 44 ? 1 : 0), 0, 0, 0, 1, .. packet[40..]]);
    }
}
