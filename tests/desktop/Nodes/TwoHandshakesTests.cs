using System;
using System.Linq;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>
/// Devices that take seconds for a handshake, and initiate to each other at about the same moment
/// (PROTOCOL section 4.4).
/// </summary>
public class TwoHandshakesTests
{
    // Milliseconds: a multiplication, two of which it takes to answer an initiation, or to take the answer; the wire's
    // delay; how much later the second node wants to send. Then the initiations of either.
    [Theory]
    [Statement("4.4-1", "4.4-2", "4.4-3", "4.4-4")]
    [InlineData(0, 10, 0, "1 1")]
    [InlineData(0, 10, 20, "1 0")]
    [InlineData(0, 800, 0, "1 1")]
    [InlineData(500, 10, 0, "1 1")]
    [InlineData(500, 10, 5, "1 1")]
    [InlineData(500, 10, 700, "1 0")]
    [InlineData(500, 10, 1_500, "1 0")]
    [InlineData(800, 10, 0, "1 1")]
    [InlineData(800, 10, 20, "1 1")]
    [InlineData(800, 10, 700, "1 0")]
    [InlineData(800, 10, 3_100, "1 0")]
    [InlineData(800, 800, 0, "1 1")]
    [InlineData(800, 800, 850, "1 1")]
    [InlineData(800, 800, 1_500, "1 0")]
    [InlineData(1_000, 10, 0, "1 1")]
    [InlineData(1_000, 10, 700, "1 0")]
    [InlineData(1_000, 10, 3_015, "1 0")]
    [InlineData(1_000, 800, 0, "1 1")]
    [InlineData(1_000, 900, 850, "1 1")]
    public void Both_have_a_session_after_one_initiation_each_and_one_and_the_same_after_the_rekey(
        int multiplication, int delay, int later, string initiations)
    {
        Mesh mesh = new() { Delay = delay, Filter = (_, _, datagram) => datagram[0] != 0x80 };
        MeshNode[] nodes = [mesh.Add(1), mesh.Add(2)];
        Peer[] peers = [.. nodes.Select((node, i) =>
        {
            Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(5, nodes)));
            Assert.True(node.Node.AddPeer(nodes[1 - i].Key, 0, null, mesh.Now));
            return node.Node.Peers.Single(p => p.InUse);
        })];
        mesh.Run(20_000);
        int[] sent = [0, 0];
        foreach (MeshNode node in nodes)
        {
            node.MultiplicationTime = multiplication;
            node.Events.Clear();
        }

        peers[0].Endpoint.CopyFrom(nodes[1].Endpoint);
        Say(0);
        mesh.Run(later);
        peers[1].Endpoint.CopyFrom(nodes[0].Endpoint);
        Say(1);
        mesh.Run(60_000);
        Assert.Equal(initiations, string.Join(' ', nodes.Select(n => n.Count(NodeEvent.InitiationSent))));
        Assert.All(nodes, n => Assert.Equal(1, n.Node.SessionCount(mesh.Now)));
        Assert.Equal((1, 1), (Heard(nodes[0]), Heard(nodes[1])));

        // Each sends under the keys of its own handshake until one of them rekeys. What the other has under way then
        // may be lost, as with any WireGuard: of three keypairs none is left for it.
        Talk();
        Assert.True(nodes.Sum(n => n.Count(NodeEvent.InitiationSent)) <= 4);
        Assert.Equal(Sending(peers[0]), Receiving(peers[1]));
        Assert.Equal(Sending(peers[1]), Receiving(peers[0]));
        Assert.InRange(Heard(nodes[1]), sent[0] - 1, sent[0]);
        Assert.InRange(Heard(nodes[0]), sent[1] - 1, sent[1]);

        // From then on nothing is.
        foreach (MeshNode node in nodes)
        {
            node.Delivered.Clear();
            node.Events.Clear();
        }

        sent[0] = sent[1] = 0;
        Talk();
        Assert.Equal((sent[1], sent[0]), (Heard(nodes[0]), Heard(nodes[1])));
        Assert.Equal(1, nodes.Sum(n => n.Count(NodeEvent.InitiationSent)));

        void Talk()
        {
            for (int i = 0; i < 64; i++)
            {
                Say(i % 2);
                mesh.Run(2_000);
            }

            mesh.Run(2_000);
        }

        void Say(int i)
        {
            // What the application wants waits for a node that is busy.
            mesh.Run(Math.Max(0, nodes[i].BusyUntil - mesh.Now));
            Assert.True(
                nodes[i].Send(InnerPacket.Udp([10, 0, 0, nodes[i].Seed], [10, 0, 0, nodes[1 - i].Seed], 1, 2, 3)));
            sent[i]++;
        }
    }

    // The application's packets: a late acknowledgment of TFTP may come too.
    private static int Heard(MeshNode node) => node.Delivered.Count(p => p[0] >> 4 == 4);

    private static int Sending(Peer peer) => peer.Keypairs.RemoteIndex[peer.Current];

    private static int Receiving(Peer peer) => peer.Keypairs.LocalIndex[peer.Current];
}
