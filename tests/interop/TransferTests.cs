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
}
