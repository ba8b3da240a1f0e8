using System;
using System.Linq;
using System.Threading;
using Xunit;

namespace Spore.Tests.Pipeline;

/// <summary>Nothing is allocated for packets, on any thread.</summary>
[Collection(Alone.Name)]
public class PipelineAllocationTests
{
    private const int Attempts = 6;
    private const int Batches = 40;
    private const int InBatch = 50;

    [Fact]
    public void The_pipeline_allocates_nothing_for_packets()
    {
        int sent = 0;
        int delivered = 0;
        using Hub hub = new(2, 3);
        DatagramFeeder feeder = hub.NewDatagramFeeder();
        hub.Connect(feeder, hub.Members);
        hub.DatagramSink = _ => Interlocked.Increment(ref sent);
        hub.PacketSink = _ => Interlocked.Increment(ref delivered);
        PacketFeeder machine = hub.NewPacketFeeder();

        // Mostly of one member, so that the helpers have something to do, and some echo requests, which are answered
        // by the thread that opens them.
        Member[] members = [.. Enumerable.Range(0, InBatch).Select(i => hub.Members[i < 30 ? 0 : i % 3])];
        byte[][] packets = [.. members.Select((m, i) => m.PacketTo(0, i, 1_400))];
        Datagram[][] datagrams =
        [
            .. Enumerable.Range(0, Attempts * Batches).Select(
                _ => members.Select((m, i) => m.Seal(i % 10 == 9 ? m.EchoRequest() : m.PacketFrom(0, i, 1_400)))
                    .ToArray()),
        ];
        int echoes = Enumerable.Range(0, InBatch).Count(i => i % 10 == 9);
        long least = long.MaxValue;
        for (int i = 0; i < Attempts && least > 0; i++)
        {
            sent = delivered = 0;

            // Its first attempts warm up. The runtime's own tables may grow later too, but not in each.
            long before = GC.GetTotalAllocatedBytes(true);
            for (int j = 0; j < Batches; j++)
            {
                feeder.Feed(datagrams[(i * Batches) + j]);
                machine.Feed(packets);
            }

            SpinWait wait = default;
            while (Volatile.Read(ref sent) < Batches * (InBatch + echoes)
                || Volatile.Read(ref delivered) < Batches * (InBatch - echoes))
            {
                wait.SpinOnce();
            }

            least = Math.Min(least, GC.GetTotalAllocatedBytes(true) - before);
        }

        Assert.Equal(0, least);
        Assert.InRange(hub.UsedKeys, 3, int.MaxValue);
    }
}
