using System;
using System.Buffers.Binary;
using Spore.Net;

namespace Spore.Hostsim.Live.Packets;

/// <summary>The IP header of packets that are joined or cut, in both versions.</summary>
internal static class IpHeader
{
    private const byte Ipv4WithoutOptions = 0x45;
    private const byte Ipv6Version = 6;
    private const int Ipv4Fragment = 6;
    private const int Ipv4Protocol = 9;
    private const int Ipv6NextHeader = 6;

    // Of the bits that tell of fragments only "don't fragment": then the identification means nothing (RFC 6864).
    private const ushort DontFragment = 0x4000;

    /// <summary>Finds what a packet holds, if the packet could be one of several that become one.</summary>
    /// <param name="packet">A valid IP packet.</param>
    /// <param name="protocol">The protocol that it is to hold, of <see cref="IpProtocol"/>.</param>
    /// <param name="smallest">The length of the smallest header of that protocol, in bytes.</param>
    /// <returns>
    /// Where the header of that protocol starts, in bytes; 0 where the packet holds another one, is a fragment or may
    /// become some, or has options or extension headers.
    /// </returns>
    public static int FindTransport(ReadOnlySpan<byte> packet, int protocol, int smallest)
    {
        if (packet[0] == Ipv4WithoutOptions)
        {
            return packet.Length >= Ipv4.HeaderSize + smallest
                && packet[Ipv4Protocol] == protocol
                && BinaryPrimitives.ReadUInt16BigEndian(packet[Ipv4Fragment..]) == DontFragment
                    ? Ipv4.HeaderSize
                    : 0;
        }

        return packet[0] >> 4 == Ipv6Version
            && packet.Length >= Ipv6.HeaderSize + smallest
            && packet[Ipv6NextHeader] == protocol
                ? Ipv6.HeaderSize
                : 0;
    }

    /// <summary>
    /// Whether all that has to be the same for two packets to become one is the same in both headers: not length,
    /// identification and checksum.
    /// </summary>
    /// <param name="a">A packet that <see cref="FindTransport"/> has accepted.</param>
    /// <param name="b">Another.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsSame(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        return a[0] == b[0]
            && (a[0] == Ipv4WithoutOptions
                ? a[1] == b[1]
                    && IsSame(a, b, Ipv4Fragment, Ipv4Protocol + 1)
                    && IsSame(a, b, Ipv4.SourceOffset, Ipv4.HeaderSize)
                : IsSame(a, b, 1, 4) && IsSame(a, b, Ipv6NextHeader, Ipv6.HeaderSize));
    }

    /// <summary>Whether a part of two packets is the same.</summary>
    /// <param name="a">A packet.</param>
    /// <param name="b">Another.</param>
    /// <param name="start">Where the part starts.</param>
    /// <param name="end">Where it ends.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsSame(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, int start, int end)
    {
        return a[start..end].SequenceEqual(b[start..end]);
    }

    /// <summary>The sum of the pseudo header.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="protocol">The protocol in it, of <see cref="IpProtocol"/>.</param>
    /// <param name="length">The length of that protocol's header and what follows it, in bytes.</param>
    /// <returns>The sum, as <see cref="VectorChecksum"/> has it.</returns>
    public static uint PseudoHeader(ReadOnlySpan<byte> packet, int protocol, int length)
    {
        // Source and destination stand next to each other in both versions.
        int version = packet[0] >> 4;
        ReadOnlySpan<byte> addresses = packet.Slice(IpPacket.SourceOffset(version), 2 * IpPacket.AddressSize(version));
        uint sum = VectorChecksum.Add(VectorChecksum.Add(0, addresses), protocol);
        return VectorChecksum.Add(sum, length);
    }

    /// <summary>Writes the length of a packet and, for IPv4, the header's checksum.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="headerLength">The IP header's length in bytes.</param>
    /// <param name="length">The length, headers included, in bytes.</param>
    public static void WriteLength(Span<byte> packet, int headerLength, int length)
    {
        if (packet[0] >> 4 == Ipv6Version)
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
