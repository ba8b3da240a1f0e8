using System;
using System.Linq;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tests.Network;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>How many round trips the network takes to a device, from the session on.</summary>
public class RoundTripTests
{
    private const int Delay = 500;

    [Fact]
    [Statement("8.1-3")]
    public void A_network_of_64_entries_arrives_after_three_round_trips()
    {
        Mesh mesh = new() { Delay = Delay };
        MeshNode holder = mesh.Add(1, Device());
        MeshNode node = mesh.Add(2, Device());
        byte[][] entries =
        [
            .. new[] { holder, node }.Select(n => NetworkBytes.Entry(n.Key, Prefix(0, n.Seed))),
            .. Enumerable.Range(1, 62).Select(i => NetworkBytes.Entry(i, Prefix(1, (byte)i))),
        ];
        byte[] network = NetworkBytes.File(
            1, 1_760_000_000, 0, [.. entries.OrderBy(e => Convert.ToHexString(e, 2, 32), StringComparer.Ordinal)]);
        Assert.Equal(144 + (64 * 41), network.Length);
        Assert.Equal(NetworkFault.None, holder.Load(network));
        Assert.True(mesh.RunUntil(() => node.Knows(NodeEvent.SessionUp), 120_000));
        long up = mesh.Now;
        Assert.True(mesh.RunUntil(() => node.Knows(NodeEvent.NetworkApplied), 60_000));

        // One for head, and two for network: the answer to the request, and all blocks in one window.
        Assert.InRange(mesh.Now - up, 3 * 2 * Delay, (3 * 2 * Delay) + 400);
    }

    private static byte[] Prefix(byte subnet, byte number) => NetworkBytes.Field(1, 10, subnet, 0, number, 32);

    private static NodeLimits Device()
    {
        NodeLimits limits = NodeLimits.Device();
        limits.MultiplicationTime = 0;
        return limits;
    }
}
