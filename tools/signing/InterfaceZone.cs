using System;
using System.Linq;
using System.Net.NetworkInformation;

namespace Spore.Signing;

/// <summary>Zones of link-local addresses on this machine (RFC 4007 section 11): interfaces by name or index.</summary>
internal static class InterfaceZone
{
    /// <summary>Finds the interface that a zone names.</summary>
    /// <param name="zone">The interface's name, or its index in decimal.</param>
    /// <returns>The interface's index, or null when there is no such interface.</returns>
    public static int? Find(string zone)
    {
        NetworkInterface[] all;
        try
        {
            all = NetworkInterface.GetAllNetworkInterfaces();
        }
        catch (NetworkInformationException)
        {
            return null;
        }

        if (Array.Find(all, i => i.Name == zone) is { } named)
        {
            return IndexOf(named);
        }

        bool isIndex = DecimalText.TryParse(zone, int.MaxValue, out int index) && all.Any(i => IndexOf(i) == index);
        return isIndex ? index : null;
    }

    private static int? IndexOf(NetworkInterface link)
    {
        try
        {
            return link.GetIPProperties().GetIPv6Properties().Index;
        }
        catch (NetworkInformationException)
        {
            // The interface has no IPv6, or is gone by now.
            return null;
        }
    }
}
