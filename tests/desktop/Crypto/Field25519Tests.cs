using System.Numerics;
using CsCheck;
using Spore.Crypto;
using Xunit;

namespace Spore.Tests.Crypto;

public class Field25519Tests
{
    private static readonly BigInteger _p = BigInteger.Pow(2, 255) - 19;

    // Limbs at 0, at the ends of the reduced range and in it, of one sign or both.
    private static Gen<long[]> Limbs(int scale)
    {
        return Gen.Select(Gen.Int[0, 5].Array[10], Gen.Long[0, long.MaxValue].Array[10]).Select((kinds, values) =>
        {
            long[] limbs = new long[10];
            for (int i = 0; i < 10; i++)
            {
                long end = scale * (1L << (i % 2 == 0 ? 26 : 25));
                limbs[i] = kinds[i] switch
                {
                    0 => 0,
                    1 or 2 => end,
                    3 => -end,
                    4 => values[i] % end,
                    _ => -(values[i] % end),
                };
            }

            return limbs;
        });
    }

    private static BigInteger Value(long[] limbs)
    {
        BigInteger value = 0;
        for (int i = 0; i < 10; i++)
        {
            value += limbs[i] * BigInteger.Pow(2, (51 * i + 1) / 2);
        }

        return ((value % _p) + _p) % _p;
    }

    private static void AssertReduced(long[] limbs)
    {
        for (int i = 0; i < 10; i++)
        {
            long end = 1L << (i % 2 == 0 ? 26 : 25);
            long slack = i switch { 0 => 1L << 7, 1 => 1L << 18, _ => 0 };
            Assert.InRange(limbs[i], -slack, end - 1 + slack);
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(15, 1)]
    [InlineData(1, 15)]
    [InlineData(5, 3)]
    [InlineData(3, 5)]
    [InlineData(3, 3)]
    public void Multiply_is_exact_up_to_its_stated_bounds(int a, int b)
    {
        Gen.Select(Limbs(a), Limbs(b)).Sample(
            (x, y) =>
            {
                long[] result = new long[10];
                Field25519.Multiply(result, x, y);
                Assert.Equal(Value(x) * Value(y) % _p, Value(result));
                AssertReduced(result);
                Field25519.Multiply(x, x, y);
                Assert.Equal(result, x);
            },
            iter: 2000,
            threads: 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Square_is_exact_up_to_its_stated_bounds(int scale)
    {
        Limbs(scale).Sample(
            x =>
            {
                long[] result = new long[10];
                Field25519.Square(result, x, 1);
                Assert.Equal(Value(x) * Value(x) % _p, Value(result));
                AssertReduced(result);
                Field25519.Square(result, x, 5);
                Assert.Equal(BigInteger.ModPow(Value(x), 32, _p), Value(result));
                Field25519.Square(x, x, 5);
                Assert.Equal(result, x);
            },
            iter: 2000,
            threads: 1);
    }

    [Fact]
    public void Sums_and_differences_are_exact()
    {
        Gen.Select(Limbs(2), Limbs(2)).Sample(
            (x, y) =>
            {
                long[] result = new long[10];
                Field25519.Add(result, x, y);
                Assert.Equal((Value(x) + Value(y)) % _p, Value(result));
                Field25519.Subtract(result, x, y);
                Assert.Equal((Value(x) - Value(y) + _p) % _p, Value(result));
            },
            iter: 2000,
            threads: 1);
    }

    [Fact]
    public void Store_gives_the_canonical_form_and_Load_reads_it()
    {
        Limbs(8).Sample(
            x =>
            {
                byte[] bytes = Bytes.Inside(new byte[32]);
                Field25519.Store(bytes, Bytes.Margin, x);
                Assert.Equal(Value(x), new BigInteger(Bytes.Between(bytes), isUnsigned: true));
                long[] back = new long[10];
                Field25519.Load(back, bytes, Bytes.Margin);
                Assert.Equal(Value(x), Value(back));
                AssertReduced(back);
            },
            iter: 5000,
            threads: 1);
    }

    [Fact]
    public void Store_is_canonical_around_the_ends_of_the_field()
    {
        for (int delta = -40; delta <= 40; delta++)
        {
            foreach (BigInteger start in new[] { 0, _p, 2 * _p, BigInteger.Pow(2, 255) })
            {
                long[] x = new long[10];
                BigInteger rest = start + delta;
                for (int i = 0; i < 10; i++)
                {
                    int bits = i % 2 == 0 ? 26 : 25;
                    BigInteger limb = i == 9 ? rest : rest & ((1 << bits) - 1);
                    x[i] = (long)limb;
                    rest >>= bits;
                }

                byte[] bytes = new byte[32];
                Field25519.Store(bytes, 0, x);
                Assert.Equal(((start + delta) % _p + _p) % _p, new BigInteger(bytes, isUnsigned: true));
            }
        }
    }

    [Fact]
    public void Only_zero_is_zero()
    {
        byte[] scratch = new byte[32];
        Assert.True(Field25519.IsZero(Ed25519Model.Limbs(0), scratch));
        for (int bit = 0; bit < 255; bit++)
        {
            Assert.False(Field25519.IsZero(Ed25519Model.Limbs(BigInteger.Pow(2, bit)), scratch), $"bit {bit}");
        }
    }

    [Fact]
    public void Powers_are_exact()
    {
        Limbs(1).Sample(
            x =>
            {
                long[] result = new long[10];
                byte[] scratch = new byte[32];
                Field25519.Invert(result, x, scratch);
                AssertReduced(result);
                Assert.Equal(new byte[32], scratch);
                Assert.Equal(BigInteger.ModPow(Value(x), _p - 2, _p), Value(result));
                Field25519.PowerForRoot(result, x, new long[10], new long[10], new long[10]);
                Assert.Equal(BigInteger.ModPow(Value(x), (_p - 5) / 8, _p), Value(result));
            },
            iter: 100,
            threads: 1);
    }

    // Small numbers, powers of two and their neighbours, and where they are the modulus's: the hard cases of a gcd.
    [Fact]
    public void Inverses_are_exact_at_the_edges()
    {
        byte[] scratch = new byte[32];
        for (int bit = 0; bit <= 255; bit++)
        {
            for (int delta = -20; delta <= 20; delta++)
            {
                BigInteger value = (((BigInteger.Pow(2, bit) + delta) % _p) + _p) % _p;
                byte[] bytes = new byte[32];
                value.ToByteArray(isUnsigned: true).CopyTo(bytes, 0);
                long[] x = new long[10];
                Field25519.Load(x, bytes, 0);
                Field25519.Invert(x, x, scratch);
                AssertReduced(x);
                Assert.Equal(value.IsZero ? 0 : 1, Value(x) * value % _p);
            }
        }
    }

    [Fact]
    public void Products_squares_and_inverses_are_those_of_the_model()
    {
        Gen.Select(Limbs(3), Limbs(3)).Sample(
            (x, y) =>
            {
                long[] result = new long[10];
                Field25519.Multiply(result, x, y);
                Assert.Equal(FieldModel.Multiply(x, y), result);
                Field25519.Square(result, x, 1);
                Assert.Equal(FieldModel.Multiply(x, x), result);
            },
            iter: 1000,
            threads: 1);
        Limbs(3).Sample(
            x =>
            {
                long[] result = new long[10];
                Field25519.Invert(result, x, new byte[32]);
                Assert.Equal(Value(FieldModel.Invert(x)), Value(result));
            },
            iter: 100,
            threads: 1);
    }
}
