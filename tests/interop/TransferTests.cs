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
        using Lab lab = Lab.Open("socat");
        using Authority authority = new();
        (NetworkNamespace ours, NetworkNamespace theirs) = (lab.Machine("spore"), lab.Machine("stock"));
        Wire.Join(lab, ours, theirs);
        StockNode stock = new(lab, theirs, 2);
        NodeIdentity identity = authority.NewNode();
        SporeNode spore = new(lab, ours, identity, 1, true, authority.Sign(1, new Member(identity.PublicKey, 1), stock.Self));
        stock.AddPeer(spore.Self, Wire.Endpoint(1));

        Send(lab, theirs, ours, "TCP4", spore.Self.Ipv4);
        Send(lab, ours, theirs, "TCP4", stock.Self.Ipv4);
        Send(lab, theirs, ours, "TCP6", $"[{spore.Self.Ipv6}]");
        Send(lab, ours, theirs, "TCP6", $"[{stock.Self.Ipv6}]");
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
