using System.Linq;
using Spore.Base;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.WireGuard;

/// <summary>What a datagram leads to goes back with the number of the address that the datagram was sent to.</summary>
public class SourceAddressTests
{
    private const int First = 3;
    private const int Second = 5;

    private readonly TunnelEnd _a = new(1);
    private readonly TunnelEnd _b = new(2);
    private readonly Peer _peerOfA;
    private readonly Peer _peerOfB;

    public SourceAddressTests()
    {
        _peerOfA = _a.Know(_b.Public, _b.Endpoint);
        _peerOfB = _b.Know(_a.Public, null);
    }

    [Fact]
    public void A_response_and_all_that_follows_leave_from_there()
    {
        Initiate(First);
        Assert.Equal(First, _b.Sent.Single().To.Local);
        FinishHandshake(First);
        _b.Send(_peerOfB, 1, 2, 3);
        _b.Tunnel.Initiate(_peerOfB, _b.Now + Constants.RekeyTimeout);
        Assert.Equal([First, First], _b.Sent.Select(s => s.To.Local));
    }

    [Fact]
    public void It_follows_the_peer_when_it_sends_to_another_address()
    {
        Initiate(First);
        FinishHandshake(First);
        _a.Send(_peerOfA, 1);
        _b.Receive(_a.Take().Single(), From(Second));
        _b.Send(_peerOfB, 1);
        Assert.Equal(Second, _b.Sent[^1].To.Local);
    }

    [Fact]
    public void What_does_not_verify_changes_nothing()
    {
        Initiate(First);
        FinishHandshake(First);
        _a.Send(_peerOfA, 1);
        byte[] datagram = _a.Take().Single();
        datagram[^1] ^= 1;
        _b.Receive(datagram, From(Second));
        _b.Send(_peerOfB, 1);
        Assert.Equal(First, _b.Sent[^1].To.Local);
    }

    [Fact]
    public void The_response_to_our_own_initiation_tells_it()
    {
        _a.Tunnel.Initiate(_peerOfA, _a.Now);
        Assert.Equal(0, _a.Sent.Single().To.Local);
        _b.Receive(_a.Take().Single(), From(First));
        Endpoint from = TunnelEnd.EndpointOf(2);
        from.SetLocal(Second);
        _a.Receive(_b.Take().Single(), from);
        Assert.Equal(Second, _a.Sent.Single().To.Local);
    }

    [Fact]
    public void A_provoked_initiation_leaves_from_there()
    {
        // An initiation of a machine that has rebooted without a clock.
        Initiate(First);
        FinishHandshake(First);
        _a.UnixMilliseconds -= 1_000_000_000;
        TunnelEnd rebooted = new(1) { UnixMilliseconds = _a.UnixMilliseconds };
        rebooted.Tunnel.Initiate(rebooted.Know(_b.Public, _b.Endpoint), rebooted.Now);
        _b.Run(Constants.RekeyTimeout);
        _b.Sent.Clear();
        _b.Receive(rebooted.Take().Single(), From(Second));
        Assert.Equal((1, Second), (_b.Sent.Single().Bytes[0], _b.Sent.Single().To.Local));
    }

    [Fact]
    public void A_cookie_reply_leaves_from_there()
    {
        TunnelSession session = new(limits: LoadedLimits());
        Endpoint from = From(Second);
        for (int i = 0; i < 20 && session.End.Sent.All(s => s.Bytes[0] != 3); i++)
        {
            session.End.Receive(session.Stock.Initiate(session.End.Public, StockPeer.Tai(1000 + i)), from);
        }

        Assert.Equal(Second, session.End.Sent.Single(s => s.Bytes[0] == 3).To.Local);
    }

    private static Spore.Mesh.NodeLimits LoadedLimits()
    {
        Spore.Mesh.NodeLimits limits = TunnelEnd.Limits();
        limits.HandshakeInterval = 1000;
        return limits;
    }

    private static Endpoint From(int local)
    {
        Endpoint endpoint = TunnelEnd.EndpointOf(1);
        endpoint.SetLocal(local);
        return endpoint;
    }

    private void Initiate(int local)
    {
        _a.Tunnel.Initiate(_peerOfA, _a.Now);
        _b.Receive(_a.Take().Single(), From(local));
    }

    private void FinishHandshake(int local)
    {
        _a.Receive(_b.Take().Single(), _b.Endpoint);
        _b.Receive(_a.Take().Single(), From(local));
        _b.Sent.Clear();
    }
}
