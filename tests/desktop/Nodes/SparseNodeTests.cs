using System.Linq;
using Spore.Mesh;
using Spore.SignedNetwork;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>Nodes whose memory does not take the network (PROTOCOL section 7.8).</summary>
public class SparseNodeTests
{
    private const int Members = 24;

    private readonly Mesh _mesh = new();
    private MeshNode _whole = null!;

    [Fact]
    public void A_sparse_node_joins_with_its_own_entry_and_learns_the_entry_of_the_peer_that_brought_it()
    {
        MeshNode node = Start(1, out _);
        Join(node, 1);
        NetworkFile held = node.Node.Network;
        Assert.True(held.IsSparse);
        Assert.Equal(NetworkState.Unconfirmed, node.Node.State(_mesh.Now));
        Assert.Equal(node.Key, held.Bytes[(held.EntryOffset(node.Node.OwnEntry) + 2)..][..32]);
        Assert.True(_mesh.RunUntil(() => held.Find(_whole.Key, 0) >= 0, 2_000));
        Assert.True(Node.IsMember(node.Node.Peers.Single(p => p.InUse)));
    }

    [Fact]
    public void Two_sparse_nodes_reach_each_other_by_address()
    {
        MeshNode first = Start(1, out _);
        MeshNode second = AddSparse(2);
        Join(first, 1);
        Join(second, 1);
        Assert.True(Ping(first, second) && Ping(second, first));
        Assert.True(first.Node.Network.Find(second.Key, 0) >= 0);
        Assert.True(second.Node.Network.Find(first.Key, 0) >= 0);
    }

    [Fact]
    public void Kept_sessions_go_on_when_a_newer_network_is_applied_and_no_packet_is_lost()
    {
        MeshNode first = Start(1, out IStation[] members);
        MeshNode second = AddSparse(2);
        Join(first, 1);
        Join(second, 1);
        Assert.True(Ping(first, second));
        int sent = 0;
        int before = second.Delivered.Count;
        Assert.Equal(NetworkFault.None, _whole.Load(Mesh.NetworkOf(2, members, _whole)));
        for (int i = 0; i < 200; i++)
        {
            _mesh.Run(50);
            sent += first.Send(InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 2], 1000, 2000, 1)) ? 1 : 0;
        }

        _mesh.Run(1_000);
        Assert.Equal((2UL, 2UL), (first.Node.NetworkVersion, second.Node.NetworkVersion));
        Assert.Equal(200, sent);
        Assert.Equal(200, second.Delivered.Count - before);
    }

    [Fact]
    public void A_removed_peer_has_a_guests_rights_at_once()
    {
        MeshNode first = Start(1, out IStation[] members);
        MeshNode second = AddSparse(2);
        Join(first, 1);
        Join(second, 1);
        Assert.True(Ping(first, second));
        Assert.Equal(
            NetworkFault.None, _whole.Load(Mesh.NetworkOf(2, members.Where(m => m.Seed != second.Seed), _whole)));
        Assert.True(_mesh.RunUntil(() => first.Node.NetworkVersion == 2, 30_000));
        int before = first.Delivered.Count;
        Assert.DoesNotContain(
            first.Node.Peers, p => p.InUse && p.PublicKey.SequenceEqual(second.Key) && Node.IsMember(p));
        Assert.False(Ping(first, second) || Ping(second, first));
        Assert.Equal(before, first.Delivered.Count);
        Assert.True(_mesh.RunUntil(() => second.Node.State(_mesh.Now) == NetworkState.Behind, 2_000_000));
    }

    private MeshNode Start(byte seed, out IStation[] members)
    {
        _whole = _mesh.Add(100);
        MeshNode node = AddSparse(seed);
        members =
        [
            _whole, node,
            .. Enumerable.Range(2, Members - 2).Select(i => new Stranger(_mesh, (byte)i)),
        ];
        Assert.Equal(NetworkFault.None, _whole.Load(Mesh.NetworkOf(1, members, _whole)));
        return node;
    }

    private MeshNode AddSparse(byte seed)
    {
        NodeLimits limits = NodeLimits.Device();
        limits.NetworkEntries = 8;
        return _mesh.Add(seed, limits);
    }

    private void Join(MeshNode node, ulong version) =>
        Assert.True(_mesh.RunUntil(() => node.Node.NetworkVersion == version, 60_000));

    private bool Ping(MeshNode from, MeshNode to)
    {
        int heard = from.Delivered.Count;
        for (int i = 0; i < 20; i++)
        {
            from.Send(InnerPacket.Echo([10, 0, 0, from.Seed], [10, 0, 0, to.Seed]));
            if (_mesh.RunUntil(() => from.Delivered.Skip(heard).Any(InnerPacket.IsEchoReply), 1_000))
            {
                return true;
            }
        }

        return false;
    }
}
