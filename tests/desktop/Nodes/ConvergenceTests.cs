using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Mesh;
using Spore.SignedNetwork;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>
/// Whatever happened before: once the wire works, every member ends on the last version and answers every other.
/// </summary>
public class ConvergenceTests
{
    private const int Count = 6;

    [Theory]
    [InlineData(1, 16)]
    [InlineData(2, 16)]
    [InlineData(3, 16)]
    [InlineData(4, 16)]
    [InlineData(5, 3)]
    [InlineData(6, 3)]
    [InlineData(7, 2)]
    [InlineData(8, 2)]
    [InlineData(9, 4)]
    [InlineData(10, 4)]
    [InlineData(11, 1)]
    [InlineData(12, 1)]
    public void Reboots_partitions_loss_and_new_versions_in_any_order(int seed, int slots)
    {
        Random random = new(seed);
        Mesh mesh = new(seed) { Loss = 0.1, Jitter = 60 };
        NodeLimits limits = MeshNode.Limits();
        limits.Peers = slots;
        limits.Guests = 2;
        limits.Transfers = slots > 2 ? 8 : 2;
        MeshNode[] nodes = [.. Enumerable.Range(1, Count).Select(i => mesh.Add((byte)i, limits))];

        // The first is the witness, which keeps its file; all others start with nothing each time.
        MeshNode witness = nodes[0];
        List<MeshNode> members = [.. nodes];
        ulong version = 1;
        byte[] file = Publish();
        int cut = 0;
        mesh.Filter = (from, to, _) => cut == 0 || ((from.Seed <= cut) == (to.Seed <= cut));
        for (int i = 0; i < 12; i++)
        {
            switch (random.Next(4))
            {
                case 0:
                    MeshNode rebooted = nodes[random.Next(Count)];
                    rebooted.Reboot();
                    if (rebooted == witness)
                    {
                        Assert.Equal(NetworkFault.None, witness.Load(file));
                    }

                    break;
                case 1:
                    cut = random.Next(Count);
                    break;
                case 2:
                    version++;
                    MeshNode changed = nodes[random.Next(1, Count)];
                    if (!members.Remove(changed))
                    {
                        members.Add(changed);
                    }

                    file = Publish();
                    break;
            }

            mesh.Run(random.Next(90_000));
        }

        cut = 0;
        mesh.Loss = 0.02;
        bool all = mesh.RunUntil(() => members.All(n => n.Node.NetworkVersion == version), 1_800_000);
        Assert.True(
            all,
            $"version {version}, members "
            + $"{string.Join(" ", members.Select(m => m.Seed))}{Environment.NewLine}{NodeTests.State(mesh)}");

        foreach (MeshNode from in members)
        {
            foreach (MeshNode to in members.Where(m => m != from))
            {
                Assert.True(
                    Pings(mesh, from, to), $"{from.Seed} to {to.Seed}{Environment.NewLine}{NodeTests.State(mesh)}");
            }
        }

        byte[] Publish()
        {
            byte[] published = Mesh.NetworkOf(version, members, witness);
            Assert.Equal(NetworkFault.None, witness.Load(published));
            return published;
        }
    }

    // As a program does: again, when there is no answer.
    private static bool Pings(Mesh mesh, MeshNode from, MeshNode to)
    {
        byte[] echo = InnerPacket.Echo([10, 0, 0, from.Seed], [10, 0, 0, to.Seed]);
        from.Delivered.Clear();
        long end = mesh.Now + 400_000;
        while (mesh.Now < end)
        {
            from.Send(echo);
            if (mesh.RunUntil(() => from.Delivered.Any(InnerPacket.IsEchoReply), 5_000))
            {
                return true;
            }
        }

        return false;
    }
}
