using System.Collections.Generic;
using System.Linq;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.WireGuard;

/// <summary>More packets than there is memory for wait for a session: the newest arrive, in order.</summary>
public class WaitingPacketsTests
{
    // Before each packet that waits.
    private const int Header = 4;

    private readonly TunnelSession _session = new();

    private TunnelEnd End => _session.End;

    [Theory]
    [InlineData(true, 10, 0)]
    [InlineData(true, 10, 1)]
    [InlineData(true, 11, 0)]
    [InlineData(true, 25, 0)]
    [InlineData(false, 11, 0)]
    [InlineData(false, 200, 103)]
    public void Of_packets_of_one_size_as_many_of_the_newest_as_fit(bool initiator, int count, int spare)
    {
        const int Fit = 10;
        const int Length = 100;
        Lend((Fit * (Header + Length)) + spare);
        byte[][] packets = [.. Enumerable.Range(0, count).Select(i => Packet(i, Length))];
        Assert.Equal(packets.TakeLast(Fit), ArriveAt(_session.Peer, _session.Stock, packets, initiator));
        Assert.Equal(count - Fit, End.Counters.InnerDropped);
    }

    // All of a desktop's memory would be moved for each packet that is dropped.
    [Theory]
    [Statement("4.8-6")]
    [InlineData(1420, 128)]
    [InlineData(708, 256)]
    public void Of_memory_without_end_as_much_as_128_of_the_largest_need(int length, int fit)
    {
        Lend(1 << 20);
        byte[][] packets = [.. Enumerable.Range(0, 300).Select(i => Packet(i % 250, length))];
        Assert.Equal(packets.TakeLast(fit), ArriveAt(_session.Peer, _session.Stock, packets, true));
        Assert.Equal(300 - fit, End.Counters.InnerDropped);
    }

    // Until the newest fits, the oldest go, and none of those that came in between.
    [Fact]
    public void Of_packets_of_many_sizes_those_from_the_oldest_that_still_has_room_on()
    {
        int[] lengths = [300, 20, 500, 3, 40, 900, 60, 7, 1000, 33];
        Lend(2000);
        byte[][] packets = [.. lengths.Select((l, i) => Packet(i, l))];

        int kept = Enumerable.Range(0, lengths.Length).First(from => lengths.Skip(from).Sum(l => Header + l) <= 2000);
        Assert.Equal(6, kept);
        Assert.Equal(packets.Skip(kept), ArriveAt(_session.Peer, _session.Stock, packets, true));
    }

    [Fact]
    public void A_peer_that_is_sent_too_much_pushes_out_its_own_and_no_other_ones()
    {
        StockPeer other = new(TunnelEnd.PrivateKey(3));
        Peer second = End.Know(other.Public, TunnelEnd.EndpointOf(3));
        Lend(10 * (Header + 100));
        byte[][] others = [.. Enumerable.Range(50, 4).Select(i => Packet(i, 100))];
        foreach (byte[] packet in others)
        {
            End.Send(second, packet);
        }

        byte[][] packets = [.. Enumerable.Range(0, 30).Select(i => Packet(i, 100))];
        Assert.Equal(packets.TakeLast(6), ArriveAt(_session.Peer, _session.Stock, packets, true));
        Assert.Equal(others, ArriveAt(second, other, [], true));
    }

    // What the peer gets of packets that are sent before there is a session.
    private IEnumerable<byte[]> ArriveAt(Peer peer, StockPeer stock, byte[][] packets, bool initiator)
    {
        foreach (byte[] packet in packets)
        {
            End.Send(peer, packet);
        }

        int before = End.Sent.Count;
        if (initiator)
        {
            Assert.NotNull(
                stock.TakeInitiation(End.Sent.Single(s => s.Bytes[0] == 1 && s.To.IsSame(peer.Endpoint)).Bytes));
            End.Receive(stock.Respond(), peer.Endpoint);
        }
        else
        {
            _session.Handshake(initiator: false);
        }

        byte[][] opened = [.. End.Sent.Skip(before).Where(s => s.Bytes[0] == 4).Select(s => stock.Open(s.Bytes)!)];

        // Without its padding.
        return [.. opened.Select(o => o[..(o[1] + (o[2] << 8))])];
    }

    private void Lend(int size) => End.Tunnel.QueueIn(new byte[size], 0, size);

    // Its number and its length come first.
    private static byte[] Packet(int number, int length) =>
        [(byte)(number + 1), (byte)length, (byte)(length >> 8), .. Enumerable.Repeat((byte)(number + 1), length - 3)];
}
