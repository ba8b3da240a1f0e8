using System.Collections.Generic;
using Spore.Base;
using Spore.Hostsim.Live.Datagrams;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>The source addresses of datagrams, on a machine whose network changes.</summary>
public class LocalAddressesTests
{
    private const ulong First = 0x0A000001;
    private const ulong Second = 0x0A000002;
    private const int Link = 4;

    private readonly FakeWatch _watch = new();
    private readonly LocalAddresses _locals;

    public LocalAddressesTests() => _locals = new LocalAddresses(_watch);

    [Fact]
    public void An_address_has_one_number_and_each_address_another()
    {
        int first = Learn(First);
        Assert.NotEqual(0, first);
        Assert.Equal(first, Learn(First));
        Assert.NotEqual(first, Learn(Second));
        Assert.Equal(First, Find(first)!.Low);
        Assert.Equal(First, Find(first)!.Low);
        Assert.Equal(1, _watch.Lookups);
    }

    [Fact]
    public void Without_a_number_the_machine_chooses()
    {
        Assert.Null(Find(0));
        Assert.Null(Find(77));
        Assert.Null(Find(65535));
    }

    [Fact]
    public void A_tunnels_address_has_none()
    {
        _watch.Tunnels.Add(First);
        Assert.Equal(0, Learn(First));
    }

    [Fact]
    public void An_address_that_a_tunnel_takes_is_forgotten()
    {
        int number = Learn(First);
        _watch.Tunnels.Add(First);
        _watch.Generation++;
        Assert.Null(Find(number));
        Assert.Equal(0, Learn(First));
    }

    [Fact]
    public void After_a_change_the_route_is_asked_for_once_for_each_endpoint()
    {
        int number = Learn(First);
        _watch.Generation++;
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(First, Find(number)!.Low);
            Assert.Equal(First, Find(number, 9)!.Low);
        }

        Assert.Equal(2, _watch.Lookups);
        _watch.Generation++;
        Assert.NotNull(Find(number));
        Assert.Equal(3, _watch.Lookups);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(Link + 1)]
    public void One_that_is_lost_or_on_another_way_is_forgotten_until_it_is_heard_again(int route)
    {
        int number = Learn(First);
        _watch.Generation++;
        _watch.Route = route;
        Assert.Null(Find(number));
        _watch.Route = Link;
        _watch.Generation++;
        Assert.Null(Find(number));
        Assert.Equal(First, Find(Learn(First))!.Low);
    }

    [Fact]
    public void One_that_is_heard_after_the_change_is_compared_with_the_route_too()
    {
        int number = Learn(First);
        _watch.Generation++;
        _watch.Route = Link + 1;
        Assert.Null(Find(number));
        Assert.Null(Find(Learn(First)));
    }

    [Fact]
    public void Without_any_route_it_is_kept()
    {
        int number = Learn(First);
        _watch.Generation++;
        _watch.Route = 0;
        Assert.NotNull(Find(number));
        _watch.Route = -1;
        Assert.Null(Find(number));
    }

    [Fact]
    public void All_addresses_of_a_prefix_take_no_more_than_their_part()
    {
        HashSet<int> numbers = [];
        for (ulong i = 1; i <= 2 * LocalAddresses.MostInGeneration; i++)
        {
            numbers.Add(Learn(i));
        }

        Assert.Equal(LocalAddresses.MostInGeneration + 1, numbers.Count);
        Assert.Contains(0, numbers);
    }

    [Fact]
    public void Numbers_are_used_again_after_all_others()
    {
        int first = Learn(First);
        int number = 0;
        for (int i = 1; i < 65535; i++)
        {
            _watch.Generation++;
            number = Learn(First);
        }

        Assert.Equal(65535, number);
        _watch.Generation++;
        Assert.Equal(first, Learn(Second));
        Assert.Equal(Second, Find(first)!.Low);
    }

    private int Learn(ulong address) => _locals.Learn(0, address, Link);

    private LocalAddress? Find(int number, int port = 51820)
    {
        Endpoint endpoint = new();
        endpoint.SetIpv4([192, 0, 2, (byte)port], 0, port);
        endpoint.SetLocal(number);
        return _locals.Find(endpoint);
    }

    private sealed class FakeWatch : INetworkWatch
    {
        public int Generation { get; set; }

        public HashSet<ulong> Tunnels { get; } = [];

        public int Route { get; set; } = Link;

        public int Lookups { get; private set; }

        public bool IsTunnel(LocalAddress local) => Tunnels.Contains(local.Low);

        public int FindInterface(LocalAddress local, Endpoint endpoint)
        {
            Lookups++;
            return Route;
        }
    }
}
