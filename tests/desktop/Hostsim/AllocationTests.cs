using Spore.Hostsim.Bench;
using Xunit;

namespace Spore.Tests.Hostsim;

public class AllocationTests
{
    private const int Runs = 10_000;

    [Fact]
    public void The_core_allocates_nothing_for_packets()
    {
        NodePair pair = new();
        Allocation.OfPackets(pair, 100);
        Assert.Equal(0, Allocation.OfPackets(pair, Runs));
    }

    [Fact]
    public void The_core_allocates_nothing_for_timers_and_handshakes()
    {
        NodePair pair = new();
        Allocation.OfTimers(pair, 100);
        Assert.Equal(0, Allocation.OfTimers(pair, Runs));

        long handshakes = pair.Handshakes;
        long before = System.GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++)
        {
            pair.Now += 200_000;
            pair.Send();
        }

        Assert.Equal(0, System.GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.InRange(pair.Handshakes - handshakes, 20, long.MaxValue);
    }
}
