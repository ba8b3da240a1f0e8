using System;
using System.Globalization;
using System.Linq;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>
/// Inner packets as large as the tunnel's MTU, and larger ones, as compared with a tunnel between two stock nodes.
/// </summary>
public sealed class MtuTests : IDisposable
{
    private const int Mtu = 1420;

    private readonly Lab _lab = Lab.Open();
    private readonly Authority _authority = new();
    private readonly NodeIdentity _identity;
    private readonly NetworkNamespace _machine;
    private readonly StockNode _stock;
    private readonly StockNode _other;

    public MtuTests()
    {
        _machine = _lab.Machine("spore");
        (NetworkNamespace second, NetworkNamespace third) = (_lab.Machine("stock"), _lab.Machine("other"));
        Wire.Join(_lab, _machine, second, third);
        _identity = _authority.NewNode();
        (_stock, _other) = (new(_lab, second, 2), new(_lab, third, 3));

        // Over IPv6 a tunnel of 1420 bytes fills an Ethernet frame, so padding must not make it larger.
        _stock.AddPeer(Self, "[fd77::1]:51820");
        _stock.AddPeer(_other.Self, "[fd77::3]:51820");
        _other.AddPeer(_stock.Self);
    }

    private enum Outcome
    {
        Answered,
        Refused,
        Lost,
    }

    private Member Self => new(_identity.PublicKey, 1);

    public void Dispose()
    {
        _authority.Dispose();
        _lab.Dispose();
    }

    [Fact]
    public void Packets_up_to_the_mtu_pass_whole_and_larger_ones_in_fragments_or_not_at_all()
    {
        Start(true);
        foreach (int size in new[] { 1280, Mtu })
        {
            AssertBothWays(size, true, Outcome.Answered);
        }

        Assert.All(new[] { _machine, _stock.Machine }, m => Assert.Equal(0, Fragments(m)));
        AssertBothWays(Mtu + 1, true, Outcome.Refused);
        AssertBothWays(Mtu + 1, false, Outcome.Answered);
    }

    [Fact]
    public void A_larger_packet_that_comes_in_all_the_same_is_passed_on()
    {
        Start(true);
        _stock.Machine.Ip($"link set {_stock.Interface} mtu {Mtu + 1}");
        foreach (bool isIpv6 in new[] { false, true })
        {
            Outcome outcome = Send(_stock.Machine, Self, isIpv6, Mtu + 1, true);
            Assert.Equal(Send(_stock.Machine, _other.Self, isIpv6, Mtu + 1, true), outcome);
            Assert.Equal(Outcome.Answered, outcome);
        }
    }

    [Fact]
    public void A_node_without_an_interface_answers_packets_up_to_the_mtu()
    {
        Start(false);
        foreach (int size in new[] { 1280, Mtu })
        {
            Assert.Equal(Outcome.Answered, Send(_stock.Machine, Self, false, size, true));
            Assert.Equal(Outcome.Answered, Send(_stock.Machine, Self, true, size, true));
        }
    }

    // How many fragments a machine has made to send.
    private static long Fragments(NetworkNamespace machine)
    {
        string line = machine.Ask("cat", "/proc/net/snmp6")
            .Demand()
            .Split('\n')
            .Single(l => l.StartsWith("Ip6FragCreates", StringComparison.Ordinal));
        return long.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture);
    }

    private static Outcome Send(NetworkNamespace machine, Member to, bool isIpv6, int size, bool whole)
    {
        const int EchoHeader = 8;
        int payload = size - EchoHeader - (isIpv6 ? 40 : 20);
        Command ping = machine.Run(
            "ping",
            "-n",
            "-c",
            "1",
            "-W",
            "10",
            "-M",
            whole ? "do" : "dont",
            "-s",
            payload.ToString(CultureInfo.InvariantCulture),
            isIpv6 ? to.Ipv6 : to.Ipv4);
        return ping.Output.Contains(" 1 received", StringComparison.Ordinal) ? Outcome.Answered
            : ping.Error.Contains("essage too long", StringComparison.Ordinal) ? Outcome.Refused
            : Outcome.Lost;
    }

    private void Start(bool tun)
    {
        SporeNode spore = new(_lab, _machine, _identity, 1, tun, _authority.Sign(1, Self, _stock.Self));
        Ping.AllAreAnswered(_stock, spore.Self);
        Ping.AllAreAnswered(_stock, _other.Self);
    }

    private void AssertBothWays(int size, bool whole, Outcome expected)
    {
        foreach (bool isIpv6 in new[] { false, true })
        {
            Assert.Equal(expected, Send(_stock.Machine, _other.Self, isIpv6, size, whole));
            Assert.Equal(expected, Send(_stock.Machine, Self, isIpv6, size, whole));
            Assert.Equal(expected, Send(_machine, _stock.Self, isIpv6, size, whole));
        }
    }
}
