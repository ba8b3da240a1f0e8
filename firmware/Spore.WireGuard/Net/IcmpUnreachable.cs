using System;
using Spore.Base;

namespace Spore.Net;

/// <summary>
/// Destination unreachable, of ICMP (RFC 792) and ICMPv6 (RFC 4443 section 3.1), as far as UDP needs it.
/// </summary>
public static class IcmpUnreachable
{
    /// <summary>The length of the ICMP header before the quoted packet.</summary>
    public const int HeaderSize = 8;

    /// <summary>The largest answer that <see cref="EmitPort"/> makes in bytes.</summary>
    public const int MaxSize = Ipv6.MinimumMtu;

    private const int Ipv4Type = 3;
    private const int Ipv4Port = 3;
    private const int Ipv6Type = 1;
    private const int Ipv6Prohibited = 1;
    private const int Ipv6Port = 4;
    private const int Ipv6Policy = 5;
    private const int Ipv6RejectRoute = 6;

    /// <summary>
    /// Makes the "port unreachable" that answers a datagram to a port which nobody has. How often is the caller's to
    /// limit (RFC 4443 section 2.4f).
    /// </summary>
    /// <param name="buffer">The buffer that holds the IP packet with the datagram, of either version.</param>
    /// <param name="offset">Where the packet starts.</param>
    /// <param name="length">Its length by <see cref="IpPacket.Length"/>.</param>
    /// <param name="answer">
    /// Another buffer to write to, with room for <paramref name="length"/> + 48 bytes or <see cref="MaxSize"/>.
    /// </param>
    /// <param name="answerOffset">Where the answer starts.</param>
    /// <returns>
    /// The length of the answer's IP packet; 0, with nothing written, when the packet may not be answered.
    /// </returns>
    public static int EmitPort(byte[] buffer, int offset, int length, byte[] answer, int answerOffset)
    {
        int version = IpPacket.Version(buffer, offset);
        int source = offset + IpPacket.SourceOffset(version);
        int destination = offset + IpPacket.DestinationOffset(version);
        if (IpPacket.Protocol(buffer, offset) != IpProtocol.Udp
            || !IpPacket.IsUnicast(version, buffer, source)
            || !IpPacket.IsUnicast(version, buffer, destination))
        {
            return 0;
        }

        bool v6 = version == 6;
        int header = v6 ? Ipv6.HeaderSize : Ipv4.HeaderSize;
        int largest = (v6 ? Ipv6.MinimumMtu : Ipv4.MinimumMtu) - header - HeaderSize;
        int quoted = length < largest ? length : largest;
        int size = HeaderSize + quoted;
        int start = answerOffset + header;
        answer[start] = (byte)(v6 ? Ipv6Type : Ipv4Type);
        answer[start + 1] = (byte)(v6 ? Ipv6Port : Ipv4Port);
        Array.Clear(answer, start + 2, HeaderSize - 2);
        Array.Copy(buffer, offset, answer, start + HeaderSize, quoted);
        int sum = 0;
        if (v6)
        {
            Ipv6.Emit(
                answer,
                answerOffset,
                size,
                IpProtocol.Icmpv6,
                Ipv6.DefaultHopLimit,
                buffer,
                destination,
                buffer,
                source);
            sum = IpPacket.PseudoHeader(answer, answerOffset, IpProtocol.Icmpv6, size);
        }
        else
        {
            Ipv4.Emit(
                answer,
                answerOffset,
                size,
                IpProtocol.Icmp,
                Ipv4.DefaultTimeToLive,
                buffer,
                destination,
                buffer,
                source);
        }

        BigEndian.WriteUInt16(
            answer, start + 2, InternetChecksum.Finish(InternetChecksum.Add(sum, answer, start, size)));
        return header + size;
    }

    /// <summary>
    /// Finds the header of the datagram that an ICMPv6 "destination unreachable" says can't arrive. Reasons that may
    /// pass, such as a route that is missing, don't count.
    /// </summary>
    /// <param name="buffer">The buffer that holds the IP packet.</param>
    /// <param name="offset">Where the packet starts.</param>
    /// <param name="length">Its length by <see cref="IpPacket.Length"/>.</param>
    /// <returns>
    /// Where the UDP header lies in the buffer, our port its source; the 16 bytes before it are the address it was sent
    /// to, the 16 before those the one that this packet came to. -1 for any other packet.
    /// </returns>
    public static int QuotedUdp(byte[] buffer, int offset, int length)
    {
        int start = offset + Ipv6.HeaderSize;
        int quoted = start + HeaderSize;
        int udp = quoted + Ipv6.HeaderSize;
        if (length < udp + Udp.HeaderSize - offset
            || IpPacket.Version(buffer, offset) != 6
            || IpPacket.Protocol(buffer, offset) != IpProtocol.Icmpv6
            || buffer[start] != Ipv6Type
            || IpPacket.Version(buffer, quoted) != 6
            || IpPacket.Protocol(buffer, quoted) != IpProtocol.Udp)
        {
            return -1;
        }

        int code = buffer[start + 1];
        if (code != Ipv6Port && code != Ipv6Prohibited && code != Ipv6Policy && code != Ipv6RejectRoute)
        {
            return -1;
        }

        for (int i = 0; i < Ipv6.AddressSize; i++)
        {
            if (buffer[quoted + Ipv6.SourceOffset + i] != buffer[offset + Ipv6.DestinationOffset + i])
            {
                return -1;
            }
        }

        int size = length - Ipv6.HeaderSize;
        int sum = InternetChecksum.Add(
            IpPacket.PseudoHeader(buffer, offset, IpProtocol.Icmpv6, size), buffer, start, size);
        return InternetChecksum.Finish(sum) == 0 ? udp : -1;
    }
}
