using System;
using System.Collections.Generic;
using Spore.Base;
using Spore.Hostsim.Crypto;

namespace Spore.Hostsim.Simulation;

/// <summary>
/// The outer network: local networks, and the routes between all of them. It carries datagrams late, out of order,
/// twice or not at all.
/// </summary>
internal sealed class World
{
    // 198.18.0.0/15 is for measurements of networks (RFC 2544), so it is nobody's.
    private const uint FirstPrefix = (198 << 16) | (18 << 8);
    private const int MostLocalNetworks = 512;

    // Enough to exercise replay protection and duplicate handling in every run without slowing it.
    private const double DuplicatePercent = 1;

    private readonly Simulator _simulator;
    private readonly SeededEntropy _chance;
    private readonly Dictionary<uint, LocalNetwork> _byPrefix = [];

    // Of the pairs with datagrams under way that keep their order: when the last one arrives.
    private readonly Dictionary<(IStation From, IStation To), long> _lastArrival = [];

    /// <summary>Makes a world without local networks.</summary>
    /// <param name="simulator">The clock.</param>
    /// <param name="options">How bad it is, and the seed its chance follows from.</param>
    public World(Simulator simulator, SimulationOptions options)
    {
        _simulator = simulator;
        Options = options;

        // The label is an old one, so that a seed gives the run that it always gave.
        _chance = new SeededEntropy(options.Seed, "wire");
    }

    /// <summary>
    /// Called for each datagram that arrives, before its receiver gets it: the sender, the receiver, and its bytes.
    /// </summary>
    public event Action<IStation, IStation, byte[]>? Arrived;

    /// <summary>
    /// How bad it is. A change counts for the datagrams that are sent later; one of the seed does nothing.
    /// </summary>
    public SimulationOptions Options { get; set; }

    /// <summary>Tells which stations can't reach which, or null when all can reach all.</summary>
    public Func<IStation, IStation, bool>? IsCut { get; set; }

    /// <summary>Datagrams carried, one for each receiver.</summary>
    public long Carried { get; private set; }

    /// <summary>Those of them that were lost.</summary>
    public long Lost { get; private set; }

    /// <summary>Those of them that were held back.</summary>
    public long HeldBack { get; private set; }

    /// <summary>Those of them that arrived twice.</summary>
    public long Duplicated { get; private set; }

    /// <summary>The pairs of stations that the world remembers, since a datagram is under way between them.</summary>
    public int PairsInUse => _lastArrival.Count;

    /// <summary>Adds a local network, to and from all others of which there are routes.</summary>
    /// <returns>The network, without stations.</returns>
    /// <exception cref="InvalidOperationException">There are too many already.</exception>
    public LocalNetwork AddLocalNetwork()
    {
        if (_byPrefix.Count == MostLocalNetworks)
        {
            throw new InvalidOperationException("The world has no prefix left.");
        }

        uint prefix = FirstPrefix + (uint)_byPrefix.Count;
        LocalNetwork network = new(this, prefix);
        _byPrefix.Add(prefix, network);
        return network;
    }

    /// <summary>Looks for the station that has an address and port.</summary>
    /// <param name="address">The address and port.</param>
    /// <returns>The station, or null.</returns>
    public IStation? Find(Endpoint address)
    {
        return address.IsIpv4 && _byPrefix.TryGetValue(LocalNetwork.PrefixOf(address), out LocalNetwork? network)
            ? network.Find(address)
            : null;
    }

    /// <summary>Carries a datagram to one receiver.</summary>
    /// <param name="from">The sender.</param>
    /// <param name="to">The receiver.</param>
    /// <param name="datagram">Its bytes, copied at once.</param>
    public void Carry(IStation from, IStation to, ReadOnlySpan<byte> datagram)
    {
        Carried++;
        if (_chance.Chance(Options.Loss) || IsCut?.Invoke(from, to) == true)
        {
            Lost++;
            return;
        }

        int delay = from.Network == to.Network ? Options.Delay : Options.RoutedDelay;
        long arrival = _simulator.Now + delay + _chance.Below((delay / 4) + 1);
        if (_chance.Chance(Options.Reorder))
        {
            HeldBack++;
            arrival += delay + _chance.Below((2 * delay) + 10);
        }
        else
        {
            // Jitter alone reorders nothing: what is not held back keeps its place.
            arrival = Math.Max(arrival, _lastArrival.GetValueOrDefault((from, to)));
            _lastArrival[(from, to)] = arrival;
        }

        Deliver(arrival, from, to, datagram.ToArray());
        if (_chance.Chance(DuplicatePercent))
        {
            Duplicated++;
            Deliver(arrival + 1 + _chance.Below(delay + 1), from, to, datagram.ToArray());
        }
    }

    private void Deliver(long arrival, IStation from, IStation to, byte[] datagram)
    {
        _simulator.At(arrival, () =>
        {
            // What is sent from now on arrives later anyhow.
            if (_lastArrival.TryGetValue((from, to), out long last) && last <= _simulator.Now)
            {
                _lastArrival.Remove((from, to));
            }

            if (to.Network.Find(to.Outer) == to)
            {
                Arrived?.Invoke(from, to, datagram);
                to.Arrive(datagram, from.Outer);
            }
        });
    }
}
