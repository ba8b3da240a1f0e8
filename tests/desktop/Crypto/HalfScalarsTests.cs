using System.Collections.Generic;
using System.Numerics;
using CsCheck;
using Spore.Crypto;
using Xunit;

namespace Spore.Tests.Crypto;

public class HalfScalarsTests
{
    private static readonly BigInteger _l = Ed25519Model.L;

    private readonly HalfScalars _halves = new(new CurveScratch());

    // Returns the bits of the larger half.
    private long Check(BigInteger k)
    {
        _halves.Split(Ed25519Model.Scalar(k));
        BigInteger u = new(_halves.U, isUnsigned: true);
        BigInteger v = new(_halves.V, isUnsigned: true);
        BigInteger signed = _halves.IsNegative ? -v : v;
        Assert.False(v.IsEven);
        Assert.InRange(v, 1, _l - 1);
        Assert.True(u < BigInteger.Pow(2, 128));
        Assert.Equal(0, (u - (k * signed)) % (8 * _l));
        return long.Max(u.GetBitLength(), v.GetBitLength());
    }

    [Fact]
    public void Halves_are_odd_small_and_of_the_scalar_modulo_the_curve_s_order()
    {
        int large = 0;
        Gen.Byte.Array[32].Sample(
            bytes => large += Check(new BigInteger(bytes, isUnsigned: true) % _l) > 134 ? 1 : 0,
            iter: 3000,
            threads: 1);
        Assert.InRange(large, 0, 300);
    }

    [Fact]
    public void Halves_are_right_for_scalars_with_long_quotients()
    {
        List<BigInteger> scalars = [0, 1, 2, 3, 8, _l - 1, _l - 2, _l / 2, _l / 3, (_l / 3) + 1, 8 * _l / 9];
        for (int bit = 2; bit < 252; bit++)
        {
            BigInteger power = BigInteger.Pow(2, bit);
            scalars.AddRange(
                [power - 1, power, power + 1, 8 * _l / power % _l, ((8 * _l / power) + 1) % _l, _l - power]);
        }

        foreach (BigInteger k in scalars)
        {
            Check(k);
        }
    }
}
