using Xunit;

namespace Spore.Tests.Interop;

/// <summary>A stock node and one of ours, both members of one signed network.</summary>
public class HandshakeTests
{
    [Theory]
    [InlineData(false, "10.77.0.1:51820")]
    [InlineData(true, "10.77.0.1:51820")]
    [InlineData(true, "[fd77::1]:51820")]
    public void Stock_initiates(bool tun, string endpoint)
    {
        using Pair pair = new();
        SporeNode spore = pair.Start(tun);
        pair.Stock.AddPeer(pair.Self, endpoint);

        Ping.AllAreAnswered(pair.Stock, pair.Self);
        Assert.True(pair.Stock.HasHandshake(pair.Self));
        pair.Stock.WaitForLog(StockNode.Initiated);
        Assert.False(pair.Stock.Logged(StockNode.WasInitiatedTo));
        PingBack(pair, spore, tun);
        Assert.Equal(0, spore.Program.Stop());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Hostsim_initiates_to_a_peer_of_its_command_line(bool tun)
    {
        using Pair pair = new();
        pair.Stock.AddPeer(pair.Self);
        SporeNode spore = pair.Start(tun, null, pair.PeerOption);

        pair.Stock.WaitForHandshake(pair.Self);
        Ping.AllAreAnswered(pair.Stock, pair.Self);
        pair.Stock.WaitForLog(StockNode.WasInitiatedTo);
        Assert.False(pair.Stock.Logged(StockNode.Initiated));
        PingBack(pair, spore, tun);
        Assert.Equal(0, spore.Program.Stop());
    }

    // All other tests run with the primitives of the machine.
    [Fact]
    public void The_cores_own_primitives_agree_with_stock()
    {
        using Pair pair = new();
        pair.Stock.AddPeer(pair.Self);
        SporeNode spore = pair.Start(true, null, ["--own-crypto", .. pair.PeerOption]);
        spore.Program.WaitFor("  crypto           the core's own (--own-crypto)");

        pair.Stock.WaitForHandshake(pair.Self);
        Ping.AllAreAnswered(pair.Stock, pair.Self);
        PingBack(pair, spore, true);
        Assert.Equal(0, spore.Program.Stop());
    }

    [Fact]
    public void The_machines_primitives_are_used_without_a_word()
    {
        using Pair pair = new();
        pair.Stock.AddPeer(pair.Self);
        SporeNode spore = pair.Start(true, null, pair.PeerOption);
        pair.Stock.WaitForHandshake(pair.Self);
        Assert.Equal(0, spore.Program.Stop());
        Assert.DoesNotContain(spore.Program.Lines, line => line.Contains("  crypto  "));
    }

    [Fact]
    public void Hostsim_initiates_to_where_the_network_says()
    {
        using Pair pair = new();
        pair.Stock.AddPeer(pair.Self);
        SporeNode spore = pair.Start(true, Wire.Endpoint(2));

        PingBack(pair, spore, true);
        Assert.True(pair.Stock.HasHandshake(pair.Self));
        pair.Stock.WaitForLog(StockNode.WasInitiatedTo);
        Assert.False(pair.Stock.Logged(StockNode.Initiated));
    }

    [Fact]
    public void A_node_that_was_restarted_is_back_at_once()
    {
        using Pair pair = new();
        pair.Stock.AddPeer(pair.Self);
        SporeNode first = pair.Start(true, null, pair.PeerOption);
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv4);
        Assert.Equal(0, first.Program.Stop());

        SporeNode second = pair.Start(true, null, pair.PeerOption);
        second.Program.WaitFor("session up");
        Assert.Single(second.Program.Lines, line => line.Contains("  initiation "));
        Ping.AllAreAnswered(pair.Stock, pair.Self);
        PingBack(pair, second, true);
    }

    // Without an interface there is no program on our side that could ping.
    private static void PingBack(Pair pair, SporeNode spore, bool tun)
    {
        if (tun)
        {
            Ping.IsAnswered(pair.Ours, spore.Scoped(pair.Stock.Self));
            Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv4);
            Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv6);
        }
    }
}
