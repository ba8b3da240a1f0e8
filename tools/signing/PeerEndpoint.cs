using System.Globalization;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Spore.Net;
using Spore.SignedNetwork;

namespace Spore.Signing;

/// <summary>
/// Where a node can be reached: an address and port, or a name and port. Every endpoint that a person writes is read
/// here.
/// </summary>
/// <param name="Address">The address, with its zone where it is link-local, or null where there is a name.</param>
/// <param name="Name">The host name, or null where there is an address.</param>
/// <param name="Port">The UDP port, 1 to 65535.</param>
public sealed record PeerEndpoint(IPAddress? Address, string? Name, int Port)
{
    /// <summary>The highest UDP port.</summary>
    public const int HighestPort = 65535;

    private const int HostLimit = 253;
    private const int NameLimit = 255;
    private const int ReservedIpv4 = 240;

    /// <summary>
    /// Reads an endpoint: <c>host:port</c>, <c>a.b.c.d:port</c> or <c>[IPv6]:port</c>. An IPv4-mapped address becomes
    /// an IPv4 address.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="use">What the endpoint is for.</param>
    /// <param name="fault">One line that says what is wrong and what to write instead, or null.</param>
    /// <returns>The endpoint, or null when something is wrong.</returns>
    public static PeerEndpoint? TryParse(string text, EndpointUse use, out string? fault)
    {
        PeerEndpoint? endpoint = Read(text, use, out fault);
        fault = fault is null ? null : $"{MessageText.Quote(text)} {fault}";
        return endpoint;
    }

    /// <summary>Reads a UDP port: decimal digits without a leading zero.</summary>
    /// <param name="text">The text.</param>
    /// <param name="port">The port, or 0 when the text is not one.</param>
    /// <returns>Whether the text is a number from 1 to 65535.</returns>
    public static bool TryParsePort(string text, out int port) =>
        DecimalText.TryParse(text, HighestPort, out port) && port != 0;

    /// <summary>Writes the endpoint as <see cref="TryParse"/> reads it.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => Address is null
        ? string.Create(CultureInfo.InvariantCulture, $"{Name}:{Port}")
        : new IPEndPoint(Address, Port).ToString();

    private static PeerEndpoint? Read(string text, EndpointUse use, out string? fault)
    {
        int colon = text.LastIndexOf(':');
        string host = colon < 0 ? "" : text[..colon];
        bool isBracketed = host.StartsWith('[') && host.EndsWith(']');
        if (colon < 0 || (host.Contains(':') && !isBracketed))
        {
            fault = "is not host:port, address:port or [IPv6]:port";
            return null;
        }

        if (!TryParsePort(text[(colon + 1)..], out int port))
        {
            fault = "has no port from 1 to 65535 without leading zeros";
            return null;
        }

        if (!isBracketed && AddressText.TryParse(host) is not { AddressFamily: AddressFamily.InterNetwork })
        {
            fault = NameFault(host, text, use);
            return fault is null ? new PeerEndpoint(null, host, port) : null;
        }

        string inner = isBracketed ? host[1..^1] : host;
        int percent = inner.IndexOf('%');
        string? zone = percent < 0 ? null : inner[(percent + 1)..];
        IPAddress? address = AddressText.TryParse(percent < 0 ? inner : inner[..percent]);
        if (address is null || (isBracketed && address.AddressFamily == AddressFamily.InterNetwork))
        {
            fault = address is null
                ? "has no IPv6 address in its brackets"
                : "has an IPv4 address in brackets; only IPv6 addresses have them";
            return null;
        }

        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        fault = AddressFault(address, zone, use);
        if (fault is null && zone is not null)
        {
            int? index = InterfaceZone.Find(zone);
            fault = index is null ? $"has an unknown zone; there is no interface {MessageText.Quote(zone)}" : null;
            address = new IPAddress(address.GetAddressBytes(), index ?? 0);
        }

        return fault is null ? new PeerEndpoint(address, null, port) : null;
    }

    private static string? AddressFault(IPAddress address, string? zone, EndpointUse use)
    {
        byte[] bytes = address.GetAddressBytes();
        bool isIpv4 = address.AddressFamily == AddressFamily.InterNetwork;
        bool isAny = address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
        if (!IpPacket.IsUnicast(isIpv4 ? 4 : 6, bytes, 0) && !(isAny && use == EndpointUse.Listen))
        {
            string kind = bytes[0] == 0 ? "an unspecified"
                : isIpv4 && bytes[0] >= ReservedIpv4 ? "a broadcast or reserved"
                : "a multicast";
            return $"has {kind} address; give the address of one machine";
        }

        bool isLinkLocal = !isIpv4 && LinkLocalAddress.IsLinkLocal(bytes, 0);
        if (isLinkLocal && use == EndpointUse.Published)
        {
            return "has a link-local address, which means nothing on another machine; give another address or a name";
        }

        return isLinkLocal == (zone is not null) ? null
            : isLinkLocal ? "has a link-local address without a zone; name the interface, as in [fe80::1%eth0]:51820"
            : "has a zone, which belongs to link-local addresses only; leave it out";
    }

    private static string? NameFault(string host, string text, EndpointUse use)
    {
        bool isName = text.Length <= NameLimit
            && text.All(char.IsAscii)
            && EndpointNameRules.IsAllowed(Encoding.ASCII.GetBytes(text), 0, text.Length);
        if (isName)
        {
            return use is EndpointUse.Published or EndpointUse.Local ? null : "has a host name; give an address here";
        }

        return host.Length == 0 ? "has no host name or address before its port"
            : host.Length > HostLimit ? $"has a host name of {host.Length} characters; {HostLimit} are the most"
            : text.Length > NameLimit ? $"has {text.Length} characters; {NameLimit} are the most"
            : IsLikeNumber(host) ? "has no IPv4 address; write four decimal numbers from 0 to 255 without leading zeros"
            : "has no host name; write letters, digits, '-' and '_', in labels of 1 to 63 with single dots between";
    }

    // Only chooses the message, for what is no name.
    private static bool IsLikeNumber(string host) =>
        char.IsAsciiDigit(host[host.TrimEnd('.').LastIndexOf('.') + 1])
        && host.All(c => char.IsAsciiHexDigit(c) || c is '.' or 'x' or 'X');
}
