using System;
using CsCheck;
using Spore.Net;
using Xunit;

namespace Spore.Tests.Net;

public class IpPacketTests
{
    public static TheoryData<string, byte[], int> Lengths()
    {
        byte[] six = Packets.Udp6;
        byte[] four = Packets.Udp4;
        return new TheoryData<string, byte[], int>
        {
            { "IPv6", six, 53 },
            { "IPv6 with padding", [.. six, 0, 0, 0], 53 },
            { "IPv6 cut", six[..52], -1 },
            { "IPv6 header cut", six[..39], -1 },
            { "IPv6 without payload", Packets.With(six, 5, 0), 40 },
            { "IPv6 of 65575 bytes", Packets.With(Packets.With(six, 4, 255), 5, 255), -1 },
            { "IPv4", four, 33 },
            { "IPv4 with padding", [.. four, 0, 0, 0], 33 },
            { "IPv4 cut", four[..32], -1 },
            { "IPv4 header cut", four[..19], -1 },
            { "IPv4 with a bit flipped", Packets.With(four, 8, 65), -1 },
            { "IPv4 with a header of 16 bytes", Rechecked(Packets.With(four, 0, 0x44)), -1 },
            { "IPv4 with a header beyond its end", Rechecked(Packets.With(four, 0, 0x4F)), -1 },
            { "IPv4 shorter than its header", Rechecked(Packets.With(four, 3, 19)), -1 },
            { "IPv4 without payload", Rechecked(Packets.With(four, 3, 20)), 20 },
            { "version 5", Packets.With(four, 0, 0x55), -1 },
            { "version 0", new byte[60], -1 },
            { "nothing", [], -1 },
        };
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Length_is_the_headers_or_none(string what, byte[] packet, int expected)
    {
        Assert.True(IpPacket.Length(packet, 0, packet.Length) == expected, what);
        Assert.True(IpPacket.Length(Packets.At(packet, 7, 0), 7, packet.Length) == expected, what + ", at an offset");
    }

    [Fact]
    public void Length_of_random_bytes_never_throws_and_stays_inside()
    {
        Gen.Select(Gen.Byte.Array[0, 100], Gen.OneOf(0x45, 0x4F, 0x60, 0x00)).Sample((bytes, first) =>
        {
            if (bytes.Length != 0)
            {
                bytes[0] = (byte)first;
            }

            int length = IpPacket.Length(bytes, 0, bytes.Length);
            return length == -1 || (length >= 20 && length <= bytes.Length);
        });
    }

    [Fact]
    public void Accessors_fit_both_versions()
    {
        byte[] six = Packets.Udp6;
        byte[] four = Packets.Udp4;
        Assert.Equal(6, IpPacket.Version(six, 0));
        Assert.Equal(4, IpPacket.Version(four, 0));
        Assert.Equal(
            Convert.FromHexString("FD090000000000000000000000000001"),
            six[IpPacket.SourceOffset(6)..][..IpPacket.AddressSize(6)]);
        Assert.Equal(
            Convert.FromHexString("FD090000000000000000000000000002"),
            six[IpPacket.DestinationOffset(6)..][..IpPacket.AddressSize(6)]);
        Assert.Equal([10, 9, 0, 1], four[IpPacket.SourceOffset(4)..][..IpPacket.AddressSize(4)]);
        Assert.Equal([10, 9, 0, 2], four[IpPacket.DestinationOffset(4)..][..IpPacket.AddressSize(4)]);
        Assert.Equal(40, IpPacket.HeaderLength(six, 0));
        Assert.Equal(20, IpPacket.HeaderLength(four, 0));
        Assert.Equal(IpProtocol.Udp, IpPacket.Protocol(six, 0));
        Assert.Equal(IpProtocol.Udp, IpPacket.Protocol(four, 0));
        Assert.Equal(IpProtocol.Icmpv6, IpPacket.Protocol(Packets.EchoRequest6, 0));
        Assert.Equal(IpProtocol.Icmp, IpPacket.Protocol(Packets.EchoRequest4, 0));
    }

    [Theory]
    [InlineData(0x40, false)]
    [InlineData(0x20, true)]
    [InlineData(0x00, false)]
    [InlineData(0x1F, true)]
    [InlineData(0x80, false)]
    public void Fragments_of_IPv4_are_known_as_such(int flags, bool isFragment)
    {
        byte[] packet = Packets.With(Packets.Udp4, 6, flags);
        Assert.Equal(isFragment, Ipv4.IsFragment(packet, 0));
        Assert.Equal(isFragment ? IpProtocol.Fragment : IpProtocol.Udp, IpPacket.Protocol(packet, 0));
    }

    [Theory]
    [InlineData(4, "0A090001", true)]
    [InlineData(4, "00000000", false)]
    [InlineData(4, "00000001", false)]
    [InlineData(4, "DFFFFFFF", true)]
    [InlineData(4, "E0000001", false)]
    [InlineData(4, "FFFFFFFF", false)]
    [InlineData(6, "00000000000000000000000000000000", false)]
    [InlineData(6, "00000000000000000000000000000001", true)]
    [InlineData(6, "FE800000000000000000000000000001", true)]
    [InlineData(6, "FF020000000000000000000000000001", false)]
    public void Unicast_addresses_are_known_as_such(int version, string address, bool expected)
    {
        Assert.Equal(expected, IpPacket.IsUnicast(version, Packets.At(Convert.FromHexString(address), 3), 3));
    }

    [Fact]
    public void An_emitted_IPv6_header_is_the_one_wanted()
    {
        byte[] expected = Packets.Udp6;
        expected[2] = expected[3] = 0;
        byte[] buffer = Packets.At(new byte[40], 3);
        Ipv6.Emit(buffer, 3, 13, IpProtocol.Udp, 64, expected, 8, expected, 24);
        Assert.Equal(Packets.At(expected[..40], 3), buffer);
    }

    [Fact]
    public void An_emitted_IPv4_header_is_sound()
    {
        byte[] packet = Packets.Udp4;
        byte[] buffer = Packets.At(packet, 3);
        Ipv4.Emit(buffer, 3, 13, IpProtocol.Udp, 64, packet, 12, packet, 16);

        // Linux counts identifications and allows fragments; this header does neither.
        byte[] expected = Rechecked(Packets.With(Packets.With(Packets.With(packet, 4, 0), 5, 0), 6, 0x40));
        Assert.Equal(Packets.At(expected, 3), buffer);
        Assert.Equal(33, IpPacket.Length(buffer, 3, 33));
    }

    /// <summary>An IPv4 packet with its header checksum made right.</summary>
    internal static byte[] Rechecked(byte[] packet)
    {
        byte[] copy = [.. packet];
        copy[10] = copy[11] = 0;
        int length = Math.Min((copy[0] & 15) * 4, copy.Length);
        int checksum = InternetChecksum.Finish(InternetChecksum.Add(0, copy, 0, length));
        copy[10] = (byte)(checksum >> 8);
        copy[11] = (byte)checksum;
        return copy;
    }
}
