using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Spore.Base;
using Spore.Discovery;
using Spore.Hostsim.Live.Names;
using Spore.Hostsim.Live.Output;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Signing;
using Spore.Tests.Network;
using Spore.Tests.Nodes;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>Names of peers and of the rendezvous, with a node in virtual time.</summary>
public class PeerNamesTests
{
    private const string Gate = "gate.example";

    private readonly Nodes.Mesh _mesh = new();
    private readonly MeshNode _node;
    private readonly MeshNode _member;
    private readonly object _gate = new();
    private readonly Dictionary<string, string> _answers = [];
    private readonly List<(string Name, long At)> _lookups = [];
    private readonly Queue<Action> _started = [];
    private readonly LiveTimeline _timeline = new(new StringWriter(), null);
    private readonly NameResolver _resolver;
    private readonly PeerNames _names;
    private RendezvousName? _rendezvous;
    private int _heard;

    public PeerNamesTests()
    {
        _node = _mesh.Add(1);
        _member = _mesh.Add(2);

        // Only names are to help.
        _mesh.Filter = (_, _, bytes) => bytes[0] != Hello.Type;
        _resolver = new NameResolver(true, false, Answer, _started.Enqueue);
        _names = new PeerNames(_gate, _node.Node, _resolver, _timeline, () => _mesh.Now, () => { });
        _node.Finds = (peer, name, endpoint) => _names.Find(peer, name, endpoint);
    }

    [Fact]
    public void A_name_that_is_found_later_is_initiated_to_then()
    {
        Configure();
        Run(10_000);
        Assert.Empty(InitiationsTo());

        // After 0, 1, 3 and 7 s; the next is after 15 s.
        Assert.Equal([0, 1000, 3000, 7000], LookupTimes(Gate));
        _answers[Gate] = "192.0.2.2";
        Run(7_000);
        Assert.True(HasSession);
        int count = _lookups.Count;
        Run(600_000);
        Assert.Equal(count, _lookups.Count);
    }

    [Fact]
    public void The_addresses_of_a_name_are_asked_in_turn()
    {
        _answers[Gate] = "203.0.113.1 2001:db8::1 203.0.113.2 192.0.2.2";
        Configure();
        Run(14_000);
        Assert.Equal(["203.0.113.1", "203.0.113.2", "192.0.2.2"], InitiationsTo());
        Assert.True(HasSession);
    }

    [Fact]
    public void A_name_is_resolved_again_at_growing_intervals_while_nobody_answers()
    {
        _answers[Gate] = "203.0.113.1";
        Configure();
        Run(85_000);
        long[] times = LookupTimes(Gate);
        Assert.InRange(times.Length, 5, 8);
        Assert.True(times[1] - times[0] < times[^1] - times[^2]);
        _answers[Gate] = "192.0.2.2";
        Run(70_000);
        Assert.True(HasSession);
    }

    [Fact]
    public void A_published_name_has_several_addresses_too()
    {
        _answers[Gate] = "203.0.113.1 192.0.2.2";
        Publish(NetworkBytes.Field(3, Encoding.ASCII.GetBytes($"{Gate}:51820")));
        Call();
        Run(12_000);
        Assert.Equal(["203.0.113.1", "192.0.2.2"], InitiationsTo());
        Assert.True(HasSession);
    }

    [Fact]
    public void A_published_name_that_nobody_wants_any_more_is_forgotten()
    {
        Publish(NetworkBytes.Field(3, Encoding.ASCII.GetBytes($"{Gate}:51820")));
        Call();
        Run(300_000);
        _node.Load(Nodes.Mesh.NetworkOf(2, [_node]));
        Run(200_000);
        Assert.Equal(long.MaxValue, _names.NextDeadline);
    }

    [Fact]
    public void A_name_that_the_operator_gives_later_counts_in_the_place_of_the_first()
    {
        _answers[Gate] = "203.0.113.1";
        _answers["other.example"] = "192.0.2.2";
        Configure();
        Run(1_000);
        _names.Set(_member.Key, new PeerEndpoint(null, "other.example", 51820), false);
        Run(10_000);
        Assert.True(HasSession);
        Assert.Single(LookupTimes("other.example"));
    }

    [Fact]
    public void An_address_that_the_operator_gives_later_ends_the_lookups()
    {
        Configure();
        Run(1_000);
        int count = _lookups.Count;
        _names.Set(_member.Key, new PeerEndpoint(IPAddress.Parse("192.0.2.2"), null, 51820), false);
        _answers[Gate] = "203.0.113.1";
        Run(100_000);
        Assert.Equal(count, _lookups.Count);
        Assert.Empty(InitiationsTo());
        Assert.True(_names.Find(_member.Key, null, new Endpoint()));
        _names.Remove(_member.Key);
        Assert.False(_names.Find(_member.Key, null, new Endpoint()));
    }

    [Fact]
    public void A_rendezvous_is_resolved_until_it_is_found_and_then_gets_a_hello_soon()
    {
        _rendezvous = new RendezvousName(
            _gate, _node.Node, new PeerEndpoint(null, Gate, 4321), _resolver, _timeline, () => _mesh.Now, () => { });
        Run(40_000);
        Assert.Equal([0, 1000, 3000, 7000, 15_000, 31_000], LookupTimes(Gate));
        _answers[Gate] = "203.0.113.1 2001:db8::1 203.0.113.2";
        Run(24_000);
        Assert.Empty(HellosTo());
        Run(1_250);
        Assert.Equal(["203.0.113.1"], HellosTo());

        // Each hello has the next address, and a new answer counts at once.
        Run(90_000);
        Assert.Equal(["203.0.113.1", "203.0.113.2"], HellosTo().Take(2));
        _answers[Gate] = "203.0.113.7";
        Run(70_000);
        Assert.Equal("203.0.113.7", HellosTo()[^1]);
    }

    [Fact]
    public void An_address_that_is_found_after_the_peer_has_sent_does_not_move_it()
    {
        _answers[Gate] = "203.0.113.1";
        Configure();
        _names.Advance(_mesh.Now);
        _member.Add(_node);
        Assert.True(_mesh.RunUntil(() => HasSession, 1_000));
        _mesh.Run(100);
        Assert.Single(_started).Invoke();
        Assert.True(_node.Node.Peers.Single(p => p.InUse).Endpoint.IsSame(_member.Endpoint));
        Assert.DoesNotContain("203.0.113.1", InitiationsTo());
    }

    [Fact]
    public void An_answer_for_a_name_that_the_operator_has_replaced_meanwhile_is_not_used()
    {
        _answers[Gate] = "203.0.113.1";
        Configure();
        _names.Advance(_mesh.Now);
        _names.Set(_member.Key, new PeerEndpoint(null, "other.example", 51820), true);
        Assert.Single(_started).Invoke();
        _mesh.Run(10_000);
        Assert.Empty(InitiationsTo());
    }

    [Fact]
    public void A_peer_that_has_answered_and_is_silent_is_looked_for_as_at_first()
    {
        _answers[Gate] = "203.0.113.1";
        Configure();
        Run(85_000);
        _answers[Gate] = "192.0.2.2";
        Run(70_000);
        Assert.True(HasSession);
        _member.IsOn = false;
        int count = _lookups.Count;
        Call();
        Run(80_000);
        Assert.InRange(_lookups.Count - count, 3, 6);
    }

    [Fact]
    public void While_a_member_has_a_session_a_rendezvous_is_kept_and_resolved_every_5_minutes()
    {
        byte[] network = Nodes.Mesh.NetworkOf(1, [_node, _member]);
        Assert.Equal(NetworkFault.None, _node.Load(network));
        Assert.Equal(NetworkFault.None, _member.Load(network));
        _member.Add(_node);
        _answers[Gate] = "203.0.113.1 203.0.113.2";
        Assert.True(_mesh.RunUntil(() => HasSession, 1_000));
        _rendezvous = new RendezvousName(
            _gate, _node.Node, new PeerEndpoint(null, Gate, 4321), _resolver, _timeline, () => _mesh.Now, () => { });
        for (int i = 0; i < 15; i++)
        {
            Run(60_000);
            Call();
        }

        Assert.InRange(HellosTo().Length, 3, 6);
        Assert.Single(HellosTo().Distinct());
        int[] seconds = [0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 811];
        Assert.Equal(seconds, LookupTimes(Gate).Select(t => (int)(t / 1000)));

        // When the session has ended, the name may have another address.
        _member.IsOn = false;
        while (!_node.Knows(NodeEvent.SessionDown))
        {
            Run(100);
        }

        long down = _mesh.Now;
        Run(1_500);
        Assert.Equal(2, _lookups.Count(l => l.At >= down - 100));
    }

    private bool HasSession => _node.Node.Peers.Any(p => p.InUse && p.HasSession(_mesh.Now));

    private IPAddress[] Answer(string name)
    {
        _lookups.Add((name, _mesh.Now));
        return _answers.TryGetValue(name, out string? answer)
            ? [.. answer.Split(' ').Select(IPAddress.Parse)]
            : throw new SocketException((int)SocketError.HostNotFound);
    }

    private void Configure()
    {
        Assert.Equal(NetworkFault.None, _member.Load(Nodes.Mesh.NetworkOf(1, [_node, _member])));
        _node.Node.AddPeer(_member.Key, 0, null, _mesh.Now);
        _names.Set(_member.Key, new PeerEndpoint(null, Gate, 51820), true);
    }

    private void Publish(params byte[][] fields)
    {
        byte[] entry = NetworkBytes.Entry(_member.Key, [NetworkBytes.Field(1, 10, 0, 0, 2, 32), .. fields]);
        byte[] network = Nodes.Mesh.NetworkOf(1, [_node], null, 0, entry);
        Assert.Equal(NetworkFault.None, _node.Load(network));
        Assert.Equal(NetworkFault.None, _member.Load(network));
    }

    private void Call() => Assert.True(_node.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 2], 1, 2, [3])));

    // A lookup ends before anything else happens.
    private void Run(long milliseconds)
    {
        long end = _mesh.Now + milliseconds;
        while (_mesh.Now < end || NextDeadline <= end)
        {
            foreach ((NodeEvent what, _, _) in _node.Events.Skip(_heard))
            {
                _rendezvous?.Hear(what);
            }

            _heard = _node.Events.Count;
            _names.Advance(_mesh.Now);
            _rendezvous?.Advance(_mesh.Now);
            while (_started.TryDequeue(out Action? lookup))
            {
                lookup();
            }

            long next = NextDeadline;
            long now = _mesh.Now;
            _mesh.RunUntil(() => NextDeadline < next || _node.Events.Count > _heard, Math.Min(next, end) - now);
        }
    }

    private long NextDeadline => Math.Min(_names.NextDeadline, _rendezvous?.NextDeadline ?? long.MaxValue);

    private long[] LookupTimes(string name)
    {
        long first = _lookups.Count > 0 ? _lookups[0].At : 0;
        return [.. _lookups.Where(l => l.Name == name).Select(l => l.At - first)];
    }

    private string[] InitiationsTo() => To(1);

    private string[] HellosTo() => [.. To(Hello.Type).Where(t => t != "255.255.255.255")];

    private string[] To(int type) =>
        [.. _node.SentTo.Where(s => s.Bytes[0] == type && s.To.IsIpv4)
            .Select(s => string.Join('.', s.To.AddressBytes()[12..]))];
}
