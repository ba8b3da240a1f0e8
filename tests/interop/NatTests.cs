using System;
using System.Threading;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>A node behind a NAT that forgets it after a silence, and one outside.</summary>
public class NatTests
{
    private const int Keepalive = 1;
    private const int KeepaliveTimeout = 10;
    private const string KeepaliveSent = "Sending keepalive packet";
    private const string KeepaliveReceived = "Receiving keepalive packet";

    [Theory]
    [InlineData(Side.Ours)]
    [InlineData(Side.Stock)]
    public void A_node_that_keeps_its_session_alive_is_reached_from_outside_after_any_silence(Side behind)
    {
        using Pair pair = new(behind, "nft");
        SporeNode spore = Start(pair, behind, Keepalive);

        // What it heard last it would answer after KEEPALIVE_TIMEOUT, but then no more.
        PingFromInside(pair, behind);
        int sessions = spore.Sessions.Count;
        Thread.Sleep(TimeSpan.FromSeconds(KeepaliveTimeout + Nat.Timeout + 2));
        Ping.IsAnswered(Outside(pair, behind), AddressOfInside(pair, behind));
        Assert.Equal(sessions, spore.Sessions.Count);
    }

    [Theory]
    [InlineData(Side.Ours)]
    [InlineData(Side.Stock)]
    public void A_node_that_does_not_is_not_reached_until_it_sends_again(Side behind)
    {
        using Pair pair = new(behind, "nft");
        Start(pair, behind, 0);
        string keepalive = behind == Side.Ours ? KeepaliveReceived : KeepaliveSent;

        PingFromInside(pair, behind);
        int seen = pair.Stock.CountLogged(keepalive);

        // What it heard last it answers after KEEPALIVE_TIMEOUT; then it has nothing more to say.
        Wait.Until(() => pair.Stock.CountLogged(keepalive) > seen, "the last keepalive");
        Thread.Sleep(TimeSpan.FromSeconds(Nat.Timeout + 1));
        Ping.IsNotAnswered(Outside(pair, behind), AddressOfInside(pair, behind));
        PingFromInside(pair, behind);
        Ping.IsAnswered(Outside(pair, behind), AddressOfInside(pair, behind));
    }

    private static SporeNode Start(Pair pair, Side behind, int keepalive)
    {
        pair.Stock.AddPeer(
            pair.Self, behind == Side.Stock ? Wire.Endpoint(1) : null, behind == Side.Stock ? keepalive : 0);
        return pair.StartWith(
            true,
            pair.Sign(
                1,
                behind == Side.Ours
                    ? pair.Stock.Self with { Endpoint = Wire.Endpoint(2), Keepalive = keepalive }
                    : pair.Stock.Self));
    }

    private static void PingFromInside(Pair pair, Side behind)
    {
        Ping.IsAnswered(
            behind == Side.Ours ? pair.Ours : pair.Stock.Machine,
            behind == Side.Ours ? pair.Stock.Self.Ipv4 : pair.Self.Ipv4);
    }

    private static NetworkNamespace Outside(Pair pair, Side behind)
    {
        return behind == Side.Ours ? pair.Stock.Machine : pair.Ours;
    }

    private static string AddressOfInside(Pair pair, Side behind)
    {
        return behind == Side.Ours ? pair.Self.Ipv4 : pair.Stock.Self.Ipv4;
    }
}
