using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Threading;
using Spore.Base;
using Spore.Hostsim.Live.Datagrams;
using Spore.Hostsim.Live.Routing;

namespace Spore.Hostsim.Live.Netlink;

/// <summary>
/// Follows the addresses, links, routes and rules of this machine, for the source addresses of outer datagrams. It
/// needs no rights.
/// </summary>
internal sealed class NetworkWatch : INetworkWatch, IDisposable
{
    private const int EndPatience = 200;

    // In milliseconds, after a change: many changes at one time make one generation.
    private const int Pause = 100;

    private const int LinkLocalShift = 54;
    private const ulong LinkLocal = 0xFE80 >> 6;

    private readonly string? _tunnel;
    private readonly NetlinkSocket _requests;
    private readonly NetlinkSocket _events;
    private readonly KernelNetwork _network;
    private readonly Thread _thread;
    private volatile Tunnels _tunnels;
    private int _generation;
    private volatile bool _closing;

    /// <summary>Begins to follow.</summary>
    /// <param name="tunnel">The name of the node's own interface, or null.</param>
    /// <exception cref="HostsimException">The kernel gives no sockets for it.</exception>
    public NetworkWatch(string? tunnel)
    {
        _tunnel = tunnel;
        _requests = new NetlinkSocket();
        try
        {
            _events = new NetlinkSocket(Rtnetlink.AllGroups);
        }
        catch
        {
            _requests.Dispose();
            throw;
        }

        _network = new KernelNetwork(_requests);
        _tunnels = FindTunnels();
        _thread = new Thread(Watch) { IsBackground = true, Name = "network" };
        _thread.Start();
    }

    /// <summary>The firewall mark of the node's outer datagrams; 0 where they have none.</summary>
    public uint Mark { get; set; }

    /// <summary>Called on the watch's own thread after each generation, or null.</summary>
    public Action? Changed { get; set; }

    /// <inheritdoc/>
    public int Generation => Volatile.Read(ref _generation);

    /// <inheritdoc/>
    public bool IsTunnel(LocalAddress local)
    {
        Tunnels tunnels = _tunnels;
        return tunnels.Links.Contains(local.Interface) || tunnels.Addresses.Contains((local.High, local.Low));
    }

    /// <inheritdoc/>
    public int FindInterface(LocalAddress local, Endpoint endpoint)
    {
        byte[] source = Bytes(local.High, local.Low, endpoint.IsIpv4);
        bool isLinkLocal = !endpoint.IsIpv4 && local.High >> LinkLocalShift == LinkLocal;
        KernelRoute? own = Find(KernelRoute.Query(source, default, isLinkLocal ? local.Interface : 0, 0));
        if (own is not { IsLocal: true })
        {
            return -1;
        }

        byte[] destination = Bytes(endpoint.AddressHigh, endpoint.AddressLow, endpoint.IsIpv4);
        return Find(KernelRoute.Query(destination, source, endpoint.Zone, Mark))?.Interface ?? 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _closing = true;
        _events.Wake();
        _thread.Join(EndPatience);
        _events.Dispose();
        _requests.Dispose();
    }

    private static byte[] Bytes(ulong high, ulong low, bool isIpv4)
    {
        byte[] bytes = new byte[Endpoint.AddressSize];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, high);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(sizeof(ulong)), low);
        return isIpv4 ? bytes[12..] : bytes;
    }

    private KernelRoute? Find(NetlinkMessage query)
    {
        try
        {
            return _requests.Find(query, out _) is { Type: Rtnetlink.NewRoute } reply ? KernelRoute.Read(reply) : null;
        }
        catch (ObjectDisposedException)
        {
            // The node is ending.
            return null;
        }
    }

    private void Watch()
    {
        List<NetlinkReply> events = [];
        while (_events.Wait(events))
        {
            // First the tunnels: an address that is learned in the new generation has been compared with them.
            _tunnels = FindTunnels();
            Interlocked.Increment(ref _generation);
            Thread.Sleep(Pause);
            if (_closing)
            {
                return;
            }

            Changed?.Invoke();
        }
    }

    private Tunnels FindTunnels()
    {
        HashSet<int> links = [];
        HashSet<(ulong High, ulong Low)> addresses = [];
        foreach (Link link in _network.Links().Where(l => l.Group == OuterRouting.Group || l.Name == _tunnel))
        {
            links.Add(link.Index);
            foreach ((IPAddress address, _) in _network.Addresses(link.Index))
            {
                byte[] bytes = address.GetAddressBytes();
                addresses.Add(bytes.Length == sizeof(uint)
                    ? (0, BinaryPrimitives.ReadUInt32BigEndian(bytes))
                    : (
                        BinaryPrimitives.ReadUInt64BigEndian(bytes),
                        BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(8))));
            }
        }

        return new Tunnels(links, addresses);
    }

    private sealed record Tunnels(HashSet<int> Links, HashSet<(ulong High, ulong Low)> Addresses);
}
