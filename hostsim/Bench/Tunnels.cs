using System;
using System.Diagnostics;
using Spore.Hostsim.Crypto;

namespace Spore.Hostsim.Bench;

/// <summary>Measures the tunnel between two nodes: whole packets, whole handshakes.</summary>
internal static class Tunnels
{
    // Small enough for the wire of a pair, large enough that the clock's reading does not count.
    private const int Batch = 200;

    // After this the initiator of a session asks for another one as soon as it sends.
    private const long Renewal = 121_000;

    // A handshake runs much code, and each part of it only a few times.
    private static readonly TimeSpan _handshakeWarmUp = TimeSpan.FromMilliseconds(1500);
    private static readonly TimeSpan _warmUp = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _span = TimeSpan.FromMilliseconds(600);

    /// <summary>
    /// Measures how fast packets of the MTU's length are sealed and opened, from the application's packet to
    /// the datagram and back.
    /// </summary>
    /// <param name="primitives">The primitives of both nodes.</param>
    /// <param name="suffix">What to add to the names.</param>
    /// <returns>Both measurements.</returns>
    public static Measurement[] Throughput(HostPrimitives primitives, string suffix)
    {
        NodePair pair = new(primitives);
        Transfer(pair, _warmUp, out _, out _);
        long count = Transfer(pair, _span, out TimeSpan sealing, out TimeSpan opening);
        return
        [
            new Measurement("Packets sealed" + suffix, NodePair.Mtu, count / sealing.TotalSeconds),
            new Measurement("Packets opened" + suffix, NodePair.Mtu, count / opening.TotalSeconds),
        ];
    }

    /// <summary>
    /// Measures how fast one node of a desktop seals and opens packets of the MTU's length, on some threads. A copy is
    /// in the place of what the kernel does.
    /// </summary>
    /// <param name="primitives">The primitives of the node.</param>
    /// <param name="workers">The number of threads.</param>
    /// <returns>Both measurements.</returns>
    public static Measurement[] Workers(HostPrimitives primitives, int workers)
    {
        using NodePair pair = new(primitives, workers);
        string suffix = workers == 1 ? ", 1 worker" : $", {workers} workers";
        pair.SealOnWorkers(_handshakeWarmUp);
        double sealing = pair.SealOnWorkers(_span);
        pair.OpenOnWorkers(_handshakeWarmUp);
        return
        [
            new Measurement("Packets sealed" + suffix, NodePair.Mtu, sealing),
            new Measurement("Packets opened" + suffix, NodePair.Mtu, pair.OpenOnWorkers(_span)),
        ];
    }

    /// <summary>
    /// Measures whole handshakes, both roles and the agreement on the network that follows together on one thread.
    /// </summary>
    /// <param name="primitives">The primitives of both nodes.</param>
    /// <param name="suffix">What to add to the name.</param>
    /// <returns>The measurement.</returns>
    public static Measurement Handshakes(HostPrimitives primitives, string suffix)
    {
        NodePair pair = new(primitives);
        return Measurement.Of(
            "Handshakes, both sides" + suffix,
            0,
            () =>
            {
                long before = pair.Handshakes;
                while (pair.Handshakes == before)
                {
                    pair.Now += Renewal;
                    pair.Send();
                }
            },
            _handshakeWarmUp);
    }

    private static long Transfer(NodePair pair, TimeSpan span, out TimeSpan sealing, out TimeSpan opening)
    {
        sealing = TimeSpan.Zero;
        opening = TimeSpan.Zero;
        long delivered = pair.Delivered;
        while (sealing + opening < span)
        {
            long start = Stopwatch.GetTimestamp();
            pair.Seal(Batch);
            long middle = Stopwatch.GetTimestamp();
            pair.Open();
            opening += Stopwatch.GetElapsedTime(middle);
            sealing += Stopwatch.GetElapsedTime(start, middle);
        }

        return pair.Delivered - delivered;
    }
}
