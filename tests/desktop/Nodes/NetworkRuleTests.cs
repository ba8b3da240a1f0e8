using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using NSec.Cryptography;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tests.Network;
using Spore.Tftp;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>Who may read and write what, and which networks are refused (PROTOCOL sections 6 and 8).</summary>
public class NetworkRuleTests
{
    private const ulong Floor = 3;

    private readonly Mesh _mesh = new();
    private readonly MeshNode _node;
    private readonly Stranger _member;
    private readonly byte[] _network;
    private byte _nextGuest = 20;

    public NetworkRuleTests()
    {
        _node = _mesh.Add(1, floor: Floor);
        _member = _mesh.AddStranger(2);
        _network = NetworkOf(5);
        Assert.Equal(NetworkFault.None, _node.Load(_network));
        _mesh.Run(100);

        // So that the member has its slot, whatever comes.
        Assert.True(_node.Send(ToAddress(2)));
    }

    /// <summary>
    /// Files that must not be applied: what is wrong, the file, and the error that its sender is told.
    /// </summary>
    private static readonly Dictionary<string, (Func<NetworkRuleTests, byte[]> File, int Error)> _refused = new()
    {
        ["the same again"] = (t => t._network, TftpError.FileAlreadyExists),
        ["older"] = (t => t.NetworkOf(4), TftpError.FileAlreadyExists),
        ["older and below the floor"] = (t => t.NetworkOf(2), TftpError.FileAlreadyExists),
        ["the same version with other entries"] = (t => Mesh.NetworkOf(5, [t._node]), TftpError.FileAlreadyExists),
        ["the same version issued at another time"] =
            (t => Header(t.NetworkOf(5), 16, 1_760_000_001), TftpError.FileAlreadyExists),
        ["expired"] = (
            t => Header(Header(t.NetworkOf(6), 16, 1_700_000_000), 24, Mesh.BuildTime), TftpError.AccessViolation),
        ["expires when it is issued"] =
            (t => Mesh.NetworkOf(6, [t._node, t._member], null, 1_760_000_000), TftpError.AccessViolation),
        ["signed by another root"] = (t => SignedByAnother(t.NetworkOf(6)), TftpError.AccessViolation),
        ["not signed"] =
            (t => [.. t.NetworkOf(6)[..80], .. new byte[64], .. t.NetworkOf(6)[144..]], TftpError.AccessViolation),
        ["with the signature of another version"] =
            (t => [.. t.NetworkOf(6)[..80], .. t.NetworkOf(5)[80..]], TftpError.AccessViolation),
        ["without entries"] = (t => NetworkBytes.File(6, 1_760_000_000, 0, []), TftpError.AccessViolation),
        ["version 0"] = (t => t.NetworkOf(0), TftpError.AccessViolation),
        ["of another format"] = (t => [(byte)'S', .. t.NetworkOf(6)[1..]], TftpError.AccessViolation),
        ["with something in the zero bytes"] = (t => Header(t.NetworkOf(6), 40, 1), TftpError.AccessViolation),
        ["issued beyond all dates"] = (t => Header(t.NetworkOf(6), 16, 253402300800), TftpError.AccessViolation),
        ["with the entries of the network before, which have the same length"] = (
            t => [.. Mesh.NetworkOf(6, [t._node, t._mesh.AddStranger(3)])[..144], .. t._network[144..]],
            TftpError.AccessViolation),
        ["with entries in another order"] = (t => Reordered(t.NetworkOf(6)), TftpError.AccessViolation),
        ["cut off in the header"] = (t => t.NetworkOf(6)[..143], TftpError.AccessViolation),
        ["the header alone"] = (t => t.NetworkOf(6)[..144], TftpError.AccessViolation),
        ["cut off in the entries"] = (t => t.NetworkOf(6)[..^1], TftpError.AccessViolation),
        ["with a byte too many"] = (t => [.. t.NetworkOf(6), 0], TftpError.AccessViolation),
        ["nothing"] = (_ => [], TftpError.AccessViolation),
        ["with too many entries"] = (
            t => NetworkBytes.File(
                6, 1_760_000_000, 0, [.. Enumerable.Range(1, 65).Select(i => NetworkBytes.Entry(i))]),
            TftpError.DiskFull),
        ["too long"] = (
            t => NetworkBytes.File(
                6,
                1_760_000_000,
                0,
                [.. Enumerable.Range(1, 33).Select(i => NetworkBytes.Entry(i, NetworkBytes.Field(32, new byte[250])))]),
            TftpError.DiskFull),
        ["with a field that must not be skipped"] = (
            t => Mesh.NetworkOf(6, [t._node, t._member], null, 0, NetworkBytes.Entry(1, NetworkBytes.Field(128))),
            TftpError.AccessViolation),
        ["with a link-local prefix"] = (
            t => Mesh.NetworkOf(
                6,
                [t._node, t._member],
                null,
                0,
                NetworkBytes.Entry(1, NetworkBytes.Field(1, [0xFE, 0x80, .. new byte[14], 64]))),
            TftpError.AccessViolation),
    };

    public static IEnumerable<TheoryDataRow<string>> Refused() =>
        _refused.Keys.Select(name => new TheoryDataRow<string>(name));

    [Theory]
    [Statement("7.4-1", "7.4-2", "7.4-3", "7.4-4", "7.4-5", "7.4-6", "8-38", "8-39", "8-40")]
    [MemberData(nameof(Refused))]
    public void A_network_is_refused_from_a_guest(string name) => IsRefused(Guest(), name);

    [Theory]
    [Statement("7.4-1", "7.4-2", "7.4-3", "7.4-4", "7.4-5", "7.4-6", "8-38", "8-39", "8-40")]
    [MemberData(nameof(Refused))]
    public void A_network_is_refused_from_a_member(string name)
    {
        Assert.True(_member.Connect(_node));
        IsRefused(_member, name);
    }

    [Theory]
    [Statement("7.4-1", "7.4-2", "7.4-3", "7.4-4", "7.4-5", "7.4-6")]
    [MemberData(nameof(Refused))]
    public void A_network_is_refused_from_the_operator(string name)
    {
        string before = State();
        NetworkFault fault = _node.Load(_refused[name].File(this));
        Assert.Equal(name == "the same again", fault == NetworkFault.None);
        Assert.Equal(before, State());
    }

    [Fact]
    [Statement("2-4", "7.4-2")]
    public void One_below_the_floor_is_refused_even_by_a_node_that_has_none()
    {
        MeshNode bare = _mesh.Add(3, floor: 9);
        Assert.Equal(NetworkFault.BelowFloor, bare.Load(_network));
        Stranger guest = _mesh.AddStranger(9);
        Assert.True(guest.Connect(bare));
        StrangerTransfer transfer = guest.Write("network", _network);
        Assert.Equal(
            (TftpError.AccessViolation, "Refused: older than this node may accept"),
            (transfer.Error, transfer.ErrorText));
        Assert.Equal(0UL, bare.Node.NetworkVersion);
        Assert.True(guest.Write("network", NetworkOf(9)).IsComplete);
        Assert.Equal(9UL, bare.Node.NetworkVersion);
    }

    [Fact]
    public void Every_flipped_bit_is_refused_wherever_it_is()
    {
        byte[] sound = NetworkOf(6);
        string before = State();
        Random random = new(1);
        for (int at = 0; at < sound.Length; at += at < 144 ? 2 : 3)
        {
            byte[] file = (byte[])sound.Clone();
            file[at] ^= (byte)(1 << random.Next(8));
            StrangerTransfer transfer = Guest().Write("network", file);

            // A guest whose header was sound is not put out by others: they leave by age.
            _mesh.Run(25_000);
            Assert.True(
                transfer.Error is TftpError.AccessViolation or TftpError.FileAlreadyExists or TftpError.DiskFull,
                $"{at}: {transfer.Error}");
        }

        Assert.Equal(before, State());

        // What was refused before takes nothing from the sound one.
        Assert.True(Guest().Write("network", sound).IsComplete);
        Assert.Equal(6UL, _node.Node.NetworkVersion);
    }

    [Fact]
    [Statement("8-28", "8-29", "8-38")]
    public void Anyone_reads_head_and_only_members_network()
    {
        Stranger guest = Guest();
        Assert.Equal(_network[..144], guest.Read("head").Content);
        StrangerTransfer refused = guest.Read("network");
        Assert.Equal(
            (TftpError.AccessViolation, "Only members of the network may read this"),
            (refused.Error, refused.ErrorText));

        Assert.True(_member.Connect(_node));
        Assert.Equal(_network[..144], _member.Read("head").Content);
        Assert.Equal(_network, _member.Read("network").Content);

        Stranger configured = _mesh.AddStranger(9);
        Assert.True(_node.Node.AddPeer(configured.Key, 0, null, _mesh.Now));
        Assert.True(configured.Connect(_node));
        Assert.Equal(_network[..144], configured.Read("head").Content);
        Assert.Equal(TftpError.AccessViolation, configured.Read("network").Error);
    }

    [Theory]
    [Statement("8-25", "8-37")]
    [InlineData("")]
    [InlineData("HEAD")]
    [InlineData("head ")]
    [InlineData("//head")]
    [InlineData("heads")]
    [InlineData("hea")]
    [InlineData("../network")]
    [InlineData("secret")]
    public void There_are_no_other_files(string name)
    {
        Assert.True(_member.Connect(_node));
        Assert.Equal(TftpError.FileNotFound, _member.Read(name).Error);
        Assert.Equal(TftpError.AccessViolation, _member.Write(name, [1]).Error);
    }

    [Fact]
    [Statement("8-29", "8-37")]
    public void A_node_without_a_network_has_nothing_to_read_and_takes_any()
    {
        MeshNode bare = _mesh.Add(3);
        Stranger guest = _mesh.AddStranger(9);
        Assert.True(guest.Connect(bare));
        Assert.Equal(TftpError.FileNotFound, guest.Read("head").Error);
        Assert.Equal(TftpError.FileNotFound, guest.Read("network").Error);
        Assert.True(guest.Write("network", _network).IsComplete);
        Assert.Equal(5UL, bare.Node.NetworkVersion);
        Assert.Equal(_network, bare.Node.Network.Bytes[..bare.Node.Network.Length]);
        Assert.Equal(_network[..144], guest.Read("head").Content);
        Assert.Contains(
            bare.Events, e => e.What == NodeEvent.NetworkApplied && e.Value == 5 && e.Key!.SequenceEqual(guest.Key));
    }

    [Fact]
    [Statement("8-29")]
    public void A_newer_network_of_a_guest_is_applied()
    {
        Stranger guest = Guest();
        byte[] newer = Mesh.NetworkOf(7, [_node, _member, _mesh.AddStranger(3)]);
        Assert.True(guest.Write("network", newer).IsComplete);
        Assert.Equal(7UL, _node.Node.NetworkVersion);
        Assert.Equal(newer, _node.Node.Network.Bytes[..newer.Length]);
        Assert.True(_node.Send(ToAddress(3)));

        // It has delivered something useful, and is still nobody.
        Assert.Equal(TftpError.AccessViolation, guest.Read("network").Error);
    }

    [Fact]
    [Statement("8-28")]
    public void A_newer_head_is_enough_for_the_node_to_fetch_the_network()
    {
        Stranger guest = Guest();
        guest.Files["network"] = NetworkOf(6);
        Assert.True(guest.Write("head", NetworkOf(6)[..144]).IsComplete);
        Assert.True(_mesh.RunUntil(() => _node.Node.NetworkVersion == 6, 1_000));
        Assert.Equal(["read network"], guest.Requests);
    }

    [Fact]
    [Statement("7.1-20")]
    public void A_head_is_144_bytes()
    {
        Stranger guest = Guest();
        byte[] newer = NetworkOf(6);
        Assert.Equal(TftpError.AccessViolation, guest.Write("head", newer[..143]).Error);
        Assert.Equal(TftpError.AccessViolation, guest.Write("head", []).Error);
        Assert.Equal(TftpError.AccessViolation, guest.Write("head", newer[..145]).Error);
        Assert.True(guest.Write("head", newer[..144]).IsComplete);
    }

    [Fact]
    [Statement("7.6-1")]
    public void Another_file_in_place_of_the_announced_network_is_refused_and_the_true_one_taken_from_another_member()
    {
        Assert.True(_member.Connect(_node));
        byte[] newer = NetworkOf(6);
        foreach (byte[] file in (byte[][])
        [
            [], newer[..100], newer[..144], newer[..^1], [.. newer, 1], NetworkOf(5), SignedByAnother(newer),
            [.. newer[..^1], (byte)(newer[^1] ^ 1)],
        ])
        {
            _member.Files["network"] = file;
            int asked = _member.Requests.Count;
            _member.Write("head", newer[..144]);
            _mesh.RunUntil(() => _member.Requests.Count > asked, 90_000);
            _mesh.Run(500);
            Assert.Equal(5UL, _node.Node.NetworkVersion);
            Assert.True(_member.Connect(_node));
        }

        Stranger guest = Guest();
        guest.Files["network"] = newer;
        Assert.True(guest.Write("head", newer[..144]).IsComplete);
        Assert.True(_mesh.RunUntil(() => _node.Node.NetworkVersion == 6, 140_000), NodeTests.State(_mesh));
    }

    [Fact]
    [Statement("7.5-10", "8.1-8")]
    public void A_network_that_can_not_be_had_is_asked_for_again_after_1_2_4_to_48_s()
    {
        Assert.True(_member.Connect(_node));
        Assert.True(_member.Write("head", NetworkOf(6)[..144]).IsComplete);
        List<long> asked = [];
        long end = _mesh.Now + 400_000;
        while (_mesh.Now < end)
        {
            int before = Asked();
            if (_mesh.RunUntil(() => Asked() > before, 100_000))
            {
                asked.Add(_mesh.Now);
            }

            Assert.True(_member.Connect(_node));
        }

        long[] gaps = [.. asked.Zip(asked.Skip(1), (a, b) => b - a)];
        Assert.InRange(gaps.Length, 8, 14);
        for (int i = 0; i < gaps.Length; i++)
        {
            long interval = Math.Min(1_000L << i, 48_000);
            Assert.InRange(gaps[i], interval * 3 / 4, (interval * 5 / 4) + 200);
        }

        // From the fourth gap on, 200 ms are less than a tenth.
        Assert.Contains(
            Enumerable.Range(3, gaps.Length - 3),
            i => Math.Abs(gaps[i] - Math.Min(1_000L << i, 48_000)) > gaps[i] / 10);

        _member.Files["network"] = NetworkOf(6);
        Assert.True(_mesh.RunUntil(() => _node.Node.NetworkVersion == 6, 90_000));

        int Asked() => _member.Requests.Count(r => r == "read network");
    }

    [Fact]
    [Statement("7.4-11")]
    public void The_same_version_with_other_bytes_is_reported_and_the_first_kept()
    {
        byte[] other = Mesh.NetworkOf(5, [_node]);
        Stranger guest = Guest();
        Assert.Equal(TftpError.FileAlreadyExists, guest.Write("head", other[..144]).Error);
        Assert.Contains(
            _node.Events, e => e.What == NodeEvent.Equivocation && e.Value == 5 && e.Key!.SequenceEqual(guest.Key));
        Assert.Equal(_network, _node.Node.Network.Bytes[.._network.Length]);

        // A forged one says nothing of the trust root.
        _node.Events.Clear();
        Assert.Equal(TftpError.AccessViolation, Guest().Write("head", SignedByAnother(other)[..144]).Error);
        Assert.False(_node.Knows(NodeEvent.Equivocation));
    }

    [Fact]
    [Statement("7.4-11", "7.5-1")]
    public void Of_two_newer_ones_with_one_version_the_first_that_is_applied_is_kept()
    {
        byte[] first = NetworkOf(6);
        byte[] second = Mesh.NetworkOf(6, [_node]);
        Assert.True(Guest().Write("head", first[..144]).IsComplete);
        Assert.True(Guest().Write("network", second).IsComplete);
        Assert.False(_node.Knows(NodeEvent.Equivocation));
        Assert.Equal(second, _node.Node.Network.Bytes[..second.Length]);
        Stranger late = Guest();
        Assert.Equal(TftpError.FileAlreadyExists, late.Write("network", first).Error);
        Assert.Contains(
            _node.Events, e => e.What == NodeEvent.Equivocation && e.Value == 6 && e.Key!.SequenceEqual(late.Key));
    }

    [Fact]
    [Statement("7.4-8", "7.4-8a")]
    public void A_member_is_checked_at_most_once_in_10_s_and_a_guest_in_30_s_and_each_refusal_doubles_that()
    {
        Assert.True(_member.Connect(_node));
        Assert.Equal([0, 20_000, 60_000], Answers(_member, 3));
        Assert.Equal([0, 60_000], Answers(Guest(), 2));

        // When each of several forged heads is answered. A guest has one transfer at a time.
        long[] Answers(Stranger stranger, int count)
        {
            long start = _mesh.Now;
            IEnumerable<StrangerTransfer> transfers = Enumerable.Range(1, count).Select(
                i => stranger.StartWrite("head", Forged((ulong)(stranger.Seed * 10) + (ulong)i)));
            List<long> answers = [];
            foreach (StrangerTransfer transfer in stranger == _member ? transfers.ToArray() : transfers)
            {
                stranger.Finish(transfer);
                answers.Add((_mesh.Now - start) / 1_000 * 1_000);
            }

            return [.. answers];
        }
    }

    [Fact]
    public void Who_has_to_wait_for_a_check_keeps_nobody_else_waiting()
    {
        Stranger first = Guest();
        long start = _mesh.Now;
        first.Write("head", Forged(100));
        StrangerTransfer waiting = first.StartWrite("head", Forged(101));
        _mesh.Run(5_000);
        long second = _mesh.Now;
        Assert.Equal(TftpError.AccessViolation, Guest().Write("head", Forged(102)).Error);
        Assert.InRange(_mesh.Now - second, 0, 1_000);
        Assert.False(waiting.IsDone);
        first.Finish(waiting);
        Assert.InRange(_mesh.Now - start, 60_000, 61_000);
    }

    [Fact]
    public void The_interval_of_checks_does_not_grow_beyond_10_minutes()
    {
        for (int i = 0; i < 8; i++)
        {
            Assert.True(_member.Connect(_node));
            Assert.Equal(TftpError.AccessViolation, _member.Write("head", Forged((ulong)(200 + i))).Error);
            _mesh.Run(600_000);
        }

        Assert.True(_member.Connect(_node));
        Assert.Equal(TftpError.AccessViolation, _member.Write("head", Forged(300)).Error);
        StrangerTransfer last = _member.StartWrite("head", Forged(301));
        long start = _mesh.Now;
        while (!last.IsDone && _mesh.Now - start < 700_000)
        {
            _mesh.RunUntil(() => last.IsDone, 100_000);
            _member.Connect(_node);
        }

        Assert.InRange(_mesh.Now - start, 590_000, 602_000);
    }

    [Fact]
    [Statement("7.4-9")]
    public void Members_are_checked_before_guests_and_of_those_first_who_has_not_been_refused()
    {
        Assert.True(_member.Connect(_node));
        Stranger refused = Guest();
        Stranger clean = Guest();
        Assert.Equal(TftpError.AccessViolation, refused.Write("head", Forged(100)).Error);
        _mesh.Run(61_000);

        // Their blocks arrive in one millisecond: then who is checked is a matter of rank.
        List<string> order = [];
        StrangerTransfer ofRefused = refused.StartWrite("head", Forged(101), silentAfter: 0);
        StrangerTransfer ofClean = clean.StartWrite("head", Forged(102), silentAfter: 0);
        StrangerTransfer ofMember = _member.StartWrite("head", Forged(103), silentAfter: 0);
        _mesh.Run(100);
        foreach ((Stranger stranger, StrangerTransfer transfer, ulong version) in new[]
        {
            (refused, ofRefused, 101UL),
            (clean, ofClean, 102UL),
            (_member, ofMember, 103UL),
        })
        {
            stranger.SendUdp(transfer.LocalPort, transfer.RemotePort, [0, 3, 0, 1, .. Forged(version)]);
        }

        _node.Events.Clear();
        _mesh.Run(1_000);
        Assert.Equal(
            [_member.Seed, clean.Seed, refused.Seed],
            _node.Events.Where(e => e.What == NodeEvent.HeaderRefused)
                .Select(e => _mesh.Stations.First(s => s.Key.SequenceEqual(e.Key!)).Seed));
    }

    [Fact]
    [Statement("7.4-10")]
    public void The_last_four_refused_headers_are_not_checked_again()
    {
        for (ulong version = 100; version < 105; version++)
        {
            Assert.Equal((long)NetworkFault.Signature, RefusedAs(version));
        }

        for (ulong version = 101; version < 105; version++)
        {
            Assert.Equal((long)NetworkFault.AlreadyRefused, RefusedAs(version));
        }

        Assert.Equal((long)NetworkFault.Signature, RefusedAs(100));

        // One that is remembered is refused at once, even where a check would have to wait.
        _mesh.Run(31_000);
        Stranger guest = Guest();
        guest.Write("head", Forged(200));
        long start = _mesh.Now;
        Assert.Equal("Refused: not signed by the trust root", guest.Write("head", Forged(200)).ErrorText);
        Assert.InRange(_mesh.Now - start, 0, 100);

        long RefusedAs(ulong version)
        {
            // The pool of guests has free slots again.
            _mesh.Run(31_000);
            _node.Events.Clear();
            Assert.Equal(TftpError.AccessViolation, Guest().Write("head", Forged(version)).Error);
            return _node.Events.Single(e => e.What == NodeEvent.HeaderRefused).Value;
        }
    }

    [Fact]
    [Statement("7.5-5", "7.5-14", "7.5-15", "8-41", "8-44")]
    public void Who_falls_silent_has_a_turn_of_5_s()
    {
        byte[] newer = Big(6);
        Stranger silent = Guest();
        silent.StartWrite("network", newer, silentAfter: 2);
        _mesh.Run(1_000);
        StrangerTransfer busy = Guest().Write("network", newer);
        Assert.Equal((TftpError.NotDefined, "Another transfer is under way, try again"), (busy.Error, busy.ErrorText));
        _mesh.Run(3_800);
        Assert.Equal(TftpError.NotDefined, Guest().Write("network", newer).Error);
        _mesh.Run(200);
        Assert.True(Guest().Write("network", newer).IsComplete);
        Assert.Equal(6UL, _node.Node.NetworkVersion);
    }

    [Fact]
    [Statement("7.5-15")]
    public void A_writer_has_its_turn_whatever_version_another_one_brings()
    {
        Stranger first = Guest();
        StrangerTransfer taken = first.StartWrite("network", Big(7), silentAfter: 2);
        _mesh.Run(500);
        Assert.Equal(TftpError.NotDefined, Guest().Write("network", Big(6)).Error);
        Assert.Equal(TftpError.NotDefined, Guest().Write("network", Big(8)).Error);
        _mesh.Run(4_500);
        Assert.True(Guest().Write("network", Big(8)).IsComplete);
        Assert.Equal(8UL, _node.Node.NetworkVersion);
        Assert.Equal(TftpError.NotDefined, taken.Error);
    }

    [Fact]
    [Statement("7.5-14")]
    public void Who_let_a_turn_pass_gives_way_to_another_writer_at_once()
    {
        Stranger slow = Guest();
        slow.StartWrite("network", Big(6), silentAfter: 2);
        _mesh.Run(6_000);
        StrangerTransfer again = slow.StartWrite("network", Big(6), silentAfter: 2);
        _mesh.Run(500);
        Assert.False(again.IsDone);
        Assert.True(Guest().Write("network", Big(6)).IsComplete);
        Assert.Equal(6UL, _node.Node.NetworkVersion);
    }

    [Fact]
    [Statement("4.8-7")]
    public void Packets_that_wait_make_room_for_a_network_and_handshakes_go_on()
    {
        Assert.True(_member.Connect(_node));
        _mesh.Run(200_000);
        Assert.True(_node.Send(ToAddress(2)));
        long dropped = _node.Node.Counters.InnerDropped;
        Guest().StartWrite("network", Big(6, entries: 34), silentAfter: 2);
        _mesh.Run(500);
        Assert.Equal(dropped + 1, _node.Node.Counters.InnerDropped);
        Assert.True(_node.Send(ToAddress(2)));
        Assert.Equal(dropped + 2, _node.Node.Counters.InnerDropped);
        int initiations = _node.Sent.Count(s => s[0] == 1);
        _mesh.Run(6_000);
        Assert.Equal(initiations + 1, _node.Sent.Count(s => s[0] == 1));

        // With the network there, packets wait again.
        Assert.True(Guest().Write("network", Big(6, entries: 34)).IsComplete);
        Assert.True(_node.Send(ToAddress(2)));
        Assert.Equal(dropped + 2, _node.Node.Counters.InnerDropped);
        Assert.True(_member.Connect(_node));
        Assert.Contains(_member.Inner, p => p.AsSpan(0, ToAddress(2).Length).SequenceEqual(ToAddress(2)));
    }

    [Fact]
    public void A_header_that_does_not_verify_takes_no_staging_buffer()
    {
        StrangerTransfer slow = Guest().StartWrite("network", Big(6), silentAfter: 2);
        _mesh.Run(500);
        Assert.Equal(TftpError.AccessViolation, Guest().Write("network", SignedByAnother(Big(9))).Error);
        Assert.False(slow.IsDone);
    }

    [Fact]
    public void A_transfer_that_is_never_ended_does_no_harm()
    {
        byte[] newer = Big(6);
        for (int block = 0; block < 6; block++)
        {
            Guest().StartWrite("network", newer, silentAfter: block);
            _mesh.Run(300);
        }

        _mesh.Run(120_000);
        Assert.Equal(5UL, _node.Node.NetworkVersion);
        Assert.True(Guest().Write("network", newer).IsComplete);
    }

    // Another one's block is kept, so that this one's has to be repeated after its header has been checked.
    private StrangerTransfer VerifiedAndToBeRepeated()
    {
        Stranger other = Guest();
        Stranger guest = Guest();
        other.StartWrite("network", SignedByAnother(Big(9)));
        StrangerTransfer transfer = guest.StartWrite("network", Big(6));
        Assert.True(_mesh.RunUntil(() => _node.Knows(NodeEvent.HeaderVerified), 1_000));
        return transfer;
    }

    [Fact]
    [Statement("8-43")]
    public void Who_changes_a_verified_header_when_it_repeats_it_has_it_checked_again()
    {
        StrangerTransfer transfer = VerifiedAndToBeRepeated();
        transfer.Content.Clear();
        transfer.Content.AddRange(SignedByAnother(Big(7)));
        _member.Finish(transfer);
        Assert.Equal(
            (TftpError.AccessViolation, "Refused: not signed by the trust root"), (transfer.Error, transfer.ErrorText));
        Assert.Equal(5UL, _node.Node.NetworkVersion);
    }

    [Fact]
    public void Who_changes_the_entries_when_it_repeats_them_is_found_out_by_the_root()
    {
        StrangerTransfer transfer = VerifiedAndToBeRepeated();
        transfer.Content[200] ^= 1;
        _member.Finish(transfer);
        Assert.Equal(TftpError.AccessViolation, transfer.Error);
        Assert.Equal((long)NetworkFault.Root, _node.Events.Single(e => e.What == NodeEvent.NetworkRefused).Value);
        Assert.Equal(5UL, _node.Node.NetworkVersion);
    }

    // Each byte is one that a shorter comparison would leave out.
    [Theory]
    [InlineData(15)]
    [InlineData(23)]
    [InlineData(79)]
    [InlineData(80)]
    [InlineData(111)]
    [InlineData(112)]
    [InlineData(143)]
    public void A_header_that_differs_in_one_byte_is_not_the_one_that_was_verified(int at)
    {
        // The header of the applied network.
        byte[] other = Changed(_network);
        Assert.NotNull(Guest().Write("head", other[..144]).Error);
        Assert.DoesNotContain(_node.Events, e => e.What == NodeEvent.Agreed);

        // The header of the candidate.
        Assert.True(Guest().Write("head", Big(6)[..144]).IsComplete);
        Assert.NotNull(Guest().Write("network", Changed(Big(6))).Error);
        Assert.Equal(5UL, _node.Node.NetworkVersion);

        byte[] Changed(byte[] file)
        {
            byte[] changed = (byte[])file.Clone();
            changed[at] ^= 1;
            return changed;
        }
    }

    [Theory]
    [InlineData(23)]
    [InlineData(79)]
    [InlineData(80)]
    [InlineData(143)]
    public void A_verified_header_that_is_repeated_with_one_other_byte_is_checked_again(int at)
    {
        StrangerTransfer transfer = VerifiedAndToBeRepeated();
        transfer.Content[at] ^= 1;
        _member.Finish(transfer);
        Assert.Equal("Refused: not signed by the trust root", transfer.ErrorText);
        Assert.Equal(5UL, _node.Node.NetworkVersion);
    }

    [Theory]
    [Statement("6-14", "7.4-3")]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    public void A_network_that_expires_while_it_arrives_is_not_applied(long left, bool applied)
    {
        const long Expires = 1_760_000_000 + 3_600;
        Stranger guest = Guest();
        StrangerTransfer transfer = guest.StartWrite("network", Big(6, Expires));
        Assert.True(_mesh.RunUntil(() => transfer.BlocksSent == 4, 10_000));
        Assert.Equal(5UL, _node.Node.NetworkVersion);

        // The blocks that are left take less than a second.
        _node.Node.SetWallClock((Expires + left) * 1_000, _mesh.Now);
        guest.Finish(transfer);
        Assert.Equal(applied ? null : TftpError.AccessViolation, transfer.Error);
        Assert.Equal(applied ? 6UL : 5UL, _node.Node.NetworkVersion);
        Assert.Equal(
            applied ? [] : [(long)NetworkFault.Expired],
            _node.Events.Where(e => e.What == NodeEvent.NetworkRefused).Select(e => e.Value));
    }

    [Fact]
    [Statement("7.4-3")]
    public void A_header_that_expires_while_it_waits_for_its_check_is_refused()
    {
        const long Expires = 1_760_000_000 + 3_600;
        Stranger guest = Guest();
        Assert.Equal(TftpError.AccessViolation, guest.Write("head", Forged(100)).Error);
        StrangerTransfer waiting = guest.StartWrite("head", Big(6, Expires)[..144]);
        _mesh.Run(1_000);
        Assert.False(waiting.IsDone);
        _node.Node.SetWallClock(Expires * 1_000, _mesh.Now);
        _node.Events.Clear();
        guest.Finish(waiting);
        Assert.Equal(
            (long)NetworkFault.Expired, Assert.Single(_node.Events, e => e.What == NodeEvent.HeaderRefused).Value);
    }

    [Fact]
    [Statement("8-33", "8-38")]
    public void A_member_reads_the_status_and_a_guest_does_not()
    {
        Assert.True(_member.Connect(_node));
        _mesh.Run(65_000);
        StrangerTransfer transfer = _member.Read("status");
        Assert.StartsWith(
            "state=unconfirmed\nreason=no other witness\nversion=5\nsessions=1\n",
            System.Text.Encoding.ASCII.GetString([.. transfer.Content]),
            StringComparison.Ordinal);
        Assert.Equal(TftpError.AccessViolation, Guest().Read("status").Error);
        Assert.Equal(TftpError.AccessViolation, _member.Write("status", [1]).Error);
    }

    [Fact]
    public void Status_in_the_smallest_blocks_is_the_same()
    {
        Assert.True(_member.Connect(_node));
        string[] whole = Lines(_member.Read("status"));
        string[] pieces = Lines(_member.ReadInBlocksOf(8, "status"));
        Assert.Equal(whole[..7], pieces[..7]);
        Assert.Equal(whole.Length, pieces.Length);

        static string[] Lines(StrangerTransfer transfer) =>
            System.Text.Encoding.ASCII.GetString([.. transfer.Content]).Split('\n');
    }

    [Fact]
    public void A_network_is_taken_though_a_newer_header_is_known()
    {
        Assert.True(Guest().Write("head", Big(7)[..144]).IsComplete);
        Assert.True(Guest().Write("network", Big(6)).IsComplete);
        Assert.Equal(6UL, _node.Node.NetworkVersion);
    }

    [Fact]
    [Statement("7.6-4")]
    public void A_reader_of_the_old_network_is_stopped_when_a_new_one_is_applied()
    {
        byte[] big = Big(6);
        Assert.Equal(NetworkFault.None, _node.Load(big));
        Assert.True(_member.Connect(_node));
        StrangerTransfer reading = _member.StartRead("network");
        _mesh.RunUntil(() => reading.Content.Count > 0, 1_000);
        Assert.Equal(NetworkFault.None, _node.Load(Big(7)));
        _member.Finish(reading);
        Assert.Equal(TftpError.NotDefined, reading.Error);
    }

    private static byte[] ToAddress(byte member) => InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, member], 1, 2, 3);

    private static byte[] Header(byte[] file, int at, long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(file.AsSpan(at), value);
        return NetworkBytes.Sign(file);
    }

    private static byte[] SignedByAnother(byte[] file)
    {
        using Key root = Key.Import(
            SignatureAlgorithm.Ed25519, Enumerable.Repeat((byte)8, 32).ToArray(), KeyBlobFormat.RawPrivateKey);
        return [.. file[..80], .. SignatureAlgorithm.Ed25519.Sign(root, file.AsSpan(0, 80)), .. file[144..]];
    }

    private static byte[] Reordered(byte[] file)
    {
        int first = BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(144));
        byte[][] entries = [file[(144 + first)..], file[144..(144 + first)]];
        return NetworkBytes.File(6, 1_760_000_000, 0, entries);
    }

    private byte[] NetworkOf(ulong version) => Mesh.NetworkOf(version, [_node, _member]);

    // A network of several blocks.
    private byte[] Big(ulong version, long expires = 0, int entries = 10) =>
        Mesh.NetworkOf(
            version,
            [_node, _member],
            null,
            expires,
            [.. Enumerable.Range(1, entries).Select(i => NetworkBytes.Entry(
                i, NetworkBytes.Field(32, new byte[200])))]);

    private byte[] Forged(ulong version) => SignedByAnother(NetworkOf(version))[..144];

    // A guest that nobody has seen before.
    private Stranger Guest()
    {
        Stranger guest = _mesh.AddStranger(_nextGuest++);
        Assert.True(guest.Connect(_node));
        return guest;
    }

    private string State() => string.Join(
        " ",
        _node.Node.NetworkVersion,
        Convert.ToHexString(_node.Node.Network.Bytes, 0, _node.Node.Network.Length),
        _node.Node.OwnEntry,
        _node.Node.State(_mesh.Now),
        string.Join(
            " ",
            _node.Node.Peers.Where(p => p.InUse && !p.IsProvisional)
                .Select(p => $"{p.Slot} {p.Owner} {Convert.ToHexString(p.PublicKey)}")
                .Order()),
        string.Join(" ", Enumerable.Range(1, 5).Select(i => _node.Send(ToAddress((byte)i)))));

    private void IsRefused(Stranger stranger, string name)
    {
        string before = State();
        (Func<NetworkRuleTests, byte[]> file, int error) = _refused[name];
        StrangerTransfer transfer = stranger.Write("network", file(this));
        Assert.Equal(error, transfer.Error);
        _mesh.Run(5_000);
        Assert.Equal(before, State());
        Assert.True(stranger.Ping());
    }
}
