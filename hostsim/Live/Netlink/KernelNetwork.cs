using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Runtime.InteropServices;
using Spore.Signing;

namespace Spore.Hostsim.Live.Netlink;

/// <summary>
/// The links, addresses, routes and rules of this machine. What changes something returns 0, or the number of an error
/// (errno(3)) after which nothing has changed.
/// </summary>
/// <param name="socket">The socket for requests.</param>
internal sealed class KernelNetwork(NetlinkSocket socket)
{
    private const int LinkName = 3;
    private const int LinkMtu = 4;
    private const int LinkOfFamily = 26;
    private const int Nested = 0x8000;
    private const int AddressGeneration = 8;
    private const byte NoAddress = 1;
    private const uint Up = 1;

    private const int AddressAttribute = 1;
    private const int LocalAttribute = 2;
    private const int AddressIndexOffset = 4;
    private const byte WithoutDetection = 0x02;

    private static readonly byte[] _families = [Rtnetlink.Ipv4, Rtnetlink.Ipv6];

    /// <summary>AF_INET and AF_INET6.</summary>
    public static IReadOnlyList<byte> Families => _families;

    /// <summary>Finds a link by its name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The link, or null.</returns>
    public Link? FindLink(string name)
    {
        return Links().Find(l => l.Name == name);
    }

    /// <summary>Lists the links.</summary>
    /// <returns>The links.</returns>
    public List<Link> Links()
    {
        List<NetlinkReply> replies = [];
        socket.Dump(new NetlinkMessage(Rtnetlink.GetLink, Rtnetlink.Dump, new byte[Rtnetlink.LinkSize]), replies);
        return [.. replies.Where(r => r.Type == Rtnetlink.NewLink).Select(Netlink.Link.Read)];
    }

    /// <summary>Gives a link an MTU and a group, and has the kernel make no IPv6 address for it.</summary>
    /// <param name="link">The link's index.</param>
    /// <param name="mtu">The MTU in bytes.</param>
    /// <param name="group">The group.</param>
    /// <returns>0 or an error.</returns>
    public int SetLink(int link, int mtu, uint group)
    {
        int error = socket.Request(
            LinkRequest(link, 0).With(LinkMtu, (uint)mtu).With(Netlink.Link.GroupAttribute, group));
        if (error != 0)
        {
            return error;
        }

        // IFLA_AF_SPEC { AF_INET6 { IFLA_INET6_ADDR_GEN_MODE } }. A machine without IPv6 makes no addresses anyway.
        byte[] ofIpv6 = NetlinkMessage.Attribute(
            Rtnetlink.Ipv6 | Nested, NetlinkMessage.Attribute(AddressGeneration, [NoAddress]));
        error = socket.Request(LinkRequest(link, 0).With(LinkOfFamily | Nested, ofIpv6));
        return error is Rtnetlink.NoSuchFamily or Rtnetlink.NotSupported ? 0 : error;
    }

    /// <summary>Gives a link a group.</summary>
    /// <param name="link">The link's index.</param>
    /// <param name="group">The group.</param>
    /// <returns>0 or an error.</returns>
    public int SetGroup(int link, uint group)
    {
        return socket.Request(LinkRequest(link, 0).With(Netlink.Link.GroupAttribute, group));
    }

    /// <summary>Sets a link up.</summary>
    /// <param name="link">The link's index.</param>
    /// <returns>0 or an error.</returns>
    public int SetUp(int link)
    {
        return socket.Request(LinkRequest(link, Up));
    }

    /// <summary>Lists the addresses of a link.</summary>
    /// <param name="link">The link's index.</param>
    /// <returns>The addresses with their lengths in bits.</returns>
    public HashSet<(IPAddress Address, int Length)> Addresses(int link)
    {
        HashSet<(IPAddress, int)> addresses = [];
        foreach (byte family in _families)
        {
            List<NetlinkReply> replies = [];
            byte[] header = new byte[Rtnetlink.AddressSize];
            header[0] = family;
            socket.Dump(new NetlinkMessage(Rtnetlink.GetAddress, Rtnetlink.Dump, header), replies);
            foreach (NetlinkReply reply in replies.Where(
                r => r.Type == Rtnetlink.NewAddress
                    && MemoryMarshal.Read<int>(r.Body.AsSpan(AddressIndexOffset)) == link))
            {
                if (reply.TryFind(Rtnetlink.AddressSize, LocalAttribute, out ReadOnlySpan<byte> address)
                    || reply.TryFind(Rtnetlink.AddressSize, AddressAttribute, out address))
                {
                    addresses.Add((new IPAddress(address), reply.Body[1]));
                }
            }
        }

        return addresses;
    }

    /// <summary>Gives a link an address, or takes it.</summary>
    /// <param name="type">RTM_NEWADDR or RTM_DELADDR.</param>
    /// <param name="link">The link's index.</param>
    /// <param name="address">The address with its length.</param>
    /// <returns>0 or an error.</returns>
    public int ChangeAddress(int type, int link, AllowedPrefix address)
    {
        byte[] bytes = address.Address.GetAddressBytes();
        byte[] header = new byte[Rtnetlink.AddressSize];
        header[0] = bytes.Length == 4 ? Rtnetlink.Ipv4 : Rtnetlink.Ipv6;
        header[1] = (byte)address.Length;
        header[2] = bytes.Length == 4 ? (byte)0 : WithoutDetection;
        MemoryMarshal.Write(header.AsSpan(AddressIndexOffset), link);
        int flags = Rtnetlink.Acknowledge | (type == Rtnetlink.NewAddress ? Rtnetlink.Create | Rtnetlink.Exclusive : 0);
        return socket.Request(
            new NetlinkMessage(type, flags, header).With(LocalAttribute, bytes).With(AddressAttribute, bytes));
    }

    /// <summary>Lists the routes of a table.</summary>
    /// <param name="table">The table, or 0 for all.</param>
    /// <returns>The routes of both families.</returns>
    public List<KernelRoute> Routes(uint table)
    {
        List<NetlinkReply> replies = [];
        foreach (byte family in _families)
        {
            socket.Dump(KernelRoute.Query(family, table), replies);
        }

        return [.. replies.Where(r => r.Type == Rtnetlink.NewRoute)
            .Select(KernelRoute.Read)
            .OfType<KernelRoute>()
            .Where(r => table == 0 || r.Table == table)];
    }

    /// <summary>Lists the rules.</summary>
    /// <returns>The rules of both families, in the order in which they are asked.</returns>
    public List<KernelRule> Rules()
    {
        List<NetlinkReply> replies = [];
        foreach (byte family in _families)
        {
            socket.Dump(KernelRule.Query(family), replies);
        }

        return [.. replies.Where(r => r.Type == Rtnetlink.NewRule).Select(KernelRule.Read)];
    }

    /// <summary>Asks for a change.</summary>
    /// <param name="message">The request, with NLM_F_ACK.</param>
    /// <returns>0 or an error.</returns>
    public int Change(NetlinkMessage message)
    {
        return socket.Request(message);
    }

    private static NetlinkMessage LinkRequest(int link, uint flags)
    {
        byte[] header = new byte[Rtnetlink.LinkSize];
        MemoryMarshal.Write(header.AsSpan(4), link);
        MemoryMarshal.Write(header.AsSpan(8), flags);
        MemoryMarshal.Write(header.AsSpan(12), flags);
        return new NetlinkMessage(Rtnetlink.NewLink, Rtnetlink.Acknowledge, header);
    }
}
