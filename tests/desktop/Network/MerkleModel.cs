using System.Collections.Generic;
using System.Linq;
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

        int k = Split(leaves.Length);
        return Hash([1, .. Root(leaves[..k]), .. Root(leaves[k..])]);
    }

    /// <summary>The hash of an inner node.</summary>
    public static byte[] Node(byte[] left, byte[] right) => Hash([1, .. left, .. right]);

    /// <summary>PATH(m, D[n]) of section 2.1.1.</summary>
    public static byte[][] Path(int m, byte[][] leaves)
    {
        if (leaves.Length == 1)
        {
            return [];
        }

        int k = Split(leaves.Length);
        return m < k
            ? [.. Path(m, leaves[..k]), Root(leaves[k..])]
            : [.. Path(m - k, leaves[k..]), Root(leaves[..k])];
    }

    /// <summary>RFC 9162 section 2.1.3.2 step by step.</summary>
    public static bool Verify(byte[] leaf, long index, long size, IEnumerable<byte[]> path, byte[] root)
    {
        if (index >= size)
        {
            return false;
        }

        long fn = index;
        long sn = size - 1;
        byte[] r = Hash([0, .. leaf]);
        foreach (byte[] p in path)
        {
            if (sn == 0)
            {
                return false;
            }

            if (long.IsOddInteger(fn) || fn == sn)
            {
                r = Hash([1, .. p, .. r]);
                while (long.IsEvenInteger(fn) && fn != 0)
                {
                    fn >>= 1;
                    sn >>= 1;
                }
            }
            else
            {
                r = Hash([1, .. r, .. p]);
            }

            fn >>= 1;
            sn >>= 1;
        }

        return sn == 0 && r.SequenceEqual(root);
    }

    private static int Split(int leaves) => 1 << BitOperations.Log2((uint)leaves - 1);

    private static byte[] Hash(byte[] data)
    {
        Blake2sDigest digest = new(256);
        digest.BlockUpdate(data, 0, data.Length);
        byte[] hash = new byte[32];
        digest.DoFinal(hash, 0);
        return hash;
    }
}
