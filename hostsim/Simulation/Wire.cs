using System;
using System.Collections.Generic;
using Spore.Base;
using Spore.Hostsim.Crypto;
using Spore.Hostsim.Endpoints;

namespace Spore.Hostsim.Simulation;

/// <summary>
/// A local network: it carries datagrams late, out of order, twice or not at all, a copy for each receiver.
/// </summary>
internal sealed class Wire
{
    // Enough to exercise replay protection and duplicate handling in every run without slowing it.
    private const double DuplicatePercent = 1;

    private readonly Simulator _simulator;
    private readonly SeededEntropy _chance;
    private readonly SimulationOptions _options;
    private readonly List<IWireEnd> _ends = [];
    private readonly Dictionary<(IWireEnd From, IWireEnd To), long> _lastArrival = [];

    /// <summary>Makes a network without anybody in it.</summary>
    /// <param name="simulator">The clock.</param>
    /// <param name="options">How bad the network is, and the seed its chance follows from.</param>
    public Wire(Simulator simulator, SimulationOptions options)
    {
        _simulator = simulator;
        _options = options;
        _chance = new SeededEntropy(options.Seed, "wire");
    }

    /// <summary>Tells which ends can't reach which, or null when all can reach all.</summary>
    public Func<IWireEnd, IWireEnd, bool>? IsCut { get; set; }

    /// <summary>Datagrams put on the wire, one for each receiver.</summary>
    public long Carried { get; private set; }

    /// <summary>Those of them that were lost.</summary>
    public long Lost { get; private set; }

    /// <summary>Those of them that were held back.</summary>
    public long HeldBack { get; private set; }

    /// <summary>Those of them that arrived twice.</summary>
    public long Duplicated { get; private set; }

    /// <summary>Plugs an end in.</summary>
    /// <param name="end">The end, from now on reached at its address and by broadcast.</param>
    public void Attach(IWireEnd end)
    {
        _ends.Add(end);
    }

    /// <summary>Pulls an end out; what is under way to it is lost.</summary>
    /// <param name="end">The end.</param>
    public void Detach(IWireEnd end)
    {
        _ends.Remove(end);
    }

    /// <summary>Carries a datagram.</summary>
    /// <param name="from">The sender.</param>
    /// <param name="datagram">Its bytes, copied at once.</param>
    /// <param name="to">
    /// Where to: one address, or 255.255.255.255 for every other end. There is no IPv6 on this wire.
    /// </param>
    public void Carry(IWireEnd from, ReadOnlySpan<byte> datagram, Endpoint to)
    {
        bool broadcast = EndpointAddress.IsBroadcast(to);
        foreach (IWireEnd end in _ends)
        {
            if (end != from && end.Outer.Port == to.Port && (broadcast || end.Outer.IsSame(to)))
            {
                CarryTo(from, end, datagram);
            }
        }
    }

    private void CarryTo(IWireEnd from, IWireEnd to, ReadOnlySpan<byte> datagram)
    {
        Carried++;
        if (_chance.Chance(_options.Loss) || IsCut?.Invoke(from, to) == true)
        {
            Lost++;
            return;
        }

        long arrival = _simulator.Now + _options.Delay + _chance.Below((_options.Delay / 4) + 1);
        if (_chance.Chance(_options.Reorder))
        {
            HeldBack++;
            arrival += _options.Delay + _chance.Below((2 * _options.Delay) + 10);
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
            Deliver(arrival + 1 + _chance.Below(_options.Delay + 1), from, to, datagram.ToArray());
        }
    }

    private void Deliver(long arrival, IWireEnd from, IWireEnd to, byte[] datagram)
    {
        _simulator.At(arrival, () =>
        {
            if (_ends.Contains(to))
            {
                to.Arrive(datagram, from.Outer);
            }
        });
    }
}
