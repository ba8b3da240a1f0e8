using System.Linq;
using System.Net;
using Spore.Hostsim.Live;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Hostsim;

public class TunAddressesTests
{
    private static readonly IPAddress LinkLocal = IPAddress.Parse("fe80::1:2");

    [Fact]
    public void A_node_without_a_network_has_its_link_local_address_alone()
    {
        Assert.Equal(
            ["addr add fe80::1:2/128 dev spore0 nodad", "route replace fe80::/10 dev spore0"],
            TunAddresses.Change("spore0", null, TunAddresses.Alone(LinkLocal)));
    }

    [Fact]
    public void A_member_has_the_hosts_of_its_entry_and_routes_to_all_others_but_no_default()
    {
        TunAddresses member = TunAddresses.Of(
            LinkLocal,
            Prefixes("10.0.0.1/32", "10.1.0.0/16", "fd00::1/128"),
            Prefixes("10.0.0.2/32", "0.0.0.0/0", "::/0", "fd00::/64"));
        Assert.Equal(
            [
                "addr add 10.0.0.1/32 dev t",
                "addr add fd00::1/128 dev t nodad",
                "route replace 10.0.0.2/32 dev t",
                "route replace fd00::/64 dev t",
            ],
            TunAddresses.Change("t", TunAddresses.Alone(LinkLocal), member));
    }

    [Fact]
    public void A_new_network_changes_only_what_differs_and_takes_away_first()
    {
        TunAddresses before = TunAddresses.Of(LinkLocal, Prefixes("10.0.0.1/32"), Prefixes("10.0.0.2/32", "10.0.0.3/32"));
        TunAddresses after = TunAddresses.Of(LinkLocal, Prefixes("10.0.0.9/32"), Prefixes("10.0.0.2/32", "10.0.0.4/32"));
        Assert.Equal(
            ["route del 10.0.0.3/32 dev t", "addr del 10.0.0.1/32 dev t", "addr add 10.0.0.9/32 dev t", "route replace 10.0.0.4/32 dev t"],
            TunAddresses.Change("t", before, after));
        Assert.Empty(TunAddresses.Change("t", after, after));
    }

    private static AllowedPrefix[] Prefixes(params string[] texts)
    {
        return [.. texts.Select(t => AllowedPrefix.TryParse(t, out _)!)];
    }
}
