using System;
using System.Linq;
using Spore.Base;
using Spore.Tests.Nodes;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.WireGuard;

/// <summary>A plain endpoint by its public API, against the messages of a stock peer.</summary>
public class PlainTunnelTests
{
    private static readonly byte[] _here = [10, 0, 0, 2];
    private static readonly byte[] _there = [10, 0, 0, 1];
    private static readonly byte[] _thereOnly = [10, 0, 0, 1, 32];
    private static readonly byte[] _preshared = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    private readonly PlainEnd _end = new(1);
    private readonly StockPeer _stock = new(TunnelEnd.PrivateKey(2));
    private readonly Endpoint _at = TunnelEnd.EndpointOf(2);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_initiates_and_passes_packets_both_ways(bool preshared)
    {
        Know(preshared, keepalive: 25);
        Initiated();
        Assert.Equal([true], _end.Ups);

        // The keepalive that confirms the session to the responder.
        Assert.Empty(_stock.Open(Assert.Single(_end.Take()))!);
        ExchangePackets();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_responds_and_passes_packets_both_ways(bool preshared)
    {
        Know(preshared, endpoint: null);
        _end.Run(1_000);
        Assert.Empty(_end.Sent);
        Assert.False(_end.Receive(_stock.Initiate(_end.Public, StockPeer.Tai(1)), _at));
        Assert.True(_stock.TakeResponse(Assert.Single(_end.Take())));
        Assert.Empty(_end.Ups);
        Assert.False(_end.Receive(_stock.Seal([]), _at));
        Assert.Equal([false], _end.Ups);
        ExchangePackets();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void With_another_preshared_key_there_is_no_session(bool initiator)
    {
        Know(preshared: true, keepalive: initiator ? 25 : 0);
        _stock.PresharedKey = new byte[32];
        if (initiator)
        {
            _end.Tunnel.Advance(_end.Now);
            Assert.NotNull(_stock.TakeInitiation(Assert.Single(_end.Take())));
            _end.Receive(_stock.Respond(), _at);
            Assert.Equal(1, _end.Tunnel.Counters.Invalid);
        }
        else
        {
            _end.Receive(_stock.Initiate(_end.Public, StockPeer.Tai(1)), _at);
            Assert.False(_stock.TakeResponse(Assert.Single(_end.Take())));
        }

        Assert.Empty(_end.Ups);
    }

    [Fact]
    public void A_source_that_is_not_the_peers_is_refused_and_a_destination_of_nobody_is_not_sent()
    {
        Know();
        Initiated();
        _end.Take();
        Assert.False(_end.Receive(_stock.Seal(InnerPacket.Echo([10, 0, 0, 3], _here)), _at));
        Assert.Equal(1, _end.Tunnel.Counters.InnerDropped);
        Assert.False(Send(InnerPacket.Echo(_here, [10, 0, 0, 3])));
        Assert.Equal(2, _end.Tunnel.Counters.InnerDropped);
        Assert.Empty(_end.Sent);

        // Bytes that are no packet, either way.
        Assert.False(_end.Receive(_stock.Seal([0x45, 1, 2]), _at));
        Assert.False(Send([0x45, 1, 2]));
        Assert.Equal(4, _end.Tunnel.Counters.InnerDropped);
    }

    [Fact]
    public void Allowed_ips_give_each_peer_its_own_and_the_longest_prefix_decides()
    {
        PlainEnd end = new(
            1, new TunnelLimits { Slots = 2, Keypairs = 6, Initiations = 4, Mtu = 1420, RateLimitSources = 4 });
        StockPeer other = new(TunnelEnd.PrivateKey(3));
        Endpoint otherAt = TunnelEnd.EndpointOf(3);
        Peer first = end.Tunnel.AddPeer(_stock.Public, 0, null, _at, 0, end.Now);
        Peer second = end.Tunnel.AddPeer(other.Public, 0, null, otherAt, 0, end.Now);
        end.Allow((first, [10, 0, 0, 0, 8]), (second, [10, 0, 7, 0, 24]));
        byte[] narrow = InnerPacket.Echo(_here, [10, 0, 7, 9]);
        byte[] wide = InnerPacket.Echo(_here, [10, 0, 8, 9]);
        Assert.True(end.Tunnel.Send(narrow, 0, narrow.Length, end.Now));
        Assert.True(end.Tunnel.Send(wide, 0, wide.Length, end.Now));
        Assert.Equal(2, end.Sent.Count);
        Assert.True(end.Sent[0].To.IsSame(otherAt));
        Assert.True(end.Sent[1].To.IsSame(_at));
        Assert.Equal(end.Public, other.TakeInitiation(end.Sent[0].Bytes));
        Assert.Equal(end.Public, _stock.TakeInitiation(end.Sent[1].Bytes));
        end.Receive(_stock.Respond(), _at);
        Assert.False(end.Receive(_stock.Seal(InnerPacket.Echo([10, 0, 7, 9], _here)), _at));
        Assert.True(end.Receive(_stock.Seal(InnerPacket.Echo([10, 0, 8, 9], _here)), _at));
    }

    [Fact]
    public void A_packet_brings_the_session_up_and_waits_for_it_in_lent_memory()
    {
        Know();
        _end.Tunnel.QueueIn(new byte[200], 0, 200);
        byte[] packet = InnerPacket.Echo(_here, _there);
        Assert.True(Send(packet));
        Assert.NotNull(_stock.TakeInitiation(Assert.Single(_end.Take())));
        _end.Receive(_stock.Respond(), _at);
        Assert.Equal(packet, _stock.Open(Assert.Single(_end.Take()))![..packet.Length]);
    }

    [Fact]
    public void A_keepalive_is_sent_at_its_interval_and_renews_the_session()
    {
        Know(keepalive: 25);
        Initiated();
        long up = _end.Now;
        _end.Take();
        _end.Run(110_000);
        Assert.Equal([25_000, 50_000, 75_000, 100_000], _end.Sent.Select(s => s.At - up));
        Assert.All(_end.Take(), s => Assert.Empty(_stock.Open(s)!));
        _end.Run(15_000);
        Assert.Equal([4, 1], _end.Take().Select(s => s[0]));
    }

    [Fact]
    public void Sessions_end_when_the_peer_is_silent_and_are_asked_for_again()
    {
        Know(keepalive: 25);
        Initiated();
        _end.Run(600_000);
        Assert.Equal(1, _end.Downs);
        Assert.Contains(_end.Sent, s => s.Bytes[0] == 1 && s.At > _end.Now - 30_000);
    }

    [Fact]
    public void An_unknown_key_is_not_admitted_and_does_not_hinder_the_peer()
    {
        Know();
        StockPeer unknown = new(TunnelEnd.PrivateKey(9));
        for (int i = 1; i <= 5; i++)
        {
            _end.Receive(unknown.Initiate(_end.Public, StockPeer.Tai(i)), TunnelEnd.EndpointOf(9));
            _end.Run(3_000);
        }

        Assert.Empty(_end.Sent);

        // Of an unknown source one is worked on in 30 s.
        Assert.Equal(1, _end.Tunnel.Counters.Invalid);
        Assert.Equal(4, _end.Tunnel.Counters.Limited);
        Assert.Same(_end.Tunnel.Peers[0], _end.Tunnel.FindSlot(_stock.Public, 0));
        _end.Receive(_stock.Initiate(_end.Public, StockPeer.Tai(1)), _at);
        Assert.True(_stock.TakeResponse(Assert.Single(_end.Take())));
    }

    [Fact]
    public void A_peer_is_added_once_and_only_with_a_key_that_can_be_a_peers_where_a_slot_is_free()
    {
        Assert.Null(_end.Tunnel.AddPeer(new byte[32], 0, null, _at, 0, _end.Now));
        Assert.Null(_end.Tunnel.AddPeer(_end.Public, 0, null, _at, 0, _end.Now));
        Peer? peer = _end.Tunnel.AddPeer([1, .. _stock.Public], 1, null, _at, 0, _end.Now);
        Assert.NotNull(peer);
        Assert.Null(_end.Tunnel.AddPeer(_stock.Public, 0, null, _at, 0, _end.Now));
        Assert.Null(_end.Tunnel.AddPeer(new StockPeer(TunnelEnd.PrivateKey(3)).Public, 0, null, _at, 0, _end.Now));
        _end.Tunnel.Close(peer, _end.Now);
        Assert.NotNull(_end.Tunnel.AddPeer(_stock.Public, 0, null, _at, 0, _end.Now));
    }

    [Fact]
    public void A_preshared_key_is_wiped_with_its_peer()
    {
        byte[] key = [.. _preshared];
        Peer peer = _end.Tunnel.AddPeer(_stock.Public, 0, key, _at, 0, _end.Now);
        _end.Tunnel.Close(peer, _end.Now);
        Assert.Equal(new byte[32], key);
    }

    [Fact]
    public void Timestamps_start_at_the_build_time_and_follow_the_clock_once_it_is_set()
    {
        Know(keepalive: 25);
        Initiated();
        Assert.Equal(PlainEnd.BuildTime, UnixMilliseconds());
        _end.SetWallClock(PlainEnd.BuildTime + 3_600_000, _end.Now);
        Reinitiated();
        Assert.InRange(UnixMilliseconds(), PlainEnd.BuildTime + 3_600_000, PlainEnd.BuildTime + 3_800_000);

        // An earlier time is taken, and no timestamp is earlier than the one before it.
        byte[] before = _stock.Timestamp;
        _end.SetWallClock(0, _end.Now);
        Reinitiated();
        Assert.True(_stock.Timestamp.AsSpan().SequenceCompareTo(before) > 0);
        Assert.InRange(UnixMilliseconds(), PlainEnd.BuildTime + 3_600_000, PlainEnd.BuildTime + 3_800_000);
    }

    [Fact]
    public void What_is_received_and_sent_is_counted()
    {
        Know(keepalive: 25);
        Initiated();
        _end.Receive([1, 2, 3], _at);
        Assert.Equal((2, 92 + 3), (_end.Tunnel.Counters.DatagramsReceived, _end.Tunnel.Counters.BytesReceived));
        Assert.Equal((2, 148 + 32), (_end.Tunnel.Counters.DatagramsSent, _end.Tunnel.Counters.BytesSent));
        Assert.Equal(1, _end.Tunnel.Counters.Invalid);
    }

    [Fact]
    public void Idle_work_is_due_by_the_deadline_alone_and_ends()
    {
        Know();
        Assert.True(_end.Tunnel.NextDeadline <= _end.Now);
        int calls = 0;
        for (; _end.Tunnel.NextDeadline <= _end.Now; calls++)
        {
            _end.Tunnel.Advance(_end.Now);
        }

        // The static-static secret, an ephemeral key, the pair that takes it, and the next key: four
        // multiplications in slices.
        Assert.InRange(calls, 12, 25);
        Assert.Equal(_end.Now + EphemeralPair.Lifetime, _end.Tunnel.NextDeadline);
    }

    private void Know(bool preshared = false, int keepalive = 0) => Know(preshared, _at, keepalive);

    private void Know(bool preshared, Endpoint? endpoint, int keepalive = 0)
    {
        if (preshared)
        {
            _stock.PresharedKey = _preshared;
        }

        Peer? peer = _end.Tunnel.AddPeer(
            _stock.Public, 0, preshared ? [.. _preshared] : null, endpoint, keepalive, _end.Now);
        Assert.NotNull(peer);
        _end.Allow((peer, _thereOnly));
    }

    private void Initiated()
    {
        Peer peer = _end.Tunnel.Peers[0];
        if (peer.KeepaliveInterval == 0)
        {
            _end.Tunnel.Initiate(peer, _end.Now);
        }
        else
        {
            _end.Tunnel.Advance(_end.Now);
        }

        Assert.Equal(_end.Public, _stock.TakeInitiation(Assert.Single(_end.Sent).Bytes));
        Assert.True(_end.Sent[0].To.IsSame(_at));
        _end.Receive(_stock.Respond(), _at);
        _end.Sent.RemoveAt(0);
    }

    private void Reinitiated()
    {
        _end.Take();
        _end.Run(130_000);
        Assert.NotNull(_stock.TakeInitiation(_end.Take().Last(s => s[0] == 1)));
        _end.Receive(_stock.Respond(), _at);
    }

    private void ExchangePackets()
    {
        byte[] there = InnerPacket.Echo(_here, _there);
        Assert.True(Send(there));
        Assert.Equal(there, _stock.Open(Assert.Single(_end.Take()))![..there.Length]);
        byte[] back = InnerPacket.Echo(_there, _here);
        Assert.True(_end.Receive(_stock.Seal(back), _at));
        Assert.Equal(back, Assert.Single(_end.Received));
    }

    private bool Send(byte[] packet) => _end.Tunnel.Send(packet, 0, packet.Length, _end.Now);

    // To a multiple of 2^24 ns, and so at most 16 ms too early.
    private long UnixMilliseconds()
    {
        long seconds = Tai64n.ToUnixMilliseconds(_stock.Timestamp, 0);
        return seconds
            + (System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(_stock.Timestamp.AsSpan(8)) / 1_000_000);
    }
}
