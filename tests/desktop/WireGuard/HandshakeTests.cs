using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Base;
using Spore.Mesh;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.WireGuard;

/// <summary>The handshake and the messages of a session against an independent peer, in both roles.</summary>
public class HandshakeTests
{
    private readonly TunnelEnd _end = new(1);
    private readonly StockPeer _stock = new(TunnelEnd.PrivateKey(2));
    private readonly Endpoint _there = TunnelEnd.EndpointOf(2);
    private readonly Endpoint _elsewhere = TunnelEnd.EndpointOf(3);

    public static byte[]?[] PresharedKeys => [null, [.. Enumerable.Range(1, 32).Select(i => (byte)i)]];

    // RFC 7748's curve and its twist: every encoding of a point whose order divides 8, and those not reduced.
    public static IEnumerable<TheoryDataRow<string>> SmallPoints()
    {
        yield return new(new string('0', 64));
        yield return new("01" + new string('0', 62));
        yield return new("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800");
        yield return new("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157");
        yield return new("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");
        yield return new("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");
        yield return new("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");
        yield return new("0000000000000000000000000000000000000000000000000000000000000080");
    }

    [Theory]
    [Statement("4-1")]
    [InlineData(0)]
    [InlineData(1)]
    public void As_initiator_it_says_byte_for_byte_what_the_paper_does(int presharedKey)
    {
        Peer peer = _end.Know(_stock.Public, _there, PresharedKeys[presharedKey]);
        _stock.PresharedKey = PresharedKeys[presharedKey] ?? new byte[32];
        _end.Send(peer, 1, 2, 3);

        byte[] initiation = Assert.Single(_end.Take());
        Assert.Equal(_end.Public, _stock.TakeInitiation(initiation));
        byte[] expected = new byte[12];
        Tai64n.Write(expected, 0, _end.UnixMilliseconds + _end.Now);
        Assert.Equal(expected, _stock.Timestamp);
        StockPeer twin = new(TunnelEnd.PrivateKey(1))
        {
            Ephemeral = Assert.Single(_end.Ephemerals).Private,
            Index = BitConverter.ToUInt32(initiation, 4),
        };
        Assert.Equal(twin.Initiate(_stock.Public, expected), initiation);

        _end.Receive(_stock.Respond(), _there);
        Assert.Contains((NodeEvent.SessionUp, 1), _end.Events);
        Assert.True(peer.HasSession(_end.Now));
        Assert.Equal((byte[])[1, 2, 3, .. new byte[13]], _stock.Open(Assert.Single(_end.Take())));
        BothWays(peer);
    }

    [Theory]
    [Statement("4-1")]
    [InlineData(0)]
    [InlineData(1)]
    public void As_responder_it_says_byte_for_byte_what_the_paper_does(int presharedKey)
    {
        byte[] key = PresharedKeys[presharedKey] ?? new byte[32];
        Peer peer = _end.Know(_stock.Public, null, key);
        _stock.PresharedKey = key;
        _stock.Ephemeral = TunnelEnd.PrivateKey(77);
        byte[] initiation = _stock.Initiate(_end.Public, StockPeer.Tai(1_700_000_000));
        _end.Receive(initiation, _there);

        byte[] response = Assert.Single(_end.Take());
        StockPeer twin = new(TunnelEnd.PrivateKey(1))
        {
            PresharedKey = key,
            Ephemeral = Assert.Single(_end.Ephemerals).Private,
        };
        Assert.Equal(_stock.Public, twin.TakeInitiation(initiation));
        twin.Index = BitConverter.ToUInt32(response, 4);
        Assert.Equal(twin.Respond(), response);

        Assert.True(_stock.TakeResponse(response));
        Assert.False(peer.HasSession(_end.Now));
        _end.Receive(_stock.Seal([]), _there);
        Assert.Contains((NodeEvent.SessionUp, 0), _end.Events);
        Assert.True(peer.HasSession(_end.Now));
        BothWays(peer);
    }

    [Fact]
    [Statement("4-1")]
    public void Another_preshared_key_fails_at_the_initiator()
    {
        Peer peer = _end.Know(_stock.Public, _there, PresharedKeys[1]);
        _end.Tunnel.Initiate(peer, _end.Now);
        _stock.TakeInitiation(_end.Take()[0]);
        _end.Receive(_stock.Respond(), _there);
        Assert.Equal(1, _end.Counters.Invalid);
        Assert.False(peer.HasSession(_end.Now));

        _end.Receive(_stock.Initiate(_end.Public, StockPeer.Tai(1)), _there);
        Assert.False(_stock.TakeResponse(_end.Take()[0]));
    }

    [Fact]
    public void Packets_are_padded_to_16_bytes_but_not_beyond_the_MTU()
    {
        Peer peer = Session(initiator: true);
        foreach ((int length, int padded) in new[]
        {
            (1, 16), (15, 16), (16, 16), (17, 32), (1407, 1408), (1408, 1408), (1409, 1420), (1420, 1420),
        })
        {
            byte[] packet = [.. Enumerable.Repeat((byte)0xAB, length)];
            _end.Send(peer, packet);
            byte[] opened = _stock.Open(_end.Take()[0])!;
            Assert.Equal(padded, opened.Length);
            Assert.Equal(packet, opened[..length]);
            Assert.True(opened.AsSpan(length).IndexOfAnyExcept((byte)0) < 0, "padding is zero");
        }
    }

    [Fact]
    public void Mac2_and_padding_of_the_peer_are_its_own_affair()
    {
        _end.Know(_stock.Public, null);
        byte[] initiation = _stock.Initiate(_end.Public, StockPeer.Tai(1));
        Array.Fill(initiation, (byte)0xAA, 132, 16);
        _end.Receive(initiation, _there);
        byte[] response = Assert.Single(_end.Take());
        Assert.True(_stock.TakeResponse(response));
        _end.Receive(_stock.Seal([1, 2, 3], pad: false), _there);
        Assert.Equal([1, 2, 3], Assert.Single(_end.Received));
    }

    [Fact]
    public void Every_flipped_bit_of_an_initiation_but_those_of_mac2_is_refused_and_changes_nothing()
    {
        Peer peer = _end.Know(_stock.Public, null);
        byte[] initiation = _stock.Initiate(_end.Public, StockPeer.Tai(1));
        for (int bit = 0; bit < 132 * 8; bit++)
        {
            _end.Receive(Flip(initiation, bit), _there);
        }

        for (int length = 0; length <= 300; length++)
        {
            if (length != 148)
            {
                _end.Receive([.. initiation.Concat(new byte[300]).Take(length)], _there);
            }
        }

        Assert.Equal((132 * 8) + 300, _end.Counters.Invalid);
        Assert.Empty(_end.Sent);
        Assert.Empty(_end.Ephemerals);
        Assert.Equal(0, peer.BytesReceived);
        _end.Receive(initiation, _there);
        Assert.Single(_end.Sent);
    }

    [Fact]
    public void An_initiation_whose_parts_are_forged_below_a_right_mac1_is_refused()
    {
        _end.Know(_stock.Public, null);
        byte[] initiation = _stock.Initiate(_end.Public, StockPeer.Tai(1));

        // The last bit of a public key is ignored by X25519, but not by the transcript.
        foreach (int bit in new[] { 8 * 8, (40 * 8) - 1, 40 * 8, 87 * 8, 88 * 8, 115 * 8 })
        {
            _end.Receive(_stock.WithMacs(Flip(initiation, bit)[..116]), _there);
        }

        Assert.Equal(6, _end.Counters.Invalid);
        Assert.Empty(_end.Sent);

        // The sender's index is authenticated by mac1 alone.
        _end.Receive(_stock.WithMacs(Flip(initiation, 4 * 8)[..116]), _there);
        Assert.Single(_end.Sent);
    }

    [Fact]
    public void Every_flipped_bit_of_a_response_but_those_of_mac2_is_refused_and_changes_nothing()
    {
        Peer peer = _end.Know(_stock.Public, _there);
        _end.Tunnel.Initiate(peer, _end.Now);
        _stock.TakeInitiation(_end.Take()[0]);
        byte[] response = _stock.Respond();
        for (int bit = 0; bit < 76 * 8; bit++)
        {
            _end.Receive(Flip(response, bit), _elsewhere);
        }

        for (int bit = 4 * 8; bit < 60 * 8; bit += 7)
        {
            // Bits 4 to 7 are the responder's index, which mac1 alone protects.
            if (bit >= 8 * 8)
            {
                _end.Receive(_stock.WithMacs(Flip(response, bit)[..60]), _elsewhere);
            }
        }

        for (int length = 0; length <= 200; length++)
        {
            if (length != 92)
            {
                _end.Receive([.. response.Concat(new byte[200]).Take(length)], _elsewhere);
            }
        }

        Assert.Empty(_end.Sent);
        Assert.False(peer.HasSession(_end.Now));
        Assert.True(peer.Endpoint.IsSame(_there));
        _end.Receive(response, _there);
        Assert.True(peer.HasSession(_end.Now));
        BothWays(peer);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_flipped_bit_of_a_transport_message_is_refused_and_changes_nothing(bool initiator)
    {
        Peer peer = Session(initiator);
        _end.Run(1000);
        long invalid = _end.Counters.Invalid;
        byte[] message = _stock.Seal([1, 2, 3, 4]);
        for (int bit = 0; bit < message.Length * 8; bit++)
        {
            _end.Receive(Flip(message, bit), _elsewhere);
        }

        for (int length = 0; length < message.Length; length++)
        {
            _end.Receive(message[..length], _elsewhere);
        }

        _end.Receive([.. message, 0], _elsewhere);
        Assert.Equal(invalid + (message.Length * 9) + 1, _end.Counters.Invalid);
        Assert.Empty(_end.Received);
        Assert.True(peer.Endpoint.IsSame(_there));
        Assert.Equal(_end.Now - 1000, peer.LastHeard);
        _end.Receive(message, _there);
        Assert.Equal([1, 2, 3, 4], _end.Received.Single()[..4]);
    }

    [Theory]
    [MemberData(nameof(SmallPoints))]
    public void An_ephemeral_key_of_small_order_is_refused_in_either_message(string point)
    {
        Peer peer = _end.Know(_stock.Public, _there);
        _stock.FalsePoint = Convert.FromHexString(point);
        _end.Receive(_stock.Initiate(_end.Public, StockPeer.Tai(1)), _there);
        Assert.Equal(1, _end.Counters.Invalid);
        Assert.Empty(_end.Sent);

        _stock.FalsePoint = null;
        _end.Tunnel.Initiate(peer, _end.Now);
        _stock.TakeInitiation(_end.Take()[0]);
        _stock.FalsePoint = Convert.FromHexString(point);
        _end.Receive(_stock.Respond(), _there);
        Assert.Equal(2, _end.Counters.Invalid);
        Assert.False(peer.HasSession(_end.Now));
        Assert.Empty(_end.Sent);
    }

    [Theory]
    [MemberData(nameof(SmallPoints))]
    public void A_static_key_of_small_order_is_no_peer(string point)
    {
        Assert.Throws<ArgumentException>(() => _end.Know(Convert.FromHexString(point), _there));
        Assert.DoesNotContain(_end.Tunnel.Peers, p => p.InUse);
    }

    [Fact]
    public void Its_own_key_is_no_peer()
    {
        _end.AdmitsGuests = true;
        Assert.Throws<ArgumentException>(() => _end.Know(_end.Public, _there));
        _end.Receive(new StockPeer(TunnelEnd.PrivateKey(1)).Initiate(_end.Public, StockPeer.Tai(1)), _there);
        Assert.Equal(1, _end.Counters.Invalid);
        Assert.Empty(_end.Sent);
        Assert.DoesNotContain(_end.Tunnel.Peers, p => p.InUse);
    }

    [Fact]
    public void An_unknown_key_is_answered_only_when_it_is_let_in()
    {
        _end.Receive(_stock.Initiate(_end.Public, StockPeer.Tai(1)), _there);
        Assert.Equal((1, 0), (_end.Counters.Limited, _end.Sent.Count));
        _end.AdmitsGuests = true;
        _end.Receive(_stock.Initiate(_end.Public, StockPeer.Tai(1)), _there);
        Assert.True(_stock.TakeResponse(Assert.Single(_end.Take())));
        Assert.Equal(_stock.Public, _end.Tunnel.Peers.Single(p => p.InUse).PublicKey);
    }

    [Fact]
    public void Each_byte_of_an_index_is_random()
    {
        Peer peer = _end.Know(_stock.Public, _there);
        for (int i = 0; i < 40; i++)
        {
            _end.Tunnel.Provoke(peer, _there, _end.Now);
            _end.Run(15_000);
        }

        byte[][] sent = _end.Take();
        Assert.Equal(40, sent.Length);
        Assert.All(Enumerable.Range(4, 4), at => Assert.InRange(sent.Select(s => s[at]).Distinct().Count(), 25, 40));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Two_keys_that_differ_in_one_byte_are_not_equal(bool isOwn)
    {
        byte[] key = isOwn ? _end.Public : _stock.Public;
        Peer? peer = isOwn ? null : _end.Know(key, _there);
        Assert.Same(peer, _end.Tunnel.FindSlot([9, .. key], 1));
        Assert.Equal(!isOwn, _end.Tunnel.CanBePeer([9, .. key], 1));
        for (int i = 0; i < key.Length; i++)
        {
            byte[] other = [9, .. key];
            other[1 + i] ^= 1;
            Assert.Null(_end.Tunnel.FindSlot(other, 1));
            Assert.True(_end.Tunnel.CanBePeer(other, 1), $"byte {i}");
        }
    }

    // The bucket of unknown keys is empty, so an unknown key counts as limited, and the node's own key as invalid.
    [Fact]
    public void A_key_that_differs_from_the_node_s_own_in_one_byte_is_an_unknown_key()
    {
        NodeLimits limits = TunnelEnd.Limits();
        limits.SourceInterval = 2_000;
        limits.SourceBurst = 1;
        TunnelEnd end = new(1, limits);
        end.Receive(_stock.Initiate(end.Public, StockPeer.Tai(1)), _there);
        Assert.Equal((1, 0), (end.Counters.Limited, end.Counters.Invalid));
        for (int i = 0; i < 32; i++)
        {
            byte[] claimed = (byte[])end.Public.Clone();
            claimed[i] ^= 1;
            _stock.ClaimedKey = claimed;
            end.Receive(_stock.Initiate(end.Public, StockPeer.Tai(1)), _there);
            Assert.Equal((2 + i, 0), (end.Counters.Limited, end.Counters.Invalid));
        }

        _stock.ClaimedKey = end.Public;
        end.Receive(_stock.Initiate(end.Public, StockPeer.Tai(1)), _there);
        Assert.Equal(1, end.Counters.Invalid);
    }

    [Fact]
    public void A_response_is_taken_once()
    {
        Peer peer = _end.Know(_stock.Public, _there);
        _end.Tunnel.Initiate(peer, _end.Now);
        _stock.TakeInitiation(_end.Take()[0]);
        byte[] response = _stock.Respond();
        _end.Receive(response, _there);
        _end.Receive(response, _there);
        Assert.Equal((1, 1), (_end.Counters.Invalid, _end.Events.Count(e => e.What == NodeEvent.SessionUp)));
    }

    [Fact]
    public void A_response_to_an_initiation_that_was_sent_anew_is_refused()
    {
        Peer peer = _end.Know(_stock.Public, _there);
        _end.Tunnel.Initiate(peer, _end.Now);
        _stock.TakeInitiation(_end.Take()[0]);
        byte[] late = _stock.Respond();
        _end.Run(6000);
        _stock.TakeInitiation(Assert.Single(_end.Take()));
        _end.Receive(late, _there);
        Assert.False(peer.HasSession(_end.Now));
        _end.Receive(_stock.Respond(), _there);
        Assert.True(peer.HasSession(_end.Now));
    }

    [Fact]
    [Statement("4.6-5")]
    public void Initiations_of_one_peer_within_20_ms_are_not_worked_on()
    {
        _end.Know(_stock.Public, null);
        _end.Receive(_stock.Initiate(_end.Public, StockPeer.Tai(1)), _there);
        _end.Now += 19;
        byte[] second = _stock.Initiate(_end.Public, StockPeer.Tai(2));
        _end.Receive(second, _there);
        Assert.Equal((1, 1), (_end.Counters.Limited, _end.Sent.Count));
        _end.Now += 1;
        _end.Receive(second, _there);
        Assert.Equal((1, 2), (_end.Counters.Limited, _end.Sent.Count));
    }

    [Fact]
    [Statement("6-17")]
    public void Timestamps_rise_with_every_initiation_whatever_the_clock_does()
    {
        Peer peer = _end.Know(_stock.Public, _there);
        List<byte[]> seen = [];
        for (int i = 0; i < 6; i++)
        {
            _end.UnixMilliseconds = i switch
            {
                3 => 1_000_000_000_000,
                5 => 1_900_000_000_000,
                _ => _end.UnixMilliseconds,
            };
            _end.Tunnel.Provoke(peer, _there, _end.Now);
            _stock.TakeInitiation(_end.Take()[0]);
            seen.Add(_stock.Timestamp);
            _end.Run(5400);
        }

        Assert.All(seen.Zip(seen.Skip(1)), pair => Assert.True(pair.First.AsSpan().SequenceCompareTo(pair.Second) < 0));

        // A peer from the future is outdone, too: what it has seen of us may be as far ahead.
        byte[] future = StockPeer.Tai(4_000_000_000);
        _end.Receive(_stock.Initiate(_end.Public, future), _there);
        _end.Take();
        _end.Run(5400);
        _end.Tunnel.Provoke(peer, _there, _end.Now);
        _stock.TakeInitiation(_end.Take()[0]);
        Assert.Equal("40000000EE6B280A01000001", Convert.ToHexString(_stock.Timestamp));
    }

    [Fact]
    [Statement("4-5", "4.5-1")]
    public void Only_what_is_authenticated_and_new_moves_the_endpoint()
    {
        Peer peer = _end.Know(_stock.Public, null);
        _end.Receive(_stock.Initiate(_end.Public, StockPeer.Tai(1)), _there);
        Assert.False(peer.Endpoint.IsKnown);
        _stock.TakeResponse(_end.Take()[0]);
        byte[] first = _stock.Seal([]);
        _end.Receive(first, _there);
        Assert.True(peer.Endpoint.IsSame(_there));
        _end.Receive(first, _elsewhere);
        Assert.Equal(1, _end.Counters.Replayed);
        Assert.True(peer.Endpoint.IsSame(_there));
        _end.Receive(_stock.Seal([]), _elsewhere);
        Assert.True(peer.Endpoint.IsSame(_elsewhere));

        _end.Run(10_000);
        _end.Tunnel.Initiate(peer, _end.Now);
        _stock.TakeInitiation(_end.Take().Last());
        _end.Receive(_stock.Respond(), _there);
        Assert.True(peer.Endpoint.IsSame(_there));
    }

    [Fact]
    public void Messages_out_of_order_are_taken_once_each()
    {
        Session(initiator: false);
        byte[][] messages = [.. Enumerable.Range(1, 5).Select(i => _stock.Seal([(byte)i]))];
        foreach (int i in new[] { 4, 0, 2, 2, 1, 4, 3, 0 })
        {
            _end.Receive(messages[i], _there);
        }

        Assert.Equal([5, 1, 3, 2, 4], _end.Received.Select(r => r[0]));
        Assert.Equal(3, _end.Counters.Replayed);
    }

    private static byte[] Flip(byte[] message, int bit)
    {
        byte[] flipped = (byte[])message.Clone();
        flipped[bit / 8] ^= (byte)(1 << (bit % 8));
        return flipped;
    }

    private Peer Session(bool initiator)
    {
        Peer peer = _end.Know(_stock.Public, _there);
        if (initiator)
        {
            _end.Tunnel.Initiate(peer, _end.Now);
            _stock.TakeInitiation(_end.Take()[0]);
            _end.Receive(_stock.Respond(), _there);
        }
        else
        {
            _end.Receive(_stock.Initiate(_end.Public, StockPeer.Tai(1)), _there);
            Assert.True(_stock.TakeResponse(_end.Take()[0]));
            _end.Receive(_stock.Seal([]), _there);
        }

        Assert.True(peer.HasSession(_end.Now));
        _end.Take();
        return peer;
    }

    private void BothWays(Peer peer)
    {
        _end.Take();
        _end.Received.Clear();
        for (byte i = 1; i <= 3; i++)
        {
            _end.Send(peer, i, i);
            Assert.Equal((byte[])[i, i, .. new byte[14]], _stock.Open(Assert.Single(_end.Take())));
            _end.Receive(_stock.Seal([i, 7]), _there);
            Assert.Equal((byte[])[i, 7, .. new byte[14]], _end.Received[i - 1]);
        }
    }
}
