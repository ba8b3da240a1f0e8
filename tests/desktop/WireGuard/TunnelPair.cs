using System;
using Spore.WireGuard;

namespace Spore.Tests.WireGuard;

/// <summary>Two tunnels that know each other, on the wire of an <see cref="EndPair"/>.</summary>
internal sealed class TunnelPair
{
    private readonly EndPair _ends;

    public TunnelPair(int delay, bool bKnowsA = true)
    {
        (SporeEnd a, SporeEnd b) = (new(1), new(2));
        _ends = new EndPair(a, b, delay);
        (A, B) = (a.End, b.End);
        (PeerOfA, PeerOfB) = (a.Peer, b.Peer);
        if (!bKnowsA)
        {
            PeerOfB.Endpoint.Clear();
        }
    }

    public TunnelEnd A { get; }

    public TunnelEnd B { get; }

    public Peer PeerOfA { get; }

    public Peer PeerOfB { get; }

    /// <summary>Decides over each datagram of an end: false drops it.</summary>
    public Func<TunnelEnd, byte[], bool>? Filter
    {
        set => _ends.Filter = value is null ? null : (end, bytes) => value(end == _ends.A ? A : B, bytes);
    }

    public long Now => _ends.Now;

    public void SendFromA(byte value) => A.Send(PeerOfA, value);

    public void SendFromB(byte value) => B.Send(PeerOfB, value);

    public void Run(long milliseconds) => _ends.Run(milliseconds);
}
