using System.Collections.Generic;
using System.Linq;
using Spore.Base;
using Spore.Hostsim.Live.Names;
using Spore.Signing;
using Spore.Tests.WireGuard;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>When a name is resolved, and which address of it has its turn.</summary>
public class NamedEndpointTests
{
    private readonly NamedEndpoint _name = new(new PeerEndpoint(null, "gate.example", 51820));
    private readonly Endpoint _none = new();

    [Fact]
    [Statement("4.5-8")]
    public void Lookups_have_growing_intervals()
    {
        List<long> intervals = [];
        for (int i = 0; i < 8; i++)
        {
            long now = _name.DueAt;
            _name.Begin(now, 30_000);
            Assert.True(_name.IsPending);
            _name.Finish([], "no");
            intervals.Add(_name.DueAt - now);
        }

        Assert.Equal([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000], intervals);
        _name.Restart(7000);
        Assert.Equal(7000, _name.DueAt);
        _name.Begin(7000, 30_000);
        Assert.Equal(8000, _name.DueAt);
    }

    [Fact]
    [Statement("4.5-7")]
    public void Each_address_has_its_turn_and_the_one_that_does_not_answer_is_over()
    {
        Endpoint[] all = Find(1, 2, 3);
        Assert.Equal(["1", "2", "3", "1"], Enumerable.Range(0, 4).Select(_ => Text(_name.Next(_none))));
        Assert.Equal("3", Text(_name.Next(all[1])));
        Assert.Equal("2", Text(_name.Next(all[0])));
        Find(5);
        Assert.Equal("5", Text(_name.Next(TunnelEnd.EndpointOf(5))));
    }

    [Fact]
    public void The_same_answer_in_another_order_leaves_the_turns_as_they_are()
    {
        Find(1, 2, 3);
        _name.Next(_none);
        Find(3, 2, 1);
        Assert.Equal("2", Text(_name.Next(_none)));
        Find(1, 2);
        Assert.Equal("1", Text(_name.Next(_none)));
    }

    [Fact]
    public void After_a_failure_the_addresses_stay_and_each_failure_is_reported_once()
    {
        Find(1);
        Assert.Equal("gate.example: no; the node goes on and asks again", _name.Finish([], "no"));
        Assert.Null(_name.Finish([], "no"));
        Assert.True(_name.IsResolved && _name.Contains(TunnelEnd.EndpointOf(1)));
        Assert.NotNull(_name.Finish([], "another"));
        Assert.Equal("gate.example: found", _name.Finish(Endpoints(1), null));
        Assert.Null(_name.Finish(Endpoints(1), null));
    }

    private static Endpoint[] Endpoints(params byte[] numbers) => [.. numbers.Select(n => TunnelEnd.EndpointOf(n))];

    private static string Text(Endpoint endpoint) => $"{endpoint.AddressBytes()[15]}";

    private Endpoint[] Find(params byte[] numbers)
    {
        Endpoint[] endpoints = Endpoints(numbers);
        Assert.Null(_name.Finish(endpoints, null));
        return endpoints;
    }
}
