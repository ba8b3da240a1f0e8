using System;
using System.Collections.Generic;
using Spore.Base;

namespace Spore.Tests.WireGuard;

/// <summary>
/// Two ends that know each other, on a wire in virtual time. Either is Spore's tunnel or the model of a stock peer.
/// </summary>
internal sealed class EndPair
{
    private readonly PriorityQueue<(IEnd To, byte[] Bytes, Endpoint From, Endpoint There), (long, int)> _wire = new();
    private int _order;

    public EndPair(IEnd a, IEnd b, int delay)
    {
        Delay = delay;
        A = a;
        B = b;
        A.Know(B.Public, B.Endpoint);
        B.Know(A.Public, A.Endpoint);
        A.Wire = (bytes, to) => Put(A, B, bytes, to);
        B.Wire = (bytes, to) => Put(B, A, bytes, to);
    }

    public IEnd A { get; }

    public IEnd B { get; }

    public int Delay { get; set; }

    /// <summary>Decides over each datagram of an end: false drops it.</summary>
    public Func<IEnd, byte[], bool>? Filter { get; set; }

    /// <summary>Called when something has happened.</summary>
    public Action? Happened { get; set; }

    public long Now => A.Now;

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
                (IEnd to, byte[] bytes, Endpoint from, Endpoint there) = _wire.Dequeue();
                if (there.IsSame(to.Endpoint))
                {
                    to.Receive(bytes, from);
                }
            }
            else
            {
                A.Advance();
                B.Advance();
            }

            Happened?.Invoke();
        }

        A.Now = B.Now = end;
    }

    private void Put(IEnd from, IEnd to, byte[] bytes, Endpoint there)
    {
        if (Filter is null || Filter(from, bytes))
        {
            _wire.Enqueue((to, bytes, from.Endpoint, there), (Now + Delay, _order++));
        }
    }
}
