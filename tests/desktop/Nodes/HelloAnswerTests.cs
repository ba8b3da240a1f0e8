using System;
using System.Collections.Generic;
using System.Linq;
using Org.BouncyCastle.Crypto.Digests;
using Spore.Base;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tests.Network;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>Which hellos are answered, where, and how often (PROTOCOL sections 4.2, 5.2 and 5.3).</summary>
public class HelloAnswerTests
{
    private const ulong Own = 5;

    private readonly Mesh _mesh = new();

    // The nonce is counted up until the fraction is on the wanted side of 4 * 8^try / 300.
    [Theory]
    [Statement("5.2-2")]
    [InlineData(0, true)]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(255, true)]
    public void About_four_of_all_hearers_answer_a_first_hello_and_eight_times_as_many_each_later_one(
        int tries, bool isBelow)
    {
        const int Members = 300;
        NodeLimits limits = MeshNode.Limits();
        limits.NetworkEntries = 512;
        limits.NetworkBytes = 1 << 16;
        MeshNode node = _mesh.Add(1, limits);
        Stranger member = _mesh.AddStranger(2);
        Stranger settled = _mesh.AddStranger(3);
        byte[][] others = [.. Enumerable.Range(0, Members - 3).Select(i => NetworkBytes.Entry(1_000 + i))];
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(Own, [node, member, settled], null, 0, others)));
        Assert.True(settled.Connect(node));
        int answered = 0;
        int sent = 0;
        for (int nonce = 1; nonce < 250 && sent < 3; nonce++)
        {
            double threshold = 4 * Math.Pow(8, tries) / Members;
            if (Fraction(node, nonce) < threshold != isBelow)
            {
                continue;
            }

            sent++;
            int before = Initiations(node).Count();
            _mesh.Inject(node, HelloTests.Hello(member.Key, 4, (byte)nonce, tries: tries), At(nonce));
            _mesh.Run(8_000);
            answered += Initiations(node).Count() - before;
        }

        Assert.Equal(isBelow ? sent : 0, answered);
        Assert.True(sent > 0);
    }

    [Theory]
    [Statement("5.2-8", "5.2-9", "5.2-10")]
    [InlineData(0, 0)]
    [InlineData(4, 0)]
    [InlineData(5, 0)]
    [InlineData(6, 1)]
    public void An_unknown_key_is_asked_into_a_guests_slot_where_its_version_is_higher(ulong version, int asked)
    {
        (MeshNode node, _) = NodeAndMember();
        Stranger unknown = _mesh.AddStranger(9);
        unknown.AnswersInitiations = true;
        _mesh.Inject(node, HelloTests.Hello(unknown.Key, version, 1), unknown.Endpoint);
        _mesh.Run(3_000);
        Assert.Equal(asked, Initiations(node).Count());
        Assert.Equal(asked == 0, node.Knows(NodeEvent.HelloIgnored));
        Assert.Equal(asked == 1, node.Node.Peers.Any(p => p.InUse && p.IsProvisional && p.HasSession(_mesh.Now)));
    }

    // A node has a newer network than its hearer, in which the hearer does not know it.
    [Fact]
    [Statement("5.2-8")]
    public void A_member_that_the_hearers_network_does_not_name_yet_brings_the_newer_one()
    {
        MeshNode[] nodes = [_mesh.Add(1), _mesh.Add(2), _mesh.Add(3)];
        Assert.Equal(NetworkFault.None, nodes[0].Load(Mesh.NetworkOf(1, [nodes[0], nodes[1]])));
        Assert.Equal(NetworkFault.None, nodes[1].Load(Mesh.NetworkOf(1, [nodes[0], nodes[1]])));
        _mesh.Run(120_000);
        Assert.Equal(NetworkFault.None, nodes[2].Load(Mesh.NetworkOf(2, nodes)));
        Assert.True(_mesh.RunUntil(() => nodes.All(n => n.Node.NetworkVersion == 2), 20_000), NodeTests.State(_mesh));
    }

    // The copies come from others first, all at one time.
    [Theory]
    [Statement("5.3-1", "5.3-2", "5.3-3", "5.3-4")]
    [InlineData(51820)]
    [InlineData(4000)]
    public void The_endpoint_that_a_hello_lists_is_asked_first(int listedPort)
    {
        (MeshNode node, Stranger member) = NodeAndMember(ProvokedEvery(5_000));
        Endpoint listed = At(7, listedPort);
        byte[] hello = HelloTests.Hello(member.Key, 4, 1, endpoints: [At(99), listed]);
        _mesh.Inject(node, hello, At(8));
        _mesh.Inject(node, hello, At(9));
        _mesh.Inject(node, hello, At(10));
        _mesh.Inject(node, hello, At(7));
        _mesh.Run(60_000);
        (byte[] Bytes, Endpoint To)[] sent = [.. Initiations(node)];

        // Of those that it does not list only the first two, and three in all.
        Assert.Equal(3, sent.Length);
        Assert.Contains(sent, s => s.To.IsSame(listed));
        Assert.DoesNotContain(sent, s => s.To.IsSame(At(10)));
    }

    [Fact]
    [Statement("5.3-3")]
    public void Of_those_that_a_hello_does_not_list_two_are_asked()
    {
        (MeshNode node, Stranger member) = NodeAndMember(ProvokedEvery(5_000));
        byte[] hello = HelloTests.Hello(member.Key, 4, 1);
        for (int i = 8; i < 12; i++)
        {
            _mesh.Inject(node, hello, At(i));
        }

        _mesh.Run(60_000);
        Assert.Equal([8, 9], Initiations(node).Select(s => (int)s.To.AddressBytes()[15]));
    }

    [Fact]
    public void Neither_copies_nor_forgeries_keep_the_original_from_being_asked()
    {
        (MeshNode node, Stranger member) = NodeAndMember(ProvokedEvery(5_000));
        for (int i = 0; i < 100; i++)
        {
            // From eight sources, in the name of the member and of others; half of them list where they come from.
            Endpoint forger = At(50 + (i % 8));
            _mesh.Inject(
                node,
                HelloTests.Hello(member.Key, (ulong)(i % 4), (byte)i, endpoints: i % 2 == 0 ? [forger] : []),
                forger);
            _mesh.Run(700);
            if (i == 20)
            {
                _mesh.Inject(node, HelloTests.Hello(member.Key, 4, 200, endpoints: At(7)), At(7));
            }
        }

        Assert.Contains(Initiations(node), s => s.To.IsSame(At(7)));
    }

    [Theory]
    [Statement("4.2-7", "4.2-8")]
    [InlineData(50, 2, 1_200)]
    [InlineData(5_000, 2, 12)]
    [InlineData(50, 25, 1_200)]
    [InlineData(5_000, 25, 12)]
    public void All_together_have_one_budget_of_which_half_is_for_those_that_are_listed(
        int interval, int namedEach, int inAMinute)
    {
        NodeLimits limits = ProvokedEvery(interval);
        limits.HelloSources = 1_024;
        limits.HelloNonces = 1_024;
        limits.Peers = 250;
        limits.Keypairs = 300;
        limits.Initiations = 300;
        limits.NetworkEntries = 512;
        limits.NetworkBytes = 1 << 16;
        limits.Prefixes = 1_024;
        MeshNode node = _mesh.Add(1, limits);
        Stranger[] members = [.. Enumerable.Range(2, 200).Select(i => new Stranger(_mesh, (byte)i))];
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(Own, [node, .. members])));
        node.SentTo.Clear();
        for (int second = 0; second < 60; second++)
        {
            // Each key once in 8 s, and no more sources than are kept.
            foreach (Stranger member in members.Skip(second % 8 * 25).Take(25))
            {
                Endpoint source = new();
                source.SetIpv4([198, 51, (byte)second, member.Seed], 0, 1);
                bool isNamed = member.Seed % namedEach == 0;
                _mesh.Inject(
                    node,
                    HelloTests.Hello(member.Key, 4, (byte)second, tries: 9, endpoints: isNamed ? [source] : []),
                    source);
            }

            _mesh.Run(1_000);
        }

        // Regular initiations to members do not count, but there are none: no endpoint is known.
        int named = Initiations(node).Count(s => s.To.AddressBytes()[15] % namedEach == 0);
        int others = Initiations(node).Count() - named;
        Assert.InRange(named + others, 1, inAMinute + 1);
        Assert.InRange(others, 1, (inAMinute / 2) + 1);
        Assert.True(named >= Math.Min(others - 1, (60 * 25 / namedEach) - 5), $"{named} and {others}");
    }

    [Fact]
    [Statement("5.3-13")]
    public void A_hello_ends_one_live_session_at_most()
    {
        NodeLimits limits = MeshNode.Limits();
        limits.Peers = 4;
        limits.Keypairs = 20;
        MeshNode node = _mesh.Add(1, limits);
        Stranger[] members = [.. Enumerable.Range(2, 12).Select(i => _mesh.AddStranger((byte)i))];
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(Own, [node, .. members])));
        foreach (Stranger member in members.Take(4))
        {
            Assert.True(member.Connect(node));
        }

        for (int i = 4; i < 12; i++)
        {
            members[i].AnswersInitiations = true;
            _mesh.Inject(node, HelloTests.Hello(members[i].Key, 4, (byte)i, tries: 9), members[i].Endpoint);
            _mesh.Run(6_000);
        }

        Assert.Equal(8, Initiations(node).Count());
        Assert.Equal(3, members.Take(4).Count(m => m.Ping()));
    }

    // A bystander repeats the hello of a member whose session is alive, and forwards the handshake.
    [Fact]
    [Statement("4.2-9", "4.2-11")]
    public void A_live_session_does_not_move_to_whoever_repeats_a_hello()
    {
        (MeshNode node, Stranger member) = NodeAndMember();
        Assert.True(member.Connect(node));
        member.AnswersInitiations = true;
        for (int i = 0; i < 20; i++)
        {
            _mesh.Inject(node, HelloTests.Hello(member.Key, (ulong)(i % 5), (byte)i), At(66));
            _mesh.Run(3_000);
        }

        Assert.DoesNotContain(Initiations(node), s => s.To.IsSame(At(66)));
        Assert.True(node.Slot(member.Key)!.Endpoint.IsSame(member.Endpoint));
    }

    [Fact]
    [Statement("4.2-9")]
    public void A_transfer_that_timed_out_there_makes_the_first_step_needless()
    {
        (MeshNode node, Stranger member) = NodeAndMember();
        Assert.True(member.Connect(node));
        Peer slot = node.Slot(member.Key)!;
        _mesh.Run(6_000);
        slot.IsUnresponsive = true;
        _mesh.Inject(node, HelloTests.Hello(member.Key, 4, 1), At(7));
        Assert.True(_mesh.RunUntil(() => Initiations(node).Any(), 2_100));
        Assert.True(Initiations(node).Single().To.IsSame(At(7)));
    }

    // With a packet that waits, and no endpoint, a hint would be asked every 5 s.
    [Theory]
    [Statement("5.3-6b")]
    [InlineData(0, 3)]
    [InlineData(5, 1)]
    public void A_source_is_not_asked_again_because_of_a_hello_that_is_forgotten(int others, int asked)
    {
        NodeLimits limits = MeshNode.Limits();
        limits.HelloNonces = 4;
        (MeshNode node, Stranger member) = NodeAndMember(limits);
        _mesh.Inject(node, HelloTests.Hello(member.Key, Own, 1), At(7));
        _mesh.Run(100);
        Assert.True(node.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 100], 1, 2, 3)));
        for (int i = 0; i < others; i++)
        {
            _mesh.Inject(node, HelloTests.Hello(_mesh.Stations[^1].Key, Own, (byte)(10 + i)), At(8));
        }

        _mesh.Run(60_000);
        Assert.Equal(asked, Initiations(node).Count(s => s.To.IsSame(At(7))));
    }

    // The member says hello, goes elsewhere in its session, and comes back without a word. Before it is asked there,
    // another one uses up the budget.
    [Theory]
    [Statement("4.5-4", "4.5-4c", "5.3-6a")]
    [InlineData(50, 40_000)]
    [InlineData(8_000, 60_000)]
    public void A_silent_peer_is_asked_where_it_has_answered_though_its_hello_is_forgotten(int interval, int longest)
    {
        NodeLimits limits = ProvokedEvery(interval);
        limits.HelloNonces = 4;
        (MeshNode node, Stranger member) = NodeAndMember(limits);
        member.AnswersInitiations = true;
        _mesh.Inject(node, HelloTests.Hello(member.Key, 4, 1), member.Endpoint);
        Assert.True(_mesh.RunUntil(() => member.HasSession, 3_000));
        Endpoint before = new();
        before.CopyFrom(member.Endpoint);
        member.Endpoint.CopyFrom(At(7));
        Assert.True(member.Ping());
        for (int i = 0; i < 5; i++)
        {
            _mesh.Inject(node, HelloTests.Hello(_mesh.Stations[^1].Key, Own, (byte)(10 + i)), At(8));
        }

        _mesh.Run(10_000);
        member.Endpoint.CopyFrom(before);
        node.SentTo.Clear();
        Assert.True(node.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 100], 1, 2, 3)));
        _mesh.Run(20_000);
        _mesh.Inject(node, HelloTests.Hello(_mesh.Stations[^1].Key, 0, 20), At(9));
        Assert.True(_mesh.RunUntil(() => Initiations(node).Any(s => s.To.IsSame(before)), longest - 20_000));
        Assert.Contains(Initiations(node), s => s.To.IsSame(At(7)));
    }

    [Fact]
    [Statement("5.2-4")]
    public void A_rebooted_member_is_answered_whatever_the_fraction_says()
    {
        NodeLimits limits = MeshNode.Limits();
        limits.NetworkEntries = 4_096;
        limits.NetworkBytes = 1 << 18;
        MeshNode node = _mesh.Add(1, limits);
        Stranger member = _mesh.AddStranger(2);
        byte[][] others = [.. Enumerable.Range(0, 3_000).Select(i => NetworkBytes.Entry(10_000 + i))];
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(Own, [node, member], null, 0, others)));
        Assert.True(member.Connect(node));
        int nonce = Enumerable.Range(1, 250).First(n => Fraction(node, n) > 0.1);
        _mesh.Inject(node, HelloTests.Hello(member.Key, 0, (byte)nonce), member.Endpoint);
        _mesh.Run(2_100);
        Assert.Single(Initiations(node));
    }

    private static double Fraction(MeshNode node, int nonce)
    {
        byte[] input = [.. Enumerable.Repeat((byte)nonce, 24), .. node.Key];
        Blake2sDigest digest = new(256);
        digest.BlockUpdate(input, 0, input.Length);
        byte[] hash = new byte[32];
        digest.DoFinal(hash, 0);
        return BigEndian.ReadUInt64(hash, 0) / Math.Pow(2, 64);
    }

    private static NodeLimits ProvokedEvery(int interval)
    {
        NodeLimits limits = MeshNode.Limits();
        limits.ProvokedInterval = interval;
        limits.RateLimitSources = 256;
        return limits;
    }

    private static Endpoint At(int number, int port = 51820)
    {
        Endpoint endpoint = new();
        endpoint.SetIpv4([203, 0, 113, (byte)number], 0, port);
        return endpoint;
    }

    private static IEnumerable<(byte[] Bytes, Endpoint To)> Initiations(MeshNode node) =>
        node.SentTo.Where(s => s.Bytes[0] == 1);

    // A node with a member that it has no session with; with another one it has, so that it calls nobody by itself.
    private (MeshNode Node, Stranger Member) NodeAndMember(NodeLimits? limits = null)
    {
        MeshNode node = _mesh.Add(1, limits);
        Stranger member = _mesh.AddStranger(100);
        Stranger other = _mesh.AddStranger(101);
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(Own, [node, member, other])));
        Assert.True(other.Connect(node));
        _mesh.Run(3_000);
        node.SentTo.Clear();
        node.Events.Clear();
        return (node, member);
    }
}
