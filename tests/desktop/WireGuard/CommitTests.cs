using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Base;
using Spore.Mesh;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.WireGuard;

/// <summary>
/// What may happen between the two halves of a received message: a key is found, a message is committed.
/// </summary>
public class CommitTests
{
    private static readonly Endpoint _there = TunnelEnd.EndpointOf(2);
    private static readonly Endpoint _elsewhere = TunnelEnd.EndpointOf(7);

    private readonly SealingEnd _end = new(1);
    private readonly StockPeer _stock = new(TunnelEnd.PrivateKey(2));
    private readonly Peer _peer;
    private long _stockTime = 1;

    public CommitTests() => _peer = _end.Know(_stock.Public, _there);

    [Fact]
    public void What_is_no_message_of_a_live_session_has_no_key_and_nothing_changes()
    {
        byte[] initiation = _stock.Initiate(_end.Public, StockPeer.Tai(_stockTime++));
        _end.Receive(initiation, _there);
        byte[] response = Assert.Single(_end.Take());
        Assert.True(_stock.TakeResponse(response));
        _end.Receive(_stock.Seal([]), _there);
        byte[] message = _stock.Seal([1]);
        byte[] unknown = [.. message];
        unknown[4] ^= 1;
        byte[] cookieReply = _stock.ReplyWithCookie(response, new byte[16]);
        byte[] typeless = [.. message];
        typeless[0] = 5;
        byte[][] refused =
        [
            initiation,
            response,
            cookieReply,
            unknown,
            typeless,
            .. Enumerable.Range(1, 3).Select(i => message.Select((b, j) => j == i ? (byte)1 : b).ToArray()),
            .. Enumerable.Range(0, Message.KeepaliveSize).Select(n => message[..n]),

            // The index 0 stands for none, also where a slot is empty.
            [4, 0, 0, 0, 0, 0, 0, 0, .. message[8..]],
        ];
        string[] before = TunnelState.Of(_end);
        Assert.All(refused, r => AssertNoKey(r, Convert.ToHexString(r)));
        Assert.Equal(before, TunnelState.Of(_end));

        // The same message has one as it is, as long as the session lives.
        Assert.NotNull(_end.Find(message));
        Assert.Equal(before, TunnelState.Of(_end));
        _end.Now = _peer.SessionSince + Constants.RejectAfterTime - 1;
        FoundMessage found = Assert.IsType<FoundMessage>(_end.Find(message));
        _end.Now++;
        AssertNoKey(message, "expired");
        AssertInvalid(found);
    }

    [Fact]
    public void The_key_is_the_sessions_and_the_slot_is_the_peers()
    {
        StockPeer other = new(TunnelEnd.PrivateKey(3));
        Peer peer = _end.Know(other.Public, TunnelEnd.EndpointOf(3));
        Handshake();
        Handshake(other, TunnelEnd.EndpointOf(3));
        foreach ((StockPeer stock, Peer owner) in new[] { (_stock, _peer), (other, peer) })
        {
            byte[] message = stock.Seal([1]);
            byte[] key = new byte[32];
            Assert.Equal(owner.Slot, _end.Tunnel.FindKey(message, 0, message.Length, _end.Now, key, 0));
            Assert.Equal(
                key, owner.Keypairs.Bytes.AsSpan(Keypairs.Start(owner.Current) + Keypairs.ReceiveKey, 32).ToArray());
        }
    }

    [Fact]
    public void Of_a_message_that_was_opened_all_is_taken()
    {
        Handshake();
        _end.Now += 500;
        FoundMessage found = Found([1, 2, 3]);
        Assert.True(found.IsAuthentic);
        Assert.Same(_peer, _end.Commit(found, _elsewhere));
        Assert.Equal([1, 2, 3], Assert.Single(_end.Received)[..3]);
        Assert.True(_peer.Endpoint.IsSame(_elsewhere));
        Assert.Equal(_end.Now, _peer.LastHeard);
        Assert.Equal(_end.Now + Constants.KeepaliveTimeout, _peer.SendKeepalive);
        Assert.Equal(0, _end.Counters.Invalid + _end.Counters.Replayed);

        // A keepalive has no packet.
        Assert.Null(_end.Commit(Found([]), _there));
        Assert.Single(_end.Received);
        Assert.True(_peer.Endpoint.IsSame(_there));
    }

    [Fact]
    public void A_message_is_committed_once()
    {
        Handshake();
        FoundMessage first = Found([1]);
        FoundMessage again = first.Copy();
        Assert.NotNull(_end.Commit(first, _there));
        string[] before = TunnelState.Sessions(_end);
        Assert.Null(_end.Commit(again, _elsewhere));
        Assert.Equal(1, _end.Counters.Replayed);
        Assert.Equal(0, _end.Counters.Invalid);
        Assert.Equal(before, TunnelState.Sessions(_end));
    }

    [Fact]
    public void The_order_of_commits_decides_where_the_peer_is()
    {
        Handshake();
        FoundMessage first = Found([1]);
        FoundMessage second = Found([2]);
        _end.Commit(second, _elsewhere);
        Assert.True(_peer.Endpoint.IsSame(_elsewhere));
        _end.Commit(first, _there);
        Assert.True(_peer.Endpoint.IsSame(_there));
        Assert.Equal([2, 1], _end.Received.Select(r => r[0]));
    }

    [Fact]
    public void A_false_message_is_counted_and_an_honest_one_with_its_counter_passes()
    {
        HalfHandshake();
        byte[] honest = _stock.Seal([1]);
        byte[] false_ = [.. honest];
        false_[^1] ^= 1;
        FoundMessage found = Assert.IsType<FoundMessage>(_end.Find(false_));
        Assert.False(found.IsAuthentic);
        Assert.Equal(false_, found.Buffer[1..^1]);
        AssertInvalid(found);
        Assert.False(_peer.HasSpoken);
        Assert.Equal(Keypairs.None, _peer.Current);
        Assert.DoesNotContain((NodeEvent.SessionUp, 0), _end.Events);

        Assert.NotNull(_end.Commit(_end.Find(honest)!, _there));
        Assert.True(_peer.HasSpoken);
        Assert.NotEqual(Keypairs.None, _peer.Current);
        Assert.Contains((NodeEvent.SessionUp, 0), _end.Events);
        Assert.Single(_end.Received);
    }

    [Fact]
    public void A_key_that_is_not_the_sessions_is_refused()
    {
        Handshake();
        for (int i = 0; i < 32; i++)
        {
            FoundMessage found = Found([1]);
            Assert.True(found.IsAuthentic);
            found.Keys[1 + i] ^= 0x10;
            AssertInvalid(found);
        }

        // The key for the other direction neither.
        FoundMessage other = Found([1]);
        Array.Copy(_peer.Keypairs.Bytes, Keypairs.Start(_peer.Current) + Keypairs.SendKey, other.Keys, 1, 32);
        AssertInvalid(other);

        // Nor that of a session whose bytes are wiped.
        FoundMessage wiped = Found([1]);
        Array.Clear(wiped.Keys);
        AssertInvalid(wiped);
        Assert.NotNull(_end.Commit(Found([1]), _there));
    }

    [Fact]
    public void A_message_of_a_peer_that_was_removed_meanwhile_is_dropped()
    {
        Handshake();
        FoundMessage found = Found([1]);
        _end.Tunnel.Close(_peer, _end.Now);
        AssertInvalid(found);
        Assert.False(_peer.InUse);
    }

    [Fact]
    public void A_message_of_a_peer_whose_slot_another_one_took_meanwhile_is_dropped()
    {
        Handshake();
        FoundMessage found = Found([1]);
        _end.Tunnel.Close(_peer, _end.Now);
        StockPeer other = new(TunnelEnd.PrivateKey(3));
        Peer peer = _end.Know(other.Public, _elsewhere);
        Assert.Same(_peer, peer);
        Handshake(other, _elsewhere);
        AssertInvalid(found);
        Assert.True(peer.Endpoint.IsSame(_elsewhere));

        // Even where its session has the index of the one before: then the key tells them apart.
        FoundMessage renamed = found.Copy();
        _end.Find(other.Seal([1]))!.Buffer.AsSpan(5, 4).CopyTo(renamed.Buffer.AsSpan(5));
        AssertInvalid(renamed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_message_of_the_session_before_passes_while_its_keys_are_kept(bool initiator)
    {
        Handshake();
        StockPeer before = _stock;
        FoundMessage first = Found([1]);
        FoundMessage second = Found([2]);
        Rekey(initiator);
        int previous = _peer.Previous;
        Assert.NotEqual(Keypairs.None, previous);
        Assert.NotNull(_end.Commit(first, _elsewhere));
        Assert.Equal(previous, _peer.Previous);
        Assert.True(_peer.Endpoint.IsSame(_elsewhere));

        // The third session puts the first one out.
        Rekey(initiator);
        AssertInvalid(second);
    }

    [Fact]
    public void A_message_that_confirms_a_session_does_so_when_it_is_committed_and_once()
    {
        Handshake();
        HalfHandshake();
        (int current, int next) = (_peer.Current, _peer.Next);
        FoundMessage first = Found([]);
        FoundMessage second = Found([2]);
        Assert.Equal((current, next), (_peer.Current, _peer.Next));
        _end.Commit(second, _there);
        Assert.Equal((next, current, Keypairs.None), (_peer.Current, _peer.Previous, _peer.Next));
        _end.Commit(first, _there);
        Assert.Equal((next, current, Keypairs.None), (_peer.Current, _peer.Previous, _peer.Next));
    }

    [Fact]
    public void A_message_whose_session_was_replaced_before_it_was_confirmed_is_dropped()
    {
        HalfHandshake();
        FoundMessage found = Found([1]);
        HalfHandshake();
        AssertInvalid(found);
        Assert.Equal(Keypairs.None, _peer.Current);
        Assert.NotNull(_end.Commit(Found([1]), _there));
    }

    // Nothing but what is counted changes.
    private void AssertInvalid(FoundMessage found)
    {
        int length = found.Buffer.Length - 2;
        string[] before = TunnelState.Sessions(_end);
        List<byte[]> received = [.. _end.Received];
        (long invalid, long datagrams, long bytes) =
            (_end.Counters.Invalid, _end.Counters.DatagramsReceived, _end.Counters.BytesReceived);
        string[] counted = TunnelState.Counters(_end);
        Assert.Null(_end.Commit(found, _elsewhere));
        Assert.Equal(before, TunnelState.Sessions(_end));
        Assert.Equal(received, _end.Received);
        Assert.Equal(
            (invalid + 1, datagrams + 1, bytes + length),
            (_end.Counters.Invalid, _end.Counters.DatagramsReceived, _end.Counters.BytesReceived));
        Assert.Equal(3, counted.Except(TunnelState.Counters(_end)).Count());
    }

    private void AssertNoKey(byte[] datagram, string what)
    {
        byte[] key = [.. Enumerable.Repeat((byte)0xEE, 34)];
        Assert.True(_end.Tunnel.FindKey(datagram, 0, datagram.Length, _end.Now, key, 1) == -1, what);
        Assert.True(key.All(b => b == 0xEE), what);
    }

    private FoundMessage Found(byte[] packet) => Assert.IsType<FoundMessage>(_end.Find(_stock.Seal(packet)));

    private void Handshake() => Handshake(_stock, _there);

    private void Handshake(StockPeer stock, Endpoint from)
    {
        HalfHandshake(stock, from);
        _end.Receive(stock.Seal([]), from);
    }

    private void HalfHandshake() => HalfHandshake(_stock, _there);

    private void HalfHandshake(StockPeer stock, Endpoint from)
    {
        _end.Now += 1_000;
        stock.Index++;
        _end.Receive(stock.Initiate(_end.Public, StockPeer.Tai(_stockTime++)), from);
        Assert.True(stock.TakeResponse(_end.Take().Last(d => d[0] == 2)));
    }

    private void Rekey(bool initiator)
    {
        if (!initiator)
        {
            Handshake();
            return;
        }

        _end.Now += 10_000;
        _stock.Index++;
        _end.Tunnel.Initiate(_peer, _end.Now);
        Assert.NotNull(_stock.TakeInitiation(_end.Take().Last(d => d[0] == 1)));
        _end.Receive(_stock.Respond(), _there);
    }
}
