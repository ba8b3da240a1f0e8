using System.Linq;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tests.Network;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>Which peer has a slot when there are fewer than members.</summary>
public class PeerSlotTests
{
    private readonly Mesh _mesh = new();
    private readonly NodeLimits _limits = MeshNode.Limits();
    private readonly MeshNode _node;
    private readonly Stranger[] _members;

    public PeerSlotTests()
    {
        _limits.Peers = 2;
        _limits.Guests = 2;
        _node = _mesh.Add(1, _limits);
        _members = [.. Enumerable.Range(2, 4).Select(i => _mesh.AddStranger((byte)i))];
    }

    private int Known => _node.Node.Peers.Count(p => p.InUse && !p.IsProvisional);

    [Fact]
    [Statement("4.1-13")]
    public void Members_beyond_the_slots_take_the_place_of_the_one_that_has_stayed_longest()
    {
        Load(1);
        Assert.True(_members[0].Connect(_node));
        _mesh.Run(1_000);
        Assert.True(_members[1].Connect(_node));
        _mesh.Run(1_000);
        Assert.True(_members[0].Ping());
        _mesh.Run(1_000);
        Assert.True(_members[2].Connect(_node));
        Assert.Null(Slot(_members[0]));
        Assert.True(_members[1].Ping());
        Assert.True(_members[2].Ping());
        Assert.Equal(2, Known);
    }

    [Fact]
    [Statement("4.1-12")]
    public void One_that_let_a_turn_pass_makes_room_before_the_others()
    {
        LetTurnPass();
        Assert.True(_members[2].Connect(_node));
        Assert.Null(Slot(_members[1]));
        Assert.True(_members[0].Ping());
    }

    [Fact]
    [Statement("4.1-11")]
    public void The_one_in_the_slot_for_hellos_makes_room_before_one_that_let_a_turn_pass()
    {
        LetTurnPass();
        Assert.True(_members[0].Connect(_node) && _members[1].Connect(_node));
        _members[2].AnswersInitiations = true;
        _mesh.Inject(_node, HelloTests.Hello(_members[2].Key, 9, 7, tries: 9), _members[2].Endpoint);
        _mesh.Run(10_000);
        Stranger left = Assert.Single(_members[..2], m => Slot(m) is not null);
        Assert.NotNull(Slot(_members[2]));
        left.HasNoServer = true;
        Assert.True(left.Connect(_node));
        Assert.True(left.Write("head", NetworkOf(3)[..144]).IsComplete);
        _mesh.Run(40_000);
        _members[2].SendInner([]);
        Assert.True(left.Connect(_node));
        Assert.True(_members[3].Connect(_node));
        Assert.Null(Slot(_members[2]));
        Assert.NotNull(Slot(left));
    }

    [Fact]
    [Statement("4.1-14")]
    public void One_that_offers_a_newer_network_keeps_its_slot_until_it_has_had_its_turn()
    {
        Load(1);
        _members[0].HasNoServer = true;
        Assert.True(_members[0].Connect(_node));
        Assert.True(_members[0].Write("head", NetworkOf(2)[..144]).IsComplete);
        _mesh.Run(1_000);
        Assert.True(_members[1].Connect(_node));
        Assert.True(_members[1].Write("head", NetworkOf(2)[..144]).IsComplete);
        _mesh.Run(1_000);

        // The turn of the first is under way, and the second waits for its own one.
        Assert.True(_members[2].Connect(_node));
        Assert.Null(Slot(_members[0]));
        Assert.NotNull(Slot(_members[1]));
    }

    [Fact]
    [Statement("4.1-10")]
    public void One_without_a_session_makes_room_before_one_with()
    {
        Load(1);
        Assert.True(_members[0].Connect(_node));
        Assert.True(_node.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 3], 1, 2, 3)));
        Assert.NotNull(Slot(_members[1]));
        _mesh.Run(1_000);
        Assert.True(_members[2].Connect(_node));
        Assert.Null(Slot(_members[1]));
        Assert.True(_members[0].Ping());
    }

    // A slow device answers the second knock, if it still knows of the first.
    [Fact]
    public void One_that_is_to_knock_again_is_waited_for_whoever_else_is_called()
    {
        _limits.MultiplicationTime = 1_500;
        _node.Reboot();
        Load(1);
        _mesh.Run(1_000);
        Assert.False(_members[0].Connect(_node));
        Send(_members[1]);
        Send(_members[2]);
        _mesh.Run(3_000);
        Send(_members[3]);
        Assert.True(_members[0].Connect(_node));
        Assert.True(_members[0].Ping());

        // One that does not is not.
        Assert.False(_members[1].Connect(_node));
        _mesh.Run(8_000);
        Send(_members[2]);
        Send(_members[3]);
        Assert.Null(Slot(_members[1]));
    }

    [Fact]
    public void A_claimed_key_puts_nobody_out_and_takes_no_slot()
    {
        Load(1);
        Assert.True(_members[0].Connect(_node));
        Assert.True(_members[1].Connect(_node));
        Stranger liar = _mesh.AddStranger(77);
        foreach (Stranger claimed in _members)
        {
            liar.Stock.ClaimedKey = claimed.Key;
            liar.Initiate(_node);
        }

        _mesh.Run(100);
        Assert.Equal(4, _node.Node.Counters.Invalid);
        Assert.Equal(0, _node.Count(NodeEvent.PeerRemoved));
        Assert.Null(Slot(_members[2]));
        Assert.True(_members[0].Ping());
        Assert.True(_members[1].Ping());
    }

    [Fact]
    public void Peers_configured_by_hand_are_never_put_out()
    {
        Assert.True(_node.Node.AddPeer(_members[0].Key, 0, null, _mesh.Now));
        Assert.True(_node.Node.AddPeer(_members[1].Key, 0, null, _mesh.Now));
        Assert.True(_node.Node.AddPeer(_members[1].Key, 0, null, _mesh.Now));
        Assert.False(_node.Node.AddPeer(_members[2].Key, 0, null, _mesh.Now));
        Load(1);
        Assert.False(_members[2].Connect(_node));
        Assert.True(_members[0].Connect(_node));
        Assert.True(_members[1].Connect(_node));
        Assert.False(_node.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 4], 1, 2, 3)));
        Assert.Equal(2, Known);
    }

    [Fact]
    public void A_guest_that_is_configured_by_hand_takes_the_slot_of_a_peer_or_is_refused()
    {
        Assert.True(_node.Node.AddPeer(_members[0].Key, 0, null, _mesh.Now));
        Assert.True(_members[1].Connect(_node));
        Assert.True(_members[2].Connect(_node));
        Assert.True(_node.Node.AddPeer(_members[1].Key, 0, null, _mesh.Now));
        Assert.False(_node.Node.AddPeer(_members[2].Key, 0, null, _mesh.Now));
        Assert.Equal(2, Known);
        Load(1);
        Assert.Equal(2, Known);
        Assert.True(_members[0].Connect(_node));
        Assert.True(_members[1].Ping());
    }

    [Fact]
    public void Guests_that_turn_out_to_be_members_get_the_slots_there_are()
    {
        Assert.True(_node.Node.AddPeer(_members[0].Key, 0, null, _mesh.Now));
        Assert.True(_members[0].Connect(_node));
        Assert.True(_members[1].Connect(_node));
        Assert.True(_members[2].Connect(_node));
        Assert.Equal(2, _node.Node.Peers.Count(p => p.InUse && p.IsProvisional));
        Load(1);
        Assert.Equal(2, Known);
        Assert.Equal(0, _node.Node.Peers.Count(p => p.InUse && p.IsProvisional));
        Assert.True(_members[0].Ping());
    }

    [Fact]
    public void A_key_that_can_be_nobodys_is_refused_and_puts_nobody_out()
    {
        Load(1);
        Assert.True(_members[0].Connect(_node));
        Assert.True(_members[1].Connect(_node));
        byte[] small = new byte[32];
        small[0] = 1;
        Assert.False(_node.Node.AddPeer(small, 0, null, _mesh.Now));
        Assert.False(_node.Node.AddPeer(_node.Key, 0, null, _mesh.Now));
        Assert.Equal(0, _node.Count(NodeEvent.PeerRemoved));
        Assert.True(_members[0].Ping());
        Assert.True(_members[1].Ping());
    }

    [Fact]
    public void A_network_with_such_a_key_is_refused_and_puts_nobody_out()
    {
        byte[] small = new byte[32];
        small[0] = 1;
        Load(1);
        Assert.Equal(
            NetworkFault.Key,
            _node.Load(Mesh.NetworkOf(
                2, [_node, .. _members], null, 0, NetworkBytes.Entry(small, NetworkBytes.Field(1, 10, 0, 0, 99, 32)))));
        Assert.True(_members[0].Connect(_node));
        Assert.True(_members[1].Connect(_node));
        Assert.Equal(0, _node.Count(NodeEvent.PeerRemoved));
        Assert.True(_members[0].Ping());
        Assert.True(_members[1].Ping());
    }

    [Fact]
    [Statement("5.1-10")]
    public void Looking_for_members_takes_slots_only_of_those_that_can_be_asked()
    {
        Stranger found = _mesh.AddStranger(50);
        byte[] entry = NetworkBytes.Entry(
            found.Key, NetworkBytes.Field(2, [.. found.Endpoint.AddressBytes()[12..], 0xCA, 0x6C]));
        Assert.Equal(NetworkFault.None, _node.Load(Mesh.NetworkOf(1, [_node, .. _members], null, 0, entry)));
        _mesh.Run(200_000);
        Assert.Contains(found.Datagrams, d => d[0] == 1);
        Assert.Equal(1, Known);
        Assert.Equal(0, _node.Count(NodeEvent.PeerRemoved));
    }

    private void Load(ulong version) => Assert.Equal(NetworkFault.None, _node.Load(NetworkOf(version)));

    private byte[] NetworkOf(ulong version) => Mesh.NetworkOf(version, [_node, .. _members]);

    private void Send(Stranger member) =>
        Assert.True(_node.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, member.Seed], 1, 2, 3)));

    // The first two have slots, and the second one offers a network and lets its turn pass.
    private void LetTurnPass()
    {
        Load(1);
        Assert.True(_members[0].Connect(_node));
        _mesh.Run(1_000);
        Assert.True(_members[1].Connect(_node));
        _members[1].HasNoServer = true;
        Assert.True(_members[1].Write("head", NetworkOf(2)[..144]).IsComplete);
        _mesh.Run(40_000);
    }

    private Peer? Slot(Stranger member) => _node.Slot(member.Key);
}
