using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using NSec.Cryptography;
using Org.BouncyCastle.Crypto.Digests;
using Spore.Base;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tests.Network;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>How nodes that know nobody are found (PROTOCOL section 5).</summary>
public class HelloTests
{
    private static readonly byte[] _zone = [0x80, 0, 0, 0];

    private readonly Mesh _mesh = new();
    private readonly Endpoint _there = new();

    public HelloTests() => _there.SetIpv4([203, 0, 113, 7], 0, 4321);

    [Theory]
    [Statement("4.2-1", "5.2-3")]
    [InlineData(0UL)]
    [InlineData(4UL)]
    [InlineData(ulong.MaxValue)]
    public void A_member_that_holds_another_version_is_asked_once_within_2_s(ulong version)
    {
        (MeshNode node, Stranger member) = NodeAndMember();
        Say(node, member.Key, version);
        _mesh.Run(2_000);
        (byte[] Bytes, Endpoint To) initiation = Assert.Single(Initiations(node));
        Assert.True(initiation.To.IsSame(_there));
        Assert.NotNull(member.Stock.TakeInitiation(initiation.Bytes));
        Assert.Contains(
            node.Events, e => e.What == NodeEvent.InitiationSent && e.Value == 1 && e.Key!.SequenceEqual(member.Key));
        Assert.Contains(
            node.Events,
            e => e.What == NodeEvent.HelloHeard && e.Value == (long)version && e.Key!.SequenceEqual(member.Key));
        node.IsOn = false;
        _mesh.Run(20_000);
        Assert.Single(Initiations(node));
    }

    [Fact]
    [Statement("5.2-3")]
    public void The_moment_of_asking_is_spread_over_the_2_s()
    {
        List<long> moments = [];
        for (byte seed = 1; seed <= 30; seed++)
        {
            Mesh mesh = new();
            (MeshNode node, Stranger member) = NodeAndMember(mesh, seed);
            long heard = mesh.Now;
            mesh.Inject(node, Hello(member.Key, 0, seed), _there);
            Assert.True(mesh.RunUntil(() => node.Sent.Any(s => s[0] == 1), 2_000));
            moments.Add(mesh.Now - heard);
        }

        Assert.InRange(moments.Min(), 0, 400);
        Assert.InRange(moments.Max(), 1_600, 2_000);
        Assert.InRange(moments.Average(), 700, 1_300);
    }

    [Fact]
    public void A_plan_is_dropped_when_a_later_hello_has_caught_up()
    {
        (MeshNode node, Stranger member) = NodeAndMember();
        Say(node, member.Key, 0, nonce: 1);
        Say(node, member.Key, 5, nonce: 2);
        _mesh.Run(5_000);
        Assert.Empty(Initiations(node));
    }

    [Fact]
    public void Later_hellos_that_have_not_caught_up_leave_the_plan_as_it_is()
    {
        for (byte seed = 1; seed <= 12; seed++)
        {
            Mesh mesh = new();
            (MeshNode node, Stranger member) = NodeAndMember(mesh, seed);
            for (int i = 0; i < 20; i++)
            {
                Endpoint source = new();
                source.SetIpv4([203, 0, 113, (byte)i], 0, 1);
                mesh.Inject(node, Hello(member.Key, (ulong)(i % 5), (byte)i), source);
                mesh.Run(100);
            }

            Assert.Single(Initiations(node));
        }
    }

    [Fact]
    [Statement("4.2-4")]
    public void Repeated_hellos_are_asked_about_every_5_s_at_most()
    {
        (MeshNode node, Stranger member) = NodeAndMember();
        for (int i = 0; i < 30; i++)
        {
            Say(node, member.Key, 0, nonce: (byte)i);
            _mesh.Run(1_000);
        }

        Assert.InRange(node.Events.Count(e => e.What == NodeEvent.InitiationSent && e.Value == 1), 3, 7);
    }

    [Fact]
    [Statement("4.2-3", "5.2-5", "5.2-6")]
    public void With_equal_versions_the_source_is_a_hint_that_is_asked_when_a_packet_waits()
    {
        (MeshNode node, Stranger member) = NodeAndMember();
        Say(node, member.Key, 5);
        _mesh.Run(500);
        Assert.Empty(Initiations(node));
        Assert.True(node.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 100], 1, 2, 3)));
        _mesh.Run(1);
        Assert.True(Assert.Single(Initiations(node)).To.IsSame(_there));
        Assert.False(node.Slot(member.Key)!.Endpoint.IsKnown);

        // Another source is asked in its turn, 5 s later.
        Endpoint elsewhere = new();
        elsewhere.SetIpv4([203, 0, 113, 8], 0, 4321);
        _mesh.Inject(node, Hello(member.Key, 5, 2), elsewhere);
        _mesh.Run(4_900);
        Assert.Single(Initiations(node));
        _mesh.Run(200);
        Assert.Single(Initiations(node), i => i.To.IsSame(elsewhere));
    }

    [Fact]
    [Statement("5.2-5")]
    public void A_hint_is_kept_for_10_minutes()
    {
        foreach (int minutes in new[] { 9, 11 })
        {
            Mesh mesh = new();
            (MeshNode node, Stranger member) = NodeAndMember(mesh);
            mesh.Inject(node, Hello(member.Key, 5, 1), _there);
            for (int i = 0; i < minutes; i++)
            {
                // So that it calls nobody by itself.
                mesh.Run(60_000);
                Assert.True(((Stranger)mesh.Stations[^1]).Connect(node));
            }

            node.SentTo.Clear();
            Assert.True(node.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 100], 1, 2, 3)));
            mesh.Run(1);
            Assert.Equal(minutes == 9 ? 1 : 0, Initiations(node).Count(i => i.To.IsSame(_there)));
        }
    }

    // Both hints are recordings from elsewhere, and versions are equal: neither would ever be asked where it is.
    [Fact]
    public void Hellos_sent_again_from_elsewhere_keep_two_members_apart_until_they_say_hello_themselves()
    {
        MeshNode[] nodes = [_mesh.Add(1), _mesh.Add(2)];
        _mesh.Filter = (_, _, bytes) => bytes[0] != 0x80;
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(NetworkFault.None, nodes[i].Load(Mesh.NetworkOf(5, nodes)));
            _mesh.Inject(nodes[i], Hello(nodes[1 - i].Key, 5, (byte)i), _there);
        }

        _mesh.Run(100_000);
        Assert.All(nodes, n => Assert.False(n.Knows(NodeEvent.SessionUp)));
        Assert.All(nodes, n => Assert.Contains(Initiations(n), i => i.To.IsSame(_there)));
        _mesh.Filter = null;
        Assert.True(_mesh.RunUntil(() => nodes.All(n => n.Knows(NodeEvent.SessionUp)), 90_000), NodeTests.State(_mesh));
    }

    [Fact]
    public void Two_members_that_both_have_moved_find_each_other()
    {
        MeshNode[] nodes = [_mesh.Add(1), _mesh.Add(2)];
        Assert.All(nodes, n => Assert.Equal(NetworkFault.None, n.Load(Mesh.NetworkOf(5, nodes))));
        Assert.True(_mesh.RunUntil(() => nodes.All(n => n.Knows(NodeEvent.SessionUp)), 20_000));
        foreach (MeshNode node in nodes)
        {
            node.Endpoint.SetIpv4([198, 51, 100, node.Seed], 0, 51820);
            node.Events.Clear();
        }

        // Until the session has ended nobody says hello more often than every 5 minutes.
        Assert.True(_mesh.RunUntil(() => nodes.All(n => n.Knows(NodeEvent.SessionUp)), 600_000));
    }

    // The session that came of one answer is gone 100 ms later, and so is the next. The second answer comes before its
    // turn, and the others wait for theirs, not for the next hello.
    [Fact]
    public void A_member_that_reboots_right_after_it_was_answered_is_answered_again_at_once_and_then_every_5_s()
    {
        for (byte seed = 1; seed <= 12; seed++)
        {
            Mesh mesh = new(seed);
            MeshNode node = mesh.Add(seed);
            MeshNode member = mesh.Add(100);

            // So that it calls nobody by itself.
            Stranger other = mesh.AddStranger(101);
            Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(5, [node, member, other])));
            Assert.True(other.Connect(node));
            long[] answered = new long[4];
            for (int i = 0; i < 4; i++)
            {
                Assert.True(mesh.RunUntil(() => member.Knows(NodeEvent.HelloSent), 2_000));
                long hello = mesh.Now;
                Assert.True(mesh.RunUntil(() => member.Knows(NodeEvent.SessionUp), 20_000));
                answered[i] = mesh.Now;
                long turn = answered[0] + ((i - 1) * 5_000);
                Assert.InRange(answered[i], i < 2 ? hello : turn, Math.Max(hello + 2_000, i < 2 ? 0 : turn) + 100);
                mesh.Run(100);
                member.Reboot();
            }
        }
    }

    [Fact]
    public void So_it_is_for_a_peer_that_has_a_slot_already()
    {
        MeshNode node = _mesh.Add(1);
        Stranger known = _mesh.AddStranger(2);
        Assert.True(node.Node.AddPeer(known.Key, 0, null, _mesh.Now));
        Assert.True(node.Send(InnerPacket.Udp(node.Node.LinkLocal, known.LinkLocal, 1, 2, 3)));
        Say(node, known.Key, 0);
        _mesh.Run(6_000);
        Assert.NotEmpty(Initiations(node));
        Assert.All(Initiations(node), i => Assert.True(i.To.IsSame(_there)));
    }

    [Fact]
    [Statement("5.2-10")]
    public void Keys_outside_the_network_are_not_asked()
    {
        (MeshNode node, _) = NodeAndMember();
        Say(node, new Stranger(_mesh, 9).Key, 0);
        _mesh.Run(5_000);
        Assert.Empty(Initiations(node));
    }

    [Fact]
    [Statement("5.2-10")]
    public void A_guest_is_not_asked_either()
    {
        (MeshNode node, _) = NodeAndMember();
        Stranger guest = _mesh.AddStranger(9);
        Assert.True(guest.Connect(node));
        Say(node, guest.Key, 0);
        _mesh.Run(5_000);
        Assert.Empty(Initiations(node));
    }

    [Fact]
    public void A_node_without_a_network_asks_nobody_that_has_none_either_but_whom_it_was_told_of()
    {
        MeshNode node = _mesh.Add(1);
        Stranger known = _mesh.AddStranger(2);
        Assert.True(node.Node.AddPeer(known.Key, 0, null, _mesh.Now));
        Say(node, new Stranger(_mesh, 3).Key, 0, nonce: 1);
        _mesh.Run(2_500);
        Assert.Empty(Initiations(node));
        Say(node, known.Key, 5, nonce: 2);
        _mesh.Run(2_500);
        Assert.NotEmpty(Initiations(node));
    }

    [Fact]
    public void Its_own_hello_is_nothing()
    {
        (MeshNode node, _) = NodeAndMember();
        Say(node, node.Key, 0);
        _mesh.Run(5_000);
        Assert.Empty(Initiations(node));
        Assert.False(node.Knows(NodeEvent.HelloHeard));
    }

    // It comes back by the broadcast. Another machine that has the same key has its own nonces.
    [Fact]
    public void Another_one_with_its_own_key_is_reported_once_with_the_endpoint_and_its_own_is_not()
    {
        MeshNode node = _mesh.Add(1);
        Assert.True(_mesh.RunUntil(() => node.Knows(NodeEvent.HelloSent), 2_000));
        _mesh.Inject(node, node.Sent.Last(), node.Endpoint);
        _mesh.Run(5);
        Assert.False(node.Knows(NodeEvent.OwnKeyHeard));
        for (int i = 0; i < 3; i++)
        {
            Say(node, node.Key, 0);
            _mesh.Run(5);
        }

        (NodeEvent what, Endpoint where) = Assert.Single(node.Places);
        Assert.Equal(NodeEvent.OwnKeyHeard, what);
        Assert.True(where.IsSame(_there));
    }

    [Fact]
    public void Who_is_asked_is_asked_from_the_address_that_the_hello_came_to()
    {
        (MeshNode node, Stranger member) = NodeAndMember();
        _there.SetIpv6([0xFE, 0x80, .. new byte[13], 7], 0, 4321, 3);
        _there.SetLocal(65_535);
        Say(node, member.Key, 0);
        _mesh.Run(2_500);
        (_, Endpoint to) = Assert.Single(Initiations(node));
        Assert.True(to.IsSame(_there));
        Assert.Equal((3, 65_535), (to.Zone, to.Local));
    }

    // Three keys differ in one byte. One is the node's own, and two are of members.
    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(31)]
    public void Members_whose_keys_differ_from_the_node_s_and_each_other_s_in_one_byte_are_asked(int at)
    {
        MeshNode node = _mesh.Add(1);
        byte[][] keys = [(byte[])node.Key.Clone(), (byte[])node.Key.Clone()];
        keys[0][at] ^= 1;
        keys[1][at] ^= 2;

        // Another member has a session, so that the node sends nothing by itself.
        Stranger other = _mesh.AddStranger(101);
        byte[][] entries = [.. keys.Select(key => NetworkBytes.Entry(key))];
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(5, [node, other], null, 0, entries)));
        Assert.True(other.Connect(node));
        _mesh.Run(3_000);
        node.SentTo.Clear();
        Endpoint elsewhere = new();
        elsewhere.SetIpv4([203, 0, 113, 8], 0, 4321);
        _mesh.Inject(node, Hello(keys[0], 0, 1), _there);
        _mesh.Inject(node, Hello(keys[1], 0, 2), elsewhere);
        _mesh.Run(2_500);
        Assert.Contains(Initiations(node), i => i.To.IsSame(_there));
        Assert.Contains(Initiations(node), i => i.To.IsSame(elsewhere));
    }

    [Fact]
    [Statement("5-1", "5-5", "5-7")]
    public void A_changed_one_is_dropped_whatever_bit_it_is()
    {
        (MeshNode node, Stranger member) = NodeAndMember();
        byte[] hello = Hello(member.Key, 0, 1);
        int count = 0;
        for (int bit = 0; bit < hello.Length * 8; bit++)
        {
            byte[] changed = (byte[])hello.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Endpoint source = new();
            source.SetIpv4([10, 1, (byte)(bit >> 8), (byte)bit], 0, 1);
            _mesh.Inject(node, changed, source);
            count++;
        }

        for (int length = 1; length < 300; length++)
        {
            if (length != hello.Length)
            {
                Endpoint source = new();
                source.SetIpv4([10, 2, (byte)(length >> 8), (byte)length], 0, 1);
                _mesh.Inject(node, [.. hello.Concat(new byte[200]).Take(length)], source);
                count++;
            }
        }

        _mesh.Run(5_000);
        Assert.Equal(count, node.Node.Counters.Invalid);
        Assert.False(node.Knows(NodeEvent.HelloHeard));
        Assert.Empty(Initiations(node));
    }

    [Fact]
    [Statement("5-7")]
    public void One_under_another_root_is_dropped()
    {
        (MeshNode node, Stranger member) = NodeAndMember();
        _mesh.Inject(node, Hello(member.Key, 0, 1, root: new byte[32]), _there);
        _mesh.Run(5_000);
        Assert.Equal(1, node.Node.Counters.Invalid);
        Assert.Empty(Initiations(node));
    }

    [Fact]
    [Statement("5.2-1")]
    public void One_source_is_heard_16_times_at_once_and_twice_a_second_and_keeps_no_other_from_being_heard()
    {
        (MeshNode node, Stranger member) = NodeAndMember();
        for (int i = 0; i < 100; i++)
        {
            Say(node, member.Key, 5, nonce: (byte)i);
        }

        _mesh.Run(1);
        Assert.Equal(16, node.Count(NodeEvent.HelloHeard));
        Assert.Equal(84, node.Node.Counters.Limited);
        _there.SetIpv4([203, 0, 113, 8], 0, 4321);
        Say(node, member.Key, 5);
        _mesh.Run(1);
        Assert.Equal(17, node.Count(NodeEvent.HelloHeard));

        // The port makes no other source.
        _there.SetIpv4([203, 0, 113, 7], 0, 9);
        _mesh.Run(3_000);
        for (int i = 0; i < 100; i++)
        {
            Say(node, member.Key, 5, nonce: (byte)i);
        }

        _mesh.Run(1);
        Assert.Equal(17 + 6, node.Count(NodeEvent.HelloHeard));
    }

    [Fact]
    [Statement("5-5", "5-7", "5-8", "5-9", "5-12", "5.1-1", "5.1-3")]
    public void Hellos_go_out_after_1_2_4_to_64_s_give_or_take_a_quarter_each_a_new_one()
    {
        MeshNode node = _mesh.Add(1);
        long[] gaps = Gaps(node, 1_200_000);
        for (int i = 0; i < gaps.Length; i++)
        {
            long interval = 1_000L << Math.Min(i, 6);
            Assert.InRange(gaps[i], interval * 3 / 4, interval * 5 / 4);
        }

        Assert.InRange(gaps.Length, 18, 30);
        Assert.Contains(gaps.Skip(6), g => g < 60_000);
        Assert.Contains(gaps.Skip(6), g => g > 68_000);
        Assert.Equal(gaps.Length, node.Sent.Select(Convert.ToHexString).Distinct().Count());
        Assert.All(node.Sent, s => Assert.Equal((0UL, Convert.ToHexString(node.Key)), Open(s)));
    }

    [Fact]
    [Statement("5-6")]
    public void Each_byte_of_a_nonce_is_random()
    {
        MeshNode node = _mesh.Add(1);
        _mesh.Run(2_400_000);
        byte[][] sent = [.. node.Sent];
        Assert.InRange(sent.Length, 35, 60);
        Assert.All(Enumerable.Range(4, 24), at => Assert.InRange(sent.Select(s => s[at]).Distinct().Count(), 20, 60));
    }

    // Nodes that boot together must not send their hellos at the same time.
    [Theory]
    [Statement("5.1-3")]
    [InlineData(false, 1_000)]
    [InlineData(true, 300_000)]
    public void The_moment_of_a_hello_is_spread_by_a_quarter_either_way(bool settled, long interval)
    {
        List<long> gaps = [];
        for (byte seed = 1; seed <= 40; seed++)
        {
            Mesh mesh = new();
            MeshNode node = mesh.Add(seed);
            Stranger member = mesh.AddStranger(100);
            if (settled)
            {
                Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(5, [node, member])));
                Assert.True(member.Connect(node));
                mesh.Run(90_000);
                NextHello();
            }

            long last = mesh.Now;
            NextHello();
            gaps.Add(mesh.Now - last);

            void NextHello()
            {
                int before = node.Count(NodeEvent.HelloSent);
                while (!mesh.RunUntil(() => node.Count(NodeEvent.HelloSent) > before, 100_000))
                {
                    Assert.True(member.Connect(node));
                }
            }
        }

        Assert.InRange(gaps.Min(), interval * 75 / 100, interval * 85 / 100);
        Assert.InRange(gaps.Max(), interval * 115 / 100, interval * 125 / 100);
    }

    [Fact]
    [Statement("5.1-1", "5.1-2")]
    public void With_a_session_of_a_member_they_go_out_every_5_minutes_and_without_one_again_more_often()
    {
        MeshNode node = _mesh.Add(1);
        Stranger member = _mesh.AddStranger(2);
        node.Load(Mesh.NetworkOf(5, [node, member]));
        _mesh.Run(20_000);
        Assert.True(member.Connect(node));

        // The one that was due before the session came up.
        Assert.True(NextHello(80_000));
        Assert.Equal((5UL, Convert.ToHexString(node.Key)), Open(node.Sent.Last(s => s[0] == 0x80)));
        for (int i = 0; i < 3; i++)
        {
            long last = _mesh.Now;
            while (!NextHello(100_000))
            {
                Assert.True(member.Connect(node));
            }

            Assert.InRange(_mesh.Now - last, 225_000, 375_000);
        }

        // The member falls silent. The next one finds no session, and others follow as at the start.
        Assert.True(NextHello(375_000));
        Assert.True(NextHello(2_500));
        Assert.True(NextHello(5_000));
        Assert.True(NextHello(10_000));

        bool NextHello(long milliseconds)
        {
            int before = node.Count(NodeEvent.HelloSent);
            return _mesh.RunUntil(() => node.Count(NodeEvent.HelloSent) > before, milliseconds);
        }
    }

    // A member that means harm keeps a session with it, and sends something now and then.
    [Theory]
    [Statement("5.1-7a")]
    [InlineData(6UL, true)]
    [InlineData(5UL, false)]
    [InlineData(4UL, false)]
    public void A_newer_version_of_any_key_starts_the_interval_again_once_a_minute(ulong version, bool starts)
    {
        (MeshNode node, Stranger member) = NodeAndMember();
        Stranger other = _mesh.AddStranger(60);
        Assert.True(member.Connect(node));
        _mesh.Run(150_000);
        Assert.True(member.Connect(node));
        for (int minute = 0; minute < 2; minute++)
        {
            node.SentTo.Clear();
            for (int i = 0; i < 6; i++)
            {
                _mesh.Inject(node, Hello(other.Key, version, (byte)((minute * 6) + i)), other.Endpoint);
                member.SendInner([]);
                _mesh.Run(10_000);

                // After 1, 3 and 7 s, though the session was heard.
                Assert.True(i > 0 || starts == node.Sent.Count(s => s[0] == 0x80) >= 3);
            }

            Assert.InRange(node.Sent.Count(s => s[0] == 0x80), starts ? 5 : 0, starts ? 7 : 1);
        }
    }

    [Fact]
    [Statement("5.1-7b")]
    public void The_end_of_the_last_session_with_a_member_starts_the_interval_again()
    {
        MeshNode node = _mesh.Add(1);
        Stranger member = _mesh.AddStranger(2);
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(5, [node, member])));
        Assert.True(member.Connect(node));
        Assert.True(_mesh.RunUntil(() => node.Knows(NodeEvent.SessionDown), 1_000_000));
        foreach (int interval in new[] { 1_000, 2_000, 4_000 })
        {
            int before = node.Count(NodeEvent.HelloSent);
            long start = _mesh.Now;
            Assert.True(_mesh.RunUntil(() => node.Count(NodeEvent.HelloSent) > before, 10_000));
            Assert.InRange(_mesh.Now - start, interval * 3 / 4, interval * 5 / 4);
        }
    }

    [Fact]
    [Statement("5.1-4")]
    public void A_change_of_the_version_is_told_after_a_second_and_once_where_a_member_is_heard()
    {
        (MeshNode node, Stranger member) = NodeAndMember();
        Assert.True(member.Connect(node));
        _mesh.Run(100_000);
        node.SentTo.Clear();
        node.Load(Mesh.NetworkOf(6, [node, member]));
        _mesh.Run(749);
        Assert.DoesNotContain(node.Sent, s => s[0] == 0x80);
        _mesh.Run(60_000);
        Assert.Equal((6UL, Convert.ToHexString(node.Key)), Open(Assert.Single(node.Sent, s => s[0] == 0x80)));
    }

    [Fact]
    [Statement("5-1", "5-2", "5-3", "5-4")]
    public void They_go_to_both_families_and_to_the_rendezvous()
    {
        MeshNode node = _mesh.Add(1);
        node.Node.OuterIpv6 = true;
        node.Node.Rendezvous.CopyFrom(_there);
        _mesh.Run(1_250);
        string[] to = [.. node.SentTo.Select(s => $"{Convert.ToHexString(s.To.AddressBytes())}:{s.To.Port}")];
        Assert.Equal(
            [
                "00000000000000000000FFFFFFFFFFFF:51820",
                "FF020000000000000000000000000001:51820",
                "00000000000000000000FFFFCB007107:4321",
            ],
            to);
        Assert.Single(node.Sent.Select(Convert.ToHexString).Distinct());
        Assert.Equal(1, node.Count(NodeEvent.HelloSent));
    }

    [Fact]
    public void A_rendezvous_that_is_found_later_gets_one_within_1_s_and_a_quarter()
    {
        MeshNode node = _mesh.Add(1);
        _mesh.Run(70_000);
        node.SentTo.Clear();
        node.Node.SetRendezvous(_there, _mesh.Now);
        _mesh.Run(1_250);
        Assert.Single(node.SentTo, s => s.To.IsSame(_there));
    }

    [Fact]
    public void With_a_member_in_session_it_waits_for_the_next_one()
    {
        MeshNode node = _mesh.Add(1);
        Stranger member = _mesh.AddStranger(2);
        node.Load(Mesh.NetworkOf(5, [node, member]));
        _mesh.Run(10_000);
        Assert.True(member.Connect(node));
        _mesh.Run(70_000);
        node.SentTo.Clear();
        node.Node.SetRendezvous(_there, _mesh.Now);
        _mesh.Run(10_000);
        Assert.DoesNotContain(node.SentTo, s => s.To.IsSame(_there));
        Assert.True(node.Node.Rendezvous.IsSame(_there));
        for (int i = 0; i < 4; i++)
        {
            Assert.True(member.Connect(node));
            _mesh.Run(80_000);
        }

        Assert.InRange(node.SentTo.Count(s => s.To.IsSame(_there)), 1, 2);
    }

    [Fact]
    [Statement("5.2-10")]
    public void Two_nodes_without_a_network_stay_silent_to_each_other()
    {
        MeshNode[] nodes = [_mesh.Add(1), _mesh.Add(2)];
        _mesh.Run(600_000);
        Assert.All(nodes, n => Assert.All(n.Sent, s => Assert.Equal(0x80, s[0])));
    }

    internal static byte[] Hello(
        byte[] key, ulong version, byte nonce, byte[]? root = null, int tries = 0, params Endpoint[] endpoints) =>
        Hello(key, version, [.. Enumerable.Repeat(nonce, 24)], root, tries, endpoints);

    internal static byte[] Hello(
        byte[] key, ulong version, byte[] nonces, byte[]? root = null, int tries = 0, params Endpoint[] endpoints)
    {
        byte[] big = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(big, version);
        byte[] listed =
            [.. endpoints.SelectMany(e => (byte[])[.. e.AddressBytes(), (byte)(e.Port >> 8), (byte)e.Port])];
        byte[] plain = [.. key, .. big, .. listed, .. new byte[54 - listed.Length], (byte)tries, .. new byte[9]];
        using Key hello = HelloKey(root ?? NetworkBytes.TrustRoot);
        return [.. _zone, .. nonces, .. AeadAlgorithm.XChaCha20Poly1305.Encrypt(hello, nonces, _zone, plain)];
    }

    internal static byte[] OpenWhole(byte[] hello, byte[]? root = null)
    {
        Assert.Equal(148, hello.Length);
        Assert.Equal(_zone, hello[..4]);
        using Key key = HelloKey(root ?? NetworkBytes.TrustRoot);
        byte[]? plain = AeadAlgorithm.XChaCha20Poly1305.Decrypt(key, hello.AsSpan(4, 24), _zone, hello.AsSpan(28));
        Assert.NotNull(plain);
        Assert.True(plain.AsSpan(95).IndexOfAnyExcept((byte)0) < 0);
        return plain;
    }

    // Of a node that knows no endpoint of its own.
    private static (ulong Version, string Key) Open(byte[] hello)
    {
        byte[] plain = OpenWhole(hello);
        Assert.True(plain.AsSpan(40, 54).IndexOfAnyExcept((byte)0) < 0);
        return (BinaryPrimitives.ReadUInt64BigEndian(plain.AsSpan(32)), Convert.ToHexString(plain, 0, 32));
    }

    private static Key HelloKey(byte[] root)
    {
        byte[] input = [.. "spore-hello"u8, .. root];
        Blake2sDigest digest = new(256);
        digest.BlockUpdate(input, 0, input.Length);
        byte[] key = new byte[32];
        digest.DoFinal(key, 0);
        return Key.Import(AeadAlgorithm.XChaCha20Poly1305, key, KeyBlobFormat.RawSymmetricKey);
    }

    private static IEnumerable<(byte[] Bytes, Endpoint To)> Initiations(MeshNode node) =>
        node.SentTo.Where(s => s.Bytes[0] == 1);

    private void Say(MeshNode node, byte[] key, ulong version, byte nonce = 1) =>
        _mesh.Inject(node, Hello(key, version, nonce), _there);

    // The time before each hello.
    private long[] Gaps(MeshNode node, long milliseconds)
    {
        List<long> at = [_mesh.Now];
        long end = _mesh.Now + milliseconds;
        while (_mesh.RunUntil(() => node.Count(NodeEvent.HelloSent) == at.Count, end - _mesh.Now))
        {
            at.Add(_mesh.Now);
        }

        return [.. at.Zip(at.Skip(1), (a, b) => b - a)];
    }

    private (MeshNode Node, Stranger Member) NodeAndMember(Mesh? mesh = null, byte seed = 1)
    {
        mesh ??= _mesh;
        MeshNode node = mesh.Add(seed);
        Stranger member = mesh.AddStranger(100);

        // Another member has a session, so that the node says and asks nothing by itself.
        Stranger other = mesh.AddStranger(101);
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(5, [node, member, other])));
        Assert.True(other.Connect(node));
        mesh.Run(3_000);
        node.SentTo.Clear();
        node.Events.Clear();
        return (node, member);
    }
}
