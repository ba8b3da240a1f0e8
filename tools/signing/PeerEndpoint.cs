using System;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Net.Sockets;

namespace Spore.Signing;

/// <summary>Where a member can be reached: an address and port, or a name and port.</summary>
/// <param name="Address">The address, or null where there is a name.</param>
/// <param name="Name">The host name, or null where there is an address.</param>
/// <param name="Port">The UDP port, 1 to 65535.</param>
public sealed record PeerEndpoint(IPAddress? Address, string? Name, int Port)
{
    private const int HostLimit = 253;
    private const int NameLimit = 255;

    /// <summary>Reads an endpoint: <c>host:port</c>, <c>a.b.c.d:port</c> or <c>[IPv6]:port</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="fault">What is wrong with it, or null.</param>
    /// <returns>The endpoint, or null when something is wrong.</returns>
    public static PeerEndpoint? TryParse(string text, out string? fault)
    {
        fault = null;
        int colon = text.LastIndexOf(':');
        string host = colon < 0 ? text : text[..colon];
        bool bracketed = host.StartsWith('[') && host.EndsWith(']');
        if (colon < 0 || (host.Contains(':') && !bracketed))
        {
            fault = $"'{text}' is not host:port, address:port or [IPv6]:port";
            return null;
        }

        if (!int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port is < 1 or > 65535)
        {
            fault = $"'{text}' has no port from 1 to 65535";
            return null;
        }

        IPAddress? address = AddressText.TryParse(bracketed ? host[1..^1] : host);
        if (address is null)
        {
            if (bracketed)
            {
                fault = $"'{text}' has no IPv6 address in its brackets (a zone can't be given)";
            }
            else if (!IsName(host))
            {
                fault = $"'{text}' has no host name or address before its port";
            }

            PeerEndpoint named = new(null, host, port);
            if (fault is null && named.ToString().Length > NameLimit)
            {
                fault = $"'{text}' is longer than {NameLimit} characters";
            }

            return fault is null ? named : null;
        }

        if (bracketed != (address.AddressFamily == AddressFamily.InterNetworkV6))
        {
            fault = $"'{text}' has an IPv4 address in brackets";
            return null;
        }

        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        byte[] bytes = address.GetAddressBytes();
        if (address.IsIPv6LinkLocal || address.IsIPv6Multicast || bytes.All(b => b == 0) || (bytes.Length == 4 && (bytes[0] is 0 or >= 224)))
        {
            fault = $"'{text}' is an address at which no other machine can be reached";
            return null;
        }

        return new PeerEndpoint(address, null, port);
    }

    /// <summary>Writes the endpoint as <see cref="TryParse"/> reads it.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => Address is null
        ? string.Create(CultureInfo.InvariantCulture, $"{Name}:{Port}")
        : new IPEndPoint(Address, Port).ToString();

    // What looks like a number in its last label would be a mistyped address, which resolvers take for one (RFC 1123 section 2.1).
    private static bool IsName(string host) =>
        host.Length is > 0 and <= HostLimit
        && host.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
        && host.Split('.').All(label => label.Length is > 0 and <= 63 && !label.StartsWith('-') && !label.EndsWith('-'))
        && !host.Split('.')[^1].All(char.IsAsciiDigit);
}
