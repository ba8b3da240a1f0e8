using System;
using System.Buffers.Binary;
using System.Linq;
using System.Net;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tests.Network;
using Spore.Tftp;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>
/// What a sparse node does with answers that are true but not what it asked for, and with those that do not come
/// (PROTOCOL section 7.8).
/// </summary>
public class SparseRuleTests : SparseFixture
{
    [Fact]
    [Statement("7.8-6")]
    public void The_proof_of_another_entry_is_not_that_of_the_own_one()
    {
        MeshNode node = AddSparse(1);
        Stranger source = Wire.AddStranger(2);
        SparseNetwork network = new(Network(1, [node, source]));
        Give(source, network);
        source.Files[Name(node)] = network.ProofOf(source.Key);
        Assert.True(source.Connect(node));
        Assert.Null(source.Write("head", network.Head).Error);
        Wire.Run(30_000);
        Assert.Contains("read " + Name(node), source.Requests);
        Assert.Equal(0UL, node.Node.NetworkVersion);
        source.Files[Name(node)] = network.ProofOf(node.Key);
        Assert.True(Wire.RunUntil(() => node.Node.NetworkVersion == 1, 120_000));
    }

    [Fact]
    [Statement("7.8-7")]
    public void The_proof_of_another_entry_is_not_that_of_a_kept_peer()
    {
        (MeshNode node, Stranger source) = Make(1);
        Stranger member = Wire.AddStranger(3);
        Meet(member, node, new SparseNetwork(Network(1, [node, source, member])));
        SparseNetwork next = new(Network(2, [node, source, member]));
        Give(source, next);
        source.Files[Name(member)] = next.ProofOf(NetworkBytes.Key32(1));
        member.Files.Clear();
        Assert.Null(source.Write("head", next.Head).Error);
        Join(node, 2);
        Assert.Contains("read " + Name(member), source.Requests);
        Assert.Equal(-1, node.Node.Network.Find(NetworkBytes.Key32(1), 0));
        Assert.False(Holds(node, member));
    }

    [Theory]
    [InlineData("entry")]
    [InlineData("route")]
    [InlineData("witness")]
    [Statement("7.8-17")]
    public void What_a_peer_asks_for_is_not_answered_by_the_proof_of_another_entry(string what)
    {
        (MeshNode node, Stranger source) = Make(1, isWitness: true);
        Stranger member = Wire.AddStranger(3);
        SparseNetwork network = new(Network(1, [node, source, member], null, source));
        Meet(member, node, network);
        string name = what switch
        {
            "entry" => "entry/" + Convert.ToHexStringLower(NetworkBytes.Key32(5)),
            "route" => "route/10.5.0.5",
            _ => "witness/0",
        };
        byte[] right = source.Files[name];
        source.Files[name] = network.ProofOf(NetworkBytes.Key32(6));
        Assert.Equal(TftpError.NotDefined, member.Read(name).Error);
        source.Files[name] = right;
        Assert.Equal(right, member.Read(name).Content);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Statement("7.8-13")]
    public void A_witness_that_is_looked_for_must_be_one(bool isOne)
    {
        MeshNode node = AddSparse(1);
        Stranger source = Wire.AddStranger(2);
        Stranger witness = Wire.AddStranger(3);
        SparseNetwork network = new(Network(1, [node, source, witness], null, witness));
        Give(source, network);
        if (!isOne)
        {
            source.Files["witness/0"] = network.ProofOf(NetworkBytes.Key32(6));
        }

        Assert.True(source.Connect(node));
        Assert.Null(source.Write("head", network.Head).Error);
        Join(node, 1);
        Wire.Run(10_000);
        Assert.Contains("read witness/0", source.Requests);
        Assert.Equal(-1, node.Node.Network.Find(NetworkBytes.Key32(6), 0));
        Assert.Equal(isOne, Holds(node, witness));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Statement("7.8-11")]
    public void The_answer_to_a_link_local_address_must_have_its_key(bool isTrue)
    {
        (MeshNode node, Stranger source) = Make(1);
        Stranger member = Wire.AddStranger(3);
        SparseNetwork network = new(Network(1, [node, source, member]));
        source.Files["route/" + new IPAddress(member.LinkLocal)] =
            network.ProofOf(isTrue ? member.Key : NetworkBytes.Key32(6));
        node.Send(InnerPacket.Echo(node.Node.LinkLocal, member.LinkLocal));
        Wire.Run(1_000);
        Assert.Contains("read route/" + new IPAddress(member.LinkLocal), source.Requests);
        Assert.Equal(-1, node.Node.Network.Find(NetworkBytes.Key32(6), 0));
        Assert.Equal(isTrue, Holds(node, member));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Statement("7.8-17")]
    public void The_key_that_an_application_reads_from_is_looked_for_and_must_be_the_one_that_is_proven(bool isTrue)
    {
        (MeshNode node, Stranger source) = Make(1);
        Stranger member = Wire.AddStranger(3);
        SparseNetwork network = new(Network(1, [node, source, member]));
        source.Files[Name(member)] = network.ProofOf(isTrue ? member.Key : NetworkBytes.Key32(6));
        Assert.Null(node.Node.Read(member.Key, 0, "file", Node.FirstFile, 100, Wire.Now));
        Wire.Run(1_000);
        Assert.Contains("read " + Name(member), source.Requests);
        Assert.Equal(-1, node.Node.Network.Find(NetworkBytes.Key32(6), 0));
        Assert.Equal(isTrue, Holds(node, member));
    }

    [Fact]
    [Statement("7.8-3")]
    public void Of_entries_without_a_slot_the_one_that_was_used_longest_ago_goes()
    {
        (MeshNode node, Stranger source) = Make(1, change: limits => limits.NetworkEntries = 4);
        Look(node, 10, 5, 0, 1);
        Look(node, 10, 5, 0, 2);
        Look(node, 10, 5, 0, 3);
        Assert.Equal([false, true, true], Held(node, 1, 2, 3));
        Look(node, 10, 5, 0, 1);
        Assert.Equal([true, false, true], Held(node, 1, 2, 3));
        Assert.True(Holds(node, source));
    }

    // The entry of a member that has lost its slot was in use until then.
    [Fact]
    [Statement("7.8-3")]
    public void An_entry_is_in_use_while_its_member_has_a_slot()
    {
        (MeshNode node, _) = Make(1, change: limits =>
        {
            limits.NetworkEntries = 5;
            limits.Peers = 2;
        });
        Look(node, 10, 5, 0, 1);
        Look(node, 10, 5, 0, 1);
        Look(node, 10, 5, 0, 2);
        Look(node, 10, 5, 0, 3);
        Look(node, 10, 5, 0, 3);
        Look(node, 10, 5, 0, 4);
        Assert.Equal([true, false, true, true], Held(node, 1, 2, 3, 4));
    }

    [Fact]
    public void A_source_that_does_not_answer_is_left_after_4_s()
    {
        (MeshNode node, Stranger source) = Make(1);
        source.HasNoServer = true;
        node.Send(Packet(1));
        Wire.Run(3_500);
        node.Send(Packet(2));
        Wire.Run(400);
        Assert.DoesNotContain("read route/10.5.0.2", source.Requests);
        Wire.Run(1_700);
        node.Send(Packet(2));
        Wire.Run(400);
        Assert.Contains("read route/10.5.0.2", source.Requests);
    }

    [Fact]
    [Statement("7.8-10")]
    public void The_own_proof_is_given_once_in_a_session_to_a_peer_that_refuses_its_own()
    {
        (MeshNode node, _) = Make(1);
        Stranger peer = Wire.AddStranger(3);
        peer.Refused.Add(Name(peer));
        for (int sessions = 1; sessions <= 2; sessions++)
        {
            Assert.True(peer.Connect(node));
            Wire.Run(20_000);
            Assert.Equal(sessions, peer.Requests.Count(r => r == "write " + Name(node)));
            Assert.Equal(2 * sessions, peer.Requests.Count(r => r == "read " + Name(peer)));
        }
    }

    [Fact]
    [Statement("7.8-17")]
    public void The_peer_that_asks_is_not_asked_itself()
    {
        (MeshNode node, Stranger source) = Make(1);
        string name = "entry/" + Convert.ToHexStringLower(NetworkBytes.Key32(5));
        Assert.Equal(TftpError.FileNotFound, source.Read(name).Error);
        Assert.DoesNotContain("read " + name, source.Requests);
        Assert.False(node.Node.Network.Find(NetworkBytes.Key32(5), 0) >= 0);
    }

    [Fact]
    [Statement("7.8-14")]
    public void When_the_peer_that_brought_the_network_does_not_have_it_the_next_one_is_asked()
    {
        (MeshNode node, Stranger source) = Make(1);
        Stranger other = Wire.AddStranger(3);
        SparseNetwork network = new(Network(1, [node, source, other]));
        Meet(other, node, network);
        Give(other, network);
        Assert.Null(other.Write("head", network.Head).Error);
        source.Files.Clear();
        for (int i = 0; i < 3; i++)
        {
            Look(node, 10, 5, 0, 1);
        }

        Assert.Contains("read route/10.5.0.1", source.Requests);
        Assert.Equal([true], Held(node, 1));
    }

    // A witness alone is believed that there is no longer prefix.
    [Fact]
    [Statement("7.8-12", "7.8-14")]
    public void When_a_member_has_a_shorter_prefix_only_a_witness_is_asked()
    {
        MeshNode node = AddSparse(1);
        Stranger source = Wire.AddStranger(2);
        Stranger witness = Wire.AddStranger(3);
        Stranger other = Wire.AddStranger(4);
        byte[] wide = NetworkBytes.Entry(200, NetworkBytes.Field(1, 10, 7, 0, 0, 16));
        byte[][] whole = [.. new[] { source, other }.Select(s => NetworkBytes.Entry(
            s.Key, NetworkBytes.Field(1, 10, 0, 0, s.Seed, 32), NetworkBytes.Field(6, 4)))];
        SparseNetwork network = new(Mesh.NetworkOf(
            1,
            [node, witness],
            witness,
            0,
            [.. Paddings(), wide, .. whole]));
        foreach (Stranger peer in (Stranger[])[source, witness, other])
        {
            Give(peer, network);
            peer.Files["route/10.7.0.1"] = network.ProofOf(e => e.SequenceEqual(wide));
        }

        Assert.True(source.Connect(node));
        Assert.Null(source.Write("head", network.Head).Error);
        Join(node, 1);
        foreach (Stranger peer in (Stranger[])[witness, other])
        {
            Meet(peer, node, network);
            Assert.Null(peer.Write("head", network.Head).Error);
        }

        for (int i = 0; i < 3; i++)
        {
            Look(node, 10, 7, 0, 1);
            Assert.Equal(i > 0, node.Node.FindEntry([10, 7, 0, 1], 0, false) >= 0);
        }

        Assert.Equal(1, source.Requests.Count(r => r == "read route/10.7.0.1"));
        Assert.DoesNotContain("read route/10.7.0.1", other.Requests);
    }

    [Theory]
    [InlineData(8, 2, 2)]
    [InlineData(3, 3, 30)]
    [Statement("7.8-13")]
    public void It_looks_for_no_more_witnesses_than_it_needs_and_not_all_the_time(int entries, int least, int most)
    {
        MeshNode node = AddSparse(1, limits => limits.NetworkEntries = entries);
        Stranger source = Wire.AddStranger(2);
        byte[][] witnesses = [.. Enumerable.Range(30, 3).Select(i => NetworkBytes.Entry(i, NetworkBytes.Field(6, 1)))];
        SparseNetwork network = new(Mesh.NetworkOf(
            1,
            [node, source],
            null,
            0,
            [.. Paddings(), .. witnesses]));
        Serve(source, node, network);
        Join(node, 1);
        for (int i = 0; i < 300; i++)
        {
            Wire.Run(1_000);
            source.SendInner([]);
        }

        Assert.InRange(
            source.Requests.Count(r => r.StartsWith("read witness/", StringComparison.Ordinal)), least, most);
    }

    [Fact]
    [Statement("7.8-6")]
    public void A_network_that_expires_before_the_own_proof_has_come_is_not_taken()
    {
        MeshNode node = AddSparse(1);
        Stranger source = Wire.AddStranger(2);
        SparseNetwork network = new(Mesh.NetworkOf(1, [node, source], null, Mesh.BuildTime + 600, [.. Paddings()]));
        Give(source, network);
        source.HasNoServer = true;
        Assert.True(source.Connect(node));
        Assert.Null(source.Write("head", network.Head).Error);
        Assert.True(Wire.RunUntil(() => source.Requests.Contains("read " + Name(node)), 30_000));
        node.Node.SetWallClock((Mesh.BuildTime + 601) * 1000, Wire.Now);
        source.HasNoServer = false;
        Wire.Run(60_000);
        Assert.Contains(
            node.Events, e => e.What == NodeEvent.NetworkRefused && e.Value == (long)NetworkFault.Expired);
        Assert.Equal(0UL, node.Node.NetworkVersion);
    }

    // A source that has a newer network says so by its proofs.
    [Fact]
    public void After_a_proof_of_another_version_the_head_is_read()
    {
        (MeshNode node, Stranger source) = Make(1);
        Stranger third = new(new Mesh(), 3);
        Assert.True(source.Connect(node));
        source.SendInner([]);
        Wire.Run(1_000);
        Give(source, new SparseNetwork(Network(2, [node, source, third])));
        Look(node, 10, 5, 0, 1);
        Assert.True(Wire.RunUntil(() => node.Node.NetworkVersion == 2, 2_000));
    }

    [Fact]
    [Statement("7.8-9")]
    public void A_guest_whose_head_agrees_is_asked_for_its_proof_again()
    {
        (MeshNode node, Stranger source) = Make(1);
        Stranger member = Wire.AddStranger(3);
        SparseNetwork network = new(Network(1, [node, source, member]));
        Assert.True(member.Connect(node));
        Wire.Run(5_000);
        member.Files[Name(member)] = network.ProofOf(member.Key);
        Wire.Run(5_000);
        Assert.False(Holds(node, member));
        Assert.Null(member.Write("head", network.Head).Error);
        Assert.True(Wire.RunUntil(() => Holds(node, member), 2_000));
    }

    // Whether or not it looks for witnesses meanwhile, or has asked them already.
    [Theory]
    [InlineData("no witness")]
    [InlineData("a witness that is not found")]
    [InlineData("a witness that has confirmed")]
    [Statement("7.8-9")]
    public void A_guest_without_a_proof_is_asked_for_it_once_a_minute(string what)
    {
        MeshNode node = AddSparse(1);
        Stranger other = Wire.AddStranger(2);
        Stranger guest = Wire.AddStranger(99);
        SparseNetwork network = new(Network(1, [node, other], null, what == "no witness" ? null : other));
        Assert.Equal(NetworkFault.None, node.LoadPart(network.Head, network.ProofOf(node.Key)));
        if (what == "a witness that has confirmed")
        {
            Give(other, network);
            Assert.True(other.Connect(node));
            Assert.True(Wire.RunUntil(() => node.Node.State(Wire.Now) == NetworkState.Fresh, 60_000));
        }

        for (int i = 0; i < 600; i++)
        {
            Assert.True(i % 100 != 0 || guest.Connect(node));
            guest.SendInner([]);
            Wire.Run(1_000);
        }

        Assert.InRange(guest.Requests.Count(r => r == "read " + Name(guest)), 10, 16);
    }

    [Fact]
    [Statement("7.2-15")]
    public void An_entry_with_an_unknown_restriction_is_not_held()
    {
        MeshNode node = AddSparse(1);
        Stranger source = Wire.AddStranger(2);
        Stranger member = Wire.AddStranger(3);
        SparseNetwork network = new(Network(
            1,
            [node, source],
            NetworkBytes.Entry(member.Key, NetworkBytes.Field(1, 10, 0, 0, 3, 32), NetworkBytes.Field(96, 1))));
        Start(source, node, network);
        member.Files[Name(member)] = network.ProofOf(member.Key);
        Assert.True(member.Connect(node));
        Wire.Run(5_000);
        Assert.Contains("read " + Name(member), member.Requests);
        node.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 3], 1, 2));
        Wire.Run(5_000);
        Assert.Contains("read route/10.0.0.3", source.Requests);
        Assert.False(Holds(node, member));
        Assert.Equal(TftpError.AccessViolation, member.Read("status").Error);
    }

    // A write of a network that fits is refused while a part of another one is received, and nothing is lost.
    [Fact]
    [Statement("7.8-7", "7.5-15")]
    public void A_write_does_not_replace_a_part_that_is_received()
    {
        (MeshNode node, Stranger source) = Make(1);
        Stranger member = Wire.AddStranger(3);
        Meet(member, node, new SparseNetwork(Network(1, [node, source, member])));
        Wire.Run(40_000);
        SparseNetwork next = new(Network(2, [node, source, member]));
        Give(source, next);
        Wire.Filter = (from, _, _) => from != source || !source.Requests.Contains("read " + Name(source));
        source.Requests.Clear();
        Assert.Null(source.Write("head", next.Head).Error);
        Assert.True(Wire.RunUntil(() => source.Requests.Contains("read " + Name(source)), 30_000));
        StrangerTransfer written = member.Write("network", Mesh.NetworkOf(3, [node, source, member]));
        Assert.Equal(TftpError.NotDefined, written.Error);
        Assert.True(Wire.RunUntil(() => node.Node.NetworkVersion == 2, 6_000));
        Assert.True(node.Node.Network.IsSparse && node.Node.OwnEntry >= 0);
    }

    // With a session: another version is worth a handshake, its own one is not.
    [Theory]
    [InlineData(4UL, true)]
    [InlineData(5UL, false)]
    [InlineData(6UL, true)]
    [Statement("5.2-8a")]
    public void A_hello_of_an_unknown_key_is_answered_if_it_has_another_version(ulong version, bool isAnswered)
    {
        (MeshNode node, Stranger source) = Make(5);
        Stranger other = Wire.AddStranger(60);
        Assert.True(source.Connect(node));
        node.SentTo.Clear();
        Wire.Inject(node, HelloTests.Hello(other.Key, version, 77, tries: 9), other.Endpoint);
        Wire.Run(10_000);
        Assert.Equal(isAnswered, node.SentTo.Any(s => s.Bytes[0] == 1 && s.To.IsSame(other.Endpoint)));
    }

    [Fact]
    [Statement("5.2-2", "5.2-8a")]
    public void The_share_of_hellos_that_it_answers_follows_from_the_size_of_the_whole_network()
    {
        (MeshNode node, Stranger source) = Make(5);
        Stranger[] others = [.. Enumerable.Range(60, 60).Select(i => Wire.AddStranger((byte)i))];
        foreach (Stranger other in others)
        {
            Assert.True(source.Connect(node));
            Wire.Inject(node, HelloTests.Hello(other.Key, 4, other.Seed, tries: 0), other.Endpoint);
            Wire.Run(10_000);
        }

        // 23 entries, of which it holds two: four of 23 are answered.
        Assert.InRange(others.Count(o => node.SentTo.Any(s => s.Bytes[0] == 1 && s.To.IsSame(o.Endpoint))), 2, 25);
    }

    // An unknown key may be a member's.
    [Theory]
    [InlineData(6UL, true)]
    [InlineData(5UL, false)]
    [Statement("5.1-7a")]
    public void A_newer_version_of_an_unknown_key_starts_hellos_again(ulong version, bool starts)
    {
        (MeshNode node, Stranger source) = Make(5);
        Stranger other = Wire.AddStranger(60);
        Assert.True(source.Connect(node));
        for (int i = 0; i < 12; i++)
        {
            if (i == 9)
            {
                node.SentTo.Clear();
                Wire.Inject(node, HelloTests.Hello(other.Key, version, 77), other.Endpoint);
            }

            Wire.Run(10_000);
            source.SendInner([]);
        }

        Assert.Equal(starts, node.Sent.Count(s => s[0] == 0x80) >= 3);
    }

    // Two neighbours of 2^26 entries, whose length has the 32nd bit; and proofs that are longer than a block.
    [Fact]
    [Statement("7.8-1", "7.8-2")]
    public void The_largest_network_is_held_in_part()
    {
        const int Levels = 26;
        MeshNode node = AddSparse(1, limits => limits.NetworkBytes = 4096);
        Stranger member = Wire.AddStranger(3);
        byte[] own = NetworkBytes.Entry(node.Key, NetworkBytes.Field(1, 10, 0, 0, 1, 32));
        byte[] large = NetworkBytes.Entry(
            member.Key,
            [
                NetworkBytes.Field(1, 10, 0, 0, 3, 32),
                .. Enumerable.Range(0, 3).Select(_ => NetworkBytes.Field(32, [0, 0, 0, 1, .. new byte[232]])),
            ]);
        byte[][] above = [.. Enumerable.Range(1, Levels - 1).Select(NetworkBytes.Key32)];
        byte[][] leaves = [MerkleModel.Root([own]), MerkleModel.Root([large])];
        byte[] root = above.Aggregate(
            MerkleModel.Node(leaves[0], leaves[1]), (left, right) => MerkleModel.Node(left, right));
        byte[] head = NetworkBytes.Head(1, [own, large], root);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(32), 1 << Levels);
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(36), 0xC0000000);
        NetworkBytes.Sign(head);
        byte[] rest = [.. above.SelectMany(h => h)];
        byte[] ownProof = [.. head[8..16], 0, 0, 0, 0, .. own, .. leaves[1], .. rest];
        byte[] largeProof = [.. head[8..16], 0, 0, 0, 1, .. large, .. leaves[0], .. rest];
        Assert.InRange(largeProof.Length, 1_500, EntryProof.MaxSize);
        Assert.Equal(NetworkFault.None, node.LoadPart(head, ownProof));
        member.Files[Name(member)] = largeProof;
        Assert.True(member.Connect(node));
        Assert.True(Wire.RunUntil(() => Holds(node, member), 5_000));
        Assert.Equal(ownProof, member.Read(Name(node)).Content);
        Assert.Null(member.Read("status").Error);
    }

    [Fact]
    [Statement("7.8-3")]
    public void An_entry_that_does_not_fit_beside_the_own_one_evicts_no_member()
    {
        MeshNode node = AddSparse(1, limits => limits.Prefixes = 8);
        Stranger source = Wire.AddStranger(2);
        Stranger member = Wire.AddStranger(3);
        byte[] large = NetworkBytes.Entry(
            200, [.. Enumerable.Range(1, 7).Select(i => NetworkBytes.Field(1, 10, 7, 0, (byte)i, 32))]);
        SparseNetwork network = new(Network(1, [node, source, member], large));
        Start(source, node, network);
        Meet(member, node, network);
        Look(node, 10, 7, 0, 1);
        Assert.Contains("read route/10.7.0.1", source.Requests);
        Assert.True(Holds(node, member) && Holds(node, source));
        Assert.Equal(0, node.Count(NodeEvent.PeerRemoved));
    }

    // None of the two has brought the network, which the operator gave.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Statement("7.8-14")]
    public void A_proof_is_read_from_a_member_that_agrees_first_from_one_that_holds_the_whole_network(bool areAgreed)
    {
        MeshNode node = AddSparse(1);
        Stranger first = Wire.AddStranger(2);
        Stranger second = Wire.AddStranger(3);
        SparseNetwork network = new(Mesh.NetworkOf(
            1,
            [node, first],
            null,
            0,
            [
                .. Paddings(),
                NetworkBytes.Entry(
                    second.Key,
                    NetworkBytes.Field(1, 10, 0, 0, 3, 32),
                    NetworkBytes.Field(6, (byte)(areAgreed ? 4 : 0))),
            ]));
        Assert.Equal(NetworkFault.None, node.LoadPart(network.Head, network.ProofOf(node.Key)));
        Give(first, network);
        Give(second, network);
        Meet(first, node, network);
        Meet(second, node, network);
        if (areAgreed)
        {
            Assert.Null(first.Write("head", network.Head).Error);
        }

        Assert.Null(second.Write("head", network.Head).Error);
        Look(node, 10, 5, 0, 1);
        Assert.Equal([true], Held(node, 1));
        Assert.Contains("read route/10.5.0.1", second.Requests);
        Assert.DoesNotContain("read route/10.5.0.1", first.Requests);
    }

    // The node keeps the highest head only.
    [Fact]
    [Statement("7.8-5")]
    public void The_head_in_front_of_a_network_that_does_not_fit_leads_to_its_own_proof()
    {
        (MeshNode node, Stranger source) = Make(1);
        Stranger member = Wire.AddStranger(3);
        Meet(member, node, new SparseNetwork(Network(1, [node, source, member])));
        source.HasNoServer = true;
        Assert.Null(source.Write("head", Network(3, [node, source, member])[..144]).Error);
        SparseNetwork next = new(Network(2, [node, source, member]));
        Give(member, next);
        Assert.Null(member.Write("head", next.Head).Error);
        Assert.True(Wire.RunUntil(() => node.Node.NetworkVersion == 2, 60_000));
        Assert.Contains("read network", member.Requests);
        Assert.Contains("read " + Name(node), member.Requests);
    }

    // A fresh node has no other reason to ask the witness.
    [Fact]
    [Statement("7.5-11a")]
    public void After_a_round_in_vain_a_fresh_node_asks_a_witness()
    {
        MeshNode node = Wire.Add(1);
        Stranger sparse = Wire.AddStranger(2);
        Stranger witness = Wire.AddStranger(3);
        IStation[] members = [node, sparse, witness];
        SparseNetwork network = new(Mesh.NetworkOf(1, members, witness));
        Assert.Equal(NetworkFault.None, node.Load(network.File));
        Give(witness, network);
        witness.AnswersInitiations = true;
        Wire.Filter = (_, _, bytes) => bytes[0] != 0x80;
        Assert.True(Wire.RunUntil(() => node.Node.State(Wire.Now) == NetworkState.Fresh, 10_000));
        Wire.Run(100);

        // The node's last packet is answered, so that it does not initiate again.
        witness.SendInner([]);
        for (int i = 0; i < 25; i++)
        {
            Assert.True(i % 10 != 0 || sparse.Connect(node));
            sparse.SendInner([]);
            Wire.Run(10_000);
        }

        SparseNetwork next = new(Mesh.NetworkOf(2, members, witness));
        Give(witness, next);
        Assert.Null(sparse.Write("head", next.Head).Error);
        Assert.True(Wire.RunUntil(() => node.Node.NetworkVersion == 2, 5_000));
        Assert.Contains("read network", sparse.Requests);
    }

    // Nodes that apply a network together do not all read the same witness.
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [Statement("7.8-13")]
    public void The_number_of_the_first_witness_follows_from_the_key(byte seed)
    {
        MeshNode node = AddSparse(seed);
        Stranger source = Wire.AddStranger(2);
        byte[][] witnesses = [.. Enumerable.Range(30, 3).Select(i => NetworkBytes.Entry(i, NetworkBytes.Field(6, 1)))];
        Serve(source, node, new SparseNetwork(Mesh.NetworkOf(
            1, [node, source], null, 0, [.. Paddings(), .. witnesses])));
        Join(node, 1);
        Wire.Run(3_000);
        Assert.Equal(
            $"read witness/{node.Key[0] % 3}",
            source.Requests.First(r => r.StartsWith("read witness/", StringComparison.Ordinal)));
    }

    [Fact]
    [Statement("7.8-17")]
    public void Who_waits_for_a_proof_does_not_get_the_one_before_it()
    {
        (MeshNode node, Stranger source) = Make(1);
        Stranger member = Wire.AddStranger(3);
        Meet(member, node, new SparseNetwork(Network(1, [node, source, member])));
        string name = "entry/" + Convert.ToHexStringLower(NetworkBytes.Key32(5));
        Assert.Null(member.Read("route/10.5.0.7").Error);
        source.HasNoServer = true;
        StrangerTransfer[] reads = [member.StartRead(name), member.StartRead(name)];
        Wire.Run(500);
        Assert.DoesNotContain(reads, r => r.Content.Count > 0);
        source.HasNoServer = false;
        Assert.True(Wire.RunUntil(() => reads.All(r => r.IsDone), 10_000));
        Assert.All(reads.Where(r => r.Error is null), r => Assert.Equal(source.Files[name], r.Content));
    }

    // A reader that is slow gets what it began to read, and an error where the node needs the memory.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Statement("7.7-11", "7.8-18")]
    public void A_proof_does_not_change_under_its_reader(bool isApplied)
    {
        (MeshNode node, Stranger source) = Make(1);
        Stranger member = Wire.AddStranger(3);
        SparseNetwork network = new(Network(1, [node, source, member]));
        Meet(member, node, network);
        string name = "entry/" + Convert.ToHexStringLower(NetworkBytes.Key32(5));
        byte[] proof = source.Files[name];
        Wire.Filter = (from, to, bytes) =>
        {
            if (from != member || bytes[0] != 4)
            {
                return true;
            }

            Wire.Inject(to, bytes, from.Endpoint, 200);
            return false;
        };
        StrangerTransfer slow = member.StartRead(name, int.MaxValue, "blksize", "8");
        Wire.Run(2_000);
        Assert.False(slow.IsDone);
        if (isApplied)
        {
            Give(source, new SparseNetwork(Network(2, [node, source, member])));
            Assert.Null(source.Write("head", source.Files["head"]).Error);
        }
        else
        {
            Look(node, 10, 5, 0, 2);
            Look(node, 10, 5, 0, 3);
        }

        Wire.Run(20_000);
        Assert.True(slow.IsDone);
        Assert.Equal(TftpError.NotDefined, slow.Error);
        Assert.Equal(proof[..slow.Content.Count], slow.Content);
    }

    // Whatever the sizes are, nothing is written beyond the memory.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Memory_that_hardly_takes_a_proof_is_no_fault(int entries)
    {
        int joined = 0;
        int held = 0;
        for (int size = 40; size < 1_600; size += size is > 80 and < 200 ? 1 : 29)
        {
            Mesh mesh = new();
            NodeLimits limits = MeshNode.Limits();
            limits.NetworkEntries = entries;
            limits.NetworkBytes = size;
            limits.Prefixes = 8;
            MeshNode node = mesh.Add(1, limits);
            Stranger source = mesh.AddStranger(2);
            byte[] large = NetworkBytes.Entry(
                200,
                NetworkBytes.Field(1, 10, 7, 0, 1, 32),
                NetworkBytes.Field(32, [0, 0, 0, 1, .. new byte[240]]));
            SparseNetwork network = new(Network(1, [node, source], large));
            Give(source, network);
            Assert.True(source.Connect(node));
            Assert.Null(source.Write("head", network.Head).Error);
            mesh.RunUntil(() => node.Node.NetworkVersion == 1, 20_000);
            joined += node.Node.NetworkVersion == 1 ? 1 : 0;
            mesh.Run(2_000);
            if (node.Node.NetworkVersion == 1)
            {
                StrangerTransfer own = source.Read(Name(node));
                if (Holds(node, source))
                {
                    held++;
                    Assert.Equal(network.ProofOf(node.Key), own.Content);
                }
                else
                {
                    Assert.Equal(TftpError.AccessViolation, own.Error);
                }
            }

            foreach (byte[] address in (byte[][])[[10, 7, 0, 1], [10, 5, 0, 1], [10, 0, 0, 2]])
            {
                node.Send(InnerPacket.Udp([10, 0, 0, 1], address, 1, 2));
                mesh.Run(1_500);
            }

            source.StartRead("entry/" + Convert.ToHexStringLower(NetworkBytes.Key32(1)));
            mesh.Run(1_500);
            source.StartRead("status");
            mesh.Run(1_500);
        }

        Assert.InRange(joined, 10, 1_000);
        Assert.Equal(entries > 1, held > 0);
    }

    // A node that has taken a network from the one member that it knows.
    private (MeshNode Node, Stranger Source) Make(
        ulong version, Action<NodeLimits>? change = null, bool isWitness = false)
    {
        MeshNode node = AddSparse(1, change);
        Stranger source = Wire.AddStranger(2);
        Stranger third = new(new Mesh(), 3);
        Serve(source, node, new SparseNetwork(Network(
            version, [node, source, third], null, isWitness ? source : null)));
        Join(node, version);
        Assert.True(Wire.RunUntil(() => Holds(node, source), 10_000));
        Wire.Run(15_000);
        return (node, source);
    }

    private static bool[] Held(MeshNode node, params int[] keys) =>
        [.. keys.Select(k => node.Node.Network.Find(NetworkBytes.Key32(k), 0) >= 0)];

    private static byte[] Packet(byte number) => InnerPacket.Udp([10, 0, 0, 1], [10, 5, 0, number], 1, 2);
}
