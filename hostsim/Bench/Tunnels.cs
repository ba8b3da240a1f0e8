using System;
using System.Diagnostics;
using Spore.Crypto;

namespace Spore.Hostsim.Bench;

/// <summary>Measures the tunnel between two nodes: whole packets, whole handshakes.</summary>
internal static class Tunnels
{
    // Small enough for the wire of a pair, large enough that the clock's reading does not count.
    private const int Batch = 200;

    // After this the initiator of a session asks for another one as soon as it sends.
    private const long Renewal = 121_000;

    private static readonly TimeSpan _warmUp = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _span = TimeSpan.FromMilliseconds(600);

    /// <summary>
    /// Measures how fast packets of the MTU's length are sealed and opened, from the application's packet to
    /// the datagram and back.
    /// </summary>
    /// <param name="aead">What they are encrypted with, or null for the core's own.</param>
    /// <param name="suffix">What to add to the names.</param>
    /// <returns>Both measurements.</returns>
    public static Measurement[] Throughput(IAead? aead, string suffix)
    {
        NodePair pair = new(aead);
        Transfer(pair, _warmUp, out _, out _);
        long count = Transfer(pair, _span, out TimeSpan sealing, out TimeSpan opening);
        return
        [
            new Measurement("Packets sealed" + suffix, NodePair.Mtu, count / sealing.TotalSeconds),
            new Measurement("Packets opened" + suffix, NodePair.Mtu, count / opening.TotalSeconds),
        ];
    }

    /// <summary>
    /// Measures whole handshakes, both roles and the agreement on the network that follows together on one thread.
    /// </summary>
    /// <returns>The measurement.</returns>
    public static Measurement Handshakes()
    {
        NodePair pair = new();
        return Measurement.Of("Handshakes, both sides", 0, () =>
        {
            long before = pair.Handshakes;
            while (pair.Handshakes == before)
            {
                pair.Now += Renewal;
                pair.Send();
            }
        });
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
