using System;
using Spore.Base;

namespace Spore.Net;

/// <summary>The header of IPv6 (RFC 8200 section 3).</summary>
public static class Ipv6
{
    /// <summary>The length of the header in bytes.</summary>
    public const int HeaderSize = 40;

    /// <summary>The length of an address in bytes.</summary>
    public const int AddressSize = 16;

    /// <summary>Where the source address lies in the header.</summary>
    public const int SourceOffset = 8;

    /// <summary>Where the destination address lies in the header.</summary>
    public const int DestinationOffset = 24;

    /// <summary>The hop limit of what this node sends (RFC 1700's default).</summary>
    public const int DefaultHopLimit = 64;

    /// <summary>The size of packet that every link carries (RFC 8200 section 5).</summary>
    public const int MinimumMtu = 1280;

    /// <summary>Checks a header and tells the packet's length by it.</summary>
    /// <param name="buffer">The buffer that holds the packet.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="available">The bytes there are.</param>
    /// <returns>The total length, header included, or -1 for a malformed packet.</returns>
    public static int Length(byte[] buffer, int offset, int available)
    {
        if (available < HeaderSize || buffer[offset] >> 4 != 6)
        {
            return -1;
        }

        int length = HeaderSize + BigEndian.ReadUInt16(buffer, offset + 4);
        return length <= available ? length : -1;
    }

    /// <summary>Writes a header, with traffic class and flow label zero.</summary>
    /// <param name="buffer">The buffer to write to.</param>
    /// <param name="offset">Where the header starts.</param>
    /// <param name="payloadLength">The length of what follows it in bytes, below 65536.</param>
    /// <param name="nextHeader">What follows it: one of <see cref="IpProtocol"/>.</param>
    /// <param name="hopLimit">The hop limit, 1 to 255.</param>
    /// <param name="source">A buffer with the source address; it may be the same buffer.</param>
    /// <param name="sourceOffset">Where it starts; not inside the header unless in its own place.</param>
    /// <param name="destination">A buffer with the destination address; it may be the same buffer.</param>
    /// <param name="destinationOffset">Where it starts; not inside the header unless in its own place.</param>
    public static void Emit(
        byte[] buffer,
        int offset,
        int payloadLength,
        int nextHeader,
        int hopLimit,
        byte[] source,
        int sourceOffset,
        byte[] destination,
        int destinationOffset)
    {
        buffer[offset] = 0x60;
        Array.Clear(buffer, offset + 1, 3);
        BigEndian.WriteUInt16(buffer, offset + 4, payloadLength);
        buffer[offset + 6] = (byte)nextHeader;
        buffer[offset + 7] = (byte)hopLimit;
        Array.Copy(source, sourceOffset, buffer, offset + SourceOffset, AddressSize);
        Array.Copy(destination, destinationOffset, buffer, offset + DestinationOffset, AddressSize);
    }
}
