using System.Linq;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Flash;

public class LinkLocalOwnersTests
{
    [Fact]
    public void Two_keys_with_one_address_are_told_with_the_first_ones_line()
    {
        // A hash of one byte, since nobody knows two keys that collide.
        LinkLocalOwners owners = new(key => [0xFE, 0x80, .. new byte[13], key[31]]);
        Assert.Null(owners.Add([.. new byte[31], 1], 3));
        Assert.Null(owners.Add([.. new byte[31], 2], 7));
        Assert.Equal(
            "its link-local address, fe80::1, is that of the key on line 3 too; make another key",
            owners.Add([9, .. new byte[30], 1], 12));
        Assert.Null(owners.Add([.. new byte[31], 3], 20));
    }

    [Fact]
    public void Real_keys_do_not_collide()
    {
        LinkLocalOwners owners = new(NodeKey.LinkLocal);
        Assert.All(Enumerable.Range(1, 100), i => Assert.Null(owners.Add(Keys.Node((byte)i), i)));
    }
}
