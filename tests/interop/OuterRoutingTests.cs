using System;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>
/// Outer datagrams never enter the tunnel, whatever prefix of a member holds the endpoint that they go to.
/// </summary>
public class OuterRoutingTests
{
    // A loop would be hundreds of thousands. While answers are late, ping sends ten requests a second.
    private const int Few = 2000;

    public enum Source
    {
        /// <summary>The signed network.</summary>
        Signed,

        /// <summary>The command line.</summary>
        Configured,

        /// <summary>The initiation of the other side.</summary>
        Initiated,

        /// <summary><c>wg set</c>.</summary>
        Set,
    }

    public static TheoryData<Source, bool, string> Sources => new()
    {
        { Source.Signed, false, "203.0.113.0/24" },
        { Source.Signed, false, "203.0.113.9/32" },
        { Source.Signed, false, "192.0.0.0/3" },
        { Source.Signed, true, "2001:db8:9::/48" },
        { Source.Signed, true, "2001:db8:9::9/128" },
        { Source.Signed, true, "2000::/3" },
        { Source.Configured, false, "203.0.113.0/24" },
        { Source.Configured, true, "2001:db8::/32" },
        { Source.Initiated, false, "203.0.113.0/24" },
        { Source.Initiated, true, "2001:db8::/32" },
        { Source.Set, false, "203.0.113.0/24" },
        { Source.Set, true, "2001:db8::/32" },
    };

    [Theory]
    [MemberData(nameof(Sources))]
    public void A_member_whose_prefixes_hold_its_endpoint_is_reached(Source source, bool isIpv6, string prefix)
    {
        using FarPair pair = new();
        string endpoint = FarPair.ServerEndpoint(isIpv6);
        pair.Stock.AddPeer(pair.Self, source == Source.Initiated ? FarPair.ClientEndpoint(isIpv6) : null);
        byte[] network = pair.Sign(
            1, pair.Stock.Self with { Endpoint = source == Source.Signed ? endpoint : null, Prefixes = [prefix] });
        SporeNode spore = pair.StartWith(
            network, source == Source.Configured ? ["--peer", $"{pair.Stock.Self.KeyText}@{endpoint}"] : []);
        if (source == Source.Set)
        {
            pair.Ours.Run("wg", "set", spore.Interface, "peer", pair.Stock.Self.KeyText, "endpoint", endpoint).Demand();
        }

        if (source == Source.Initiated)
        {
            Ping.IsAnswered(pair.Stock.Machine, pair.Self.Ipv4);
        }

        Ping.IsAnswered(pair.Ours, spore.Scoped(pair.Stock.Self));
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv4);
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv6);

        // What is not the node's own goes into the tunnel all the same.
        Assert.Contains($"dev {spore.Interface}", pair.Ours.Ip($"route get {FarPair.Server(isIpv6)}"));
        pair.AssertNoLoop(spore, Few);
    }

    [Fact]
    public void A_prefix_of_one_member_that_holds_the_endpoint_of_another_is_no_obstacle()
    {
        using FarPair pair = new();
        pair.Stock.AddPeer(pair.Self);
        Member nobody = new(NodeKey.PublicKey(NodeKey.GeneratePrivate()), 3) { Prefixes = ["203.0.113.0/24"] };
        SporeNode spore = pair.StartWith(
            pair.Sign(1, pair.Stock.Self with { Endpoint = FarPair.ServerEndpoint(false) }, nobody));
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv4);
        pair.AssertNoLoop(spore, Few);
    }

    [Fact]
    public void The_other_side_roams_into_the_tunnels_prefixes()
    {
        using FarPair pair = new();
        pair.Stock.AddPeer(pair.Self, FarPair.ClientEndpoint(false));
        SporeNode spore = pair.StartWith(pair.Sign(1, pair.Stock.Self with { Prefixes = ["203.0.113.128/25"] }));
        Ping.IsAnswered(pair.Stock.Machine, pair.Self.Ipv4);
        pair.MoveServer("203.0.113.200");
        Ping.IsAnsweredAtLast(pair.Stock.Machine, pair.Self.Ipv4);
        spore.WaitForEndpoint(pair.Stock.Self, "203.0.113.200:51820");
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv4);
        pair.AssertNoLoop(spore, Few);
    }

    [Fact]
    public void A_network_that_is_pushed_into_a_running_mesh_makes_no_loop()
    {
        using FarPair pair = new();
        pair.Stock.AddPeer(pair.Self);
        string endpoint = FarPair.ServerEndpoint(false);
        SporeNode spore = pair.StartWith(pair.Sign(1, pair.Stock.Self with { Endpoint = endpoint }));
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv4);
        byte[] second = pair.Sign(2, pair.Stock.Self with { Endpoint = endpoint, Prefixes = ["203.0.113.0/24"] });
        Assert.Equal(0, new Curl(pair.Lab, pair.Stock, pair.Self).Write("network", second).ExitCode);
        spore.Program.WaitFor("network applied", "version 2");
        Wait.Until(() => pair.Ours.Ip("route").Contains("203.0.113.0/24", StringComparison.Ordinal), "the route");
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv4);
        pair.AssertNoLoop(spore, Few);
    }

    [Fact]
    public void An_endpoint_that_nothing_but_the_tunnel_leads_to_is_not_reached_and_nothing_loops()
    {
        using FarPair pair = new();
        pair.Ours.Ip("route del default");
        SporeNode spore = pair.StartWith(pair.Sign(
            1, pair.Stock.Self with { Endpoint = FarPair.ServerEndpoint(false), Prefixes = ["203.0.113.0/24"] }));
        Ping.IsNotAnswered(pair.Ours, pair.Stock.Self.Ipv4);
        pair.AssertNoLoop(spore, Few);

        // As soon as there is a way it is taken.
        pair.Stock.AddPeer(pair.Self);
        pair.Ours.Ip($"route add default via {FarPair.Gateway(false)}");
        Ping.IsAnsweredAtLast(pair.Ours, pair.Stock.Self.Ipv4);
    }

    [Fact]
    public void A_route_that_the_operator_sets_into_the_tunnel_is_no_obstacle()
    {
        using FarPair pair = new();
        pair.Stock.AddPeer(pair.Self);
        pair.Ours.Ip("route del default");
        pair.Ours.Ip($"route add 203.0.112.0/20 via {FarPair.Gateway(false)}");
        string endpoint = FarPair.ServerEndpoint(false);
        SporeNode spore = pair.StartWith(pair.Sign(1, pair.Stock.Self with { Endpoint = endpoint }));
        pair.Ours.Ip($"route add 203.0.113.0/24 dev {spore.Interface}");
        Ping.IsAnsweredAtLast(pair.Ours, pair.Stock.Self.Ipv4);
        pair.AssertNoLoop(spore, Few);
    }

    [Fact]
    public void Outer_datagrams_enter_no_tunnel_of_another_node_on_the_machine()
    {
        using FarPair pair = new();
        Member stock = pair.Stock.Self with { Prefixes = ["203.0.113.0/24", "2001:db8::/32"] };
        SporeNode first = pair.StartWith(pair.Sign(1, stock));
        using Authority another = new();
        SporeNode second = new(pair.Lab, pair.Ours, another.NewNode(), 3, true, null, "--listen", "51821");
        foreach (bool isIpv6 in new[] { false, true })
        {
            string route = pair.Ours.Ip($"route get {FarPair.Server(isIpv6)}");
            Assert.Contains($"dev {first.Interface}", route, StringComparison.Ordinal);
            Wait.Until(() => IsByGateway(second), "the second node's way to the server");
            Wait.Until(() => IsByGateway(first), "the first node's way to the server");

            bool IsByGateway(SporeNode node) =>
                pair.OuterRoute(node, isIpv6).Contains($"via {FarPair.Gateway(isIpv6)}", StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_interface_that_somebody_puts_into_another_group_is_put_back()
    {
        using FarPair pair = new();
        pair.Stock.AddPeer(pair.Self);
        Member stock = pair.Stock.Self with { Endpoint = FarPair.ServerEndpoint(false), Prefixes = ["203.0.113.0/24"] };
        SporeNode spore = pair.StartWith(pair.Sign(1, stock));
        string group = GroupOf();
        pair.Ours.Ip($"link set {spore.Interface} group 7");
        Wait.Until(() => GroupOf() == group, "the group to be as before");
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv4);
        pair.AssertNoLoop(spore, Few);

        string GroupOf() => pair.Ours.Ask("cat", $"/sys/class/net/{spore.Interface}/netdev_group").Demand();
    }

    [Fact]
    public void With_two_routers_that_advertise_themselves_both_are_ways_out()
    {
        using FarPair pair = new();
        pair.Stock.AddPeer(pair.Self);
        pair.Ours.Ip("-6 route del default");
        pair.Ours.Run("sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/eth0/accept_ra").Demand();
        pair.Advertise("fe80::a1");
        pair.Advertise("fe80::a2");
        Wait.Until(() => pair.Ours.Ip("-6 route show default").Split("via fe80::a").Length == 3, "two default routes");
        string endpoint = FarPair.ServerEndpoint(true);
        Member stock = pair.Stock.Self with { Endpoint = endpoint, Prefixes = ["2001:db8:9::/48"] };
        SporeNode spore = pair.StartWith(pair.Sign(1, stock));
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv6);

        // Whatever else changes, the copies stay.
        for (int i = 0; i < 3; i++)
        {
            pair.Ours.Ip("route add 198.51.100.0/24 dev eth0");
            pair.Ours.Ip("route del 198.51.100.0/24 dev eth0");
        }

        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv6);
        Assert.Contains("via fe80::a", pair.OuterRoute(spore, true), StringComparison.Ordinal);
        pair.AssertNoLoop(spore, Few);
    }

    [Fact]
    public void A_default_route_by_two_uplinks_works_while_one_is_down()
    {
        using FarPair pair = new();
        pair.Stock.AddPeer(pair.Self);
        pair.Ours.Ip("link add up2 type veth peer name far2");
        pair.Ours.Ip("addr add 10.78.0.1/24 dev up2");
        pair.Ours.Ip("link set up2 up");
        pair.Ours.Ip("link set far2 up");
        string first = $"nexthop via {FarPair.Gateway(false)} dev eth0";
        pair.Ours.Ip($"route replace default {first} nexthop via 10.78.0.2 dev up2");
        pair.Ours.Ip("link set up2 down");
        Member stock = pair.Stock.Self with { Endpoint = FarPair.ServerEndpoint(false), Prefixes = ["203.0.113.0/24"] };
        SporeNode spore = pair.StartWith(pair.Sign(1, stock));
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv4);
        Assert.DoesNotContain(spore.Timeline, l => l.Verb == "routes");
        pair.Ours.Ip("link set up2 up");
        Wait.Until(() => pair.OuterTable(spore).Contains("10.78.0.2", StringComparison.Ordinal), "the second uplink");
        pair.Ours.Ip("link set up2 down");
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv4);
        pair.AssertNoLoop(spore, Few);
    }

    [Fact]
    public void A_full_tunnel_warns_of_strict_reverse_path_filtering()
    {
        using FarPair pair = new();
        pair.Stock.AddPeer(pair.Self);
        byte[] network = pair.Sign(
            1, pair.Stock.Self with { Endpoint = FarPair.ServerEndpoint(false), Prefixes = ["0.0.0.0/0"] });
        pair.Ours.Run("sh", "-c", $"echo 1 > /proc/sys/net/ipv4/conf/{Wire.Interface}/rp_filter").Demand();
        SporeNode spore = pair.StartWith(network, "--default-route");
        spore.WaitFor(0, "settings", $"{Wire.Interface} has strict rp_filter");
        Ping.IsNotAnswered(pair.Ours, pair.Stock.Self.Ipv4);

        // What the line advises is the cure.
        pair.Ours.Run("sh", "-c", "echo 2 > /proc/sys/net/ipv4/conf/all/rp_filter").Demand();
        Ping.IsAnsweredAtLast(pair.Ours, pair.Stock.Self.Ipv4);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_full_tunnel_takes_everything_but_the_local_network_and_its_own_datagrams(bool isIpv6)
    {
        using FarPair pair = new();
        pair.Stock.AddPeer(pair.Self);
        string internet = isIpv6 ? "2001:db8:ffff::1" : "198.51.100.1";
        pair.Stock.Machine.Ip($"addr add {internet} dev lo");
        byte[] network = pair.Sign(
            1, pair.Stock.Self with { Endpoint = FarPair.ServerEndpoint(isIpv6), Prefixes = ["0.0.0.0/0", "::/0"] });
        string before = pair.Ours.Routing();

        // Only on request.
        SporeNode spore = pair.StartWith(network);
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv4);
        Ping.IsNotAnswered(pair.Ours, internet);
        spore.Program.Stop();

        spore = pair.StartWith(network, "--default-route");
        long sent = pair.Ours.CountSent(spore.Interface);
        int requests = Ping.IsAnswered(pair.Ours, internet);
        Wait.Until(
            () => pair.Ours.CountSent(spore.Interface) - sent >= requests, "the node to have read all requests");
        Ping.IsAnswered(pair.Ours, FarPair.Gateway(isIpv6));
        Assert.Equal(requests, pair.Ours.CountSent(spore.Interface) - sent);

        // The way to the server changes while the tunnel is in use.
        string family = isIpv6 ? "-6" : "-4";
        pair.Ours.Ip($"{family} route replace default via {FarPair.SecondGateway(isIpv6)}");
        Wait.Until(
            () => pair.OuterRoute(spore, isIpv6).Contains($"via {FarPair.SecondGateway(isIpv6)}"),
            "the node's way to the server to follow");
        Ping.IsAnsweredAtLast(pair.Ours, internet);
        pair.Ours.Ip($"{family} route replace default via {FarPair.Gateway(isIpv6)}");
        Ping.IsAnsweredAtLast(pair.Ours, internet);
        pair.AssertNoLoop(spore, Few);
        spore.Program.Stop();
        pair.Ours.AssertRouting(before);
    }
}
