using System;

namespace Spore.Hostsim.Bench;

/// <summary>What the core allocates while it works, which is to be nothing.</summary>
internal static class Allocation
{
    // Within a run of 100,000 packets sessions are renewed as well.
    private const long MillisecondsPerPacket = 2;
    private const long MillisecondsPerTimer = 10;

    /// <summary>Sends packets from one node's application to another's.</summary>
    /// <param name="pair">The nodes.</param>
    /// <param name="count">How many packets.</param>
    /// <returns>The bytes allocated meanwhile.</returns>
    /// <exception cref="InvalidOperationException">A packet did not arrive.</exception>
    public static long OfPackets(NodePair pair, int count)
    {
        long delivered = pair.Delivered;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < count; i++)
        {
            pair.Now += MillisecondsPerPacket;
            pair.Send();
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return pair.Delivered - delivered == count
            ? allocated
            : throw new InvalidOperationException($"only {pair.Delivered - delivered} of {count} packets arrived");
    }

    /// <summary>Lets time pass in two nodes: keepalives, hellos, new sessions, their end.</summary>
    /// <param name="pair">The nodes.</param>
    /// <param name="count">How many times the timers are looked at.</param>
    /// <returns>The bytes allocated meanwhile.</returns>
    public static long OfTimers(NodePair pair, int count)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < count; i++)
        {
            pair.Now += MillisecondsPerTimer;
            pair.Advance();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
