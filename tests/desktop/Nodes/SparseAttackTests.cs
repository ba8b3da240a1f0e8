using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tests.Network;
using Spore.Tftp;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>What peers that lie or stall must not do to a sparse node (PROTOCOL section 7.8).</summary>
public class SparseAttackTests : SparseFixture
{
    // A restriction that the node does not know must not fail open.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Statement("7.2-15")]
    public void A_kept_member_whose_entry_becomes_restricted_is_a_guest(bool byOperator)
    {
        MeshNode node = AddSparse(1);
        Stranger source = Wire.AddStranger(2);
        Stranger member = Wire.AddStranger(3);
        SparseNetwork network = new(Network(1, [node, source, member]));
        Serve(source, node, network);
        Join(node, 1);
        Meet(member, node, network);
        Assert.Null(member.Read("status").Error);
        byte[] restricted = NetworkBytes.Entry(
            member.Key, NetworkBytes.Field(1, 10, 0, 0, 3, 32), NetworkBytes.Field(96, 1));
        SparseNetwork next = new(Network(2, [node, source], restricted));
        member.Files[Name(member)] = next.ProofOf(member.Key);
        if (byOperator)
        {
            node.Proves = (kind, value) => kind == ProofName.Entry ? next.ProofOf(value) : null;
            Assert.Equal(NetworkFault.None, node.LoadPart(next.Head, next.ProofOf(node.Key)));
        }
        else
        {
            Serve(source, node, next);
            Join(node, 2);
        }

        Wire.Run(10_000);
        Assert.True(member.Connect(node));
        Wire.Run(10_000);
        Assert.Equal(TftpError.AccessViolation, member.Read("status").Error);
        Assert.False(IsMember(node, member));
    }

    // The root is checked last, so false entries behind a true head prove nothing.
    [Fact]
    [Statement("7.8-2")]
    public void False_entries_behind_a_true_head_do_not_make_a_node_sparse()
    {
        NodeLimits limits = MeshNode.Limits();
        limits.Prefixes = 32;
        MeshNode node = Wire.Add(1, limits);
        Stranger member = Wire.AddStranger(2);
        Stranger guest = Wire.AddStranger(99);
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(1, [node, member])));
        byte[] padding = NetworkBytes.Entry(1, NetworkBytes.Field(32, [0, 0, 0, 1, .. new byte[240]]));
        byte[] padding2 = NetworkBytes.Entry(2, NetworkBytes.Field(32, [0, 0, 0, 1, .. new byte[240]]));
        byte[] newer = Mesh.NetworkOf(2, [node, member], null, 0, padding, padding2);
        byte[] many = NetworkBytes.Entry(
            1, [.. Enumerable.Range(1, 33).Select(i => NetworkBytes.Field(1, 10, 9, 0, (byte)i, 32))]);
        byte[] lie = [.. newer[..144], .. many, .. newer[(144 + many.Length)..]];
        Assert.True(guest.Connect(node));
        Assert.NotNull(guest.Write("network", lie).Error);
        Assert.Equal(1UL, node.Node.NetworkVersion);
        Assert.True(member.Connect(node));
        StrangerTransfer written = member.Write("network", newer);
        Assert.Null(written.Error);
        Assert.Equal(2UL, node.Node.NetworkVersion);
        Assert.False(node.Node.Network.IsSparse);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_file_of_the_operator_that_is_refused_while_proofs_are_collected_changes_nothing(bool isDamaged)
    {
        MeshNode node = AddSparse(1);
        Stranger source = Wire.AddStranger(2);
        SparseNetwork network = new(Network(1, [node, source]));
        Start(source, node, network);
        Wire.Run(1_000);
        SparseNetwork next = new(Network(2, [node, source]));
        source.Requests.Clear();
        Wire.Filter = (from, _, _) => from != source || !source.Requests.Contains("read " + Name(source));
        Serve(source, node, next);
        Assert.True(Wire.RunUntil(() => source.Requests.Contains("read " + Name(source)), 30_000));
        Wire.Run(500);
        Assert.Equal(1UL, node.Node.NetworkVersion);
        if (isDamaged)
        {
            byte[] small = Mesh.NetworkOf(3, [node, source]);
            Assert.NotEqual(NetworkFault.None, node.Load([.. small[..^1], (byte)~small[^1]]));
        }
        else
        {
            Assert.Equal(NetworkFault.TooLarge, node.Load(next.File));
        }

        Wire.Run(20_000);
        Assert.InRange(node.Node.NetworkVersion, 1UL, 2UL);
        Assert.True(node.Node.OwnEntry >= 0);
        NetworkFile held = node.Node.Network;
        Assert.Equal(node.Key, held.Bytes[(held.EntryOffset(node.Node.OwnEntry) + 2)..][..32]);
    }

    [Fact]
    [Statement("7.8-7")]
    public void Kept_proofs_are_read_from_the_peer_that_brought_the_own_one_though_it_was_asked_something_else()
    {
        MeshNode node = AddSparse(1);
        Stranger source = Wire.AddStranger(2);
        Stranger member = Wire.AddStranger(3);
        SparseNetwork network = new(Network(1, [node, source, member]));
        Serve(source, node, network);
        Join(node, 1);
        Meet(member, node, network);
        Assert.True(Wire.RunUntil(() => Holds(node, source), 10_000));
        Wire.Run(15_000);
        source.HasNoServer = true;
        node.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 9, 9, 9], 1, 2));
        Wire.Run(200);
        Assert.Contains("read route/10.9.9.9", source.Requests);
        source.Requests.Clear();
        Give(source, new SparseNetwork(Network(2, [node, source, member])));
        Assert.Null(source.Write("head", source.Files["head"]).Error);
        Assert.True(Wire.RunUntil(() => source.Requests.Contains("read " + Name(node)), 3_000));
        source.HasNoServer = false;
        Join(node, 2);
        Assert.Contains("read " + Name(member), source.Requests);
        Assert.True(IsMember(node, member));
    }

    public static IEnumerable<TheoryDataRow<string>> Holders() =>
        ((string[])["none", "reads a proof", "writes a proof", "reads status"]).Select(
            h => new TheoryDataRow<string>(h));

    // Nobody holds the memory in which proofs are read for as long as it likes.
    [Theory]
    [MemberData(nameof(Holders))]
    [Statement("7.8-18a")]
    public void A_peer_that_stalls_does_not_keep_the_node_from_its_own_proofs(string holder)
    {
        MeshNode node = AddSparse(1);
        Stranger source = Wire.AddStranger(2);
        Stranger guest = Wire.AddStranger(99);
        Stranger member = Wire.AddStranger(3);
        SparseNetwork network = new(Network(1, [node, source, member], null, source));
        Start(source, node, network);
        Wire.Run(5_000);
        guest.HasNoServer = true;
        Assert.True(guest.Connect(node));
        Wire.Run(10_000);
        member.Files[Name(member)] = network.ProofOf(member.Key);
        bool isConnected = false;
        int port = 0;
        for (int i = 0; i < 600; i++)
        {
            if (i == 0 && holder == "reads a proof")
            {
                Wire.Filter = (from, to, bytes) =>
                {
                    if (from != guest || bytes[0] != 4 || !source.Requests.Contains("read witness/0"))
                    {
                        return true;
                    }

                    Wire.Inject(to, bytes, from.Endpoint, 3_000);
                    return false;
                };
                guest.StartRead("witness/0", int.MaxValue, "blksize", "8");
            }
            else if (i == 0 && holder == "writes a proof")
            {
                guest.SendUdp(5000, 69, StrangerTransfer.Request(2, Name(guest), "blksize", "8"));
                Wire.Run(100);
                port = InnerPacket.Port(guest.Inner.Last(InnerPacket.IsUdp), destination: false);
            }
            else if (i % 30 == 1 && holder == "writes a proof")
            {
                guest.SendUdp(5000, port, [0, 3, 0, (byte)((i / 30) + 1), .. new byte[8]]);
            }
            else if (i % 5 == 0 && holder == "reads status")
            {
                // By a member.
                source.StartRead("status", silentAfter: 0);
            }

            Wire.Run(100);
            if (i == 100)
            {
                isConnected = member.Connect(node);
            }
        }

        Assert.True(isConnected);
        Assert.True(Holds(node, member));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [Statement("7.8-9")]
    public void Guests_in_low_slots_do_not_keep_a_member_out(int count, bool comeAgain)
    {
        MeshNode node = AddSparse(1);
        Stranger source = Wire.AddStranger(2);
        Stranger[] guests = [.. Enumerable.Range(98, count).Select(i => Wire.AddStranger((byte)i))];
        Stranger member = Wire.AddStranger(3);
        SparseNetwork network = new(Network(1, [node, source, member]));
        Start(source, node, network);
        foreach (Stranger guest in guests)
        {
            guest.HasNoServer = true;
            Assert.True(guest.Connect(node));
        }

        member.Files[Name(member)] = network.ProofOf(member.Key);
        for (int i = 0; i < 120; i++)
        {
            foreach (Stranger guest in guests)
            {
                Assert.True(!comeAgain || i % 3 != 0 || guest.Connect(node));
                guest.StartWrite("head", network.Head);
            }

            Wire.Run(1_000);
            if (i == 10)
            {
                Assert.True(member.Connect(node));
            }
        }

        Assert.True(Holds(node, member));
    }

    [Fact]
    public void A_guest_that_proves_another_version_is_not_asked_without_end()
    {
        MeshNode node = AddSparse(1);
        Stranger source = Wire.AddStranger(2);
        Stranger guest = Wire.AddStranger(99);
        SparseNetwork network = new(Network(1, [node, source]));
        Start(source, node, network);
        guest.Files["head"] = network.Head;
        guest.Files[Name(guest)] = new SparseNetwork(Network(2, [node, source])).ProofOf(node.Key);
        Assert.True(guest.Connect(node));
        Wire.Run(60_000);
        Assert.InRange(guest.Requests.Count(r => r == "read " + Name(guest)), 1, 10);
    }

    [Fact]
    [Statement("7.8-11")]
    public void Two_addresses_that_nobody_has_are_asked_for_once_a_second_each()
    {
        MeshNode node = AddSparse(1);
        Stranger source = Wire.AddStranger(2);
        Serve(source, node, new SparseNetwork(Network(1, [node, source])));
        Join(node, 1);
        Wire.Run(5_000);
        for (int i = 0; i < 100; i++)
        {
            Assert.False(node.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 9, 9, (byte)(8 + (i % 2))], 1, 2)));
            Wire.Run(100);
        }

        Assert.InRange(source.Requests.Count(r => r == "read route/10.9.9.9"), 4, 11);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Statement("8.2-5", "7.8-13")]
    public void Freshness_is_sought_though_something_else_is_looked_for_at_first(bool looks)
    {
        MeshNode node = AddSparse(1);
        Stranger source = Wire.AddStranger(2);
        Stranger witness = Wire.AddStranger(3);
        witness.AnswersInitiations = true;
        SparseNetwork network = new(Network(1, [node, source, witness], null, witness));
        witness.Files["head"] = network.Head;
        witness.Files[Name(witness)] = network.ProofOf(witness.Key);
        Serve(source, node, network);
        Join(node, 1);
        if (looks)
        {
            source.HasNoServer = true;
            for (int i = 0; i < 250; i++)
            {
                node.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 9, 9, (byte)i], 1, 2));
                Wire.Run(10);
            }

            source.HasNoServer = false;
        }

        Wire.Run(600_000);
        Assert.Equal(NetworkState.Fresh, node.Node.State(Wire.Now));
    }

    // The longest prefix counts, whichever peer has it, also where its entry is not held.
    // Also where the wider prefix is the node's own.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Statement("9-8", "7.8-11a")]
    public void A_member_within_a_wider_prefix_is_found(bool isOwn)
    {
        MeshNode node = AddSparse(1);
        Stranger source = Wire.AddStranger(2);
        Stranger wide = Wire.AddStranger(3);
        Stranger other = Wire.AddStranger(9);
        byte[] entry = NetworkBytes.Entry(isOwn ? node.Key : wide.Key, NetworkBytes.Field(1, 10, 0, 0, 0, 24));
        SparseNetwork network = new(Network(1, isOwn ? [source, other] : [node, source, other], entry));
        Serve(source, node, network);
        Join(node, 1);
        if (!isOwn)
        {
            Meet(wide, node, network);
        }

        Wire.Run(3_000);
        for (int i = 0; i < 5; i++)
        {
            Look(node, 10, 0, 0, 9);
        }

        Assert.True(Holds(node, other));
    }

    // A source that has nothing is not asked for ever.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Statement("7.8-14")]
    public void A_lying_source_does_not_hide_an_honest_one(bool isGuest)
    {
        MeshNode node = AddSparse(1);
        Stranger honest = Wire.AddStranger(2);
        Stranger liar = Wire.AddStranger(3);
        byte[] entry = NetworkBytes.Entry(liar.Key, NetworkBytes.Field(1, 10, 0, 0, 3, 32), NetworkBytes.Field(6, 4));
        Stranger other = Wire.AddStranger(9);
        SparseNetwork network = new(isGuest
            ? Network(1, [node, honest, other]) : Network(1, [node, honest, other], entry));
        if (isGuest)
        {
            Assert.Equal(NetworkFault.None, node.LoadPart(network.Head, network.ProofOf(node.Key)));
            Give(honest, network);

            Assert.True(honest.Connect(node));
            Assert.True(Wire.RunUntil(() => Holds(node, honest), 5_000));
            Assert.True(liar.Connect(node));
        }
        else
        {
            Serve(honest, node, network);
            Join(node, 1);
            Meet(liar, node, network);
        }

        Assert.Null(liar.Write("head", network.Head).Error);
        Wire.Run(2_000);
        for (int i = 0; i < 20; i++)
        {
            Look(node, 10, 0, 0, 9);
        }

        Assert.True(Holds(node, other));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Statement("4.1-14")]
    public void The_source_keeps_its_slot_also_after_a_lookup_in_vain(bool looks)
    {
        MeshNode node = AddSparse(1, limits => limits.Peers = 2);
        Stranger source = Wire.AddStranger(2);
        Stranger first = Wire.AddStranger(3);
        Stranger second = Wire.AddStranger(4);
        SparseNetwork network = new(Network(1, [node, source, first, second]));
        Start(source, node, network);
        Wire.Run(1_000);
        Meet(first, node, network);
        Wire.Run(1_000);
        if (looks)
        {
            node.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 9, 9, 9], 1, 2));
            Wire.Run(1_000);
        }

        Meet(second, node, network);
        Wire.Run(1_000);
        Assert.Equal([true, false, true], new[] { source, first, second }.Select(m => IsMember(node, m)));
    }

    // A guest whose entry was looked up becomes a member with its first packet: it needs a member's slot.
    [Fact]
    public void Guests_that_become_members_do_not_take_the_slots_of_guests()
    {
        MeshNode node = AddSparse(1, limits =>
        {
            limits.Slots = 4;
            limits.Peers = 2;
            limits.Guests = 2;
        });
        Stranger source = Wire.AddStranger(2);
        Stranger[] members = [.. Enumerable.Range(3, 3).Select(i => Wire.AddStranger((byte)i))];
        SparseNetwork network = new(Network(1, [node, source, .. members]));
        Start(source, node, network);
        foreach (Stranger member in members)
        {
            member.HasNoServer = true;
            Assert.True(member.Connect(node));
            for (int i = 0; i < 5; i++)
            {
                Look(node, 10, 0, 0, member.Seed);
            }
        }

        Assert.InRange(node.Node.Peers.Count(p => p.InUse && !p.IsProvisional), 1, 2);
        Wire.Run(3_600_000);
        Assert.True(Wire.AddStranger(99).Connect(node));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    [InlineData(7)]
    [Statement("7.8-18a")]
    public void Transfers_that_guests_hold_do_not_keep_the_node_from_reading_proofs(int count)
    {
        MeshNode node = AddSparse(1);
        Stranger source = Wire.AddStranger(2);
        Stranger[] guests = [.. Enumerable.Range(91, count).Select(i => Wire.AddStranger((byte)i))];
        Stranger member = Wire.AddStranger(3);
        SparseNetwork network = new(Network(1, [node, source, member]));
        Start(source, node, network);
        member.Files[Name(member)] = network.ProofOf(member.Key);
        foreach (Stranger guest in guests)
        {
            guest.HasNoServer = true;
            Assert.True(guest.Connect(node));
        }

        Wire.Run(20_000);
        for (int i = 0; i < 120; i++)
        {
            if (i == 20)
            {
                Assert.True(member.Connect(node));
            }

            foreach (Stranger guest in guests)
            {
                guest.StartRead("head", silentAfter: 0);
            }

            Wire.Run(500);
        }

        Assert.True(Holds(node, member));
    }
}
