using System;
using System.Linq;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>A node with an interface changes nothing of the machine's that it did not set.</summary>
public class RouteTests
{
    private const string Ipv4Prefix = "10.16.0.0/24";
    private const string Ipv6Prefix = "fd16::/64";
    private const string Ours = "proto 83";

    // How somebody else has the prefix of a member. {0} stands for the prefix, {1} and {2} for gateways.
    public static TheoryData<string, bool> Holders
    {
        get
        {
            TheoryData<string, bool> data = [];
            string[] routes =
            [
                "{0} dev eth0",
                "{0} dev eth0 metric 100",
                "{0} dev eth0 metric 4278198272",
                "{0} via {1}",
                "{0} via {1} proto static metric 20",
                "blackhole {0}",
                "unreachable {0}",
                "prohibit {0} metric 7",
                "throw {0}",
                "{0} nexthop via {1} dev eth0 weight 1 nexthop via {2} dev eth0 weight 2",
            ];
            foreach (string route in routes)
            {
                data.Add(route, false);
                data.Add(route, true);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Holders))]
    public void A_prefix_that_another_route_holds_is_skipped_until_that_route_is_gone(string route, bool isIpv6)
    {
        using Pair pair = new();
        string family = isIpv6 ? "-6" : "-4";
        string prefix = isIpv6 ? Ipv6Prefix : Ipv4Prefix;
        string held = route.Replace("{0}", prefix)
            .Replace("{1}", isIpv6 ? "fd77::2" : Wire.Address(2))
            .Replace("{2}", isIpv6 ? "fd77::3" : Wire.Address(3));
        pair.Ours.Ip($"{family} route add {held}");
        string before = pair.Ours.Routing();
        SporeNode spore = pair.StartWith(true, pair.Sign(1, pair.Stock.Self with { Prefixes = [prefix] }));
        spore.WaitFor(0, "route skipped", prefix);
        string[] theirs = RoutesTo(pair.Ours, family, prefix);
        Assert.DoesNotContain(theirs, r => r.Contains(Ours, StringComparison.Ordinal));
        Assert.NotEmpty(theirs);

        // The route goes, comes back while Spore has its own, and goes again.
        for (int i = 0; i < 2; i++)
        {
            int seen = spore.Timeline.Count;
            pair.Ours.Ip($"{family} route del {held}");
            spore.WaitFor(seen, "route set", prefix);
            Wait.Until(
                () => RoutesTo(pair.Ours, family, prefix) is [{ } only]
                    && only.Contains($"dev {spore.Interface} {Ours}", StringComparison.Ordinal),
                "Spore's own route");
            pair.Ours.Ip($"{family} route add {held}");
            spore.WaitFor(seen, "route skipped", prefix);
            Wait.Until(() => RoutesTo(pair.Ours, family, prefix).SequenceEqual(theirs), "Spore's route to go");
        }

        Assert.Equal(0, spore.Program.Stop());
        pair.Ours.AssertRouting(before);
    }

    [Theory]
    [InlineData("-4", Ipv4Prefix, "10.77.0.2")]
    [InlineData("-6", Ipv6Prefix, "fd77::2")]
    public void A_route_that_goes_with_its_next_hop_object_is_noticed(string family, string prefix, string gateway)
    {
        using Pair pair = new();
        pair.Ours.Ip($"nexthop add id 7 via {gateway} dev eth0");
        pair.Ours.Ip($"{family} route add {prefix} nhid 7");
        SporeNode spore = pair.StartWith(true, pair.Sign(1, pair.Stock.Self with { Prefixes = [prefix] }));
        spore.WaitFor(0, "route skipped", prefix);
        pair.Ours.Ip("nexthop del id 7");
        spore.WaitFor(0, "route set", prefix);
        string route = Assert.Single(RoutesTo(pair.Ours, family, prefix));
        Assert.Contains($"dev {spore.Interface} {Ours}", route, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.77.0.0/24", "10.77.0.2")]
    [InlineData("fd77::/64", "fd77::2")]
    public void The_network_that_the_machine_is_in_stays_its_own(string prefix, string neighbour)
    {
        using Pair pair = new();
        string before = pair.Ours.Routing();
        SporeNode spore = pair.StartWith(
            true, pair.Sign(1, pair.Stock.Self with { Endpoint = Wire.Endpoint(2), Prefixes = [prefix] }));
        spore.WaitFor(0, "route skipped", prefix);
        Assert.Contains("dev eth0", pair.Ours.Ip($"route get {neighbour}"));
        Ping.IsAnswered(pair.Ours, neighbour);
        pair.Stock.AddPeer(pair.Self);
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv4);
        spore.Program.Stop();
        pair.Ours.AssertRouting(before);
    }

    [Theory]
    [InlineData("10.0.0.0/8", "10.200.0.1", "10.77.0.2")]
    [InlineData("fd00::/8", "fd20::1", "fd77::2")]
    public void A_prefix_that_is_wider_than_the_machines_network_is_routed(
        string prefix, string inside, string neighbour)
    {
        using Pair pair = new();
        pair.Stock.AddPeer(pair.Self);
        SporeNode spore = pair.StartWith(
            true, pair.Sign(1, pair.Stock.Self with { Endpoint = Wire.Endpoint(2), Prefixes = [prefix] }));
        Assert.Contains($"dev {spore.Interface}", pair.Ours.Ip($"route get {inside}"));
        Assert.Contains("dev eth0", pair.Ours.Ip($"route get {neighbour}"));
        Ping.IsAnswered(pair.Ours, neighbour);
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv4);
        Assert.DoesNotContain(spore.Timeline, l => l.Verb == "route skipped");
    }

    [Fact]
    public void What_the_machine_has_is_as_before_however_the_node_ends()
    {
        using Pair pair = new();
        pair.Stock.AddPeer(pair.Self);

        // What an administrator may have: rules at the priority that Spore uses, its table, an address that
        // is the node's own too.
        pair.Ours.Ip("rule add pref 32765 from 192.0.2.7 lookup 100");
        pair.Ours.Ip("rule add fwmark 0x5351 lookup 101");
        pair.Ours.Ip("-6 rule add pref 32765 from 2001:db8::7 lookup 100");
        pair.Ours.Ip("route add 192.0.2.0/24 via 10.77.0.2 table 21328");
        pair.Ours.Ip($"addr add {pair.Self.Ipv4}/32 dev eth0");
        pair.Ours.Ip("route add default via 10.77.0.2 metric 600");
        pair.Ours.Ip("-6 route add default via fd77::2");
        string before = pair.Ours.Routing();
        byte[] network = pair.Sign(
            1,
            pair.Stock.Self with
            {
                Endpoint = Wire.Endpoint(2),
                Prefixes = ["10.77.0.0/16", "fd77::/32", "0.0.0.0/0", "::/0"],
            });

        SporeNode spore = pair.StartWith(true, network, "--default-route");
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv6);
        Assert.Equal(0, spore.Program.Stop());
        pair.Ours.AssertRouting(before);

        spore = pair.StartWith(true, network, "--default-route");
        Assert.Equal(0, spore.Program.BreakOff());
        pair.Ours.AssertRouting(before);

        spore = pair.StartWith(true, network, "--default-route");
        spore.Program.Kill();
        Assert.NotEqual(before, pair.Ours.Routing());
        spore = pair.StartWith(true, network);
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv6);
        spore.Program.Stop();
        pair.Ours.AssertRouting(before);
    }

    [Fact]
    public void Two_nodes_on_one_machine_leave_each_other_alone()
    {
        using Pair pair = new();
        pair.Stock.AddPeer(pair.Self);
        SporeNode first = pair.Start(true, Wire.Endpoint(2));
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv4);
        string before = pair.Ours.Routing();

        using Authority another = new();
        SporeNode second = new(pair.Lab, pair.Ours, another.NewNode(), 3, true, null, "--listen", "51821");
        Ping.IsAnswered(pair.Ours, first.Scoped(pair.Stock.Self));
        second.Program.Kill();
        SporeNode third = new(pair.Lab, pair.Ours, another.NewNode(), 4, true, null, "--listen", "51821");
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv6);
        Ping.IsAnswered(pair.Ours, first.Scoped(pair.Stock.Self));
        Assert.Equal(0, third.Program.Stop());
        pair.Ours.AssertRouting(before);
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv4);
    }

    private static string[] RoutesTo(NetworkNamespace machine, string family, string prefix)
    {
        return machine.Ask("ip", family, "route", "show", "exact", prefix).Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
