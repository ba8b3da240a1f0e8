using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Base;
using Spore.SignedNetwork;
using Spore.Tests.WireGuard;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>
/// Recorded initiations, sent again from elsewhere: they move nothing, and whoever is there gets little for them
/// (PROTOCOL sections 4.2 and 4.3).
/// </summary>
public class ReplayedInitiationTests
{
    private readonly Mesh _mesh = new();
    private readonly Endpoint _elsewhere = new();

    public ReplayedInitiationTests() => _elsewhere.SetIpv4([203, 0, 113, 66], 0, 1000);

    // What the node has of the one whose initiations they are, and which are sent; then what goes elsewhere at
    // once: 1 for an initiation, 2 for a response. An initiation goes again every 5 s, a response only when a
    // newer recording comes.
    [Theory]
    [Statement("4.3-2", "4.5-1", "4.5-2")]
    [InlineData("a member in session", "the latest", "")]
    [InlineData("a member in session", "an older one", "1")]
    [InlineData("a member in session", "all, from the newest", "1")]
    [InlineData("a member in session", "all, from the oldest", "1")]
    [InlineData("a member in session", "one that did not arrive", "2")]
    [InlineData("a member whose session has ended", "the latest", "")]
    [InlineData("a member whose session has ended", "an older one", "1")]
    [InlineData("a member whose session has ended", "one that did not arrive", "2")]
    [InlineData("a member that did not confirm", "the latest", "")]
    [InlineData("a member that did not confirm", "an older one", "1")]
    [InlineData("a configured peer in session", "the latest", "")]
    [InlineData("a configured peer in session", "an older one", "1")]
    [InlineData("a configured peer in session", "one that did not arrive", "2")]
    [InlineData("a guest in session", "the latest", "")]
    [InlineData("a guest in session", "an older one", "")]
    [InlineData("a guest in session", "all, from the newest", "")]
    [InlineData("a member, forgotten in a reboot", "the latest", "2")]
    [InlineData("a member, forgotten in a reboot", "an older one", "2")]
    [InlineData("a member, forgotten in a reboot", "all, from the newest", "21")]
    [InlineData("a member, forgotten in a reboot", "all, from the oldest", "22222")]
    public void They_move_nothing(string whose, string which, string said)
    {
        MeshNode node = _mesh.Add(1);
        Stranger peer = _mesh.AddStranger(2);
        byte[] network = Mesh.NetworkOf(
            1, whose.StartsWith("a member", StringComparison.Ordinal) ? [node, peer] : [node]);
        Assert.Equal(NetworkFault.None, node.Load(network));
        if (whose.StartsWith("a configured peer", StringComparison.Ordinal))
        {
            Assert.True(node.Node.AddPeer(peer.Key, 0, null, _mesh.Now));
        }

        List<byte[]> recordings = [];
        for (int i = 0; i < 5; i++)
        {
            recordings.Add(peer.Initiate(node));
            _mesh.Run(1_000);
        }

        if (whose.Contains("session", StringComparison.Ordinal))
        {
            Assert.True(peer.Stock.TakeResponse(node.Sent.Last(s => s[0] == 2)));
            peer.SendInner([]);
        }

        _mesh.Run(whose == "a member whose session has ended" ? 200_000 : 10_000);
        if (whose == "a member, forgotten in a reboot")
        {
            node.Reboot();
            Assert.Equal(NetworkFault.None, node.Load(network));
            _mesh.Run(10_000);
        }

        byte[][] sent = which switch
        {
            "the latest" => [recordings[^1]],
            "an older one" => [recordings[0]],
            "all, from the oldest" => [.. recordings],
            "all, from the newest" => [.. Enumerable.Reverse(recordings)],
            _ => [new StockPeer(MeshNode.PrivateKey(2)).Initiate(node.Key, StockPeer.Tai(peer.Clock + 10))],
        };
        string before = State(node);
        node.SentTo.Clear();
        Send(node, sent, 50);

        // Where there is a last authentic endpoint, an initiation goes there first, and nothing elsewhere for 5 s.
        bool isHeard = whose.EndsWith("in session", StringComparison.Ordinal)
            || whose.EndsWith("has ended", StringComparison.Ordinal);
        if (isHeard && said == "1")
        {
            Assert.Equal(
                "1", string.Concat(node.SentTo.Where(s => s.To.IsSame(peer.Endpoint)).Select(s => s.Bytes[0])));
            Assert.Equal(string.Empty, Elsewhere(node));
            _mesh.Run(5_000);
        }

        if (said == "21")
        {
            // The session that the answer may lead to is waited for.
            Assert.Equal("2", Elsewhere(node));
            _mesh.Run(6_000);
        }

        Assert.Equal(said, Elsewhere(node));
        Assert.Equal(before, State(node));

        // They go on for a minute, more than two a second.
        for (int i = 0; i < 150 / sent.Length; i++)
        {
            Send(node, sent, 400);
        }

        string all = Elsewhere(node);
        bool isAsked = said.EndsWith('1') || said == "22222";
        Assert.InRange(all.Count(c => c == '1'), isAsked ? 6 : 0, isAsked ? 14 : 0);
        Assert.Equal(said.Count(c => c == '2'), all.Count(c => c == '2'));
        Assert.Equal(before, State(node));

        // Nobody is locked out: the session is as it was, and the next one comes up.
        Assert.True(!whose.EndsWith("in session", StringComparison.Ordinal) || peer.Ping());
        peer.Clock += 100;
        Assert.True(peer.Connect(node));
        Assert.True(peer.Ping());
    }

    // All of a peer that a session and the way to it depend on.
    private static string State(MeshNode node) => string.Join(
        ' ',
        node.Node.Peers.Where(p => p.Endpoint.IsKnown || p.Current != Keypairs.None).Select(p =>
            $"{Convert.ToHexString(p.Endpoint.AddressBytes())} {p.Endpoint.Port} {p.Current} "
            + $"{p.Keypairs.LocalIndex[p.Current]} {p.SessionSince}"));

    private void Send(MeshNode node, byte[][] datagrams, int apart)
    {
        foreach (byte[] datagram in datagrams)
        {
            _mesh.Inject(node, datagram, _elsewhere);
            _mesh.Run(apart);
        }
    }

    private string Elsewhere(MeshNode node) =>
        string.Concat(node.SentTo.Where(s => s.To.IsSame(_elsewhere)).Select(s => s.Bytes[0]));
}
