using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Spore.Crypto;
using Spore.Hostsim.Crypto;
using Xunit;

namespace Spore.Tests.Pipeline;

/// <summary>
/// Whatever the threads do: a peer's messages leave in the order of their counters, and its packets are delivered in
/// the order in which they were received.
/// </summary>
public class OrderTests
{
    private const int Threads = 3;
    private const int Batches = 60;
    private const int MostInBatch = 60;

    public static TheoryData<int, int> Cases() => new()
    {
        { 0, 1 },
        { 1, 2 },
        { 3, 3 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_threads_send_leaves_in_the_order_of_counters(int helpers, int seed)
    {
        using Hub hub = NewHub(helpers, 5, seed);
        hub.Connect(hub.NewDatagramFeeder(1), hub.Members);
        int[,] sent = new int[Threads, hub.Members.Length];
        Crew.Run([.. Enumerable.Range(0, Threads).Select(t => (Action)(() =>
        {
            Random random = new(seed + t);
            PacketFeeder feeder = hub.NewPacketFeeder();
            for (int i = 0; i < Batches; i++)
            {
                List<byte[]> packets = [];
                int mostly = random.Next(hub.Members.Length);
                for (int j = random.Next(MostInBatch); j >= 0; j--)
                {
                    int member = random.Next(3) == 0 ? random.Next(hub.Members.Length) : mostly;
                    packets.Add(hub.Members[member].PacketTo(t, sent[t, member]++, random.Next(34, 1421)));
                }

                feeder.Feed(packets);
            }
        }))]);
        hub.AssertAllIsReturned();
        byte[][] datagrams = hub.Datagrams;
        AssertCountersRise(datagrams);
        int[,] arrived = new int[Threads, hub.Members.Length];
        foreach (byte[] datagram in datagrams)
        {
            (Member member, byte[] packet) = Opened(hub, datagram);
            (int sender, int number) = Member.Read(packet)!.Value;
            Assert.Equal(arrived[sender, Array.IndexOf(hub.Members, member)]++, number);
        }

        Assert.Equal(sent, arrived);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_is_received_is_delivered_in_order_and_answered_in_the_order_of_counters(int helpers, int seed)
    {
        using Hub hub = NewHub(helpers, 5, seed);
        hub.Connect(hub.NewDatagramFeeder(1), hub.Members);
        int[,] sent = new int[Threads, hub.Members.Length];
        int echoes = 0;
        Crew.Run([.. Enumerable.Range(0, Threads).Select(t => (Action)(() =>
        {
            Random random = new(seed + t);
            DatagramFeeder feeder = hub.NewDatagramFeeder();
            for (int i = 0; i < Batches; i++)
            {
                List<Datagram> datagrams = [];
                int mostly = random.Next(hub.Members.Length);
                for (int j = random.Next(MostInBatch); j >= 0; j--)
                {
                    int index = random.Next(3) == 0 ? random.Next(hub.Members.Length) : mostly;
                    Member member = hub.Members[index];
                    lock (member)
                    {
                        bool isEcho = random.Next(4) == 0;
                        Interlocked.Add(ref echoes, isEcho ? 1 : 0);
                        datagrams.Add(member.Seal(isEcho
                            ? member.EchoRequest()
                            : member.PacketFrom(t, sent[t, index]++, random.Next(10) == 0 ? 50 : 1300)));
                    }
                }

                feeder.Feed(datagrams);
            }
        }))]);
        hub.AssertAllIsReturned();
        int[,] delivered = new int[Threads, hub.Members.Length];
        foreach (byte[] packet in hub.Packets)
        {
            (int sender, int number) = Member.Read(packet)!.Value;
            Assert.Equal(delivered[sender, Member.SeedOf(packet, false) - 2]++, number);
        }

        Assert.Equal(sent, delivered);
        byte[][] datagrams = hub.Datagrams;
        AssertCountersRise(datagrams);
        Assert.Equal(echoes, datagrams.Length);
        Assert.All(datagrams, d => Assert.Equal(0, Opened(hub, d).Packet[20]));
        Assert.Equal(0, hub.Node.Counters.Invalid + hub.Node.Counters.Replayed + hub.Node.Counters.InnerDropped);
    }

    /// <summary>Within each session no counter is missing, and none comes before a lower one.</summary>
    internal static void AssertCountersRise(IEnumerable<byte[]> datagrams)
    {
        foreach (IGrouping<uint, ulong> session in datagrams.Where(d => d[0] == 4)
            .GroupBy(d => Member.IndexOf(d), d => Member.CounterOf(d)))
        {
            ulong first = session.First();
            Assert.Equal(Enumerable.Range(0, session.Count()).Select(i => first + (ulong)i), session);
        }
    }

    internal static (Member Member, byte[] Packet) Opened(Hub hub, byte[] datagram)
    {
        foreach (Member member in hub.Members)
        {
            if (member.Open(datagram) is { } packet)
            {
                return (member, packet);
            }
        }

        throw new InvalidOperationException("No member can open a datagram.");
    }

    internal static Hub NewHub(int helpers, int members, int seed)
    {
        int instance = 0;
        HostPrimitives primitives = HostPrimitives.Find();
        return new Hub(
            helpers,
            members,
            () => Varying(primitives.NewAead(), (100 * seed) + Interlocked.Increment(ref instance)));
    }

    // A cipher that takes more or less time by chance, and lets other threads run.
    private static WatchedAead Varying(IAead inner, int seed)
    {
        Random random = new(seed);
        return new WatchedAead(inner, (_, _) =>
        {
            switch (random.Next(16))
            {
                case 0:
                    Thread.Yield();
                    break;
                case 1:
                    Thread.SpinWait(random.Next(3_000));
                    break;
            }
        });
    }
}
