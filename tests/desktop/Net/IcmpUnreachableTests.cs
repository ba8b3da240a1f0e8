using System;
using CsCheck;
using Spore.Net;
using Xunit;

namespace Spore.Tests.Net;

public class IcmpUnreachableTests
{
    [Fact]
    public void A_closed_port_over_IPv6_gets_the_answer_that_Linux_gives()
    {
        byte[] expected = Packets.Unreachable6;
        expected.AsSpan(1, 3).Clear();
        Assert.Equal(expected, Emitted(Packets.Probe6));
    }

    [Fact]
    public void A_closed_port_over_IPv4_gets_the_answer_that_Linux_gives()
    {
        byte[] answer = Emitted(Packets.Probe4);
        Assert.Equal(answer.Length, IpPacket.Length(answer, 0, answer.Length));
        Assert.Equal(Packets.Unreachable4[12..], answer[12..]);
    }

    [Theory]
    [InlineData(6, 1280)]
    [InlineData(4, 576)]
    public void A_long_datagram_is_quoted_up_to_what_every_host_takes(int version, int expected)
    {
        byte[] payload = new byte[1400];
        byte[] packet = UdpTests.Wrapped(version, IpProtocol.Udp, payload);
        byte[] answer = Emitted(packet);
        Assert.Equal(expected, answer.Length);
        Assert.Equal(expected, IpPacket.Length(answer, 0, answer.Length));
        int quoted = (version == 6 ? 40 : 20) + 8;
        Assert.Equal(packet[..(expected - quoted)], answer[quoted..]);
    }

    public static TheoryData<string, byte[]> NotAnswered()
    {
        byte[] six = Packets.Probe6;
        byte[] four = Packets.Probe4;
        return new TheoryData<string, byte[]>
        {
            { "from a group", Packets.With(six, 8, 0xFF) },
            { "to a group", Packets.With(six, 24, 0xFF) },
            { "from nobody", [.. six[..8], .. new byte[16], .. six[24..]] },
            { "ICMPv6", Packets.EchoRequest6 },
            { "a fragment", Packets.With(four, 6, 0x20) },
            { "to all", Packets.With(four, 16, 255) },
        };
    }

    [Theory]
    [MemberData(nameof(NotAnswered))]
    public void Nothing_else_is_answered(string what, byte[] packet)
    {
        Assert.True(IcmpUnreachable.EmitPort(packet, 0, packet.Length, new byte[1280], 0) == 0, what);
    }

    [Fact]
    public void The_quoted_datagram_is_found()
    {
        byte[] packet = Packets.Unreachable6;
        byte[] buffer = Packets.At(packet, 3);
        int udp = IcmpUnreachable.QuotedUdp(buffer, 3, packet.Length);
        Assert.Equal(69, Udp.SourcePort(buffer, udp));
        Assert.Equal(40001, Udp.DestinationPort(buffer, udp));
        Assert.Equal(Packets.Probe6[24..40], buffer[(udp - 16)..udp]);
        Assert.Equal(Packets.Probe6[8..24], buffer[(udp - 32)..(udp - 16)]);
    }

    [Fact]
    public void A_quote_that_is_cut_after_the_ports_is_found()
    {
        byte[] answer = Emitted(UdpTests.Wrapped(6, IpProtocol.Udp, new byte[1400]));
        Assert.Equal(88, IcmpUnreachable.QuotedUdp(answer, 0, answer.Length));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    [InlineData(5, true)]
    [InlineData(6, true)]
    [InlineData(7, false)]
    public void Only_reasons_that_will_not_pass_count(int code, bool counts)
    {
        byte[] packet = Packets.With(Packets.Unreachable6, 41, code);
        int checksum = InternetChecksum.Update((packet[42] << 8) | packet[43], 0x0104, 0x0100 | code);
        packet[42] = (byte)(checksum >> 8);
        packet[43] = (byte)checksum;
        Assert.Equal(counts ? 88 : -1, IcmpUnreachable.QuotedUdp(packet, 0, packet.Length));
    }

    [Fact]
    public void Every_flipped_bit_is_seen()
    {
        byte[] packet = Packets.Unreachable6;
        for (int bit = 8 * 8; bit < packet.Length * 8; bit++)
        {
            byte[] flipped = Packets.With(packet, bit / 8, packet[bit / 8] ^ (1 << (bit % 8)));
            Assert.Equal(-1, IcmpUnreachable.QuotedUdp(flipped, 0, flipped.Length));
        }
    }

    [Fact]
    public void Another_hosts_datagram_in_a_sound_packet_does_not_count()
    {
        // Both addresses in the quote get what keeps the checksum right.
        byte[] packet = Packets.Unreachable6;
        (packet[48 + 23], packet[48 + 39]) = (packet[48 + 39], packet[48 + 23]);
        Assert.Equal(-1, IcmpUnreachable.QuotedUdp(packet, 0, packet.Length));
    }

    [Fact]
    public void Random_packets_never_throw()
    {
        byte[] model = Packets.Unreachable6;
        Gen.Select(Gen.Int[0, model.Length], Gen.Byte.Array[0, 30], Gen.Int[0, model.Length - 1])
            .Sample((cut, bytes, at) =>
            {
                byte[] packet = model[..cut];
                bytes.AsSpan(0, Math.Max(0, Math.Min(bytes.Length, cut - at))).CopyTo(packet.AsSpan(Math.Min(at, cut)));
                int length = IpPacket.Length(packet, 0, packet.Length);
                return length < 0 || IcmpUnreachable.QuotedUdp(packet, 0, length) is -1 or 88;
            });
    }

    private static byte[] Emitted(byte[] packet)
    {
        byte[] answer = Packets.At(new byte[IcmpUnreachable.MaxSize], 3);
        int length = IcmpUnreachable.EmitPort(Packets.At(packet, 7), 7, packet.Length, answer, 3);
        return answer[3..(3 + length)];
    }
}
