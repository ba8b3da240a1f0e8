using System;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>One side moves while data flows both ways: the other follows it, in the same session.</summary>
public class RoamingTests
{
    private const int NewNumber = 22;
    private const int NewPort = 51999;

    [Theory]
    [InlineData(Side.Ours)]
    [InlineData(Side.Stock)]
    public void Our_machine_takes_another_address(Side initiator)
    {
        using Pair pair = new("socat");
        SporeNode spore = Start(pair, initiator);

        Follow(pair, spore, () => Wire.Move(pair.Ours, 1, NewNumber), true);
        Assert.Equal(Wire.Endpoint(NewNumber), pair.Stock.EndpointOf(pair.Self));
    }

    [Fact]
    public void Our_nat_takes_another_address_and_port()
    {
        using Pair pair = new(Side.Ours, "socat", "nft");
        SporeNode spore = Start(pair, Side.Ours);
        string before = pair.Nat!.Endpoint;
        Assert.Equal(before, pair.Stock.EndpointOf(pair.Self));

        Follow(pair, spore, () => pair.Nat.Move(NewNumber));
        Assert.NotEqual(before, pair.Nat.Endpoint);
        Assert.Equal(pair.Nat.Endpoint, pair.Stock.EndpointOf(pair.Self));
    }

    [Theory]
    [InlineData(Side.Ours)]
    [InlineData(Side.Stock)]
    public void The_stock_node_takes_another_address_and_port(Side initiator)
    {
        using Pair pair = new("socat");
        SporeNode spore = Start(pair, initiator);

        Follow(pair, spore, () =>
        {
            // In this order: wireguard-go goes on to send from an address that it has lost until it has another port.
            Wire.Move(pair.Stock.Machine, 2, NewNumber);
            pair.Stock.ListenAt(NewPort);
        });
        spore.WaitForEndpoint(pair.Stock.Self, $"{Wire.Address(NewNumber)}:{NewPort}");
    }

    [Fact]
    public void The_stock_nodes_nat_takes_another_address_and_port()
    {
        using Pair pair = new(Side.Stock, "socat", "nft");
        SporeNode spore = Start(pair, Side.Stock);
        string before = pair.Nat!.Endpoint;
        spore.WaitForEndpoint(pair.Stock.Self, before);

        Follow(pair, spore, () => pair.Nat.Move(NewNumber));
        Assert.NotEqual(before, pair.Nat.Endpoint);
        spore.WaitForEndpoint(pair.Stock.Self, pair.Nat.Endpoint);
    }

    private static SporeNode Start(Pair pair, Side initiator)
    {
        pair.Stock.AddPeer(pair.Self, initiator == Side.Stock ? Wire.Endpoint(1) : null);
        SporeNode spore = pair.Start(true, initiator == Side.Ours ? Wire.Endpoint(2) : null);
        Ping.IsAnswered(
            initiator == Side.Ours ? pair.Ours : pair.Stock.Machine,
            initiator == Side.Ours ? pair.Stock.Self.Ipv4 : pair.Self.Ipv4);
        return spore;
    }

    private static void Follow(Pair pair, SporeNode spore, Action move, bool isOurs = false)
    {
        TcpStream[] streams =
        [
            new(pair.Lab, pair.Ours, pair.Stock.Machine, pair.Stock.Self.Ipv4),
            new(pair.Lab, pair.Stock.Machine, pair.Ours, $"[{pair.Self.Ipv6}]"),
        ];
        foreach (TcpStream stream in streams)
        {
            stream.WaitForMore();
        }

        int sessions = spore.Sessions.Count;
        int changes = spore.Changes;
        move();
        foreach (TcpStream stream in streams)
        {
            stream.WaitForMore();
            stream.Finish();
        }

        // A new handshake would have found the other one too, after a while. A node whose own
        // addresses change makes one for each time that it notices.
        if (isOurs)
        {
            Wait.Until(() => spore.Sessions.Count > sessions, "the handshake after a change of address");
        }

        Assert.InRange(spore.Sessions.Count - sessions, 0, isOurs ? spore.Changes - changes : 0);
    }
}
