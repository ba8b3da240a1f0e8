using System;
using System.Linq;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>
/// Our machine has two addresses, and the stock node sends to one of them. A firewall before the stock node accepts
/// only answers from that address.
/// </summary>
public class SourceAddressTests
{
    private const int Hello = 0x80;
    private const string Ipv4Second = "10.77.0.201";
    private const string Ipv6First = "fd77::1";
    private const string Ipv6Second = "fd77::201";

    public static TheoryData<string> Addresses => [Wire.Address(1), Ipv4Second, Ipv6First, Ipv6Second];

    [Theory]
    [MemberData(nameof(Addresses))]
    public void Answers_come_from_the_address_that_the_peer_sends_to(string address)
    {
        using Pair pair = Open(true, "nft", "socat");
        pair.Stock.AddPeer(pair.Self, Endpoint(address));
        pair.Start(true);
        Ping.AllAreAnswered(pair.Stock, pair.Self);
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv4);

        // Runs of datagrams that the kernel cuts (UDP_SEGMENT).
        TcpStream stream = new(pair.Lab, pair.Ours, pair.Stock.Machine, pair.Stock.Self.Ipv4);
        stream.WaitForMore();
        stream.Finish();
        Assert.Equal(Endpoint(address), pair.Stock.EndpointOf(pair.Self));
    }

    [Theory]
    [InlineData(Ipv4Second)]
    [InlineData(Ipv6Second)]
    public void A_cookie_reply_comes_from_there_too(string address)
    {
        using Pair pair = Open(true, "nft");
        pair.Stock.AddPeer(pair.Self, Endpoint(address));
        SporeNode spore = pair.Start(true, null, "--handshake-rate", "1");
        string[] sources = [.. Enumerable.Range(1, 16).Select(i => $"127.0.{i}.1")];
        using Forger forger = new(pair.Ours, sources, $"127.0.0.1:{StockNode.Port}", spore.Self.Key);
        forger.Start(100);
        spore.Program.WaitFor("under load");
        Ping.IsAnswered(pair.Stock.Machine, pair.Self.Ipv4);
        pair.Stock.WaitForLog("Receiving cookie response");
    }

    [Fact]
    public void A_provoked_initiation_comes_from_there_too()
    {
        using Lab lab = Lab.Open("nft");
        using Authority authority = new();
        (NetworkNamespace here, NetworkNamespace there) = (lab.Machine("steady"), lab.Machine("rebooted"));
        Wire.Join(lab, here, there);
        AddSecond(here);
        AcceptAnswers(there);
        Firewall.DropOutgoing(there, Hello);
        (NodeIdentity own, NodeIdentity other) = (authority.NewNode(), authority.NewNode());
        byte[] network = authority.Sign(1, new Member(own.PublicKey, 1), new Member(other.PublicKey, 2));
        SporeNode steady = new(lab, here, own, 1, true, network);
        string[] peer = ["--peer", $"{steady.Self.KeyText}@{Endpoint(Ipv4Second)}"];
        SporeNode before = new(lab, there, other, 2, true, null, peer);
        before.WaitFor(0, "session up", "to ");
        before.Program.Kill();

        // Without a clock its initiations are from the past, so only one of the other node makes a session.
        SporeNode after = new(lab, there, other, 2, true, null, ["--no-clock", .. peer]);
        after.WaitFor(0, "session up", "from ");
    }

    [Theory]
    [InlineData(Ipv4Second, "24", "10.77.0.1")]
    [InlineData(Ipv6Second, "64", "fd77::1")]
    public void An_address_that_the_machine_loses_is_forgotten(string address, string length, string other)
    {
        using Pair pair = Open(false);
        pair.Stock.AddPeer(pair.Self, Endpoint(address));
        pair.Start(true);
        Ping.IsAnswered(pair.Stock.Machine, pair.Self.Ipv4);
        pair.Ours.Ip($"addr del {address}/{length} dev {Wire.Interface}");
        WaitForEndpoint(pair, Endpoint(other));
    }

    [Fact]
    public void An_address_is_forgotten_when_another_interface_leads_to_the_peer()
    {
        using Pair pair = Open(false);
        pair.Stock.AddPeer(pair.Self, Wire.Endpoint(1));
        pair.Start(true);
        Ping.IsAnswered(pair.Stock.Machine, pair.Self.Ipv4);

        // A second way, as with a cable beside a radio; the first address stays.
        pair.Ours.Ip($"link add eth1 type veth peer name eth1 netns {pair.Stock.Machine.Name}");
        pair.Ours.Ip("addr add 10.78.0.1/24 dev eth1");
        pair.Ours.Ip("link set eth1 up");
        pair.Stock.Machine.Ip("addr add 10.78.0.2/24 dev eth1");
        pair.Stock.Machine.Ip("link set eth1 up");
        pair.Ours.Ip($"route add {Wire.Address(2)}/32 via 10.78.0.2 dev eth1");
        WaitForEndpoint(pair, "10.78.0.1:51820");

        // Answers to the first address still arrive by the first interface.
        pair.Stock.Machine.Run(
            "wg", "set", pair.Stock.Interface, "peer", pair.Self.KeyText, "endpoint", Wire.Endpoint(1)).Demand();
        Ping.IsAnswered(pair.Stock.Machine, pair.Self.Ipv4);
        Assert.Equal("10.78.0.1:51820", pair.Stock.EndpointOf(pair.Self));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void No_datagram_comes_from_an_address_of_the_tunnel(bool isIpv6)
    {
        using Pair pair = Open(false);
        string inner = isIpv6 ? pair.Self.Ipv6 : pair.Self.Ipv4;
        pair.Start(true);
        string[] peer = ["peer", pair.Self.KeyText, "allowed-ips", $"{pair.Self.LinkLocal}/128"];
        pair.Stock.Machine.Run(["wg", "set", pair.Stock.Interface, .. peer, "endpoint", Endpoint(inner)]).Demand();
        string gateway = isIpv6
            ? $"-6 route add {inner}/128 via fd77::1"
            : $"route add {inner}/32 via {Wire.Address(1)}";
        pair.Stock.Machine.Ip($"{gateway} dev {Wire.Interface}");
        Ping.IsAnswered(pair.Stock.Machine, pair.Stock.Scoped(pair.Self));
        Assert.NotEqual(Endpoint(inner), pair.Stock.EndpointOf(pair.Self));
    }

    // The node learns of a change by an event, so its first datagrams may still come from the old address.
    private static void WaitForEndpoint(Pair pair, string endpoint)
    {
        Wait.Until(
            () =>
            {
                Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv4);
                return pair.Stock.EndpointOf(pair.Self) == endpoint;
            },
            "datagrams from " + endpoint);
    }

    private static Pair Open(bool hasFirewall, params string[] programs)
    {
        Pair pair = new(programs);
        AddSecond(pair.Ours);
        if (hasFirewall)
        {
            AcceptAnswers(pair.Stock.Machine);
        }

        return pair;
    }

    private static void AddSecond(NetworkNamespace machine)
    {
        machine.Ip($"addr add {Ipv4Second}/24 dev {Wire.Interface}");
        machine.Ip($"addr add {Ipv6Second}/64 dev {Wire.Interface} nodad");
    }

    private static void AcceptAnswers(NetworkNamespace machine)
    {
        machine.Nft($$"""
            table inet stateful {
              chain input {
                type filter hook input priority filter
                iifname {{Wire.Interface}} udp dport {{StockNode.Port}} ct state new drop
              }
            }

            """);
    }

    private static string Endpoint(string address)
    {
        return address.Contains(':', StringComparison.Ordinal)
            ? FormattableString.Invariant($"[{address}]:{StockNode.Port}")
            : FormattableString.Invariant($"{address}:{StockNode.Port}");
    }
}
