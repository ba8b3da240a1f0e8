using Spore.Base;

namespace Spore.Net;

/// <summary>
/// The upper-layer header of an IP packet, behind the extension headers of IPv6 (RFC 8200 section 4). Its protocol and
/// where it starts are one number, since a call costs a device much.
/// </summary>
public static class UpperLayer
{
    /// <summary>The packet is a fragment, but not the first: it has no upper-layer header.</summary>
    public const int None = -1;

    /// <summary>
    /// The chain of headers does not end within the packet, as RFC 7112 demands of a first fragment too.
    /// </summary>
    public const int Incomplete = -2;

    private const int HopByHop = 0;
    private const int Routing = 43;
    private const int Authentication = 51;
    private const int DestinationOptions = 60;
    private const int FragmentSize = 8;

    /// <summary>Finds the header.</summary>
    /// <param name="buffer">The buffer that holds the packet.</param>
    /// <param name="offset">Where the packet starts.</param>
    /// <param name="length">Its length by <see cref="IpPacket.Length"/>.</param>
    /// <returns>
    /// The header, for <see cref="Protocol"/> and <see cref="Start"/>; <see cref="None"/> or
    /// <see cref="Incomplete"/> where there is none.
    /// </returns>
    public static int Find(byte[] buffer, int offset, int length)
    {
        if (buffer[offset] >> 4 != 6)
        {
            bool isFirst = (BigEndian.ReadUInt16(buffer, offset + 6) & 0x1FFF) == 0;
            return isFirst ? ((offset + Ipv4.HeaderLength(buffer, offset)) << 8) | buffer[offset + 9] : None;
        }

        int protocol = buffer[offset + 6];
        int start = offset + Ipv6.HeaderSize;
        int end = offset + length;
        while (protocol == HopByHop
            || protocol == Routing
            || protocol == DestinationOptions
            || protocol == IpProtocol.Fragment
            || protocol == Authentication)
        {
            if (end - start < FragmentSize)
            {
                return Incomplete;
            }

            int next = start + FragmentSize;
            if (protocol == IpProtocol.Fragment)
            {
                if ((BigEndian.ReadUInt16(buffer, start + 2) & 0xFFF8) != 0)
                {
                    return None;
                }
            }
            else
            {
                // In units of eight bytes without the first, but that of the authentication header (RFC
                // 4302) in units of four.
                next += buffer[start + 1] << (protocol == Authentication ? 2 : 3);
            }

            protocol = buffer[start];
            start = next;
            if (start > end)
            {
                return Incomplete;
            }
        }

        return (start << 8) | protocol;
    }

    /// <summary>The protocol of a header that was found.</summary>
    /// <param name="header">What <see cref="Find"/> returned.</param>
    /// <returns>
    /// One of <see cref="IpProtocol"/> or any other; 255, which is reserved, where there is no header.
    /// </returns>
    public static int Protocol(int header)
    {
        return header < 0 ? 255 : header & 0xFF;
    }

    /// <summary>Where a header that was found starts in the buffer; it may be at the packet's end.</summary>
    /// <param name="header">What <see cref="Find"/> returned, not negative.</param>
    /// <returns>The offset in bytes.</returns>
    public static int Start(int header)
    {
        return header >> 8;
    }
}
