using System.Net;

namespace Spore.Hostsim.Live;

/// <summary>Where a node listens.</summary>
/// <param name="Address">The one address to listen at, or null for all.</param>
/// <param name="Port">The UDP port.</param>
internal sealed record ListenAddress(IPAddress? Address, int Port)
{
    /// <summary>Reads <c>port</c>, <c>1.2.3.4:port</c> or <c>[v6]:port</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="address">What it says.</param>
    /// <returns>Whether it was understood.</returns>
    public static bool TryParse(string text, out ListenAddress address)
    {
        address = new ListenAddress(null, 0);
        if (HostPort.TryParsePort(text, out int port))
        {
            address = new ListenAddress(null, port);
            return true;
        }

        if (HostPort.TryParse(text, out HostPort place) && IPAddress.TryParse(place.Host, out IPAddress? at))
        {
            address = new ListenAddress(at, place.Port);
            return true;
        }

        return false;
    }
}
