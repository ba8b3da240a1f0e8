using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using Spore.Mesh;
using Spore.Signing;

namespace Spore.Hostsim.Live.Routing;

/// <summary>The addresses and routes that a TUN interface is to have.</summary>
/// <param name="Addresses">The node's own addresses, as /32 and /128.</param>
/// <param name="Routes">The prefixes that are routed into the tunnel.</param>
internal sealed record TunAddresses(IReadOnlySet<AllowedPrefix> Addresses, IReadOnlySet<AllowedPrefix> Routes)
{
    private static readonly AllowedPrefix _linkLocal = new(IPAddress.Parse("fe80::"), 10);

    /// <summary>Those of a node without a network.</summary>
    /// <param name="linkLocal">The address made from its key.</param>
    /// <returns>That address, and a route to all others of its kind.</returns>
    public static TunAddresses Alone(IPAddress linkLocal)
    {
        return new TunAddresses(
            new HashSet<AllowedPrefix> { new(linkLocal, 128) }, new HashSet<AllowedPrefix> { _linkLocal });
    }

    /// <summary>Those of a node, with the network that it has now.</summary>
    /// <param name="node">The node.</param>
    /// <param name="members">The network's members, in the order of its entries.</param>
    /// <param name="hasDefaultRoute">Whether a default route of another entry is a route here too.</param>
    /// <returns>Its addresses and routes; without an entry of its own, the link-local ones alone.</returns>
    public static TunAddresses Of(Node node, IReadOnlyList<PeerDescription> members, bool hasDefaultRoute)
    {
        IPAddress linkLocal = new(node.LinkLocal);
        int own = node.OwnEntry;
        return own < 0
            ? Alone(linkLocal)
            : Of(
                linkLocal,
                members[own].AllowedPrefixes,
                members.Where((_, i) => i != own).SelectMany(m => m.AllowedPrefixes),
                hasDefaultRoute);
    }

    /// <summary>Those of a member of a network.</summary>
    /// <param name="linkLocal">The address made from its key.</param>
    /// <param name="own">The prefixes of its own entry.</param>
    /// <param name="others">The prefixes of all other entries.</param>
    /// <param name="hasDefaultRoute">Whether a default route of another entry is a route here too.</param>
    /// <returns>Its addresses and routes.</returns>
    public static TunAddresses Of(
        IPAddress linkLocal, IEnumerable<AllowedPrefix> own, IEnumerable<AllowedPrefix> others, bool hasDefaultRoute)
    {
        TunAddresses alone = Alone(linkLocal);
        return new TunAddresses(
            own.Where(p => p.IsHost).Concat(alone.Addresses).ToHashSet(),
            others.SelectMany(p => p.Length > 0 ? [p] : hasDefaultRoute ? Halves(p.Address) : [])
                .Concat(alone.Routes)
                .ToHashSet());
    }

    /// <summary>The IPv4 part.</summary>
    /// <returns>The addresses and routes of IPv4.</returns>
    public TunAddresses OfIpv4()
    {
        return new TunAddresses(Addresses.Where(IsIpv4).ToHashSet(), Routes.Where(IsIpv4).ToHashSet());
    }

    private static bool IsIpv4(AllowedPrefix prefix)
    {
        return prefix.Address.AddressFamily == AddressFamily.InterNetwork;
    }

    // Two routes that are longer than the machine's default route, which stays.
    private static AllowedPrefix[] Halves(IPAddress any)
    {
        string upper = any.AddressFamily == AddressFamily.InterNetwork ? "128.0.0.0" : "8000::";
        return [new AllowedPrefix(any, 1), new AllowedPrefix(IPAddress.Parse(upper), 1)];
    }
}
