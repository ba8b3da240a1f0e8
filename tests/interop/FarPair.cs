using System;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>
/// Our node and a stock one with a router between them: ours has a default route to the router, 10.77.0.1/24 and
/// fd77::1/64; the stock one is at 203.0.113.9 and 2001:db8:9::9.
/// </summary>
internal sealed class FarPair : IDisposable
{
    private const string FarLink = "eth1";

    private readonly Authority _authority = new();
    private readonly NodeIdentity _identity;
    private readonly NetworkNamespace _router;

    /// <summary>Makes the machines and starts stock WireGuard, which has no peer yet.</summary>
    public FarPair()
    {
        Lab = Lab.Open("curl");
        Ours = Lab.Machine("spore");
        _router = Lab.Machine("router");
        NetworkNamespace theirs = Lab.Machine("stock");
        Wire.Join(Lab, Ours, _router);
        _router.Ip($"addr add {SecondGateway(false)}/24 dev {Wire.Interface}");
        _router.Ip($"addr add {SecondGateway(true)}/64 dev {Wire.Interface} nodad");
        _router.Ip($"link add {FarLink} type veth peer name {Wire.Interface} netns {theirs.Name}");
        Configure(_router, FarLink, "203.0.113.1", "2001:db8:9::1");
        Configure(theirs, Wire.Interface, "203.0.113.9", "2001:db8:9::9");
        _router.Run(
            "sh",
            "-c",
            "echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding").Demand();
        Ours.Ip($"route add default via {Gateway(false)}");
        Ours.Ip($"-6 route add default via {Gateway(true)}");
        theirs.Ip("route add default via 203.0.113.1");
        theirs.Ip("-6 route add default via 2001:db8:9::1");
        _identity = _authority.NewNode();
        Stock = new StockNode(Lab, theirs, 2);
    }

    /// <summary>The lab.</summary>
    public Lab Lab { get; }

    /// <summary>The machine of our node.</summary>
    public NetworkNamespace Ours { get; }

    /// <summary>The stock node.</summary>
    public StockNode Stock { get; }

    /// <summary>What our node is in the network.</summary>
    public Member Self => new(_identity.PublicKey, 1);

    /// <summary>The router, as our machine sees it.</summary>
    /// <param name="isIpv6">The family.</param>
    /// <returns>Its address.</returns>
    public static string Gateway(bool isIpv6)
    {
        return isIpv6 ? "fd77::2" : Wire.Address(2);
    }

    /// <summary>Another address of the router's.</summary>
    /// <param name="isIpv6">The family.</param>
    /// <returns>The address.</returns>
    public static string SecondGateway(bool isIpv6)
    {
        return isIpv6 ? "fd77::3" : Wire.Address(3);
    }

    /// <summary>The address of the stock node's machine.</summary>
    /// <param name="isIpv6">The family.</param>
    /// <returns>The address.</returns>
    public static string Server(bool isIpv6)
    {
        return isIpv6 ? "2001:db8:9::9" : "203.0.113.9";
    }

    /// <summary>Where the stock node is found.</summary>
    /// <param name="isIpv6">The family.</param>
    /// <returns>Address and port.</returns>
    public static string ServerEndpoint(bool isIpv6)
    {
        return Endpoint(Server(isIpv6));
    }

    /// <summary>Where our node is found.</summary>
    /// <param name="isIpv6">The family.</param>
    /// <returns>Address and port.</returns>
    public static string ClientEndpoint(bool isIpv6)
    {
        return Endpoint(isIpv6 ? "fd77::1" : Wire.Address(1));
    }

    /// <summary>Signs a network of our node and others.</summary>
    /// <param name="version">Its version.</param>
    /// <param name="others">The others.</param>
    /// <returns>The file's bytes.</returns>
    public byte[] Sign(ulong version, params Member[] others)
    {
        return _authority.Sign(version, [Self, .. others]);
    }

    /// <summary>Starts our node with an interface.</summary>
    /// <param name="network">The network file.</param>
    /// <param name="more">More options of the command line.</param>
    /// <returns>The node.</returns>
    public SporeNode StartWith(byte[] network, params string[] more)
    {
        return new SporeNode(Lab, Ours, _identity, 1, true, network, more);
    }

    /// <summary>Gives the stock node's machine another address.</summary>
    /// <param name="to">The address.</param>
    public void MoveServer(string to)
    {
        Stock.Machine.Ip($"addr del {Server(false)}/24 dev {Wire.Interface}");
        Stock.Machine.Ip($"addr add {to}/24 dev {Wire.Interface}");
        Stock.Machine.Ip("route add default via 203.0.113.1");

        // wireguard-go goes on to send from an address that it has lost until it has another port.
        Stock.ListenAt(StockNode.Port + 1);
        Stock.ListenAt(StockNode.Port);
    }

    /// <summary>
    /// Demands that the interface of our node has been handed no more packets than there was something to say.
    /// </summary>
    /// <param name="spore">The node.</param>
    /// <param name="most">How many packets that is at most.</param>
    public void AssertNoLoop(SporeNode spore, int most)
    {
        Assert.InRange(Ours.CountSent(spore.Interface), 0, most);
    }

    /// <summary>Where our machine sends what bears the mark of a node's outer datagrams.</summary>
    /// <param name="spore">The node.</param>
    /// <param name="isIpv6">The family.</param>
    /// <returns>What <c>ip route get</c> shows of the way to the stock node's machine.</returns>
    public string OuterRoute(SporeNode spore, bool isIpv6)
    {
        string mark = Ours.Ask("wg", "show", spore.Interface, "fwmark").Demand().Trim();
        return Ours.Ip($"route get {Server(isIpv6)} mark {mark}");
    }

    /// <summary>The routes for what bears the mark of a node's outer datagrams.</summary>
    /// <param name="spore">The node.</param>
    /// <returns>What <c>ip route</c> shows of them.</returns>
    public string OuterTable(SporeNode spore)
    {
        string mark = Ours.Ask("wg", "show", spore.Interface, "fwmark").Demand().Trim();
        return Ours.Ask("ip", "route", "show", "table", mark).Output;
    }

    /// <summary>Has the router advertise itself as a default router (RFC 4861 section 4.2).</summary>
    /// <param name="address">A link-local address, which the router gets.</param>
    public void Advertise(string address)
    {
        _router.Ip($"addr add {address}/64 dev {Wire.Interface} nodad");
        string index = _router.Ask("cat", $"/sys/class/net/{Wire.Interface}/ifindex").Demand();
        int zone = int.Parse(index, CultureInfo.InvariantCulture);
        IPEndPoint from = new(IPAddress.Parse(address), 0);
        from.Address.ScopeId = zone;
        using Socket socket = _router.OpenSocket(from, SocketType.Raw, ProtocolType.IcmpV6);
        socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastTimeToLive, 255);
        IPAddress everybody = new(IPAddress.Parse("ff02::1").GetAddressBytes(), zone);
        socket.SendTo([134, 0, 0, 0, 64, 0, 0x07, 0x08, .. new byte[8]], new IPEndPoint(everybody, 0));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _authority.Dispose();
        Lab.Dispose();
    }

    private static string Endpoint(string address)
    {
        string port = StockNode.Port.ToString(CultureInfo.InvariantCulture);
        return address.Contains(':', StringComparison.Ordinal) ? $"[{address}]:{port}" : $"{address}:{port}";
    }

    private static void Configure(NetworkNamespace machine, string link, string ipv4, string ipv6)
    {
        machine.Ip($"link set {link} up");
        machine.Ip($"addr add {ipv4}/24 dev {link}");
        machine.Ip($"addr add {ipv6}/64 dev {link} nodad");
    }
}
