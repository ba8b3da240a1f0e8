using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Spore.Base;
using Spore.Discovery;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tests.Network;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>Several endpoints of an entry, and names, are tried in turn (PROTOCOL section 4.5).</summary>
public class EndpointTests
{
    private const string Name = "gate.example.org:51820";

    private readonly Mesh _mesh = new();
    private readonly MeshNode _node;
    private readonly MeshNode _member;

    public EndpointTests()
    {
        _node = _mesh.Add(1);
        _member = _mesh.Add(2);

        // Only what the network says is to help.
        _mesh.Filter = (_, _, bytes) => bytes[0] != Hello.Type;
    }

    [Theory]
    [Statement("4.5-4", "4.5-5")]
    [InlineData("A", 0)]
    [InlineData("1 A", 1)]
    [InlineData("1 2 A", 2)]
    [InlineData("1 2 3 A", 3)]
    public void One_that_was_never_heard_is_asked_at_each_for_5_s(string endpoints, int unanswered)
    {
        Join(endpoints);
        long start = _mesh.Now;
        Call();
        Assert.True(_mesh.RunUntil(() => HasSession, 60_000));
        Assert.InRange(_mesh.Now - start, unanswered * 5_000, (unanswered * 5_400) + 100);
        Assert.Equal(Enumerable.Range(1, unanswered).Select(i => $"203.0.113.{i}"), InitiationsTo().SkipLast(1));
    }

    [Fact]
    public void One_that_does_not_answer_is_reported_when_it_is_asked_on_and_when_it_is_given_up()
    {
        // With another member it has a session. Without any it would ask on for ever.
        Stranger other = _mesh.AddStranger(9);
        Endpoint where = new();
        where.SetIpv4([203, 0, 113, 1], 0, 51820);
        Assert.Equal(NetworkFault.None, _node.Load(Mesh.NetworkOf(1, [_node, other])));
        Assert.True(other.Connect(_node));
        Assert.True(_node.Node.AddPeer(_member.Key, 0, where, _mesh.Now));
        _mesh.Run(50_000);

        // Hellos go elsewhere in between.
        _node.Node.LinkChanged(_mesh.Now);
        _mesh.Run(50_000);
        Assert.Equal([NodeEvent.Unanswered, NodeEvent.GivenUp], _node.Places.Select(p => p.What));
        Assert.All(_node.Places, p => Assert.True(p.Where.IsSame(where)));
    }

    [Fact]
    [Statement("4.5-4")]
    public void All_are_asked_again_for_as_long_as_there_is_no_answer()
    {
        _member.IsOn = false;
        Join("1 A 2");
        Call();
        _mesh.Run(60_000);
        Assert.StartsWith(
            "203.0.113.1 192.0.2.2 203.0.113.2 203.0.113.1 192.0.2.2 203.0.113.2",
            string.Join(' ', InitiationsTo()),
            StringComparison.Ordinal);
    }

    [Theory]
    [Statement("4.5-6")]
    [InlineData(true, false, "203.0.113.1 192.0.2.2 203.0.113.1")]
    [InlineData(true, true, "203.0.113.1 0.0.0.7 192.0.2.2 203.0.113.1")]
    [InlineData(false, true, "0.0.0.7 0.0.0.7 0.0.0.7")]
    [InlineData(false, false, "")]
    public void Endpoints_of_a_family_that_the_outer_network_does_not_have_are_passed_over(
        bool hasIpv4, bool hasIpv6, string asked)
    {
        _member.IsOn = false;
        (_node.Node.OuterIpv4, _node.Node.OuterIpv6) = (hasIpv4, hasIpv6);
        Join("1 6 A");
        Call();
        _mesh.Run(30_000);
        Assert.Equal(asked, string.Join(' ', InitiationsTo().Take(asked.Split(' ').Length)));
    }

    [Fact]
    [Statement("4.5-5")]
    public void One_that_has_moved_is_asked_where_it_was_heard_for_15_s_first()
    {
        Join("1 2 A");
        Call();
        Assert.True(_mesh.RunUntil(() => HasSession, 60_000));
        _member.IsOn = false;
        _node.SentTo.Clear();
        _mesh.Run(200_000);
        Call();
        _mesh.Run(60_000);
        Assert.StartsWith(
            "192.0.2.2 192.0.2.2 192.0.2.2 203.0.113.1 203.0.113.2 192.0.2.2",
            string.Join(' ', InitiationsTo()),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_is_asked_for_at_once_where_there_is_nothing_else_and_used_as_soon_as_it_is_known()
    {
        Join("name");
        _node.Names[Name] = _member.Endpoint;
        Call();
        Assert.Equal([Name], _node.Sought);
        Assert.True(_mesh.RunUntil(() => HasSession, 1_000));
        Assert.Equal([Name], _node.Sought);
    }

    [Fact]
    [Statement("4.5-4", "4.5-9")]
    public void A_name_has_its_turn_after_addresses_and_is_asked_for_again_after_every_round()
    {
        _member.IsOn = false;
        Join("1 name");
        Call();
        _mesh.Run(26_000);
        Assert.Equal([Name, Name], _node.Sought.Take(2));
        Assert.All(InitiationsTo(), to => Assert.Equal("203.0.113.1", to));

        // It has been given another address in the meantime.
        _member.IsOn = true;
        _node.Names[Name] = _member.Endpoint;
        Assert.True(_mesh.RunUntil(() => HasSession, 20_000));
    }

    [Fact]
    [Statement("4.5-10")]
    public void Where_a_configured_peer_is_only_its_operator_knows()
    {
        _member.IsOn = false;
        Endpoint old = new();
        old.SetIpv4([203, 0, 113, 9], 0, 51820);
        Join("1 2");
        _node.Node.AddPeer(_member.Key, 0, old, _mesh.Now);
        _mesh.Run(11_000);
        Assert.Equal(["203.0.113.9", "203.0.113.9", "203.0.113.9"], InitiationsTo());
        Assert.Equal([string.Empty, string.Empty], _node.Sought);

        _member.IsOn = true;
        _node.Names[string.Empty] = _member.Endpoint;
        Assert.True(_mesh.RunUntil(() => HasSession, 12_000));
    }

    [Fact]
    public void A_configured_member_of_which_the_operator_has_not_said_where_it_is_is_asked_where_the_network_says()
    {
        Join("1 A");
        _node.HasPlaces = false;
        _node.Node.AddPeer(_member.Key, 0, null, _mesh.Now);
        Call();
        Assert.True(_mesh.RunUntil(() => HasSession, 12_000));
        Assert.Equal(["203.0.113.1", "192.0.2.2"], InitiationsTo());
    }

    [Fact]
    public void The_endpoint_of_somebody_else_is_not_set()
    {
        Join("1");
        Stranger guest = _mesh.AddStranger(9);
        _node.Receive(guest.Stock.Initiate(_node.Key, Spore.Tests.WireGuard.StockPeer.Tai(1)), guest.Endpoint);
        Peer slot = _node.Node.Peers.Single(p => p.InUse && p.IsProvisional);
        Assert.False(_node.Node.SetEndpoint(guest.Key, 0, _member.Endpoint, _mesh.Now));
        Assert.False(slot.Endpoint.IsSame(_member.Endpoint));
        Assert.False(_node.Node.SetEndpoint(Enumerable.Repeat((byte)7, 32).ToArray(), 0, _member.Endpoint, _mesh.Now));
    }

    private bool HasSession => _node.Node.Peers.Any(p => p.InUse && Node.IsMember(p) && p.HasSession(_mesh.Now));

    // Numbers are dead addresses, A is the member's own.
    private void Join(string endpoints)
    {
        IEnumerable<byte[]> fields = endpoints.Split(' ').Select(e => e switch
        {
            "name" => NetworkBytes.Field(3, Encoding.ASCII.GetBytes(Name)),
            "A" => NetworkBytes.Field(2, [.. _member.Endpoint.AddressBytes()[12..], 0xCA, 0x6C]),
            "6" => NetworkBytes.Field(2, [0x20, 0x01, 0x0D, 0xB8, .. new byte[11], 7, 0xCA, 0x6C]),
            _ => NetworkBytes.Field(2, 203, 0, 113, byte.Parse(e), 0xCA, 0x6C),
        });
        byte[] entry = NetworkBytes.Entry(_member.Key, [NetworkBytes.Field(1, 10, 0, 0, 2, 32), .. fields]);
        byte[] network = Mesh.NetworkOf(1, [_node], null, 0, entry);
        Assert.Equal(NetworkFault.None, _node.Load(network));
        Assert.Equal(NetworkFault.None, _member.Load(network));
    }

    private void Call() => Assert.True(_node.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 2], 1, 2, [3])));

    private IEnumerable<string> InitiationsTo() =>
        _node.SentTo.Where(s => s.Bytes[0] == 1).Select(s => string.Join('.', s.To.AddressBytes()[12..]));
}
