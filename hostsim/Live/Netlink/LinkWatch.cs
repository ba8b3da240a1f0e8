using System;
using System.Collections.Generic;
using System.Net.NetworkInformation;
using System.Threading;

namespace Spore.Hostsim.Live.Netlink;

/// <summary>Calls when links or addresses of this machine may have changed: on Linux by netlink, elsewhere by what .NET has.</summary>
internal sealed class LinkWatch : IDisposable
{
    private const int LinkGroup = 1;
    private const int Ipv4Addresses = 5;
    private const int Ipv6Addresses = 9;
    private const int Patience = 200;

    private readonly Action _changed;
    private readonly NetlinkSocket? _events;
    private readonly Thread? _thread;

    /// <summary>Starts to watch.</summary>
    /// <param name="changed">Called on a thread of its own.</param>
    public LinkWatch(Action changed)
    {
        _changed = changed;
        if (!OperatingSystem.IsLinux())
        {
            NetworkChange.NetworkAddressChanged += Report;
            return;
        }

        try
        {
            _events = new NetlinkSocket(LinkGroup, Ipv4Addresses, Ipv6Addresses);
        }
        catch (HostsimException)
        {
            // In a container that has no netlink the node goes on without it.
            return;
        }

        _thread = new Thread(Watch) { IsBackground = true, Name = "links" };
        _thread.Start();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!OperatingSystem.IsLinux())
        {
            NetworkChange.NetworkAddressChanged -= Report;
        }

        _events?.Wake();
        _thread?.Join(Patience);
        _events?.Dispose();
    }

    private void Report(object? sender, EventArgs arguments)
    {
        _changed();
    }

    private void Watch()
    {
        List<NetlinkReply> events = [];
        while (_events!.Wait(events))
        {
            _changed();
        }
    }
}
