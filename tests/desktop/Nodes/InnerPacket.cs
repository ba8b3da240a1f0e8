using System;
using System.Buffers.Binary;

namespace Spore.Tests.Nodes;

/// <summary>
/// Inner packets, built and read with nothing of the core's. The family follows from the length of the addresses.
/// </summary>
internal static class InnerPacket
{
    public const int Tcp = 6;
    public const int UdpProtocol = 17;
    public const int Icmp = 1;
    public const int Icmpv6 = 58;

    public static byte[] Udp(
        byte[] source, byte[] destination, int sourcePort, int destinationPort, params byte[] payload)
    {
        byte[] datagram = [.. Big(sourcePort), .. Big(destinationPort), .. Big(payload.Length + 8), 0, 0, .. payload];
        return Ip(source, destination, UdpProtocol, Checked(datagram, 6, source, destination, UdpProtocol));
    }

    /// <summary>An echo request, or with a type given another ICMP message of its shape.</summary>
    public static byte[] Echo(byte[] source, byte[] destination, int? type = null)
    {
        int protocol = source.Length == 16 ? Icmpv6 : Icmp;
        byte[] message = [(byte)(type ?? (source.Length == 16 ? 128 : 8)), 0, 0, 0, 0x12, 0x34, 0, 1, .. "abcdefgh"u8];
        return Ip(
            source,
            destination,
            protocol,
            source.Length == 16 ? Checked(message, 2, source, destination, protocol) : Checked(message, 2, [], [], 0));
    }

    public static byte[] Ip(byte[] source, byte[] destination, int protocol, byte[] payload)
    {
        if (source.Length == 16)
        {
            return [0x60, 0, 0, 0, .. Big(payload.Length), (byte)protocol, 64, .. source, .. destination, .. payload];
        }

        byte[] header =
            [0x45, 0, .. Big(payload.Length + 20), 0, 0, 0, 0, 64, (byte)protocol, 0, 0, .. source, .. destination];
        return [.. Checked(header, 10, [], [], 0), .. payload];
    }

    public static bool IsUdp(byte[] packet) => packet[0] >> 4 == 6 && packet[6] == UdpProtocol;

    public static bool IsEchoReply(byte[] packet) =>
        (packet[0] >> 4 == 6 && packet[6] == Icmpv6 && packet[40] == 129)
        || (packet[0] >> 4 == 4 && packet[9] == Icmp && packet[20] == 0);

    public static int Port(byte[] packet, bool destination) =>
        BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(destination ? 42 : 40));

    /// <summary>The payload of a UDP packet over IPv6, without padding.</summary>
    public static byte[] Payload(byte[] packet) =>
        packet[48..(40 + BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(44)))];

    private static byte[] Big(int value) => [(byte)(value >> 8), (byte)value];

    private static byte[] Checked(byte[] data, int at, byte[] source, byte[] destination, int protocol)
    {
        byte[] all =
        [
            .. source,
            .. destination,
            .. source.Length == 0 ? [] : (byte[])[0, (byte)protocol, .. Big(data.Length)],
            .. data,
            0,
        ];
        uint sum = 0;
        for (int i = 0; i + 1 < all.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(all.AsSpan(i));
        }

        sum = (sum & 0xFFFF) + (sum >> 16);
        sum = (sum & 0xFFFF) + (sum >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(at), (ushort)~sum);
        return data;
    }
}
