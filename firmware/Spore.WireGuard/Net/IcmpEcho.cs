using System;
using Spore.Base;

namespace Spore.Net;

/// <summary>Echo, which answers ping, of ICMP (RFC 792) and ICMPv6 (RFC 4443 section 4).</summary>
public static class IcmpEcho
{
    /// <summary>The length of the ICMP header, identifier and sequence number included.</summary>
    public const int HeaderSize = 8;

    private const int Ipv4Request = 8;
    private const int Ipv4Reply = 0;
    private const int Ipv6Request = 128;
    private const int Ipv6Reply = 129;

    /// <summary>Makes the answer to an echo request.</summary>
    /// <param name="buffer">The buffer that holds the IP packet with the request, of either version.</param>
    /// <param name="offset">Where the packet starts.</param>
    /// <param name="length">Its length by <see cref="IpPacket.Length"/>.</param>
    /// <param name="reply">
    /// The buffer to write to, with room for as many bytes; the same buffer at the same offset answers in place.
    /// </param>
    /// <param name="replyOffset">Where the answer starts.</param>
    /// <returns>
    /// The length of the answer's IP packet; 0, with nothing written, when the packet is no valid echo request from
    /// one host to one host.
    /// </returns>
    public static int Reply(byte[] buffer, int offset, int length, byte[] reply, int replyOffset)
    {
        int version = IpPacket.Version(buffer, offset);
        bool v6 = version == 6;
        int start = offset + IpPacket.HeaderLength(buffer, offset);
        int size = offset + length - start;
        int protocol = v6 ? IpProtocol.Icmpv6 : IpProtocol.Icmp;
        int request = (v6 ? Ipv6Request : Ipv4Request) << 8;
        if (size < HeaderSize
            || IpPacket.Protocol(buffer, offset) != protocol
            || BigEndian.ReadUInt16(buffer, start) != request
            || !IpPacket.IsUnicast(version, buffer, offset + IpPacket.SourceOffset(version))
            || !IpPacket.IsUnicast(version, buffer, offset + IpPacket.DestinationOffset(version)))
        {
            return 0;
        }

        int sum = v6 ? IpPacket.PseudoHeader(buffer, offset, protocol, size) : 0;
        if (InternetChecksum.Finish(InternetChecksum.Add(sum, buffer, start, size)) != 0)
        {
            return 0;
        }

        // The addresses change places, which leaves the sum as it is, so only the type counts.
        int answer = (v6 ? Ipv6Reply : Ipv4Reply) << 8;
        int checksum = InternetChecksum.Update(BigEndian.ReadUInt16(buffer, start + 2), request, answer);
        int replyStart = replyOffset + (v6 ? Ipv6.HeaderSize : Ipv4.HeaderSize);
        SwapAddresses(buffer, offset, reply, replyOffset, version);
        Array.Copy(buffer, start, reply, replyStart, size);
        BigEndian.WriteUInt16(reply, replyStart, answer);
        BigEndian.WriteUInt16(reply, replyStart + 2, checksum);
        if (v6)
        {
            Ipv6.Emit(
                reply,
                replyOffset,
                size,
                protocol,
                Ipv6.DefaultHopLimit,
                reply,
                replyOffset + Ipv6.SourceOffset,
                reply,
                replyOffset + Ipv6.DestinationOffset);
        }
        else
        {
            Ipv4.Emit(
                reply,
                replyOffset,
                size,
                protocol,
                Ipv4.DefaultTimeToLive,
                reply,
                replyOffset + Ipv4.SourceOffset,
                reply,
                replyOffset + Ipv4.DestinationOffset);
        }

        return replyStart - replyOffset + size;
    }

    private static void SwapAddresses(byte[] buffer, int offset, byte[] reply, int replyOffset, int version)
    {
        int source = IpPacket.SourceOffset(version);
        int destination = IpPacket.DestinationOffset(version);
        int size = IpPacket.AddressSize(version);
        for (int i = 0; i < size; i++)
        {
            byte from = buffer[offset + source + i];
            reply[replyOffset + source + i] = buffer[offset + destination + i];
            reply[replyOffset + destination + i] = from;
        }
    }
}
