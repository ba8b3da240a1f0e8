using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using Spore.Base;
using Spore.Hostsim.Endpoints;
using Spore.Signing;

namespace Spore.Hostsim.Live.Names;

/// <summary>
/// Resolves the names of endpoints. Each lookup has a thread of its own, so that a name server that does not answer
/// delays no packet, no other name and no other work.
/// </summary>
/// <param name="hasIpv4">Whether there is an outer socket for IPv4.</param>
/// <param name="hasIpv6">Whether there is an outer socket for IPv6.</param>
/// <param name="find">Finds the addresses of a name; null for the machine's resolver.</param>
/// <param name="start">Starts a lookup; null for a thread.</param>
internal sealed class NameResolver(
    bool hasIpv4,
    bool hasIpv6,
    Func<string, IPAddress[]>? find = null,
    Action<Action>? start = null)
{
    // In bytes. The resolver of the C library needs less than half of it.
    private const int StackSize = 256 << 10;

    private readonly Func<string, IPAddress[]> _find = find ?? Dns.GetHostAddresses;
    private readonly Action<Action> _start = start ?? Start;

    /// <summary>Takes the addresses of a name, on the lookup's thread.</summary>
    /// <param name="addresses">The addresses in the resolver's order; none after a failure.</param>
    /// <param name="fault">Why there are none, or null.</param>
    public delegate void Found(IReadOnlyList<Endpoint> addresses, string? fault);

    /// <summary>Tells whether there is a socket for an endpoint's family.</summary>
    /// <param name="family">The family of its address.</param>
    /// <returns>True when there is one.</returns>
    public bool HasSocket(AddressFamily family)
    {
        return family == AddressFamily.InterNetwork ? hasIpv4 : hasIpv6;
    }

    /// <summary>Begins to resolve a name.</summary>
    /// <param name="place">The name and its port.</param>
    /// <param name="found">Called once, when the lookup has ended.</param>
    public void Begin(PeerEndpoint place, Found found)
    {
        _start(() =>
        {
            IReadOnlyList<Endpoint> addresses = Find(place, out string? fault);
            found(addresses, fault);
        });
    }

    /// <summary>Finds the addresses of a name that this node can send to.</summary>
    /// <param name="place">The name and its port.</param>
    /// <param name="fault">Why there are none, or null.</param>
    /// <returns>The addresses in the resolver's order.</returns>
    public IReadOnlyList<Endpoint> Find(PeerEndpoint place, out string? fault)
    {
        List<Endpoint> endpoints = [];
        IPAddress[] addresses;
        try
        {
            addresses = _find(place.Name!);
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            fault = $"no address found ({exception.Message})";
            return endpoints;
        }

        // A name server may answer 0.0.0.0 for a name that it blocks. The rules for written addresses hold for answers.
        fault = "no usable address found (the name has none)";
        foreach (IPAddress address in addresses)
        {
            IPEndPoint endpoint = new(address, place.Port);
            if (PeerEndpoint.TryParse(endpoint.ToString(), EndpointUse.LocalAddress, out string? why) is not { } usable)
            {
                fault = $"no usable address found ({why})";
            }
            else if (!HasSocket(usable.Address!.AddressFamily))
            {
                string family = usable.Address.AddressFamily == AddressFamily.InterNetwork ? "IPv4" : "IPv6";
                fault = $"no usable address found (this node has no {family} socket for {usable.Address})";
            }
            else
            {
                endpoints.Add(EndpointAddress.From(new IPEndPoint(usable.Address, usable.Port)));
            }
        }

        fault = endpoints.Count > 0 ? null : fault;
        return endpoints;
    }

    private static void Start(Action lookup)
    {
        new Thread(() => lookup(), StackSize) { IsBackground = true, Name = "name" }.Start();
    }
}
