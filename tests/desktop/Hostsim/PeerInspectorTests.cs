using System;
using System.Linq;
using System.Text;
using Spore.Hostsim.Control;
using Spore.Hostsim.Live.Peers;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Signing;
using Spore.Tests.Network;
using Spore.Tests.Nodes;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>What a node knows of a peer, and what has happened with it.</summary>
public class PeerInspectorTests
{
    private readonly Nodes.Mesh _mesh = new();
    private readonly PeerHistory _history = new();
    private readonly MeshNode _node;
    private readonly Stranger _peer;
    private readonly PeerInspector _inspector;

    public PeerInspectorTests()
    {
        _node = _mesh.Add(1);
        _peer = _mesh.AddStranger(2);
        _inspector = new PeerInspector(() => NetworkMembers.Of(_node.Node), _history, "spore0", 1420, 51820);
        Load(5, "7");
    }

    private string PeerKey => KeyText.Format(_peer.Key);

    [Theory]
    [InlineData("7")]
    [InlineData("10.0.0.2")]
    [InlineData("fd00::2")]
    public void A_label_comes_before_an_address(string whom)
    {
        PeerReport peer = Inspect(whom).Peer;
        Assert.Equal((PeerKey, "7", true, 0UL), (peer.Key, peer.Label, peer.IsMember, peer.RemovedAfter));
        Assert.Equal(["10.0.0.2/32", "fd00::2/128"], peer.AllowedIps);
    }

    [Theory]
    [InlineData("8", "no peer has the address '8'")]
    [InlineData("10.0.0.77", "no peer has the address '10.0.0.77'")]
    [InlineData("barn", "no peer has the label 'barn'; there are 7")]
    public void Nobody_is_told_in_one_line(string whom, string fault) =>
        Assert.Equal(fault, Assert.Throws<HostsimException>(() => Inspect(whom)).Message);

    [Fact]
    public void Two_with_one_label_are_told()
    {
        Load(6, "7", "7");
        Assert.Equal("2 members have the label '7'; give the key", Fault("7"));
    }

    [Fact]
    public void A_member_that_was_removed_is_found_by_its_former_label()
    {
        _history.Learn(NetworkMembers.Of(_node.Node));
        Load(6);
        _history.Learn(NetworkMembers.Of(_node.Node));
        PeerReport peer = Inspect("7").Peer;
        Assert.Equal((PeerKey, "7", false, 5UL), (peer.Key, peer.Label, peer.IsMember, peer.RemovedAfter));
        Load(7, "gate");
        _history.Learn(NetworkMembers.Of(_node.Node));
        Assert.Equal(0UL, Inspect(PeerKey).Peer.RemovedAfter);
        Assert.Equal("no peer has the address '7'", Fault("7"));
    }

    [Theory]
    [InlineData(1, "7")]
    [InlineData(32, null)]
    public void A_key_is_similar_that_differs_in_a_few_characters(int bytes, string? similar)
    {
        byte[] key = [.. _peer.Key.Select((b, i) => i < bytes ? (byte)(b ^ 0xFF) : b)];
        Assert.Equal(similar, Inspect(KeyText.Format(key)).Peer.SimilarTo);
        Assert.Null(Inspect(PeerKey).Peer.SimilarTo);
    }

    [Fact]
    public void What_has_happened_is_told_in_seconds_ago()
    {
        long now = _mesh.Now;
        for (int i = 0; i < 10; i++)
        {
            _history.Hear(NodeEvent.InitiationSent, _peer.Key, 0, string.Empty, now - 60_000 + (i * 5000));
        }

        _history.Hear(NodeEvent.ResponseSent, _peer.Key, 0, string.Empty, now - 4000);
        _history.Hear(NodeEvent.CookieReceived, _peer.Key, 0, string.Empty, now - 3000);
        _history.Hear(NodeEvent.Agreed, _peer.Key, 0, string.Empty, now - 2000);
        _history.Hear(NodeEvent.Equivocation, _peer.Key, 0, string.Empty, now - 1000);
        _history.Hear(NodeEvent.OwnKeyHeard, default, 0, "192.0.2.1:9", now - 5000);
        _history.Hear(NodeEvent.HeaderRefused, default, (long)NetworkFault.Older, string.Empty, now);
        NodeReport report = Inspect("7");
        PeerReport peer = report.Peer;
        Assert.Equal((15, 8, 4, 1), (peer.InitiationSent, peer.Unanswered, peer.ResponseSent, peer.Unconfirmed));
        Assert.Equal((3, 2, 1), (peer.Cookie, peer.Agreed, peer.Equivocation));
        Assert.Equal((5, "192.0.2.1:9", null), (report.TwinHeard, report.TwinEndpoint, report.ExpiredHeader));
        _history.Hear(NodeEvent.HeaderRefused, default, (long)NetworkFault.Expired, string.Empty, now - 7000);
        Assert.Equal(7, Inspect("7").ExpiredHeader);
    }

    [Fact]
    public void A_session_answers_what_was_sent_before()
    {
        _history.Hear(NodeEvent.InitiationSent, _peer.Key, 0, string.Empty, _mesh.Now);
        _history.Hear(NodeEvent.ResponseSent, _peer.Key, 0, string.Empty, _mesh.Now);
        _mesh.Run(1000);
        Assert.True(_peer.Connect(_node));
        _mesh.Run(2000);
        _history.Hear(NodeEvent.InitiationSent, _peer.Key, 0, string.Empty, _mesh.Now);
        PeerReport peer = Inspect("7").Peer;
        Assert.Equal((1, 0), (peer.Unanswered, peer.Unconfirmed));
        Assert.True(peer.HasSlot);
        Assert.InRange(peer.Session!.Value, 1, 3);

        // What is heard by the session does not confirm a newer one.
        _history.Hear(NodeEvent.ResponseSent, _peer.Key, 0, string.Empty, _mesh.Now);
        _mesh.Run(1000);
        Assert.True(_peer.Read("status").IsComplete);
        peer = Inspect("7").Peer;
        Assert.Equal((0, 1), (peer.Unanswered, peer.Unconfirmed));
    }

    [Fact]
    public void Only_moves_of_a_peer_are_kept()
    {
        Assert.True(_peer.Connect(_node));
        _history.Look(_node.Node.Peers, 10_000);
        _history.Look(_node.Node.Peers, 20_000);
        Assert.Single(_history.Of(PeerKey).Places);
        Peer slot = _node.Node.Peers.Single(p => p.InUse);
        for (int port = 1; port <= 10; port++)
        {
            slot.Endpoint.SetIpv4([192, 0, 2, 9], 0, port);
            _history.Look(_node.Node.Peers, 20_000 + (port * 1000));
        }

        Assert.Equal(
            Enumerable.Range(3, 8), _history.Of(PeerKey).Places.Select(p => p.Endpoint.Port));
        Assert.Equal(30_000, _history.Of(PeerKey).Places[^1].Since);
    }

    [Fact]
    public void Of_too_many_keys_the_older_half_is_forgotten()
    {
        for (int i = 0; i <= 4096; i++)
        {
            byte[] key = [.. BitConverter.GetBytes(i), .. new byte[28]];
            _history.Hear(NodeEvent.CookieReceived, key, 0, string.Empty, i);
        }

        long? Cookie(int i) => _history.Of(KeyText.Format([.. BitConverter.GetBytes(i), .. new byte[28]])).CookieAt;
        Assert.Equal((null, null, 2048L, 4096L), (Cookie(0), Cookie(2047), Cookie(2048), Cookie(4096)));
    }

    private NodeReport Inspect(string whom) => _inspector.Inspect(whom, _node.Node, _mesh.Now);

    private string Fault(string whom) => Assert.Throws<HostsimException>(() => Inspect(whom)).Message;

    // The peer has the first label; others have keys that are not in use.
    private void Load(ulong version, params string[] labels)
    {
        byte[][] entries =
        [
            .. labels.Select((label, i) => NetworkBytes.Entry(
                i == 0 ? _peer.Key : [.. Enumerable.Repeat((byte)(0x40 + i), 32)],
                NetworkBytes.Field(1, 10, 0, 0, (byte)(2 + i), 32),
                NetworkBytes.Field(1, [0xFD, .. new byte[14], (byte)(2 + i), 128]),
                NetworkBytes.Field(4, Encoding.UTF8.GetBytes(label)))),
        ];
        Assert.Equal(NetworkFault.None, _node.Load(Nodes.Mesh.NetworkOf(version, [_node], null, 0, entries)));
    }
}
