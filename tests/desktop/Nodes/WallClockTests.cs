using System.Collections.Generic;
using System.Linq;
using Spore.Crypto;
using Spore.SignedNetwork;
using Spore.Sync;
using Spore.Tests.Network;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>Wall time, of which each case is a sequence of words (PROTOCOL section 6).</summary>
public class WallClockTests
{
    private const long Built = 1_750_000_000;

    private readonly WallClock _clock = new(Built, 5_000);

    [Fact]
    [Statement("6-3")]
    public void It_begins_at_the_build_time_and_goes_on_with_the_monotonic_clock()
    {
        Assert.Equal((Built * 1000, Built * 1000), (_clock.Now(5_000), _clock.Own(5_000)));
        Assert.Equal((Built * 1000) + 1_234, _clock.Now(6_234));
        Assert.Equal(0, _clock.Witnessed(6_234));
        Assert.False(_clock.IsFed);
    }

    [Theory]
    [Statement("6-1", "6-2")]
    [InlineData(1_790_000_000)]
    [InlineData(Built)]
    [InlineData(0)]
    public void What_is_fed_counts_alone_even_if_it_is_earlier(long fed)
    {
        Follow(1, 2, 3);
        Say(1, 10_000);
        Say(2, 20_000);
        _clock.Feed(Built * 2000, 5_000);
        _clock.Feed(fed * 1000, 6_000);
        Assert.True(_clock.IsFed);
        Assert.Equal(((fed * 1000) + 500, (fed * 1000) + 500), (_clock.Now(6_500), _clock.Own(6_500)));

        // What the witnesses say is known all the same, to be shown to people.
        Assert.Equal(((Built + 10_000) * 1000) + 1_500, _clock.Witnessed(6_500));
    }

    public static IEnumerable<TheoryDataRow<int, int[], int>> Words()
    {
        // The number of witnesses; the words, each its witness (0: SNTP) and seconds after the build time; the result.
        yield return new(0, [], 0);
        yield return new(1, [1, 50], 50);
        yield return new(2, [1, 50], 0);
        yield return new(3, [1, 50], 0);
        yield return new(2, [1, 50, 2, 70], 50);
        yield return new(2, [1, 70, 2, 50], 50);
        yield return new(2, [1, -9, 2, 50], 0);
        yield return new(3, [1, 50, 2, 90, 3, 70], 70);
        yield return new(3, [1, 50, 2, 250_000_000, 3, 70], 70);
        yield return new(3, [1, 250_000_000, 2, 250_000_000, 3, 70], 250_000_000);
        yield return new(4, [1, 10, 2, 20, 3, 30, 4, 40], 20);
        yield return new(4, [4, 40, 3, 30, 2, 20, 1, 10], 20);
        yield return new(3, [1, 50, 1, 60, 1, 70], 0);
        yield return new(3, [1, 50, 2, 60, 1, 70], 60);
        yield return new(1, [1, 50, 1, 40], 40);
        yield return new(5, [1, 10, 2, 20, 3, 30, 4, 40, 5, 50], 30);
        yield return new(1, [0, 50], 0);
        yield return new(2, [0, 50], 0);
        yield return new(1, [0, 250_000_000, 1, 50], 50);
        yield return new(2, [0, 30, 2, 50], 30);
        yield return new(4, [0, 5, 1, 10, 2, 20, 3, 30, 4, 40], 20);
    }

    [Theory]
    [Statement("6-3", "6-8", "6-10", "6-11", "6-12")]
    [MemberData(nameof(Words))]
    public void The_witnesses_word_is_the_lower_median_of_two_or_more(
        int witnesses, int[] words, int expected)
    {
        Follow([.. Enumerable.Range(1, witnesses)]);
        foreach (int[] word in words.Chunk(2))
        {
            Say(word[0], word[1]);
        }

        Assert.Equal((Built + expected) * 1000, _clock.Now(5_000));
        Assert.Equal((Built + expected + 7) * 1000, _clock.Now(12_000));
        Assert.Equal(Built * 1000, _clock.Own(5_000));
    }

    [Fact]
    [Statement("6-1", "6-10")]
    public void The_word_of_who_is_no_witness_any_more_is_forgotten()
    {
        Follow(1, 2, 3);
        Say(1, 50);
        Say(2, 60);
        Say(3, 250_000_000);
        Assert.Equal((Built + 60) * 1000, _clock.Now(5_000));
        Follow(2, 3, 4);
        Assert.Equal((Built + 60) * 1000, _clock.Now(5_000));
        Follow(3, 4);
        Assert.Equal(Built * 1000, _clock.Now(5_000));
        Follow(3);
        Assert.Equal((Built + 250_000_000) * 1000, _clock.Now(5_000));
        Follow(4);
        Assert.Equal(Built * 1000, _clock.Now(5_000));
    }

    private static byte[] Key(int witness) => [.. Enumerable.Repeat((byte)witness, 32)];

    private void Say(int witness, long seconds)
    {
        long time = (Built + seconds) * 1000;
        if (witness == 0)
        {
            _clock.AddSntp(time, 5_000);
        }
        else
        {
            _clock.AddWord([9, .. Key(witness)], 1, time, 5_000);
        }
    }

    private void Follow(params int[] witnesses)
    {
        byte[] file = NetworkBytes.File(
            [.. witnesses.Select(w => NetworkBytes.Entry(Key(w), NetworkBytes.Field(6, 1))),
            NetworkBytes.Entry(Key(200))]);
        AppliedNetwork applied = new(NetworkBytes.Limits(), new Blake2s());
        NetworkFile network = new(NetworkBytes.Limits(), new Blake2s());
        Assert.Equal(NetworkFault.None, network.Begin(file, 0));
        Assert.Equal(NetworkFault.None, network.Append(file, 144, file.Length - 144));
        Assert.Equal(NetworkFault.None, network.Complete());
        applied.Apply(network, new byte[32]);
        _clock.Follow(applied);
    }
}
