using Spore.Signing;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>Nodes that know no peer, on a real broadcast domain.</summary>
public class HelloTests
{
    [Fact]
    public void A_machine_without_an_interface_sends_nothing_and_counts_nothing()
    {
        using Lab lab = Lab.Open();
        using Authority authority = new();
        (NetworkNamespace here, NetworkNamespace there) = (lab.Machine("alone"), lab.Machine("far"));
        Member far = new(authority.NewNode().PublicKey, 2);
        SporeNode spore = new(
            lab,
            here,
            authority.NewNode(),
            1,
            false,
            null,
            "--peer",
            $"{far.KeyText}@{Wire.Endpoint(2)}",
            "--peer",
            $"{new Member(authority.NewNode().PublicKey, 3).KeyText}@[fd77::9]:1");
        spore.Program.WaitFor("hello", "not sent");
        spore.Program.WaitFor("initiation");
        Assert.Contains("; 0 B in, 0 B out;", spore.Status());

        Wire.Join(lab, here, there);
        spore.Program.WaitFor("hello", "sent, no network yet");
        Assert.DoesNotContain(" 0 B out;", spore.Status());
    }

    [Theory]
    [Statement("5-2", "5-3")]
    [InlineData(Outer.Ipv4)]
    [InlineData(Outer.LinkLocal)]
    public void A_node_with_a_key_and_a_root_alone_finds_the_network(Outer addresses)
    {
        using Lab lab = Lab.Open();
        using Authority authority = new();
        (NetworkNamespace first, NetworkNamespace second, NetworkNamespace third) =
            (lab.Machine("publisher"), lab.Machine("newcomer"), lab.Machine("stock"));
        Wire.Join(lab, addresses, first, second, third);
        (NodeIdentity one, NodeIdentity two) = (authority.NewNode(), authority.NewNode());
        StockNode stock = new(lab, third, 3);
        byte[] network = authority.Sign(1, new Member(one.PublicKey, 1), new Member(two.PublicKey, 2), stock.Self);
        SporeNode publisher = new(lab, first, one, 1, true, network);
        SporeNode newcomer = new(lab, second, two, 2, true);

        newcomer.WaitForNetwork(1, publisher.Self, stock.Self);
        foreach (string address in new[] { publisher.Self.Ipv4, publisher.Self.Ipv6, newcomer.Scoped(publisher.Self) })
        {
            Ping.IsAnswered(second, address);
        }

        foreach (string address in new[] { newcomer.Self.Ipv4, newcomer.Self.Ipv6, publisher.Scoped(newcomer.Self) })
        {
            Ping.IsAnswered(first, address);
        }

        if (addresses == Outer.Ipv4)
        {
            stock.AddPeer(publisher.Self, Wire.Endpoint(1));
            stock.AddPeer(newcomer.Self, Wire.Endpoint(2));
            Ping.AllAreAnswered(stock, publisher.Self);
            Ping.AllAreAnswered(stock, newcomer.Self);
        }
    }
}
