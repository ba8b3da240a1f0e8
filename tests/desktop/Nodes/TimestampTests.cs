using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Base;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tests.WireGuard;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>
/// The latest timestamp of a member outlives its slot, so that a recording of its initiation takes no slot from others
/// (PROTOCOL section 4.3).
/// </summary>
public class TimestampTests
{
    private const int Slots = 8;
    private const long Hour = 3_600_000;

    private readonly Mesh _mesh = new();
    private readonly Endpoint _elsewhere = new();
    private readonly MeshNode _node;
    private readonly List<Stranger> _members;

    public TimestampTests()
    {
        _elsewhere.SetIpv4([203, 0, 113, 66], 0, 1000);
        NodeLimits limits = NodeLimits.Device();
        limits.MultiplicationTime = 0;
        limits.HandshakeInterval = 0;
        Assert.Equal(Slots, limits.Peers);
        _node = _mesh.Add(1, limits);
        _members = [.. Enumerable.Range(10, 26).Select(i => _mesh.AddStranger((byte)i))];
        Load(1, _members);
        _mesh.Run(10_000);
    }

    // The attacker has a recording of one member, and none of the keys. Eight others took the member's slot.
    [Theory]
    [Statement("4.3-3")]
    [InlineData(true)]
    [InlineData(false)]
    public void A_recording_of_a_member_without_a_slot_takes_none_however_long_it_is_repeated(bool isLatest)
    {
        byte[] recording = isLatest ? [] : _members[0].Initiate(_node);
        _mesh.Run(30_000);
        byte[] latest = Join(_members[0]);
        recording = isLatest ? latest : recording;
        List<Stranger> others = _members[1..(Slots + 1)];
        others.ForEach(m => Join(m));
        Assert.Null(Slot(_members[0]));
        int replayed = (int)_node.Node.Counters.Replayed;
        int responses = _node.Count(NodeEvent.ResponseSent);
        int removed = _node.Count(NodeEvent.PeerRemoved);
        long end = _mesh.Now + Hour;
        int sent = 0;
        while (_mesh.Now < end)
        {
            for (int i = 0; i < 10; i++)
            {
                _mesh.Inject(_node, recording, _elsewhere);
                _mesh.Run(6_000);
                sent++;
            }

            // The members' sessions go on, and are rekeyed.
            Stranger member = others[sent / 10 % others.Count];
            Assert.True(member.Connect(_node) && member.Ping());
            responses++;
        }

        Assert.Equal(replayed + sent, _node.Node.Counters.Replayed);
        Assert.Equal(responses, _node.Count(NodeEvent.ResponseSent));
        if (isLatest)
        {
            Assert.Equal(removed, _node.Count(NodeEvent.PeerRemoved));
            Assert.Empty(Elsewhere(1));
            Assert.All(others, m => Assert.NotNull(Slot(m)));
        }
        else
        {
            // It is answered by an initiation, as one of a member without a clock is: from the one slot for that.
            Assert.InRange(Elsewhere(1).Count(), 1, sent);
            Assert.InRange(others.Count(m => Slot(m) is not null), Slots - 1, Slots);
        }

        Assert.Empty(Elsewhere(2));
    }

    [Fact]
    [Statement("4.3-3a")]
    public void Recordings_of_16_members_without_a_slot_take_none()
    {
        List<byte[]> recordings = [.. _members[..24].Select(Join)];
        Assert.All(_members[..16], m => Assert.Null(Slot(m)));
        int removed = _node.Count(NodeEvent.PeerRemoved);
        int responses = _node.Count(NodeEvent.ResponseSent);
        for (int i = 0; i < 10; i++)
        {
            Replay(recordings);
        }

        Assert.Equal(removed, _node.Count(NodeEvent.PeerRemoved));
        Assert.Equal(responses, _node.Count(NodeEvent.ResponseSent));
        Assert.Empty(Elsewhere(1));
        Assert.All(_members[16..24], m => Assert.NotNull(Slot(m)));
    }

    [Fact]
    [Statement("4.3-3a")]
    public void Of_more_members_the_one_that_lost_its_slot_first_is_forgotten()
    {
        List<byte[]> recordings = [.. _members[..25].Select(Join)];
        int responses = _node.Count(NodeEvent.ResponseSent);
        Replay(recordings[1..]);
        Assert.Equal(responses, _node.Count(NodeEvent.ResponseSent));
        Replay(recordings[..1]);
        Assert.Equal(responses + 1, _node.Count(NodeEvent.ResponseSent));
    }

    [Fact]
    [Statement("4.3-4")]
    public void A_new_network_keeps_the_timestamps_of_its_members_and_of_nobody_else()
    {
        List<byte[]> recordings = [.. _members[..12].Select(Join)];
        Load(2, _members[1..]);
        int responses = _node.Count(NodeEvent.ResponseSent);
        Replay(recordings[1..4]);
        Assert.Equal(responses, _node.Count(NodeEvent.ResponseSent));

        Load(3, _members);
        Replay(recordings[1..4]);
        Assert.Equal(responses, _node.Count(NodeEvent.ResponseSent));
        Replay(recordings[..1]);
        Assert.Equal(responses + 1, _node.Count(NodeEvent.ResponseSent));
    }

    [Fact]
    [Statement("4.3-3")]
    public void A_member_that_gets_a_slot_again_has_its_timestamp_there()
    {
        byte[] first = Join(_members[0]);
        byte[] latest = Join(_members[0]);
        _members[1..(Slots + 1)].ForEach(m => Join(m));
        Assert.Null(Slot(_members[0]));

        // The node's own packet needs the slot. Its initiation is newer than what the member has sent.
        Stranger member = _members[0];
        member.AnswersInitiations = true;
        _node.Node.SetEndpoint(member.Key, 0, member.Endpoint, _mesh.Now);
        Assert.True(_node.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, member.Seed], 1, 2, 3)));
        Peer slot = Slot(member)!;
        Assert.Equal(StockPeer.Tai(member.Clock - 1), slot.Bytes[Peer.LatestTimestamp..(Peer.LatestTimestamp + 12)]);
        long replayed = _node.Node.Counters.Replayed;
        Replay([latest, first]);
        Assert.Equal(replayed + 2, _node.Node.Counters.Replayed);

        // And when it loses the slot again.
        _members[1..(Slots + 1)].ForEach(m => Join(m));
        Assert.Null(Slot(member));
        int responses = _node.Count(NodeEvent.ResponseSent);
        Replay([latest]);
        Assert.Equal(responses, _node.Count(NodeEvent.ResponseSent));
        Join(member);
    }

    // It lost its clock, and in the meantime its slot at the node.
    [Fact]
    [Statement("4.3-3")]
    public void A_member_without_a_clock_that_has_lost_its_slot_is_back_with_a_round_trip()
    {
        Stranger member = _members[0];
        Join(member);
        _members[1..(Slots + 1)].ForEach(m => Join(m));
        Assert.Null(Slot(member));
        member.Clock -= 1_000;
        member.AnswersInitiations = true;
        int sessions = _node.Count(NodeEvent.SessionUp);
        member.Initiate(_node);
        Assert.True(_mesh.RunUntil(() => _node.Count(NodeEvent.SessionUp) > sessions, 3 * _mesh.Delay));
        Assert.True(member.Ping());
        Assert.NotNull(Slot(member));
    }

    [Fact]
    [Statement("4.3-3a")]
    public void A_desktop_remembers_a_timestamp_for_each_entry()
    {
        NodeLimits limits = MeshNode.Limits();
        limits.KeepsHashes = true;
        limits.NetworkEntries = 30;
        limits.Peers = 1;
        MeshNode desktop = _mesh.Add(2, limits);
        Assert.Equal(NetworkFault.None, desktop.Load(Mesh.NetworkOf(1, [desktop, .. _members])));
        List<byte[]> recordings = [];
        foreach (Stranger member in _members)
        {
            recordings.Add(Connect(member, desktop));
        }

        int responses = desktop.Count(NodeEvent.ResponseSent);
        foreach (byte[] recording in recordings)
        {
            _mesh.Inject(desktop, recording, _elsewhere);
            _mesh.Run(100);
        }

        Assert.Equal(responses, desktop.Count(NodeEvent.ResponseSent));
        Assert.Equal(recordings.Count, desktop.Node.Counters.Replayed);
        Assert.True(_members[^1].Ping());
    }

    // Gives a member a slot; what it sent for that.
    private byte[] Join(Stranger member)
    {
        byte[] initiation = Connect(member, _node);
        Assert.NotNull(Slot(member));
        _mesh.Run(5_000);
        return initiation;
    }

    private byte[] Connect(Stranger member, MeshNode node)
    {
        int heard = member.Datagrams.Count;
        byte[] initiation = member.Initiate(node);
        Assert.True(_mesh.RunUntil(() => member.Datagrams.Skip(heard).Any(d => d[0] == 2), 1_000));
        Assert.True(member.Stock.TakeResponse(member.Datagrams.Skip(heard).First(d => d[0] == 2)));
        member.SendInner([]);
        _mesh.Run(100);
        return initiation;
    }

    private void Load(ulong version, IEnumerable<IStation> members) =>
        Assert.Equal(NetworkFault.None, _node.Load(Mesh.NetworkOf(version, [_node, .. members])));

    private void Replay(IEnumerable<byte[]> recordings)
    {
        foreach (byte[] recording in recordings)
        {
            _mesh.Inject(_node, recording, _elsewhere);
            _mesh.Run(5_000);
        }
    }

    private IEnumerable<byte[]> Elsewhere(byte type) =>
        _node.SentTo.Where(s => s.Bytes[0] == type && s.To.IsSame(_elsewhere)).Select(s => s.Bytes);

    private Peer? Slot(IStation station) => _node.Slot(station.Key);
}
