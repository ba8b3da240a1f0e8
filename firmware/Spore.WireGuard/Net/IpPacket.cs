namespace Spore.Net;

/// <summary>
/// What the two IP versions have in common, for code that serves both. Read first: RFC 791 section
/// 3.1, RFC 8200 section 3.
/// </summary>
public static class IpPacket
{
    /// <summary>The version in a packet's first byte.</summary>
    /// <param name="buffer">The buffer that holds the packet.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>4 or 6 for IP packets; any value of 0 to 15 otherwise.</returns>
    public static int Version(byte[] buffer, int offset)
    {
        return buffer[offset] >> 4;
    }

    /// <summary>
    /// Checks a packet's header and tells the packet's length by it, which leaves out what padding follows.
    /// </summary>
    /// <param name="buffer">The buffer that holds the packet.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="available">The bytes there are.</param>
    /// <returns>The total length, header included, or -1 for a malformed packet.</returns>
    public static int Length(byte[] buffer, int offset, int available)
    {
        if (available < 1)
        {
            return -1;
        }

        int version = buffer[offset] >> 4;
        if (version == 6)
        {
            return Ipv6.Length(buffer, offset, available);
        }

        return version == 4 ? Ipv4.Length(buffer, offset, available) : -1;
    }

    /// <summary>The size of an address.</summary>
    /// <param name="version">4 or 6.</param>
    /// <returns>4 or 16 bytes.</returns>
    public static int AddressSize(int version)
    {
        return version == 6 ? Ipv6.AddressSize : Ipv4.AddressSize;
    }

    /// <summary>Where the source address lies, from the packet's start.</summary>
    /// <param name="version">4 or 6.</param>
    /// <returns>The offset in bytes.</returns>
    public static int SourceOffset(int version)
    {
        return version == 6 ? Ipv6.SourceOffset : Ipv4.SourceOffset;
    }

    /// <summary>Where the destination address lies, from the packet's start.</summary>
    /// <param name="version">4 or 6.</param>
    /// <returns>The offset in bytes.</returns>
    public static int DestinationOffset(int version)
    {
        return version == 6 ? Ipv6.DestinationOffset : Ipv4.DestinationOffset;
    }

    /// <summary>The length of a valid packet's header, options of IPv4 included.</summary>
    /// <param name="buffer">The buffer that holds the packet.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>The length in bytes.</returns>
    public static int HeaderLength(byte[] buffer, int offset)
    {
        return buffer[offset] >> 4 == 6 ? Ipv6.HeaderSize : Ipv4.HeaderLength(buffer, offset);
    }

    /// <summary>The protocol of a valid packet's payload; extension headers of IPv6 are not followed.</summary>
    /// <param name="buffer">The buffer that holds the packet.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>
    /// One of <see cref="IpProtocol"/> or any other; <see cref="IpProtocol.Fragment"/> for a
    /// fragment of either version.
    /// </returns>
    public static int Protocol(byte[] buffer, int offset)
    {
        if (buffer[offset] >> 4 == 6)
        {
            return buffer[offset + 6];
        }

        return Ipv4.IsFragment(buffer, offset) ? IpProtocol.Fragment : buffer[offset + 9];
    }

    /// <summary>
    /// Whether an address is one host's, and can be answered: neither multicast, unspecified nor broadcast to all.
    /// </summary>
    /// <param name="version">4 or 6.</param>
    /// <param name="address">A buffer with the address.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>True for a unicast address.</returns>
    public static bool IsUnicast(int version, byte[] address, int offset)
    {
        if (version != 6)
        {
            // 0.0.0.0/8 is "this network", 224.0.0.0/4 multicast, 240.0.0.0/4 reserved with the broadcast in it.
            return address[offset] != 0 && address[offset] < 224;
        }

        if (address[offset] == 0xFF)
        {
            return false;
        }

        for (int i = 0; i < Ipv6.AddressSize; i++)
        {
            if (address[offset + i] != 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Begins the checksum of a packet's payload with the addresses in its header.</summary>
    internal static int PseudoHeader(byte[] buffer, int offset, int protocol, int length)
    {
        int version = buffer[offset] >> 4;
        return InternetChecksum.PseudoHeader(
            buffer,
            offset + SourceOffset(version),
            buffer,
            offset + DestinationOffset(version),
            AddressSize(version),
            protocol,
            length);
    }
}
