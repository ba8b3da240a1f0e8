using System.Linq;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>One side is killed and started again with the same key.</summary>
public class RestartTests
{
    [Fact]
    public void Stock_is_back_as_soon_as_it_initiates()
    {
        using Pair pair = new();
        SporeNode spore = Start(pair);

        pair.RestartStock();
        pair.Stock.AddPeer(pair.Self, Wire.Endpoint(1));
        Ping.AllAreAnswered(pair.Stock, pair.Self);
        spore.WaitFor(0, "session up", "from member-2");
        Assert.Equal(["to member-2", "from member-2"], spore.Sessions.Distinct());
    }

    [Fact]
    public void Stock_is_back_when_we_have_heard_nothing_and_initiate()
    {
        using Pair pair = new();
        SporeNode spore = Start(pair);
        int seen = spore.Timeline.Count;

        pair.RestartStock();
        pair.Stock.AddPeer(pair.Self);
        pair.Lab.Keep(Ping.Start(pair.Ours, pair.Stock.Self.Ipv4, Wait.Patience));
        spore.WaitFor(seen, "session up", "to member-2");
        Ping.AllAreAnswered(pair.Stock, pair.Self);
        Assert.False(pair.Stock.Logged(StockNode.Initiated));
    }

    [Fact]
    public void Our_node_is_back_as_soon_as_it_initiates()
    {
        using Pair pair = new();
        SporeNode spore = Start(pair);

        spore.Program.Kill();
        spore = pair.Start(true, Wire.Endpoint(2));
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv4);
        Ping.AllAreAnswered(pair.Stock, pair.Self);
        spore.WaitFor(0, "session up", "to member-2");
        Assert.Single(spore.Timeline, l => l.Verb == "initiation");
        Assert.Single(spore.Sessions.Distinct());
    }

    [Fact]
    public void Our_node_is_back_when_stock_has_heard_nothing_and_initiates()
    {
        using Pair pair = new();
        SporeNode spore = Start(pair);

        spore.Program.Kill();
        spore = pair.Start(true);
        pair.Lab.Keep(Ping.Start(pair.Stock.Machine, pair.Self.Ipv6, Wait.Patience));
        spore.WaitFor(0, "session up", "from member-2");
        Ping.AllAreAnswered(pair.Stock, pair.Self);
        Assert.DoesNotContain(spore.Timeline, l => l.Verb == "initiation");
    }

    private static SporeNode Start(Pair pair)
    {
        pair.Stock.AddPeer(pair.Self);
        SporeNode spore = pair.Start(true, Wire.Endpoint(2));
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv4);
        Ping.AllAreAnswered(pair.Stock, pair.Self);
        return spore;
    }
}
