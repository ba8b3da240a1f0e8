using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using Spore.Base;
using Spore.Tests.WireGuard;
using Spore.WireGuard;
using Xunit;
using Xunit.Sdk;

namespace Spore.Tests.Pipeline;

/// <summary>
/// Threads that send and receive, while sessions end and begin, members move, are removed and are added again, and
/// false datagrams come in. 20 s of real time in all.
/// </summary>
public class StressTests
{
    private const int Members = 10;
    private const int Receivers = 2;
    private const int Senders = 2;
    private const int Kept = 64;

    // A sender that gives its packets another member's address.
    private const int Liar = 200;

    private static readonly TimeSpan _time = TimeSpan.FromSeconds(10);

    // For a machine that gives the test no time.
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    private readonly ConcurrentQueue<byte[]> _handshakes = new();
    private readonly BlockingCollection<byte[]> _messages = [];
    private readonly HashSet<(uint Session, ulong Counter)> _sealed = [];
    private readonly HashSet<(int Member, int Sender, int Number)> _delivered = [];
    private readonly Dictionary<(int Member, int Sender), int> _lastDelivered = [];
    private readonly Dictionary<(int Member, int Sender, int Session), int> _lastHanded = [];
    private readonly int[,] _lastArrived = new int[Senders, Members];

    // Changed under the node's lock.
    private readonly bool[] _isMember = [.. Enumerable.Repeat(true, Members)];
    private Hub _hub = null!;
    private int _seed;
    private bool _stop;
    private int _sessions;
    private int _handed;
    private int _arrived;
    private int _removals;

    private bool WasBusy =>
        Volatile.Read(ref _sessions) > 20
        && Volatile.Read(ref _removals) > 5
        && Volatile.Read(ref _handed) > 1_000
        && Volatile.Read(ref _arrived) > 1_000
        && Volatile.Read(ref _hub.Node.Counters.Invalid) > 100
        && Volatile.Read(ref _hub.Node.Counters.Replayed) > 100;

    private bool IsOver => Volatile.Read(ref _stop) || _hub.Fault != null;

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public void Whatever_happens_no_packet_is_false_doubled_or_out_of_order(int helpers, bool varies)
    {
        _seed = Environment.GetEnvironmentVariable("SPORE_SEED") is { } text ? int.Parse(text) : Random.Shared.Next();
        try
        {
            Run(helpers, varies);
        }
        catch (Exception exception)
        {
            throw new XunitException($"SPORE_SEED={_seed}: {exception.Message}", exception);
        }
    }

    private void Run(int helpers, bool varies)
    {
        using Hub hub = varies ? OrderTests.NewHub(helpers, Members, _seed % 1_000) : new Hub(helpers, Members);
        _hub = hub;
        hub.Delivering = Deliver;
        hub.PacketSink = Hand;
        hub.DatagramSink = Send;
        Crew check = new(Check);
        Crew.Run([
            .. Enumerable.Range(0, Receivers).Select(i => Guarded(() => Receive(i))),
            .. Enumerable.Range(0, Senders).Select(i => Guarded(() => SendPackets(i))),
            Guarded(Disturb),
            () =>
            {
                Stopwatch watch = Stopwatch.StartNew();
                while (!IsOver && (watch.Elapsed < _time || (!WasBusy && watch.Elapsed < _patience)))
                {
                    Thread.Sleep(10);
                }

                Volatile.Write(ref _stop, true);
            },
        ]);
        hub.AssertAllIsReturned();
        _messages.CompleteAdding();
        check.Join();
        Assert.Null(hub.Fault);

        string done = $"{_sessions} sessions, {_removals} removals, {_handed} packets in, {_arrived} out, "
            + $"{hub.Node.Counters.Invalid} invalid, {hub.Node.Counters.Replayed} replayed";
        TestContext.Current.TestOutputHelper?.WriteLine(done);
        Assert.True(WasBusy, done);
    }

    private Action Guarded(Action work) => () =>
    {
        try
        {
            work();
        }
        catch
        {
            Volatile.Write(ref _stop, true);
            throw;
        }
    };

    // One of the threads that receive.
    private void Receive(int sender)
    {
        Random random = new(_seed + sender);
        DatagramFeeder feeder = _hub.NewDatagramFeeder();
        List<Datagram> seen = [];
        int number = 0;
        while (!IsOver)
        {
            List<Datagram> datagrams = [];
            List<(Member Member, StockPeer Session)> responded = [];
            while (_handshakes.TryDequeue(out byte[]? handshake))
            {
                datagrams.AddRange(Answer(handshake, responded));
            }

            int mostly = random.Next(Members);
            for (int i = random.Next(60); i >= 0; i--)
            {
                Member member = _hub.Members[random.Next(3) == 0 ? random.Next(Members) : mostly];
                lock (member)
                {
                    StockPeer? session = random.Next(4) == 0 ? member.Previous : member.Session;
                    int choice = random.Next(100);
                    if (session == null || choice == 0)
                    {
                        datagrams.Add(member.Initiate());
                    }
                    else if (choice < 70)
                    {
                        byte[] packet = member.PacketFrom(
                            sender, number++, random.Next(34, 1421), (byte)session.Index);
                        datagrams.Add(member.Seal(packet, session));
                    }
                    else if (choice < 75)
                    {
                        Member other = _hub.Members[(member.Seed - 1) % Members];
                        datagrams.Add(member.Seal(other.PacketFrom(Liar, 0, 100), session));
                    }
                    else if (choice < 80)
                    {
                        datagrams.Add(member.Seal(random.Next(2) == 0 ? [] : member.EchoRequest(), session));
                    }
                    else if (seen.Count > 0)
                    {
                        // By somebody else, who changes it or not.
                        datagrams.Add(new Datagram(
                            Spoilt(seen[random.Next(seen.Count)].Bytes, random), PlaceOf(203, (byte)random.Next(256))));
                    }
                }
            }

            feeder.Feed(datagrams);
            foreach ((Member member, StockPeer session) in responded)
            {
                lock (member)
                {
                    member.Use(session);
                }
            }

            foreach (Datagram datagram in datagrams.Where(d => d.Source.AddressLow >> 24 != 0xFFFFCB))
            {
                if (seen.Count < Kept)
                {
                    seen.Add(datagram);
                }
                else
                {
                    seen[random.Next(Kept)] = datagram;
                }
            }
        }
    }

    private IEnumerable<Datagram> Answer(byte[] handshake, List<(Member Member, StockPeer Session)> responded)
    {
        foreach (Member member in _hub.Members)
        {
            lock (member)
            {
                if (handshake[0] == 1 && member.Respond(handshake) is var (response, session))
                {
                    Interlocked.Increment(ref _sessions);
                    responded.Add((member, session));
                    return [response];
                }

                if (handshake[0] == 2 && member.TakeResponse([handshake]))
                {
                    Interlocked.Increment(ref _sessions);
                    return [member.Seal([])];
                }
            }
        }

        return [];
    }

    private static byte[] Spoilt(byte[] bytes, Random random)
    {
        byte[] datagram = [.. bytes];
        switch (random.Next(3))
        {
            case 0:
                datagram[random.Next(datagram.Length)] ^= (byte)(1 << random.Next(8));
                return datagram;
            case 1:
                return datagram[..random.Next(1, datagram.Length)];
            default:
                return datagram;
        }
    }

    // One of the threads that send.
    private void SendPackets(int sender)
    {
        Random random = new(_seed + 100 + sender);
        PacketFeeder feeder = _hub.NewPacketFeeder();
        int number = 1;
        while (!IsOver)
        {
            List<byte[]> packets = [];
            int mostly = random.Next(Members);
            for (int i = random.Next(60); i >= 0; i--)
            {
                Member member = _hub.Members[random.Next(3) == 0 ? random.Next(Members) : mostly];
                packets.Add(member.PacketTo(sender, number++, random.Next(34, 1421)));
            }

            feeder.Feed(packets);
        }
    }

    // Time passes, and what an operator does happens.
    private void Disturb()
    {
        Random random = new(_seed + 200);
        while (!IsOver)
        {
            Thread.Sleep(random.Next(8));
            lock (_hub.Gate)
            {
                _hub.Now += random.Next(100);
                int choice = random.Next(200);
                int index = random.Next(Members);
                if (choice == 0)
                {
                    // All sessions end.
                    _hub.Now += Constants.RejectAfterTime + 1_000;
                }
                else if (choice < 10)
                {
                    // Some are to be renewed.
                    _hub.Now += random.Next(30_000);
                }
                else if (choice < 25)
                {
                    _isMember[index] ^= true;
                    _removals += _isMember[index] ? 0 : 1;
                    _hub.Load(_hub.Members.Where(m => _isMember[m.Seed - 2]));
                }
                else if (choice < 60)
                {
                    Member member = _hub.Members[index];
                    lock (member)
                    {
                        member.Endpoint = PlaceOf(198, member.Seed);
                    }
                }

                _hub.Advance();

                // An initiation gives one to a peer that has none; only what is fresh makes it authentic.
                Assert.DoesNotContain(
                    _hub.Node.Peers,
                    p => p.InUse && p.IsEndpointAuthentic && p.Endpoint.AddressLow >> 24 == 0xFFFFCB);
            }
        }
    }

    // Called under the lock.
    private void Deliver(ReadOnlySpan<byte> packet)
    {
        (int sender, int number) = Member.Read(packet)!.Value;
        int member = Member.SeedOf(packet, false) - 2;
        Assert.True(sender < Receivers, "a packet with another member's address is delivered");
        Assert.True(_isMember[member], "a packet of a removed member is delivered");
        Assert.True(_delivered.Add((member, sender, number)), "a packet is delivered twice");
        Assert.True(
            number > _lastDelivered.GetValueOrDefault((member, sender), -1),
            "a packet is delivered before an earlier one");
        _lastDelivered[(member, sender)] = number;
    }

    // Called by one thread at a time, as all outputs are.
    private void Hand(ReadOnlySpan<byte> packet)
    {
        (int sender, int number) = Member.Read(packet)!.Value;
        (int, int, int) of = (Member.SeedOf(packet, false), sender, Member.MarkOf(packet));
        Assert.True(number > _lastHanded.GetValueOrDefault(of, -1), "a packet is handed over before an earlier one");
        _lastHanded[of] = number;
        _handed++;
    }

    private void Send(ReadOnlySpan<byte> datagram)
    {
        switch (datagram[0])
        {
            case 1 or 2:
                _handshakes.Enqueue(datagram.ToArray());
                break;
            case 4:
                Assert.True(
                    _sealed.Add((Member.IndexOf(datagram), Member.CounterOf(datagram))),
                    "a counter goes out twice under one key");
                _messages.Add(datagram.ToArray());
                break;
        }
    }

    // What the members receive, in the order in which it has left.
    private void Check()
    {
        foreach (byte[] message in _messages.GetConsumingEnumerable())
        {
            Member member = _hub.Members[(Member.IndexOf(message) >> 20) - 2];
            byte[]? packet;
            lock (member)
            {
                packet = member.Open(message);
            }

            Assert.True(packet != null, "a member can't open a message");
            if (Member.Read(packet) is (int sender, int number))
            {
                Assert.Equal(member.Seed, Member.SeedOf(packet, true));
                Assert.True(
                    number > _lastArrived[sender, member.Seed - 2], "a message leaves before an earlier one");
                _lastArrived[sender, member.Seed - 2] = number;
                _arrived++;
            }
        }
    }

    private static Endpoint PlaceOf(byte network, byte host)
    {
        Endpoint endpoint = new();
        endpoint.SetIpv4([network, 0, 113, host], 0, 51820);
        return endpoint;
    }
}
