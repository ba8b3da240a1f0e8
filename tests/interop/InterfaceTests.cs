using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>What others do to the interface of a running node, and what comes out of the tunnel at it.</summary>
public class InterfaceTests
{
    private static readonly string[] _settings =
    [
        "ipv6/conf/{0}/accept_ra", "ipv6/conf/{0}/autoconf", "ipv6/conf/{0}/accept_redirects",
        "ipv4/conf/{0}/accept_redirects",
    ];

    [Fact]
    public void When_it_is_up_again_its_addresses_and_routes_are_back()
    {
        using Pair pair = new();
        pair.Stock.AddPeer(pair.Self);
        SporeNode spore = pair.StartWith(
            true,
            pair.Sign(
                1, pair.Stock.Self with { Endpoint = Wire.Endpoint(2), Prefixes = ["10.55.0.0/16", "fd55::/32"] }));
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv6);
        string before = pair.Ours.Routing();
        for (int i = 0; i < 3; i++)
        {
            int seen = spore.Timeline.Count;
            pair.Ours.Ip($"link set {spore.Interface} down");
            spore.WaitFor(seen, "interface down", spore.Interface);
            Assert.NotEqual(before, pair.Ours.Routing());
            pair.Ours.Ip($"link set {spore.Interface} up");
            spore.WaitFor(seen, "interface up", spore.Interface);
            pair.Ours.AssertRouting(before);
        }

        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv4);
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv6);
        Ping.AllAreAnswered(pair.Stock, pair.Self);
    }

    [Fact]
    public void Where_IPv6_is_off_one_line_says_so_and_IPv4_works()
    {
        using Pair pair = new();
        pair.Ours.Run(
            "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1").Demand();
        pair.Stock.AddPeer(pair.Self);
        byte[] network = pair.Sign(1, pair.Stock.Self with { Endpoint = Wire.Endpoint(2) });
        string[] command =
            [.. pair.CommandLine().SkipLast(1), pair.Lab.File("own.spore", network), "--tun", "livetun6"];
        RunningProgram spore = pair.Lab.Keep(pair.Ours.Start(command));
        spore.WaitFor("IPv6 is off", "livetun6");
        Wait.Until(() => pair.Ours.Ip("route").Contains(pair.Stock.Self.Ipv4, StringComparison.Ordinal), "the route");
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv4);
        Assert.DoesNotContain(spore.Lines, l => l.Contains("can't be set", StringComparison.Ordinal));

        pair.Ours.Run("sysctl", "-qw", "net.ipv6.conf.livetun6.disable_ipv6=0").Demand();
        spore.WaitFor("IPv6 is on");
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv6);
    }

    [Fact]
    public void A_network_that_comes_while_it_is_down_counts_when_it_is_up()
    {
        using Pair pair = new();
        pair.Stock.AddPeer(pair.Self);
        SporeNode spore = pair.StartWith(true, pair.Sign(1, pair.Stock.Self with { Endpoint = Wire.Endpoint(2) }));
        pair.Ours.Ip($"link set {spore.Interface} down");
        spore.WaitFor(0, "interface down", spore.Interface);
        File.WriteAllBytes(
            Path.Combine(pair.Lab.Folder, $"{pair.Ours.Name}.spore"),
            pair.Sign(2, pair.Stock.Self with { Endpoint = Wire.Endpoint(2), Prefixes = ["10.55.0.0/16"] }));
        spore.Program.AskToReload();
        spore.WaitFor(0, "reloaded", "version 2");
        pair.Ours.Ip($"link set {spore.Interface} up");
        spore.WaitFor(0, "interface up", spore.Interface);
        Wait.Until(
            () => pair.Ours.Ask("ip", "route", "get", "10.55.0.1").Output.Contains($"dev {spore.Interface}"),
            "the new route");
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv4);
    }

    [Theory]
    [InlineData("link del {0}")]
    [InlineData("link set {0} netns {1}")]
    public void When_it_is_gone_the_node_ends_and_says_so(string command)
    {
        using Pair pair = new();
        string before = pair.Ours.Routing();
        SporeNode spore = pair.Start(true, Wire.Endpoint(2));
        string socket = $"/var/run/wireguard/{spore.Interface}.sock";
        Assert.True(File.Exists(socket));
        pair.Ours.Ip(command.Replace("{0}", spore.Interface).Replace("{1}", pair.Stock.Machine.Name));
        Assert.Equal(1, spore.Program.WaitForEnd());
        Wait.Until(() => spore.Program.Wrote($"hostsim: {spore.Interface}: the interface was deleted"), "the reason");
        Assert.DoesNotContain(spore.Program.Lines, l => l.Contains("   at ", StringComparison.Ordinal));
        Assert.False(File.Exists(socket));
        pair.Ours.AssertRouting(before);
    }

    [Theory]
    [InlineData("tuntap add mode tun name {0}")]
    [InlineData("link add {0} type bridge")]
    public void An_interface_of_somebody_else_is_not_taken_over(string command)
    {
        using Lab lab = Lab.Open();
        using Authority authority = new();
        NetworkNamespace machine = lab.Machine("spore");
        string name = FormattableString.Invariant($"sp{Environment.ProcessId}x");
        machine.Ip(command.Replace("{0}", name));
        string before = machine.Ip("link") + machine.Routing();
        string identity = lab.File("id", authority.NewNode().Record);
        Command node = machine.Run(
            SporeNode.Dotnet(),
            Path.Combine(AppContext.BaseDirectory, "hostsim.dll"),
            "node",
            "--identity",
            identity,
            "--tun",
            name);
        Assert.Equal(
            (1, $"hostsim: {name}: there is an interface of that name already; choose another with --tun"),
            (node.ExitCode, node.Error.Trim()));
        Assert.Equal(before, machine.Ip("link") + machine.Routing());
    }

    [Fact]
    public void It_takes_no_routes_and_addresses_from_the_tunnel()
    {
        using Pair pair = new();
        pair.Stock.AddPeer(pair.Self);

        // As on a machine that takes advertisements by default.
        pair.Ours.Run(
            "sh",
            "-c",
            "for s in accept_ra autoconf accept_redirects; do echo 1 > /proc/sys/net/ipv6/conf/default/$s; done")
            .Demand();
        SporeNode spore = pair.Start(true, Wire.Endpoint(2));
        foreach (string setting in _settings)
        {
            Assert.Equal(
                "0", pair.Ours.Ask("cat", $"/proc/sys/net/{setting.Replace("{0}", spore.Interface)}").Demand().Trim());
        }

        Assert.DoesNotContain(spore.Timeline, l => l.Verb == "settings");
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv4);

        // Even where somebody turns them on again.
        pair.Ours.Run(
            "sh",
            "-c",
            $"for s in accept_ra autoconf; do echo 1 > /proc/sys/net/ipv6/conf/{spore.Interface}/$s; done").Demand();
        string before = pair.Ours.Routing();
        long dropped = spore.CountDropped();
        long received = pair.Ours.CountReceived(spore.Interface);
        Advertise(pair.Stock, pair.Self, 5);
        Wait.Until(() => spore.CountDropped() >= dropped + 5, "five advertisements to be dropped");
        Assert.Equal(received, pair.Ours.CountReceived(spore.Interface));
        pair.Ours.AssertRouting(before);
    }

    [Fact]
    public void Where_the_settings_cannot_be_written_one_line_tells_so()
    {
        using Lab lab = Lab.Open();
        using Authority authority = new();
        NetworkNamespace machine = lab.Machine("spore");
        string name = FormattableString.Invariant($"sp{Environment.ProcessId}ro");
        string identity = lab.File("id", authority.NewNode().Record);
        string node =
            $"{SporeNode.Dotnet()} {Path.Combine(AppContext.BaseDirectory, "hostsim.dll")} node --identity {identity} "
            + $"--tun {name}";
        RunningProgram program = lab.Keep(
            machine.Start(
                [
                    "sh",
                    "-c",
                    $"mount --bind /proc/sys /proc/sys && mount -o remount,ro,bind /proc/sys && exec {node}",
                ]));
        program.WaitFor("listening");
        Assert.Contains(
            $"net.ipv4.conf.{name}.accept_redirects",
            Assert.Single(program.Lines, l => l.Contains("  settings  ", StringComparison.Ordinal)),
            StringComparison.Ordinal);
        Assert.Equal(0, program.Stop());
    }

    // A router advertisement (RFC 4861 section 4.2): a default route for 30 minutes, and a prefix
    // to make addresses from.
    private static void Advertise(StockNode stock, Member to, int times)
    {
        byte[] prefix =
        [
            3, 4, 64, 0xC0, 0, 0, 0x0E, 0x10, 0, 0, 0x0E, 0x10, 0, 0, 0, 0,
            .. IPAddress.Parse("2001:db8:bad::").GetAddressBytes(),
        ];
        byte[] advertisement = [134, 0, 0, 0, 64, 0, 0x07, 0x08, 0, 0, 0, 0, 0, 0, 0, 0, .. prefix];
        int zone = int.Parse(
            stock.Machine.Ask("cat", $"/sys/class/net/{stock.Interface}/ifindex").Demand(),
            System.Globalization.CultureInfo.InvariantCulture);
        IPEndPoint from = new(IPAddress.Parse(stock.Self.LinkLocal), 0);
        from.Address.ScopeId = zone;
        using Socket socket = stock.Machine.OpenSocket(from, SocketType.Raw, ProtocolType.IcmpV6);
        socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.IpTimeToLive, 255);
        IPAddress destination = IPAddress.Parse(to.LinkLocal);
        destination.ScopeId = zone;
        foreach (int _ in Enumerable.Range(0, times))
        {
            socket.SendTo(advertisement, new IPEndPoint(destination, 0));
        }
    }
}
