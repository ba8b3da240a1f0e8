using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using Spore.Base;
using Spore.Hostsim.Endpoints;
using Spore.Hostsim.Simulation;
using Spore.Mesh;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Worlds;

/// <summary>The simulator's outer network: local networks, and the routes between them.</summary>
public class WorldTests
{
    private const int Delay = 20;
    private const int RoutedDelay = 60;
    private const int Many = 10_000;

    private readonly Simulator _simulator = new();
    private readonly World _world;
    private readonly LocalNetwork _first;
    private readonly LocalNetwork _second;

    public WorldTests()
    {
        _world = new World(
            _simulator, new SimulationOptions { Loss = 0, Delay = Delay, RoutedDelay = RoutedDelay, Reorder = 0 });
        _first = _world.AddLocalNetwork();
        _second = _world.AddLocalNetwork();
    }

    [Fact]
    public void A_broadcast_reaches_all_others_of_its_local_network_and_nobody_else()
    {
        Station[] near = [.. Enumerable.Range(0, 5).Select(_ => Add(_first))];
        Station otherPort = new(_simulator, _first, SimulatedNode.Port + 1);
        Station[] far = [.. Enumerable.Range(0, 5).Select(_ => Add(_second))];
        near[2].Broadcast(7);
        Run(1000);
        Assert.All(near.Where(s => s != near[2]), s => Assert.Contains((7, 3), Received(s)));
        Assert.All([near[2], otherPort, .. far], s => Assert.Empty(s.Arrived));
    }

    [Fact]
    public void A_datagram_is_routed_to_the_one_station_with_its_address_and_port()
    {
        Station from = Add(_first);
        Station near = Add(_first);
        Station far = Add(_second);
        Station otherFar = Add(_second);
        from.Send(1, near.Outer);
        from.Send(2, far.Outer);
        far.Send(3, from.Outer);
        from.Send(4, from.Outer);
        Endpoint nobody = new();
        nobody.CopyFrom(far.Outer);
        nobody.Set(nobody.AddressHigh, nobody.AddressLow, SimulatedNode.Port + 1, 0);
        from.Send(5, nobody);
        nobody.SetIpv4([192, 0, 2, 1], 0, SimulatedNode.Port);
        from.Send(6, nobody);
        nobody.SetIpv6(new byte[16], 0, SimulatedNode.Port, 0);
        from.Send(7, nobody);
        Run(1000);
        Assert.Equal([(1, 1)], Received(near).Distinct());
        Assert.Equal([(2, 1)], Received(far).Distinct());
        Assert.Equal([(3, 1)], Received(from).Distinct());
        Assert.Empty(otherFar.Arrived);
        Assert.Equal(3, _world.Carried);
    }

    [Fact]
    public void The_delay_between_local_networks_is_another_than_that_within_one()
    {
        Station from = Add(_first);
        Station near = Add(_first);
        Station far = Add(_second);
        for (int i = 0; i < 200; i++)
        {
            long sent = _simulator.Now;
            near.Arrived.Clear();
            far.Arrived.Clear();
            from.Send(1, near.Outer);
            from.Send(1, far.Outer);
            Run(1000);
            Assert.InRange(near.Arrived[0].At - sent, Delay, Delay * 5 / 4);
            Assert.InRange(far.Arrived[0].At - sent, RoutedDelay, RoutedDelay * 5 / 4);
        }
    }

    [Fact]
    public void Datagrams_keep_their_order_unless_they_are_held_back()
    {
        Station from = Add(_first);
        Station to = Add(_second);
        Assert.Equal(0, CountOvertaken(from, to));
        _world.Options = _world.Options with { Reorder = 10 };
        Assert.InRange(CountOvertaken(from, to), 20, 80);
    }

    [Fact]
    public void Datagrams_are_lost_and_duplicated_as_often_as_the_options_say()
    {
        Station from = Add(_first);
        Station to = Add(_second);
        _world.Options = _world.Options with { Loss = 5 };
        for (int i = 0; i < Many; i++)
        {
            from.Send(1, to.Outer);
        }

        Run(1000);
        Assert.Equal(Many, _world.Carried);
        Assert.InRange(_world.Lost, Many * 4 / 100, Many * 6 / 100);
        Assert.InRange(_world.Duplicated, Many / 200, Many * 2 / 100);
        Assert.Equal(Many - _world.Lost + _world.Duplicated, to.Arrived.Count);
    }

    [Fact]
    public void Pairs_without_a_datagram_under_way_take_no_memory()
    {
        Station[] stations = [.. Enumerable.Range(0, 40).Select(i => Add(i % 2 == 0 ? _first : _second))];
        foreach (Station from in stations)
        {
            foreach (Station to in stations)
            {
                from.Send(1, to.Outer);
            }
        }

        Assert.Equal(40 * 39, _world.PairsInUse);
        Run(1000);
        Assert.Equal(0, _world.PairsInUse);
    }

    [Fact]
    public void What_is_under_way_to_a_station_that_is_detached_is_lost()
    {
        Station from = Add(_first);
        Station to = Add(_second);
        from.Send(1, to.Outer);
        _second.Detach(to);
        Run(1000);
        from.Send(2, to.Outer);
        _second.Attach(to);
        Run(1000);
        Assert.Empty(to.Arrived);
        from.Send(3, to.Outer);
        Run(1000);
        Assert.Equal([(3, 1)], Received(to).Distinct());
    }

    [Fact]
    public void Each_datagram_that_arrives_can_be_watched()
    {
        List<(IStation From, IStation To, byte First)> seen = [];
        _world.Arrived += (from, to, datagram) => seen.Add((from, to, datagram[0]));
        Station sender = Add(_first);
        Station receiver = Add(_second);
        sender.Send(9, receiver.Outer);
        Run(1000);
        Assert.Equal([(sender, receiver, (byte)9)], seen.Distinct());
        Assert.Equal(receiver.Arrived.Count, seen.Count);
    }

    [Fact]
    public void Thousands_of_nodes_have_addresses_of_their_own()
    {
        using TrustRootKey root = TrustRootKey.FromSeed(new byte[KeyText.KeySize]);
        NodeIdentity identity = NodeIdentity.Generate(root.PublicKey, 0);
        List<SimulatedNode> nodes = [];
        LocalNetwork network = _first;
        for (int number = 1; number <= 3000; number++)
        {
            network = number % LocalNetwork.MostAddresses == 0 ? _world.AddLocalNetwork() : network;
            nodes.Add(new SimulatedNode($"node{number}", number, identity, _simulator, network, new NodeLimits(), 1));
        }

        Assert.Equal(nodes.Count, nodes.Select(n => EndpointAddress.Of(n.Outer)).Distinct().Count());
        Assert.Equal(nodes.Count, nodes.Select(n => new IPAddress(n.Ipv4)).Distinct().Count());
        Assert.Equal(nodes.Count, nodes.Select(n => new IPAddress(n.Ipv6)).Distinct().Count());
        Assert.Equal([10, 77, 0, 254], nodes[253].Ipv4);
        Assert.Equal([10, 77, 1, 0], nodes[255].Ipv4);
        Assert.Equal("198.18.0.1:51820", EndpointAddress.Of(nodes[0].Outer).ToString());
        Assert.Equal("fd77::bb8", new IPAddress(nodes[2999].Ipv6).ToString());
    }

    [Fact]
    public void Addresses_and_local_networks_end()
    {
        for (int i = 0; i < LocalNetwork.MostAddresses; i++)
        {
            _first.Assign(SimulatedNode.Port);
        }

        Assert.Throws<InvalidOperationException>(() => _first.Assign(SimulatedNode.Port));
        LocalNetwork last = _second;
        for (int i = 2; i < 512; i++)
        {
            last = _world.AddLocalNetwork();
        }

        Assert.Equal("198.19.255.1:1", EndpointAddress.Of(last.Assign(1)).ToString());
        Assert.Throws<InvalidOperationException>(_world.AddLocalNetwork);
    }

    private Station Add(LocalNetwork network) => new(_simulator, network);

    private void Run(long milliseconds) => _simulator.Run(milliseconds, TestContext.Current.CancellationToken);

    private static IEnumerable<(int First, int From)> Received(Station station) =>
        station.Arrived.Select(a => ((int)a.First, (int)a.From));

    // The datagrams that arrive behind one that was sent later, of 250; a duplicate is not looked at.
    private int CountOvertaken(Station from, Station to)
    {
        const int Sent = 250;
        to.Arrived.Clear();
        for (int i = 0; i < Sent; i++)
        {
            from.Send((byte)i, to.Outer);
            Run(10);
        }

        Run(1000);
        List<int> order = [.. to.Arrived.Select(a => (int)a.First).Distinct()];
        Assert.Equal(Sent, order.Count);
        return Enumerable.Range(0, Sent).Count(i => order.Take(i).Any(earlier => earlier > order[i]));
    }
}
