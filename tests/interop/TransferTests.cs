using System;
using System.IO;
using System.Security.Cryptography;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>The machines' own programs, here socat, through the tunnel.</summary>
public class TransferTests
{
    private const int Size = 8 << 20;

    [Fact]
    public void Eight_megabytes_go_through_tcp_each_way()
    {
        using Pair pair = new("socat");
        pair.Start(true);
        pair.Stock.AddPeer(pair.Self, Wire.Endpoint(1));

        Send(pair.Lab, pair.Stock.Machine, pair.Ours, "TCP4", pair.Self.Ipv4);
        Send(pair.Lab, pair.Ours, pair.Stock.Machine, "TCP4", pair.Stock.Self.Ipv4);
        Send(pair.Lab, pair.Stock.Machine, pair.Ours, "TCP6", $"[{pair.Self.Ipv6}]");
        Send(pair.Lab, pair.Ours, pair.Stock.Machine, "TCP6", $"[{pair.Stock.Self.Ipv6}]");
    }

    // Both join and cut, and where the wire is too narrow for a datagram they must not.
    [Theory]
    [InlineData(1500)]
    [InlineData(1400)]
    public void Eight_megabytes_go_between_two_of_ours(int wireMtu)
    {
        using Lab lab = Lab.Open("socat");
        using Authority authority = new();
        (NetworkNamespace first, NetworkNamespace second) = (lab.Machine("one"), lab.Machine("two"));
        Wire.Join(lab, first, second);
        first.Ip($"link set eth0 mtu {wireMtu}");
        second.Ip($"link set eth0 mtu {wireMtu}");
        (NodeIdentity one, NodeIdentity two) = (authority.NewNode(), authority.NewNode());
        byte[] network = authority.Sign(1, new Member(one.PublicKey, 1, Wire.Endpoint(1)), new Member(two.PublicKey, 2, Wire.Endpoint(2)));
        SporeNode left = new(lab, first, one, 1, true, network);
        SporeNode right = new(lab, second, two, 2, true, network);

        Send(lab, first, second, "TCP4", right.Self.Ipv4);
        Send(lab, second, first, "TCP4", left.Self.Ipv4);
        Send(lab, first, second, "TCP6", $"[{right.Self.Ipv6}]");
        Send(lab, second, first, "TCP6", $"[{left.Self.Ipv6}]");
    }

    private static void Send(Lab lab, NetworkNamespace from, NetworkNamespace to, string protocol, string address)
    {
        const int Port = 5000;
        byte[] content = RandomNumberGenerator.GetBytes(Size);
        string sent = lab.File("sent", content);
        string received = Path.Combine(lab.Folder, "received");
        RunningProgram server = lab.Keep(to.Start(["socat", "-u", $"{protocol}-LISTEN:{Port},reuseaddr", $"OPEN:{received},creat,trunc"]));
        Wait.Until(() => to.Ask("ss", "-Hltn", $"sport = {Port}").Output.Length > 0, "socat to listen");
        from.Run("socat", "-u", $"OPEN:{sent}", $"{protocol}:{address}:{Port}").Demand();
        Assert.Equal(0, server.WaitForEnd());
        Assert.Equal(Convert.ToHexString(SHA256.HashData(content)), Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(received))));
    }
}
