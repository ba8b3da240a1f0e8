using System.Globalization;
using System.Net;
using Spore.Signing;

namespace Spore.Hostsim.Live.Configuration;

/// <summary>Where a node listens.</summary>
/// <param name="Address">The one address to listen at, or null for all addresses.</param>
/// <param name="Port">The port, 1 to 65535.</param>
internal sealed record ListenAddress(IPAddress? Address, int Port)
{
    /// <summary>Reads <c>port</c>, <c>1.2.3.4:port</c> or <c>[v6]:port</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="fault">What is wrong with it, or null.</param>
    /// <returns>The address, or null when something is wrong.</returns>
    public static ListenAddress? TryParse(string text, out string? fault)
    {
        fault = null;
        if (PeerEndpoint.TryParsePort(text, out int port))
        {
            return new ListenAddress(null, port);
        }

        if (!text.Contains(':'))
        {
            fault = $"{MessageText.Quote(text)} is neither a port from 1 to 65535 without leading zeros"
                + " nor an address of this machine and a port";
            return null;
        }

        PeerEndpoint? endpoint = PeerEndpoint.TryParse(text, EndpointUse.Listen, out fault);
        return endpoint == null ? null : new ListenAddress(endpoint.Address, endpoint.Port);
    }

    /// <summary>Writes the address as <see cref="TryParse"/> reads it.</summary>
    /// <returns>The text.</returns>
    public override string ToString()
    {
        return Address == null ? Port.ToString(CultureInfo.InvariantCulture) : new IPEndPoint(Address, Port).ToString();
    }
}
