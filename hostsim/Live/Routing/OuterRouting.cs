using System.Collections.Generic;
using System.Linq;
using Spore.Hostsim.Live.Netlink;
using Spore.Signing;

namespace Spore.Hostsim.Live.Routing;

/// <summary>
/// Keeps the node's outer datagrams out of the tunnels of this machine's nodes, whichever endpoint they go to. They
/// bear a firewall mark, and three rules route what bears it: by the main table, but not into a tunnel; else by a
/// table with copies of those routes that a route into a tunnel hides; else nowhere. All other packets follow the main
/// table alone.
/// </summary>
/// <param name="network">The machine's network.</param>
/// <param name="number">The mark, which is also the number of the table.</param>
internal sealed class OuterRouting(KernelNetwork network, uint number)
{
    /// <summary>
    /// The group of the interfaces of all nodes. Two nodes whose endpoints are in each other's prefixes would otherwise
    /// hand one datagram to and fro without end.
    /// </summary>
    public const uint Group = 0x5350;

    // That of the rules an administrator adds first: so all of theirs come before Spore's, and the
    // main table's comes after.
    private const uint Priority = 32765;

    private readonly HashSet<byte> _withoutRules = [];

    /// <summary>Sets the rules that are missing.</summary>
    /// <returns>0, or the error of one that can't be set (errno(3)).</returns>
    public int KeepRules()
    {
        int failed = 0;
        List<KernelRule> rules = network.Rules();
        foreach (byte family in KernelNetwork.Families.Where(f => !_withoutRules.Contains(f)))
        {
            KernelRule[] wanted =
            [
                new(family, Priority, number, Rtnetlink.MainTable, Group, TunnelNumber.Protocol),
                new(family, Priority, number, number, null, TunnelNumber.Protocol),
                new(family, Priority, number, 0, null, TunnelNumber.Protocol),
            ];
            KernelRule[] there =
                [.. rules.Where(r => r.Family == family && r.Protocol == TunnelNumber.Protocol && r.Mark == number)];
            if (there.SequenceEqual(wanted))
            {
                continue;
            }

            // Those of one priority are asked in the order in which they were added.
            foreach (KernelRule rule in there)
            {
                network.Change(rule.Message(Rtnetlink.DeleteRule, Rtnetlink.Acknowledge));
            }

            foreach (KernelRule rule in wanted)
            {
                int error = network.Change(
                    rule.Message(Rtnetlink.NewRule, Rtnetlink.Acknowledge | Rtnetlink.Create | Rtnetlink.Exclusive));
                if (error is Rtnetlink.NoSuchFamily)
                {
                    _withoutRules.Add(family);
                    break;
                }

                failed = error == 0 ? failed : error;
            }
        }

        return failed;
    }

    /// <summary>Makes the table hold what it should.</summary>
    /// <param name="main">The routes of the main table that lead into no tunnel.</param>
    /// <param name="tunnel">The prefixes that are routed into tunnels.</param>
    /// <returns>0, or the error of a route that can't be copied (errno(3)).</returns>
    public int KeepCopies(IReadOnlyList<KernelRoute> main, IReadOnlyCollection<AllowedPrefix> tunnel)
    {
        int failed = 0;
        List<KernelRoute> wanted = Spread(
            main.Where(r => tunnel.Any(p => r.Prefix.Length <= p.Length && r.Prefix.Overlaps(p))));
        List<KernelRoute> stale = [.. network.Routes(number).Where(
            r => r.Protocol == TunnelNumber.Protocol && wanted.RemoveAll(r.IsSameWay) == 0)];

        // First what is new: between the two steps there is always a way out.
        foreach (KernelRoute route in wanted)
        {
            int flags = Rtnetlink.Acknowledge | Rtnetlink.Create | Rtnetlink.Append;
            int error = network.Change(route.Copy(Rtnetlink.NewRoute, flags, number, TunnelNumber.Protocol));
            failed = error is 0 or Rtnetlink.Exists ? failed : error;
        }

        foreach (KernelRoute route in stale)
        {
            network.Change(route.Copy(Rtnetlink.DeleteRoute, Rtnetlink.Acknowledge, number, TunnelNumber.Protocol));
        }

        return failed;
    }

    // Routers that advertise themselves have one metric. Of copies with one metric the kernel would make a single route
    // with several next hops, which is the copy of none.
    private static List<KernelRoute> Spread(IEnumerable<KernelRoute> routes)
    {
        List<KernelRoute> spread = [];
        HashSet<(AllowedPrefix, uint)> used = [];
        foreach (KernelRoute route in routes)
        {
            uint metric = route.Metric;
            while (route.Family == Rtnetlink.Ipv6 && !used.Add((route.Prefix, metric)))
            {
                metric++;
            }

            spread.Add(metric == route.Metric ? route : route.WithMetric(metric));
        }

        return spread;
    }
}
