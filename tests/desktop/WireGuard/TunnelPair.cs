using System;
using System.Collections.Generic;
using Spore.WireGuard;

namespace Spore.Tests.WireGuard;

/// <summary>Two tunnels that know each other, on a wire in virtual time.</summary>
internal sealed class TunnelPair
{
    private readonly PriorityQueue<(TunnelEnd To, byte[] Bytes, Endpoint From), (long, int)> _wire = new();
    private int _order;

    public TunnelPair(int delay, bool bKnowsA = true)
    {
        Delay = delay;
        PeerOfA = A.Know(B.Public, B.Endpoint);
        PeerOfB = B.Know(A.Public, bKnowsA ? A.Endpoint : null);
        A.Wire = (bytes, _) => Put(A, B, bytes);
        B.Wire = (bytes, _) => Put(B, A, bytes);
    }

    public TunnelEnd A { get; } = new(1);

    public TunnelEnd B { get; } = new(2);

    public Peer PeerOfA { get; }

    public Peer PeerOfB { get; }

    public int Delay { get; set; }

    /// <summary>Decides over each datagram of an end: false drops it.</summary>
    public Func<TunnelEnd, byte[], bool>? Filter { get; set; }

    public long Now => A.Now;

    public void SendFromA(byte value) => A.Send(PeerOfA, value);

    public void SendFromB(byte value) => B.Send(PeerOfB, value);

    public void Run(long milliseconds)
    {
        long end = Now + milliseconds;
        for (; ; )
        {
            long next = Math.Min(A.NextDue, B.NextDue);
            bool datagram = _wire.TryPeek(out _, out (long At, int) first) && first.At <= next;
            long at = datagram ? first.At : next;
            if (at > end)
            {
                break;
            }

            A.Now = B.Now = Math.Max(Now, at);
            if (datagram)
            {
                (TunnelEnd to, byte[] bytes, Endpoint from) = _wire.Dequeue();
                to.Receive(bytes, from);
            }
            else
            {
                A.Advance();
                B.Advance();
            }
        }

        A.Now = B.Now = end;
    }

    private void Put(TunnelEnd from, TunnelEnd to, byte[] bytes)
    {
        if (Filter is null || Filter(from, bytes))
        {
            _wire.Enqueue((to, bytes, from.Endpoint), (Now + Delay, _order++));
        }
    }
}
