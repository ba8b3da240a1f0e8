using System.Collections.Generic;
using Spore.Hostsim.Crypto;

namespace Spore.Hostsim.Bench;

/// <summary>All that the bench measures.</summary>
/// <param name="Speeds">Primitives, handshakes and packets.</param>
/// <param name="Packets">The packets in which allocation was looked for.</param>
/// <param name="AllocatedByPackets">The bytes allocated during them.</param>
/// <param name="Timers">The calls for timers in which allocation was looked for.</param>
/// <param name="AllocatedByTimers">The bytes allocated during them.</param>
internal sealed record BenchResult(
    IReadOnlyList<Measurement> Speeds,
    int Packets,
    long AllocatedByPackets,
    int Timers,
    long AllocatedByTimers)
{
    private const int Runs = 100_000;
    private const string Host = ", host";

    /// <summary>Bytes allocated for each packet.</summary>
    public double BytesPerPacket => (double)AllocatedByPackets / Packets;

    /// <summary>Bytes allocated for each call for timers.</summary>
    public double BytesPerTimer => (double)AllocatedByTimers / Timers;

    /// <summary>Measures everything; takes half a minute.</summary>
    /// <returns>The result.</returns>
    public static BenchResult Measure()
    {
        HostPrimitives host = HostPrimitives.Find();
        List<Measurement> speeds =
        [
            .. Primitives.Measure(),
            .. Primitives.MeasureReplaceable(HostPrimitives.Own, string.Empty),
            .. Primitives.MeasureReplaceable(host, Host),
            Tunnels.Handshakes(HostPrimitives.Own, string.Empty),
            Tunnels.Handshakes(host, Host),
            .. Tunnels.Throughput(HostPrimitives.Own, string.Empty),
            .. Tunnels.Throughput(host, Host),
            .. Tunnels.Workers(host, 1),
            .. Tunnels.Workers(host, 2),
        ];

        NodePair pair = new();

        // What runs for the first time may allocate in the runtime.
        Allocation.OfPackets(pair, Runs / 10);
        Allocation.OfTimers(pair, Runs / 10);
        return new BenchResult(speeds, Runs, Allocation.OfPackets(pair, Runs), Runs, Allocation.OfTimers(pair, Runs));
    }
}
