using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Spore.Base;
using Spore.Tests.Nodes;
using Spore.Tests.WireGuard;
using Xunit;

namespace Spore.Tests.Pipeline;

/// <summary>A node with its pipeline: jobs that take long, pools that are empty, keys, and the end.</summary>
public class PipelineTests
{
    // Enough bytes for a helper to be woken.
    private const int Bulk = 30;

    // What one thread does at a time.
    private const int Part = 16;

    // What a thread may leave to a helper that is awake, although that one may be in a job that takes long.
    private const int Left = 2 * 128;
    private const int Long = 1_400;
    private const int Few = 10;

    [Fact]
    public void A_job_that_does_not_end_keeps_no_message_to_another_peer_back()
    {
        using Hub hub = new(1, 3);
        hub.Connect(hub.NewDatagramFeeder(1), hub.Members);
        (Member slow, Member other) = (hub.Members[0], hub.Members[1]);
        using KeyGate gate = new(hub, hub.KeyOf(slow, true));

        // One thread takes the first, and the other one takes the rest.
        Crew first = new(() => hub.NewPacketFeeder().Feed(
        [
            .. Enumerable.Range(0, Part).Select(i => slow.PacketTo(0, i, Long)),
            .. Enumerable.Range(0, Part).Select(i => hub.Members[2].PacketTo(0, i, Long)),
            .. Enumerable.Range(0, Few).Select(i => other.PacketTo(0, i, 100)),
        ]));
        Crew.Await(() => gate.Stopped == 1);

        // Later ones pass too, also more of them than any pool has.
        byte[][] more = [.. Enumerable.Range(Few, 4_000).Select(i => other.PacketTo(0, i, Long))];
        Crew.Run(() => hub.NewPacketFeeder().Feed(more));
        Crew.Await(() => hub.Datagrams.Count(d => other.Open(d) != null) >= Few + more.Length - Left);
        Assert.DoesNotContain(hub.Datagrams, d => slow.Open(d) != null);
        gate.Open();
        first.Join();
        hub.AssertAllIsReturned();
        Assert.Equal(1, gate.Stopped);
        byte[][] sent = hub.Datagrams;
        OrderTests.AssertCountersRise(sent);
        Assert.Equal(
            Enumerable.Range(0, Part), sent.Select(slow.Open).Where(p => p != null).Select(p => NumberOf(p!)));
        Assert.Equal(
            Enumerable.Range(0, Few + more.Length),
            sent.Select(other.Open).Where(p => p != null).Select(p => NumberOf(p!)));
    }

    [Fact]
    public void A_job_that_does_not_end_keeps_no_packet_of_another_peer_back()
    {
        using Hub hub = new(1, 3);
        DatagramFeeder feeder = hub.NewDatagramFeeder();
        hub.Connect(feeder, hub.Members);
        (Member slow, Member other) = (hub.Members[0], hub.Members[1]);
        using KeyGate gate = new(hub, hub.KeyOf(slow, false));
        Datagram[] datagrams =
        [
            .. Enumerable.Range(0, Part).Select(i => slow.Seal(slow.PacketFrom(0, i, Long))),
            .. Enumerable.Range(0, Part).Select(i => hub.Members[2].Seal(hub.Members[2].PacketFrom(0, i, Long))),
            .. Enumerable.Range(0, Few).Select(i => other.Seal(other.PacketFrom(0, i, 100))),
        ];
        Crew first = new(() => feeder.Feed(datagrams));
        Crew.Await(() => gate.Stopped == 1);
        Datagram[] more =
            [.. Enumerable.Range(Few, 4_000).Select(i => other.Seal(other.PacketFrom(0, i, Long)))];
        Crew.Run(() => hub.NewDatagramFeeder().Feed(more));
        Crew.Await(() => NumbersOf(hub, other).Count() >= Few + more.Length - Left);
        Assert.Empty(NumbersOf(hub, slow));
        gate.Open();
        first.Join();
        hub.AssertAllIsReturned();
        Assert.Equal(1, gate.Stopped);
        Assert.Equal(Enumerable.Range(0, Part), NumbersOf(hub, slow));
        Assert.Equal(Enumerable.Range(0, Few + more.Length), NumbersOf(hub, other));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void Reads_for_more_peers_than_a_pool_has_jobs_lose_and_reorder_nothing(int helpers)
    {
        const int Rounds = 20;
        using Hub hub = OrderTests.NewHub(helpers, 40, helpers);
        DatagramFeeder feeder = hub.NewDatagramFeeder();
        hub.Connect(feeder, hub.Members);

        // All from one place, so that many fit into one read: 400 of them, each of another peer than the one before.
        Endpoint place = new();
        place.SetIpv4([192, 0, 2, 200], 0, 1);
        Datagram[] datagrams =
        [
            .. Enumerable.Range(0, Rounds).SelectMany(i => hub.Members.Select(
                m => m.Seal(m.PacketFrom(0, i, 100)) with { Source = place })),
            .. Enumerable.Range(0, Rounds).SelectMany(i => hub.Members.Select(
                m => m.Seal(m.EchoRequest()) with { Source = place })),
        ];
        byte[][] packets =
            [.. Enumerable.Range(0, Rounds).SelectMany(i => hub.Members.Select(m => m.PacketTo(0, i, 100)))];
        Crew.Run(() => feeder.Feed(datagrams), () => hub.NewPacketFeeder().Feed(packets));
        hub.AssertAllIsReturned();
        byte[][] sent = hub.Datagrams;
        OrderTests.AssertCountersRise(sent);
        foreach (Member member in hub.Members)
        {
            Assert.Equal(Enumerable.Range(0, Rounds), NumbersOf(hub, member));
            byte[][] to = [.. sent.Select(member.Open).Where(p => p != null).Select(p => p!)];
            Assert.Equal(2 * Rounds, to.Length);
            Assert.Equal(
                Enumerable.Range(0, Rounds), to.Where(p => !InnerPacket.IsEchoReply(p)).Select(NumberOf));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void A_receiver_waits_for_memory_that_jobs_hold_and_goes_on(int helpers)
    {
        const int Reads = 12;
        using Hub hub = new(helpers, 2);
        DatagramFeeder feeder = hub.NewDatagramFeeder(2);
        hub.Connect(feeder, hub.Members);
        (Member slow, Member other) = (hub.Members[0], hub.Members[1]);
        using KeyGate gate = new(hub, hub.KeyOf(slow, false));
        Datagram[][] reads =
        [
            .. Enumerable.Range(0, Reads).Select(i => (Datagram[])
            [
                other.Seal(other.PacketFrom(0, i, 100)),
                .. Enumerable.Range(0, Bulk).Select(j => slow.Seal(slow.PacketFrom(0, (Bulk * i) + j, Long))),
            ]),
        ];
        Crew crew = new(() => Array.ForEach(reads, r => feeder.Feed(r)));

        // It works under that key too, or waits until one comes back that does.
        Crew.Await(() => gate.Stopped > 0);
        crew.AwaitWait(0);
        Assert.InRange(feeder.Reads, 1, 2 + (2 * hub.Members.Length) + Reads - 1);
        Assert.Empty(NumbersOf(hub, slow));
        gate.Open();
        crew.Join();
        hub.AssertAllIsReturned();
        Assert.Equal(Enumerable.Range(0, Bulk * Reads), NumbersOf(hub, slow));
        Assert.Equal(Enumerable.Range(0, Reads), NumbersOf(hub, other));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void One_read_with_handshakes_data_of_several_sessions_and_false_datagrams(int helpers)
    {
        using Hub hub = new(helpers, 4);
        DatagramFeeder feeder = hub.NewDatagramFeeder();
        (Member a, Member b, Member c, Member d) = (hub.Members[0], hub.Members[1], hub.Members[2], hub.Members[3]);
        hub.Connect(feeder, a, b);
        StockPeer first = a.Session!;

        // A new session of A that no message has confirmed yet, and one of D that waits for its response.
        hub.Now += 1_000;
        feeder.Feed(a.Initiate());
        Assert.True(a.TakeResponse(hub.Datagrams));
        lock (hub.Gate)
        {
            Assert.True(hub.Node.AddPeer(d.Key, 0, d.Endpoint, hub.Now));
        }

        hub.NewPacketFeeder().Feed(d.PacketTo(0, 0, 100));
        (Datagram response, StockPeer session) =
            hub.Datagrams.Where(s => s[0] == 1).Select(d.Respond).Single(r => r != null)!.Value;
        d.Use(session);
        hub.Forget();
        int[] numbers = new int[hub.Members.Length];
        byte[] packet = a.Seal(a.PacketFrom(0, 99, 60)).Bytes;
        hub.Now += 1_000;
        feeder.Feed(
        [
            .. Of(a, 3, first),
            .. Of(b, 3),
            c.Initiate(),
            .. Of(a, 3),
            response,
            .. Of(a, 3, first),
            new Datagram([.. packet[..^1], (byte)(packet[^1] ^ 1)], b.Endpoint),
            new Datagram(packet[..20], a.Endpoint),
            new Datagram([4, 0, 0, 0, 1, 2, 3, 4, .. packet[8..]], a.Endpoint),
            new Datagram([4, 0, 1, 0, .. packet[4..]], a.Endpoint),
            .. Of(a, 2),
            a.Seal([]),
            .. Of(b, 3),
        ]);

        // A responder's first data follows a message of the initiator's.
        feeder.Feed([.. Of(d, 4)]);
        hub.AssertAllIsReturned();
        Assert.All(hub.Members, m => Assert.Equal(Enumerable.Range(0, numbers[m.Seed - 2]), NumbersOf(hub, m)));
        Assert.Equal(4, hub.Node.Counters.Invalid);
        Assert.True(c.TakeResponse(hub.Datagrams));
        Assert.True(hub.Slot(a)!.Endpoint.IsSame(a.Endpoint));
        Assert.Equal(0, hub.Slot(a)!.Next);
        Assert.Equal(0, NumberOf(Assert.Single(hub.Datagrams.Select(d.Open), p => p is { Length: > 0 })!));

        Datagram[] Of(Member member, int count, StockPeer? session = null) =>
        [
            .. Enumerable.Range(0, count).Select(
                _ => member.Seal(member.PacketFrom(0, numbers[member.Seed - 2]++, 60), session)),
        ];
    }

    [Fact]
    public void A_key_in_use_is_wiped_when_its_last_user_is_done()
    {
        using Hub hub = new(2, 2);
        DatagramFeeder feeder = hub.NewDatagramFeeder();
        hub.Connect(feeder, hub.Members);
        Member member = hub.Members[0];
        byte[] key = hub.KeyOf(member, false);
        byte[] keys = hub.Slot(member)!.Keypairs.Bytes;
        Datagram[] datagrams = [.. Enumerable.Range(0, 3).Select(i => member.Seal(member.PacketFrom(0, i, 100)))];
        using KeyGate gate = new(hub, key);
        Crew crew = new(() => feeder.Feed(datagrams));
        Crew.Await(() => gate.Stopped == 1);

        // The member is expelled, and its session ends.
        Assert.InRange(keys.AsSpan().IndexOf(key), 0, int.MaxValue);
        hub.Load([hub.Members[1]]);
        Assert.Null(hub.Slot(member));
        Assert.Equal(-1, keys.AsSpan().IndexOf(key));
        Assert.Equal(1, hub.LiveKeys);
        gate.Open();
        crew.Join();
        hub.AssertAllIsReturned();
        Assert.Empty(hub.Packets);
        Assert.Equal(3, hub.Node.Counters.Invalid);
    }

    [Fact]
    public void A_message_whose_counter_is_taken_leaves_although_its_session_ends()
    {
        using Hub hub = new(2, 2);
        hub.Connect(hub.NewDatagramFeeder(1), hub.Members);
        Member member = hub.Members[0];
        byte[] key = hub.KeyOf(member, true);
        byte[] keys = hub.Slot(member)!.Keypairs.Bytes;
        using KeyGate gate = new(hub, key);
        Crew crew = new(() => hub.NewPacketFeeder().Feed(member.PacketTo(0, 7, 100)));
        Crew.Await(() => gate.Stopped == 1);
        hub.Load([hub.Members[1]]);
        Assert.Equal(-1, keys.AsSpan().IndexOf(key));
        Assert.Equal(1, hub.LiveKeys);
        Assert.Empty(hub.Datagrams);
        gate.Open();
        crew.Join();
        hub.AssertAllIsReturned();
        Assert.Equal(7, NumberOf(member.Open(Assert.Single(hub.Datagrams))!));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void At_the_end_all_that_was_taken_is_finished(int helpers)
    {
        const int Count = 3_000;
        using Hub hub = OrderTests.NewHub(helpers, 3, helpers);
        DatagramFeeder feeder = hub.NewDatagramFeeder();
        hub.Connect(feeder, hub.Members);
        Member member = hub.Members[0];
        Datagram[] datagrams =
            [.. Enumerable.Range(0, Count).Select(i => member.Seal(member.PacketFrom(0, i, Long)))];
        byte[][] packets = [.. Enumerable.Range(0, Count).Select(i => member.PacketTo(0, i, Long))];

        // The threads that feed go on alone.
        Crew.Run(
            () => feeder.Feed(datagrams),
            () => hub.NewPacketFeeder().Feed(packets),
            () =>
            {
                Crew.Await(() => hub.Datagrams.Length > 0 || hub.Packets.Length > 0);
                hub.Dispose();
            });
        hub.AssertAllIsReturned();
        Assert.Equal(Enumerable.Range(0, Count), NumbersOf(hub, member));
        Assert.Equal(Enumerable.Range(0, Count), hub.Datagrams.Select(s => NumberOf(member.Open(s)!)));
    }

    [Fact]
    public void The_end_waits_for_a_job_that_is_under_way()
    {
        using Hub hub = new(1, 2);
        hub.Connect(hub.NewDatagramFeeder(1), hub.Members);
        Member member = hub.Members[0];
        using KeyGate gate = new(hub, hub.KeyOf(member, true));
        byte[][] packets = [.. Enumerable.Range(0, Bulk).Select(i => member.PacketTo(0, i, Long))];

        // More parts than the thread takes that feeds.
        byte[] other = hub.Members[1].PacketTo(0, 0, 100);
        Crew feeder = new(() => hub.NewPacketFeeder().Feed([.. packets, other, .. packets]));
        Crew.Await(() => gate.StoppedHelpers == 1);
        bool hasEnded = false;
        Crew end = new(() =>
        {
            hub.Dispose();
            Volatile.Write(ref hasEnded, true);
        });
        end.AwaitWait(0);
        Assert.False(Volatile.Read(ref hasEnded));
        gate.Open();
        feeder.Join();
        end.Join();
        hub.AssertAllIsReturned();
        Assert.Equal(2 * Bulk, hub.Datagrams.Count(d => member.Open(d) != null));
    }

    private static int NumberOf(byte[] packet) => Member.Read(packet)!.Value.Number;

    private static IEnumerable<int> NumbersOf(Hub hub, Member member) =>
        hub.Packets.Where(p => Member.SeedOf(p, false) == member.Seed).Select(NumberOf);
}
