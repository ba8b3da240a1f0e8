using System;
using Spore.Discovery;
using Xunit;

namespace Spore.Tests.Nodes;

public class ProvocationBudgetTests
{
    // What is wanted all the time: an endpoint that a hello names, another one, or both. Then those sent
    // in 1,000 s of a device.
    [Theory]
    [Statement("4.2-8")]
    [InlineData(true, false, 200, 0)]
    [InlineData(false, true, 0, 100)]
    [InlineData(true, true, 100, 100)]
    public void Half_is_kept_for_those_that_are_named(bool named, bool others, int namedSent, int othersSent)
    {
        ProvocationBudget budget = new(5_000);
        int[] sent = [0, 0];
        for (long now = 0; now < 1_000_000; now += 100)
        {
            // The other one always comes first.
            foreach (bool isNamed in new[] { false, true })
            {
                if ((isNamed ? named : others) && budget.Due(isNamed) <= now)
                {
                    budget.Spend(isNamed, now);
                    sent[isNamed ? 0 : 1]++;
                }
            }
        }

        Assert.InRange(sent[0], namedSent - 1, Math.Max(0, namedSent));
        Assert.InRange(sent[1], othersSent - 1, Math.Max(0, othersSent));
    }
}
