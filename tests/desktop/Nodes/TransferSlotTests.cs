using System.Linq;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tftp;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>Who gets the transfer slots when there are not enough, and for how long (PROTOCOL section 8).</summary>
public class TransferSlotTests
{
    private readonly Mesh _mesh = new();

    // A device has one slot for a peer's requests.
    [Theory]
    [Statement("8-16")]
    [InlineData(4_000, false)]
    [InlineData(6_000, true)]
    public void A_transfer_that_its_peer_has_abandoned_gives_way_to_the_peers_next_request(long later, bool isServed)
    {
        Mesh mesh = new();
        MeshNode node = mesh.Add(1, NodeLimits.Device());
        Stranger member = mesh.AddStranger(2);
        byte[] network = Mesh.NetworkOf(5, [node, member]);
        Assert.Equal(NetworkFault.None, node.Load(network));
        Assert.True(member.Connect(node));
        member.StartWrite("head", Mesh.NetworkOf(6, [node, member])[..144], silentAfter: 0);
        mesh.Run(later);
        StrangerTransfer next = member.StartRead("head");
        mesh.Run(200);
        Assert.Equal(isServed, next.IsComplete);
    }

    [Fact]
    [Statement("8-16a")]
    public void On_a_desktop_that_of_a_guest_ends_by_its_timeout()
    {
        MeshNode node = _mesh.Add(1, NodeLimits.Desktop());
        Stranger guest = _mesh.AddStranger(2);
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(5, [node])));
        Assert.True(guest.Connect(node));
        long start = _mesh.Now;
        Assert.True(IsServed(guest.StartRead("head", silentAfter: 0)));
        Assert.InRange(UntilServed(guest, "head") - start, 31_000, 42_000);
    }

    [Fact]
    [Statement("8-14")]
    public void A_guest_has_one_transfer_at_a_time()
    {
        (MeshNode node, _) = Device(1, transfers: 8);
        Stranger guest = _mesh.AddStranger(20);
        Assert.True(guest.Connect(node));
        StrangerTransfer first = guest.StartRead("head", silentAfter: 0);
        Assert.True(_mesh.RunUntil(() => first.Content.Count != 0, 1_000));
        Assert.False(IsServed(guest.StartRead("head", silentAfter: 0)));

        guest.GiveUp(first);
        _mesh.Run(1_000);
        Assert.True(IsServed(guest.StartRead("head")));
    }

    [Fact]
    [Statement("8-14")]
    public void A_member_may_have_several()
    {
        (MeshNode _, Stranger[] members) = Device(1, transfers: 8);
        for (int i = 0; i < 4; i++)
        {
            Assert.True(IsServed(members[0].StartRead("head", silentAfter: 0)));
        }

        Assert.False(IsServed(members[0].StartRead("head", silentAfter: 0)));
    }

    [Fact]
    [Statement("8-17", "8-18")]
    public void A_slot_that_others_wait_for_is_held_for_a_bounded_time_which_doubles()
    {
        (MeshNode _, Stranger[] members) = Device(2);
        foreach (int limit in new[] { 15_000, 30_000 })
        {
            long start = _mesh.Now;
            StrangerTransfer slow = members[0].StartRead("status", silentAfter: 0, "timeout", "255");
            Assert.True(_mesh.RunUntil(() => slow.HasAnswer, 1_000));
            Assert.InRange(UntilServed(members[1], "head") - start, limit, limit + 1_100);
            Assert.Equal(TftpError.NotDefined, slow.Error);
        }
    }

    [Fact]
    [Statement("8-17")]
    public void A_slot_that_nobody_waits_for_is_held_as_long_as_the_peer_likes()
    {
        (MeshNode _, Stranger[] members) = Device(2);
        StrangerTransfer slow = members[0].StartRead("status", silentAfter: 0, "timeout", "255");
        _mesh.Run(200_000);
        Assert.Null(slow.Error);
    }

    [Fact]
    [Statement("8-20")]
    public void A_free_slot_goes_to_the_peer_that_was_served_longest_ago()
    {
        (MeshNode _, Stranger[] members) = Device(3);
        Assert.True(members[1].Read("head").IsComplete);
        _mesh.Run(2_000);
        StrangerTransfer holds = members[0].StartRead("head", silentAfter: 0);
        Assert.True(_mesh.RunUntil(() => holds.HasAnswer, 1_000));

        // Both wait, and the one that was served lately asks first when the slot is free.
        Assert.False(IsServed(members[1].StartRead("head")));
        Assert.False(IsServed(members[2].StartRead("head")));
        members[0].GiveUp(holds);
        _mesh.Run(100);
        Assert.False(IsServed(members[1].StartRead("head")));
        Assert.True(IsServed(members[2].StartRead("head")));
        Assert.True(IsServed(members[1].StartRead("head")));
    }

    [Fact]
    [Statement("8-20a")]
    public void Who_waits_no_more_keeps_the_slot_from_nobody()
    {
        (MeshNode _, Stranger[] members) = Device(3);
        Assert.True(members[1].Read("head").IsComplete);
        _mesh.Run(2_000);
        StrangerTransfer holds = members[0].StartRead("head", silentAfter: 0);
        Assert.True(_mesh.RunUntil(() => holds.HasAnswer, 1_000));
        Assert.False(IsServed(members[2].StartRead("head")));
        members[0].GiveUp(holds);
        Assert.InRange(UntilServed(members[1], "head"), _mesh.Now - 10_000, _mesh.Now);
    }

    [Fact]
    [Statement("8-21")]
    public void Own_exchanges_of_head_hold_a_quarter_of_the_slots_and_readers_do_not_wait()
    {
        (MeshNode node, Stranger[] members) = Device(13, transfers: 8);
        Stranger[] silent = members[1..];
        foreach (Stranger member in silent)
        {
            // It has a server at first, so that it is asked more than once.
            Assert.True(member.Connect(node));
            Assert.True(member.Read("head").IsComplete);
            member.HasNoServer = true;
        }

        _mesh.Run(60_000);
        foreach (Stranger member in silent)
        {
            member.Requests.Clear();
        }

        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(2, [node, .. members])));
        for (int i = 0; i < 30; i++)
        {
            int asked = silent.Count(m => m.Requests.Count != 0);
            _mesh.Run(1_000);
            Assert.InRange(silent.Count(m => m.Requests.Count != 0) - asked, 0, 2);
            Assert.True(IsServed(members[0].StartRead("head")));
        }
    }

    [Theory]
    [Statement("8-21", "8-22")]
    [InlineData(2, 1)]
    [InlineData(4, 1)]
    [InlineData(8, 2)]
    [InlineData(16, 4)]
    public void They_hold_so_many(int slots, int expected)
    {
        (MeshNode node, Stranger[] members) = Device(15, transfers: slots);
        foreach (Stranger member in members)
        {
            member.HasNoServer = true;
            member.Requests.Clear();
        }

        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(2, [node, .. members])));
        _mesh.Run(500);
        Assert.Equal(expected, members.Count(m => m.Requests.Count != 0));
    }

    [Fact]
    [Statement("8-23")]
    public void A_peer_that_never_sent_TFTP_gets_three_datagrams_in_its_first_session_and_one_in_each_later_one()
    {
        MeshNode node = _mesh.Add(1, Limits(8));
        Stranger stock = _mesh.AddStranger(2);
        stock.HasNoServer = true;
        stock.AnswersInitiations = true;
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(1, [node])));
        Assert.True(node.Node.AddPeer(stock.Key, 0, stock.Endpoint, _mesh.Now));
        foreach (int expected in new[] { 3, 1, 1 })
        {
            stock.Requests.Clear();
            int before = node.Count(NodeEvent.SessionUp);
            for (int i = 0; i < 200 && node.Count(NodeEvent.SessionUp) == before; i++)
            {
                node.Send(InnerPacket.Udp(node.Node.LinkLocal, stock.LinkLocal, 1, 2, 3));
                _mesh.Run(1_000);
            }

            // Not until its silence starts the next handshake.
            Assert.Equal(before + 1, node.Count(NodeEvent.SessionUp));
            _mesh.Run(12_000);
            Assert.Equal(Enumerable.Repeat("read head", expected), stock.Requests);
        }

        // A new network is not written to it either.
        stock.Requests.Clear();
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(2, [node])));
        _mesh.Run(2_000);
        Assert.Empty(stock.Requests);
    }

    private static NodeLimits Limits(int transfers)
    {
        NodeLimits limits = MeshNode.Limits();
        limits.Transfers = transfers;
        limits.SlotTime = 15_000;
        return limits;
    }

    // A node and members with a session, all of which have sent a TFTP packet before.
    private (MeshNode Node, Stranger[] Members) Device(int members, int transfers = 2)
    {
        MeshNode node = _mesh.Add(1, Limits(transfers));
        Stranger[] strangers = [.. Enumerable.Range(2, members).Select(i => _mesh.AddStranger((byte)i))];
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(1, [node, .. strangers])));
        foreach (Stranger stranger in strangers)
        {
            Assert.True(stranger.Connect(node));
            Assert.True(stranger.Read("status").IsComplete);
        }

        _mesh.Run(40_000);
        return (node, strangers);
    }

    private bool IsServed(StrangerTransfer transfer)
    {
        _mesh.Run(100);
        return transfer.HasAnswer;
    }

    // Asks once a second, as a client repeats its request, and returns when it was answered.
    private long UntilServed(Stranger stranger, string name)
    {
        for (int i = 0; i < 120; i++)
        {
            if (IsServed(stranger.StartRead(name)))
            {
                return _mesh.Now;
            }

            _mesh.Run(900);
        }

        Assert.Fail("not served");
        return 0;
    }
}
