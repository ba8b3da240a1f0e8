using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Sync;
using Spore.Tests.Network;
using Spore.Tftp;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>Who may bring a newer network, and for how long (PROTOCOL section 7.5).</summary>
public class TurnTests
{
    private const int Attackers = 8;

    [Fact]
    [Statement("7.5-3", "7.5-4", "7.5-9")]
    public void Two_turns_go_to_members_and_one_to_any_other_peer_and_those_that_let_none_pass_are_first()
    {
        Turns turns = new(8, 2);
        Assert.Equal((0, 2), (turns.Rank(true, 1), turns.Rank(false, 2)));
        turns.Begin(0, true);
        Assert.Equal((0, 2), (turns.Rank(true, 1), turns.Rank(false, 2)));
        turns.Begin(1, true);
        Assert.Equal((2, 0), (turns.Rank(true, 1), turns.Rank(false, 2)));
        turns.Begin(2, false);
        Assert.Equal((0, 2), (turns.Rank(true, 1), turns.Rank(false, 2)));
        turns.Passed(1);
        turns.Passed(2);
        Assert.Equal((1, 3), (turns.Rank(true, 1), turns.Rank(false, 2)));
        turns.Succeeded(1);
        Assert.Equal((0, 3), (turns.Rank(true, 1), turns.Rank(false, 2)));
    }

    [Fact]
    [Statement("7.5-6")]
    public void The_time_doubles_with_each_round_and_each_peer_has_one_turn_in_it()
    {
        Turns turns = new(2, 2);
        for (int i = 0; i < 2000; i++)
        {
            Assert.Equal(Math.Min(i, 10), turns.Doublings);
            Assert.False(turns.HasHad(0));
            turns.Begin(0, true);
            Assert.True(turns.HasHad(0));
            Assert.False(turns.HasHad(1));
            turns.EndRound();
        }

        turns.Restart();
        Assert.Equal(0, turns.Doublings);
        Assert.False(turns.HasHad(0));
    }

    [Fact]
    [Statement("7.5-4")]
    public void As_many_peers_are_remembered_as_there_is_memory_for()
    {
        Turns turns = new(2, 3);
        foreach (ulong peer in (ulong[])[1, 2, 2, 2, 3, 4])
        {
            turns.Passed(peer);
        }

        Assert.Equal([false, true, true, true, false], ((ulong[])[1, 2, 3, 4, 5]).Select(turns.HasPassed));
    }

    public static IEnumerable<TheoryDataRow<bool, string, bool, bool>> Attacks()
    {
        foreach (bool isDevice in (bool[])[false, true])
        {
            foreach (string attack in (string[])["stalls", "trickles", "writes slowly", "starts anew", "lies"])
            {
                foreach (bool areMembers in (bool[])[false, true])
                {
                    yield return new(isDevice, attack, areMembers, false);
                    yield return new(isDevice, attack, areMembers, true);
                }
            }
        }
    }

    // The attackers are all that there are: members of the old network, or guests beside it. To a sparse device, which
    // does not hold its entry, the honest member is a guest too.
    [Theory]
    [MemberData(nameof(Attacks))]
    public void Eight_attackers_keep_a_newer_network_out_for_a_bounded_time(
        bool isDevice, string attack, bool areMembers, bool isSparse)
    {
        Mesh mesh = new();
        NodeLimits limits = isDevice ? NodeLimits.Device() : NodeLimits.Desktop();
        limits.Peers = 2 + Attackers;
        limits.Keypairs = Math.Max(limits.Keypairs, 60);
        limits.Initiations = Math.Max(limits.Initiations, 40);
        limits.Guests = isSparse && isDevice ? Attackers + 1
            : areMembers || !isDevice ? limits.Guests
            : Attackers;
        limits.NetworkEntries = isSparse ? 2 + Attackers : 64;
        MeshNode node = mesh.Add(1, limits);
        Stranger honest = mesh.AddStranger(2);
        Stranger[] attackers = [.. Enumerable.Range(10, Attackers).Select(i => mesh.AddStranger((byte)i))];
        IStation[] members = areMembers ? [node, honest, .. attackers] : [node, honest];
        int padding = isSparse ? 20 : 5;
        byte[] older = Mesh.NetworkOf(1, members, null, 0, [.. Enumerable.Range(1, padding).Select(Padding)]);
        byte[] newer = Mesh.NetworkOf(2, [node, honest], null, 0, [.. Enumerable.Range(1, padding).Select(Padding)]);
        byte[] damaged = [.. newer[..^1], (byte)(newer[^1] ^ 1)];
        string ownName = "entry/" + Convert.ToHexStringLower(node.Key);
        byte[] ownProof = new SparseNetwork(newer).ProofOf(node.Key);
        Assert.Equal(
            NetworkFault.None,
            isSparse
                ? node.LoadPart(older[..144], new SparseNetwork(older).ProofOf(node.Key))
                : node.Load(older));
        HashSet<IStation> slow = [.. attackers];
        long delay = attack switch { "trickles" => 1_500, "writes slowly" => 4_500, _ => 0 };
        mesh.Filter = (from, _, datagram) =>
        {
            if (!slow.Contains(from) || datagram[0] != 4)
            {
                return true;
            }

            if (delay > 0 && datagram.Length > 200)
            {
                mesh.After(delay, () => mesh.Inject(node, datagram, from.Endpoint));
                return false;
            }

            return true;
        };
        foreach (Stranger attacker in attackers)
        {
            Join(attacker);
            if (attack == "trickles" || attack == "lies")
            {
                attacker.Files["network"] = damaged;
                attacker.Files[ownName] = [.. ownProof[..^1], (byte)~ownProof[^1]];
            }

            Offer(attacker);
        }

        Join(honest);
        honest.Files["network"] = newer;
        honest.Files[ownName] = ownProof;
        long start = mesh.Now;
        long bound = isDevice ? 300_000 : 60_000;
        long nextPush = 0;
        long nextOffer = mesh.Now;
        bool isApplied = false;
        while (!isApplied && mesh.Now - start < bound)
        {
            if (mesh.Now >= nextOffer)
            {
                honest.Connect(node);
                honest.StartWrite("head", newer[..144]);
                nextOffer = mesh.Now + 20_000;
            }

            if (attack is "starts anew" or "writes slowly" && mesh.Now >= nextPush)
            {
                foreach (Stranger attacker in attackers)
                {
                    attacker.StartWrite("network", damaged, attack == "starts anew" ? 1 : int.MaxValue);
                }

                nextPush = mesh.Now + (attack == "starts anew" ? 4_000 : 60_000);
            }

            isApplied = mesh.RunUntil(() => node.Node.NetworkVersion == 2, 1_000);
        }

        Assert.True(isApplied, $"after {mesh.Now - start} ms");

        void Join(Stranger peer)
        {
            if (isSparse && members.Contains(peer))
            {
                peer.Files["entry/" + Convert.ToHexStringLower(peer.Key)] = new SparseNetwork(older).ProofOf(peer.Key);
            }

            TurnTests.Join(mesh, peer, node);
        }

        void Offer(Stranger attacker)
        {
            // Without the file it answers nothing: it stalls.
            attacker.HasNoServer = attack == "stalls";
            attacker.StartWrite("head", newer[..144]);
            mesh.Run(200);
        }
    }

    // The turns of peers that stall have grown to hours by then.
    [Theory]
    [Statement("7.5-6", "7.5-7")]
    [InlineData(false)]
    [InlineData(true)]
    public void A_peer_waits_for_no_turn_that_has_grown_while_others_were_alone_with_the_node(bool isDevice)
    {
        (Mesh mesh, MeshNode node, Stranger[] silent, byte[] newer) = Silent(3, isDevice);
        Stranger honest = mesh.AddStranger(90);
        for (int i = 0; i < 72; i++)
        {
            mesh.Run(35_000);
            Array.ForEach(silent, s => Join(mesh, s, node));
        }

        Assert.Equal(1UL, node.Node.NetworkVersion);
        Join(mesh, honest, node);
        honest.Files["network"] = newer;
        Assert.True(honest.Write("head", newer[..144]).IsComplete);
        Assert.True(mesh.RunUntil(() => node.Node.NetworkVersion == 2, isDevice ? 20_000 : 10_000));
    }

    // By then the guest has lost its slot, and its session.
    [Fact]
    [Statement("7.5-4")]
    public void A_peer_that_let_a_turn_pass_is_last_though_it_lost_its_slot_since()
    {
        Mesh mesh = new();
        MeshNode node = mesh.Add(1);
        Stranger silent = mesh.AddStranger(20);
        Stranger[] others = [mesh.AddStranger(21), mesh.AddStranger(22)];
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(1, [node])));
        byte[] newer = Mesh.NetworkOf(2, [node]);
        silent.HasNoServer = true;
        Assert.True(silent.Connect(node));
        silent.StartWrite("head", newer[..144]);
        Assert.True(mesh.RunUntil(() => Asked(silent) > 0, 5_000));
        Assert.True(mesh.RunUntil(() => node.Node.Peers.All(p => !p.InUse), 400_000));

        // One has its turn; meanwhile the others offer, the silent one first.
        others[0].HasNoServer = true;
        others[1].Files["network"] = newer;
        foreach (Stranger guest in (Stranger[])[others[0], silent, others[1]])
        {
            Assert.True(guest.Connect(node));
            guest.StartWrite("head", newer[..144]);
            mesh.Run(100);
        }

        int asked = Asked(silent);
        Assert.Equal(0, Asked(others[1]));
        Assert.True(mesh.RunUntil(() => node.Node.NetworkVersion == 2, 7_000));
        Assert.Equal(asked, Asked(silent));
    }

    // Anybody can read the header of its network, and make up entries.
    [Theory]
    [Statement("7.5-13")]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void A_guest_that_writes_keeps_a_node_without_a_network_from_none(bool isDevice, bool startsAnew)
    {
        Mesh mesh = new();
        MeshNode node = mesh.Add(1, isDevice ? NodeLimits.Device() : NodeLimits.Desktop());
        Stranger writer = mesh.AddStranger(20);
        Stranger honest = mesh.AddStranger(21);
        byte[] network = Mesh.NetworkOf(2, [node, honest], null, 0, [.. Enumerable.Range(1, 5).Select(Padding)]);
        mesh.Filter = (from, _, datagram) =>
        {
            if (from != writer || startsAnew || datagram[0] != 4 || datagram.Length < 200)
            {
                return true;
            }

            mesh.Inject(node, datagram, from.Endpoint, 4_500);
            return false;
        };
        Join(mesh, writer, node);
        byte[] madeUp = [.. network[..^1], (byte)~network[^1]];
        StrangerTransfer write = writer.StartWrite("network", madeUp, startsAnew ? 1 : int.MaxValue);
        mesh.Run(20_000);
        Join(mesh, honest, node);
        honest.Files["head"] = network[..144];
        honest.Files["network"] = network;
        long start = mesh.Now;
        StrangerTransfer offer = honest.StartWrite("head", network[..144]);
        while (!mesh.RunUntil(() => node.Node.NetworkVersion == 2, 4_000))
        {
            Assert.InRange(mesh.Now - start, 0, isDevice ? 60_000 : 20_000);
            if (startsAnew || write.IsDone)
            {
                write.Abandon();
                write = writer.StartWrite("network", madeUp, startsAnew ? 1 : int.MaxValue);
            }

            if (offer.Error is not null)
            {
                offer = honest.StartWrite("head", network[..144]);
            }
        }
    }

    // A stock peer with curl has no server: it offers nothing that could be read. On a slow path a file takes longer
    // than the first turn.
    [Theory]
    [Statement("7.5-6", "7.5-13")]
    [InlineData(false)]
    [InlineData(true)]
    public void A_slow_writer_that_offers_nothing_has_more_time_in_each_turn(bool isDevice)
    {
        Mesh mesh = new();
        MeshNode node = mesh.Add(1, isDevice ? NodeLimits.Device() : NodeLimits.Desktop());
        Stranger writer = mesh.AddStranger(2);
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(1, [node, writer])));
        byte[] newer = Mesh.NetworkOf(2, [node, writer], null, 0, [.. Enumerable.Range(1, 9).Select(Padding)]);
        long delay = isDevice ? 4_000 : 1_500;
        mesh.Filter = (from, _, datagram) =>
        {
            if (from != writer || datagram.Length < 200)
            {
                return true;
            }

            mesh.After(delay, () => mesh.Inject(node, datagram, from.Endpoint));
            return false;
        };
        Assert.True(writer.Connect(node));
        Assert.Equal(TftpError.NotDefined, writer.Write("network", newer).Error);
        Assert.True(writer.Write("network", newer).IsComplete);
        Assert.Equal(2UL, node.Node.NetworkVersion);
    }

    // Three silent members: each is asked once in a round of 5 s turns, then of 10 s turns.
    [Fact]
    [Statement("7.5-5", "7.5-6")]
    public void Each_peer_has_one_turn_in_a_round_and_turns_double()
    {
        (Mesh mesh, MeshNode node, Stranger[] silent, _) = Silent(3);
        List<(long At, Stranger Who)> turns = [];
        while (turns.Count < 6)
        {
            // A request that is repeated is of the same turn.
            int[] asked = [.. silent.Select(Asked)];
            Assert.True(mesh.RunUntil(() => !silent.Select(Asked).SequenceEqual(asked), 30_000));
            Stranger who = silent.Where((s, i) => Asked(s) > asked[i]).Single();
            if (turns.Count == 0 || turns[^1].Who != who)
            {
                turns.Add((mesh.Now, who));
            }
        }

        Assert.Equal(3, turns.Take(3).Select(t => t.Who).Distinct().Count());
        Assert.Equal(3, turns.Skip(3).Select(t => t.Who).Distinct().Count());
        Assert.InRange(turns[1].At - turns[0].At, 4_900, 5_100);
        Assert.InRange(turns[2].At - turns[1].At, 4_900, 5_100);
        Assert.InRange(turns[4].At - turns[3].At, 9_900, 10_100);
        Assert.InRange(turns[5].At - turns[4].At, 9_900, 10_100);
        Assert.Equal(1UL, node.Node.NetworkVersion);
    }

    [Fact]
    [Statement("7.5-7")]
    public void A_turn_that_is_longer_than_a_first_one_ends_when_another_peer_offers()
    {
        (Mesh mesh, MeshNode node, Stranger[] silent, byte[] newer) = Silent(1);
        Stranger other = mesh.AddStranger(90);
        Assert.True(other.Connect(node));
        other.Files["network"] = newer;
        mesh.Run(5_300);
        int asked = Asked(silent[0]);
        Assert.True(mesh.RunUntil(() => Asked(silent[0]) > asked, 2_000));
        mesh.Run(3_000);
        Assert.True(other.Write("head", newer[..144]).IsComplete);
        mesh.Run(1_800);
        Assert.DoesNotContain("read network", other.Requests);
        Assert.True(mesh.RunUntil(() => node.Node.NetworkVersion == 2, 500));
    }

    // A device answers few handshakes at a time.
    private static void Join(Mesh mesh, Stranger peer, MeshNode node)
    {
        for (int i = 0; !peer.Connect(node); i++)
        {
            Assert.True(i < 20);
            mesh.Run(5_000);
        }
    }

    private static int Asked(Stranger peer) => peer.Requests.Count(r => r == "read network");

    // A node, and members that offer it a network and answer no read of it.
    private static (Mesh Mesh, MeshNode Node, Stranger[] Silent, byte[] Newer) Silent(int count, bool isDevice = false)
    {
        Mesh mesh = new();
        MeshNode node = mesh.Add(1, isDevice ? NodeLimits.Device() : NodeLimits.Desktop());
        Stranger[] silent = [.. Enumerable.Range(10, count).Select(i => mesh.AddStranger((byte)i))];
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(1, [node, .. silent])));
        byte[] newer = Mesh.NetworkOf(2, [node, .. silent]);
        foreach (Stranger peer in silent)
        {
            Join(mesh, peer, node);
        }

        foreach (Stranger peer in silent)
        {
            peer.HasNoServer = true;
            peer.StartWrite("head", newer[..144]);
        }

        return (mesh, node, silent, newer);
    }

    private static byte[] Padding(int key) => NetworkBytes.Entry(
        NetworkBytes.Key32(key), NetworkBytes.Field(32, [0, 0, 0, 1, .. new byte[200]]));
}
