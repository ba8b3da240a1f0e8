using System;

namespace Spore.Hostsim.Live.Netlink;

/// <summary>
/// Numbers of rtnetlink(7), from the kernel's <c>linux/netlink.h</c>, <c>rtnetlink.h</c>, <c>if_link.h</c>,
/// <c>if_addr.h</c> and <c>fib_rules.h</c>.
/// </summary>
internal static class Rtnetlink
{
    private const int LinkGroup = 1;
    private const int Ipv4Addresses = 5;
    private const int Ipv4Routes = 7;
    private const int Ipv4Rules = 8;
    private const int Ipv6Addresses = 9;
    private const int Ipv6Routes = 11;
    private const int Ipv6Rules = 19;

    // With a next hop object its IPv4 routes go, of which the kernel reports nothing.
    private const int NextHops = 32;

    private static readonly int[] _allGroups =
    [
        LinkGroup, Ipv4Addresses, Ipv4Routes, Ipv4Rules, Ipv6Addresses, Ipv6Routes, Ipv6Rules, NextHops,
    ];

    /// <summary>NLMSG_ERROR: an error, or an acknowledgement where its number is 0.</summary>
    public const int Error = 2;

    /// <summary>
    /// The groups (<c>enum rtnetlink_groups</c>) with the events of links, addresses, routes and rules.
    /// </summary>
    public static ReadOnlySpan<int> AllGroups => _allGroups;

    /// <summary>NLMSG_DONE: the end of a dump.</summary>
    public const int Done = 3;

    /// <summary>RTM_NEWLINK.</summary>
    public const int NewLink = 16;

    /// <summary>RTM_GETLINK.</summary>
    public const int GetLink = 18;

    /// <summary>RTM_NEWADDR.</summary>
    public const int NewAddress = 20;

    /// <summary>RTM_DELADDR.</summary>
    public const int DeleteAddress = 21;

    /// <summary>RTM_GETADDR.</summary>
    public const int GetAddress = 22;

    /// <summary>RTM_NEWROUTE.</summary>
    public const int NewRoute = 24;

    /// <summary>RTM_DELROUTE.</summary>
    public const int DeleteRoute = 25;

    /// <summary>RTM_GETROUTE.</summary>
    public const int GetRoute = 26;

    /// <summary>RTM_NEWRULE.</summary>
    public const int NewRule = 32;

    /// <summary>RTM_DELRULE.</summary>
    public const int DeleteRule = 33;

    /// <summary>RTM_GETRULE.</summary>
    public const int GetRule = 34;

    /// <summary>NLM_F_REQUEST.</summary>
    public const int Request = 0x1;

    /// <summary>NLM_F_ACK.</summary>
    public const int Acknowledge = 0x4;

    /// <summary>NLM_F_DUMP.</summary>
    public const int Dump = 0x300;

    /// <summary>NLM_F_EXCL: nothing is replaced.</summary>
    public const int Exclusive = 0x200;

    /// <summary>NLM_F_CREATE.</summary>
    public const int Create = 0x400;

    /// <summary>NLM_F_APPEND: beside what is there.</summary>
    public const int Append = 0x800;

    /// <summary>The length of <c>struct ifinfomsg</c> in bytes.</summary>
    public const int LinkSize = 16;

    /// <summary>The length of <c>struct ifaddrmsg</c> in bytes.</summary>
    public const int AddressSize = 8;

    /// <summary>The length of <c>struct rtmsg</c> in bytes.</summary>
    public const int RouteSize = 12;

    /// <summary>The length of <c>struct fib_rule_hdr</c> in bytes.</summary>
    public const int RuleSize = 12;

    /// <summary>AF_INET.</summary>
    public const byte Ipv4 = 2;

    /// <summary>AF_INET6.</summary>
    public const byte Ipv6 = 10;

    /// <summary>RT_TABLE_MAIN.</summary>
    public const uint MainTable = 254;

    /// <summary>EINTR.</summary>
    public const int Interrupted = 4;

    /// <summary>EAGAIN.</summary>
    public const int TryAgain = 11;

    /// <summary>EEXIST.</summary>
    public const int Exists = 17;

    /// <summary>EOPNOTSUPP.</summary>
    public const int NotSupported = 95;

    /// <summary>EAFNOSUPPORT: the machine lacks the address family.</summary>
    public const int NoSuchFamily = 97;

    /// <summary>ENOBUFS: events were lost.</summary>
    public const int NoBuffers = 105;
}
