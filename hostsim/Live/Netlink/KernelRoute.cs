using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Runtime.InteropServices;
using Spore.Signing;

namespace Spore.Hostsim.Live.Netlink;

/// <summary>A route, as the kernel describes it (RTM_NEWROUTE).</summary>
internal sealed class KernelRoute
{
    private const int DestinationAttribute = 1;
    private const int SourceAttribute = 2;
    private const int InterfaceAttribute = 4;
    private const int GatewayAttribute = 5;
    private const int PriorityAttribute = 6;
    private const int MultipathAttribute = 9;
    private const int FlowAttribute = 11;
    private const int CacheInformation = 12;
    private const int TableAttribute = 15;
    private const int MarkAttribute = 16;
    private const int ViaAttribute = 18;
    private const int EncapsulationType = 21;
    private const int Encapsulation = 22;
    private const int Expires = 23;
    private const int NextHopObject = 30;

    private const int LengthOffset = 1;
    private const int SourceLengthOffset = 2;
    private const int TosOffset = 3;
    private const int TableOffset = 4;
    private const int ProtocolOffset = 5;
    private const int ScopeOffset = 6;
    private const int TypeOffset = 7;
    private const int FlagsOffset = 8;
    private const int NextHopSize = 8;
    private const int NextHopFlags = 2;
    private const int NextHopInterface = 4;
    private const byte TableCompatible = 252;
    private const byte LinkScope = 253;
    private const byte Unicast = 1;
    private const byte Local = 2;
    private const byte Dead = 1;
    private const byte OnLink = 4;

    private readonly NetlinkReply _reply;

    private KernelRoute(NetlinkReply reply)
    {
        _reply = reply;
        IPAddress destination = reply.TryFind(Rtnetlink.RouteSize, DestinationAttribute, out ReadOnlySpan<byte> address)
            ? new IPAddress(address)
            : Family == Rtnetlink.Ipv4 ? IPAddress.Any : IPAddress.IPv6Any;
        Prefix = new AllowedPrefix(destination, reply.Body[LengthOffset]);
        Table = reply.Number(Rtnetlink.RouteSize, TableAttribute) ?? reply.Body[TableOffset];
        Interface = (int)(reply.Number(Rtnetlink.RouteSize, InterfaceAttribute) ?? 0);
        Metric = reply.Number(Rtnetlink.RouteSize, PriorityAttribute) ?? 0;
    }

    /// <summary>AF_INET or AF_INET6.</summary>
    public byte Family => _reply.Body[0];

    /// <summary>Where it leads to.</summary>
    public AllowedPrefix Prefix { get; }

    /// <summary>The table that it is in.</summary>
    public uint Table { get; }

    /// <summary>Who set it, a number of <c>rt_protos</c>.</summary>
    public byte Protocol => _reply.Body[ProtocolOffset];

    /// <summary>The index of its interface; 0 where it has none, or several.</summary>
    public int Interface { get; }

    /// <summary>Its metric: of two routes with one prefix the one with the lower metric counts.</summary>
    public uint Metric { get; }

    /// <summary>Whether it leads to an address of this machine itself.</summary>
    public bool IsLocal => _reply.Body[TypeOffset] == Local;

    /// <summary>Reads a route.</summary>
    /// <param name="reply">A message of type RTM_NEWROUTE or RTM_DELROUTE.</param>
    /// <returns>The route, or null where it is none of IPv4 or IPv6.</returns>
    public static KernelRoute? Read(NetlinkReply reply)
    {
        return reply.Body.Length >= Rtnetlink.RouteSize && reply.Body[0] is Rtnetlink.Ipv4 or Rtnetlink.Ipv6
            ? new KernelRoute(reply)
            : null;
    }

    /// <summary>The request for all routes of a table.</summary>
    /// <param name="family">AF_INET or AF_INET6.</param>
    /// <param name="table">The table, or 0 for all.</param>
    /// <returns>The request.</returns>
    public static NetlinkMessage Query(byte family, uint table)
    {
        NetlinkMessage query = new(Rtnetlink.GetRoute, Rtnetlink.Dump, Header(family, 0));
        return table == 0 ? query : query.With(TableAttribute, table);
    }

    /// <summary>The request for the route that a packet would take.</summary>
    /// <param name="destination">The packet's destination.</param>
    /// <param name="source">Its source address, of the same family, or empty where the machine would choose it.</param>
    /// <param name="link">The index of the interface by which it has to leave, or 0.</param>
    /// <param name="mark">Its firewall mark, or 0.</param>
    /// <returns>The request.</returns>
    public static NetlinkMessage Query(ReadOnlySpan<byte> destination, ReadOnlySpan<byte> source, int link, uint mark)
    {
        byte[] header = Header(destination.Length == 4 ? Rtnetlink.Ipv4 : Rtnetlink.Ipv6, 8 * destination.Length);
        header[SourceLengthOffset] = (byte)(8 * source.Length);
        NetlinkMessage message = new NetlinkMessage(Rtnetlink.GetRoute, 0, header).With(
            DestinationAttribute, destination);
        message = source.IsEmpty ? message : message.With(SourceAttribute, source);
        message = link == 0 ? message : message.With(InterfaceAttribute, (uint)link);
        return mark == 0 ? message : message.With(MarkAttribute, mark);
    }

    /// <summary>A request about a route of Spore's own, that leads into an interface.</summary>
    /// <param name="type">RTM_NEWROUTE or RTM_DELROUTE.</param>
    /// <param name="flags">The request's flags.</param>
    /// <param name="prefix">Where it leads to.</param>
    /// <param name="link">The index of the interface.</param>
    /// <param name="protocol">Who sets it.</param>
    /// <param name="metric">Its metric.</param>
    /// <returns>The request. The kernel deletes a route only where it has all that is named here.</returns>
    public static NetlinkMessage Into(int type, int flags, AllowedPrefix prefix, int link, byte protocol, uint metric)
    {
        byte[] header = Header(FamilyOf(prefix), prefix.Length);
        header[ProtocolOffset] = protocol;
        header[ScopeOffset] = header[0] == Rtnetlink.Ipv4 ? LinkScope : (byte)0;
        header[TypeOffset] = Unicast;
        NetlinkMessage message = new NetlinkMessage(type, flags, header)
            .With(TableAttribute, Rtnetlink.MainTable)
            .With(InterfaceAttribute, (uint)link)
            .With(PriorityAttribute, metric);
        return prefix.Length == 0 ? message : message.With(DestinationAttribute, prefix.Address.GetAddressBytes());
    }

    /// <summary>Makes the same route with another metric.</summary>
    /// <param name="metric">The metric.</param>
    /// <returns>The route.</returns>
    public KernelRoute WithMetric(uint metric)
    {
        List<byte> body = [.. _reply.Body.AsSpan(0, Rtnetlink.RouteSize)];
        for (NetlinkReply.Walk walk = NetlinkReply.Attributes(_reply.Body.AsSpan(Rtnetlink.RouteSize)); walk.Next();)
        {
            if (walk.Type != PriorityAttribute)
            {
                body.AddRange(NetlinkMessage.Attribute(walk.Type, walk.Value));
            }
        }

        body.AddRange(NetlinkMessage.Attribute(PriorityAttribute, BitConverter.GetBytes(metric)));
        return new KernelRoute(_reply with { Body = [.. body] });
    }

    /// <summary>A request about this route.</summary>
    /// <param name="type">RTM_NEWROUTE or RTM_DELROUTE.</param>
    /// <param name="flags">The request's flags.</param>
    /// <param name="table">The table that the route is to be in.</param>
    /// <param name="protocol">Who sets it.</param>
    /// <returns>
    /// The request: the same route, but for what the kernel alone can say of it. A new route has no dead next hops,
    /// with which the kernel takes none.
    /// </returns>
    public NetlinkMessage Copy(int type, int flags, uint table, byte protocol)
    {
        byte[] header = _reply.Body.AsSpan(0, Rtnetlink.RouteSize).ToArray();
        header[TableOffset] = TableCompatible;
        header[ProtocolOffset] = protocol;
        header.AsSpan(FlagsOffset).Clear();
        header[FlagsOffset] = (byte)(_reply.Body[FlagsOffset] & OnLink);
        NetlinkMessage message = new NetlinkMessage(type, flags, header).With(TableAttribute, table);
        foreach ((int attribute, byte[] value) in Own(type == Rtnetlink.DeleteRoute))
        {
            message.With(attribute, value);
        }

        return message;
    }

    /// <summary>Tells whether another route, maybe of another table, leads the same way.</summary>
    /// <param name="other">The other route.</param>
    /// <returns>True when a copy of one would be a copy of the other.</returns>
    public bool IsSameWay(KernelRoute other)
    {
        ReadOnlySpan<byte> mine = _reply.Body;
        ReadOnlySpan<byte> others = other._reply.Body;
        return mine[..TableOffset].SequenceEqual(others[..TableOffset])
            && mine[ScopeOffset..FlagsOffset].SequenceEqual(others[ScopeOffset..FlagsOffset])
            && (mine[FlagsOffset] & OnLink) == (others[FlagsOffset] & OnLink)
            && Texts().SequenceEqual(other.Texts());
    }

    private IEnumerable<string> Texts()
    {
        return Own(false).OrderBy(a => a.Type).Select(a => $"{a.Type}:{Convert.ToHexString(a.Value)}");
    }

    private static byte[] Header(byte family, int length)
    {
        byte[] header = new byte[Rtnetlink.RouteSize];
        header[0] = family;
        header[LengthOffset] = (byte)length;
        return header;
    }

    private static byte FamilyOf(AllowedPrefix prefix)
    {
        return prefix.Address.GetAddressBytes().Length == 4 ? Rtnetlink.Ipv4 : Rtnetlink.Ipv6;
    }

    // What the operator of the route has said: not its table, not its age, and of next hops not whether they are alive.
    private List<(int Type, byte[] Value)> Own(bool withDead)
    {
        List<(int Type, byte[] Value)> attributes = [];
        bool hasObject = _reply.TryFind(Rtnetlink.RouteSize, NextHopObject, out _);
        for (NetlinkReply.Walk walk = NetlinkReply.Attributes(_reply.Body.AsSpan(Rtnetlink.RouteSize)); walk.Next();)
        {
            bool isOfNextHop = walk.Type is InterfaceAttribute or GatewayAttribute or MultipathAttribute
                or FlowAttribute or ViaAttribute or Encapsulation or EncapsulationType;
            if (walk.Type is TableAttribute or CacheInformation or Expires || (hasObject && isOfNextHop))
            {
                continue;
            }

            if (walk.Type != MultipathAttribute)
            {
                attributes.Add((walk.Type, walk.Value.ToArray()));
                continue;
            }

            List<byte[]> hops = Hops(walk.Value, withDead);
            if (hops.Count == 1 && !withDead)
            {
                // The kernel shows a route with one next hop as one without a list.
                attributes.Add((InterfaceAttribute, hops[0][NextHopInterface..NextHopSize]));
                for (NetlinkReply.Walk ofHop = NetlinkReply.Attributes(hops[0].AsSpan(NextHopSize)); ofHop.Next();)
                {
                    attributes.Add((ofHop.Type, ofHop.Value.ToArray()));
                }
            }
            else
            {
                attributes.Add((MultipathAttribute, [.. hops.SelectMany(h => h)]));
            }
        }

        return attributes;
    }

    private static List<byte[]> Hops(ReadOnlySpan<byte> all, bool withDead)
    {
        List<byte[]> hops = [];
        ReadOnlySpan<byte> multipath = all;
        while (multipath.Length >= NextHopSize)
        {
            int length = NetlinkMessage.Align(MemoryMarshal.Read<ushort>(multipath));
            length = Math.Clamp(length, NextHopSize, multipath.Length);
            byte[] hop = multipath[..length].ToArray();
            multipath = multipath[length..];
            bool isDead = (hop[NextHopFlags] & Dead) != 0;
            hop[NextHopFlags] &= OnLink;
            if (withDead || !isDead)
            {
                hops.Add(hop);
            }
        }

        // With all of them dead it is the operator's list that the kernel refuses.
        return hops.Count > 0 || withDead ? hops : Hops(all, true);
    }
}
