using System.Linq;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tests.Network;
using Spore.Tests.WireGuard;
using Spore.Tftp;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>What wall time does to a node, and who can change it (PROTOCOL section 6).</summary>
public class TimeTests
{
    private const long Issued = 1_760_000_000;
    private const long Year9000 = 221_845_392_000;
    private const long Expires = Issued + 1_000_000;

    private readonly Mesh _mesh = new();
    private readonly MeshNode _node;
    private readonly Stranger[] _witnesses;

    public TimeTests()
    {
        _node = _mesh.Add(1);
        _witnesses = [.. Enumerable.Range(2, 3).Select(seed => _mesh.AddStranger((byte)seed))];
        foreach (Stranger witness in _witnesses)
        {
            witness.Clock = Issued + 1_000;
        }

        Load(1, Expires);
    }

    [Fact]
    [Statement("6-11")]
    public void A_liar_among_three_witnesses_changes_nothing()
    {
        _witnesses[0].Clock = Year9000;
        foreach (Stranger witness in _witnesses)
        {
            Assert.True(witness.Connect(_node));
            _mesh.Run(1_000);
            Assert.False(_node.Node.IsExpired);
        }
    }

    [Fact]
    [Statement("6-1", "6-10", "6-14")]
    public void Two_liars_expire_a_network_but_keep_no_newer_one_out()
    {
        Lie(0, 1);
        Assert.True(_node.Node.IsExpired);
        Stranger guest = _mesh.AddStranger(20);
        Assert.True(guest.Connect(_node));
        Assert.True(guest.Write("network", Network(2, Expires, 2)).IsComplete);
        Assert.Equal(2UL, _node.Node.NetworkVersion);

        // The liars are no members any more, and neither is their word.
        _mesh.Run(1_000);
        Assert.False(_node.Node.IsExpired);
    }

    [Fact]
    [Statement("6-2", "6-16")]
    public void The_right_time_from_the_operator_ends_a_lie()
    {
        Lie(0, 1);
        Assert.True(_node.Node.IsExpired);
        _node.Node.SetWallClock((Issued + 2_000) * 1000, _mesh.Now);
        _mesh.Run(0);
        Assert.False(_node.Node.IsExpired);
        Lie(0, 1);
        Assert.False(_node.Node.IsExpired);
        Load(2, Expires);
    }

    [Fact]
    [Statement("6-6")]
    public void A_lie_is_not_passed_on_and_does_not_outlive_a_reboot()
    {
        Lie(0, 1);
        Assert.True(_node.Node.IsExpired);
        Assert.DoesNotContain(_node.Sent, s => s[0] == 1);
        byte[] timestamp = First(_node).Timestamp;
        Assert.InRange(Tai64n.ToUnixMilliseconds(timestamp, 0), Year9000 * 1000, long.MaxValue);
        Assert.True(Tai64n.IsMarked(timestamp, 0));
        _node.Reboot();
        Load(1, Expires);
        _mesh.Run(1_000);
        Assert.False(_node.Node.IsExpired);
    }

    [Theory]
    [Statement("6-3", "6-6")]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void Only_a_fed_clock_makes_words(bool isFed, bool isMarked)
    {
        if (isFed)
        {
            _node.Node.SetWallClock((Issued + 5) * 1000, _mesh.Now);
        }

        StockPeer stock = First(_node);
        Assert.Equal(isMarked, Tai64n.IsMarked(stock.Timestamp, 0));
        Assert.Equal(isFed ? Issued + 5 : Mesh.BuildTime, Tai64n.ToUnixMilliseconds(stock.Timestamp, 0) / 1000);

        // The next one in the same tick is raised, and so no word.
        Assert.True(_node.Node.AddPeer(_witnesses[0].Key, 0, _witnesses[0].Endpoint, _mesh.Now));
    }

    [Fact]
    [Statement("6-5")]
    public void A_marked_timestamp_is_no_word()
    {
        foreach (Stranger witness in _witnesses)
        {
            byte[] timestamp = StockPeer.Tai(Year9000);
            Tai64n.Mark(timestamp, 0);
            _mesh.Inject(_node, witness.Stock.Initiate(_node.Key, timestamp), witness.Endpoint);
            _mesh.Run(500);
        }

        Assert.False(_node.Node.IsExpired);
    }

    [Fact]
    [Statement("6-8", "6-11")]
    public void The_words_of_a_time_server_and_of_the_only_witness_give_the_earlier_time()
    {
        byte[] network = Mesh.NetworkOf(2, [_node, _witnesses[0]], _witnesses[0], Expires);
        Assert.Equal(NetworkFault.None, _node.Load(network));
        _node.Node.AddSntpTime(Year9000 * 1000, _mesh.Now);
        _mesh.Run(0);
        Assert.False(_node.Node.IsExpired);
        Assert.True(_witnesses[0].Connect(_node));
        _mesh.Run(1_000);
        Assert.False(_node.Node.IsExpired);
        Lie(0);
        Assert.True(_node.Node.IsExpired);
    }

    [Fact]
    [Statement("6-15", "6-16", "7.6-3")]
    public void The_members_of_an_expired_network_have_the_rights_of_guests_and_keep_their_slots()
    {
        Assert.True(_witnesses[2].Connect(_node));
        Assert.Null(_witnesses[2].Read("status").Error);
        int removed = _node.Count(NodeEvent.PeerRemoved);
        _node.Node.SetWallClock((Expires + 1) * 1000, _mesh.Now);
        _mesh.Run(0);
        Assert.True(_node.Node.IsExpired);
        Assert.Equal(removed, _node.Count(NodeEvent.PeerRemoved));
        Assert.True(_witnesses[2].Ping());
        Assert.Equal(_node.Node.Network.Bytes[..144], _witnesses[2].Read("head").Content);
        Assert.Equal(TftpError.AccessViolation, _witnesses[2].Read("network").Error);
        Assert.Equal(TftpError.AccessViolation, _witnesses[2].Read("status").Error);
        byte[] address = _witnesses[2].LinkLocal;
        Assert.False(_node.Send(InnerPacket.Udp(_node.Node.LinkLocal, address, 7, 7, 1)));
        int delivered = _node.Delivered.Count;
        _witnesses[2].SendInner(InnerPacket.Udp(address, _node.Node.LinkLocal, 7, 7, 1));
        _witnesses[2].SendInner(InnerPacket.Udp([10, 0, 0, 4], [10, 0, 0, 1], 7, 7, 1));
        _mesh.Run(100);
        Assert.Equal(delivered, _node.Delivered.Count);

        _node.Node.SetWallClock(Issued * 1000, _mesh.Now);
        _mesh.Run(0);
        Assert.Null(_witnesses[2].Read("status").Error);
        Assert.True(_node.Send(InnerPacket.Udp(_node.Node.LinkLocal, address, 7, 7, 1)));
        _witnesses[2].SendInner(InnerPacket.Udp([10, 0, 0, 4], [10, 0, 0, 1], 7, 7, 1));
        _mesh.Run(100);
        Assert.Equal(delivered + 1, _node.Delivered.Count);
    }

    [Fact]
    [Statement("6-9")]
    public void Issued_moves_no_clock()
    {
        byte[] future = NetworkBytes.File(
            9, Year9000, Year9000 + 1, [NetworkBytes.Entry(_node.Key, NetworkBytes.Field(1, 10, 0, 0, 1, 32))]);
        Assert.Equal(NetworkFault.None, _node.Load(future));
        Load(10, Expires);
        _mesh.Run(1_000);
        Assert.False(_node.Node.IsExpired);
    }

    // The timestamp of the node's first initiation to the first witness.
    private StockPeer First(MeshNode node)
    {
        Assert.True(node.Node.AddPeer(_witnesses[0].Key, 0, _witnesses[0].Endpoint, _mesh.Now));
        _mesh.Run(1_000);
        StockPeer stock = new(MeshNode.PrivateKey(2));
        Assert.NotNull(node.Sent.Where(s => s[0] == 1).Select(stock.TakeInitiation).First(taken => taken is not null));
        return stock;
    }

    private void Lie(params int[] witnesses)
    {
        foreach (int witness in witnesses)
        {
            _witnesses[witness].Clock = Year9000 + _mesh.Now;
            _witnesses[witness].Connect(_node);
            _mesh.Run(1_000);
        }
    }

    private void Load(ulong version, long expires) =>
        Assert.Equal(NetworkFault.None, _node.Load(Network(version, expires, 0, 1, 2)));

    private byte[] Network(ulong version, long expires, params int[] witnesses) => Mesh.NetworkOf(
        version,
        [_node],
        null,
        expires,
        [.. witnesses.Select(w => NetworkBytes.Entry(
            _witnesses[w].Key,
            NetworkBytes.Field(1, 10, 0, 0, _witnesses[w].Seed, 32),
            NetworkBytes.Field(6, 1)))]);
}
