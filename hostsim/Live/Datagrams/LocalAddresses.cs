using System;
using System.Collections.Generic;
using System.Threading;
using Spore.Base;

namespace Spore.Hostsim.Live.Datagrams;

/// <summary>
/// The numbers that <see cref="Endpoint.Local"/> has for the addresses of this machine. One thread receives, and learns
/// addresses; others send. Datagrams that nobody has authenticated can only add addresses that the machine has.
/// </summary>
/// <param name="watch">The machine's network.</param>
internal sealed class LocalAddresses(INetworkWatch watch)
{
    /// <summary>
    /// The most addresses in one generation of the network. A machine can have a whole prefix of addresses (a local
    /// route to it), and anybody may send to all of them.
    /// </summary>
    public const int MostInGeneration = 1024;

    private const int HighestNumber = 65535;
    private const int FirstSize = 64;
    private const int MostChecks = 4096;
    private const int Forgotten = -1;

    // By number. A number is used again after all others, when endpoints that have it are long forgotten.
    private volatile LocalAddress?[] _addresses = new LocalAddress?[FirstSize];
    private readonly Dictionary<(ulong High, ulong Low, int Interface), int> _current = [];
    private readonly Dictionary<(ulong High, ulong Low, int Zone, int Number), int> _checks = [];
    private readonly Lock _checking = new();
    private int _generation;
    private int _latest;

    /// <summary>Called when a datagram was received, by the one thread that receives.</summary>
    /// <param name="high">The first eight bytes of the address that it was sent to.</param>
    /// <param name="low">The last eight bytes.</param>
    /// <param name="link">The index of the interface by which it came.</param>
    /// <returns>The address's number; 0 where it is a tunnel's, or there are too many.</returns>
    public int Learn(ulong high, ulong low, int link)
    {
        int generation = watch.Generation;
        if (generation != _generation)
        {
            _generation = generation;
            _current.Clear();
        }

        if (_current.TryGetValue((high, low, link), out int number) || _current.Count == MostInGeneration)
        {
            return number;
        }

        LocalAddress address = new(high, low, link, generation);
        number = watch.IsTunnel(address) ? 0 : Add(address);
        _current.Add((high, low, link), number);
        return number;
    }

    /// <summary>Finds the source address of a datagram that is to be sent.</summary>
    /// <param name="endpoint">Its destination.</param>
    /// <returns>
    /// The address; null where the machine is to choose it. An address is forgotten for an endpoint when the machine
    /// has lost it. As in Linux's WireGuard it is also forgotten while datagrams to the endpoint leave by another
    /// interface than those of the endpoint came by.
    /// </returns>
    public LocalAddress? Find(Endpoint endpoint)
    {
        int number = endpoint.Local;
        LocalAddress?[] addresses = _addresses;
        LocalAddress? address = number < addresses.Length ? addresses[number] : null;
        int generation = watch.Generation;
        if (address == null)
        {
            return null;
        }

        lock (_checking)
        {
            (ulong, ulong, int, int) key = (endpoint.AddressHigh, endpoint.AddressLow, endpoint.Zone, number);
            bool isChecked = _checks.TryGetValue(key, out int checkedIn);
            if (isChecked && (checkedIn == generation || checkedIn == Forgotten))
            {
                return checkedIn == Forgotten ? null : address;
            }

            int link = watch.IsTunnel(address) ? -1 : watch.FindInterface(address, endpoint);
            if (link == 0)
            {
                // Nothing can be sent now. The address may be right again when there is a route.
                return address;
            }

            if (!isChecked && _checks.Count == MostChecks)
            {
                _checks.Clear();
            }

            _checks[key] = link == address.Interface ? generation : Forgotten;
            return link == address.Interface ? address : null;
        }
    }

    private int Add(LocalAddress address)
    {
        _latest = _latest < HighestNumber ? _latest + 1 : 1;
        LocalAddress?[] addresses = _addresses;
        if (_latest >= addresses.Length)
        {
            Array.Resize(ref addresses, Math.Min(2 * addresses.Length, HighestNumber + 1));
        }

        addresses[_latest] = address;
        _addresses = addresses;
        return _latest;
    }
}
