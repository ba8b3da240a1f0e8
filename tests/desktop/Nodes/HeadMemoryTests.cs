using Spore.Crypto;
using Spore.SignedNetwork;
using Spore.Sync;
using Xunit;

namespace Spore.Tests.Nodes;

public class HeadMemoryTests
{
    [Theory]
    [Statement("7.4-10")]
    [InlineData(0, NetworkHeader.Size)]
    [InlineData(1, NetworkHeader.MaxHeadSize)]
    public void Only_a_head_with_the_same_bytes_is_remembered(byte epoch, int size)
    {
        HeadMemory memory = new(new Blake2s(), new byte[16]);
        byte[] head = new byte[NetworkHeader.MaxHeadSize];
        head[NetworkHeader.VersionOffset] = epoch;
        memory.Add(head, 0);
        Assert.True(memory.Contains([9, .. head], 1));
        for (int i = 0; i < head.Length * 255; i++)
        {
            byte before = head[i / 255];
            head[i / 255] += (byte)(1 + (i % 255));
            Assert.True(i / 255 >= size == memory.Contains(head, 0), $"byte {i / 255}");
            head[i / 255] = before;
        }
    }
}
