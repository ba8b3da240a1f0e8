using System;
using System.Buffers.Binary;

namespace Spore.Hostsim.Simulation;

/// <summary>
/// ICMP and ICMPv6 echo packets (RFC 792, RFC 4443 section 4). Apart from the core's own, which
/// they are there to check.
/// </summary>
internal static class EchoPacket
{
    /// <summary>The length of the payload in bytes: what ping sends.</summary>
    public const int PayloadSize = 56;

    private const int Ipv4Header = 20;
    private const int Ipv6Header = 40;
    private const int EchoHeader = 8;

    /// <summary>Builds an echo request.</summary>
    /// <param name="source">The source address, 4 or 16 bytes.</param>
    /// <param name="destination">The destination, as long as the source.</param>
    /// <param name="identifier">The identifier of the ping.</param>
    /// <param name="sequence">Its sequence number.</param>
    /// <param name="payload">What the answer is to repeat.</param>
    /// <returns>The IP packet.</returns>
    public static byte[] Request(
        ReadOnlySpan<byte> source,
        ReadOnlySpan<byte> destination,
        ushort identifier,
        ushort sequence,
        ReadOnlySpan<byte> payload)
    {
        bool ipv4 = source.Length == 4;
        int header = ipv4 ? Ipv4Header : Ipv6Header;
        byte[] packet = new byte[header + EchoHeader + payload.Length];
        Span<byte> echo = packet.AsSpan(header);
        echo[0] = ipv4 ? (byte)8 : (byte)128;
        BinaryPrimitives.WriteUInt16BigEndian(echo[4..], identifier);
        BinaryPrimitives.WriteUInt16BigEndian(echo[6..], sequence);
        payload.CopyTo(echo[EchoHeader..]);
        if (ipv4)
        {
            packet[0] = 0x45;
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
            packet[8] = 64;
            packet[9] = 1;
            source.CopyTo(packet.AsSpan(12));
            destination.CopyTo(packet.AsSpan(16));
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), Checksum(packet.AsSpan(0, Ipv4Header), 0));
            BinaryPrimitives.WriteUInt16BigEndian(echo[2..], Checksum(echo, 0));
        }
        else
        {
            packet[0] = 0x60;
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)echo.Length);
            packet[6] = 58;
            packet[7] = 64;
            source.CopyTo(packet.AsSpan(8));
            destination.CopyTo(packet.AsSpan(24));
            BinaryPrimitives.WriteUInt16BigEndian(echo[2..], Checksum(packet.AsSpan(8), (uint)(58 + echo.Length)));
        }

        return packet;
    }

    /// <summary>Reads an echo reply.</summary>
    /// <param name="packet">The IP packet.</param>
    /// <param name="source">Who answered: 4 or 16 bytes.</param>
    /// <param name="destination">Whom.</param>
    /// <param name="payload">What it repeated.</param>
    /// <returns>Whether the packet is a sound echo reply.</returns>
    public static bool TryReadReply(
        ReadOnlySpan<byte> packet,
        out ReadOnlySpan<byte> source,
        out ReadOnlySpan<byte> destination,
        out ReadOnlySpan<byte> payload)
    {
        source = default;
        destination = default;
        payload = default;
        if (packet.Length >= Ipv4Header + EchoHeader && packet[0] == 0x45)
        {
            ReadOnlySpan<byte> echo = packet[Ipv4Header..];
            if (packet[9] != 1 || echo[0] != 0 || BinaryPrimitives.ReadUInt16BigEndian(packet[2..]) != packet.Length
                || Checksum(packet[..Ipv4Header], 0) != 0 || Checksum(echo, 0) != 0)
            {
                return false;
            }

            source = packet.Slice(12, 4);
            destination = packet.Slice(16, 4);
            payload = echo[EchoHeader..];
            return true;
        }

        if (packet.Length >= Ipv6Header + EchoHeader && packet[0] >> 4 == 6)
        {
            ReadOnlySpan<byte> echo = packet[Ipv6Header..];
            if (packet[6] != 58 || echo[0] != 129 || BinaryPrimitives.ReadUInt16BigEndian(packet[4..]) != echo.Length
                || Checksum(packet[8..], (uint)(58 + echo.Length)) != 0)
            {
                return false;
            }

            source = packet.Slice(8, 16);
            destination = packet.Slice(24, 16);
            payload = echo[EchoHeader..];
            return true;
        }

        return false;
    }

    /// <summary>The Internet checksum (RFC 1071); 0 over bytes that hold a right one.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="sum">What is to be added to their sum: that of a pseudo header, or 0.</param>
    /// <returns>The checksum.</returns>
    public static ushort Checksum(ReadOnlySpan<byte> bytes, uint sum)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            sum += (uint)bytes[i] << (i % 2 == 0 ? 8 : 0);
        }

        while (sum >> 16 != 0)
        {
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        return (ushort)~sum;
    }
}
