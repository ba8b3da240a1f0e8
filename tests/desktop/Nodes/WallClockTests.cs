using Spore.Sync;
using Xunit;

namespace Spore.Tests.Nodes;

public class WallClockTests
{
    [Fact]
    public void It_begins_at_the_build_time_and_goes_on_with_the_monotonic_clock()
    {
        WallClock clock = new(1_750_000_000, 5_000);
        Assert.Equal(1_750_000_000_000, clock.Now(5_000));
        Assert.Equal(1_750_000_001_234, clock.Now(6_234));
    }

    [Theory]
    [InlineData(1_750_000_010_000, 1_750_000_010_000)]
    [InlineData(1_750_000_001_001, 1_750_000_001_001)]
    [InlineData(1_750_000_001_000, 1_750_000_001_000)]
    [InlineData(1_750_000_000_999, 1_750_000_001_000)]
    [InlineData(0, 1_750_000_001_000)]
    [InlineData(-1, 1_750_000_001_000)]
    public void It_takes_what_is_ahead_of_it_and_never_goes_back(long told, long expected)
    {
        WallClock clock = new(1_750_000_000, 0);
        clock.Learn(told, 1_000);
        Assert.Equal(expected, clock.Now(1_000));
        Assert.Equal(expected + 500, clock.Now(1_500));
    }
}
