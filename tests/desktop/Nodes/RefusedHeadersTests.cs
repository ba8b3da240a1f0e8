using Spore.Crypto;
using Spore.SignedNetwork;
using Spore.Sync;
using Xunit;

namespace Spore.Tests.Nodes;

public class RefusedHeadersTests
{
    [Fact]
    public void Only_a_header_with_the_same_bytes_is_one_that_was_refused()
    {
        RefusedHeaders refused = new(new Blake2s());
        byte[] header = new byte[NetworkHeader.Size];
        refused.Add(header, 0);
        Assert.True(refused.Contains([9, .. header], 1));
        for (int i = 0; i < header.Length; i++)
        {
            header[i] = 1;
            Assert.False(refused.Contains(header, 0), $"byte {i}");
            header[i] = 0;
        }
    }
}
