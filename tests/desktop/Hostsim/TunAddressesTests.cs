using System.Collections.Generic;
using System.Linq;
using System.Net;
using Spore.Hostsim.Live.Routing;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Hostsim;

public class TunAddressesTests
{
    private static readonly IPAddress _linkLocal = IPAddress.Parse("fe80::1:2");
    private static readonly string[] _own = ["10.0.0.1/32", "10.1.0.0/16", "fd00::1/128"];
    private static readonly string[] _others = ["10.0.0.2/32", "0.0.0.0/0", "::/0", "fd00::/64"];

    [Fact]
    public void A_node_without_a_network_has_its_link_local_address_alone()
    {
        TunAddresses alone = TunAddresses.Alone(_linkLocal);
        Assert.Equal(["fe80::1:2/128"], Text(alone.Addresses));
        Assert.Equal(["fe80::/10"], Text(alone.Routes));
    }

    [Fact]
    public void A_member_has_the_hosts_of_its_entry_and_routes_to_all_others_but_no_default()
    {
        TunAddresses member = Of(false);
        Assert.Equal(["10.0.0.1/32", "fd00::1/128", "fe80::1:2/128"], Text(member.Addresses));
        Assert.Equal(["10.0.0.2/32", "fd00::/64", "fe80::/10"], Text(member.Routes));
    }

    [Fact]
    public void A_default_route_that_is_wanted_is_two_halves_so_that_the_machines_own_stays()
    {
        TunAddresses member = Of(true);
        Assert.Equal(["10.0.0.1/32", "fd00::1/128", "fe80::1:2/128"], Text(member.Addresses));
        Assert.Equal(
            ["0.0.0.0/1", "10.0.0.2/32", "128.0.0.0/1", "8000::/1", "::/1", "fd00::/64", "fe80::/10"],
            Text(member.Routes));
    }

    private static TunAddresses Of(bool hasDefaultRoute)
    {
        return TunAddresses.Of(_linkLocal, Prefixes(_own), Prefixes(_others), hasDefaultRoute);
    }

    private static string[] Text(IEnumerable<AllowedPrefix> prefixes)
    {
        return [.. prefixes.Select(p => p.ToString()).Order(System.StringComparer.Ordinal)];
    }

    private static AllowedPrefix[] Prefixes(IEnumerable<string> texts)
    {
        return [.. texts.Select(t => AllowedPrefix.TryParse(t, out _)!)];
    }
}
