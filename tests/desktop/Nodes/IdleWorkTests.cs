using System.Linq;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tftp;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>Signatures and multiplications are carried on slice by slice, with packets in between.</summary>
public class IdleWorkTests
{
    private readonly Mesh _mesh = new();
    private readonly MeshNode _node;
    private readonly Stranger _member;
    private readonly byte[] _newer;

    public IdleWorkTests()
    {
        _node = _mesh.Add(1);
        _member = _mesh.AddStranger(2);
        Assert.Equal(NetworkFault.None, _node.Load(Mesh.NetworkOf(1, [_node, _member])));
        _newer = Mesh.NetworkOf(2, [_node, _member]);
        Assert.True(_member.Connect(_node));
        _mesh.Run(100);
    }

    private NodeIdleWork Work(MeshNode node)
    {
        NodeIdleWork work = new();
        node.Node.CountIdleWork(work, _mesh.Now);
        return work;
    }

    // The header has arrived, and the first slices of its check are done.
    private StrangerTransfer UnderWay(byte[] file, int slices = 2)
    {
        StrangerTransfer transfer = _member.StartWrite("head", file[..144]);
        while (Work(_node).Checks == 0)
        {
            Assert.True(_mesh.RunOne());
        }

        for (int i = 0; i < slices; i++)
        {
            _node.Node.Advance(_mesh.Now);
        }

        Assert.False(transfer.IsDone);
        Assert.Equal(1, Work(_node).Checks);
        return transfer;
    }

    [Fact]
    [Statement("8-42")]
    public void A_signature_is_checked_in_slices_and_packets_are_answered_in_between()
    {
        StrangerTransfer transfer = UnderWay(_newer);
        int slices = 2;
        for (; Work(_node).Checks > 0; slices++)
        {
            int sent = (int)_node.Node.Counters.DatagramsSent;
            _node.Receive(_member.SealEcho(), _member.Endpoint);
            Assert.Equal(sent + 1, _node.Node.Counters.DatagramsSent);
            _node.Node.Advance(_mesh.Now);
        }

        Assert.InRange(slices, 6, 20);
        Assert.True(_member.Finish(transfer).IsComplete);
        Assert.Contains(_node.Events, e => e.What == NodeEvent.HeaderVerified);
    }

    [Fact]
    public void A_check_whose_transfer_ends_is_dropped_and_the_next_one_begins()
    {
        byte[] forged = [.. _newer[..143], (byte)(_newer[143] ^ 1)];
        Stranger other = _mesh.AddStranger(3);
        Assert.True(other.Connect(_node));
        StrangerTransfer transfer = UnderWay(forged);
        StrangerTransfer next = other.StartWrite("head", _newer[..144]);
        _mesh.Delay = 0;
        transfer.GiveUp();
        _mesh.Run(1);
        Assert.True(other.Finish(next).IsComplete);
        Assert.DoesNotContain(_node.Events, e => e.What == NodeEvent.HeaderRefused);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void What_the_operator_loads_meanwhile_is_checked_at_once_and_the_check_begins_anew(int slices)
    {
        StrangerTransfer transfer = UnderWay(Mesh.NetworkOf(3, [_node, _member]), slices);
        Assert.Equal(NetworkFault.Signature, _node.Load([.. _newer[..143], (byte)(_newer[143] ^ 1), .. _newer[144..]]));
        Assert.Equal(NetworkFault.None, _node.Load(_newer));
        Assert.Equal(2UL, _node.Node.NetworkVersion);
        Assert.True(_member.Finish(transfer).IsComplete);
        Assert.Contains(_node.Events, e => e.What == NodeEvent.HeaderVerified);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(9)]
    public void What_follows_a_header_is_kept_until_it_is_checked(int members)
    {
        byte[] newer = Mesh.NetworkOf(
            2, [_node, _member, .. Enumerable.Range(10, members - 2).Select(i => _mesh.AddStranger((byte)i))]);
        StrangerTransfer transfer = _member.Write("network", newer);
        Assert.True(transfer.IsComplete);
        Assert.Equal((newer.Length / 512) + 1, transfer.BlocksSent);
        Assert.Equal(2UL, _node.Node.NetworkVersion);
    }

    [Fact]
    [Statement("8-43")]
    public void Of_two_that_wait_one_is_kept_and_the_other_repeats_its_block()
    {
        byte[] newest = Mesh.NetworkOf(3, [_node, _member]);
        Stranger other = _mesh.AddStranger(3);
        Assert.True(other.Connect(_node));
        StrangerTransfer first = _member.StartWrite("network", _newer);
        StrangerTransfer second = other.StartWrite("network", newest);
        Assert.True(_member.Finish(first).IsComplete);
        Assert.True(other.Finish(second).IsComplete);
        Assert.Equal(1, first.BlocksSent);
        Assert.Equal(2, second.BlocksSent);
        Assert.Equal(3UL, _node.Node.NetworkVersion);
    }

    [Theory]
    [Statement("7.4-11")]
    [InlineData(false)]
    [InlineData(true)]
    public void Between_a_header_s_check_and_its_repetition_the_first_of_two_networks_of_a_version_is_kept(bool loads)
    {
        Stranger[] guests = [.. Enumerable.Range(3, 4).Select(i => _mesh.AddStranger((byte)i))];
        Assert.All(guests, g => Assert.True(g.Connect(_node)));
        byte[] other = Mesh.NetworkOf(2, [_node, _member, guests[0]]);
        byte[] forged = [.. _newer[..143], (byte)(_newer[143] ^ 1), .. _newer[144..]];
        if (!loads)
        {
            // Then version 2 is no candidate, and each header of it is checked.
            Assert.True(guests[1].Write("head", Mesh.NetworkOf(3, [_node, _member])[..144]).IsComplete);
        }

        int verified = _node.Count(NodeEvent.HeaderVerified);
        guests[2].StartWrite("network", forged);
        StrangerTransfer repeated = guests[0].StartWrite("network", other);
        Assert.True(_mesh.RunUntil(() => _node.Count(NodeEvent.HeaderVerified) > verified, 1_000));
        Assert.Equal(1UL, _node.Node.NetworkVersion);

        _mesh.Filter = (from, _, _) => from != guests[0];
        Assert.True(loads ? _node.Load(_newer) == NetworkFault.None : guests[3].Write("network", _newer).IsComplete);
        _mesh.Filter = null;
        Assert.Equal(TftpError.FileAlreadyExists, _member.Finish(repeated).Error);
        Assert.Equal(_newer, _node.Node.Network.Bytes[.._node.Node.Network.Length]);
        Assert.True(_node.Knows(NodeEvent.Equivocation));
    }

    [Fact]
    public void The_key_made_ahead_is_made_again_after_each_handshake_of_a_guest()
    {
        Stranger guest = _mesh.AddStranger(3);
        for (int i = 0; i < 3; i++)
        {
            Assert.True(guest.Connect(_node));
            _mesh.Run(30_000);
            Assert.Equal(0, Work(_node).Keys);
        }
    }

    [Fact]
    public void A_guest_s_block_makes_room_for_a_member_s()
    {
        // The second header of a guest waits for half a minute.
        Stranger guest = _mesh.AddStranger(3);
        Assert.True(guest.Connect(_node));
        byte[] forged = [.. _newer[..143], (byte)(_newer[143] ^ 1), .. _newer[144..]];
        Assert.NotNull(guest.Write("network", forged).Error);
        forged[142] ^= 1;
        guest.StartWrite("network", forged);
        _mesh.Run(1_000);
        Assert.Equal(1, Work(_node).Checks);

        StrangerTransfer transfer = _member.Write("network", _newer);
        Assert.True(transfer.IsComplete);
        Assert.Equal(1, transfer.BlocksSent);
        Assert.Equal(2UL, _node.Node.NetworkVersion);
    }

    [Fact]
    public void What_is_kept_does_not_outlive_its_transfer()
    {
        byte[] forged = [.. _newer[..143], (byte)(_newer[143] ^ 1), .. _newer[144..]];
        Assert.NotNull(_member.Write("network", forged).Error);
        Stranger other = _mesh.AddStranger(3);
        Assert.True(other.Connect(_node));
        StrangerTransfer transfer = other.Write("network", _newer);
        Assert.True(transfer.IsComplete);
        Assert.Equal(1, transfer.BlocksSent);
    }

    [Fact]
    public void A_forged_header_is_refused_after_its_check()
    {
        StrangerTransfer transfer = _member.Finish(UnderWay([.. _newer[..143], (byte)(_newer[143] ^ 1)]));
        Assert.Equal(TftpError.AccessViolation, transfer.Error);
    }

    // They share memory, so whichever is halfway through has to be done with, or begun anew.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_signature_and_a_multiplication_do_not_get_in_each_others_way(bool loads)
    {
        for (byte steps = 1; steps < 16; steps++)
        {
            MeshNode node = _mesh.Add((byte)(40 + steps));
            byte[] key = MeshNode.PrivateKey((byte)(80 + steps));
            byte[] peerKey = new byte[32];
            new Spore.Crypto.X25519().MultiplyBase(peerKey, 0, key, 0);
            Stranger member = _mesh.AddStranger((byte)(120 + steps));
            Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(1, [node, member])));
            Assert.True(member.Connect(node));
            _mesh.Run(100);

            Assert.True(node.Node.AddPeer(peerKey, 0, null, _mesh.Now));
            for (int i = 0; i < steps; i++)
            {
                node.Node.Advance(_mesh.Now);
            }

            byte[] newer = Mesh.NetworkOf(2, [node, member]);
            if (loads)
            {
                Assert.Equal(NetworkFault.None, node.Load(newer));
            }
            else
            {
                _mesh.Delay = 0;
                Assert.True(member.Write("network", newer).IsComplete);
                _mesh.Delay = 10;
            }

            Assert.Equal(2UL, node.Node.NetworkVersion);
            _mesh.Run(100);
            Spore.WireGuard.Peer peer = node.Slot(peerKey)!;
            Assert.True(peer.HasPair);
            byte[] expected = new byte[32];
            new Spore.Crypto.X25519().Multiply(expected, 0, key, 0, node.Key, 0);
            Assert.Equal(
                expected, peer.Bytes[Spore.WireGuard.Peer.StaticStatic..(Spore.WireGuard.Peer.StaticStatic + 32)]);
            new Spore.Crypto.X25519().Multiply(expected, 0, key, 0, peer.Bytes, Spore.WireGuard.EphemeralPair.Public);
            Assert.Equal(
                expected,
                peer.Bytes[Spore.WireGuard.EphemeralPair.Shared..(Spore.WireGuard.EphemeralPair.Shared + 32)]);
        }
    }

    [Fact]
    public void What_is_due_is_counted()
    {
        MeshNode node = _mesh.Add(9);
        NodeIdleWork work = Work(node);
        Assert.Equal((0, 0, 1, 0), (work.Checks, work.Secrets, work.Keys, work.Pairs));
        Assert.True(node.Node.AddPeer(_member.Key, 0, null, _mesh.Now));
        work = Work(node);
        Assert.Equal((0, 1, 1, 1), (work.Checks, work.Secrets, work.Keys, work.Pairs));
        Assert.True(node.Node.NextDeadline <= _mesh.Now);
        _mesh.Run(1);
        work = Work(node);
        Assert.Equal((0, 0, 0, 0), (work.Checks, work.Secrets, work.Keys, work.Pairs));
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")]
    public void A_key_of_small_order_is_no_peer(string key)
    {
        Assert.False(_node.Node.AddPeer(System.Convert.FromHexString(key), 0, null, _mesh.Now));
        Assert.Equal(1, _node.Node.Peers.Count(p => p.InUse));
    }
}
