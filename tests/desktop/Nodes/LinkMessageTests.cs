using System;
using System.Linq;
using Spore.SignedNetwork;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>
/// Messages by which the hosts of a link configure each other don't cross a tunnel, whoever sends them and
/// however they are wrapped.
/// </summary>
public class LinkMessageTests
{
    private const int DestinationOptions = 60;
    private const int HopByHop = 0;
    private const int Fragment = 44;

    private readonly Mesh _mesh = new();
    private readonly MeshNode _node;
    private readonly Stranger _member;

    public LinkMessageTests()
    {
        _node = _mesh.Add(1);
        _node.Node.HostAnswersEcho = true;
        _member = _mesh.AddStranger(2);
        Assert.Equal(NetworkFault.None, _node.Load(Mesh.NetworkOf(1, [_node, _member])));
        Assert.True(_member.Connect(_node));
    }

    public static TheoryData<string, int[], int, bool> OverIpv6 => new()
    {
        { "router solicitation", [], 133, false },
        { "router advertisement", [], 134, false },
        { "neighbour solicitation", [], 135, false },
        { "neighbour advertisement", [], 136, false },
        { "redirect", [], 137, false },
        { "advertisement behind hop-by-hop options", [HopByHop], 134, false },
        { "advertisement behind destination options", [DestinationOptions], 134, false },
        { "advertisement behind both", [HopByHop, DestinationOptions], 134, false },
        { "advertisement in an atomic fragment", [Fragment], 134, false },
        { "advertisement behind options in a fragment", [Fragment, DestinationOptions], 134, false },
        { "echo request", [], 128, true },
        { "echo request behind options", [DestinationOptions], 128, true },
        { "packet too big", [], 2, true },
        { "multicast listener report", [], 143, true },
    };

    [Theory]
    [Statement("9-4")]
    [MemberData(nameof(OverIpv6))]
    public void Of_ICMPv6_neighbour_discovery_alone_is_dropped_in_both_directions(
        string what, int[] headers, int type, bool passes)
    {
        Assert.NotEmpty(what);
        byte[] PacketTo(byte[] source, byte[] destination)
        {
            byte[] echo = InnerPacket.Echo(source, destination, type);
            byte[] payload = echo[40..];
            int next = echo[6];
            foreach (int header in headers.Reverse())
            {
                payload = [(byte)next, 0, 0, (byte)(header == Fragment ? 1 : 0), 0, 0, 0, 7, .. payload];
                next = header;
            }

            return InnerPacket.Ip(source, destination, next, payload);
        }

        AssertReceived(PacketTo(_member.LinkLocal, _node.Node.LinkLocal), passes);
        AssertReceived(PacketTo([0xFD, .. new byte[14], 2], [0xFF, 2, .. new byte[13], 1]), passes);
        AssertSent(PacketTo(_node.Node.LinkLocal, _member.LinkLocal), passes);
    }

    [Theory]
    [Statement("9-4")]
    [InlineData(5, false)]
    [InlineData(8, true)]
    [InlineData(3, true)]
    [InlineData(9, true)]
    public void Of_ICMP_the_redirect_alone_is_dropped_in_both_directions(int type, bool passes)
    {
        AssertReceived(InnerPacket.Echo([10, 0, 0, 2], [10, 0, 0, 1], type), passes);
        AssertSent(InnerPacket.Echo([10, 0, 0, 1], [10, 0, 0, 2], type), passes);
    }

    [Fact]
    [Statement("9-5")]
    public void A_first_fragment_that_hides_what_it_carries_is_dropped_and_others_pass()
    {
        // Destination options of which the rest, and the advertisement, would be in the second fragment.
        byte[] hiding = [DestinationOptions, 0, 0, 1, 0, 0, 0, 7, 58, 3, 0, 0, 0, 0, 0, 0];
        AssertReceived(InnerPacket.Ip(_member.LinkLocal, _node.Node.LinkLocal, Fragment, hiding), false);
        byte[] second = [58, 0, 0, 8, 0, 0, 0, 7, 134, 0, 0, 0, 0, 0, 0, 0];
        AssertReceived(InnerPacket.Ip(_member.LinkLocal, _node.Node.LinkLocal, Fragment, second), true);
    }

    private void AssertReceived(byte[] packet, bool passes)
    {
        long dropped = _node.Node.Counters.InnerDropped;
        _node.Delivered.Clear();
        _member.SendInner(packet);
        _mesh.Run(100);
        Assert.Equal(passes ? [packet] : Array.Empty<byte[]>(), _node.Delivered);
        Assert.Equal(passes ? 0 : 1, _node.Node.Counters.InnerDropped - dropped);
    }

    private void AssertSent(byte[] packet, bool passes)
    {
        long dropped = _node.Node.Counters.InnerDropped;
        int sent = _node.SentTo.Count;
        Assert.Equal(passes, _node.Send(packet));
        Assert.Equal(sent + (passes ? 1 : 0), _node.SentTo.Count);
        Assert.Equal(passes ? 0 : 1, _node.Node.Counters.InnerDropped - dropped);
    }
}
