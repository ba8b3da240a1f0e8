using System;
using Spore.SignedNetwork;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>A stock peer whose key our node does not know, beside one that is a member.</summary>
public sealed class GuestTests : IDisposable
{
    private readonly Lab _lab = Lab.Open("curl", "socat");
    private readonly Authority _authority = new();
    private readonly NodeIdentity _identity;
    private readonly NetworkNamespace _machine;
    private readonly StockNode _member;
    private readonly StockNode _guest;
    private readonly byte[] _network;

    public GuestTests()
    {
        _machine = _lab.Machine("spore");
        (NetworkNamespace second, NetworkNamespace third) = (_lab.Machine("member"), _lab.Machine("guest"));
        Wire.Join(_lab, _machine, second, third);
        _identity = _authority.NewNode();
        _member = new StockNode(_lab, second, 2);
        _guest = new StockNode(_lab, third, 3);
        _member.AddPeer(Self, Wire.Endpoint(1));
        _guest.AddPeer(Self, Wire.Endpoint(1));
        _network = Sign(5);
    }

    private Member Self => new(_identity.PublicKey, 1);

    public void Dispose()
    {
        _authority.Dispose();
        _lab.Dispose();
    }

    [Fact]
    [Statement("4.1-3", "4.1-5")]
    public void A_guest_has_its_link_local_address_alone()
    {
        SporeNode spore = Start(true);
        Ping.AllAreAnswered(_member, spore.Self);
        long before = _machine.CountReceived(spore.Interface);

        Ping.IsAnswered(_guest.Machine, _guest.Scoped(spore.Self));
        Assert.True(_guest.HasHandshake(spore.Self));
        spore.Program.WaitFor("guest", _guest.Self.KeyText[..8]);
        Ping.IsNotAnswered(_guest.Machine, spore.Self.Ipv4);
        Ping.IsNotAnswered(_guest.Machine, spore.Self.Ipv6);
        Ping.IsNotAnswered(_guest.Machine, _guest.Scoped(spore.Self), _guest.Self.Ipv6);
        _machine.Start(["socat", "-u", "TCP6-LISTEN:5000", "STDOUT"]);
        Assert.NotEqual(
            0,
            _guest.Machine.Run(
                "socat", "-u", "STDIN", $"TCP6:[{_guest.Scoped(spore.Self)}]:5000,connect-timeout=2").ExitCode);
        Assert.Equal(before, _machine.CountReceived(spore.Interface));
        Ping.AllAreAnswered(_member, spore.Self);
    }

    [Theory]
    [Statement("8-28", "8-29", "8-37", "8-38")]
    [InlineData(false)]
    [InlineData(true)]
    public void A_guest_reads_the_head_and_nothing_else(bool tun)
    {
        SporeNode spore = Start(tun);
        Curl curl = new(_lab, _guest, spore.Self);

        AssertHead(curl, _network);
        Command network = curl.Read("network", out byte[] refused);
        Assert.Equal(Curl.Denied, network.ExitCode);
        Assert.Contains("TFTP error: Only members of the network may read this", network.Error);
        Assert.Empty(refused);
        Command unknown = curl.Read("passwd", out _);
        Assert.Equal(Curl.NotFound, unknown.ExitCode);
        Assert.Contains("TFTP error: File not found", unknown.Error);
    }

    [Theory]
    [Statement("8-29")]
    [InlineData(false)]
    [InlineData(true)]
    public void A_member_reads_the_whole_network(bool tun)
    {
        SporeNode spore = Start(tun);

        Command network = new Curl(_lab, _member, spore.Self).Read("network", out byte[] bytes);
        Assert.Equal(0, network.ExitCode);
        Assert.Equal(_network, bytes);
    }

    [Theory]
    [Statement("8-29")]
    [InlineData(false)]
    [InlineData(true)]
    public void A_newer_network_from_a_guest_is_applied(bool tun)
    {
        SporeNode spore = Start(tun);
        Curl curl = new(_lab, _guest, spore.Self);
        AssertHead(curl, _network);
        Ping.IsNotAnswered(_guest.Machine, spore.Self.Ipv4);

        // It makes the guest a member, too.
        byte[] newer = Sign(6, _guest.Self);
        Assert.Equal(0, curl.Write("network", newer).ExitCode);
        spore.WaitForNetwork(6, _guest.Self);
        AssertHead(curl, newer);
        Ping.AllAreAnswered(_guest, spore.Self);
        Ping.AllAreAnswered(_member, spore.Self);
        Assert.Equal(0, curl.Read("network", out byte[] bytes).ExitCode);
        Assert.Equal(newer, bytes);
    }

    [Fact]
    [Statement("7.6-2")]
    public void A_network_revokes_who_is_not_in_it()
    {
        SporeNode spore = Start(true);
        Ping.AllAreAnswered(_member, spore.Self);

        byte[] newer = _authority.Sign(6, Self, _guest.Self);
        Assert.Equal(0, new Curl(_lab, _guest, spore.Self).Write("network", newer).ExitCode);
        spore.WaitForNetwork(6, _guest.Self);
        Ping.IsNotAnswered(_member.Machine, spore.Self.Ipv4);
        Ping.IsNotAnswered(_member.Machine, spore.Self.Ipv6);
        Ping.AllAreAnswered(_guest, spore.Self);
    }

    [Theory]
    [Statement("8-38", "8-40")]
    [InlineData("signature", Curl.Denied, "not signed by the trust root")]
    [InlineData("root", Curl.Denied, "not signed by the trust root")]
    [InlineData("entry", Curl.Denied, "malformed network file")]
    [InlineData("cut off", Curl.Denied, "malformed network file")]
    [InlineData("older", Curl.Exists, "not newer than the network held")]
    [InlineData("same version", Curl.Exists, "another network has this version")]
    public void A_network_that_is_not_newer_or_not_the_roots_is_refused(string fault, int error, string text)
    {
        using Authority stranger = new();
        byte[] sound = Sign(6, _guest.Self);
        byte[] file = fault switch
        {
            "older" => Sign(4, _guest.Self),
            "same version" => Sign(5, _guest.Self),
            "root" => stranger.Sign(6, Self, _member.Self, _guest.Self),
            _ => [.. sound],
        };
        switch (fault)
        {
            case "signature":
                file[NetworkHeader.SignatureOffset] ^= 1;
                break;
            case "entry":
                file[NetworkHeader.Size + NetworkEntry.KeyOffset] ^= 1;
                break;
            case "cut off":
                file = file[..^1];
                break;
        }

        SporeNode spore = Start(true);
        Ping.AllAreAnswered(_member, spore.Self);
        string addresses = Addresses(spore);
        Curl curl = new(_lab, _guest, spore.Self);

        Command refused = curl.Write("network", file);
        Assert.Equal(error, refused.ExitCode);
        Assert.Contains($"TFTP error: Refused: {text}", refused.Error);
        AssertHead(curl, _network);
        Assert.Equal(addresses, Addresses(spore));
        Assert.False(spore.Program.Wrote("network applied"));
        Ping.AllAreAnswered(_member, spore.Self);
        Ping.IsNotAnswered(_guest.Machine, spore.Self.Ipv4);

        // What was refused does not stand in the way of what comes after it.
        Assert.Equal(0, new Curl(_lab, _member, spore.Self).Write("network", sound).ExitCode);
        spore.Program.WaitFor("network applied", "version 6");
    }

    [Fact]
    [Statement("8-28")]
    public void A_newer_head_of_a_guest_that_has_no_network_to_give_changes_nothing()
    {
        SporeNode spore = Start(true);
        Curl curl = new(_lab, _guest, spore.Self);

        Assert.Equal(0, curl.Write("head", Sign(6, _guest.Self)[..NetworkHeader.Size]).ExitCode);
        spore.Program.WaitFor("head verified", "version 6");
        Wait.Until(
            () => _guest.Machine.Ask("grep", "Udp6NoPorts", "/proc/net/snmp6").Output
                .Trim()
                .Split(' ')[^1]
                .Trim() != "0",
            "the node to ask the guest for the network");
        AssertHead(curl, _network);
        Ping.AllAreAnswered(_member, spore.Self);
        Ping.IsNotAnswered(_guest.Machine, spore.Self.Ipv4);
    }

    private static void AssertHead(Curl curl, byte[] network)
    {
        Assert.Equal(0, curl.Read("head", out byte[] head).ExitCode);
        Assert.Equal(network[..NetworkHeader.Size], head);
    }

    private SporeNode Start(bool tun)
    {
        return new SporeNode(_lab, _machine, _identity, 1, tun, _network);
    }

    private byte[] Sign(ulong version, params Member[] more)
    {
        return _authority.Sign(version, [Self, _member.Self, .. more]);
    }

    private string Addresses(SporeNode spore)
    {
        return _machine.Ip($"-o addr show dev {spore.Interface}") + _machine.Ip("route show")
            + _machine.Ip("-6 route show");
    }
}
