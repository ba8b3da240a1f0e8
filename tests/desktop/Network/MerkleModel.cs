using System.Numerics;
using Org.BouncyCastle.Crypto.Digests;

namespace Spore.Tests.Network;

/// <summary>RFC 6962 section 2.1 as it is written: recursive, with another's BLAKE2s.</summary>
internal static class MerkleModel
{
    public static byte[] Root(byte[][] leaves)
    {
        if (leaves.Length == 0)
        {
            return Hash([]);
        }

        if (leaves.Length == 1)
        {
            return Hash([0, .. leaves[0]]);
        }

        int k = 1 << BitOperations.Log2((uint)leaves.Length - 1);
        return Hash([1, .. Root(leaves[..k]), .. Root(leaves[k..])]);
    }

    private static byte[] Hash(byte[] data)
    {
        Blake2sDigest digest = new(256);
        digest.BlockUpdate(data, 0, data.Length);
        byte[] hash = new byte[32];
        digest.DoFinal(hash, 0);
        return hash;
    }
}
