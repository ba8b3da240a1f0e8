using System.Linq;
using Spore.Base;
using Spore.Mesh;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.WireGuard;

/// <summary>
/// A <see cref="TunnelEnd"/> and a <see cref="StockPeer"/> that it knows, and the steps of a handshake between them.
/// </summary>
internal sealed class TunnelSession
{
    private long _stockTime = 1;

    public TunnelSession(bool knowsEndpoint = true, NodeLimits? limits = null)
    {
        End = new TunnelEnd(1, limits);
        Peer = End.Know(Stock.Public, knowsEndpoint ? There : null);
    }

    public TunnelEnd End { get; }

    public StockPeer Stock { get; } = new(TunnelEnd.PrivateKey(2));

    public Endpoint There { get; } = TunnelEnd.EndpointOf(2);

    public Peer Peer { get; }

    /// <summary>The time since the present session was made.</summary>
    public long Age => End.Now - Peer.SessionSince;

    /// <summary>A session as if at once, with nothing sent left to be looked at.</summary>
    public TunnelSession Establish(bool initiator)
    {
        Handshake(initiator);
        Assert.True(Peer.HasSession(End.Now));
        End.Take();
        return this;
    }

    /// <summary>A handshake; as initiator it answers the initiation that is sent last.</summary>
    public void Handshake(bool initiator)
    {
        if (initiator)
        {
            if (!End.Sent.Any(s => s.Bytes[0] == 1))
            {
                End.Tunnel.Initiate(Peer, End.Now);
            }

            Assert.NotNull(Stock.TakeInitiation(End.Sent.Last(s => s.Bytes[0] == 1).Bytes));
            Receive(Stock.Respond());
        }
        else
        {
            HalfHandshake();
            Receive(Stock.Seal([]));
        }
    }

    /// <summary>A handshake of the peer's up to the answer.</summary>
    public void HalfHandshake()
    {
        Receive(Stock.Initiate(End.Public, StockPeer.Tai(_stockTime++)));
        Assert.True(Stock.TakeResponse(End.Sent.Last(s => s.Bytes[0] == 2).Bytes));
    }

    public void Receive(byte[] datagram) => End.Receive(datagram, There);

    /// <summary>Data of the peer's.</summary>
    public void ReceiveData() => Receive(Stock.Seal([1]));

    public void ReceiveKeepalive() => Receive(Stock.Seal([]));

    public void Send(params byte[] packet) => End.Send(Peer, packet);

    /// <summary>Lets time pass to an age of the session.</summary>
    public void RunToAge(long age) => End.RunTo(Peer.SessionSince + age);

    /// <summary>The types of what was sent since this was last asked for: 1, 2, 4, or 0 for a keepalive.</summary>
    public string Said() =>
        string.Concat(End.Take().Select(s => s[0] == 4 && s.Length == Message.KeepaliveSize ? 0 : s[0]));
}
