using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using Spore.Signing;

namespace Spore.Hostsim.Live;

/// <summary>The addresses and routes of a TUN interface.</summary>
/// <param name="Addresses">The node's own addresses, as /32 and /128.</param>
/// <param name="Routes">Where packets go into the tunnel.</param>
internal sealed record TunAddresses(IReadOnlySet<AllowedPrefix> Addresses, IReadOnlySet<AllowedPrefix> Routes)
{
    private static readonly AllowedPrefix LinkLocal = new(IPAddress.Parse("fe80::"), 10);

    /// <summary>Those of a node without a network.</summary>
    /// <param name="linkLocal">The address made from its key.</param>
    /// <returns>That address, and a route to all others of its kind.</returns>
    public static TunAddresses Alone(IPAddress linkLocal)
    {
        return new TunAddresses(new HashSet<AllowedPrefix> { new(linkLocal, 128) }, new HashSet<AllowedPrefix> { LinkLocal });
    }

    /// <summary>Those of a member of a network.</summary>
    /// <param name="linkLocal">The address made from its key.</param>
    /// <param name="own">The prefixes of its own entry.</param>
    /// <param name="others">The prefixes of all other entries.</param>
    /// <returns>Its addresses and routes. Of the routes a default one is left out: it would take the tunnel's own datagrams with it.</returns>
    public static TunAddresses Of(IPAddress linkLocal, IEnumerable<AllowedPrefix> own, IEnumerable<AllowedPrefix> others)
    {
        TunAddresses alone = Alone(linkLocal);
        return new TunAddresses(
            own.Where(p => p.IsHost).Concat(alone.Addresses).ToHashSet(),
            others.Where(p => p.Length > 0).Concat(alone.Routes).ToHashSet());
    }

    /// <summary>The commands that make an interface ready for addresses.</summary>
    /// <param name="name">The interface.</param>
    /// <param name="mtu">Its MTU.</param>
    /// <returns>Lines for <c>ip -batch</c>.</returns>
    public static IReadOnlyList<string> Prepare(string name, int mtu)
    {
        return [$"link set dev {name} addrgenmode none", $"link set dev {name} mtu {mtu}", $"link set dev {name} up"];
    }

    /// <summary>The commands that lead from one set of addresses and routes to another.</summary>
    /// <param name="name">The interface.</param>
    /// <param name="before">What it has, or null for nothing.</param>
    /// <param name="after">What it is to have.</param>
    /// <returns>Lines for <c>ip -batch</c>: what goes, then addresses, then routes.</returns>
    public static IReadOnlyList<string> Change(string name, TunAddresses? before, TunAddresses after)
    {
        List<string> lines = [];
        lines.AddRange(Less(before?.Routes, after.Routes).Select(p => $"route del {p} dev {name}"));
        lines.AddRange(Less(before?.Addresses, after.Addresses).Select(p => $"addr del {p} dev {name}"));
        lines.AddRange(Less(after.Addresses, before?.Addresses).Select(p => $"addr add {p} dev {name}{WithoutDetection(p)}"));
        lines.AddRange(Less(after.Routes, before?.Routes).Select(p => $"route replace {p} dev {name}"));
        return lines;
    }

    private static string WithoutDetection(AllowedPrefix prefix)
    {
        return prefix.Address.AddressFamily == AddressFamily.InterNetworkV6 ? " nodad" : string.Empty;
    }

    /// <summary>The prefixes of one set that are not in another, always in the same order.</summary>
    private static IEnumerable<AllowedPrefix> Less(IReadOnlySet<AllowedPrefix>? set, IReadOnlySet<AllowedPrefix>? other)
    {
        return (set ?? new HashSet<AllowedPrefix>()).Where(p => other == null || !other.Contains(p)).OrderBy(p => p.ToString(), System.StringComparer.Ordinal);
    }
}
