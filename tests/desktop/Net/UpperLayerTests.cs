using CsCheck;
using Spore.Net;
using Xunit;

namespace Spore.Tests.Net;

public class UpperLayerTests
{
    // The payload of an IPv6 packet whose first header has the number given; what is found, and how far
    // behind the IPv6 header.
    [Theory]
    [InlineData(17, "0000000000000000", 17, 0)]
    [InlineData(59, "", 59, 0)]
    [InlineData(50, "00000000", 50, 0)]
    [InlineData(0, "3A00000000000000" + "85", 58, 8)]
    [InlineData(60, "3A01000000000000" + "0000000000000000" + "85", 58, 16)]
    [InlineData(43, "3C00000000000000" + "3A00000000000000" + "85", 58, 16)]
    [InlineData(44, "3A00000100000001" + "85", 58, 8)]
    [InlineData(44, "3C00000100000001" + "3A00000000000000" + "85", 58, 16)]
    [InlineData(51, "3A01000000000000" + "00000000" + "85", 58, 12)]
    [InlineData(51, "3A04000000000000" + "00000000" + "0000000000000000" + "0000000085", 58, 24)]
    [InlineData(44, "1100000900000001" + "00", 255, UpperLayer.None)]
    [InlineData(44, "3A00000100000001", 58, 8)]
    [InlineData(0, "", 255, UpperLayer.Incomplete)]
    [InlineData(0, "3A000000000000", 255, UpperLayer.Incomplete)]
    [InlineData(60, "3A01000000000000" + "00000000000000", 255, UpperLayer.Incomplete)]
    [InlineData(44, "3C00000100000001" + "3AFF000000000000", 255, UpperLayer.Incomplete)]
    [InlineData(44, "3A000001", 255, UpperLayer.Incomplete)]
    public void The_header_behind_extension_headers_of_IPv6_is_found(int first, string payload, int protocol, int start)
    {
        byte[] packet = Packets.At(UdpTests.Wrapped(6, first, System.Convert.FromHexString(payload)), 3);
        int header = UpperLayer.Find(packet, 3, packet.Length - 8);
        Assert.Equal(protocol, UpperLayer.Protocol(header));
        Assert.Equal(start, header < 0 ? header : UpperLayer.Start(header) - 3 - Ipv6.HeaderSize);
    }

    [Fact]
    public void The_header_behind_options_of_IPv4_is_found()
    {
        byte[] packet = Packets.Udp4;
        int header = UpperLayer.Find(packet, 0, packet.Length);
        Assert.Equal(IpProtocol.Udp, UpperLayer.Protocol(header));
        Assert.Equal(20, UpperLayer.Start(header));

        byte[] withOptions = [0x46, .. packet[1..20], 1, 1, 1, 0, .. packet[20..]];
        Assert.Equal(24, UpperLayer.Start(UpperLayer.Find(withOptions, 0, withOptions.Length)));

        byte[] first = Packets.With(packet, 6, 0x20);
        Assert.Equal(IpProtocol.Udp, UpperLayer.Protocol(UpperLayer.Find(first, 0, first.Length)));
        byte[] second = Packets.With(packet, 7, 1);
        Assert.Equal(UpperLayer.None, UpperLayer.Find(second, 0, second.Length));
    }

    [Fact]
    public void Whatever_the_headers_say_it_lies_within_the_packet()
    {
        Gen<int> protocol = Gen.Frequency(
            (5, Gen.OneOf(Gen.Const(0), Gen.Const(43), Gen.Const(44), Gen.Const(51), Gen.Const(60))),
            (1, Gen.Int[0, 255]));
        Gen.Select(Gen.OneOf(Gen.Const(4), Gen.Const(6)), protocol, Gen.Byte.Array[0, 200])
            .Sample((version, first, payload) =>
            {
                byte[] packet = UdpTests.Wrapped(version, first, payload);
                int header = UpperLayer.Find(packet, 0, packet.Length);
                LinkMessages.Contains(packet, header, packet.Length);
                return header is UpperLayer.None or UpperLayer.Incomplete
                    || (UpperLayer.Start(header) >= (version == 6 ? 40 : 20)
                        && UpperLayer.Start(header) <= packet.Length);
            });
    }
}
