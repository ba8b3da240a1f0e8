using System;
using CsCheck;
using Spore.Net;
using Xunit;

namespace Spore.Tests.Net;

public class IcmpEchoTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_request_over_IPv6_gets_the_reply_that_Linux_gives(bool inPlace)
    {
        byte[] request = Packets.EchoRequest6;
        byte[] expected = Packets.EchoReply6;
        expected.AsSpan(1, 3).Clear();
        expected.AsSpan(8, 16).Clear();
        request.AsSpan(24, 16).CopyTo(expected.AsSpan(8));
        request.AsSpan(8, 16).CopyTo(expected.AsSpan(24));
        Assert.Equal(expected, Reply(request, inPlace));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_request_over_IPv4_gets_a_reply_without_the_requests_options(bool inPlace)
    {
        byte[] request = Packets.EchoRequest4;
        byte[] expected = IpPacketTests.Rechecked(
            Convert.FromHexString(
                "450000250000400040010000" + "0A090002" + "0A090001" + "000099EE52000001000102030405060708"));
        Assert.Equal(expected, Reply(request, inPlace));

        byte[] withOptions = [0x46, .. request[1..20], 1, 1, 1, 0, .. request[20..]];
        withOptions[3] += 4;
        Assert.Equal(expected, Reply(IpPacketTests.Rechecked(withOptions), inPlace));
    }

    public static TheoryData<string, byte[]> NotAnswered()
    {
        byte[] six = Packets.EchoRequest6;
        byte[] four = Packets.EchoRequest4;
        byte[] group = [0xFF, 2, .. new byte[13], 1];
        return new TheoryData<string, byte[]>
        {
            { "IPv6 from a group", Sound6([.. six[..8], .. group, .. six[24..]]) },
            { "IPv6 to a group", Sound6([.. six[..24], .. group, .. six[40..]]) },
            { "IPv6 from nobody", Sound6([.. six[..8], .. new byte[16], .. six[24..]]) },
            { "IPv6 with a wrong checksum", Packets.With(six, 56, 9) },
            { "IPv6 reply", Packets.EchoReply6 },
            { "IPv6 with a code", Sound6(Packets.With(six, 41, 1)) },
            { "IPv6 with ICMP for IPv4", Sound6(Packets.With(six, 6, IpProtocol.Icmp)) },
            { "IPv6 behind a fragment header", Sound6(Packets.With(six, 6, IpProtocol.Fragment)) },
            { "IPv6 cut", Packets.With(six, 5, 7)[..47] },
            { "IPv4 from a group", IpPacketTests.Rechecked(Packets.With(four, 12, 224)) },
            { "IPv4 to all", IpPacketTests.Rechecked([.. four[..16], 255, 255, 255, 255, .. four[20..]]) },
            { "IPv4 from nobody", IpPacketTests.Rechecked([.. four[..12], 0, 0, 0, 0, .. four[16..]]) },
            { "IPv4 with a wrong checksum", Packets.With(four, 36, 9) },
            { "IPv4 fragment", IpPacketTests.Rechecked(Packets.With(four, 6, 0x20)) },
            { "IPv4 with ICMPv6", IpPacketTests.Rechecked(Packets.With(four, 9, IpProtocol.Icmpv6)) },
            { "IPv4 reply", Reply(four, false) },
            { "UDP", Packets.Udp6 },
        };
    }

    [Theory]
    [MemberData(nameof(NotAnswered))]
    public void Nothing_else_is_answered(string what, byte[] packet)
    {
        Assert.True(IpPacket.Length(packet, 0, packet.Length) == packet.Length, what);
        byte[] reply = new byte[200];
        Assert.True(IcmpEcho.Reply(packet, 0, packet.Length, reply, 0) == 0, what);
        Assert.Equal(new byte[200], reply);
    }

    [Fact]
    public void Any_payload_comes_back_with_a_right_checksum()
    {
        Gen.Select(Gen.OneOf(4, 6), Gen.Byte.Array[4, 100], Gen.Bool).Sample((version, rest, inPlace) =>
        {
            byte[] request = UdpTests.Wrapped(
                version,
                version == 6 ? IpProtocol.Icmpv6 : IpProtocol.Icmp,
                [(byte)(version == 6 ? 128 : 8), 0, 0, 0, .. rest]);
            request = Sound(request);
            byte[] reply = Reply(request, inPlace);
            int header = IpPacket.HeaderLength(reply, 0);
            return reply.Length == request.Length
                && reply.AsSpan(header + 4).SequenceEqual(rest)
                && reply[header] == (version == 6 ? 129 : 0)
                && Sound(reply).AsSpan().SequenceEqual(reply);
        });
    }

    [Fact]
    public void Random_packets_never_throw()
    {
        Gen.Select(Gen.Byte.Array[0, 100], Gen.OneOf(4, 6), Gen.OneOf(IpProtocol.Icmp, IpProtocol.Icmpv6))
            .Sample((bytes, version, protocol) =>
            {
                byte[] packet = UdpTests.Wrapped(version, protocol, bytes);
                int length = IcmpEcho.Reply(packet, 0, packet.Length, new byte[packet.Length], 0);
                return length == 0 || length == packet.Length;
            });
    }

    private static byte[] Reply(byte[] request, bool inPlace)
    {
        byte[] buffer = Packets.At(request, 3);
        byte[] target = inPlace ? buffer : Packets.At(new byte[request.Length], 3);
        int length = IcmpEcho.Reply(buffer, 3, request.Length, target, 3);
        Assert.Equal([0xA5, 0xA5, 0xA5], target[..3]);
        Assert.Equal([0xA5, 0xA5, 0xA5, 0xA5, 0xA5], target[(3 + request.Length)..]);
        return target[3..(3 + length)];
    }

    private static byte[] Sound(byte[] packet)
    {
        return packet[0] >> 4 == 6 ? Sound6(packet) : Sound4(packet);
    }

    /// <summary>A packet with its ICMPv6 checksum made right, whatever it says it is.</summary>
    private static byte[] Sound6(byte[] packet)
    {
        byte[] copy = [.. packet];
        copy[42] = copy[43] = 0;
        int sum = InternetChecksum.PseudoHeader(copy, 8, copy, 24, 16, copy[6], copy.Length - 40);
        return Checked(copy, 40, sum);
    }

    private static byte[] Sound4(byte[] packet)
    {
        byte[] copy = [.. packet];
        copy[22] = copy[23] = 0;
        return Checked(copy, 20, 0);
    }

    private static byte[] Checked(byte[] packet, int start, int sum)
    {
        int checksum = InternetChecksum.Finish(InternetChecksum.Add(sum, packet, start, packet.Length - start));
        packet[start + 2] = (byte)(checksum >> 8);
        packet[start + 3] = (byte)checksum;
        return packet;
    }
}
