using System;
using CsCheck;
using NSec.Cryptography;
using Spore.Crypto;
using Xunit;
using Reference = Org.BouncyCastle.Math.EC.Rfc7748.X25519;
using X25519 = Spore.Crypto.X25519;

namespace Spore.Tests.Crypto;

public class X25519Tests
{
    private readonly IX25519? _host;
    private readonly X25519 _x25519;

    public X25519Tests()
        : this(null)
    {
    }

    protected X25519Tests(IX25519? host)
    {
        _host = host;
        _x25519 = Make();
    }

    // RFC 7748 section 5.2.
    [Theory]
    [InlineData(
        "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
        "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")]
    [InlineData(
        "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
        "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957")]
    public void Gives_the_answers_of_the_RFC(string scalar, string point, string expected)
    {
        byte[] result = new byte[32];
        Assert.True(_x25519.Multiply(result, 0, Bytes.Hex(scalar), 0, Bytes.Hex(point), 0));
        Assert.Equal(expected, Bytes.Hex(result));
    }

    // RFC 7748 section 6.1.
    [Fact]
    public void Alice_and_Bob_of_the_RFC_agree()
    {
        byte[] alice = Bytes.Hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
        byte[] bob = Bytes.Hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
        byte[] alicePublic = new byte[32];
        byte[] bobPublic = new byte[32];
        _x25519.MultiplyBase(alicePublic, 0, alice, 0);
        _x25519.MultiplyBase(bobPublic, 0, bob, 0);
        Assert.Equal("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a", Bytes.Hex(alicePublic));
        Assert.Equal("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f", Bytes.Hex(bobPublic));

        byte[] shared = new byte[32];
        Assert.True(_x25519.Multiply(shared, 0, alice, 0, bobPublic, 0));
        Assert.Equal("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742", Bytes.Hex(shared));
        Assert.True(_x25519.Multiply(shared, 0, bob, 0, alicePublic, 0));
        Assert.Equal("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742", Bytes.Hex(shared));
    }

    // The scalar has the bytes 0, 1, 2 … 31. Only a product of 0 is refused.
    [Theory]
    [InlineData("6a867815503de01ee15304e370b31cc14fcabc9d22eb50657eae08678812a011", 0, 9)]
    [InlineData("3e8b7c9cdd3fb99c94456fdeff2a1f667fbc9b0177667d0a94b6939945d9d91f", 15, 1)]
    [InlineData("44c3892dad20563ce33c4ba3aab643f7ca3689525baad31598811fa359dba43c", 16, 5)]
    [InlineData("4d9961c6c6b270d0c77711b9ec6e58dd80fd998080e867484a218833de6d9b23", 30, 12)]
    [InlineData("fe0463b604b3f9b9b29746a5e8a5cff096246b4805905da6b1c300c1b0732f60", 31, 49)]
    public void A_product_with_one_byte_that_is_not_zero_is_accepted(string point, int index, byte value)
    {
        byte[] scalar = new byte[32];
        for (int i = 0; i < scalar.Length; i++)
        {
            scalar[i] = (byte)i;
        }

        byte[] expected = new byte[32];
        expected[index] = value;
        byte[] result = new byte[32];
        Assert.True(_x25519.Multiply(result, 0, scalar, 0, Bytes.Hex(point), 0));
        Assert.Equal(expected, result);
    }

    // RFC 7748 section 5.2: the scalar becomes the point, the result the scalar, over and over.
    [Fact]
    public void Gives_the_iterated_answers_of_the_RFC()
    {
        byte[] k = new byte[32];
        k[0] = 9;
        byte[] u = (byte[])k.Clone();
        for (int i = 1; i <= 1000; i++)
        {
            byte[] scalar = (byte[])k.Clone();
            Assert.True(_x25519.Multiply(k, 0, scalar, 0, u, 0));
            u = scalar;
            if (i == 1)
            {
                Assert.Equal("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079", Bytes.Hex(k));
            }
        }

        Assert.Equal("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51", Bytes.Hex(k));
    }

    [Fact]
    public void Agrees_with_the_reference_on_random_input()
    {
        Gen.Select(Gen.Byte.Array[32], Gen.Byte.Array[32]).Sample(
            (scalar, point) =>
            {
                byte[] expected = new byte[32];
                Reference.ScalarMult(scalar, 0, point, 0, expected, 0);
                byte[] buffer = Bytes.Inside(new byte[32]);
                bool shared = _x25519.Multiply(
                    buffer, Bytes.Margin, Bytes.Inside(scalar), Bytes.Margin, Bytes.Inside(point), Bytes.Margin);
                Assert.True(shared);
                Assert.Equal(expected, Bytes.Between(buffer));

                Reference.ScalarMultBase(scalar, 0, expected, 0);
                buffer = Bytes.Inside(new byte[32]);
                _x25519.MultiplyBase(buffer, Bytes.Margin, Bytes.Inside(scalar), Bytes.Margin);
                Assert.Equal(expected, Bytes.Between(buffer));
            },
            iter: 300,
            threads: 1);
    }

    // Bytes that are mostly 00 or FF reach the ends of the limbs, where carries go wrong.
    [Fact]
    public void Agrees_with_the_reference_on_lopsided_input()
    {
        Gen<byte[]> lopsided =
            Gen.OneOf(Gen.Const((byte)0), Gen.Const((byte)255), Gen.Const((byte)255), Gen.Byte).Array[32];
        Gen.Select(lopsided, lopsided).Sample(
            (scalar, point) =>
            {
                byte[] expected = new byte[32];
                Reference.ScalarMult(scalar, 0, point, 0, expected, 0);
                byte[] result = new byte[32];
                bool shared = _x25519.Multiply(result, 0, scalar, 0, point, 0);
                Assert.Equal(expected, result);
                Assert.Equal(expected.AsSpan().ContainsAnyExcept((byte)0), shared);
            },
            iter: 300,
            threads: 1);
    }

    [Fact]
    public void Agrees_with_the_other_reference()
    {
        KeyAgreementAlgorithm algorithm = KeyAgreementAlgorithm.X25519;
        KeyCreationParameters exportable = new() { ExportPolicy = KeyExportPolicies.AllowPlaintextExport };
        SharedSecretCreationParameters exportableSecret = new()
        {
            ExportPolicy = KeyExportPolicies.AllowPlaintextExport,
        };
        for (int i = 0; i < 20; i++)
        {
            using Key mine = Key.Create(algorithm, exportable);
            using Key other = Key.Create(algorithm, exportable);
            using SharedSecret? secret = algorithm.Agree(mine, other.PublicKey, exportableSecret);
            byte[] scalar = mine.Export(KeyBlobFormat.RawPrivateKey);
            byte[] result = new byte[32];
            _x25519.MultiplyBase(result, 0, scalar, 0);
            Assert.Equal(mine.PublicKey.Export(KeyBlobFormat.RawPublicKey), result);
            Assert.True(_x25519.Multiply(result, 0, scalar, 0, other.PublicKey.Export(KeyBlobFormat.RawPublicKey), 0));
            Assert.Equal(secret!.Export(SharedSecretBlobFormat.RawSharedSecret), result);
        }
    }

    // The points of small order on the curve and its twist, in every encoding below 2^255.
    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")]
    [InlineData("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    public void Refuses_points_of_small_order(string hex)
    {
        byte[] point = Bytes.Hex(hex);
        for (int top = 0; top < 2; top++)
        {
            point[31] ^= (byte)(top << 7);
            byte[] result = Bytes.Random(1, 32);
            Assert.False(_x25519.Multiply(result, 0, Bytes.Random(2, 32), 0, point, 0));
            Assert.Equal(new byte[32], result);
        }
    }

    [Fact]
    public void Ignores_the_bits_that_clamping_sets_and_the_point_s_top_bit()
    {
        byte[] scalar = Bytes.Random(3, 32);
        byte[] point = Bytes.Random(4, 32);
        byte[] expected = new byte[32];
        _x25519.Multiply(expected, 0, scalar, 0, point, 0);
        foreach (int bit in new[] { 0, 1, 2, 254, 255 })
        {
            byte[] other = (byte[])scalar.Clone();
            other[bit / 8] ^= (byte)(1 << (bit % 8));
            byte[] result = new byte[32];
            _x25519.Multiply(result, 0, other, 0, point, 0);
            Assert.Equal(expected, result);
        }

        point[31] ^= 0x80;
        byte[] same = new byte[32];
        _x25519.Multiply(same, 0, scalar, 0, point, 0);
        Assert.Equal(expected, same);
    }

    [Fact]
    public void Result_may_be_the_scalar_or_the_point()
    {
        byte[] scalar = Bytes.Random(5, 32);
        byte[] point = Bytes.Random(6, 32);
        byte[] expected = new byte[32];
        _x25519.Multiply(expected, 0, scalar, 0, point, 0);

        byte[] overScalar = (byte[])scalar.Clone();
        _x25519.Multiply(overScalar, 0, overScalar, 0, point, 0);
        Assert.Equal(expected, overScalar);

        byte[] overPoint = (byte[])point.Clone();
        _x25519.Multiply(overPoint, 0, scalar, 0, overPoint, 0);
        Assert.Equal(expected, overPoint);

        _x25519.MultiplyBase(expected, 0, scalar, 0);
        _x25519.MultiplyBase(scalar, 0, scalar, 0);
        Assert.Equal(expected, scalar);
    }

    [Fact]
    public void A_multiplication_carried_on_by_steps_gives_the_same_and_outlives_its_inputs()
    {
        byte[] scalar = Bytes.Random(9, 32);
        byte[] point = Bytes.Random(10, 32);
        byte[] expected = new byte[32];
        _x25519.Multiply(expected, 0, scalar, 0, point, 0);

        X25519 other = Make();
        other.Begin(Bytes.Inside(scalar), Bytes.Margin, Bytes.Inside(point), Bytes.Margin);
        Array.Clear(scalar);
        Array.Clear(point);
        int steps = 1;
        while (other.Step())
        {
            steps++;
        }

        Assert.Equal(5, steps);
        Assert.False(other.Step());
        byte[] result = new byte[32];
        Assert.True(other.Finish(result, 0));
        Assert.Equal(expected, result);
        Scratch.AssertWiped(other);
    }

    // The comb against the ladder, with scalars whose bits are mostly alike.
    [Fact]
    public void The_base_point_s_multiples_are_those_of_the_ladder()
    {
        byte[] nine = new byte[32];
        nine[0] = 9;
        Gen<byte> lopsided = Gen.OneOf(Gen.Const((byte)0), Gen.Const((byte)255), Gen.Byte);
        lopsided.Array[32].Sample(
            scalar =>
            {
                byte[] expected = new byte[32];
                byte[] result = new byte[32];
                Assert.True(_x25519.Multiply(expected, 0, scalar, 0, nine, 0));
                _x25519.MultiplyBase(result, 0, scalar, 0);
                Assert.Equal(expected, result);
            },
            iter: 300,
            threads: 1);
    }

    [Fact]
    public void A_multiple_of_the_base_point_carried_on_by_steps_is_the_same_and_leaves_nothing()
    {
        byte[] scalar = Bytes.Random(9, 32);
        byte[] expected = new byte[32];
        _x25519.MultiplyBase(expected, 0, scalar, 0);
        X25519 other = Make();
        other.Begin(scalar, 0, Bytes.Random(10, 32), 0);
        Assert.True(other.Step());
        other.BeginBase(Bytes.Inside(scalar), Bytes.Margin);
        for (int i = 0; i < 3; i++)
        {
            Assert.True(other.Step());
        }

        Assert.False(other.Step());
        byte[] result = new byte[32];
        Assert.True(other.Finish(result, 0));
        Assert.Equal(expected, result);
        Scratch.AssertWiped(other);

        other.BeginBase(scalar, 0);
        other.Step();
        other.Wipe();
        Scratch.AssertWiped(other);
    }

    [Fact]
    public void A_multiplication_given_up_halfway_leaves_nothing()
    {
        X25519 other = Make();
        other.Begin(Bytes.Random(11, 32), 0, Bytes.Random(12, 32), 0);
        Assert.True(other.Step());
        other.Wipe();
        Scratch.AssertWiped(other);
        Assert.False(other.Step());

        byte[] expected = new byte[32];
        _x25519.Multiply(expected, 0, Bytes.Random(13, 32), 0, Bytes.Random(14, 32), 0);
        other.Begin(Bytes.Random(11, 32), 0, Bytes.Random(12, 32), 0);
        Assert.True(other.Step());
        byte[] result = new byte[32];
        other.Multiply(result, 0, Bytes.Random(13, 32), 0, Bytes.Random(14, 32), 0);
        Assert.Equal(expected, result);
    }

    [Fact]
    public void Leaves_the_inputs_alone_and_nothing_in_its_scratch()
    {
        X25519 fresh = Make();
        byte[] scalar = Bytes.Random(7, 32);
        byte[] point = Bytes.Random(8, 32);
        fresh.Multiply(new byte[32], 0, scalar, 0, point, 0);
        Assert.Equal(Bytes.Random(7, 32), scalar);
        Assert.Equal(Bytes.Random(8, 32), point);
        Scratch.AssertWiped(fresh);
    }

    private X25519 Make() => new(new CurveScratch(), _host);
}
