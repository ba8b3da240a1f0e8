using Spore.Mesh;
using Spore.SignedNetwork;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>The transfers with a peer end with its session, whichever side began them.</summary>
public class SessionEndTests
{
    private const long Issued = 1_760_000_000;

    private readonly Mesh _mesh = new();

    // Without that the transfer would hold its slot for 31 s. Of two slots, one is for requests.
    [Theory]
    [InlineData("the operator removes the peer")]
    [InlineData("a newer network does not name it")]
    public void A_transfer_that_a_peer_has_begun_ends_with_its_session(string reason)
    {
        MeshNode node = Node();
        Stranger first = _mesh.AddStranger(2);
        Stranger second = _mesh.AddStranger(3);
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(1, [node, second], null, Issued + 100)));
        if (reason == "a newer network does not name it")
        {
            Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(2, [node, first, second], null, Issued + 100)));
        }
        else
        {
            Assert.True(node.Node.AddPeer(first.Key, 0, null, _mesh.Now));
        }

        Assert.True(first.Connect(node));
        StrangerTransfer begun = first.StartWrite("head", Mesh.NetworkOf(9, [node])[..144], silentAfter: 0);
        _mesh.Run(1_000);
        Assert.NotEqual(69, begun.RemotePort);
        if (reason == "a newer network does not name it")
        {
            Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(3, [node, second])));
        }
        else
        {
            Assert.True(node.Node.RemovePeer(first.Key, 0, _mesh.Now));
        }

        Assert.Equal(1, node.Count(NodeEvent.SessionDown));
        Assert.True(second.Connect(node));
        StrangerTransfer next = second.StartRead("head");
        Assert.True(_mesh.RunUntil(() => next.IsDone, 500));
        Assert.True(next.IsComplete);
    }

    // Without that the node would wait 15 s for the first peer.
    [Fact]
    public void A_network_whose_sender_is_gone_is_read_from_another_peer()
    {
        MeshNode node = Node();
        Stranger first = _mesh.AddStranger(2);
        Stranger second = _mesh.AddStranger(3);
        Assert.True(node.Node.AddPeer(first.Key, 0, null, _mesh.Now));
        Assert.True(node.Node.AddPeer(second.Key, 0, null, _mesh.Now));
        Assert.True(first.Connect(node));
        Assert.True(second.Connect(node));
        byte[] network = Mesh.NetworkOf(1, [node]);
        second.Files["network"] = network;

        // The answer of the first peer is lost.
        Assert.True(first.Write("head", network[..NetworkHeader.Size]).IsComplete);
        _mesh.Filter = (from, _, _) => from != first;
        Assert.True(_mesh.RunUntil(() => first.Requests.Contains("read network"), 1_000));
        Assert.True(second.Write("head", network[..NetworkHeader.Size]).IsComplete);
        _mesh.Run(1_000);
        Assert.DoesNotContain("read network", second.Requests);
        Assert.True(node.Node.RemovePeer(first.Key, 0, _mesh.Now));
        Assert.True(_mesh.RunUntil(() => node.Node.NetworkVersion == 1, 2_000), NodeTests.State(_mesh));
    }

    private MeshNode Node()
    {
        NodeLimits limits = MeshNode.Limits();
        limits.Transfers = 2;
        return _mesh.Add(1, limits);
    }
}
