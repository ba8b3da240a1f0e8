using Spore.Signing;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>A stock node and one of ours, both members of one signed network.</summary>
public class HandshakeTests
{
    private const string Initiated = "Sending handshake initiation";
    private const string WasInitiatedTo = "Received handshake initiation";

    [Theory]
    [InlineData(false, "10.77.0.1:51820")]
    [InlineData(true, "10.77.0.1:51820")]
    [InlineData(true, "[fd77::1]:51820")]
    public void Stock_initiates(bool tun, string endpoint)
    {
        using Lab lab = Lab.Open();
        using Authority authority = new();
        (NetworkNamespace ours, NetworkNamespace theirs) = (lab.Machine("spore"), lab.Machine("stock"));
        Wire.Join(lab, ours, theirs);
        StockNode stock = new(lab, theirs, 2);
        NodeIdentity identity = authority.NewNode();
        SporeNode spore = new(lab, ours, identity, 1, tun, authority.Sign(1, new Member(identity.PublicKey, 1), stock.Self));
        stock.AddPeer(spore.Self, endpoint);

        Ping.AllAreAnswered(stock, spore.Self);
        Assert.True(stock.HasHandshake(spore.Self));
        Assert.True(stock.Logged(Initiated) && !stock.Logged(WasInitiatedTo));
        PingBack(spore, stock, tun);
        Assert.Equal(0, spore.Program.Stop());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Hostsim_initiates_to_a_peer_of_its_command_line(bool tun)
    {
        using Lab lab = Lab.Open();
        using Authority authority = new();
        (NetworkNamespace ours, NetworkNamespace theirs) = (lab.Machine("spore"), lab.Machine("stock"));
        Wire.Join(lab, ours, theirs);
        StockNode stock = new(lab, theirs, 2);
        NodeIdentity identity = authority.NewNode();
        Member self = new(identity.PublicKey, 1);
        stock.AddPeer(self);
        SporeNode spore = new(lab, ours, identity, 1, tun, authority.Sign(1, self, stock.Self), "--peer", $"{stock.Self.KeyText}@{Wire.Endpoint(2)}");

        Wait.Until(() => stock.HasHandshake(self), "wg show to see a handshake");
        Ping.AllAreAnswered(stock, self);
        Assert.True(stock.Logged(WasInitiatedTo) && !stock.Logged(Initiated));
        PingBack(spore, stock, tun);
        Assert.Equal(0, spore.Program.Stop());
    }

    [Fact]
    public void Hostsim_initiates_to_where_the_network_says_when_a_program_sends()
    {
        using Lab lab = Lab.Open();
        using Authority authority = new();
        (NetworkNamespace ours, NetworkNamespace theirs) = (lab.Machine("spore"), lab.Machine("stock"));
        Wire.Join(lab, ours, theirs);
        StockNode stock = new(lab, theirs, 2);
        NodeIdentity identity = authority.NewNode();
        Member self = new(identity.PublicKey, 1);
        stock.AddPeer(self);
        SporeNode spore = new(lab, ours, identity, 1, true, authority.Sign(1, self, stock.Self with { Endpoint = Wire.Endpoint(2) }));

        PingBack(spore, stock, true);
        Assert.True(stock.HasHandshake(self));
        Assert.True(stock.Logged(WasInitiatedTo) && !stock.Logged(Initiated));
    }

    [Fact]
    public void A_node_that_was_restarted_is_back_at_once()
    {
        using Lab lab = Lab.Open();
        using Authority authority = new();
        (NetworkNamespace ours, NetworkNamespace theirs) = (lab.Machine("spore"), lab.Machine("stock"));
        Wire.Join(lab, ours, theirs);
        StockNode stock = new(lab, theirs, 2);
        NodeIdentity identity = authority.NewNode();
        Member self = new(identity.PublicKey, 1);
        byte[] network = authority.Sign(1, self, stock.Self);
        string peer = $"{stock.Self.KeyText}@{Wire.Endpoint(2)}";
        stock.AddPeer(self);
        SporeNode first = new(lab, ours, identity, 1, true, network, "--peer", peer);
        Ping.IsAnswered(ours, stock.Self.Ipv4);
        Assert.Equal(0, first.Program.Stop());

        SporeNode second = new(lab, ours, identity, 1, true, network, "--peer", peer);
        second.Program.WaitFor("session up");
        Assert.Single(second.Program.Lines, line => line.Contains("  initiation "));
        Ping.AllAreAnswered(stock, self);
        PingBack(second, stock, true);
    }

    private static void PingBack(SporeNode spore, StockNode stock, bool tun)
    {
        // Without an interface there is no program on our side that could ping.
        if (tun)
        {
            Ping.IsAnswered(spore.Machine, $"{stock.Self.LinkLocal}%{SporeNode.Interface}");
            Ping.IsAnswered(spore.Machine, stock.Self.Ipv4);
            Ping.IsAnswered(spore.Machine, stock.Self.Ipv6);
        }
    }
}
