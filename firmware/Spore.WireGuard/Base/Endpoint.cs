namespace Spore.Base;

/// <summary>
/// An address and port of the outer network. IPv4 is held as ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2).
/// </summary>
public sealed class Endpoint
{
    /// <summary>The length of an address in bytes.</summary>
    public const int AddressSize = 16;

    private const ulong MappedIpv4 = 0xFFFF00000000;

    // The port in bits 0 to 15, the zone in bits 16 to 47, Local in bits 48 to 63: each field of its own would take
    // 12 bytes more.
    private long _portZoneLocal;

    /// <summary>
    /// The first eight bytes of the IPv6 or IPv4-mapped address, big-endian: two numbers take less of a device's
    /// memory than an array.
    /// </summary>
    public ulong AddressHigh { get; private set; }

    /// <summary>The last eight bytes, big-endian.</summary>
    public ulong AddressLow { get; private set; }

    /// <summary>The UDP port, 0 when no endpoint is known.</summary>
    public int Port
    {
        get { return (int)(_portZoneLocal & 0xFFFF); }
    }

    /// <summary>The zone of a link-local outer address (RFC 4007), 0 where there is none.</summary>
    public int Zone
    {
        get { return (int)(_portZoneLocal >> 16); }
    }

    /// <summary>
    /// The program's number for the address of this machine that a datagram from here was sent to, 0 to 65535.
    /// Datagrams to here have that source address. 0 where the machine chooses the source address, on a device always.
    /// It is no part of the endpoint's value.
    /// </summary>
    public int Local
    {
        get { return (int)((_portZoneLocal >> 48) & 0xFFFF); }
    }

    /// <summary>Whether an endpoint is known at all.</summary>
    public bool IsKnown
    {
        get { return _portZoneLocal != 0; }
    }

    /// <summary>Whether the address is an IPv4-mapped one.</summary>
    public bool IsIpv4
    {
        get { return AddressHigh == 0 && (AddressLow >> 32) == 0xFFFF; }
    }

    /// <summary>
    /// Whether the address is link-local IPv6 (fe80::/10), which means one machine only together with its zone.
    /// </summary>
    public bool IsLinkLocal
    {
        get { return (AddressHigh >> 54) == 0x3FA; }
    }

    /// <summary>
    /// Whether another endpoint is of the same source: the same IPv4 address, the same IPv6 /64, or the same
    /// link-local address and zone.
    /// </summary>
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

    /// <summary>Sets <see cref="Local"/>. Should be called after one of the methods that set the value.</summary>
    /// <param name="local">The number, 0 to 65535.</param>
    public void SetLocal(int local)
    {
        _portZoneLocal = (_portZoneLocal & 0xFFFFFFFFFFFF) | ((long)local << 48);
    }

    /// <summary>Takes over another endpoint's value, and <see cref="Local"/>.</summary>
    /// <param name="other">The endpoint to copy.</param>
    public void CopyFrom(Endpoint other)
    {
        AddressHigh = other.AddressHigh;
        AddressLow = other.AddressLow;
        _portZoneLocal = other._portZoneLocal;
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
        return AddressLow == other.AddressLow
            && AddressHigh == other.AddressHigh
            && (_portZoneLocal ^ other._portZoneLocal) << 16 == 0;
    }

    /// <summary>Sets the value, without <see cref="Local"/>.</summary>
    /// <param name="high">The first eight bytes of the address.</param>
    /// <param name="low">The last eight bytes.</param>
    /// <param name="port">The UDP port.</param>
    /// <param name="zone">The zone.</param>
    public void Set(ulong high, ulong low, int port, int zone)
    {
        AddressHigh = high;
        AddressLow = low;
        _portZoneLocal = ((long)zone << 16) | (long)port;
    }
}
