using System.Linq;
using Spore.Base;
using Spore.Tests.WireGuard;
using Xunit;

namespace Spore.Tests.Nodes;

public class JitterTests
{
    [Fact]
    public void Each_of_24_bits_of_entropy_changes_a_number()
    {
        int usual = new Jitter(new ScriptedEntropy()).Below(1 << 24);
        Assert.All(
            Enumerable.Range(0, 3),
            i => Assert.NotEqual(usual, new Jitter(new ScriptedEntropy(i)).Below(1 << 24)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(1_000)]
    [InlineData(300_000)]
    public void An_interval_varies_by_a_quarter_either_way(long interval)
    {
        Jitter jitter = new(new QuietEntropy(1));
        long[] varied = [.. Enumerable.Range(0, 2_000).Select(_ => jitter.Around(interval))];
        long quarter = interval / 4;
        Assert.InRange(varied.Min(), interval - quarter, interval - (quarter * 9 / 10));
        Assert.InRange(varied.Max(), interval + (quarter * 9 / 10), interval + quarter);
    }
}
