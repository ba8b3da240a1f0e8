using System.Collections.Generic;
using System.Linq;
using Spore.Hostsim.Simulation;
using Xunit;

namespace Spore.Tests.Worlds;

/// <summary>
/// What a new version costs each node does not grow with the network, apart from the file itself where a node holds
/// the whole of it.
/// </summary>
public class SpreadTests(ITestOutputHelper output)
{
    // Of 100 nodes, how many can't hold the network.
    private const int SparsePercent = 80;

    private const long JoinBound = 300_000;
    private const long SettleTime = 10_000;

    // All have it after 18 to 80 s.
    private const long CountedTime = 200_000;

    // From 60 nodes to 480, eight times as many, it is 1.36 to 1.67 in bytes and 1.31 to 1.65 in datagrams. The
    // acknowledgements of the file count here.
    private const double MostGrowth = 2.5;

    // A window in which a block is lost is sent again from there. So a longer file costs more for each of its bytes:
    // 1.3 times the file with 60 nodes, 2.1 times with 480.
    private const double MostOverhead = 4;

    [Fact]
    public void What_a_version_costs_each_node_stays_flat_as_the_network_grows()
    {
        List<double> bytes = [];
        List<double> datagrams = [];
        foreach (int count in new[] { 60, 120, 240, 480 })
        {
            int sparse = count * SparsePercent / 100;
            using LargeWorld world = new(count, sparse, new SimulationOptions());
            world.Boot(world.Sign(1, world.Nodes));
            world.Spread(1, world.Nodes, JoinBound);
            world.Run(SettleTime);

            SimulatedNode removed = world.Nodes[^1];
            SimulatedNode[] members = [.. world.Nodes.Where(n => n != removed)];
            byte[] file = world.Sign(2, members);
            Traffic traffic = new(world, members);
            LargeWorld.Load(world.Publisher, file);
            long took = world.Spread(2, members, CountedTime);

            // Also what follows: each node says hello once it has a new version. A small network has it everywhere
            // before that.
            world.Run(CountedTime - took);
            traffic.Stop();
            output.WriteLine(
                $"{count} nodes: a file of {file.Length} bytes reached all after {took} ms: {traffic}; all else is "
                + $"{traffic.OtherBytes} bytes in {traffic.OtherDatagrams:F1} datagrams");
            bytes.Add(traffic.OtherBytes);
            datagrams.Add(traffic.OtherDatagrams);
            Assert.InRange(traffic.BodyBytes, 0, MostOverhead * file.Length * (count - sparse) / count);
        }

        Assert.InRange(bytes.Max() / bytes.Min(), 1, MostGrowth);
        Assert.InRange(datagrams.Max() / datagrams.Min(), 1, MostGrowth);
    }
}
