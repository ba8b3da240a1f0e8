using System;
using System.Linq;
using Spore.Crypto;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.WireGuard;

/// <summary>
/// Ephemeral pairs made while idle: they serve either role, once, for one peer, and leave nothing behind.
/// </summary>
public class PrecomputationTests
{
    // A multiplication in five steps, a public key in four, and another multiplication.
    private const int Steps = 14;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_handshake_uses_the_pair_up_and_idle_work_makes_another(bool initiator)
    {
        TunnelSession session = new();
        session.End.Run(0);
        byte[] pair = PairOf(session.Peer);
        Assert.True(session.Peer.HasPair);
        AssertIsPairFor(session, pair);

        session.Establish(initiator);
        Assert.Equal(pair[..32], Assert.Single(session.End.Ephemerals).Private);
        Assert.False(session.Peer.HasPair);
        Assert.All(PairOf(session.Peer), b => Assert.Equal(0, b));

        session.End.Run(0);
        Assert.True(session.Peer.HasPair);
        Assert.NotEqual(pair, PairOf(session.Peer));
        AssertIsPairFor(session, PairOf(session.Peer));
    }

    [Fact]
    public void Without_idle_time_every_handshake_makes_its_own_key()
    {
        TunnelSession session = new();
        for (int i = 0; i < 5; i++)
        {
            session.End.Now += 6000;
            session.HalfHandshake();
        }

        Assert.Equal(5, session.End.Ephemerals.Select(e => Convert.ToHexString(e.Private)).Distinct().Count());
    }

    [Fact]
    public void Work_is_done_a_step_at_a_time_and_a_handshake_between_two_steps_does_not_harm_it()
    {
        TunnelSession session = new();
        for (int i = 0; i < Steps - 1; i++)
        {
            Assert.True(session.End.Tunnel.WorkDue <= session.End.Now);
            session.End.Tunnel.Work(session.End.Now);
            Assert.False(session.Peer.HasPair);
        }

        session.HalfHandshake();
        session.End.Tunnel.Work(session.End.Now);
        Assert.True(session.Peer.HasPair);
        AssertIsPairFor(session, PairOf(session.Peer));
        Assert.NotEqual(PairOf(session.Peer)[..32], Assert.Single(session.End.Ephemerals).Private);
    }

    [Fact]
    public void An_initiation_that_does_not_verify_leaves_the_pair_alone()
    {
        TunnelSession session = new();
        session.End.Run(0);
        byte[] pair = PairOf(session.Peer);
        byte[] initiation = session.Stock.Initiate(session.End.Public, StockPeer.Tai(1));
        session.Receive(initiation);
        session.End.Run(0);
        byte[] next = PairOf(session.Peer);
        Assert.NotEqual(pair, next);

        // The same again is authentic, but not new.
        session.Receive(initiation);
        initiation[100] ^= 1;
        session.Receive(initiation);
        Assert.Equal(next, PairOf(session.Peer));
    }

    [Fact]
    public void An_unused_pair_is_made_anew_after_an_hour()
    {
        TunnelSession session = new();
        session.End.Run(0);
        byte[] pair = PairOf(session.Peer);
        session.End.Run(3_599_999);
        Assert.Equal(pair, PairOf(session.Peer));
        session.End.Run(1);
        Assert.NotEqual(pair, PairOf(session.Peer));
        AssertIsPairFor(session, PairOf(session.Peer));
    }

    [Fact]
    public void No_two_peers_share_a_pair_and_a_guest_has_none()
    {
        TunnelEnd end = new(1);
        Peer[] peers = [.. Enumerable.Range(2, 3).Select(
            i => end.Know(new StockPeer(TunnelEnd.PrivateKey((byte)i)).Public, null))];
        peers[2].IsProvisional = true;
        end.Run(0);
        Assert.NotEqual(PairOf(peers[0])[..32], PairOf(peers[1])[..32]);
        Assert.True(peers[0].HasPair && peers[1].HasPair);
        Assert.False(peers[2].HasPair);
    }

    [Fact]
    public void Work_that_is_given_up_leaves_nothing_and_begins_anew()
    {
        TunnelSession session = new();
        for (int i = 0; i < Steps - 2; i++)
        {
            session.End.Tunnel.Work(session.End.Now);
        }

        Assert.True(session.End.Tunnel.IsWorking);
        session.End.Tunnel.StopWork();
        Assert.False(session.End.Tunnel.IsWorking);
        Assert.All(PairOf(session.Peer), b => Assert.Equal(0, b));
        session.End.Run(0);
        AssertIsPairFor(session, PairOf(session.Peer));
    }

    [Fact]
    public void A_peer_that_goes_takes_the_work_for_it_along()
    {
        TunnelSession session = new();
        session.End.Tunnel.Work(session.End.Now);
        session.End.Tunnel.Close(session.Peer, session.End.Now);
        session.End.Run(0);
        Assert.False(session.Peer.HasPair);
        Peer other = session.End.Know(new StockPeer(TunnelEnd.PrivateKey(3)).Public, null);
        session.End.Run(0);
        byte[] shared = new byte[32];
        new X25519().Multiply(shared, 0, PairOf(other), 0, other.PublicKey, 0);
        Assert.Equal(shared, PairOf(other)[64..]);
    }

    private static byte[] PairOf(Peer peer) => peer.Bytes[EphemeralPair.Private..];

    private static void AssertIsPairFor(TunnelSession session, byte[] pair)
    {
        byte[] expected = new byte[32];
        new X25519().MultiplyBase(expected, 0, pair, 0);
        Assert.Equal(expected, pair[32..64]);
        new X25519().Multiply(expected, 0, pair, 0, session.Stock.Public, 0);
        Assert.Equal(expected, pair[64..]);
    }
}
