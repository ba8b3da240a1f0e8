using System;
using Spore.Base;

namespace Spore.Net;

/// <summary>The header of IPv4 (RFC 791 section 3.1).</summary>
public static class Ipv4
{
    /// <summary>The length of a header without options in bytes.</summary>
    public const int HeaderSize = 20;

    /// <summary>The length of an address in bytes.</summary>
    public const int AddressSize = 4;

    /// <summary>Where the source address lies in the header.</summary>
    public const int SourceOffset = 12;

    /// <summary>Where the destination address lies in the header.</summary>
    public const int DestinationOffset = 16;

    /// <summary>The time to live of what this node sends (RFC 1700's default).</summary>
    public const int DefaultTimeToLive = 64;

    /// <summary>The size of packet that every host takes (RFC 791).</summary>
    public const int MinimumMtu = 576;

    /// <summary>Checks a header, its checksum included, and tells the packet's length by it.</summary>
    /// <param name="buffer">The buffer that holds the packet.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="available">The bytes there are.</param>
    /// <returns>The total length, header included, or -1 for a malformed packet.</returns>
    public static int Length(byte[] buffer, int offset, int available)
    {
        if (available < HeaderSize || buffer[offset] >> 4 != 4)
        {
            return -1;
        }

        int header = HeaderLength(buffer, offset);
        int length = BigEndian.ReadUInt16(buffer, offset + 2);
        if (header < HeaderSize || length < header || length > available)
        {
            return -1;
        }

        return InternetChecksum.Finish(InternetChecksum.Add(0, buffer, offset, header)) == 0 ? length : -1;
    }

    /// <summary>The length of the header by its own field, options included.</summary>
    /// <param name="buffer">The buffer that holds the packet.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>The length in bytes, 0 to 60; at least 20 in a valid packet.</returns>
    public static int HeaderLength(byte[] buffer, int offset)
    {
        return (buffer[offset] & 0x0F) << 2;
    }

    /// <summary>Whether a packet is a fragment of a larger one.</summary>
    /// <param name="buffer">The buffer that holds the packet.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>True for any fragment, the first and the last included.</returns>
    public static bool IsFragment(byte[] buffer, int offset)
    {
        return (BigEndian.ReadUInt16(buffer, offset + 6) & 0x3FFF) != 0;
    }

    /// <summary>
    /// Writes a header without options, not to be fragmented, and so with identification zero (RFC 6864 section 4.1).
    /// </summary>
    /// <param name="buffer">The buffer to write to.</param>
    /// <param name="offset">Where the header starts.</param>
    /// <param name="payloadLength">The length of what follows it in bytes, at most 65515.</param>
    /// <param name="protocol">What follows it: one of <see cref="IpProtocol"/>.</param>
    /// <param name="timeToLive">The time to live, 1 to 255.</param>
    /// <param name="source">A buffer with the source address; it may be the same buffer.</param>
    /// <param name="sourceOffset">Where it starts; not inside the header unless in its own place.</param>
    /// <param name="destination">A buffer with the destination address; it may be the same buffer.</param>
    /// <param name="destinationOffset">Where it starts; not inside the header unless in its own place.</param>
    public static void Emit(
        byte[] buffer,
        int offset,
        int payloadLength,
        int protocol,
        int timeToLive,
        byte[] source,
        int sourceOffset,
        byte[] destination,
        int destinationOffset)
    {
        buffer[offset] = 0x45;
        buffer[offset + 1] = 0;
        BigEndian.WriteUInt16(buffer, offset + 2, HeaderSize + payloadLength);
        BigEndian.WriteUInt16(buffer, offset + 4, 0);
        BigEndian.WriteUInt16(buffer, offset + 6, 0x4000);
        buffer[offset + 8] = (byte)timeToLive;
        buffer[offset + 9] = (byte)protocol;
        BigEndian.WriteUInt16(buffer, offset + 10, 0);
        Array.Copy(source, sourceOffset, buffer, offset + SourceOffset, AddressSize);
        Array.Copy(destination, destinationOffset, buffer, offset + DestinationOffset, AddressSize);
        BigEndian.WriteUInt16(
            buffer, offset + 10, InternetChecksum.Finish(InternetChecksum.Add(0, buffer, offset, HeaderSize)));
    }
}
