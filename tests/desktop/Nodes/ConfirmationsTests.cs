using Spore.Sync;
using Xunit;

namespace Spore.Tests.Nodes;

public class ConfirmationsTests
{
    private const long Hour = 3_600_000;

    // Each case: witnesses and times in minutes, in the order in which they are added, and how many count after an hour
    // since 0, 10 and 20 minutes.
    [Theory]
    [Statement("8.2-1")]
    [InlineData(new[] { 1, 0 }, 0, 0, 0)]
    [InlineData(new[] { 1, 15 }, 1, 1, 0)]
    [InlineData(new[] { 1, 15, 1, 25 }, 1, 1, 1)]
    [InlineData(new[] { 1, 5, 2, 25 }, 2, 1, 1)]
    [InlineData(new[] { 2, 25, 1, 5 }, 2, 1, 1)]
    [InlineData(new[] { 1, 5, 2, 15, 3, 25 }, 2, 2, 1)]
    [InlineData(new[] { 3, 25, 2, 15, 1, 5 }, 2, 2, 1)]
    [InlineData(new[] { 2, 15, 3, 25, 1, 5 }, 2, 2, 1)]
    [InlineData(new[] { 1, 5, 2, 15, 1, 25 }, 2, 2, 1)]
    [InlineData(new[] { 1, 25, 2, 15, 1, 5 }, 2, 2, 1)]
    public void The_latest_two_of_different_witnesses_count_for_an_hour(
        int[] added, int at0, int at10, int at20)
    {
        Confirmations confirmations = new();
        for (int i = 0; i < added.Length; i += 2)
        {
            confirmations.Add((ulong)added[i], added[i + 1] * 60_000L);
        }

        Assert.Equal(
            (at0, at10, at20),
            (confirmations.Count(Hour), confirmations.Count(Hour + 600_000), confirmations.Count(Hour + 1_200_000)));
        Assert.Equal(added.Length / 2, confirmations.SinceBoot);
        confirmations.Clear();
        Assert.Equal(0, confirmations.Count(0));
    }
}
