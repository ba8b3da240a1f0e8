using Spore.Base;

namespace Spore.Net;

/// <summary>The header of UDP (RFC 768).</summary>
public static class Udp
{
    /// <summary>The length of the header in bytes.</summary>
    public const int HeaderSize = 8;

    /// <summary>
    /// Checks the datagram in a valid IP packet, its checksum included. IPv6 must have one (RFC 8200
    /// section 8.1), IPv4 need not.
    /// </summary>
    /// <param name="buffer">The buffer that holds the IP packet.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length by <see cref="IpPacket.Length"/>.</param>
    /// <returns>
    /// The length of the datagram's payload, which starts <see cref="IpPacket.HeaderLength"/> and
    /// <see cref="HeaderSize"/> after the packet, or -1 when the packet holds no valid datagram.
    /// </returns>
    public static int PayloadLength(byte[] buffer, int offset, int length)
    {
        int start = offset + IpPacket.HeaderLength(buffer, offset);
        int available = offset + length - start;
        if (available < HeaderSize || IpPacket.Protocol(buffer, offset) != IpProtocol.Udp)
        {
            return -1;
        }

        int size = BigEndian.ReadUInt16(buffer, start + 4);
        if (size < HeaderSize || size > available)
        {
            return -1;
        }

        if (BigEndian.ReadUInt16(buffer, start + 6) == 0)
        {
            return IpPacket.Version(buffer, offset) == 4 ? size - HeaderSize : -1;
        }

        int sum = InternetChecksum.Add(
            IpPacket.PseudoHeader(buffer, offset, IpProtocol.Udp, size), buffer, start, size);
        return InternetChecksum.Finish(sum) == 0 ? size - HeaderSize : -1;
    }

    /// <summary>The length of the payload, by a header that was checked.</summary>
    /// <param name="buffer">The buffer that holds the header.</param>
    /// <param name="offset">Where the header starts.</param>
    /// <returns>The length in bytes.</returns>
    public static int PayloadLength(byte[] buffer, int offset)
    {
        return BigEndian.ReadUInt16(buffer, offset + 4) - HeaderSize;
    }

    /// <summary>The source port.</summary>
    /// <param name="buffer">The buffer that holds the header.</param>
    /// <param name="offset">Where the header starts.</param>
    /// <returns>The port, 0 to 65535.</returns>
    public static int SourcePort(byte[] buffer, int offset)
    {
        return BigEndian.ReadUInt16(buffer, offset);
    }

    /// <summary>The destination port.</summary>
    /// <param name="buffer">The buffer that holds the header.</param>
    /// <param name="offset">Where the header starts.</param>
    /// <returns>The port, 0 to 65535.</returns>
    public static int DestinationPort(byte[] buffer, int offset)
    {
        return BigEndian.ReadUInt16(buffer, offset + 2);
    }

    /// <summary>Writes a header before a payload that is already there, with its checksum.</summary>
    /// <param name="buffer">The buffer to write to.</param>
    /// <param name="offset">Where the header starts; the payload starts 8 bytes later.</param>
    /// <param name="payloadLength">The length of the payload in bytes, at most 65527.</param>
    /// <param name="sourcePort">The source port.</param>
    /// <param name="destinationPort">The destination port.</param>
    /// <param name="source">A buffer with the source address.</param>
    /// <param name="sourceOffset">Where it starts.</param>
    /// <param name="destination">A buffer with the destination address.</param>
    /// <param name="destinationOffset">Where it starts.</param>
    /// <param name="addressSize">The length of both addresses, 4 or 16 bytes.</param>
    public static void Emit(
        byte[] buffer,
        int offset,
        int payloadLength,
        int sourcePort,
        int destinationPort,
        byte[] source,
        int sourceOffset,
        byte[] destination,
        int destinationOffset,
        int addressSize)
    {
        int size = HeaderSize + payloadLength;
        BigEndian.WriteUInt16(buffer, offset, sourcePort);
        BigEndian.WriteUInt16(buffer, offset + 2, destinationPort);
        BigEndian.WriteUInt16(buffer, offset + 4, size);
        BigEndian.WriteUInt16(buffer, offset + 6, 0);
        int sum = InternetChecksum.PseudoHeader(
            source, sourceOffset, destination, destinationOffset, addressSize, IpProtocol.Udp, size);
        int checksum = InternetChecksum.Finish(InternetChecksum.Add(sum, buffer, offset, size));

        // Zero means that there is none.
        BigEndian.WriteUInt16(buffer, offset + 6, checksum == 0 ? 0xFFFF : checksum);
    }
}
