using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using Spore.Crypto;
using Spore.Hostsim.Crypto;
using Spore.Mesh;
using Spore.SignedNetwork;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>Meshes whose nodes seal and open themselves, and their twins whose nodes have it done.</summary>
public class SealingNodeTests
{
    private const int Count = 4;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_mesh_stays_the_same_whoever_seals_and_opens(int seed)
    {
        Mesh plain = new(seed) { Jitter = 20, Loss = 0.05 };
        Mesh sealing = new(seed) { Jitter = 20, Loss = 0.05 };
        for (byte i = 1; i <= Count; i++)
        {
            plain.Add(i);
            sealing.Add(new SealingNode(sealing, i, MeshNode.Limits()));
        }

        Assert.Equal(Run(plain, seed), Run(sealing, seed));
        Assert.All(
            sealing.Nodes.Cast<SealingNode>(), n => Assert.InRange(Math.Min(n.Opened, n.Sealed), 100, int.MaxValue));
    }

    [Fact]
    public void A_packet_of_a_member_that_is_expelled_meanwhile_is_not_delivered()
    {
        Mesh mesh = new();
        SealingNode node = (SealingNode)mesh.Add(new SealingNode(mesh, 1, MeshNode.Limits()));
        Stranger member = mesh.AddStranger(2);
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(1, [node, member])));
        Assert.True(member.Connect(node));
        byte[] packet = InnerPacket.Udp([10, 0, 0, 2], [10, 0, 0, 1], 1, 2, 3);
        byte[][] messages = [member.Stock.Seal(packet), member.Stock.Seal(packet)];
        byte[] key = new byte[32];
        Assert.InRange(node.Node.FindKey(messages[0], 0, messages[0].Length, mesh.Now, key, 0), 0, int.MaxValue);
        PacketCipher cipher = new(new ChaCha20Poly1305());
        Assert.All(messages, m => Assert.True(cipher.Open(key, 0, m, 0, m.Length)));
        node.Node.Commit(messages[0], 0, messages[0].Length, true, key, 0, member.Endpoint, mesh.Now);
        Assert.Single(node.Delivered);
        long invalid = node.Node.Counters.Invalid;
        Assert.Equal(NetworkFault.None, node.Load(Mesh.NetworkOf(2, [node])));
        node.Node.Commit(messages[1], 0, messages[1].Length, true, key, 0, member.Endpoint, mesh.Now);
        Assert.Single(node.Delivered);
        Assert.Equal(invalid + 1, node.Node.Counters.Invalid);
        Assert.Null(node.Slot(member.Key));
    }

    private static List<string> Run(Mesh mesh, int seed)
    {
        Random random = new(seed);
        Assert.All(mesh.Nodes, n => Assert.Equal(NetworkFault.None, n.Load(Mesh.NetworkOf(1, mesh.Nodes))));
        List<string> log = [];
        for (int i = 0; i < 200; i++)
        {
            MeshNode from = mesh.Nodes[random.Next(Count)];
            MeshNode to = mesh.Nodes[random.Next(Count)];
            if (i == 120)
            {
                // One member less, from here on.
                Assert.Equal(NetworkFault.None, from.Load(Mesh.NetworkOf(2, mesh.Nodes.Skip(1))));
            }

            for (int j = random.Next(20); j > 0 && from != to; j--)
            {
                from.Send(InnerPacket.Udp(
                    [10, 0, 0, from.Seed], [10, 0, 0, to.Seed], 1, 2, new byte[random.Next(1300)]));
            }

            mesh.Run(random.Next(10) == 0 ? 60_000 : 500);
            log.Add($"{mesh.Now}");
            foreach (MeshNode node in mesh.Nodes)
            {
                log.AddRange(node.Delivered.Select(Convert.ToHexString));
                log.AddRange(node.SentTo.Select(s => $"{s.To.AddressLow:x} {Convert.ToHexString(s.Bytes)}"));
                log.AddRange(node.Events.Select(e => $"{e.What} {e.Value}"));
                log.Add($"{node.Node.NextDeadline}");
                log.AddRange(typeof(NodeCounters).GetFields(BindingFlags.Instance | BindingFlags.Public)
                    .Select(f => $"{f.Name} {f.GetValue(node.Node.Counters)}"));
                node.Delivered.Clear();
                node.SentTo.Clear();
                node.Events.Clear();
            }
        }

        return log;
    }
}
