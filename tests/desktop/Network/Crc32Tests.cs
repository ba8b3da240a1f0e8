using Spore.SignedNetwork;
using Xunit;

namespace Spore.Tests.Network;

public class Crc32Tests
{
    [Fact]
    public void Gives_the_check_value_of_the_catalogue()
    {
        Assert.Equal(0xCBF43926L, Crc32.Compute("x123456789x"u8.ToArray(), 1, 9));
        Assert.Equal(0L, Crc32.Compute([], 0, 0));
        Assert.Equal(0xD202EF8DL, Crc32.Compute([0], 0, 1));
    }
}
