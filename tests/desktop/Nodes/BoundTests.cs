using System;
using System.Linq;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>
/// Any eight attackers, and one honest peer that has the newest network: the node applies it within a bound (PROTOCOL
/// section 7.5). A seed draws the node, the attackers and their plans. More seeds: SPORE_SEEDS=100.
/// </summary>
public class BoundTests
{
    // Without SPORE_SEEDS also those by which faults were found.
    public static TheoryData<int> Seeds() =>
        int.TryParse(Environment.GetEnvironmentVariable("SPORE_SEEDS"), out int count)
            ? [.. Enumerable.Range(1, count)]
            : [.. Enumerable.Range(1, 12), 61, 77, 81, 89, 124, 139, 172, 194, 249];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_newer_network_is_applied_within_the_bound(int seed)
    {
        // Without attackers, and with turns that no transfer exceeds: how long the honest transfer takes.
        BoundScenario quiet = new(seed, isAttacked: false);
        long? transfer = quiet.Run(600_000);
        Assert.True(transfer.HasValue, $"{quiet}: no transfer");
        BoundScenario attacked = new(seed, isAttacked: true);
        long bound = transfer > attacked.TurnTime ? 45 * transfer.Value
            : attacked.IsDevice ? 300_000
            : 60_000;
        long? time = attacked.Run(bound);
        TestContext.Current.TestOutputHelper?.WriteLine($"{attacked}: {time} of {bound} ms");
        Assert.True(time.HasValue, $"{attacked}: not within {bound} ms");
    }
}
