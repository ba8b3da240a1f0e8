using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Base;
using Spore.Tftp;
using Xunit;

namespace Spore.Tests.Tftp;

/// <summary>A UDP datagram between two addresses.</summary>
internal sealed record Datagram(byte[] Source, int SourcePort, byte[] Destination, int DestinationPort, byte[] Payload)
{
    public int Opcode => TftpPacket.Opcode(Payload, 0, Payload.Length);

    public int Number => TftpPacket.Number(Payload, 0);
}

/// <summary>Chance from a seed.</summary>
internal sealed class SeededEntropy(int seed) : IEntropy
{
    private readonly Random _random = new(seed);

    public void Fill(byte[] buffer, int offset, int length)
    {
        _random.NextBytes(buffer.AsSpan(offset, length));
    }
}

/// <summary>A network in virtual time that loses, repeats, delays and reorders by a seed.</summary>
internal sealed class TftpWire(int seed = 1)
{
    private readonly PriorityQueue<Datagram, (long Time, long Order)> _queue = new();
    private readonly Random _random = new(seed);
    private long _order;

    public List<TftpHost> Hosts { get; } = [];

    public long Now { get; set; } = 1_000_000;

    public double Loss { get; set; }

    public double Duplication { get; set; }

    public int Delay { get; set; } = 10;

    /// <summary>
    /// Up to how much longer than <see cref="Delay"/> a datagram may take, in ms: more than 0 reorders.
    /// </summary>
    public int Jitter { get; set; }

    /// <summary>All that was sent, lost or not; kept only when set.</summary>
    public List<Datagram>? Log { get; set; }

    /// <summary>Whether a datagram gets through; it may also send others.</summary>
    public Func<Datagram, bool> Filter { get; set; } = _ => true;

    /// <summary>Hears of datagrams that no service took.</summary>
    public Action<Datagram>? Unclaimed { get; set; }

    public static byte[] AddressOf(byte id)
    {
        return [0xFE, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, id];
    }

    public void Send(Datagram datagram)
    {
        Log?.Add(datagram);
        if (!Filter(datagram))
        {
            return;
        }

        Inject(datagram);
        if (_random.NextDouble() < Duplication)
        {
            Inject(datagram);
        }
    }

    /// <summary>Puts a datagram on the wire without filter or log.</summary>
    public void Inject(Datagram datagram, int extraDelay = 0)
    {
        if (_random.NextDouble() >= Loss)
        {
            _queue.Enqueue(datagram, (Now + Delay + extraDelay + (Jitter == 0 ? 0 : _random.Next(Jitter)), _order++));
        }
    }

    /// <summary>Lets time pass until nothing is left to happen, dallying aside.</summary>
    public void Run(long limit = 3_600_000)
    {
        RunUntil(() => false, limit);
    }

    /// <summary>Lets time pass for so long, whatever happens.</summary>
    public void RunFor(long milliseconds)
    {
        long end = Now + milliseconds;
        RunUntil(() => Next() > end, milliseconds);
        Now = end;
    }

    public void RunUntil(Func<bool> done, long limit = 3_600_000)
    {
        long end = Now + limit;
        while (!done())
        {
            long next = Next();
            if (next == long.MaxValue)
            {
                return;
            }

            Assert.True(next <= end, "no end in sight");
            Now = Math.Max(Now, next);
            while (_queue.TryPeek(out Datagram? datagram, out (long Time, long Order) when) && when.Time <= Now)
            {
                _queue.Dequeue();
                Deliver(datagram);
            }

            foreach (TftpHost host in Hosts)
            {
                host.Service.Advance(Now);
                Assert.True(host.Service.NextDeadline > Now, "a deadline that has passed stays");
            }
        }
    }

    private long Next()
    {
        long next = _queue.TryPeek(out _, out (long Time, long Order) when) ? when.Time : long.MaxValue;
        return Hosts.Aggregate(next, (earliest, host) => Math.Min(earliest, host.Service.NextDeadline));
    }

    private void Deliver(Datagram datagram)
    {
        bool claimed = false;
        foreach (TftpHost host in Hosts)
        {
            if (host.Address.AsSpan().SequenceEqual(datagram.Destination))
            {
                // Each delivery gets exact bytes, so that reading on after the end is seen.
                byte[] buffer = [.. datagram.Payload];
                claimed = host.Service.Receive(
                    buffer,
                    0,
                    buffer.Length,
                    datagram.Source,
                    0,
                    datagram.SourcePort,
                    datagram.Destination,
                    0,
                    datagram.DestinationPort,
                    Now);
            }
        }

        if (!claimed)
        {
            Unclaimed?.Invoke(datagram);
        }
    }
}
