using System.Numerics;
using CsCheck;
using Spore.Crypto;
using Xunit;

namespace Spore.Tests.Crypto;

public class BasePointCombTests
{
    [Fact]
    public void Every_entry_is_the_multiple_that_it_stands_for()
    {
        for (int index = 0; index < 16; index++)
        {
            BigInteger factor = BigInteger.Pow(2, 208);
            for (int tooth = 0; tooth < 4; tooth++)
            {
                factor += BigInteger.Pow(2, 52 * tooth) * (((index >> tooth) & 1) == 1 ? 1 : -1);
            }

            (BigInteger x, BigInteger y) = Ed25519Model.Multiply(factor, Ed25519Model.Base);
            BigInteger sum = Ed25519Model.Mod(y + x);
            BigInteger difference = Ed25519Model.Mod(y - x);
            BigInteger product = Ed25519Model.Mod(2 * Ed25519Model.D * x * y);
            EdwardsAddend addend = new();
            BasePointComb.Select(addend, index, 0);
            Assert.Equal([.. Ed25519Model.Limbs(sum)], addend.Sum);
            Assert.Equal([.. Ed25519Model.Limbs(difference)], addend.Difference);
            Assert.Equal([.. Ed25519Model.Limbs(product)], addend.T2d);

            BasePointComb.Select(addend, index, -1);
            Assert.Equal([.. Ed25519Model.Limbs(difference)], addend.Sum);
            Assert.Equal([.. Ed25519Model.Limbs(sum)], addend.Difference);
            Assert.Equal(Ed25519Model.Mod(-product), Ed25519Model.Value(addend.T2d));
        }
    }

    [Fact]
    public void Columns_add_up_to_the_multiple()
    {
        Gen<byte> lopsided = Gen.OneOf(Gen.Const((byte)0), Gen.Const((byte)255), Gen.Byte);
        lopsided.Array[32].Sample(
            scalar =>
            {
                scalar[31] &= 127;
                byte[] signs = new byte[BasePointComb.SignsSize];
                BasePointComb.Recode(signs, Bytes.Inside(scalar), Bytes.Margin);
                EdwardsPoint sum = new();
                sum.SetNeutral();
                for (int column = BasePointComb.Columns - 1; column >= 0; column--)
                {
                    EdwardsGroup.Double(sum, 1);
                    BasePointComb.AddColumn(sum, signs, column, new EdwardsAddend(), column == 0);
                }

                BigInteger factor = new(scalar, isUnsigned: true);
                Assert.Equal(
                    Ed25519Model.Multiply(factor % Ed25519Model.L, Ed25519Model.Base), Ed25519Model.Affine(sum));
            },
            iter: 20,
            threads: 1);
    }
}
