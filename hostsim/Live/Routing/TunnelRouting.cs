using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Runtime.InteropServices;
using System.Threading;
using Spore.Hostsim.Live.Netlink;
using Spore.Hostsim.Live.Packets;
using Spore.Signing;

namespace Spore.Hostsim.Live.Routing;

/// <summary>
/// What the machine has of the tunnel: the addresses and routes of its interface, and the rules for the outer
/// datagrams. It sets what is wanted and not there, and changes nothing that Spore did not set. It sets again what has
/// gone whenever the kernel reports a change.
/// </summary>
internal sealed class TunnelRouting : IDisposable
{
    // Above what others use, so that of two routes with one prefix the other one counts, even before Spore has seen it.
    private const uint Metric = 0x5350;

    private const int WatchPatience = 200;
    private const int LongestPause = 100;

    private static readonly AllowedPrefix _linkLocals = new(IPAddress.Parse("fe80::"), 10);
    private static readonly AllowedPrefix _half = new(IPAddress.Any, 1);

    private readonly LinuxTun _tun;
    private readonly string _name;
    private readonly Action<string, string, string> _tell;
    private readonly Action<string> _lost;
    private readonly NetlinkSocket _requests;
    private readonly NetlinkSocket _events;
    private readonly KernelNetwork _network;
    private readonly TunnelNumber _number;
    private readonly OuterRouting _outer;
    private readonly int _link;
    private readonly Thread _watch;
    private readonly Lock _changing = new();

    private readonly HashSet<AllowedPrefix> _setAddresses = [];
    private readonly HashSet<AllowedPrefix> _skipped = [];
    private TunAddresses? _wanted;
    private bool _isUp = true;
    private bool _isIpv6Off;
    private bool _isWarned;
    private string _failure = string.Empty;
    private bool _isEnding;

    /// <summary>Makes an interface ready for addresses, sets it up and watches it.</summary>
    /// <param name="tun">The interface.</param>
    /// <param name="mtu">Its MTU in bytes.</param>
    /// <param name="tell">
    /// Takes a line for the log: what happened, a colour, and the rest. Called on several threads.
    /// </param>
    /// <param name="lost">Called when the interface is gone, with one line about it.</param>
    /// <exception cref="HostsimException">The kernel refuses.</exception>
    public TunnelRouting(LinuxTun tun, int mtu, Action<string, string, string> tell, Action<string> lost)
    {
        string name = _name = tun.Name;
        _tun = tun;
        _tell = tell;
        _lost = lost;
        _requests = new NetlinkSocket();
        try
        {
            _events = new NetlinkSocket(Rtnetlink.AllGroups);
            _network = new KernelNetwork(_requests);
            _link = _network.FindLink(name)?.Index ?? throw new HostsimException($"{name}: the interface is gone");
            _number = TunnelNumber.Reserve(_network);
            _outer = new OuterRouting(_network, _number.Value);
            Demand(_network.SetLink(_link, mtu, OuterRouting.Group));
            IReadOnlyList<string> left = InterfaceSettings.TurnOff(name);
            if (left.Count > 0)
            {
                tell(
                    "settings",
                    "yellow",
                    $"{string.Join(", ", left)} can't be set to 0: packets out of the tunnel may change this machine's "
                    + "routes");
            }

            int failed = _outer.KeepRules();
            if (failed != 0)
            {
                tell(
                    "rules",
                    "red",
                    $"the kernel takes no rules ({Marshal.GetPInvokeErrorMessage(failed)}): an endpoint inside a "
                    + "member's AllowedIPs can't be reached");
            }

            Demand(_network.SetUp(_link));
        }
        catch
        {
            Dispose();
            throw;
        }

        _watch = new Thread(Watch) { IsBackground = true, Name = "netlink" };
        _watch.Start();
    }

    /// <summary>The firewall mark that the outer sockets must have.</summary>
    public uint Mark => _number.Value;

    /// <summary>Gives the interface other addresses and routes.</summary>
    /// <param name="wanted">All that it is to have.</param>
    public void Set(TunAddresses wanted)
    {
        lock (_changing)
        {
            _wanted = wanted;
            Apply();
        }
    }

    /// <summary>Removes what would outlive the interface. Its addresses and routes go with it.</summary>
    public void Dispose()
    {
        lock (_changing)
        {
            _isEnding = true;
            if (_number != null)
            {
                TunnelNumber.Clean(_network, _number.Value);
            }
        }

        if (_watch != null)
        {
            _events.Wake();
            _watch.Join(WatchPatience);
        }

        _events?.Dispose();
        _requests.Dispose();
        _number?.Dispose();
    }

    private static string Describe(int error)
    {
        return Marshal.GetPInvokeErrorMessage(error);
    }

    private void Demand(int error)
    {
        if (error != 0)
        {
            throw new HostsimException($"{_name}: {Describe(error)}");
        }
    }

    private void Watch()
    {
        List<NetlinkReply> events = [];
        while (_events.Wait(events))
        {
            // None of them where some were lost.
            bool isOurs = events.Count > 0 && events.All(e => e.Port == _requests.Port);
            if (isOurs)
            {
                continue;
            }

            Stopwatch clock = Stopwatch.StartNew();
            lock (_changing)
            {
                if (_isEnding)
                {
                    return;
                }

                Link? link = _network.Links().Find(l => l.Index == _link);
                if (link == null)
                {
                    _isEnding = true;
                    _lost($"{_name}: the interface was deleted");
                    return;
                }

                Follow(link);
            }

            // With many routes that change all the time this is half a core at most.
            Thread.Sleep((int)Math.Min(clock.ElapsedMilliseconds, LongestPause));
        }
    }

    // Called when the kernel has reported a change.
    private void Follow(Link link)
    {
        bool wasUp = _isUp;
        _isUp = link.IsUp;
        if (link.Group != OuterRouting.Group)
        {
            _network.SetGroup(_link, OuterRouting.Group);
        }

        Apply();
        if (_isUp && !wasUp)
        {
            _tun.Resume();
            _tell("interface up", "green", $"{_name}: its addresses and routes are back");
        }
        else if (wasUp && !_isUp)
        {
            _tell("interface down", "yellow", $"{_name}: nothing goes into the tunnel until it is up again");
        }
    }

    private void Apply()
    {
        if (_wanted == null || !_isUp || _isEnding)
        {
            return;
        }

        List<string> failures = [];
        int failed = _outer.KeepRules();
        if (failed != 0)
        {
            failures.Add(
                $"the rules of mark {_number.Value.ToString(CultureInfo.InvariantCulture)}: {Describe(failed)}");
        }

        bool wasOff = _isIpv6Off;
        TunAddresses wanted = WithoutIpv6WhereItIsOff(_wanted);
        ApplyAddresses(wanted.Addresses, failures);
        ApplyRoutes(wanted.Routes, failures);
        if (wasOff && !_isIpv6Off)
        {
            _tell("IPv6 is on", "green", $"{_name}: its IPv6 addresses and routes are set");
        }

        string failure = failures.Count switch
        {
            0 => string.Empty,
            1 => failures[0],
            _ => string.Create(CultureInfo.InvariantCulture, $"{failures[0]}; and {failures.Count - 1} more"),
        };
        if (failure != _failure)
        {
            _failure = failure;
            if (failure.Length > 0)
            {
                _tell("routes", "red", $"can't be set: {failure}");
            }
        }
    }

    private TunAddresses WithoutIpv6WhereItIsOff(TunAddresses wanted)
    {
        bool wasOff = _isIpv6Off;
        _isIpv6Off = InterfaceSettings.IsIpv6Off(_name);
        if (_isIpv6Off && !wasOff)
        {
            _tell(
                "IPv6 is off",
                "yellow",
                $"{_name}: peers have no IPv6 and no link-local address here; "
                + $"net.ipv6.conf.{_name.Replace('.', '/')}.disable_ipv6=0 turns it on");
        }

        return _isIpv6Off ? wanted.OfIpv4() : wanted;
    }

    private void ApplyAddresses(IReadOnlySet<AllowedPrefix> wanted, List<string> failures)
    {
        HashSet<AllowedPrefix> there =
            [.. _network.Addresses(_link).Select(a => new AllowedPrefix(a.Address, a.Length))];
        foreach (AllowedPrefix address in _setAddresses.Where(a => !wanted.Contains(a)).ToArray())
        {
            _network.ChangeAddress(Rtnetlink.DeleteAddress, _link, address);
            _setAddresses.Remove(address);
        }

        foreach (AllowedPrefix address in InOrder(wanted.Where(a => !there.Contains(a))))
        {
            int error = _network.ChangeAddress(Rtnetlink.NewAddress, _link, address);
            if (error is 0)
            {
                _setAddresses.Add(address);
            }
            else if (error != Rtnetlink.Exists)
            {
                failures.Add($"address {address}: {Describe(error)}");
            }
        }
    }

    private void ApplyRoutes(IReadOnlySet<AllowedPrefix> wanted, List<string> failures)
    {
        List<KernelRoute> main = _network.Routes(Rtnetlink.MainTable);
        List<KernelRoute> others = [.. main.Where(r => !IsOurs(r))];
        HashSet<AllowedPrefix> held = [.. others.Select(r => r.Prefix)];

        // Each interface has a route to link-local addresses, which are told apart by their zone.
        held.Remove(_linkLocals);
        HashSet<AllowedPrefix> set = [.. wanted.Where(p => !held.Contains(p))];

        // The copies first: from the first packet into the tunnel on, the outer datagrams have their own way.
        IEnumerable<Link> ofNodes = _network.Links().Where(l => l.Group == OuterRouting.Group);
        HashSet<int> tunnels = [_link, .. ofNodes.Select(l => l.Index)];
        List<KernelRoute> elsewhere = [.. others.Where(r => !tunnels.Contains(r.Interface))];

        // Also the routes of other nodes, and those that the operator sets to prefixes given by hand.
        IEnumerable<KernelRoute> ofOthers = others.Where(r => tunnels.Contains(r.Interface));
        HashSet<AllowedPrefix> hiding = [.. set, .. ofOthers.Select(r => r.Prefix)];
        hiding.RemoveWhere(p => p.Length >= _linkLocals.Length && p.Overlaps(_linkLocals));
        int failed = _outer.KeepCopies(elsewhere, hiding);
        if (failed != 0)
        {
            failures.Add(
                $"the outer routes in table {_number.Value.ToString(CultureInfo.InvariantCulture)}: "
                + $"{Describe(failed)}");
        }

        WarnOfReverseFilter(elsewhere, set);
        HashSet<AllowedPrefix> there = [];
        foreach (KernelRoute route in main.Where(IsOurs))
        {
            if (set.Contains(route.Prefix))
            {
                there.Add(route.Prefix);
            }
            else
            {
                _network.Change(KernelRoute.Into(
                    Rtnetlink.DeleteRoute,
                    Rtnetlink.Acknowledge,
                    route.Prefix,
                    _link,
                    TunnelNumber.Protocol,
                    route.Metric));
            }
        }

        foreach (AllowedPrefix prefix in InOrder(set.Where(p => !there.Contains(p))))
        {
            // Beside the link-local route of another interface, but in no other route's place.
            int flags = Rtnetlink.Acknowledge | Rtnetlink.Create
                | (prefix == _linkLocals ? Rtnetlink.Append : Rtnetlink.Exclusive);
            int error = _network.Change(
                KernelRoute.Into(Rtnetlink.NewRoute, flags, prefix, _link, TunnelNumber.Protocol, Metric));
            if (error is not (0 or Rtnetlink.Exists))
            {
                failures.Add($"{prefix}: {Describe(error)}");
            }
        }

        // After the changes that it reports.
        TellSkipped([.. wanted.Where(held.Contains)], others, set);
    }

    private void WarnOfReverseFilter(List<KernelRoute> elsewhere, HashSet<AllowedPrefix> set)
    {
        if (_isWarned || !set.Contains(_half))
        {
            return;
        }

        HashSet<int> outer =
            [.. elsewhere.Where(r => r.Family == Rtnetlink.Ipv4 && r.Prefix.Length == 0).Select(r => r.Interface)];
        foreach (Link link in _network.Links().Where(
            l => outer.Contains(l.Index) && InterfaceSettings.IsStrict(l.Name)))
        {
            _isWarned = true;
            _tell(
                "settings",
                "yellow",
                $"{link.Name} has strict rp_filter, which drops what endpoints send; set net.ipv4.conf.all.rp_filter "
                + "to 2");
        }
    }

    private bool IsOurs(KernelRoute route)
    {
        return route.Interface == _link && route.Protocol == TunnelNumber.Protocol;
    }

    private void TellSkipped(HashSet<AllowedPrefix> skipped, List<KernelRoute> others, HashSet<AllowedPrefix> set)
    {
        foreach (AllowedPrefix prefix in InOrder(skipped.Where(p => !_skipped.Contains(p))))
        {
            int holder = others.Find(r => r.Prefix == prefix)!.Interface;
            string by = _network.Links().Find(l => l.Index == holder)?.Name is { } name
                ? $"a route of this machine by {name}"
                : "a route of this machine";
            _tell("route skipped", "yellow", $"{prefix}: {by} has this prefix; it is set when that route is gone");
        }

        foreach (AllowedPrefix prefix in InOrder(_skipped.Where(set.Contains)))
        {
            _tell("route set", "green", $"{prefix}: the other route is gone");
        }

        _skipped.Clear();
        _skipped.UnionWith(skipped);
    }

    private static IEnumerable<AllowedPrefix> InOrder(IEnumerable<AllowedPrefix> prefixes)
    {
        return prefixes.ToArray().OrderBy(p => p.ToString(), StringComparer.Ordinal);
    }
}
