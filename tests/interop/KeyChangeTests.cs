using Spore.Signing;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>One side takes another key, which has its place in a new version of the network.</summary>
public class KeyChangeTests
{
    [Fact]
    public void The_stock_nodes_new_key_is_in_and_its_old_one_out()
    {
        using Pair pair = new("curl");
        StockNode stock = pair.Stock;
        SporeNode spore = pair.Start(true);
        stock.AddPeer(pair.Self, Wire.Endpoint(1));
        Ping.AllAreAnswered(stock, pair.Self);

        string old = stock.PrivateKey;
        stock.ChangeKey(StockNode.NewKey());
        AssertOut(pair);
        Assert.Equal(0, new Curl(pair.Lab, stock, pair.Self).Write("network", pair.Sign(2, stock.Self)).ExitCode);
        spore.Program.WaitFor("network applied", "version 2");
        AssertIn(pair);

        string current = stock.PrivateKey;
        stock.ChangeKey(old);
        AssertOut(pair);
        stock.ChangeKey(current);
        AssertIn(pair);
        Assert.DoesNotContain(spore.Timeline, l => l.Verb == "initiation");
    }

    [Fact]
    public void Our_node_initiates_to_the_stock_nodes_new_key_and_not_to_its_old_one()
    {
        using Pair pair = new("curl");
        StockNode stock = pair.Stock;
        stock.AddPeer(pair.Self);
        SporeNode spore = pair.Start(true, Wire.Endpoint(2));
        Ping.IsAnswered(pair.Ours, stock.Self.Ipv4);

        string next = StockNode.NewKey();
        Member after = stock.Self with { Key = StockNode.PublicKey(next), Endpoint = Wire.Endpoint(2) };
        Assert.Equal(0, new Curl(pair.Lab, stock, pair.Self).Write("network", pair.Sign(2, after)).ExitCode);
        spore.Program.WaitFor("network applied", "version 2");
        AssertOut(pair);
        Ping.IsNotAnswered(pair.Ours, after.Ipv4);

        int seen = spore.Timeline.Count;
        stock.ChangeKey(next);
        Ping.IsAnswered(pair.Ours, after.Ipv4);
        spore.WaitFor(seen, "session up", "to member-2");
        AssertIn(pair);
    }

    [Fact]
    public void Our_nodes_new_key_is_in_and_its_old_one_out()
    {
        using Lab lab = Lab.Open();
        using Authority authority = new();
        (NetworkNamespace first, NetworkNamespace second) = (lab.Machine("spore"), lab.Machine("stock"));
        Wire.Join(lab, first, second);
        StockNode stock = new(lab, second, 2);
        (NodeIdentity before, NodeIdentity after) = (authority.NewNode(), authority.NewNode());
        SporeNode Start(ulong version, NodeIdentity identity)
        {
            byte[] network = authority.Sign(
                version, new Member(identity.PublicKey, 1), stock.Self with { Endpoint = Wire.Endpoint(2) });
            return new SporeNode(lab, first, identity, 1, true, network);
        }

        SporeNode spore = Start(1, before);
        stock.AddPeer(spore.Self, Wire.Endpoint(1));
        Ping.AllAreAnswered(stock, spore.Self);
        spore.Program.Stop();

        spore = Start(2, after);
        Ping.IsNotAnswered(first, stock.Self.Ipv4);
        stock.RemovePeer(new Member(before.PublicKey, 1));
        stock.AddPeer(spore.Self, Wire.Endpoint(1));
        Ping.AllAreAnswered(stock, spore.Self);
        Ping.IsAnswered(first, stock.Self.Ipv4);
        spore.Program.Stop();

        Start(1, before);
        Ping.IsNotAnswered(first, stock.Self.Ipv4);
    }

    private static void AssertIn(Pair pair)
    {
        Ping.AllAreAnswered(pair.Stock, pair.Self);
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv4);
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv6);
    }

    // A guest at most, whichever addresses it sends from.
    private static void AssertOut(Pair pair)
    {
        Ping.IsNotAnswered(pair.Stock.Machine, pair.Self.Ipv4);
        Ping.IsNotAnswered(pair.Stock.Machine, pair.Self.Ipv6);
    }
}
