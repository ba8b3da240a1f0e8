using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Hostsim.Live.Packets;
using Spore.Tests.Crypto;
using Spore.Tests.Nodes;
using Xunit;

namespace Spore.Tests.Hostsim;

public class PacketBatchTests
{
    private const int Size = 100;

    public static TheoryData<bool> Families => [false, true];

    [Theory]
    [MemberData(nameof(Families))]
    public void Segments_in_a_row_become_what_the_kernel_would_have_cut(bool isIpv6)
    {
        TcpPacket large = new() { IsIpv6 = isIpv6, Payload = Bytes.Random(1, (3 * Size) + 1) };
        byte[][] cut = [.. Cut(large)];
        Assert.Equal([large.BuildLarge(Size)], Join(cut));

        // Two that are equally long need no shorter one behind them.
        large = large with { Payload = large.Payload[..(2 * Size)] };
        Assert.Equal([large.BuildLarge(Size)], Join([.. Cut(large)]));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_PSH_is_kept_and_ends_the_row(bool isIpv6)
    {
        TcpPacket first = new() { IsIpv6 = isIpv6, Payload = Bytes.Random(1, Size) };
        TcpPacket second = first.After(Size, Bytes.Random(2, Size)) with { Flags = TcpPacket.Ack | TcpPacket.Push };
        TcpPacket third = second.After(Size, Bytes.Random(3, Size)) with { Flags = TcpPacket.Ack };
        TcpPacket both = first with
        {
            Flags = TcpPacket.Ack | TcpPacket.Push,
            Payload = [.. first.Payload, .. second.Payload],
        };
        Assert.Equal([both.BuildLarge(Size), Plain(third)], Join(first.Build(), second.Build(), third.Build()));
        Assert.Equal([Plain(second), Plain(third)], Join(second.Build(), third.Build()));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_shorter_segment_ends_the_row_and_a_longer_one_is_none_of_it(bool isIpv6)
    {
        TcpPacket first = new() { IsIpv6 = isIpv6, Payload = Bytes.Random(1, Size) };
        TcpPacket shorter = first.After(Size, Bytes.Random(2, Size - 1));
        TcpPacket next = shorter.After(Size - 1, Bytes.Random(3, Size - 1));
        TcpPacket both = first with { Payload = [.. first.Payload, .. shorter.Payload] };
        Assert.Equal([both.BuildLarge(Size), Plain(next)], Join(first.Build(), shorter.Build(), next.Build()));

        TcpPacket longer = first.After(Size, Bytes.Random(2, Size + 1));
        Assert.Equal([Plain(first), Plain(longer)], Join(first.Build(), longer.Build()));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void What_differs_in_a_header_stays_alone(bool isIpv6)
    {
        TcpPacket first = new() { IsIpv6 = isIpv6, Payload = Bytes.Random(1, Size) };
        TcpPacket second = first.After(Size, Bytes.Random(2, Size));
        Assert.Single(Join(first.Build(), second.Build()));
        List<TcpPacket> others =
        [
            second with { TrafficClass = 4 },
            second with { HopLimit = 63 },
            second with { Source = 3 },
            second with { Destination = 3 },
            second with { SourcePort = 40001 },
            second with { DestinationPort = 5202 },
            second with { Sequence = second.Sequence + 1 },
            second with { Sequence = second.Sequence - 1 },
            second with { Acknowledgment = 78 },
            second with { Window = 502 },
            second with { Urgent = 1 },
            second with { Options = [1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 9] },
            second with { Options = [] },
            isIpv6 ? second with { FlowLabel = 1 } : second with { Fragment = 0 },
            new() { IsIpv6 = !isIpv6, Sequence = second.Sequence, Payload = second.Payload },
        ];
        Assert.All(others, o => Assert.Equal([Plain(first), Plain(o)], Join(first.Build(), o.Build())));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void What_is_no_plain_segment_with_data_stays_alone(bool isIpv6)
    {
        TcpPacket first = new() { IsIpv6 = isIpv6, Payload = Bytes.Random(1, Size) };
        int[] flags =
        [
            0, TcpPacket.Ack | TcpPacket.Fin, TcpPacket.Ack | 0x02, TcpPacket.Ack | 0x04, TcpPacket.Ack | 0x20,
            TcpPacket.Ack | 0x40, TcpPacket.Ack | 0x80,
        ];
        List<TcpPacket> kinds =
        [
            .. flags.Select(f => first with { Flags = f }),
            first with { Payload = [] },
            first with { Protocol = 17 },
        ];
        if (!isIpv6)
        {
            kinds.AddRange(
                [
                    first with { Fragment = 0 }, first with { Fragment = 0x6000 }, first with { Fragment = 0x4001 },
                    first with { IpOptions = [1, 1, 1, 0] },
                ]);
        }

        Assert.All(kinds, k =>
        {
            TcpPacket next = k.After(k.Payload.Length, Bytes.Random(2, k.Payload.Length));
            Assert.Equal([Plain(k), Plain(next)], Join(k.Build(), next.Build()));
        });
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_segment_with_a_wrong_checksum_stays_as_wrong_as_it_is(bool isIpv6)
    {
        TcpPacket first = new() { IsIpv6 = isIpv6, Payload = Bytes.Random(1, Size) };
        byte[] sound = first.Build();
        byte[] next = first.After(Size, Bytes.Random(2, Size)).Build();
        for (int at = first.IpHeaderLength; at < sound.Length; at++)
        {
            byte[] wrong = [.. sound];
            wrong[at] ^= 0x10;
            Assert.Equal([[.. new byte[10], .. wrong], [.. new byte[10], .. next]], Join(wrong, next));
            wrong = [.. next];
            wrong[at] ^= 0x10;
            Assert.Equal([[.. new byte[10], .. sound], [.. new byte[10], .. wrong]], Join(sound, wrong));
        }
    }

    [Fact]
    public void Other_packets_end_a_row()
    {
        TcpPacket first = new() { Payload = Bytes.Random(1, Size) };
        byte[] second = first.After(Size, Bytes.Random(2, Size)).Build();
        byte[] echo = InnerPacket.Echo([10, 99, 0, 1], [10, 99, 0, 2]);
        Assert.Equal(3, Join(first.Build(), echo, second).Count);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_row_ends_at_the_longest_packet_that_there_is(bool isIpv6)
    {
        const int Long = 1380;
        TcpPacket first = new() { IsIpv6 = isIpv6, Payload = Bytes.Random(1, Long) };
        int fits = (65535 - first.IpHeaderLength - 32) / Long;
        PacketBatch batch = new(true, true);
        for (int i = 0; i <= fits; i++)
        {
            Assert.True(Add(batch, first.After(i * Long, first.Payload).Build()));
        }

        Assert.Equal(2, batch.Count);
        Assert.Equal(10 + first.IpHeaderLength + 32 + (fits * Long), At(batch, 0).Length);
        Assert.Equal(10 + first.IpHeaderLength + 32 + Long, At(batch, 1).Length);
    }

    [Fact]
    public void A_full_batch_takes_no_more_until_it_is_empty()
    {
        PacketBatch batch = new(true, true);
        byte[] echo = InnerPacket.Echo([10, 99, 0, 1], [10, 99, 0, 2]);
        int count = 0;
        while (Add(batch, echo))
        {
            count++;
        }

        Assert.Equal(count, batch.Count);
        Assert.Equal([.. new byte[10], .. echo], At(batch, count - 1));
        batch.Clear();
        Assert.Equal(0, batch.Count);

        // Nor does a row, which then goes on in the next.
        TcpPacket segment = new() { Payload = [1] };
        int pieces = 0;
        while (Add(batch, segment.After(pieces, [1]).Build()))
        {
            pieces++;
        }

        Assert.Equal((1, PacketBatch.MaxPieces - 1), (batch.Count, pieces));
        batch.Clear();
        Assert.True(Add(batch, segment.After(pieces, [1]).Build()));
        Assert.Equal(1, batch.Count);
    }

    [Fact]
    public void Data_stays_where_it_is()
    {
        TcpPacket first = new() { Payload = Bytes.Random(1, Size) };
        byte[][] packets = [first.Build(), first.After(Size, first.Payload).Build()];
        PacketBatch batch = new(true, true);
        Assert.All(packets, p => Assert.True(Add(batch, p)));
        Assert.Equal(
            packets, batch.At(0)[1..].ToArray().Select(s => s.Array), ReferenceEqualityComparer.Instance);
    }

    [Fact]
    public void Where_the_interface_has_no_headers_nothing_is_joined()
    {
        TcpPacket first = new() { Payload = Bytes.Random(1, Size) };
        PacketBatch batch = new(false, false);
        Add(batch, first.Build());
        Add(batch, first.After(Size, first.Payload).Build());
        Assert.Equal(2, batch.Count);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Datagrams_of_one_length_become_one_and_a_shorter_one_is_the_last(bool isIpv6)
    {
        UdpPacket first = new() { IsIpv6 = isIpv6, Payload = Bytes.Random(1, Size) };
        UdpPacket second = first with { Payload = Bytes.Random(2, Size), Identification = 7 };
        UdpPacket shorter = first with { Payload = Bytes.Random(3, 1) };
        UdpPacket two = first with { Payload = [.. first.Payload, .. second.Payload] };
        UdpPacket three = first with { Payload = [.. two.Payload, .. shorter.Payload] };
        Assert.Equal([two.BuildLarge(Size)], Join(first.Build(), second.Build()));
        Assert.Equal(
            [three.BuildLarge(Size), Plain(shorter)],
            Join(first.Build(), second.Build(), shorter.Build(), shorter.Build()));

        UdpPacket longer = first with { Payload = Bytes.Random(4, Size + 1) };
        Assert.Equal([Plain(first), Plain(longer)], Join(first.Build(), longer.Build()));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_datagram_of_another_flow_or_of_no_plain_kind_stays_alone(bool isIpv6)
    {
        UdpPacket first = new() { IsIpv6 = isIpv6, Payload = Bytes.Random(1, Size) };
        UdpPacket second = first with { Payload = Bytes.Random(2, Size) };
        List<InnerIp> others =
        [
            second with { TrafficClass = 4 },
            second with { HopLimit = 63 },
            second with { Source = 3 },
            second with { Destination = 3 },
            second with { SourcePort = 61001 },
            second with { DestinationPort = 62001 },
            second with { Protocol = 136 },
            second with { Payload = [] },
            second with { Excess = 1 },
            second with { Excess = -1 },
            isIpv6 ? second with { FlowLabel = 1 } : second with { Fragment = 0 },
            second with { IsIpv6 = !isIpv6 },
            new TcpPacket { IsIpv6 = isIpv6, Payload = second.Payload },
        ];
        if (!isIpv6)
        {
            others.AddRange([second with { Fragment = 0x6000 }, second with { IpOptions = [1, 1, 1, 0] }]);
        }

        Assert.All(others, o => Assert.Equal([Plain(first), Plain(o)], Join(first.Build(), o.Build())));

        // Nor does one go on behind it, where its kind can't be joined at all.
        Assert.Equal(3, Join(first.Build(), (second with { Excess = 1 }).Build(), second.Build()).Count);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_datagram_with_a_wrong_checksum_or_none_stays_as_it_is(bool isIpv6)
    {
        UdpPacket first = new() { IsIpv6 = isIpv6, Payload = Bytes.Random(1, Size) };
        byte[] sound = first.Build();
        byte[] next = (first with { Payload = Bytes.Random(2, Size) }).Build();
        for (int at = first.IpHeaderLength; at < sound.Length; at++)
        {
            byte[] wrong = [.. sound];
            wrong[at] ^= 0x10;
            Assert.Equal([[.. new byte[10], .. wrong], [.. new byte[10], .. next]], Join(wrong, next));
            wrong = [.. next];
            wrong[at] ^= 0x10;
            Assert.Equal([[.. new byte[10], .. sound], [.. new byte[10], .. wrong]], Join(sound, wrong));
        }

        byte[] without = [.. sound];
        without.AsSpan(first.IpHeaderLength + 6, 2).Clear();
        Assert.Equal(2, Join(without, without).Count);
    }

    [Theory]
    [InlineData(100, 64)]
    [InlineData(1368, 47)]
    public void A_row_of_datagrams_ends_at_what_the_kernel_cuts(int size, int most)
    {
        UdpPacket datagram = new() { IsIpv6 = true, Payload = Bytes.Random(1, size) };
        PacketBatch batch = new(true, true);
        for (int i = 0; i <= most; i++)
        {
            Assert.True(Add(batch, datagram.Build()));
        }

        Assert.Equal(2, batch.Count);
        Assert.Equal(10 + 48 + (most * size), At(batch, 0).Length);
        Assert.Equal(10 + 48 + size, At(batch, 1).Length);
    }

    [Fact]
    public void Where_the_kernel_does_not_cut_datagrams_none_are_joined()
    {
        byte[] datagram = new UdpPacket { Payload = Bytes.Random(1, Size) }.Build();
        PacketBatch batch = new(true, false);
        Add(batch, datagram);
        Add(batch, datagram);
        Assert.Equal(2, batch.Count);
    }

    // What PacketsRead makes of a large segment is tested there.
    private static List<byte[]> Cut(TcpPacket large)
    {
        PacketsRead read = new(10);
        byte[] packet = large.BuildLarge(Size);
        packet.CopyTo(read.Room());
        read.Add(packet.Length);
        List<byte[]> segments = [];
        while (read.Next())
        {
            segments.Add(read.Buffer[read.Offset..(read.Offset + read.Length)]);
        }

        return segments;
    }

    private static bool Add(PacketBatch batch, byte[] packet) => batch.Add(packet, 0, packet.Length);

    private static byte[] At(PacketBatch batch, int index) => [.. batch.At(index).ToArray().SelectMany(s => s)];

    private static List<byte[]> Join(params byte[][] packets)
    {
        PacketBatch batch = new(true, true);
        Assert.All(packets, p => Assert.True(Add(batch, p)));
        return [.. Enumerable.Range(0, batch.Count).Select(i => At(batch, i))];
    }

    private static byte[] Plain(InnerIp packet)
    {
        return [.. new byte[10], .. packet.Build()];
    }
}
