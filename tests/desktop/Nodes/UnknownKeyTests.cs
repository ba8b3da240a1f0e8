using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Base;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tests.WireGuard;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>
/// Unknown keys get half of a device's time at most, whoever sends their handshakes how often: members' sessions and
/// signature checks go on (PROTOCOL section 4.6).
/// </summary>
public class UnknownKeyTests
{
    private const int Multiplication = 1_200;
    private const long Attack = 600_000;

    // Twice the time for an initiation that is dropped behind es.
    private const int Dropped = 5 * Multiplication / 2;

    private readonly Mesh _mesh = new();
    private readonly NodeLimits _limits = NodeLimits.Device();
    private readonly MeshNode _device;
    private readonly MeshNode _member;
    private readonly List<KeyFlood> _floods = [];
    private long _clock = Mesh.BuildTime;

    public UnknownKeyTests()
    {
        _limits.MultiplicationTime = Multiplication;
        _device = _mesh.Add(1, _limits);
        _member = _mesh.Add(2, NodeLimits.Desktop());
    }

    [Theory]
    [Statement("4.6-10", "4.6-13", "4.6-14")]
    [InlineData("one source", 1, 2_000)]
    [InlineData("one source", 1, 200)]
    [InlineData("sources", 8, 2_000)]
    [InlineData("sources", 32, 2_000)]
    [InlineData("sources", 8, 500)]
    [InlineData("sources that complete handshakes", 8, 5_000)]
    [InlineData("sources that complete handshakes", 32, 5_000)]
    [InlineData("sources that claim a member's key", 32, 2_000)]
    [InlineData("sources with a recording of the member", 32, 2_000)]
    [InlineData("the member's source", 1, 2_000)]
    [InlineData("the member's source", 1, 200)]
    [InlineData("the member's source and others", 16, 1_000)]
    [InlineData("sources that forge hellos", 8, 2_000)]
    [InlineData("sources that forge hellos and initiate", 8, 2_000)]
    [InlineData("sources that forge hellos and initiate", 8, 2_000, 800)]
    [InlineData("sources, half of which forge hellos and initiate", 8, 2_000)]
    [InlineData("sources, half of which forge hellos", 8, 2_000)]
    [InlineData("sources", 8, 2_000, 800)]
    [InlineData("sources that complete handshakes", 8, 5_000, 800)]
    [InlineData("sources, half of which forge hellos", 8, 2_000, 800)]
    public void A_member_and_a_newer_network_are_not_kept_out(
        string who, int sources, int interval, int multiplication = Multiplication)
    {
        Join(multiplication);
        Flood(who, sources, interval);
        int sessions = _device.Count(NodeEvent.SessionUp);
        _device.Worked.Clear();
        long begin = _mesh.Now;
        long longest = 0;
        for (ulong version = 2; _mesh.Now < begin + Attack; version++)
        {
            Talk(50_000);
            Assert.Equal(NetworkFault.None, _member.Load(Network(version)));
            Assert.True(_mesh.RunUntil(() => Checks > 0, 120_000), "no header");
            long header = _mesh.Now;
            Assert.True(_mesh.RunUntil(() => Checks == 0, 60_000), "no end");
            longest = Math.Max(longest, _mesh.Now - header);
            Assert.True(_mesh.RunUntil(() => _device.Node.NetworkVersion == version, 60_000), "not applied");
        }

        // What uses the member's key in vain is the attackers' too; then the member's own handshakes count as well.
        long time = _mesh.Now - begin;
        bool isMembersKey = _floods.Exists(f => f.ClaimedKey is not null || f.Recording is not null);
        long unknown = _device.Worked
            .Where(w => isMembersKey || !(w.Key ?? []).SequenceEqual(_member.Key))
            .Sum(w => w.Milliseconds);
        sessions = _device.Count(NodeEvent.SessionUp) - sessions;
        string result = $"{unknown * 100 / time} % of {time} ms, longest check {longest} ms, {sessions} sessions";
        TestContext.Current.TestOutputHelper?.WriteLine(result);

        // One handshake may be ahead: es, ss, e and se while idle, es again, ee.
        Assert.Equal(0, _device.Count(NodeEvent.SessionDown));
        Assert.Equal(0, _member.Count(NodeEvent.SessionDown));
        Assert.True(sessions >= time / 180_000, result);
        Assert.True(longest <= 10_000, result);
        Assert.True(unknown <= (time / 2) + (6 * multiplication), result);
    }

    [Theory]
    [Statement("4.6-11")]
    [InlineData(1, 2_000)]
    [InlineData(1, 100)]
    [InlineData(1, 500)]
    public void Beside_sources_that_flood_it_an_honest_guest_gets_in(int sources, int interval)
    {
        Join();
        Flood("sources", sources, interval);
        _mesh.Run(33_000);
        Stranger guest = _mesh.AddStranger(9);
        guest.TakesResponses = true;
        long begin = _mesh.Now;
        while (!guest.HasSession)
        {
            int heard = guest.Datagrams.Count;
            guest.Initiate(_device);
            _mesh.Run(5_200);
            Assert.All(guest.Datagrams.Skip(heard).Where(d => d[0] == 3), d => guest.Stock.TakeCookieReply(d));
            Assert.True(_mesh.Now - begin < 120_000, "not within 120 s");
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"after {_mesh.Now - begin} ms");

        Assert.True(guest.Ping());
    }

    [Theory]
    [Statement("4.6-11", "4.6-12")]
    [InlineData(true, 3_999, false)]
    [InlineData(true, 4_000, true)]
    [InlineData(true, 19_999, true)]
    [InlineData(true, 20_000, false)]
    [InlineData(true, 29_999, false)]
    [InlineData(true, 30_000, true)]
    [InlineData(false, 4_000, false)]
    [InlineData(false, 29_999, false)]
    [InlineData(false, 30_000, true)]
    public void An_unknown_source_gets_one_handshake_in_30_s(bool isAccepted, long after, bool isWorkedOn)
    {
        Load();
        byte[]? key = isAccepted ? null : _member.Key;
        Assert.True(Probe(20, key));
        _mesh.Run(after);
        Assert.Equal(isWorkedOn, Probe(20, key));
    }

    [Fact]
    [Statement("4.6-12")]
    public void Retransmissions_belong_to_the_handshake_until_another_one_begins()
    {
        Load();
        Assert.True(Probe(20, null));
        _mesh.Run(4_000);
        Assert.True(Probe(20, null));
        _mesh.Run(16_000);
        Assert.True(Probe(21, null));
        Assert.False(Probe(20, null));
        _mesh.Run(4_000);
        Assert.True(Probe(21, null));

        // What is not accepted ends it.
        _mesh.Run(4_000);
        Assert.True(Probe(21));
        _mesh.Run(4_000);
        Assert.False(Probe(21, null));
    }

    [Theory]
    [Statement("4.6-10")]
    [InlineData(false, Dropped)]
    [InlineData(true, 10 * Multiplication)]
    public void After_the_work_for_an_unknown_key_it_is_the_turn_of_others_for_as_long(bool isWhole, long time)
    {
        Load();
        Assert.True(Probe(20, isWhole ? null : _member.Key));
        _mesh.Run(time - 1);
        Assert.False(Probe(21));
        _mesh.Run(1);
        Assert.True(Probe(21));
    }

    [Theory]
    [Statement("4.6-10")]
    [InlineData(false)]
    [InlineData(true)]
    public void A_duplicate_of_a_known_peer_counts_and_its_handshake_does_not(bool isDuplicate)
    {
        Load();
        Stranger member = _mesh.AddStranger(3);
        byte[] initiation = member.Initiate(_device);
        _mesh.Run(1);
        if (isDuplicate)
        {
            _mesh.Run(4_000);
            _mesh.Inject(_device, initiation, member.Endpoint);
            _mesh.Run(1);
            Assert.Equal(1, _device.Node.Counters.Replayed);
        }

        Assert.Equal(!isDuplicate, Probe(20));
    }

    // Where a member is, an attacker may be too.
    [Fact]
    [Statement("4.6-13")]
    public void At_the_source_of_a_member_unknown_keys_are_10_s_ahead_of_their_half_at_most()
    {
        Load();
        Join(_mesh.AddStranger(3));
        int worked = 0;
        while (Probe(3))
        {
            worked++;
        }

        Assert.Equal((10_000 / Dropped) + 1, worked);
        Assert.False(Probe(20));
        _mesh.Run(Dropped);
        Assert.True(Probe(3));
        Assert.False(Probe(3));
    }

    [Fact]
    [Statement("4.6-14")]
    public void While_a_signature_is_checked_unknown_sources_wait()
    {
        Load();
        Stranger member = _mesh.AddStranger(3);
        Join(member);
        _mesh.Run(10_000);
        StrangerTransfer transfer = member.StartWrite("head", Network(2)[..144]);
        Assert.True(_mesh.RunUntil(() => Checks > 0, 1_000));
        Assert.False(Probe(20));
        _device.Node.Advance(_mesh.Now);
        Assert.Equal(1, Checks);
        Assert.False(Probe(20));
        Assert.True(Probe(3));
        Assert.True(member.Finish(transfer).IsComplete);
        _mesh.Run(4 * Multiplication);
        Assert.True(Probe(20));
    }

    // They have read a file, and do not answer the keepalives.
    [Fact]
    [Statement("4.6-10a")]
    public void Initiations_to_guests_that_are_silent_count_and_wait_for_their_turn()
    {
        Load();
        Stranger[] guests = [_mesh.AddStranger(20), _mesh.AddStranger(21)];
        foreach (Stranger guest in guests)
        {
            Join(guest);
            _mesh.Run(16_000);
        }

        _device.SentTo.Clear();
        foreach (Stranger guest in guests)
        {
            guest.StartRead("head", silentAfter: 0);
        }

        List<long> times = [];
        for (int sent = 0; _mesh.RunUntil(() => Initiations > sent, 60_000); sent++)
        {
            times.Add(_mesh.Now);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(' ', times));
        Assert.True(times.Count >= 4);
        const long Least = (10 * Multiplication) + 5_333;
        Assert.All(times.Skip(1).Zip(times), t => Assert.InRange(t.First - t.Second, Least, 60_000));
    }

    // Each of the two is initiated to for 90 s and longer, since it has packets to get.
    [Theory]
    [Statement("4.6-10a")]
    [InlineData(0)]
    [InlineData(1_500)]
    [InlineData(3_000)]
    [InlineData(4_500)]
    public void Beside_guests_that_are_silent_another_one_gets_in(int later)
    {
        _limits.Guests = 3;
        _limits.Keypairs++;
        Load();
        foreach (Stranger silent in (Stranger[])[_mesh.AddStranger(20), _mesh.AddStranger(21)])
        {
            Join(silent);
            _mesh.Run(16_000);
            silent.StartRead("head", silentAfter: 0);
        }

        Assert.True(_mesh.RunUntil(() => _device.SentTo.Count(s => s.Bytes[0] == 1) > 1, 60_000));
        _mesh.Run(later);
        Stranger guest = _mesh.AddStranger(22);
        guest.TakesResponses = true;
        long begin = _mesh.Now;
        while (!guest.HasSession)
        {
            guest.Initiate(_device);
            _mesh.Run(5_300);
            Assert.True(_mesh.Now - begin < 40_000, "not within 40 s");
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"after {_mesh.Now - begin} ms");
    }

    [Theory]
    [Statement("4.6-10b")]
    [InlineData(false, 11 * Multiplication / 2)]
    [InlineData(true, 10 * Multiplication)]
    public void Provoked_initiations_to_unknown_keys_take_half_of_the_time(bool isAnswered, long time)
    {
        Load();
        Stranger[] strangers = [_mesh.AddStranger(20), _mesh.AddStranger(21)];
        strangers[0].AnswersInitiations = isAnswered;
        _device.SentTo.Clear();
        foreach (Stranger stranger in strangers)
        {
            byte[] hello = HelloTests.Hello(stranger.Key, 9, stranger.Seed, tries: 9, endpoints: stranger.Endpoint);
            _mesh.Inject(_device, hello, stranger.Endpoint);
        }

        Assert.True(_mesh.RunUntil(() => Initiations == 1, 20_000));
        long first = _mesh.Now;
        Assert.True(_mesh.RunUntil(() => Initiations == 2, 20_000));
        Assert.InRange(_mesh.Now - first, time, time + 50);
        Assert.False(Probe(22));
        _mesh.Run(time + (11 * Multiplication / 2) - (_mesh.Now - first) - 1);
        Assert.False(Probe(22));
        _mesh.Run(1);
        Assert.True(Probe(22));
    }

    // A member that this node does not know may find the timestamp of its initiation old.
    [Fact]
    [Statement("4.6-10d")]
    public void One_initiation_from_the_source_that_was_asked_is_worked_on_at_once()
    {
        Load();
        _device.SentTo.Clear();
        foreach (Stranger stranger in (Stranger[])[_mesh.AddStranger(20), _mesh.AddStranger(21)])
        {
            byte[] hello = HelloTests.Hello(stranger.Key, 9, stranger.Seed, tries: 9, endpoints: stranger.Endpoint);
            _mesh.Inject(_device, hello, stranger.Endpoint);
        }

        Assert.True(_mesh.RunUntil(() => Initiations == 1, 20_000));
        long first = _mesh.Now;
        byte asked = _device.SentTo[0].To.AddressBytes()[15];
        Assert.False(Probe((byte)(41 - asked)));
        Assert.True(Probe(asked));
        Assert.False(Probe(asked));
        Assert.True(_mesh.RunUntil(() => Initiations == 2, 30_000));
        Assert.InRange(_mesh.Now - first, 31 * Multiplication / 2, (31 * Multiplication / 2) + 50);
    }

    // One source forges a hello each second.
    [Fact]
    [Statement("4.6-10e")]
    public void A_source_is_asked_once_in_15_s_for_unknown_keys()
    {
        Load();
        _device.SentTo.Clear();
        Stranger forger = _mesh.AddStranger(20);
        Stranger other = _mesh.AddStranger(21);
        for (byte i = 0; i < 60; i++)
        {
            byte[] hello = HelloTests.Hello(other.Key, 9, i, tries: 9, endpoints: forger.Endpoint);
            _mesh.Inject(_device, hello, forger.Endpoint);
            _mesh.Run(1_000);
        }

        Assert.Equal(4, Initiations);
        byte[] own = HelloTests.Hello(other.Key, 9, 99, tries: 9, endpoints: other.Endpoint);
        _mesh.Inject(_device, own, other.Endpoint);
        Assert.True(_mesh.RunUntil(() => other.Datagrams.Exists(d => d[0] == 1), 8_000));
    }

    [Theory]
    [Statement("4.6-10c")]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public void A_false_response_of_an_unknown_key_ends_the_initiation_and_one_of_a_member_does_not(
        bool isMember, int ended)
    {
        Load();
        Stranger stranger = _mesh.AddStranger((byte)(isMember ? 3 : 21));
        _mesh.Inject(_device, HelloTests.Hello(stranger.Key, 9, 7, tries: 9), stranger.Endpoint);
        Assert.True(_mesh.RunUntil(() => stranger.Datagrams.Exists(d => d[0] == 1), 5_000));
        Assert.NotNull(stranger.Stock.TakeInitiation(stranger.Datagrams.Last(d => d[0] == 1)));
        byte[] response = stranger.Stock.Respond()[..60];
        byte[] wrong = [.. response[..59], (byte)(response[59] ^ 1)];
        _device.Receive(stranger.Stock.WithMacs(wrong), stranger.Endpoint);
        int sessions = _device.Count(NodeEvent.SessionUp);
        _device.Receive(stranger.Stock.WithMacs(response), stranger.Endpoint);
        Assert.Equal(1 - ended, _device.Count(NodeEvent.SessionUp) - sessions);
    }

    [Fact]
    public void A_desktop_has_no_such_limits()
    {
        NodeLimits limits = NodeLimits.Desktop();
        limits.HandshakeInterval = 0;
        MeshNode desktop = _mesh.Add(5, limits);
        Assert.Equal(NetworkFault.None, desktop.Load(Mesh.NetworkOf(1, [desktop, _member])));
        for (int i = 0; i < 20; i++)
        {
            Assert.True(Probe(20, _member.Key, desktop));
        }
    }

    private void Flood(string who, int sources, int interval)
    {
        byte[] recording = _member.Sent.Last(s => s[0] == 1);
        for (int i = 0; i < sources; i++)
        {
            KeyFlood flood = new(_mesh, _device, 1 + i, interval, interval * i / sources)
            {
                MessagesOfKey = who.EndsWith("complete handshakes", StringComparison.Ordinal) ? 2 : 1,
                ClaimedKey = who.EndsWith("a member's key", StringComparison.Ordinal) ? _member.Key : null,
                Recording = who.EndsWith("of the member", StringComparison.Ordinal) ? recording : null,
                ForgesHellos = who.Contains("forge hellos", StringComparison.Ordinal)
                    && (i % 2 == 0 || !who.Contains("half", StringComparison.Ordinal)),
                Initiates = who.EndsWith("and initiate", StringComparison.Ordinal),
            };
            if (i == 0 && who.StartsWith("the member's source", StringComparison.Ordinal))
            {
                // Behind the same NAT.
                flood.Endpoint.SetIpv4([192, 0, 2, _member.Seed], 0, 4_000);
            }

            _floods.Add(flood);
        }
    }

    private static int Accepted(MeshNode node) =>
        node.Count(NodeEvent.GuestAdmitted) + node.Count(NodeEvent.ResponseSent);

    private bool Probe(byte source) => Probe(source, _member.Key);

    // Whether the device works on an initiation from a source: one that claims another one's key, or of a new key.
    private bool Probe(byte source, byte[]? claimedKey, MeshNode? node = null)
    {
        node ??= _device;
        StockPeer peer = new(MeshNode.PrivateKey((byte)(100 + source))) { ClaimedKey = claimedKey };
        Endpoint from = new();
        from.SetIpv4([192, 0, 2, source], 0, 4_000);
        long invalid = node.Node.Counters.Invalid;
        long limited = node.Node.Counters.Limited;
        int accepted = Accepted(node);
        node.Receive(peer.Initiate(node.Key, StockPeer.Tai(_clock++)), from);
        Assert.Equal(
            1, node.Node.Counters.Invalid - invalid + node.Node.Counters.Limited - limited + Accepted(node) - accepted);
        return node.Node.Counters.Limited == limited;
    }

    private int Initiations => _device.SentTo.Count(s => s.Bytes[0] == 1);

    private int Checks
    {
        get
        {
            NodeIdleWork work = new();
            _device.Node.CountIdleWork(work, _mesh.Now);
            return work.Checks;
        }
    }

    // Its work takes no time, and it is never under load.
    private void Load()
    {
        _limits.HandshakeInterval = 0;
        _device.Reboot();
        Assert.Equal(NetworkFault.None, _device.Load(Network(1)));
        _mesh.Run(10_000);
    }

    private byte[] Network(ulong version) => Mesh.NetworkOf(version, [_device, _member, new Stranger(_mesh, 3)]);

    // The first initiation is deferred.
    private void Join(Stranger member)
    {
        Assert.False(member.Connect(_device));
        _mesh.Run(4_000);
        Assert.True(member.Connect(_device));
    }

    // Its work takes time.
    private void Join(int multiplication = Multiplication)
    {
        _limits.MultiplicationTime = multiplication;
        _device.Reboot();
        _device.MultiplicationTime = multiplication;
        Assert.Equal(NetworkFault.None, _device.Load(Network(1)));
        Assert.Equal(NetworkFault.None, _member.Load(Network(1)));
        _member.Add(_device);
        Assert.True(_mesh.RunUntil(() => _device.Node.SessionCount(_mesh.Now) == 1, 30_000));
        Talk(20_000);
        Assert.Equal(1, _member.Node.SessionCount(_mesh.Now));
    }

    // The member sends a packet each second, and the device gets them.
    private void Talk(long time)
    {
        byte[] packet = InnerPacket.Udp([10, 0, 0, _member.Seed], [10, 0, 0, _device.Seed], 1, 2, 3);
        for (long end = _mesh.Now + time; _mesh.Now < end;)
        {
            Assert.True(_member.Send(packet));
            _mesh.Run(1_000);
        }
    }
}
