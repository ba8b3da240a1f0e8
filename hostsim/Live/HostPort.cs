using System;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Spore.Hostsim.Live;

/// <summary>A place on the outer network as people write it: a name or an address, and a UDP port.</summary>
/// <param name="Host">The name or address, without brackets.</param>
/// <param name="Port">The port, 1 to 65535.</param>
internal sealed record HostPort(string Host, int Port)
{
    /// <summary>Reads <c>name:port</c>, <c>1.2.3.4:port</c> or <c>[v6]:port</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="place">What it says.</param>
    /// <returns>Whether it was understood.</returns>
    public static bool TryParse(string text, out HostPort place)
    {
        place = new HostPort(string.Empty, 0);
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || !TryParsePort(text[(colon + 1)..], out int port))
        {
            return false;
        }

        string host = text[..colon];
        if (host[0] == '[')
        {
            if (host[^1] != ']' || !IPAddress.TryParse(host[1..^1], out IPAddress? address) || address.AddressFamily != AddressFamily.InterNetworkV6)
            {
                return false;
            }

            host = host[1..^1];
        }
        else if (host.Contains(':') || host.AsSpan().ContainsAny(" \t/@"))
        {
            return false;
        }

        place = new HostPort(host, port);
        return true;
    }

    /// <summary>Reads a UDP port.</summary>
    /// <param name="text">The text.</param>
    /// <param name="port">The port.</param>
    /// <returns>Whether the text is a whole number from 1 to 65535.</returns>
    public static bool TryParsePort(string text, out int port)
    {
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= 65535;
    }

    /// <summary>Finds the address of the host.</summary>
    /// <returns>The core's form of it, of which the first address that the system prefers.</returns>
    /// <exception cref="HostsimException">The name has no address.</exception>
    public Endpoint Resolve()
    {
        try
        {
            return EndpointAddress.From(new IPEndPoint(Dns.GetHostAddresses(Host)[0], Port));
        }
        catch (SocketException exception)
        {
            throw new HostsimException($"{Host}: no address found ({exception.Message})");
        }
    }
}
