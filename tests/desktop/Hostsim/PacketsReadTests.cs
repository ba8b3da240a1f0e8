using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using Spore.Hostsim.Live.Packets;
using Spore.Tests.Crypto;
using Spore.Tests.Nodes;
using Xunit;

namespace Spore.Tests.Hostsim;

public class PacketsReadTests
{
    [Theory]
    [InlineData(false, 1380)]
    [InlineData(true, 1360)]
    [InlineData(false, 7)]
    [InlineData(true, 1)]
    public void A_large_segment_is_cut_as_the_kernel_would(bool isIpv6, int segmentSize)
    {
        for (int length = (3 * segmentSize) - 1; length <= (3 * segmentSize) + 1; length++)
        {
            // The flags of an end belong to the last, as do the data that are left over.
            TcpPacket large = new()
            {
                IsIpv6 = isIpv6,
                Flags = TcpPacket.Ack | TcpPacket.Push | TcpPacket.Fin,
                Payload = Bytes.Random(1, length),
            };
            List<byte[]> segments = Read(large.BuildLarge(segmentSize));
            List<byte[]> expected = [];
            for (int at = 0; at < length; at += segmentSize)
            {
                TcpPacket segment = large.After(at, large.Payload[at..Math.Min(at + segmentSize, length)]) with
                {
                    Identification = (large.Identification + (at / segmentSize)) & 0xFFFF,
                };
                expected.Add((at + segmentSize < length ? segment with { Flags = TcpPacket.Ack } : segment).Build());
            }

            Assert.Equal(expected, segments);
        }
    }

    [Fact]
    public void The_largest_of_all_is_cut_whole()
    {
        foreach (bool isIpv6 in new[] { false, true })
        {
            TcpPacket large = new() { IsIpv6 = isIpv6 };
            large = large with { Payload = Bytes.Random(1, 65535 - large.IpHeaderLength - 32) };
            List<byte[]> segments = Read(large.BuildLarge(1380));
            Assert.Equal(large.Payload, segments.SelectMany(s => s[(large.IpHeaderLength + 32)..]));
        }
    }

    [Fact]
    public void Options_of_IPv4_are_in_each_segment()
    {
        TcpPacket large = new() { IpOptions = [1, 1, 1, 0], Options = [], Payload = Bytes.Random(1, 30) };
        List<byte[]> segments = Read(large.BuildLarge(20));
        TcpPacket first = large with { Payload = large.Payload[..20] };
        Assert.Equal([first.Build(), first.After(20, large.Payload[20..]).Build()], segments);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_checksum_left_open_is_made(bool isIpv6)
    {
        TcpPacket packet = new() { IsIpv6 = isIpv6, Payload = Bytes.Random(1, 101) };
        byte[] left = packet.BuildLarge(0);
        left[1] = 0;
        Assert.Equal([packet.Build()], Read(left));
    }

    // RFC 768: 0 means none.
    [Fact]
    public void A_checksum_is_never_zero()
    {
        byte[] header = [1, 0, 0, 0, 0, 0, 0, 0, 2, 0];
        Assert.Equal([[0xFF, 0xFE, 0xFF, 0xFF]], Read([.. header, 0xFF, 0xFE, 0, 1]));
    }

    [Fact]
    public void What_has_its_checksum_stays_as_it_is()
    {
        byte[] packet = InnerPacket.Echo([10, 99, 0, 1], [10, 99, 0, 2]);
        Assert.Equal([packet], Read([.. new byte[10], .. packet]));
    }

    [Fact]
    public void Several_are_gone_through_in_their_order()
    {
        TcpPacket large = new() { Payload = Bytes.Random(1, 250) };
        byte[] small = InnerPacket.Echo([10, 99, 0, 1], [10, 99, 0, 2]);
        PacketsRead read = new(10);
        Put(read, [.. new byte[10], .. small]);
        Put(read, large.BuildLarge(100));
        Put(read, [.. new byte[10], .. small]);
        Assert.Equal([small.Length, 152, 152, 102, small.Length], Take(read).Select(p => p.Length));
        Assert.True(read.IsEmpty);

        Put(read, [.. new byte[10], .. small]);
        Assert.Equal([small], Take(read));
    }

    [Fact]
    public void Without_headers_packets_go_as_they_are()
    {
        byte[] packet = InnerPacket.Echo([10, 99, 0, 1], [10, 99, 0, 2]);
        PacketsRead read = new(0);
        Put(read, packet);
        Put(read, packet);
        Assert.Equal([packet, packet], Take(read));
    }

    [Fact]
    public void There_is_room_for_the_largest_packet_or_there_is_none()
    {
        PacketsRead read = new(10);
        int count = 0;
        while (!read.Room().IsEmpty)
        {
            Assert.True(read.Room().Length >= 10 + 65535);
            Put(read, new byte[30000]);
            count++;
        }

        Assert.Equal(16, count);
        Assert.Equal(count, Take(read).Count);
        for (; !read.Room().IsEmpty; count++)
        {
            Put(read, new byte[20]);
        }

        Assert.Equal(count - 16, Take(read).Count);
    }

    [Fact]
    public void No_header_makes_it_fail()
    {
        TcpPacket large = new() { Payload = Bytes.Random(1, 100) };
        Gen.Select(Gen.Byte.Array[10], Gen.Int[1, 152], Gen.Bool).Sample((header, length, isLarge) =>
        {
            byte[] packet = large.BuildLarge(50)[10..][..length];
            header[1] = isLarge ? (byte)1 : header[1];
            List<byte[]> packets = Read([.. header, .. packet]);
            Assert.All(packets, p => Assert.InRange(p.Length, 1, length));
        });
    }

    private static List<byte[]> Read(byte[] packet)
    {
        PacketsRead read = new(10);
        Put(read, packet);
        return Take(read);
    }

    private static void Put(PacketsRead read, byte[] packet)
    {
        packet.CopyTo(read.Room());
        read.Add(packet.Length);
    }

    private static List<byte[]> Take(PacketsRead read)
    {
        List<byte[]> packets = [];
        while (read.Next())
        {
            packets.Add(read.Buffer[read.Offset..(read.Offset + read.Length)]);
        }

        return packets;
    }
}
