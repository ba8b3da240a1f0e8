using Spore.Discovery;
using Xunit;

namespace Spore.Tests.Nodes;

public class NonceMemoryTests
{
    [Fact]
    [Statement("5.3-8")]
    public void The_oldest_gives_way_to_a_new_one_which_starts_from_nothing()
    {
        NonceMemory memory = new(3);
        for (ulong nonce = 1; nonce <= 4; nonce++)
        {
            int index = memory.Add(nonce);
            Assert.Equal(index, memory.Find(nonce));
            Assert.False(memory.IsUsedUp(index));
            Assert.Equal(long.MinValue, memory.UnnamedDue(index, 10_000));
            for (int i = 0; i < NonceMemory.MostProvoked; i++)
            {
                memory.Provoked(index, 5_000);
            }

            Assert.True(memory.AdmitUnnamed(index));
        }

        Assert.Equal(-1, memory.Find(1));
        Assert.True(memory.IsUsedUp(memory.Find(2)));
    }

    [Fact]
    [Statement("5.3-3", "5.3-4", "5.3-5")]
    public void Two_copies_that_are_not_named_are_admitted_and_three_initiations_are_provoked()
    {
        NonceMemory memory = new(2);
        int index = memory.Add(7);
        Assert.True(memory.AdmitUnnamed(index));
        memory.Provoked(index, 1_000);
        Assert.True(memory.AdmitUnnamed(index));
        Assert.False(memory.AdmitUnnamed(index));
        Assert.Equal(11_000, memory.UnnamedDue(index, 10_000));
        memory.Provoked(index, 20_000);
        Assert.Equal(30_000, memory.UnnamedDue(index, 10_000));
        Assert.False(memory.IsUsedUp(index));
        memory.Provoked(index, 1L << 50);
        Assert.True(memory.IsUsedUp(index));
        Assert.False(memory.AdmitUnnamed(index));
        Assert.Equal((1L << 50) + 10_000, memory.UnnamedDue(index, 10_000));
    }
}
