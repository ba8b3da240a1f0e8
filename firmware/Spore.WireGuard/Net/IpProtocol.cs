namespace Spore.Net;

/// <summary>Protocol numbers of IPv4, which are the next headers of IPv6 too.</summary>
public static class IpProtocol
{
    /// <summary>ICMP for IPv4 (RFC 792).</summary>
    public const int Icmp = 1;

    /// <summary>TCP (RFC 9293).</summary>
    public const int Tcp = 6;

    /// <summary>UDP (RFC 768).</summary>
    public const int Udp = 17;

    /// <summary>The fragment header of IPv6 (RFC 8200 section 4.5).</summary>
    public const int Fragment = 44;

    /// <summary>ICMPv6 (RFC 4443).</summary>
    public const int Icmpv6 = 58;
}
