using System;
using System.Linq;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>
/// One node with many stock peers; half of them it initiates to, the other half initiates to it, all at once.
/// </summary>
public class ManyPeersTests
{
    private const int Peers = 64;

    [Fact]
    public void Sixty_four_stock_peers_have_a_session_at_one_time()
    {
        using Lab lab = Lab.Open();
        using Authority authority = new();
        NetworkNamespace machine = lab.Machine("spore");
        NetworkNamespace[] machines = [.. Enumerable.Range(2, Peers).Select(n => lab.Machine($"stock{n}"))];
        Wire.Join(lab, [machine, .. machines]);
        NodeIdentity identity = authority.NewNode();
        Member self = new(identity.PublicKey, 1);
        StockNode[] stock = [.. machines.Select((m, i) => new StockNode(lab, m, i + 2))];
        StockNode[] initiators = stock[..(Peers / 2)];
        StockNode[] responders = stock[(Peers / 2)..];
        foreach (StockNode peer in stock)
        {
            peer.AddPeer(self, initiators.Contains(peer) ? Wire.Endpoint(1) : null);
        }

        Member[] members =
        [
            self,
            .. initiators.Select(p => p.Self),
            .. responders.Select(p => p.Self with { Endpoint = Wire.Endpoint(p.Self.Number) }),
        ];
        SporeNode spore = new(lab, machine, identity, 1, true, authority.Sign(1, members));

        Ping.AreAnswered(
            [.. initiators.Select(p => (p.Machine, self.Ipv4)), .. responders.Select(p => (machine, p.Self.Ipv4))]);
        Array.ForEach(initiators, p => p.WaitForLog(StockNode.Initiated));
        Array.ForEach(responders, p => p.WaitForLog(StockNode.WasInitiatedTo));
        Assert.All(initiators, p => Assert.False(p.Logged(StockNode.WasInitiatedTo)));
        Assert.All(responders, p => Assert.False(p.Logged(StockNode.Initiated)));
        Ping.AreAnswered(
            [.. initiators.Select(p => (machine, p.Self.Ipv6)), .. responders.Select(p => (p.Machine, self.Ipv6))]);
        Assert.Contains($"; {Peers} sessions;", spore.Status());
        Assert.Equal(Peers, spore.Sessions.Distinct().Count());
    }
}
