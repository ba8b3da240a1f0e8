using Spore.Signing;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>The machines' own programs, here socat, through the tunnel.</summary>
public class TransferTests
{
    [Fact]
    public void Megabytes_go_through_tcp_each_way()
    {
        using Pair pair = new("socat");
        pair.Start(true);
        pair.Stock.AddPeer(pair.Self, Wire.Endpoint(1));

        new TcpStream(pair.Lab, pair.Stock.Machine, pair.Ours, pair.Self.Ipv4).Finish();
        new TcpStream(pair.Lab, pair.Ours, pair.Stock.Machine, pair.Stock.Self.Ipv4).Finish();
        new TcpStream(pair.Lab, pair.Stock.Machine, pair.Ours, $"[{pair.Self.Ipv6}]").Finish();
        new TcpStream(pair.Lab, pair.Ours, pair.Stock.Machine, $"[{pair.Stock.Self.Ipv6}]").Finish();
    }

    // Both join and cut, and where the wire is too narrow for a datagram they must not.
    [Theory]
    [InlineData(1500)]
    [InlineData(1400)]
    public void Megabytes_go_between_two_of_ours(int wireMtu)
    {
        using Lab lab = Lab.Open("socat");
        using Authority authority = new();
        (NetworkNamespace first, NetworkNamespace second) = (lab.Machine("one"), lab.Machine("two"));
        Wire.Join(lab, first, second);
        first.Ip($"link set eth0 mtu {wireMtu}");
        second.Ip($"link set eth0 mtu {wireMtu}");
        (NodeIdentity one, NodeIdentity two) = (authority.NewNode(), authority.NewNode());
        byte[] network = authority.Sign(
            1, new Member(one.PublicKey, 1, Wire.Endpoint(1)), new Member(two.PublicKey, 2, Wire.Endpoint(2)));
        SporeNode left = new(lab, first, one, 1, true, network);
        SporeNode right = new(lab, second, two, 2, true, network);

        new TcpStream(lab, first, second, right.Self.Ipv4).Finish();
        new TcpStream(lab, second, first, left.Self.Ipv4).Finish();
        new TcpStream(lab, first, second, $"[{right.Self.Ipv6}]").Finish();
        new TcpStream(lab, second, first, $"[{left.Self.Ipv6}]").Finish();
    }
}
