using System.Linq;
using System.Text;
using Spore.Hostsim.Live.Metrics;
using Spore.SignedNetwork;
using Spore.Signing;
using Spore.Tests.Network;
using Spore.Tests.Nodes;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>What metrics read of a node.</summary>
public class NodeReaderTests
{
    [Fact]
    public void Members_configured_peers_and_guests_are_counted_apart()
    {
        Nodes.Mesh mesh = new();
        MeshNode node = mesh.Add(1);
        Stranger[] peers = [.. Enumerable.Range(2, 3).Select(i => mesh.AddStranger((byte)i))];
        byte[] label = NetworkBytes.Field(4, Encoding.UTF8.GetBytes("shed"));
        byte[] entry = NetworkBytes.Entry(peers[0].Key, label);
        Assert.Equal(NetworkFault.None, node.Load(Nodes.Mesh.NetworkOf(5, [node], null, 0, entry)));
        Assert.True(node.Node.AddPeer(peers[1].Key, 0, null, mesh.Now));
        Assert.All(peers, p => Assert.True(p.Connect(node)));
        NodeReading reading = new NodeReader(node.Node, _ => null).Read(mesh.Now);
        Assert.Equal((2, 1, 1, 1, 3), (
            reading.Entries, reading.Members, reading.Configured, reading.Guests, reading.Sessions));
        Assert.Equal(
            [(KeyText.Format(peers[0].Key), "shed", true), (KeyText.Format(peers[1].Key), "", true)],
            reading.Peers.Select(p => (p.PublicKey, p.Label, p.HasSession)).OrderByDescending(p => p.Label));
    }
}
