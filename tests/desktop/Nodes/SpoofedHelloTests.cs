using System;
using System.Linq;
using Spore.Base;
using Spore.Mesh;
using Spore.SignedNetwork;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>
/// Hellos that somebody has recorded, sent again as if they came from a victim: what the victim gets for them
/// (PROTOCOL sections 4.2 and 5).
/// </summary>
public class SpoofedHelloTests
{
    private readonly Mesh _mesh = new();
    private readonly Endpoint _victim = new();

    public SpoofedHelloTests() => _victim.SetIpv4([203, 0, 113, 7], 0, 4321);

    // Whose hello it is and what version it tells; then the packets that the victim gets for it. The node has a session
    // with another member, and calls in vain, for 90 s, a peer whose place it knows.
    [Theory]
    [Statement("4.2-4", "5.3-6")]
    [InlineData("a member in session", "another", 1)]
    [InlineData("a member in session", "none", 1)]
    [InlineData("a member in session", "the same", 1)]
    [InlineData("a member at a known place", "another", 3)]
    [InlineData("a member at a known place", "none", 3)]
    [InlineData("a member at a known place", "the same", 3)]
    [InlineData("a member", "another", 1)]
    [InlineData("a member", "none", 1)]
    [InlineData("a member", "the same", 0)]
    [InlineData("a configured peer", "another", 1)]
    [InlineData("a configured peer", "the same", 0)]
    [InlineData("a configured peer at a known place", "another", 3)]
    [InlineData("a configured peer at a known place", "the same", 3)]
    [InlineData("a guest", "another", 0)]
    [InlineData("a stranger", "another", 0)]
    [InlineData("the node", "another", 0)]
    public void A_victim_gets_three_packets_for_a_recording_however_often_it_is_sent_and_for_many_one_in_5_s(
        string whose, string version, int packets)
    {
        MeshNode node = _mesh.Add(1);
        Stranger peer = _mesh.AddStranger(100);
        Stranger other = _mesh.AddStranger(101);
        IStation[] members = whose.StartsWith("a member", StringComparison.Ordinal)
            ? [node, peer, other]
            : [node, other];
        Assert.Equal(
            NetworkFault.None,
            node.Load(Mesh.NetworkOf(5, members, whose == "a member at a known place" ? peer : null)));
        Assert.True(other.Connect(node));
        if (whose is "a member in session" or "a guest")
        {
            Assert.True(peer.Connect(node));
        }
        else if (whose.StartsWith("a configured peer", StringComparison.Ordinal))
        {
            Assert.True(node.Node.AddPeer(peer.Key, 0, whose == "a configured peer" ? null : peer.Endpoint, _mesh.Now));
        }

        _mesh.Run(10_000);
        string before = Places(node);
        ulong told = version switch { "another" => 4UL, "none" => 0, _ => 5 };
        byte[] hello = HelloTests.Hello(whose == "the node" ? node.Key : peer.Key, told, 1);
        for (int i = 0; i < 200; i++)
        {
            _mesh.Inject(node, hello, _victim);
            _mesh.Run(300);
        }

        Assert.Equal(packets, ToVictim(node));

        for (int i = 2; i < 202; i++)
        {
            _mesh.Inject(node, HelloTests.Hello(whose == "the node" ? node.Key : peer.Key, told, (byte)i), _victim);
            _mesh.Run(300);
        }

        Assert.InRange(ToVictim(node), packets, packets == 0 ? 0 : packets + 13);
        Assert.True(whose is "a member" or "a configured peer" || before == Places(node));
        Assert.True(other.Ping());
        Assert.True(whose is not "a member in session" || peer.Ping());
    }

    // Recordings of a reboot from where the member really is, which answers each time.
    [Fact]
    [Statement("4.2-4")]
    public void A_member_that_answers_is_asked_once_in_5_s_on_average()
    {
        MeshNode node = _mesh.Add(1);
        Stranger member = _mesh.AddStranger(100);
        Stranger other = _mesh.AddStranger(101);
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(5, [node, member, other])));
        Assert.True(other.Connect(node));
        member.AnswersInitiations = true;
        for (int i = 0; i < 100; i++)
        {
            _mesh.Inject(node, HelloTests.Hello(member.Key, 0, (byte)i), member.Endpoint);
            _mesh.Run(600);
        }

        Assert.InRange(node.Count(NodeEvent.InitiationSent), 11, 14);
        Assert.Equal(node.Count(NodeEvent.InitiationSent), node.Count(NodeEvent.SessionUp) - 1);
    }

    // A node that finds nobody has nothing better than a hint, and asks there as it would at any
    // endpoint that it knows.
    [Theory]
    [InlineData("another")]
    [InlineData("the same")]
    public void A_node_without_any_session_asks_at_a_hint_every_5_s_at_most(string version)
    {
        MeshNode node = _mesh.Add(1);
        Stranger peer = _mesh.AddStranger(100);
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(5, [node, peer])));
        _mesh.Run(10_000);
        for (int i = 0; i < 200; i++)
        {
            _mesh.Inject(node, HelloTests.Hello(peer.Key, version == "another" ? 4UL : 5, (byte)i), _victim);
            _mesh.Run(300);
        }

        Assert.InRange(ToVictim(node), 9, 14);
    }

    private static string Places(MeshNode node) => string.Join(
        ' ',
        node.Node.Peers.Where(p => p.InUse)
            .Select(
                p => $"{p.Slot} {Convert.ToHexString(p.Endpoint.AddressBytes())} {p.Endpoint.Port} {p.SessionSince}"));

    private int ToVictim(MeshNode node) => node.SentTo.Count(s => s.To.IsSame(_victim));
}
