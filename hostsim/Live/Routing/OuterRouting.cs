using System.Collections.Generic;
using System.Linq;
using Spore.Hostsim.Live.Netlink;
using Spore.Signing;
using Spore.WireGuard;

namespace Spore.Hostsim.Live.Routing;

/// <summary>
/// Keeps the node's outer datagrams out of its own tunnel, whichever endpoint they go to. They bear a firewall mark, and three rules route what
/// bears it: by the main table, but not into the tunnel; else by a table with copies of those routes that a route into the tunnel hides; else
/// nowhere. All other packets follow the main table alone.
/// </summary>
/// <param name="network">The machine's network.</param>
/// <param name="number">The mark, which is also the number of the table and of the interface's group.</param>
internal sealed class OuterRouting(KernelNetwork network, uint number)
{
    // That of the rules an administrator adds first: so all of theirs come before Spore's, and the main table's comes after.
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
                new(family, Priority, number, Rtnetlink.MainTable, number, TunnelNumber.Protocol),
                new(family, Priority, number, number, null, TunnelNumber.Protocol),
                new(family, Priority, number, 0, null, TunnelNumber.Protocol),
            ];
            KernelRule[] there = [.. rules.Where(r => r.Family == family && r.Protocol == TunnelNumber.Protocol && r.Mark == number)];
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
                int error = network.Change(rule.Message(Rtnetlink.NewRule, Rtnetlink.Acknowledge | Rtnetlink.Create | Rtnetlink.Exclusive));
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
    /// <param name="main">The routes of the main table that are not the tunnel's.</param>
    /// <param name="tunnel">The prefixes that are routed into the tunnel.</param>
    /// <returns>0, or the error of a route that can't be copied (errno(3)).</returns>
    public int KeepCopies(IReadOnlyList<KernelRoute> main, IReadOnlyCollection<AllowedPrefix> tunnel)
    {
        int failed = 0;
        List<KernelRoute> wanted = [.. main.Where(r => tunnel.Any(p => r.Prefix.Length <= p.Length && r.Prefix.Overlaps(p)))];
        List<KernelRoute> stale = [.. network.Routes(number).Where(r => r.Protocol == TunnelNumber.Protocol && wanted.RemoveAll(r.IsSameWay) == 0)];

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
}
