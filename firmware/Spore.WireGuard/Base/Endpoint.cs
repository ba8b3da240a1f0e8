namespace Spore.Base;

/// <summary>An address and port of the outer network. IPv4 is held as ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2).</summary>
public sealed class Endpoint
{
    /// <summary>The length of an address in bytes.</summary>
    public const int AddressSize = 16;

    private const ulong MappedIpv4 = 0xFFFF00000000;

    // One field for both takes 12 bytes less.
    private long _portAndZone;

    /// <summary>The first eight bytes of the IPv6 or IPv4-mapped address, big-endian: two numbers take less of a device's memory than an array.</summary>
    public ulong AddressHigh { get; private set; }

    /// <summary>The last eight bytes, big-endian.</summary>
    public ulong AddressLow { get; private set; }

    /// <summary>The UDP port, 0 when no endpoint is known.</summary>
    public int Port
    {
        get { return (int)(_portAndZone & 0xFFFF); }
    }

    /// <summary>The zone of a link-local outer address (RFC 4007), 0 where there is none.</summary>
    public int Zone
    {
        get { return (int)(_portAndZone >> 16); }
    }

    /// <summary>Whether an endpoint is known at all.</summary>
    public bool IsKnown
    {
        get { return _portAndZone != 0; }
    }

    /// <summary>Whether the address is an IPv4-mapped one.</summary>
    public bool IsIpv4
    {
        get { return AddressHigh == 0 && (AddressLow >> 32) == 0xFFFF; }
    }

    /// <summary>Whether the address is link-local IPv6 (fe80::/10), which means one machine only together with its zone.</summary>
    public bool IsLinkLocal
    {
        get { return (AddressHigh >> 54) == 0x3FA; }
    }

    /// <summary>Whether another endpoint is of the same source: the same IPv4 address, the same IPv6 /64, or the same link-local address and zone.</summary>
    /// <param name="other">The endpoint to compare with.</param>
    /// <returns>True when the sources are the same.</returns>
    public bool IsSameSource(Endpoint other)
    {
        return AddressHigh == other.AddressHigh
            && (IsIpv4 || IsLinkLocal ? AddressLow == other.AddressLow && Zone == other.Zone : !other.IsIpv4);
    }

    /// <summary>Makes this endpoint an IPv4 one.</summary>
    /// <param name="address">A buffer with the four bytes of the address.</param>
    /// <param name="offset">Where they start.</param>
    /// <param name="port">The UDP port.</param>
    public void SetIpv4(byte[] address, int offset, int port)
    {
        Set(0, MappedIpv4 | (ulong)BigEndian.ReadUInt32(address, offset), port, 0);
    }

    /// <summary>Makes this endpoint an IPv6 one.</summary>
    /// <param name="address">A buffer with the sixteen bytes of the address.</param>
    /// <param name="offset">Where they start.</param>
    /// <param name="port">The UDP port.</param>
    /// <param name="zone">The zone of a link-local address, else 0.</param>
    public void SetIpv6(byte[] address, int offset, int port, int zone)
    {
        Set(BigEndian.ReadUInt64(address, offset), BigEndian.ReadUInt64(address, offset + 8), port, zone);
    }

    /// <summary>Takes over another endpoint's value.</summary>
    /// <param name="other">The endpoint to copy.</param>
    public void CopyFrom(Endpoint other)
    {
        AddressHigh = other.AddressHigh;
        AddressLow = other.AddressLow;
        _portAndZone = other._portAndZone;
    }

    /// <summary>Forgets the value: afterwards no endpoint is known.</summary>
    public void Clear()
    {
        Set(0, 0, 0, 0);
    }

    /// <summary>Compares two endpoints by value.</summary>
    /// <param name="other">The endpoint to compare with.</param>
    /// <returns>True when address, port and zone are the same.</returns>
    public bool IsSame(Endpoint other)
    {
        return AddressLow == other.AddressLow && AddressHigh == other.AddressHigh && _portAndZone == other._portAndZone;
    }

    /// <summary>Sets all there is.</summary>
    /// <param name="high">The first eight bytes of the address.</param>
    /// <param name="low">The last eight bytes.</param>
    /// <param name="port">The UDP port.</param>
    /// <param name="zone">The zone.</param>
    public void Set(ulong high, ulong low, int port, int zone)
    {
        AddressHigh = high;
        AddressLow = low;
        _portAndZone = ((long)zone << 16) | (long)port;
    }
}
