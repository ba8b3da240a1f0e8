using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Spore.Hostsim.Live.Datagrams;

/// <summary>
/// The outer endpoints of this machine, and what there is of links and addresses, so that a change is seen.
/// </summary>
/// <param name="Endpoints">The endpoints that hellos list, at most three.</param>
/// <param name="State">All links and addresses, as text to be compared.</param>
internal sealed record OwnEndpoints(IReadOnlyList<IPEndPoint> Endpoints, string State)
{
    /// <summary>Looks at the machine.</summary>
    /// <param name="links">Its links.</param>
    /// <param name="listen">The address that the node listens at, or null for all.</param>
    /// <param name="port">The port that it listens at.</param>
    /// <param name="most">How many endpoints are wanted at most.</param>
    /// <returns>What there is.</returns>
    public static OwnEndpoints Find(IEnumerable<NetworkInterface> links, IPAddress? listen, int port, int most)
    {
        List<string> state = [];
        List<IPAddress> addresses = [];
        foreach (NetworkInterface link in links)
        {
            IPAddress[] own = [.. link.GetIPProperties().UnicastAddresses.Select(a => a.Address)];
            state.Add(
                $"{link.Id} {link.OperationalStatus} {Mac(link)} {string.Join(' ', own.Select(a => a.ToString()))}");
            if (link.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown)
            {
                addresses.AddRange(own.Where(a => listen == null || listen.Equals(a)));
            }
        }

        return new OwnEndpoints(Choose(addresses, port, most), string.Join('\n', state));
    }

    /// <summary>Chooses the addresses that hellos most likely come from: one of each kind first.</summary>
    /// <param name="addresses">All there are.</param>
    /// <param name="port">The port.</param>
    /// <param name="most">How many at most.</param>
    /// <returns>Those chosen.</returns>
    public static IReadOnlyList<IPEndPoint> Choose(IEnumerable<IPAddress> addresses, int port, int most)
    {
        return
        [
            .. addresses
                .Where(a => !IPAddress.IsLoopback(a))
                .GroupBy(KindOf)
                .SelectMany(kind => kind.Select((address, turn) => (Address: address, Turn: turn, Kind: kind.Key)))
                .OrderBy(a => a.Turn)
                .ThenBy(a => a.Kind)
                .Take(most)
                .Select(a => new IPEndPoint(a.Address, port)),
        ];
    }

    // Hellos go to neighbours: by IPv4, and by IPv6 from a link-local address.
    private static int KindOf(IPAddress address)
    {
        return address.AddressFamily == AddressFamily.InterNetwork ? 0 : address.IsIPv6LinkLocal ? 1 : 2;
    }

    private static string Mac(NetworkInterface link)
    {
        return link.GetPhysicalAddress().ToString();
    }
}
