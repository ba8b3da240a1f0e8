using System.Linq;
using CsCheck;
using Spore.Crypto;
using Spore.SignedNetwork;
using Xunit;

namespace Spore.Tests.Network;

public class MerkleTreeTests
{
    private readonly MerkleTree _tree = new(new Blake2s(), 4096);

    private byte[] Root()
    {
        byte[] root = new byte[34];
        _tree.Root(root, 1);
        Assert.Equal(0, root[0]);
        Assert.Equal(0, root[33]);
        return root[1..33];
    }

    [Fact]
    [Statement("7.3-1")]
    public void The_root_after_each_of_130_leaves_is_that_of_the_recursive_definition()
    {
        byte[][] leaves =
            [.. Enumerable.Range(0, 130).Select(i => NetworkBytes.Entry(i, NetworkBytes.Field(127, new byte[i])))];
        _tree.Begin();
        Assert.Equal(MerkleModel.Root([]), Root());
        for (int i = 0; i < leaves.Length; i++)
        {
            _tree.AddLeaf(leaves[i], 0, leaves[i].Length);
            Assert.Equal(MerkleModel.Root(leaves[..(i + 1)]), Root());
        }
    }

    [Fact]
    public void Random_leaves_agree_and_a_tree_can_be_begun_anew()
    {
        Gen.Byte.Array[0, 80].Array[0, 40].Sample(
            leaves =>
            {
                _tree.Begin();
                foreach (byte[] leaf in leaves)
                {
                    byte[] shifted = [5, .. leaf, 6];
                    _tree.AddLeaf(shifted, 1, leaf.Length);
                }

                Assert.Equal(MerkleModel.Root(leaves), Root());
            },
            threads: 1);
    }
}
