using System;
using System.Buffers.Binary;
using Spore.Net;

namespace Spore.Hostsim.Live.Packets;

/// <summary>
/// Where things are in a TCP segment, from its IP header's start, and how its checksum is made (RFC 9293 section 3.1).
/// </summary>
internal static class TcpHeader
{
    /// <summary>The length without options.</summary>
    public const int MinSize = 20;

    /// <summary>Where the sequence number is, from the TCP header's start.</summary>
    public const int Sequence = 4;

    /// <summary>Where the acknowledgment number is.</summary>
    public const int Acknowledgment = 8;

    /// <summary>Where the header's length is, in the upper four bits and in words of 32.</summary>
    public const int DataOffset = 12;

    /// <summary>Where the flags are.</summary>
    public const int Flags = 13;

    /// <summary>Where the checksum is.</summary>
    public const int Checksum = 16;

    /// <summary>Flag: no more data.</summary>
    public const int Fin = 0x01;

    /// <summary>Flag: to be handed to the application now.</summary>
    public const int Push = 0x08;

    /// <summary>Flag: the acknowledgment number means something.</summary>
    public const int Ack = 0x10;

    /// <summary>The sum of the pseudo header.</summary>
    /// <param name="packet">The packet, from its IP header on.</param>
    /// <param name="length">The length of the TCP header and what follows it.</param>
    /// <returns>The sum, as <see cref="VectorChecksum"/> has it.</returns>
    public static uint PseudoHeader(ReadOnlySpan<byte> packet, int length)
    {
        // Source and destination stand next to each other in both versions.
        int version = packet[0] >> 4;
        ReadOnlySpan<byte> addresses = packet.Slice(IpPacket.SourceOffset(version), 2 * IpPacket.AddressSize(version));
        uint sum = VectorChecksum.Add(VectorChecksum.Add(0, addresses), IpProtocol.Tcp);
        return VectorChecksum.Add(sum, length);
    }

    /// <summary>Writes the length of a packet and, for IPv4, the header's checksum.</summary>
    /// <param name="packet">The packet, from its IP header on.</param>
    /// <param name="headerLength">The IP header's length.</param>
    /// <param name="length">The length, headers included.</param>
    public static void WriteLength(Span<byte> packet, int headerLength, int length)
    {
        if (packet[0] >> 4 == 6)
        {
            BinaryPrimitives.WriteUInt16BigEndian(packet[4..], (ushort)(length - Ipv6.HeaderSize));
            return;
        }

        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)length);
        Span<byte> checksum = packet.Slice(10, 2);
        checksum.Clear();
        VectorChecksum.Write(~VectorChecksum.Add(0, packet[..headerLength]), checksum);
    }
}
