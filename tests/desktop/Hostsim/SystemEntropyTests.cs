using System.Collections.Generic;
using System.Linq;
using Spore.Hostsim.Crypto;
using Spore.Tests.Crypto;
using Xunit;

namespace Spore.Tests.Hostsim;

public class SystemEntropyTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(32)]
    public void Never_gives_the_same_twice(int length)
    {
        const int Times = 1000;
        SystemEntropy entropy = new();
        HashSet<string> given = [.. Enumerable.Range(0, Times).Select(_ => Bytes.Hex(Take(entropy, length)))];
        Assert.Equal(Times, given.Count);
    }

    [Fact]
    public void Fills_what_was_asked_for_and_no_more()
    {
        SystemEntropy entropy = new();
        for (int length = 0; length <= 40; length++)
        {
            for (int i = 0; i < 40; i++)
            {
                Take(entropy, length);
            }
        }
    }

    [Fact]
    public void Any_byte_may_come_at_any_place()
    {
        const int Length = 4;
        SystemEntropy entropy = new();
        bool[,] seen = new bool[Length, 256];

        // The chance that one of them is missing is below 10^-13.
        for (int i = 0; i < 10_000; i++)
        {
            byte[] bytes = Take(entropy, Length);
            for (int place = 0; place < Length; place++)
            {
                seen[place, bytes[place]] = true;
            }
        }

        Assert.DoesNotContain(false, seen.Cast<bool>());
    }

    private static byte[] Take(SystemEntropy entropy, int length)
    {
        byte[] buffer = Bytes.Inside(new byte[length]);
        entropy.Fill(buffer, Bytes.Margin, length);
        return Bytes.Between(buffer);
    }
}
