using System;
using System.Linq;
using CsCheck;
using Spore.Net;
using Xunit;

namespace Spore.Tests.Net;

public class UdpTests
{
    public static TheoryData<string, byte[], int> Datagrams()
    {
        byte[] six = Packets.Udp6;
        byte[] four = Packets.Udp4;
        return new TheoryData<string, byte[], int>
        {
            { "IPv6", six, 5 },
            { "IPv4", four, 5 },
            { "IPv6 without checksum", Packets.With(Packets.With(six, 46, 0), 47, 0), -1 },
            { "IPv4 without checksum", Packets.With(Packets.With(four, 26, 0), 27, 0), 5 },
            { "another protocol", Packets.With(six, 6, IpProtocol.Tcp), -1 },
            { "a length below the header's", Packets.With(six, 45, 7), -1 },
            { "a length beyond the packet", Packets.With(six, 45, 14), -1 },
            { "a fragment", IpPacketTests.Rechecked(Packets.With(four, 7, 1)), -1 },
            { "too short for a header", Packets.With(six, 5, 7)[..47], -1 },
            { "no payload", Emitted(6, []), 0 },
        };
    }

    [Theory]
    [MemberData(nameof(Datagrams))]
    public void PayloadLength_is_that_of_a_sound_datagram(string what, byte[] packet, int expected)
    {
        byte[] buffer = Packets.At(packet, 3);
        Assert.True(IpPacket.Length(buffer, 3, packet.Length) == packet.Length, what);
        Assert.True(Udp.PayloadLength(buffer, 3, packet.Length) == expected, what);
    }

    [Fact]
    public void Ports_are_where_they_belong()
    {
        Assert.Equal(40000, Udp.SourcePort(Packets.Udp6, 40));
        Assert.Equal(69, Udp.DestinationPort(Packets.Udp6, 40));
    }

    [Theory]
    [InlineData(6)]
    [InlineData(4)]
    public void Every_flipped_bit_under_the_checksum_is_seen(int version)
    {
        byte[] packet = version == 6 ? Packets.Udp6 : Packets.Udp4;
        int start = version == 6 ? 40 : 20;
        for (int bit = start * 8; bit < packet.Length * 8; bit++)
        {
            byte[] flipped = Packets.With(packet, bit / 8, packet[bit / 8] ^ (1 << (bit % 8)));
            Assert.Equal(-1, Udp.PayloadLength(flipped, 0, flipped.Length));
        }

        for (int bit = IpPacket.SourceOffset(version) * 8;
            bit < (IpPacket.DestinationOffset(version) + IpPacket.AddressSize(version)) * 8;
            bit++)
        {
            byte[] flipped = Packets.With(packet, bit / 8, packet[bit / 8] ^ (1 << (bit % 8)));
            Assert.Equal(-1, Udp.PayloadLength(flipped, 0, flipped.Length));
        }
    }

    [Theory]
    [InlineData(6)]
    [InlineData(4)]
    public void An_emitted_datagram_is_the_one_that_Linux_makes(int version)
    {
        byte[] packet = version == 6 ? Packets.Udp6 : Packets.Udp4;
        int start = version == 6 ? 40 : 20;
        byte[] buffer = [.. packet];
        Array.Clear(buffer, start, Udp.HeaderSize);
        Udp.Emit(
            buffer,
            start,
            5,
            40000,
            69,
            packet,
            IpPacket.SourceOffset(version),
            packet,
            IpPacket.DestinationOffset(version),
            IpPacket.AddressSize(version));
        Assert.Equal(packet, buffer);
    }

    [Fact]
    public void What_is_emitted_is_sound()
    {
        Gen.Select(Gen.OneOf(4, 6), Gen.Byte.Array[0, 60]).Sample((version, payload) =>
        {
            byte[] packet = Emitted(version, payload);
            return IpPacket.Length(packet, 0, packet.Length) == packet.Length
                && Udp.PayloadLength(packet, 0, packet.Length) == payload.Length
                && packet.AsSpan(packet.Length - payload.Length).SequenceEqual(payload);
        });
    }

    [Fact]
    public void A_checksum_that_comes_out_as_zero_is_sent_as_its_complement()
    {
        byte[] zero = Enumerable.Range(0, 65536)
            .Select(word => Emitted(6, [(byte)(word >> 8), (byte)word]))
            .Single(packet => packet[46] == 0xFF && packet[47] == 0xFF);
        Assert.Equal(2, Udp.PayloadLength(zero, 0, zero.Length));
    }

    [Fact]
    public void Random_packets_never_throw()
    {
        Gen.Select(Gen.Byte.Array[0, 100], Gen.OneOf(4, 6)).Sample((bytes, version) =>
        {
            byte[] packet = Wrapped(version, IpProtocol.Udp, bytes);
            int length = Udp.PayloadLength(packet, 0, packet.Length);
            return length >= -1 && length <= bytes.Length - 8 + (length < 0 ? 8 : 0);
        });
    }

    /// <summary>An IP packet around any payload.</summary>
    internal static byte[] Wrapped(int version, int protocol, byte[] payload)
    {
        byte[] model = version == 6 ? Packets.Udp6 : Packets.Udp4;
        int header = version == 6 ? Ipv6.HeaderSize : Ipv4.HeaderSize;
        byte[] packet = [.. new byte[header], .. payload];
        if (version == 6)
        {
            Ipv6.Emit(packet, 0, payload.Length, protocol, 64, model, 8, model, 24);
        }
        else
        {
            Ipv4.Emit(packet, 0, payload.Length, protocol, 64, model, 12, model, 16);
        }

        return packet;
    }

    private static byte[] Emitted(int version, byte[] payload)
    {
        byte[] packet = Wrapped(version, IpProtocol.Udp, [.. new byte[Udp.HeaderSize], .. payload]);
        int start = packet.Length - payload.Length - Udp.HeaderSize;
        Udp.Emit(
            packet,
            start,
            payload.Length,
            40000,
            69,
            packet,
            IpPacket.SourceOffset(version),
            packet,
            IpPacket.DestinationOffset(version),
            IpPacket.AddressSize(version));
        return packet;
    }
}
