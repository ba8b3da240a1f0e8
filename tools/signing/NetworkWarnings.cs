using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Sockets;
using Spore.SignedNetwork;

namespace Spore.Signing;

/// <summary>What a network may say, but rarely means.</summary>
public static class NetworkWarnings
{
    // Members that a message names. More would make the line too long to read.
    private const int NameLimit = 3;

    /// <summary>Looks at a network.</summary>
    /// <param name="network">The network.</param>
    /// <returns>For each warning the field it is about, and one line without a full stop.</returns>
    public static IEnumerable<(string Field, string What)> Of(NetworkDescription network)
    {
        foreach (IGrouping<string, string> same in network.Peers
            .Select(p => p.Label)
            .OfType<string>()
            .GroupBy(l => l, StringComparer.OrdinalIgnoreCase)
            .Where(g => g.Count() > 1))
        {
            string label = MessageText.Quote(same.Key);
            yield return ("Label", $"{same.Count()} members have the label {label}; give each member its own");
        }

        if (!network.Peers.Exists(p => (p.Roles & EntryRoles.Witness) != 0))
        {
            const string What = "no member is a witness, so no node can learn whether the network is current;"
                + " give this role to a member that is always on";
            yield return ("Roles", What);
        }

        List<PeerDescription> unreachable = network.Peers.FindAll(HasOnlyIpv6);
        if (unreachable.Count > 0)
        {
            string have = unreachable.Count == 1 ? "has" : "have";
            string what = $"{Name(unreachable)} {have} IPv6 endpoints only, and boards have IPv4 only;"
                + " add an IPv4 endpoint or a name, if there are boards in the network";
            yield return ("Endpoint", what);
        }
    }

    /// <summary>Names members in a message.</summary>
    /// <param name="peers">The members, at least one.</param>
    /// <returns>The labels of the first ones, or their keys, and the number of the others.</returns>
    public static string Name(IReadOnlyList<PeerDescription> peers)
    {
        string names = string.Join(", ", peers.Take(NameLimit).Select(p => p.Label is null
            ? KeyText.Format(p.PublicKey)
            : MessageText.Quote(p.Label)));
        return peers.Count <= NameLimit ? names : $"{names} and {peers.Count - NameLimit} more";
    }

    private static bool HasOnlyIpv6(PeerDescription peer) =>
        peer.Endpoints.Count > 0
        && peer.Endpoints.TrueForAll(e => e.Address?.AddressFamily == AddressFamily.InterNetworkV6);
}
