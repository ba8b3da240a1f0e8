using System;
using System.IO;
using System.Security.Cryptography;
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
