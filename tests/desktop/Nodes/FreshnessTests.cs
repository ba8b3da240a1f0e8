using System.Collections.Generic;
using System.Linq;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tests.Network;
using Spore.Tftp;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>
/// Signed is not the same as current: who reads and writes heads, and what a witness says of them
/// (PROTOCOL section 8.2).
/// </summary>
public class FreshnessTests
{
    private const long Hour = 3_600_000;

    private readonly Mesh _mesh = new();
    private readonly MeshNode _node;
    private readonly Stranger _witness;
    private readonly Stranger _member;
    private readonly byte[] _network;

    public FreshnessTests()
    {
        _node = _mesh.Add(1);
        _witness = _mesh.AddStranger(2);
        _member = _mesh.AddStranger(3);
        _network = Mesh.NetworkOf(5, [_node, _witness, _member], _witness);
        _witness.Files["head"] = _network[..144];
        _member.Files["head"] = _network[..144];
        Assert.Equal(NetworkFault.None, _node.Load(_network));
    }

    [Fact]
    [Statement("8.2-1", "8.2-2")]
    public void A_witness_that_shows_the_same_head_makes_it_fresh_for_an_hour()
    {
        _witness.AnswersInitiations = true;
        Assert.Equal(-1, _node.Node.FreshnessAge(_mesh.Now));
        Assert.True(_mesh.RunUntil(() => _node.Node.State(_mesh.Now) == NetworkState.Fresh, 10_000));
        Assert.Equal(0, _node.Node.FreshnessAge(_mesh.Now));
        Assert.Contains("read head", _witness.Requests);
        Assert.Contains(
            _node.Events, e => e.What == NodeEvent.Fresh && e.Value == 5 && e.Key!.SequenceEqual(_witness.Key));
        long since = _mesh.Now;
        _witness.IsOn = false;
        _mesh.Run(since + Hour - 1 - _mesh.Now);
        Assert.Equal(NetworkState.Fresh, _node.Node.State(_mesh.Now));
        Assert.Equal(0, _node.Count(NodeEvent.FreshnessEnded));
        _mesh.Run(1);
        Assert.Equal(NetworkState.Unconfirmed, _node.Node.State(_mesh.Now));
        Assert.Contains(_node.Events, e => e.What == NodeEvent.FreshnessEnded && e.Value == 5);
        _mesh.Run(Hour);
        Assert.Equal(1, _node.Count(NodeEvent.FreshnessEnded));
        Assert.Equal(2 * Hour, _node.Node.FreshnessAge(_mesh.Now));

        // It is asked again and again.
        _witness.IsOn = true;
        Assert.True(_mesh.RunUntil(() => _node.Node.State(_mesh.Now) == NetworkState.Fresh, 120_000));
    }

    [Fact]
    public void It_is_asked_again_in_time_so_that_it_stays_fresh()
    {
        _witness.AnswersInitiations = true;
        Assert.True(_mesh.RunUntil(() => _node.Node.State(_mesh.Now) == NetworkState.Fresh, 10_000));
        for (int i = 0; i < 30; i++)
        {
            _mesh.Run(Hour / 10);
            Assert.True(_node.Node.State(_mesh.Now) == NetworkState.Fresh, $"after {i}");
        }

        Assert.Equal(1, _node.Count(NodeEvent.Fresh));
    }

    // A member has a session all the time. Otherwise the node would initiate to the witness after each hello.
    [Fact]
    [Statement("8.2-6")]
    public void It_is_asked_again_half_an_hour_after_it_has_confirmed()
    {
        _witness.AnswersInitiations = true;
        Assert.True(_mesh.RunUntil(() => _node.Node.State(_mesh.Now) == NetworkState.Fresh, 10_000));
        long confirmed = _mesh.Now;
        _mesh.Run(100);

        // The node's last packet is answered, so that it has no other reason to initiate.
        _witness.SendInner([]);
        _witness.Requests.Clear();
        do
        {
            Assert.True(_member.Connect(_node));
        }
        while (!_mesh.RunUntil(() => _witness.Requests.Count > 0, 100_000) && _mesh.Now - confirmed < Hour);

        Assert.InRange(_mesh.Now - confirmed, (Hour / 2) - 100, (Hour / 2) + 200);
        Assert.Equal(["read head"], _witness.Requests);
    }

    [Fact]
    [Statement("8.2-5")]
    public void A_witness_that_can_not_tell_is_asked_every_minute()
    {
        _witness.Files.Clear();
        Assert.True(_witness.Connect(_node));
        _mesh.Run(100_000);
        Assert.Equal(3, _witness.Requests.Count(r => r == "read head"));
        _witness.Files["head"] = _network[..144];
        Assert.True(_mesh.RunUntil(() => _node.Node.State(_mesh.Now) == NetworkState.Fresh, 30_000));
    }

    [Fact]
    [Statement("8-28", "8.1-2", "8.2-3")]
    public void Another_member_only_agrees()
    {
        _witness.IsOn = false;
        Assert.True(_member.Connect(_node));
        Assert.True(_member.Write("head", _network[..144]).IsComplete);
        Assert.Equal(NetworkState.Unconfirmed, _node.Node.State(_mesh.Now));
        Assert.Equal(1, _node.Node.AgreeingMembers(_mesh.Now));
        Assert.Contains(
            _node.Events, e => e.What == NodeEvent.Agreed && e.Value == 5 && e.Key!.SequenceEqual(_member.Key));
        _mesh.Run(Hour - 1_000);
        Assert.Equal(1, _node.Node.AgreeingMembers(_mesh.Now));
        _mesh.Run(1_000);
        Assert.Equal(0, _node.Node.AgreeingMembers(_mesh.Now));
    }

    [Fact]
    [Statement("8.2-1")]
    public void The_node_reads_the_head_of_a_member_that_is_no_witness_and_it_confirms_nothing()
    {
        _witness.IsOn = false;
        _member.AnswersInitiations = true;
        Assert.True(_node.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 3], 1, 2, 3)));
        Assert.True(_member.Connect(_node));
        _mesh.Run(130_000);
        Assert.True(_node.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 3], 1, 2, 3)));
        Assert.True(_mesh.RunUntil(() => _member.Requests.Contains("read head"), 10_000));
        _mesh.Run(1_000);
        Assert.Equal(1, _node.Node.AgreeingMembers(_mesh.Now));
        Assert.Equal(0, _node.Node.ConfirmedBy(_mesh.Now));
        Assert.Equal(NetworkState.Unconfirmed, _node.Node.State(_mesh.Now));
    }

    [Fact]
    public void A_guest_with_the_same_head_counts_for_nothing()
    {
        _witness.IsOn = false;
        Stranger guest = _mesh.AddStranger(9);
        Assert.True(guest.Connect(_node));
        Assert.True(guest.Write("head", _network[..144]).IsComplete);
        Assert.Equal(NetworkState.Unconfirmed, _node.Node.State(_mesh.Now));
        Assert.Equal(0, _node.Node.AgreeingMembers(_mesh.Now));
    }

    [Fact]
    [Statement("8.2-8")]
    public void Where_no_witness_is_named_it_stays_unconfirmed()
    {
        MeshNode node = _mesh.Add(7);
        byte[] network = Mesh.NetworkOf(6, [node, _member]);
        node.Load(network);
        Assert.True(_member.Connect(node));
        Assert.True(_member.Write("head", network[..144]).IsComplete);
        _mesh.Run(100_000);
        Assert.Equal(NetworkState.Unconfirmed, node.Node.State(_mesh.Now));
        Assert.Equal(1, node.Node.AgreeingMembers(_mesh.Now));
    }

    [Fact]
    [Statement("8.2-1", "8.2-7")]
    public void A_witness_does_not_confirm_itself()
    {
        MeshNode alone = _mesh.Add(7);
        byte[] network = Mesh.NetworkOf(6, [alone, _member], alone);
        alone.Load(network);
        Assert.True(_member.Connect(alone));
        Assert.True(_member.Write("head", network[..144]).IsComplete);
        _mesh.Run(100_000);
        Assert.Equal(NetworkState.Witness, alone.Node.State(_mesh.Now));
    }

    [Fact]
    [Statement("8.2-4")]
    public void A_new_network_is_not_fresh_before_a_witness_has_shown_it()
    {
        Assert.True(_witness.Connect(_node));
        Assert.True(_mesh.RunUntil(() => _node.Node.State(_mesh.Now) == NetworkState.Fresh, 1_000));
        byte[] newer = Mesh.NetworkOf(6, [_node, _witness, _member], _witness);
        Assert.True(_member.Connect(_node));
        Assert.True(_member.Write("network", newer).IsComplete);
        Assert.Equal(NetworkState.Unconfirmed, _node.Node.State(_mesh.Now));
        _witness.Files["head"] = newer[..144];
        Assert.True(_witness.Connect(_node));
        Assert.True(_mesh.RunUntil(() => _node.Node.State(_mesh.Now) == NetworkState.Fresh, 1_000));
    }

    [Fact]
    [Statement("8.2-3")]
    public void A_head_that_a_witness_writes_confirms_nothing()
    {
        _witness.Files.Clear();
        Assert.True(_witness.Connect(_node));
        Assert.True(_witness.Write("head", _network[..144]).IsComplete);
        _mesh.Run(1_000);
        Assert.Equal(NetworkState.Unconfirmed, _node.Node.State(_mesh.Now));
    }

    // Each case: the other witnesses, those of them that show the same head, and the state.
    [Theory]
    [Statement("8.2-1", "8.2-2", "8.2-4")]
    [InlineData(1, 1, NetworkState.Fresh)]
    [InlineData(2, 1, NetworkState.Unconfirmed)]
    [InlineData(2, 2, NetworkState.Fresh)]
    [InlineData(3, 1, NetworkState.Unconfirmed)]
    [InlineData(3, 2, NetworkState.Fresh)]
    public void It_takes_two_other_witnesses_where_there_are_two(int witnesses, int shows, NetworkState state)
    {
        foreach (bool isWitness in (bool[])[false, true])
        {
            MeshNode node = _mesh.Add((byte)(isWitness ? 40 : 41));
            Stranger[] others = [.. Enumerable.Range(50, witnesses).Select(i => _mesh.AddStranger((byte)i))];
            byte[] network = Mesh.NetworkOf(
                6,
                isWitness ? [] : [node],
                null,
                0,
                [.. others.Select(o => o.Key)
                    .Concat(isWitness ? [node.Key] : [])
                    .Select(key => NetworkBytes.Entry(key, NetworkBytes.Field(6, 1)))]);
            Assert.Equal(NetworkFault.None, node.Load(network));
            foreach (Stranger other in others.Take(shows))
            {
                other.Files["head"] = network[..144];
                Assert.True(other.Connect(node));
                _mesh.Run(1_000);
            }

            Assert.Equal(state, node.Node.State(_mesh.Now));
            Assert.Equal(int.Min(2, shows), node.Node.ConfirmedBy(_mesh.Now));

            // Whoever shows it again is one witness still.
            Assert.True(others[0].Connect(node));
            _mesh.Run(1_000);
            Assert.Equal(state, node.Node.State(_mesh.Now));
        }
    }

    // Two of the three do not answer, and the one that has confirmed can't confirm twice.
    [Fact]
    [Statement("8.2-5")]
    public void One_that_has_confirmed_is_not_asked_in_the_place_of_one_that_does_not_answer()
    {
        MeshNode node = _mesh.Add(40);
        Stranger[] witnesses = [.. Enumerable.Range(50, 3).Select(i => _mesh.AddStranger((byte)i))];
        byte[] network = Mesh.NetworkOf(
            6,
            [node],
            null,
            0,
            [.. witnesses.Select(w => NetworkBytes.Entry(
                w.Key, NetworkBytes.Field(2, 192, 0, 2, w.Seed, 0xCA, 0x6C), NetworkBytes.Field(6, 1)))]);
        Assert.Equal(NetworkFault.None, node.Load(network));
        witnesses[0].Files["head"] = network[..144];
        Assert.True(witnesses[0].Connect(node));
        Assert.True(_mesh.RunUntil(() => node.Node.ConfirmedBy(_mesh.Now) == 1, 10_000));
        witnesses[0].Requests.Clear();
        for (int i = 0; i < 170; i++)
        {
            _mesh.Run(1_000);
            witnesses[0].SendInner([]);
        }

        Assert.DoesNotContain("read head", witnesses[0].Requests);
        Assert.All(witnesses[1..], w => Assert.Contains(w.Datagrams, d => d[0] == 1));
    }

    [Fact]
    [Statement("8.2-1")]
    public void The_network_that_a_witness_brought_is_fresh()
    {
        byte[] newer = Mesh.NetworkOf(6, [_node, _witness, _member], _witness);
        _witness.Files["network"] = newer;
        Assert.True(_witness.Connect(_node));
        Assert.True(_witness.Write("head", newer[..144]).IsComplete);
        Assert.True(_mesh.RunUntil(() => _node.Node.NetworkVersion == 6, 1_000));
        Assert.Equal(NetworkState.Fresh, _node.Node.State(_mesh.Now));
    }

    [Theory]
    [InlineData(Hour - 60_000, true)]
    [InlineData(Hour, false)]
    public void A_witness_that_showed_the_head_an_hour_before_the_network_arrived_does_not_confirm_it(
        long before, bool fresh)
    {
        byte[] newer = Mesh.NetworkOf(6, [_node, _witness, _member], _witness);
        _witness.Files["head"] = newer[..144];
        Assert.True(_witness.Connect(_node));
        Assert.True(_mesh.RunUntil(() => _node.Knows(NodeEvent.HeaderVerified), 1_000));
        _witness.IsOn = false;
        _mesh.Run(before);
        Assert.True(_member.Connect(_node));
        _node.Events.Clear();
        Assert.True(_member.Write("network", newer).IsComplete);
        Assert.Equal(fresh ? NetworkState.Fresh : NetworkState.Unconfirmed, _node.Node.State(_mesh.Now));
        Assert.Equal(fresh, _node.Knows(NodeEvent.Fresh));
    }

    // A member has a session. Otherwise the node would initiate to the witness at once.
    [Fact]
    public void The_moment_at_which_a_witness_is_asked_is_spread_over_2_s()
    {
        List<long> moments = [];
        for (byte seed = 1; seed <= 30; seed++)
        {
            Mesh mesh = new();
            MeshNode node = mesh.Add(seed);
            Stranger witness = mesh.AddStranger(100);
            Stranger member = mesh.AddStranger(101);
            Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(5, [node, member])));
            Assert.True(member.Connect(node));
            mesh.Run(3_000);
            Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(6, [node, witness, member], witness)));
            int initiations = node.Count(NodeEvent.InitiationSent);
            long applied = mesh.Now;
            Assert.True(mesh.RunUntil(() => node.Count(NodeEvent.InitiationSent) > initiations, 2_000));
            moments.Add(mesh.Now - applied);
        }

        Assert.InRange(moments.Min(), 0, 400);
        Assert.InRange(moments.Max(), 1_600, 2_000);
    }

    [Fact]
    [Statement("8.2-9")]
    public void A_witness_that_started_without_its_network_serves_no_head_until_another_witness_has_shown_it()
    {
        (MeshNode rebooted, byte[] network) = RebootedWitness();
        Assert.Equal(TftpError.FileNotFound, _member.Read("head").Error);
        Assert.True(_witness.Connect(rebooted));
        Assert.Equal(TftpError.FileNotFound, _witness.Read("head").Error);
        _witness.Files["head"] = network[..144];
        Assert.True(_witness.Connect(rebooted));
        Assert.True(_mesh.RunUntil(() => rebooted.Knows(NodeEvent.Fresh), 1_000));
        Assert.True(_member.Connect(rebooted));
        Assert.Equal(network[..144], _member.Read("head").Content);
    }

    [Fact]
    [Statement("8.2-9")]
    public void Or_until_its_operator_has_given_it_the_same()
    {
        (MeshNode rebooted, byte[] network) = RebootedWitness();
        Assert.Equal(TftpError.FileNotFound, _member.Read("head").Error);
        Assert.Equal(NetworkFault.None, rebooted.Load(network));
        Assert.Equal(network[..144], _member.Read("head").Content);
    }

    [Fact]
    [Statement("8.2-10")]
    public void It_writes_its_head_like_any_member()
    {
        (MeshNode rebooted, _) = RebootedWitness();
        _member.Requests.Clear();
        rebooted.Events.Clear();
        Assert.True(_member.Connect(rebooted));
        Assert.Equal(TftpError.FileAlreadyExists, _member.Write("head", Mesh.NetworkOf(3, [rebooted])[..144]).Error);
        _mesh.Run(20_000);
        Assert.Contains("write head", _member.Requests);
    }

    [Fact]
    [Statement("4.8-9", "8.1-1", "8.1-2")]
    public void The_initiator_reads_head_after_each_handshake_and_the_responder_does_not()
    {
        Assert.True(_member.Connect(_node));
        _mesh.Run(5_000);
        Assert.Empty(_member.Requests);
        _mesh.Run(200_000);
        _member.AnswersInitiations = true;
        Assert.True(_node.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 3], 1, 2, 3)));
        Assert.True(_mesh.RunUntil(() => _member.Requests.Count > 0, 10_000));
        _mesh.Run(1_000);
        Assert.Equal(["read head"], _member.Requests);
        Assert.Equal(1, _node.Node.AgreeingMembers(_mesh.Now));
    }

    [Theory]
    [Statement("8.1-4")]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_peer_that_is_older_or_has_none_is_shown_our_head(bool isMember, bool hasOne)
    {
        Stranger peer = _member;
        if (!isMember)
        {
            peer = _mesh.AddStranger(9);
            Assert.True(_node.Node.AddPeer(peer.Key, 0, null, _mesh.Now));
        }

        peer.Files.Clear();
        if (hasOne)
        {
            peer.Files["head"] = Mesh.NetworkOf(4, [_node])[..144];
        }

        Assert.True(peer.Connect(_node));
        peer.AnswersInitiations = true;
        _mesh.Run(200_000);
        peer.Requests.Clear();
        Assert.True(_node.Send(InnerPacket.Udp(_node.Node.LinkLocal, peer.LinkLocal, 1, 2, 3)));
        Assert.True(_mesh.RunUntil(() => peer.Requests.Count == 2, 20_000), string.Join(" ", peer.Requests));
        Assert.Equal(["read head", "write head"], peer.Requests);
    }

    [Fact]
    [Statement("8-28", "8-40", "8.1-4a")]
    public void A_member_that_writes_an_older_head_is_shown_ours_and_a_guest_is_not()
    {
        byte[] older = Mesh.NetworkOf(4, [_node])[..144];
        Assert.True(_member.Connect(_node));
        Assert.Equal(TftpError.FileAlreadyExists, _member.Write("head", older).Error);
        Assert.True(_mesh.RunUntil(() => _member.Requests.Contains("write head"), 5_000));

        Stranger guest = _mesh.AddStranger(9);
        Assert.True(guest.Connect(_node));
        Assert.Equal(TftpError.FileAlreadyExists, guest.Write("head", older).Error);
        _mesh.Run(20_000);
        Assert.Empty(guest.Requests);
    }

    [Fact]
    [Statement("8.1-5")]
    public void A_new_network_is_announced_to_every_member_with_a_session_but_those_that_have_shown_it()
    {
        Stranger third = _mesh.AddStranger(4);
        Assert.Equal(NetworkFault.None, _node.Load(Mesh.NetworkOf(6, [_node, _witness, _member, third])));
        foreach (Stranger stranger in new[] { _witness, _member })
        {
            Assert.True(stranger.Connect(_node));
        }

        _mesh.Run(1_000);
        _witness.Requests.Clear();
        _member.Requests.Clear();
        byte[] newer = Mesh.NetworkOf(7, [_node, _witness, _member, third]);
        _member.Files["network"] = newer;
        Assert.True(_member.Write("head", newer[..144]).IsComplete);
        Assert.True(_mesh.RunUntil(() => _node.Node.NetworkVersion == 7, 10_000));
        _mesh.Run(10_000);
        Assert.Contains("write head", _witness.Requests);
        Assert.DoesNotContain("write head", _member.Requests);
        Assert.Empty(third.Requests);
    }

    [Fact]
    [Statement("8.1-6")]
    public void Who_writes_a_network_is_told_of_it_since_its_own_node_may_not_hold_it()
    {
        Assert.True(_member.Connect(_node));
        _mesh.Run(1_000);
        _member.Requests.Clear();
        byte[] newer = Mesh.NetworkOf(6, [_node, _witness, _member], _witness);
        Assert.True(_member.Write("network", newer).IsComplete);
        _mesh.Run(1_000);
        Assert.Contains("write head", _member.Requests);
    }

    [Fact]
    [Statement("8-40", "8.1-6")]
    public void Who_writes_the_network_that_the_node_holds_is_told_of_it_unless_its_own_node_has_shown_it()
    {
        byte[] newer = Mesh.NetworkOf(6, [_node, _witness, _member], _witness);
        Assert.Equal(NetworkFault.None, _node.Load(newer));
        Assert.True(_member.Connect(_node));
        _mesh.Run(1_000);
        _member.Requests.Clear();
        Assert.Equal(TftpError.FileAlreadyExists, _member.Write("network", newer).Error);
        Assert.Equal(0, _node.Node.AgreeingMembers(_mesh.Now));
        _mesh.Run(1_000);
        Assert.Contains("write head", _member.Requests);

        Assert.True(_member.Write("head", newer[..144]).IsComplete);
        Assert.Equal(1, _node.Node.AgreeingMembers(_mesh.Now));
        _member.Requests.Clear();
        Assert.Equal(TftpError.FileAlreadyExists, _member.Write("network", newer).Error);
        _mesh.Run(1_000);
        Assert.DoesNotContain("write head", _member.Requests);
    }

    // A witness that has got the network from a member, which does not vouch for it.
    private (MeshNode Node, byte[] Network) RebootedWitness()
    {
        MeshNode rebooted = _mesh.Add(7);
        _member.Files.Remove("head");
        byte[] network = Mesh.NetworkOf(5, [_node, _member], null, 0, Witness(rebooted), Witness(_witness));
        Assert.True(_member.Connect(rebooted));
        Assert.True(_member.Write("network", network).IsComplete);
        Assert.Equal(5UL, rebooted.Node.NetworkVersion);
        return (rebooted, network);

        static byte[] Witness(IStation station) => NetworkBytes.Entry(station.Key, NetworkBytes.Field(6, 1));
    }
}
