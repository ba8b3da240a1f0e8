using System;
using System.Collections.Generic;
using Spore.Base;
using Spore.Hostsim.Endpoints;

namespace Spore.Hostsim.Simulation;

/// <summary>
/// One broadcast domain of a <see cref="World"/>, with an IPv4 /24 of its own. Broadcasts stay in it; all else is
/// routed.
/// </summary>
internal sealed class LocalNetwork
{
    /// <summary>The most addresses that it has.</summary>
    public const int MostAddresses = 254;

    private const int HostBits = 8;

    private readonly World _world;
    private readonly uint _prefix;

    // In the order in which they were attached, which is that of a broadcast's copies.
    private readonly List<IStation> _stations = [];
    private readonly Dictionary<(ulong Address, int Port), IStation> _byAddress = [];
    private int _addresses;

    /// <summary>Makes a network without stations. <see cref="World.AddLocalNetwork"/> does this.</summary>
    /// <param name="world">What routes to other local networks.</param>
    /// <param name="prefix">The upper 24 bits of its addresses.</param>
    public LocalNetwork(World world, uint prefix)
    {
        _world = world;
        _prefix = prefix;
    }

    /// <summary>Computes the prefix that holds an address.</summary>
    /// <param name="address">The address, IPv4.</param>
    /// <returns>The upper 24 bits.</returns>
    public static uint PrefixOf(Endpoint address)
    {
        return (uint)address.AddressLow >> HostBits;
    }

    /// <summary>Gives an address that no station has had yet.</summary>
    /// <param name="port">The UDP port to go with it.</param>
    /// <returns>The endpoint.</returns>
    /// <exception cref="InvalidOperationException">There is none left.</exception>
    public Endpoint Assign(int port)
    {
        if (_addresses == MostAddresses)
        {
            throw new InvalidOperationException("The local network has no address left.");
        }

        _addresses++;
        Endpoint endpoint = new();
        endpoint.SetIpv4(
            [(byte)(_prefix >> 16), (byte)(_prefix >> 8), (byte)_prefix, (byte)_addresses], 0, port);
        return endpoint;
    }

    /// <summary>Attaches a station, which is from now on reached at its address and by broadcast.</summary>
    /// <param name="station">The station.</param>
    /// <exception cref="ArgumentException">Another one has its address and port.</exception>
    public void Attach(IStation station)
    {
        _byAddress.Add(KeyOf(station.Outer), station);
        _stations.Add(station);
    }

    /// <summary>Detaches a station; what is under way to it is lost.</summary>
    /// <param name="station">The station.</param>
    public void Detach(IStation station)
    {
        _byAddress.Remove(KeyOf(station.Outer));
        _stations.Remove(station);
    }

    /// <summary>Looks for the station that has an address and port.</summary>
    /// <param name="address">The address and port.</param>
    /// <returns>The station, or null.</returns>
    public IStation? Find(Endpoint address)
    {
        return _byAddress.GetValueOrDefault(KeyOf(address));
    }

    /// <summary>Sends a datagram of one of its stations.</summary>
    /// <param name="from">The sender.</param>
    /// <param name="datagram">Its bytes, copied at once.</param>
    /// <param name="to">
    /// Where to: one address in any local network, or 255.255.255.255 for every other station of this one. There is no
    /// IPv6.
    /// </param>
    public void Send(IStation from, ReadOnlySpan<byte> datagram, Endpoint to)
    {
        if (!EndpointAddress.IsBroadcast(to))
        {
            IStation? station = _world.Find(to);
            if (station != null && station != from)
            {
                _world.Carry(from, station, datagram);
            }

            return;
        }

        foreach (IStation station in _stations)
        {
            if (station != from && station.Outer.Port == to.Port)
            {
                _world.Carry(from, station, datagram);
            }
        }
    }

    private static (ulong Address, int Port) KeyOf(Endpoint endpoint)
    {
        return (endpoint.AddressLow, endpoint.Port);
    }
}
