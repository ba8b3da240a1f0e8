using System;
using System.Collections.Generic;
using System.Linq;
using NSec.Cryptography;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tests.Network;
using Spore.Tftp;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>Nodes whose memory does not take the network (PROTOCOL section 7.8).</summary>
public class SparseNodeTests : SparseFixture
{
    private const int Members = 24;

    private readonly Mesh _mesh;
    private readonly MeshNode _whole;
    private IStation[] _members;

    public SparseNodeTests()
    {
        _mesh = Wire;
        _whole = _mesh.Add(100);
        _members = [_whole, .. Enumerable.Range(1, Members - 1).Select(i => new Stranger(_mesh, (byte)i))];
        Assert.Equal(NetworkFault.None, _whole.Load(NetworkOf(1)));
    }

    [Fact]
    [Statement("7.8-1", "7.8-5")]
    public void It_joins_with_its_own_entry_and_learns_that_of_the_peer_that_brought_the_network()
    {
        MeshNode node = AddSparse(1);
        Join(node);
        NetworkFile held = node.Node.Network;
        Assert.True(held.IsSparse);
        Assert.Equal(node.Key, held.Bytes[(held.EntryOffset(node.Node.OwnEntry) + 2)..][..32]);
        Assert.True(_mesh.RunUntil(() => Holds(node, _whole), 2_000));
        Assert.True(Node.IsMember(node.Node.Peers.Single(p => p.InUse)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Statement("7.8-9", "7.8-10", "7.8-19")]
    public void Two_sparse_nodes_reach_each_other_by_every_address(bool areDevices)
    {
        MeshNode first = areDevices ? AddDevice(1) : AddSparse(1);
        MeshNode second = areDevices ? AddDevice(2) : AddSparse(2);
        Join(first, second);
        Assert.True(Ping(first, second));
        Assert.True(Holds(first, second) && Holds(second, first));
        Assert.True(Ping(second, first));
        byte[] six = InnerPacket.Echo([0xFD, .. new byte[14], 1], [0xFD, .. new byte[14], 2]);
        Assert.True(Answers(first, six));
        Assert.True(Answers(first, InnerPacket.Echo(first.Node.LinkLocal, second.Node.LinkLocal)));
    }

    [Fact]
    [Statement("7.8-11")]
    public void A_link_local_address_is_looked_for_too()
    {
        MeshNode first = AddSparse(1);
        MeshNode second = AddSparse(2);
        Join(first, second);
        Assert.True(Answers(first, InnerPacket.Echo(first.Node.LinkLocal, second.Node.LinkLocal)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Statement("7.8-7")]
    public void Kept_sessions_go_on_when_a_newer_network_is_applied_and_no_packet_is_lost(bool areDevices)
    {
        MeshNode first = areDevices ? AddDevice(1) : AddSparse(1);
        MeshNode second = areDevices ? AddDevice(2) : AddSparse(2);
        Join(first, second);
        Assert.True(Ping(first, second));
        int before = second.Delivered.Count;
        Assert.Equal(NetworkFault.None, _whole.Load(NetworkOf(2)));
        int sent = 0;
        for (int i = 0; i < 200; i++)
        {
            _mesh.Run(50);
            sent += first.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 2], 1000, 2000, 1)) ? 1 : 0;
        }

        _mesh.Run(1_000);
        Assert.Equal((2UL, 2UL), (first.Node.NetworkVersion, second.Node.NetworkVersion));
        Assert.Equal((200, 200), (sent, second.Delivered.Count - before));
    }

    [Fact]
    [Statement("7.8-8", "8.1-7")]
    public void A_removed_peer_has_a_guests_rights_at_once_and_is_behind()
    {
        MeshNode first = AddSparse(1);
        MeshNode second = AddSparse(2);
        Join(first, second);
        Assert.True(Ping(first, second));
        Assert.Equal(NetworkFault.None, _whole.Load(NetworkOf(2, without: 2)));
        Assert.True(_mesh.RunUntil(() => first.Node.NetworkVersion == 2, 30_000));
        int before = first.Delivered.Count;
        Assert.False(IsMember(first, second));
        Assert.False(Ping(first, second) || Ping(second, first));
        Assert.Equal(before, first.Delivered.Count);
        Assert.True(_mesh.RunUntil(() => second.Node.State(_mesh.Now) == NetworkState.Behind, 2_000_000));
        Assert.Equal(1UL, second.Node.NetworkVersion);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Statement("7.8-3", "4.1-14")]
    public void The_entry_used_longest_ago_makes_room(bool isDevice)
    {
        MeshNode node = isDevice ? AddDevice(1) : AddSparse(1);
        MeshNode[] others = [.. Enumerable.Range(2, 12).Select(i => AddSparse((byte)i))];
        Join([node, .. others]);
        foreach (MeshNode other in others)
        {
            Assert.True(Ping(node, other), $"{other.Seed}");
            Assert.InRange(node.Node.Network.Count, 2, 8);
            _mesh.Run(2_000);
        }

        Assert.Equal([true, true, true], others[^3..].Select(o => Holds(node, o)));
        Assert.False(Holds(node, others[0]));
        Assert.True(Ping(node, others[0]));

        // Owner numbers have followed the entries.
        foreach (Peer peer in node.Node.Peers.Where(p => p.InUse && Node.IsMember(p)))
        {
            int entry = node.Node.Network.EntryOffset(peer.Owner);
            Assert.Equal(peer.PublicKey, node.Node.Network.Bytes[(entry + 2)..(entry + 34)]);
        }
    }

    [Fact]
    [Statement("7.8-4", "7.8-16", "7.8-17")]
    public void It_serves_its_own_proof_and_asks_on_for_those_of_others()
    {
        MeshNode node = AddSparse(1);
        Join(node);
        SparseNetwork network = new(_whole.Node.Network.Bytes[.._whole.Node.Network.Length]);
        Stranger member = Meet(node, 2);
        Dictionary<string, byte[]> files = network.Files();
        foreach ((string name, byte[] proof) in files.Where(f => f.Key != "network"))
        {
            Assert.Equal(proof, member.Read(name).Content);
        }

        Assert.Equal(TftpError.FileNotFound, member.Read("network").Error);
        Assert.Equal(TftpError.FileNotFound, member.Read("witness/3").Error);
        Assert.Equal(TftpError.FileNotFound, member.Read("entry/" + new string('1', 64)).Error);
        Assert.Equal(TftpError.FileNotFound, member.Read("route/10.0.9.9").Error);
    }

    [Fact]
    [Statement("7.8-14", "7.8-20")]
    public void What_it_lacks_it_does_not_have_when_nobody_can_be_asked()
    {
        MeshNode node = AddSparse(1);
        Join(node);
        Stranger member = Meet(node, 2);
        string name = "entry/" + Convert.ToHexStringLower(_members[5].Key);
        StrangerTransfer first = member.Read(name);
        Assert.Null(first.Error);
        _whole.IsOn = false;

        // The last proof that was asked for is still there.
        Assert.Equal(first.Content, member.Read(name).Content);
        StrangerTransfer other = member.Read("entry/" + Convert.ToHexStringLower(_members[6].Key));
        Assert.Equal(TftpError.NotDefined, other.Error);
        Assert.Equal(
            new SparseNetwork(NetworkOf(1)).ProofOf(node.Key),
            member.Read("entry/" + Convert.ToHexStringLower(node.Key)).Content);
    }

    [Fact]
    [Statement("7.8-18")]
    public void Several_peers_wait_for_one_proof_and_for_others_ask_again()
    {
        MeshNode node = AddSparse(1);
        Join(node);
        Stranger[] members = [.. Enumerable.Range(2, 3).Select(i => Meet(node, (byte)i))];
        string name = "entry/" + Convert.ToHexStringLower(_members[7].Key);
        StrangerTransfer[] reads = [.. members.Select(m => m.StartRead(name))];
        Assert.True(_mesh.RunUntil(() => reads.All(r => r.IsComplete), 5_000));
        Assert.Equal(reads[0].Content, reads[1].Content);
        Assert.Equal(reads[0].Content, reads[2].Content);
    }

    [Fact]
    public void A_guest_reads_its_own_proof_and_those_of_witnesses_only()
    {
        MeshNode node = AddSparse(1);
        Join(node);
        Stranger guest = _mesh.AddStranger(99);
        Assert.True(guest.Connect(node));
        Assert.Null(guest.Read("witness/0").Error);
        Assert.Equal(TftpError.AccessViolation, guest.Read("entry/" + Convert.ToHexStringLower(node.Key)).Error);
        Assert.Equal(TftpError.AccessViolation, guest.Read("route/10.0.0.1").Error);
        Assert.Equal(TftpError.FileNotFound, guest.Read("entry/" + Convert.ToHexStringLower(guest.Key)).Error);
    }

    [Fact]
    [Statement("7.8-21", "8-40")]
    public void A_peer_that_writes_its_own_proof_is_a_member()
    {
        MeshNode node = AddSparse(1);
        Join(node);
        SparseNetwork network = new(NetworkOf(1));
        Stranger silent = _mesh.AddStranger(2);
        silent.HasNoServer = true;
        Assert.True(silent.Connect(node));
        _mesh.Run(10_000);
        Assert.Equal(TftpError.AccessViolation, silent.Read("status").Error);
        string name = "entry/" + Convert.ToHexStringLower(silent.Key);
        byte[] proof = network.ProofOf(silent.Key);
        byte[] older = new SparseNetwork(NetworkOf(2)).ProofOf(silent.Key);
        StrangerTransfer written = silent.Write(name, older);
        Assert.Equal(TftpError.FileAlreadyExists, written.Error);
        Assert.Contains("version", written.ErrorText);
        Assert.Equal(TftpError.AccessViolation, silent.Write(name, [.. proof, 0]).Error);
        Assert.Equal(TftpError.AccessViolation, silent.Write(name, [.. proof[..^1], (byte)~proof[^1]]).Error);
        Assert.Equal(TftpError.AccessViolation, silent.Write(name, network.ProofOf(node.Key)).Error);
        Assert.Equal(
            TftpError.AccessViolation,
            silent.Write("entry/" + Convert.ToHexStringLower(node.Key), network.ProofOf(node.Key)).Error);
        Assert.Equal(TftpError.AccessViolation, silent.Read("status").Error);
        Assert.Null(silent.Write(name, proof).Error);
        Assert.Null(silent.Read("status").Error);
    }

    // Every byte of a proof in turn would take long: EntryProofTests does that without a node.
    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(11)]
    [InlineData(13)]
    [InlineData(14)]
    [InlineData(50)]
    [InlineData(-1)]
    [InlineData(-100)]
    [Statement("7.8-6")]
    public void A_false_proof_of_the_own_entry_fails_the_turn(int at)
    {
        MeshNode node = AddSparse(1);
        _whole.IsOn = false;
        SparseNetwork network = new(NetworkOf(1));
        Stranger liar = _mesh.AddStranger(2);
        liar.AnswersInitiations = true;
        Assert.True(liar.Connect(node));
        string name = "entry/" + Convert.ToHexStringLower(node.Key);
        byte[] proof = network.ProofOf(node.Key);
        byte[] damaged = [.. proof];
        damaged[at < 0 ? proof.Length + at : at] ^= 1;
        liar.Files["head"] = network.Head;
        liar.Files[name] = damaged;
        Assert.Null(liar.Write("head", network.Head).Error);
        _mesh.Run(30_000);
        Assert.Equal(0UL, node.Node.NetworkVersion);
        Assert.True(node.Knows(NodeEvent.NetworkRefused));
        liar.Files[name] = proof;
        Assert.True(_mesh.RunUntil(() => node.Node.NetworkVersion == 1, 120_000));
    }

    // Only a witness is believed that there is no longer prefix.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Statement("7.8-12")]
    public void A_shorter_prefix_is_taken_from_a_witness_only(bool isWitness)
    {
        MeshNode node = AddSparse(1);
        _whole.IsOn = false;
        Stranger peer = _mesh.AddStranger(2);
        byte[] wide = NetworkBytes.Entry(200, NetworkBytes.Field(1, 10, 7, 0, 0, 16));
        byte[] host = NetworkBytes.Entry(201, NetworkBytes.Field(1, 10, 8, 0, 1, 32));
        SparseNetwork network = new(Mesh.NetworkOf(
            1, [node, .. _members.Where(m => m.Seed != 1)], isWitness ? _members[2] : _members[3], 0, wide, host));
        Serve(peer, node, network);
        Assert.True(_mesh.RunUntil(() => node.Node.NetworkVersion == 1, 60_000));
        _mesh.Run(3_000);
        peer.Files["route/10.7.0.1"] = network.ProofOf(e => e.SequenceEqual(wide));
        peer.Files["route/10.8.0.1"] = network.ProofOf(e => e.SequenceEqual(host));
        Look(node, 10, 7, 0, 1);
        Look(node, 10, 8, 0, 1);
        Assert.Contains("read route/10.7.0.1", peer.Requests);
        Assert.Equal(isWitness, node.Node.FindEntry([10, 7, 0, 1], 0, false) >= 0);
        Assert.True(node.Node.FindEntry([10, 8, 0, 1], 0, false) >= 0);
    }

    [Fact]
    public void The_answer_to_a_route_must_hold_the_address()
    {
        MeshNode node = AddSparse(1);
        _whole.IsOn = false;
        Stranger peer = _mesh.AddStranger(2);
        SparseNetwork network = new(NetworkOf(1));
        Serve(peer, node, network);
        Assert.True(_mesh.RunUntil(() => node.Node.NetworkVersion == 1, 60_000));
        _mesh.Run(3_000);
        peer.Files["route/10.0.0.9"] = network.ProofOf(_members[8].Key);
        Look(node, 10, 0, 0, 9);
        Assert.False(Holds(node, _members[8]));
        peer.Files["route/10.0.0.9"] = network.ProofOf(_members[9].Key);
        Look(node, 10, 0, 0, 9);
        Assert.True(Holds(node, _members[9]));
    }

    [Fact]
    [Statement("7.8-11")]
    public void An_address_that_nobody_has_is_asked_for_once_a_second()
    {
        MeshNode node = AddSparse(1);
        _whole.IsOn = false;
        Stranger peer = _mesh.AddStranger(2);
        Serve(peer, node, new SparseNetwork(NetworkOf(1)));
        Assert.True(_mesh.RunUntil(() => node.Node.NetworkVersion == 1, 60_000));
        _mesh.Run(5_000);
        for (int i = 0; i < 100; i++)
        {
            Assert.False(node.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 9, 9, 9], 1, 2)));
            _mesh.Run(100);
        }

        Assert.InRange(peer.Requests.Count(r => r == "read route/10.9.9.9"), 8, 11);
    }

    [Fact]
    [Statement("7.8-13")]
    public void It_learns_as_many_witnesses_as_it_needs_and_is_fresh()
    {
        MeshNode node = AddSparse(1);
        Stranger[] witnesses = [.. new[] { 5, 9, 13 }.Select(i => _mesh.AddStranger((byte)i))];
        byte[][] entries = [.. witnesses.Select(w => NetworkBytes.Entry(
            w.Key,
            NetworkBytes.Field(1, 10, 0, 0, w.Seed, 32),
            NetworkBytes.Field(2, 192, 0, 2, w.Seed, 0xCA, 0x6C),
            NetworkBytes.Field(6, 1)))];
        byte[] file = Mesh.NetworkOf(
            5, [node, _whole, .. _members.Skip(1).Where(m => m.Seed is not (1 or 5 or 9 or 13))], null, 0, entries);
        foreach (Stranger witness in witnesses)
        {
            witness.AnswersInitiations = true;
            witness.Files["head"] = file[..144];
        }

        Assert.Equal(NetworkFault.None, _whole.Load(file));
        Join(node);
        Assert.True(_mesh.RunUntil(() => node.Node.State(_mesh.Now) == NetworkState.Fresh, 120_000));
        Assert.Equal(2, node.Node.ConfirmedBy(_mesh.Now));
    }

    // The version in which a network shrinks makes the node whole, and the one in which it grows makes it sparse again.
    [Fact]
    public void It_becomes_whole_and_sparse_again()
    {
        MeshNode first = AddSparse(1);
        MeshNode second = AddSparse(2);
        Join(first, second);
        Assert.True(Ping(first, second));
        IStation[] all = _members;
        _members = [_whole, first, second];
        Assert.Equal(NetworkFault.None, _whole.Load(NetworkOf(2)));
        Join(first, second);
        Assert.False(first.Node.Network.IsSparse);
        Assert.Equal(3, first.Node.Network.Count);
        Assert.True(Ping(first, second));
        _members = all;
        Assert.Equal(NetworkFault.None, _whole.Load(NetworkOf(3)));
        Join(first, second);
        Assert.True(first.Node.Network.IsSparse);
        Assert.True(Ping(first, second));
    }

    // The header does not say how many prefixes there are.
    [Fact]
    [Statement("7.8-2")]
    public void A_network_with_more_prefixes_than_fit_is_held_in_part()
    {
        MeshNode node = AddSparse(1, limits =>
        {
            limits.NetworkEntries = 64;
            limits.NetworkBytes = 8192;
            limits.Prefixes = 8;
        });
        Join(node);
        Assert.True(node.Node.Network.IsSparse);
        Assert.True(_mesh.RunUntil(() => Holds(node, _whole), 10_000));
    }

    [Fact]
    public void An_entry_that_can_never_fit_is_not_held_and_evicts_nobody()
    {
        MeshNode node = AddSparse(1, limits => limits.Prefixes = 8);
        _whole.IsOn = false;
        Stranger peer = _mesh.AddStranger(2);
        byte[] large = NetworkBytes.Entry(
            200, [.. Enumerable.Range(1, 7).Select(i => NetworkBytes.Field(1, 10, 7, 0, (byte)i, 32))]);
        SparseNetwork network = new(Mesh.NetworkOf(
            1, [node, .. _members.Where(m => m.Seed != 1)], _members[2], 0, large));
        Serve(peer, node, network);
        Assert.True(_mesh.RunUntil(() => node.Node.NetworkVersion == 1, 60_000));
        Assert.True(_mesh.RunUntil(() => Holds(node, peer), 5_000));
        Look(node, 10, 7, 0, 1);
        Assert.Contains("read route/10.7.0.1", peer.Requests);
        Assert.Equal(-1, node.Node.FindEntry([10, 7, 0, 1], 0, false));
        Assert.True(Holds(node, peer));
        Assert.Contains(node.Node.Peers, p => p.InUse && Node.IsMember(p));
    }

    [Fact]
    public void An_expired_network_is_not_taken_and_one_that_expires_gives_a_guests_rights()
    {
        MeshNode node = AddSparse(1);
        Assert.Equal(
            NetworkFault.None, _whole.Load(NetworkOf(2, expires: Mesh.BuildTime + 600)));
        Join(node);
        MeshNode second = AddSparse(2);
        Join(second);
        Assert.True(Ping(node, second));
        node.Node.SetWallClock((Mesh.BuildTime + 601) * 1000, _mesh.Now);
        _mesh.Run(1);
        Assert.Equal(NetworkState.Expired, node.Node.State(_mesh.Now));
        Assert.False(Ping(node, second));
        MeshNode late = AddSparse(3);
        late.Node.SetWallClock((Mesh.BuildTime + 601) * 1000, _mesh.Now);
        _mesh.Run(60_000);
        Assert.Equal(0UL, late.Node.NetworkVersion);
        Assert.Equal(NetworkFault.None, _whole.Load(NetworkOf(3)));
        Join(node, second, late);
        Assert.True(Ping(node, late));
    }

    [Fact]
    public void A_new_epoch_overtakes_the_last_revision()
    {
        MeshNode node = AddSparse(1);
        Join(node);
        ulong last = (1UL << 48) - 1;
        Assert.Equal(NetworkFault.None, _whole.Load(NetworkOf(last)));
        Join(node);
        Key signing = NetworkBytes.SigningKey(9);
        byte[] epoch0 = NetworkOf(1);
        byte[][] entries = [.. Entries(epoch0)];
        byte[] file = NetworkBytes.EpochFile(1, 1, signing, NetworkBytes.Certificate(1, signing), entries);
        Assert.Equal(NetworkFault.None, _whole.Load(file));
        Join(node);
        Assert.Equal((1UL << 48) | 1, node.Node.NetworkVersion);
        Assert.True(node.Node.Network.IsSparse);
        MeshNode second = AddSparse(2);
        Join(second);
        Assert.True(Ping(node, second));
    }

    [Fact]
    public void A_node_that_was_switched_off_is_back_without_a_clock()
    {
        MeshNode first = AddSparse(1);
        MeshNode second = AddSparse(2);
        Join(first, second);
        Assert.True(Ping(first, second));
        second.IsOn = false;
        _mesh.Run(60_000);
        second.IsOn = true;
        second.Reboot();
        Join(second);
        Assert.True(Ping(second, first) && Ping(first, second));
    }

    [Fact]
    public void The_operator_gives_a_head_and_the_own_proof_and_the_host_gives_other_proofs()
    {
        MeshNode node = AddSparse(1);
        MeshNode second = AddSparse(2);
        _whole.IsOn = false;
        SparseNetwork network = new(NetworkOf(1));
        byte[] own = network.ProofOf(node.Key);
        Assert.Equal(NetworkFault.TooLarge, node.Load(network.File));
        Assert.Equal(NetworkFault.Root, LoadPart(node, network, [.. own[..^1], (byte)~own[^1]]));
        Assert.Equal(NetworkFault.Key, LoadPart(node, network, network.ProofOf(second.Key)));
        Assert.Equal(NetworkFault.Truncated, LoadPart(node, network, own[..10]));
        Assert.Equal(0UL, node.Node.NetworkVersion);
        Assert.Equal(NetworkFault.None, LoadPart(node, network, own));
        Assert.Equal(NetworkFault.None, LoadPart(node, network, own));
        Dictionary<string, byte[]> files = network.Files();
        node.Proves = (kind, value) => files.GetValueOrDefault(kind switch
        {
            ProofName.Entry => "entry/" + Convert.ToHexStringLower(value),
            ProofName.Ipv4 => $"route/{value[0]}.{value[1]}.{value[2]}.{value[3]}",
            ProofName.Witness => $"witness/{value[3]}",
            _ => string.Empty,
        });
        Join(second);
        Assert.True(Ping(second, node) && Ping(node, second));
        Stranger third = Meet(node, 3);
        Assert.Equal(files["route/10.0.0.9"], third.Read("route/10.0.0.9").Content);

        // Kept peers are proven by the host.
        SparseNetwork next = new(NetworkOf(2));
        files = next.Files();
        Assert.Equal(NetworkFault.None, LoadPart(node, next, next.ProofOf(node.Key)));
        Assert.True(Holds(node, second) && Holds(node, third));
        SparseNetwork other = new(NetworkOf(2, without: 9));
        Assert.Equal(NetworkFault.Equivocation, LoadPart(node, other, other.ProofOf(node.Key)));
        Assert.Equal(NetworkFault.Older, LoadPart(node, network, own));
    }

    [Fact]
    [Statement("7.8-4")]
    public void A_write_of_a_network_that_does_not_fit_is_too_large()
    {
        MeshNode node = AddSparse(1);
        Join(node);
        Stranger member = Meet(node, 2);
        Assert.Equal(TftpError.DiskFull, member.Write("network", NetworkOf(2)).Error);
        Assert.Equal(1UL, node.Node.NetworkVersion);
    }

    // A node that has lost all its peers finds the others by their hellos, though they hold its version.
    [Fact]
    [Statement("5.2-8a")]
    public void Without_a_session_it_answers_hellos_of_unknown_keys_with_its_own_version()
    {
        MeshNode node = AddSparse(1);
        Join(node);
        _whole.IsOn = false;
        _mesh.Run(300_000);
        MeshNode other = _mesh.Add(5);
        Assert.Equal(NetworkFault.None, other.Load(NetworkOf(1)));
        Assert.True(_mesh.RunUntil(() => Holds(node, other), 300_000));
    }

    // The wide prefix is held and has the address too, until a longer one is found.
    [Fact]
    [Statement("7.8-11a")]
    public void A_longer_prefix_than_one_that_is_held_is_looked_for()
    {
        MeshNode node = AddSparse(1);
        _whole.IsOn = false;
        Stranger peer = _mesh.AddStranger(2);
        byte[] wide = NetworkBytes.Entry(200, NetworkBytes.Field(1, 0, 0, 0, 0, 0));
        SparseNetwork network = new(Mesh.NetworkOf(
            1, [node, .. _members.Where(m => m.Seed != 1)], _members[2], 0, wide));
        Serve(peer, node, network);
        Assert.True(_mesh.RunUntil(() => node.Node.NetworkVersion == 1, 60_000));
        _mesh.Run(3_000);
        peer.Files["route/10.99.0.1"] = network.ProofOf(e => e.SequenceEqual(wide));
        Look(node, 10, 99, 0, 1);
        int gateway = node.Node.FindEntry([10, 99, 0, 1], 0, false);
        Assert.True(gateway >= 0);
        Assert.Equal(gateway, node.Node.FindEntry([10, 0, 0, 9], 0, false));
        Look(node, 10, 0, 0, 9);
        Assert.Equal(node.Node.Network.Find(_members[9].Key, 0), node.Node.FindEntry([10, 0, 0, 9], 0, false));
        Assert.True(Holds(node, _members[9]));

        // What is a host prefix is known for good, and other addresses are asked for once a second.
        peer.Requests.Clear();
        for (int i = 0; i < 100; i++)
        {
            node.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 9], 1, 2));
            node.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 99, 0, (byte)i], 1, 2));
            _mesh.Run(100);
        }

        Assert.DoesNotContain("read route/10.0.0.9", peer.Requests);
        Assert.InRange(peer.Requests.Count(r => r.StartsWith("read route/", System.StringComparison.Ordinal)), 8, 11);
    }

    [Fact]
    [Statement("7.8-15")]
    public void Without_a_session_it_asks_a_witness_for_one()
    {
        MeshNode node = AddSparse(1);
        Join(node);
        Assert.True(_mesh.RunUntil(() => Holds(node, _whole), 5_000));
        _mesh.Run(250_000);
        Assert.DoesNotContain(node.Node.Peers, p => p.InUse && p.HasSession(_mesh.Now));
        node.SentTo.Clear();
        Look(node, 10, 0, 0, 9);
        Assert.Contains(node.SentTo, s => s.Bytes[0] == 1 && s.To.IsSame(_whole.Endpoint));
        Look(node, 10, 0, 0, 9);
        Assert.True(Holds(node, _members[9]));
    }

    // Sparse peers offer what they can't give.
    [Fact]
    [Statement("7.5-11a")]
    public void A_whole_node_that_sparse_peers_have_informed_asks_a_witness()
    {
        MeshNode node = _mesh.Add(1);
        Stranger sparse = _mesh.AddStranger(2);
        Assert.Equal(NetworkFault.None, node.Load(NetworkOf(1)));
        Assert.Equal(NetworkFault.None, _whole.Load(NetworkOf(2)));
        Assert.True(sparse.Connect(node));
        Assert.Null(sparse.Write("head", NetworkOf(2)[..144]).Error);
        Assert.True(_mesh.RunUntil(() => node.Node.NetworkVersion == 2, 3_000));
        Assert.Contains("read network", sparse.Requests);
    }

    [Fact]
    [Statement("7.5-15a")]
    public void A_node_without_a_network_reads_head_whichever_side_has_initiated()
    {
        _whole.IsOn = false;
        MeshNode node = AddSparse(1);
        Stranger peer = _mesh.AddStranger(2);
        Assert.True(peer.Connect(node));
        _mesh.Run(500);
        Assert.Contains("read head", peer.Requests);
    }

    [Fact]
    [Statement("5.1-7a")]
    public void A_newer_version_that_is_heard_starts_hellos_again_and_a_session_does_not_end_that()
    {
        MeshNode node = _mesh.Add(1);
        Stranger behind = _mesh.AddStranger(2);
        Assert.Equal(NetworkFault.None, node.Load(NetworkOf(1)));
        _whole.IsOn = false;
        Assert.True(behind.Connect(node));
        _mesh.Run(200_000);
        Assert.True(behind.Connect(node));
        Assert.Equal(NetworkFault.None, _whole.Load(NetworkOf(2)));
        _mesh.Filter = (from, _, _) => from != node;
        node.SentTo.Clear();
        _whole.IsOn = true;
        Assert.True(_mesh.RunUntil(() => node.Knows(NodeEvent.HelloHeard), 10_000));
        for (int i = 0; i < 6; i++)
        {
            _mesh.Run(10_000);
            behind.SendInner([]);
        }

        Assert.InRange(node.Sent.Count(s => s[0] == 0x80), 5, 7);
        node.SentTo.Clear();
        _mesh.Run(45_000);
        Assert.InRange(node.Sent.Count(s => s[0] == 0x80), 0, 1);
    }

    private static NetworkFault LoadPart(MeshNode node, SparseNetwork network, byte[] proof) =>
        node.LoadPart(network.Head, proof);

    private static IEnumerable<byte[]> Entries(byte[] file)
    {
        for (int at = 144; at < file.Length;)
        {
            int length = (file[at] << 8) | file[at + 1];
            yield return file[at..(at + length)];
            at += length;
        }
    }

    // Each entry has an endpoint, as in a network whose local networks are several.
    private byte[] NetworkOf(ulong version, int without = 0, long expires = 0) => Mesh.NetworkOf(
        version,
        [_whole],
        _whole,
        expires,
        [.. _members.Where(m => m != _whole && m.Seed != without).Select(m => NetworkBytes.Entry(
            m.Key,
            NetworkBytes.Field(1, 10, 0, 0, m.Seed, 32),
            NetworkBytes.Field(1, [0xFD, .. new byte[14], m.Seed, 128]),
            NetworkBytes.Field(2, 192, 0, 2, m.Seed, 0xCA, 0x6C)))]);

    private MeshNode AddDevice(byte seed)
    {
        NodeLimits limits = NodeLimits.Device();
        limits.NetworkEntries = 8;
        return _mesh.Add(seed, limits);
    }

    private void Join(params MeshNode[] nodes)
    {
        foreach (MeshNode node in nodes)
        {
            ulong version = Math.Max(_whole.Node.NetworkVersion, 1);
            Assert.True(
                _mesh.RunUntil(() => node.Node.NetworkVersion == version, 180_000),
                $"{node.Seed} has version {node.Node.NetworkVersion}");
        }
    }

    // A member whose program serves its own proof, as any node does.
    private Stranger Meet(MeshNode node, byte seed)
    {
        Stranger member = _mesh.AddStranger(seed);
        SparseNetwork network = new(NetworkOf(node.Node.NetworkVersion));
        member.Files[Name(member)] = network.ProofOf(member.Key);
        Assert.True(member.Connect(node));
        Assert.True(_mesh.RunUntil(() => Holds(node, member), 5_000));
        return member;
    }

    private bool Ping(MeshNode from, MeshNode to) =>
        Answers(from, InnerPacket.Echo([10, 0, 0, from.Seed], [10, 0, 0, to.Seed]));

    private bool Answers(MeshNode from, byte[] echo)
    {
        int heard = from.Delivered.Count;
        for (int i = 0; i < 60; i++)
        {
            from.Send(echo);
            if (_mesh.RunUntil(() => from.Delivered.Skip(heard).Any(InnerPacket.IsEchoReply), 1_000))
            {
                return true;
            }
        }

        return false;
    }
}
