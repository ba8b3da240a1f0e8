using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using Spore.SignedNetwork;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>
/// The stock <c>wg</c> on a running node: a member of a network with a stock member, and beside them an outsider
/// that is in no network.
/// </summary>
public sealed class UapiTests : IDisposable
{
    private const string NotPermitted = "Unable to modify interface: Operation not permitted\n";
    private const string Invalid = "Unable to modify interface: Invalid argument\n";
    private const string NotSupported = "Unable to modify interface: Operation not supported\n";

    private readonly Lab _lab = Lab.Open("socat");
    private readonly Authority _authority = new();
    private readonly NodeIdentity _identity;
    private readonly NetworkNamespace _machine;
    private readonly StockNode _member;
    private readonly StockNode _outsider;

    public UapiTests()
    {
        _machine = _lab.Machine("spore");
        (NetworkNamespace second, NetworkNamespace third) = (_lab.Machine("member"), _lab.Machine("outsider"));
        Wire.Join(_lab, _machine, second, third);
        _identity = _authority.NewNode();
        _member = new StockNode(_lab, second, 2);
        _outsider = new StockNode(_lab, third, 3);
    }

    private Member Self => new(_identity.PublicKey, 1);

    public void Dispose()
    {
        _authority.Dispose();
        _lab.Dispose();
    }

    [Fact]
    public void Wg_shows_the_node_and_its_peers()
    {
        long start = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        SporeNode spore = Start();
        _member.AddPeer(Self, Wire.Endpoint(1));
        _outsider.AddPeer(Self, Wire.Endpoint(1));
        Ping.AllAreAnswered(_member, Self);
        Ping.IsAnswered(_outsider.Machine, _outsider.Scoped(Self));

        string[] device = Dump(spore)[0];
        Assert.Equal(
            [
                Convert.ToBase64String(_identity.Record, IdentityRecord.PrivateKeyOffset, 32),
                Self.KeyText,
                "51820",
                "0x5350",
            ],
            device);
        string[] member = Line(spore, _member.Self);
        Assert.Equal(
            [
                "(none)",
                Wire.Endpoint(2),
                $"{_member.Self.Ipv4}/32,{_member.Self.Ipv6}/128,{_member.Self.LinkLocal}/128",
            ],
            member[1..4]);
        Assert.InRange(
            long.Parse(member[4], CultureInfo.InvariantCulture), start, DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        Assert.All(
            member[5..7], bytes => Assert.InRange(long.Parse(bytes, CultureInfo.InvariantCulture), 1000, 1_000_000));
        Assert.Equal("off", member[7]);

        // Who is a guest for now; and a member without any session.
        Assert.Equal(
            ["(none)", Wire.Endpoint(3), $"{_outsider.Self.LinkLocal}/128"], Line(spore, _outsider.Self)[1..4]);
        Assert.Equal(
            ["(none)", "(none)", $"10.99.0.9/32,fd99::9/128,{Absent.LinkLocal}/128", "0", "0", "0", "off"],
            Line(spore, Absent)[1..]);
        Assert.Equal(4, Dump(spore).Length);
        Assert.Contains("latest handshake:", Wg("show", spore.Interface).Demand());
        Assert.Contains(spore.Interface, Wg("show", "interfaces").Demand());

        Assert.Equal("600", _machine.Run("stat", "-c", "%a", Socket(spore)).Demand().Trim());
        Assert.Equal(0, spore.Program.Stop());
        Assert.False(File.Exists(Socket(spore)));
    }

    // Of either, what one has sent the other has received: handshake messages, data with its padding and keepalives.
    [Theory]
    [InlineData(Side.Ours)]
    [InlineData(Side.Stock)]
    public void It_counts_the_bytes_of_a_peer_as_stock_does(Side initiator)
    {
        SporeNode spore = Start();
        _member.AddPeer(Self, initiator == Side.Stock ? Wire.Endpoint(1) : null);
        if (initiator == Side.Ours)
        {
            Set(spore, "peer", _member.Self.KeyText, "endpoint", Wire.Endpoint(2));
            Ping.IsAnswered(_machine, _member.Self.Ipv4);
        }

        Ping.AllAreAnswered(_member, Self);
        Ping.IsAnswered(_machine, _member.Self.Ipv6);
        foreach (string size in new[] { "0", "1", "15", "16", "17", "1391", "1392" })
        {
            _member.Machine.Run("ping", "-n", "-c", "3", "-i", "0.01", "-s", size, Self.Ipv4).Demand();
        }

        AssertSameCounts();

        // By then whoever had the last word has been sent a keepalive.
        Thread.Sleep(11_000);
        AssertSameCounts();
        Assert.Single(spore.Timeline, l => l.Verb == "session up");

        void AssertSameCounts()
        {
            Wait.Until(
                () =>
                {
                    (long, long) before = Transfer(_machine, spore.Interface, _member.Self);
                    Thread.Sleep(1000);
                    (long received, long sent) = Transfer(_member.Machine, _member.Interface, Self);
                    (long, long) ours = Transfer(_machine, spore.Interface, _member.Self);
                    return ours == before && ours == (sent, received);
                },
                "the same counts on both sides, in a quiet moment");
        }
    }

    [Fact]
    public void A_stock_peer_that_wg_set_adds_is_reached_both_ways_until_it_is_removed()
    {
        SporeNode spore = Start();
        string key = _outsider.Self.KeyText;
        string psk = _lab.File("psk", Encoding.ASCII.GetBytes(Command.Run(["wg", "genpsk"]).Demand()));
        _outsider.AddPeer(Self);
        _outsider.Machine.Run("wg", "set", _outsider.Interface, "peer", Self.KeyText, "preshared-key", psk).Demand();

        Set(
            spore,
            "peer",
            key,
            "preshared-key",
            psk,
            "endpoint",
            Wire.Endpoint(3),
            "persistent-keepalive",
            "25",
            "allowed-ips",
            "10.99.0.0/24,fd99::3/128");
        RouteToOutsider(spore);
        AssertReached(spore);
        Assert.Equal(
            [
                key,
                File.ReadAllText(psk).Trim(),
                Wire.Endpoint(3),
                $"10.99.0.0/24,fd99::3/128,{_outsider.Self.LinkLocal}/128",
            ],
            Line(spore, _outsider.Self)[..4]);
        Assert.Equal("25", Line(spore, _outsider.Self)[7]);

        // The network's longer prefixes within that one are still their members'.
        _member.AddPeer(Self, Wire.Endpoint(1));
        Ping.AllAreAnswered(_member, Self);
        Ping.IsAnswered(_machine, _member.Self.Ipv4);

        Set(
            spore, "peer", key, "allowed-ips", "fd99::3/128", "persistent-keepalive", "off", "preshared-key",
            "/dev/null");
        Assert.Equal(
            ["(none)", Wire.Endpoint(3), $"fd99::3/128,{_outsider.Self.LinkLocal}/128"],
            Line(spore, _outsider.Self)[1..4]);
        Assert.Equal("off", Line(spore, _outsider.Self)[7]);
        Ping.IsNotAnswered(_outsider.Machine, Self.Ipv4);
        Ping.IsNotAnswered(_machine, _outsider.Self.Ipv4);
        Ping.IsAnswered(_outsider.Machine, Self.Ipv6);

        Set(spore, "peer", key, "remove");
        Assert.DoesNotContain(Dump(spore), peer => peer[0] == key);
        Ping.IsNotAnswered(_outsider.Machine, Self.Ipv6);
        Ping.IsNotAnswered(_machine, _outsider.Self.Ipv6);
        Ping.IsAnswered(_machine, _member.Self.Ipv4);
    }

    [Fact]
    public void A_prefix_moves_to_the_peer_that_is_given_it_last()
    {
        SporeNode spore = Start();
        string other = Convert.ToBase64String(NodeKey.PublicKey(NodeKey.GeneratePrivate()));
        _outsider.AddPeer(Self, Wire.Endpoint(1));
        Set(spore, "peer", _outsider.Self.KeyText, "allowed-ips", "10.99.0.3/32,fd99::3/128");
        RouteToOutsider(spore);
        Ping.AllAreAnswered(_outsider, Self);

        Set(spore, "peer", other, "allowed-ips", "10.99.0.3/32");
        Ping.IsNotAnswered(_outsider.Machine, Self.Ipv4);
        Ping.IsAnswered(_outsider.Machine, Self.Ipv6);
        Set(spore, "peer", _outsider.Self.KeyText, "allowed-ips", "10.99.0.3/32,fd99::3/128", "peer", other, "remove");
        Ping.AllAreAnswered(_outsider, Self);
    }

    [Fact]
    public void What_is_not_for_wg_to_say_is_refused_and_changes_nothing()
    {
        SporeNode spore = Start();
        string other = Convert.ToBase64String(NodeKey.PublicKey(NodeKey.GeneratePrivate()));
        string member = _member.Self.KeyText;
        string keyFile = _lab.File("key", Encoding.ASCII.GetBytes(Command.Run(["wg", "genkey"]).Demand()));
        string before = Wg("showconf", spore.Interface).Demand();

        Refused(NotPermitted, "the private key is the identity's", "private-key", keyFile);
        Refused(NotSupported, "the port is given by --listen, and stays while the node runs", "listen-port", "1000");
        Refused(NotSupported, "the firewall mark is the node's own, and stays while the node runs", "fwmark", "0x7");
        Refused(NotPermitted, "the network says that it is a member", "peer", member, "remove");
        Refused(
            NotPermitted,
            "the network says what addresses a member has",
            "peer",
            member,
            "allowed-ips",
            $"{_member.Self.Ipv4}/32");
        Refused(NotPermitted, "the network says what addresses a member has", "peer", member, "allowed-ips", "");
        Refused(
            NotPermitted, "the network says how a member is kept alive", "peer", member, "persistent-keepalive", "25");
        Refused(
            NotPermitted,
            $"the network gives {_member.Self.Ipv4}/32 to a member",
            "peer",
            other,
            "allowed-ips",
            $"{_member.Self.Ipv4}/32");
        Refused(
            NotPermitted,
            $"the network gives {Self.Ipv6}/128 to this node",
            "peer",
            other,
            "allowed-ips",
            $"{Self.Ipv6}/128");
        Refused(
            NotPermitted,
            "fe80::/10: link-local addresses follow from the keys",
            "peer",
            other,
            "allowed-ips",
            "fe80::/10");
        Refused(
            NotPermitted,
            "fe80::1/128: link-local addresses follow from the keys",
            "peer",
            other,
            "allowed-ips",
            "10.5.0.0/16,fe80::1/128");
        Refused(
            NotPermitted, "the network says that it is a member", "peer", other, "allowed-ips", "10.5.0.0/16", "peer",
            member, "remove");
        Refused(Invalid, NodeKey.Unusable, "peer", Convert.ToBase64String(new byte[32]), "endpoint", Wire.Endpoint(3));

        void Refused(string message, string reason, params string[] arguments)
        {
            int lines = spore.Program.Lines.Count;
            Command refused = Wg(["set", spore.Interface, .. arguments]);
            Assert.Equal((1, message), (refused.ExitCode, refused.Error));
            Wait.Until(
                () => spore.Program.Lines.Skip(lines).Any(
                    l => l.Contains("  set refused  ") && l.EndsWith(reason, StringComparison.Ordinal)),
                reason);
            Assert.Equal(before, Wg("showconf", spore.Interface).Demand());
        }
    }

    [Fact]
    public void What_showconf_writes_can_be_given_back()
    {
        SporeNode spore = Start();
        _member.AddPeer(Self, Wire.Endpoint(1));
        _outsider.AddPeer(Self, Wire.Endpoint(1));
        RouteToOutsider(spore);
        Ping.AllAreAnswered(_member, Self);
        string other = Convert.ToBase64String(NodeKey.PublicKey(NodeKey.GeneratePrivate()));
        string psk = _lab.File("psk", Encoding.ASCII.GetBytes(Command.Run(["wg", "genpsk"]).Demand()));
        Set(
            spore, "peer", other, "preshared-key", psk, "endpoint", "[fe80::1%eth0]:999", "persistent-keepalive", "5",
            "allowed-ips", "0.0.0.0/0,::/0,10.99.0.0/16");
        Ping.IsAnswered(_outsider.Machine, _outsider.Scoped(Self));
        string written = Wg("showconf", spore.Interface).Demand();
        Assert.Contains(
            $"PublicKey = {other}\nPresharedKey = {File.ReadAllText(psk).Trim()}\n"
            + "AllowedIPs = 0.0.0.0/0, ::/0, 10.99.0.0/16, fe",
            written);
        string file = _lab.File("conf", Encoding.ASCII.GetBytes(written));
        string[] before = [.. Dump(spore).Select(Configuration)];
        foreach (string verb in new[] { "setconf", "syncconf", "addconf", "setconf" })
        {
            Wg(verb, spore.Interface, file).Demand();
            Assert.Equal(before, Dump(spore).Select(Configuration));
        }

        // Who was a guest is one still, and sessions went on.
        Ping.IsNotAnswered(_outsider.Machine, Self.Ipv4);
        Ping.AllAreAnswered(_member, Self);
        Assert.Single(spore.Program.Lines, line => line.Contains("  session up  ") && line.Contains("member-2"));

        // A configuration without the configured peer takes it away, one without a member is refused.
        string[] parts = written.Split("\n\n");
        string less = _lab.File(
            "less", Encoding.ASCII.GetBytes(string.Join("\n\n", parts.Where(p => !p.Contains(other)))));
        Wg("setconf", spore.Interface, less).Demand();
        Assert.DoesNotContain(Dump(spore), p => p[0] == other);
        string none = _lab.File("none", Encoding.ASCII.GetBytes(parts[0]));
        Command refused = Wg("setconf", spore.Interface, none);
        Assert.Equal((1, NotPermitted), (refused.ExitCode, refused.Error));
    }

    [Fact]
    public void A_configuration_with_more_prefixes_than_there_is_room_for_is_read_to_its_end_and_refused()
    {
        SporeNode spore = Start();
        string prefixes = string.Join(
            ", ", Enumerable.Range(0, 70_000).Select(i => $"10.{i >> 16}.{(i >> 8) & 255}.{i & 255}/32"));
        string peer =
            $"[Peer]\nPublicKey = {KeyText.Format(NodeKey.PublicKey(NodeKey.GeneratePrivate()))}\n"
            + $"AllowedIPs = {prefixes}\n";
        string file = _lab.File("many", Encoding.ASCII.GetBytes(peer));
        string[] before = Dump(spore).Select(Configuration).ToArray();
        Command refused = Wg("addconf", spore.Interface, file);
        Assert.Equal((1, "Unable to modify interface: No space left on device\n"), (refused.ExitCode, refused.Error));
        Assert.Equal(before, Dump(spore).Select(Configuration));
    }

    [Fact]
    public void A_member_may_have_a_preshared_key_and_an_endpoint_by_hand()
    {
        SporeNode spore = Start();
        string psk = _lab.File("psk", Encoding.ASCII.GetBytes(Command.Run(["wg", "genpsk"]).Demand()));
        _member.AddPeer(Self);
        _member.Machine.Run("wg", "set", _member.Interface, "peer", Self.KeyText, "preshared-key", psk).Demand();
        Set(
            spore,
            "peer",
            _member.Self.KeyText,
            "preshared-key",
            psk,
            "endpoint",
            Wire.Endpoint(2),
            "allowed-ips",
            $"{_member.Self.Ipv4}/32,{_member.Self.Ipv6}/128");
        Ping.IsAnswered(_machine, _member.Self.Ipv4);
        Ping.AllAreAnswered(_member, Self);
        Assert.Equal(File.ReadAllText(psk).Trim(), Line(spore, _member.Self)[1]);

        // It stops being configured, and is a member as before.
        Set(spore, "peer", _member.Self.KeyText, "remove");
        Assert.Equal("(none)", Line(spore, _member.Self)[1]);
        Ping.IsAnswered(_machine, _member.Self.Ipv4);
    }

    [Fact]
    public void Clients_that_hang_or_talk_nonsense_harm_nothing()
    {
        SporeNode spore = Start();
        string socket = $"UNIX-CONNECT:{Socket(spore)}";
        for (int i = 0; i < 40; i++)
        {
            _lab.Keep(_machine.Start(["socat", "-u", socket, "STDOUT"]));
        }

        Assert.Equal("errno=-22\n\n", Command.Run(["socat", "-t30", "-", socket], new string('x', 600)).Output);
        Assert.Equal(
            "errno=-22\n\nerrno=-22\n\nerrno=0\n\n",
            Command.Run(["socat", "-t30", "-", socket], "set=1\nnonsense\n\nget=1\nx=y\n\nset=1\n\n").Output);
        Assert.Equal(
            "", Command.Run(["socat", "-t30", "-", socket], $"set=1\npublic_key={new string('7', 64)}\n").Output);
        Assert.Equal(3, Dump(spore).Length);
    }

    [Fact]
    public void A_socket_that_a_dead_node_left_is_replaced_and_that_of_a_live_one_is_not()
    {
        SporeNode dead = Start();
        dead.Program.Kill();
        Assert.True(File.Exists(Socket(dead)));
        string[] sameName = ["--tun", dead.Interface];
        SporeNode node = new(_lab, _machine, _identity, 1, false, Network(), sameName);
        node.Program.WaitFor("hello");
        Assert.Equal(Self.KeyText, Dump(dead)[0][1]);

        SporeNode second = new(_lab, _lab.Machine("elsewhere"), _authority.NewNode(), 5, false, Network(), sameName);
        second.Program.WaitFor("no wg", $"{Socket(dead)}: another program uses it");
        Assert.Equal(Self.KeyText, Dump(dead)[0][1]);
        Assert.Equal(0, second.Program.Stop());
        Assert.Equal(Self.KeyText, Dump(dead)[0][1]);
        Assert.Equal(0, node.Program.Stop());
        Assert.False(File.Exists(Socket(dead)));
    }

    private static Member Absent { get; } = new(NodeKey.PublicKey(NodeKey.GeneratePrivate()), 9);

    private static string Socket(SporeNode spore)
    {
        return $"/var/run/wireguard/{spore.Interface}.sock";
    }

    // All but what traffic changes.
    private static string Configuration(string[] line)
    {
        return string.Join(' ', line.Length == 4 ? line : [.. line[..4], line[7]]);
    }

    private byte[] Network()
    {
        return _authority.Sign(1, Self, _member.Self, Absent);
    }

    private SporeNode Start()
    {
        return new SporeNode(_lab, _machine, _identity, 1, true, Network());
    }

    private Command Wg(params string[] arguments)
    {
        return _machine.Run(["wg", .. arguments]);
    }

    private void Set(SporeNode spore, params string[] arguments)
    {
        Wg(["set", spore.Interface, .. arguments]).Demand();
    }

    private static (long Received, long Sent) Transfer(NetworkNamespace machine, string name, Member peer)
    {
        string[] lines = machine.Ask("wg", "show", name, "transfer").Demand().TrimEnd().Split('\n');
        string[] numbers = Assert.Single(lines, l => l.StartsWith(peer.KeyText, StringComparison.Ordinal)).Split('\t');
        return (
            long.Parse(numbers[1], CultureInfo.InvariantCulture), long.Parse(numbers[2], CultureInfo.InvariantCulture));
    }

    private string[][] Dump(SporeNode spore)
    {
        return [.. Wg("show", spore.Interface, "dump").Demand().TrimEnd().Split('\n').Select(line => line.Split('\t'))];
    }

    private string[] Line(SporeNode spore, Member peer)
    {
        return Assert.Single(Dump(spore), line => line[0] == peer.KeyText);
    }

    // As with stock WireGuard, wg set leaves routes to others.
    private void RouteToOutsider(SporeNode spore)
    {
        _machine.Ip($"route add {_outsider.Self.Ipv4}/32 dev {spore.Interface}");
        _machine.Ip($"route add {_outsider.Self.Ipv6}/128 dev {spore.Interface}");
    }

    private void AssertReached(SporeNode spore)
    {
        Ping.IsAnswered(_machine, spore.Scoped(_outsider.Self));
        Ping.IsAnswered(_machine, _outsider.Self.Ipv4);
        Ping.IsAnswered(_machine, _outsider.Self.Ipv6);
        Ping.AllAreAnswered(_outsider, Self);
    }
}
