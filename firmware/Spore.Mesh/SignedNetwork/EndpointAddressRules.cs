using Spore.Base;
using Spore.Net;

namespace Spore.SignedNetwork;

/// <summary>Which endpoint addresses an entry may have.</summary>
internal static class EndpointAddressRules
{
    private const int Ipv4Size = 4;
    private const int PortSize = 2;

    // The first twelve bytes of an IPv4-mapped address are zero but for the last two (RFC 4291 section 2.5.5.2).
    private const int MappedPrefixSize = 12;

    /// <summary>
    /// Tells whether an endpoint is one that any machine can send to: a unicast address and a port. 0.0.0.0/8,
    /// 224.0.0.0/4, 240.0.0.0/4, ::, ff00::/8, fe80::/10 and port 0 are refused. The rules of IPv4 hold for
    /// IPv4-mapped addresses.
    /// </summary>
    /// <param name="buffer">A buffer with the endpoint: an address of 4 or 16 bytes and a port, 2 bytes.</param>
    /// <param name="offset">The offset of the endpoint.</param>
    /// <param name="length">The length of the endpoint in bytes, 6 or 18.</param>
    /// <returns>True when an entry may have it.</returns>
    public static bool IsAllowed(byte[] buffer, int offset, int length)
    {
        if (BigEndian.ReadUInt16(buffer, offset + length - PortSize) == 0)
        {
            return false;
        }

        if (length == Ipv4Size + PortSize)
        {
            return IpPacket.IsUnicast(4, buffer, offset);
        }

        if (BigEndian.ReadUInt64(buffer, offset) == 0 && BigEndian.ReadUInt32(buffer, offset + 8) == 0xFFFF)
        {
            return IpPacket.IsUnicast(4, buffer, offset + MappedPrefixSize);
        }

        return IpPacket.IsUnicast(6, buffer, offset) && !LinkLocalAddress.IsLinkLocal(buffer, offset);
    }
}
