using System.Numerics;
using CsCheck;
using Spore.Crypto;
using Xunit;

namespace Spore.Tests.Crypto;

public class Scalar25519Tests
{
    private static readonly BigInteger _l =
        BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493");

    private void Check(BigInteger wide)
    {
        byte[] bytes = new byte[64];
        wide.ToByteArray(isUnsigned: true).CopyTo(bytes, 0);
        byte[] result = new byte[32];
        Scalar25519.Reduce(result, bytes, new long[24]);
        Assert.Equal(wide % _l, new BigInteger(result, isUnsigned: true));
    }

    [Fact]
    public void Reduce_is_exact_on_random_and_lopsided_input()
    {
        Gen<byte> lopsided = Gen.OneOf(Gen.Const((byte)0), Gen.Const((byte)255), Gen.Const((byte)255), Gen.Byte);
        Gen.OneOf(Gen.Byte.Array[64], lopsided.Array[64]).Sample(
            bytes => Check(new BigInteger(bytes, isUnsigned: true)),
            iter: 20000,
            threads: 1);
    }

    [Fact]
    public void Reduce_is_exact_around_multiples_of_the_order()
    {
        BigInteger end = BigInteger.Pow(2, 512);
        foreach (BigInteger factor in new[]
        {
            0, 1, 2, 7, 8, 15, 16, BigInteger.Pow(2, 128), BigInteger.Pow(2, 252), end / _l / 2, (end / _l) - 1,
            end / _l,
        })
        {
            for (int delta = -3; delta <= 3; delta++)
            {
                BigInteger wide = (factor * _l) + delta;
                if (wide >= 0 && wide < end)
                {
                    Check(wide);
                }
            }
        }

        Check(end - 1);
    }

    [Fact]
    public void Multiply_is_exact()
    {
        Gen<byte> lopsided = Gen.OneOf(Gen.Const((byte)0), Gen.Const((byte)255), Gen.Byte);
        Gen.Select(lopsided.Array[32], lopsided.Array[32]).Sample(
            (a, b) =>
            {
                byte[] result = new byte[32];
                Scalar25519.Multiply(result, a, Bytes.Inside(b), Bytes.Margin, new byte[64], new long[24]);
                Assert.Equal(
                    new BigInteger(a, isUnsigned: true) * new BigInteger(b, isUnsigned: true) % _l,
                    new BigInteger(result, isUnsigned: true));
            },
            iter: 2000,
            threads: 1);
    }

    [Fact]
    public void Numbers_from_zero_up_to_the_order_are_canonical_and_no_others()
    {
        BigInteger end = BigInteger.Pow(2, 256);
        foreach (BigInteger value in new[]
        {
            0, 1, _l - 2, _l - 1, _l, _l + 1, 2 * _l, BigInteger.Pow(2, 252), BigInteger.Pow(2, 253),
            BigInteger.Pow(2, 255), end - 1,
        })
        {
            byte[] bytes = new byte[32];
            value.ToByteArray(isUnsigned: true).CopyTo(bytes, 0);
            Assert.Equal(value < _l, Scalar25519.IsCanonical(Bytes.Inside(bytes), Bytes.Margin));
        }

        Gen.Byte.Array[32].Sample(
            bytes => Assert.Equal(new BigInteger(bytes, isUnsigned: true) < _l, Scalar25519.IsCanonical(bytes, 0)),
            threads: 1);
    }
}
