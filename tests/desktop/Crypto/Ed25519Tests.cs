using System;
using System.Numerics;
using CsCheck;
using NSec.Cryptography;
using Xunit;
using Ed25519 = Spore.Crypto.Ed25519;

namespace Spore.Tests.Crypto;

public class Ed25519Tests
{
    private static readonly BigInteger _l =
        BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493");

    private readonly Ed25519 _ed25519 = new();

    private bool Verify(byte[] publicKey, byte[] message, byte[] signature)
    {
        int m = Bytes.Margin;
        return _ed25519.Verify(
            Bytes.Inside(publicKey), m, Bytes.Inside(message), m, message.Length, Bytes.Inside(signature), m);
    }

    private static Key CreateKey()
    {
        return Key.Create(
            SignatureAlgorithm.Ed25519,
            new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport });
    }

    // RFC 8032 section 7.1: tests 1, 2, 3, 1024 and SHA(abc).
    [Theory]
    [InlineData(
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        + "d25bf5f0595bbe24655141438e7a100b")]
    [InlineData(
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        + "387b2eaeb4302aeeb00d291612bb0c00")]
    [InlineData(
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
        + "4a7c15e9716ed28dc027beceea1ec40a")]
    [InlineData(
        "278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e",
        "08b8b2b733424243760fe426a4b54908632110a66c2f6591eabd3345e3e4eb98fa6e264bf09efe12ee50f8f54e9f77b1"
            + "e355f6c50544e23fb1433ddf73be84d879de7c0046dc4996d9e773f4bc9efe5738829adb26c81b37c93a1b270b20329d"
            + "658675fc6ea534e0810a4432826bf58c941efb65d57a338bbd2e26640f89ffbc1a858efcb8550ee3a5e1998bd177e93a"
            + "7363c344fe6b199ee5d02e82d522c4feba15452f80288a821a579116ec6dad2b3b310da903401aa62100ab5d1a36553e"
            + "06203b33890cc9b832f79ef80560ccb9a39ce767967ed628c6ad573cb116dbefefd75499da96bd68a8a97b928a8bbc10"
            + "3b6621fcde2beca1231d206be6cd9ec7aff6f6c94fcd7204ed3455c68c83f4a41da4af2b74ef5c53f1d8ac70bdcb7ed1"
            + "85ce81bd84359d44254d95629e9855a94a7c1958d1f8ada5d0532ed8a5aa3fb2d17ba70eb6248e594e1a2297acbbb39d"
            + "502f1a8c6eb6f1ce22b3de1a1f40cc24554119a831a9aad6079cad88425de6bde1a9187ebb6092cf67bf2b13fd65f270"
            + "88d78b7e883c8759d2c4f5c65adb7553878ad575f9fad878e80a0c9ba63bcbcc2732e69485bbc9c90bfbd62481d9089b"
            + "eccf80cfe2df16a2cf65bd92dd597b0707e0917af48bbb75fed413d238f5555a7a569d80c3414a8d0859dc65a46128ba"
            + "b27af87a71314f318c782b23ebfe808b82b0ce26401d2e22f04d83d1255dc51addd3b75a2b1ae0784504df543af8969b"
            + "e3ea7082ff7fc9888c144da2af58429ec96031dbcad3dad9af0dcbaaaf268cb8fcffead94f3c7ca495e056a9b47acdb7"
            + "51fb73e666c6c655ade8297297d07ad1ba5e43f1bca32301651339e22904cc8c42f58c30c04aafdb038dda0847dd988d"
            + "cda6f3bfd15c4b4c4525004aa06eeff8ca61783aacec57fb3d1f92b0fe2fd1a85f6724517b65e614ad6808d6f6ee34df"
            + "f7310fdc82aebfd904b01e1dc54b2927094b2db68d6f903b68401adebf5a7e08d78ff4ef5d63653a65040cf9bfd4aca7"
            + "984a74d37145986780fc0b16ac451649de6188a7dbdf191f64b5fc5e2ab47b57f7f7276cd419c17a3ca8e1b939ae49e4"
            + "88acba6b965610b5480109c8b17b80e1b7b750dfc7598d5d5011fd2dcc5600a32ef5b52a1ecc820e308aa342721aac09"
            + "43bf6686b64b2579376504ccc493d97e6aed3fb0f9cd71a43dd497f01f17c0e2cb3797aa2a2f256656168e6c496afc5f"
            + "b93246f6b1116398a346f1a641f3b041e989f7914f90cc2c7fff357876e506b50d334ba77c225bc307ba537152f3f161"
            + "0e4eafe595f6d9d90d11faa933a15ef1369546868a7f3a45a96768d40fd9d03412c091c6315cf4fde7cb68606937380d"
            + "b2eaaa707b4c4185c32eddcdd306705e4dc1ffc872eeee475a64dfac86aba41c0618983f8741c5ef68d3a101e8a3b8ca"
            + "c60c905c15fc910840b94c00a0b9d0",
        "0aab4c900501b3e24d7cdf4663326a3a87df5e4843b2cbdb67cbf6e460fec350aa5371b1508f9f4528ecea23c436d94b"
        + "5e8fcd4f681e30a6ac00a9704a188a03")]
    [InlineData(
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
        + "454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e030"
        + "3dca179c138ac17ad9bef1177331a704")]
    public void Accepts_the_signatures_of_the_RFC(string publicKey, string message, string signature)
    {
        Assert.True(Verify(Bytes.Hex(publicKey), Bytes.Hex(message), Bytes.Hex(signature)));
    }

    [Fact]
    public void Accepts_what_the_reference_signs_and_refuses_it_with_any_bit_flipped()
    {
        for (int i = 0; i < 4; i++)
        {
            using Key key = CreateKey();
            byte[] message = Bytes.Random(i, i * 20);
            byte[] publicKey = key.PublicKey.Export(KeyBlobFormat.RawPublicKey);
            byte[] signature = SignatureAlgorithm.Ed25519.Sign(key, message);
            Assert.True(Verify(publicKey, message, signature));
            foreach (byte[] part in new[] { publicKey, message, signature })
            {
                for (int bit = 0; bit < part.Length * 8; bit++)
                {
                    part[bit / 8] ^= (byte)(1 << (bit % 8));
                    Assert.False(Verify(publicKey, message, signature));
                    part[bit / 8] ^= (byte)(1 << (bit % 8));
                }
            }

            Assert.True(Verify(publicKey, message, signature));
        }
    }

    [Fact]
    public void Accepts_what_both_references_sign()
    {
        Gen.Select(Gen.Byte.Array[32], Gen.Byte.Array[0, 300]).Sample(
            (seed, message) =>
            {
                byte[] publicKey = new byte[32];
                byte[] signature = new byte[64];
                Org.BouncyCastle.Math.EC.Rfc8032.Ed25519.GeneratePublicKey(seed, 0, publicKey, 0);
                Org.BouncyCastle.Math.EC.Rfc8032.Ed25519.Sign(seed, 0, message, 0, message.Length, signature, 0);
                Assert.True(Verify(publicKey, message, signature));

                using Key key = Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey);
                Assert.True(Verify(publicKey, message, SignatureAlgorithm.Ed25519.Sign(key, message)));
            },
            iter: 100,
            threads: 1);
    }

    [Fact]
    public void Agrees_with_the_reference_on_signatures_that_are_slightly_wrong()
    {
        using Key key = CreateKey();
        byte[] publicKey = key.PublicKey.Export(KeyBlobFormat.RawPublicKey);
        PublicKey reference = key.PublicKey;
        Gen.Select(Gen.Byte.Array[0, 100], Gen.Int[0, 63], Gen.Byte).Sample(
            (message, at, value) =>
            {
                byte[] signature = SignatureAlgorithm.Ed25519.Sign(key, message);
                signature[at] = value;
                Assert.Equal(
                    SignatureAlgorithm.Ed25519.Verify(reference, message, signature),
                    Verify(publicKey, message, signature));
            },
            iter: 500,
            threads: 1);
    }

    [Fact]
    [Statement("7.4-7")]
    public void Refuses_S_plus_the_group_order()
    {
        using Key key = CreateKey();
        byte[] message = Bytes.Random(1, 10);
        byte[] publicKey = key.PublicKey.Export(KeyBlobFormat.RawPublicKey);
        byte[] signature = SignatureAlgorithm.Ed25519.Sign(key, message);
        BigInteger s = new(signature.AsSpan(32), isUnsigned: true);
        for (int i = 0; s + (i * _l) < BigInteger.Pow(2, 256); i++)
        {
            Array.Clear(signature, 32, 32);
            (s + (i * _l)).ToByteArray(isUnsigned: true).CopyTo(signature, 32);
            Assert.Equal(i == 0, Verify(publicKey, message, signature));
        }
    }

    // With such a key or R, and S zero, the equation holds for some messages or for all.
    [Fact]
    [Statement("7.4-7")]
    public void Refuses_keys_and_R_of_small_order_in_every_encoding()
    {
        string[] encodings =
        [
            "0100000000000000000000000000000000000000000000000000000000000000",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "0000000000000000000000000000000000000000000000000000000000000000",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ];
        foreach (string key in encodings)
        {
            foreach (string r in encodings)
            {
                for (int signs = 0; signs < 4; signs++)
                {
                    byte[] publicKey = Bytes.Hex(key);
                    publicKey[31] ^= (byte)((signs & 1) << 7);
                    byte[] signature = new byte[64];
                    Bytes.Hex(r).CopyTo(signature, 0);
                    signature[31] ^= (byte)((signs & 2) << 6);
                    for (int i = 0; i < 8; i++)
                    {
                        Assert.False(Verify(publicKey, [(byte)i], signature));
                    }
                }
            }
        }
    }

    // R of small order under an honest key: R = 0, S = k a, which only the holder of the key can make.
    [Fact]
    public void Refuses_R_of_small_order_under_an_honest_key()
    {
        byte[] seed = Bytes.Random(1, 32);
        byte[] publicKey = new byte[32];
        Org.BouncyCastle.Math.EC.Rfc8032.Ed25519.GeneratePublicKey(seed, 0, publicKey, 0);
        byte[] expanded = HashAlgorithm.Sha512.Hash(seed);
        expanded[0] &= 248;
        expanded[31] = (byte)((expanded[31] & 127) | 64);
        BigInteger a = new(expanded.AsSpan(0, 32), isUnsigned: true);

        byte[] signature = new byte[64];
        signature[0] = 1;
        byte[] message = [1, 2, 3];
        BigInteger k = new(HashAlgorithm.Sha512.Hash([.. signature[..32], .. publicKey, .. message]), isUnsigned: true);
        (k * a % _l).ToByteArray(isUnsigned: true).CopyTo(signature, 32);
        Assert.True(
            Org.BouncyCastle.Math.EC.Rfc8032.Ed25519.Verify(signature, 0, publicKey, 0, message, 0, message.Length));
        Assert.False(Verify(publicKey, message, signature));
    }

    [Fact]
    public void Refuses_keys_that_are_no_canonical_encoding()
    {
        byte[] signature = new byte[64];
        signature[0] = 4;
        BigInteger p = BigInteger.Pow(2, 255) - 19;
        for (int i = 0; i < 19; i++)
        {
            for (int sign = 0; sign < 2; sign++)
            {
                byte[] publicKey = (p + i).ToByteArray(isUnsigned: true);
                publicKey[31] |= (byte)(sign << 7);
                Assert.False(Verify(publicKey, [], signature));
            }
        }
    }

    // One byte of x is not zero. Only for an x of 0 is the sign bit refused.
    [Fact]
    public void Decodes_both_points_of_an_x_with_one_byte_that_is_not_zero()
    {
        Spore.Crypto.Edwards25519 curve = new(
            new Spore.Crypto.CurveScratch(),
            new Spore.Crypto.EdwardsPoint(),
            new byte[Spore.Crypto.BasePointComb.SignsSize]);
        Spore.Crypto.EdwardsPoint point = new();
        for (int i = 0; i < 32; i++)
        {
            BigInteger x = BigInteger.Pow(256, i);
            BigInteger y = YOf(x);
            while (y.IsZero)
            {
                x += BigInteger.Pow(256, i);
                y = YOf(x);
            }

            foreach ((BigInteger X, BigInteger Y) expected in new[] { (x, y), Ed25519Model.Negate((x, y)) })
            {
                Assert.True(curve.DecodeNegated(point, Ed25519Model.Encode(expected), 0), $"byte {i}");
                Assert.Equal(Ed25519Model.Negate(expected), Ed25519Model.Affine(point));
            }
        }

        // y^2 = (1 + x^2) / (1 - d x^2), or 0 where that is no square.
        static BigInteger YOf(BigInteger x)
        {
            BigInteger square = Ed25519Model.Mod((1 + (x * x)) * Ed25519Model.Inverse(1 - (Ed25519Model.D * x * x)));
            BigInteger y = BigInteger.ModPow(square, (Ed25519Model.P + 3) / 8, Ed25519Model.P);
            if (Ed25519Model.Mod(y * y) != square)
            {
                y = Ed25519Model.Mod(y * BigInteger.ModPow(2, (Ed25519Model.P - 1) / 4, Ed25519Model.P));
            }

            return Ed25519Model.Mod(y * y) == square ? y : 0;
        }
    }

    // The public keys of k and l - k differ in their last bit alone, the sign of x.
    [Fact]
    public void A_key_that_differs_from_the_last_one_in_the_last_bit_is_another_key()
    {
        byte[] message = [1, 2, 3];
        byte[] r = Ed25519Model.Encode(Ed25519Model.Multiply(5, Ed25519Model.Base));
        BigInteger k = new(Bytes.Random(1, 31), isUnsigned: true);
        foreach (BigInteger secret in new[] { k, _l - k, k })
        {
            byte[] publicKey = Ed25519Model.Encode(Ed25519Model.Multiply(secret, Ed25519Model.Base));
            BigInteger s = (5 + (Ed25519Model.Challenge(r, publicKey, message) * secret)) % _l;
            Assert.True(Verify(publicKey, message, [.. r, .. Ed25519Model.Scalar(s)]));
        }
    }

    [Fact]
    public void Agrees_with_the_reference_on_which_bytes_are_a_point()
    {
        Spore.Crypto.Edwards25519 curve = new(
            new Spore.Crypto.CurveScratch(),
            new Spore.Crypto.EdwardsPoint(),
            new byte[Spore.Crypto.BasePointComb.SignsSize]);
        Spore.Crypto.EdwardsPoint point = new();
        int points = 0;
        for (int i = 0; i < 400; i++)
        {
            byte[] bytes = Bytes.Random(i, 32);
            bool expected = Org.BouncyCastle.Math.EC.Rfc8032.Ed25519.ValidatePublicKeyPartial(bytes, 0);
            Assert.Equal(expected, curve.DecodeNegated(point, bytes, 0));
            if (!expected)
            {
                continue;
            }

            points++;
            Assert.False(curve.IsSmallOrder(point));
            Assert.Equal(Ed25519Model.Negate(Ed25519Model.Decode(bytes)!.Value), Ed25519Model.Affine(point));
            Assert.Equal(
                Ed25519Model.Value(point.X) * Ed25519Model.Value(point.Y) % Ed25519Model.P,
                Ed25519Model.Value(point.T));
        }

        Assert.InRange(points, 100, 300);
    }

    // x B and y B by the tables made for points, and z B by the comb: the sum is neutral exactly when it should be.
    [Fact]
    public void The_three_parts_of_the_sum_agree()
    {
        Spore.Crypto.Edwards25519 curve = new(
            new Spore.Crypto.CurveScratch(),
            new Spore.Crypto.EdwardsPoint(),
            new byte[Spore.Crypto.BasePointComb.SignsSize]);
        Spore.Crypto.EdwardsPoint b = new();
        for (int i = 0; i < 2; i++)
        {
            Assert.True(curve.DecodeNegated(
                b, Bytes.Hex("58666666666666666666666666666666666666666666666666666666666666e6"), 0));
            curve.FillTable(i == 1, b);
        }

        Gen<byte> lopsided = Gen.OneOf(Gen.Const((byte)0), Gen.Const((byte)255), Gen.Byte);
        Gen.Select(lopsided.Array[32], lopsided.Array[32], Gen.Int[0, 32], Gen.Bool, Gen.Int[0, 2]).Sample(
            (first, second, length, subtract, error) =>
            {
                Array.Clear(first, length, 32 - length);
                first[31] &= 63;
                second[31] &= 63;
                BigInteger x = new(first, isUnsigned: true);
                BigInteger y = new(second, isUnsigned: true);
                BigInteger z = ((error - (subtract ? -x : x) - y) % _l + _l) % _l;
                curve.SetScalars(first, second, subtract, Ed25519Model.Scalar(z));
                curve.BeginSum();
                while (curve.StepSum())
                {
                }

                Assert.Equal(error == 0, curve.IsSumNeutral());
            },
            iter: 300,
            threads: 1);
    }

    [Fact]
    public void Double_and_Add_are_exact()
    {
        Gen.Select(Gen.Byte.Array[31], Gen.Byte.Array[31], Gen.Int[1, 3], Gen.Bool, Gen.Bool, Gen.Int[1, 1 << 24])
            .Sample(
                (k, m, times, negated, affine, scale) =>
                {
                    (BigInteger X, BigInteger Y) p = Ed25519Model.Multiply(
                        new BigInteger(k, isUnsigned: true), Ed25519Model.Base);
                    (BigInteger X, BigInteger Y) q = Ed25519Model.Multiply(
                        new BigInteger(m, isUnsigned: true), Ed25519Model.Base);
                    Spore.Crypto.EdwardsPoint point = new();
                    void Put(long[] to, BigInteger value) => Ed25519Model.Limbs(value).CopyTo(to, 0);
                    Put(point.X, p.X * scale);
                    Put(point.Y, p.Y * scale);
                    Put(point.Z, scale);
                    Spore.Crypto.EdwardsGroup.Double(point, times);
                    (BigInteger X, BigInteger Y) expected = Ed25519Model.Multiply(1 << times, p);
                    Assert.Equal(expected, Ed25519Model.Affine(point));

                    BigInteger z = affine ? 1 : scale + 1;
                    Spore.Crypto.EdwardsAddend addend = new();
                    Put(addend.Sum, (q.Y + q.X) * z);
                    Put(addend.Difference, (q.Y - q.X) * z);
                    Put(addend.Z, affine ? 0 : z);
                    Put(addend.T2d, 2 * Ed25519Model.D * q.X * q.Y % Ed25519Model.P * z);
                    Spore.Crypto.EdwardsGroup.Add(point, addend, negated, affine, true);
                    expected = Ed25519Model.Add(expected, negated ? Ed25519Model.Negate(q) : q);
                    Assert.Equal(expected, Ed25519Model.Affine(point));
                    Assert.Equal(
                        Ed25519Model.Mod(expected.X * expected.Y * Ed25519Model.Value(point.Z)),
                        Ed25519Model.Value(point.T));
                },
                iter: 30,
                threads: 1);
    }

    // Points with a part of small order: the equation is compared without the cofactor, so that part has to agree too.
    [Fact]
    public void Agrees_with_its_model_where_parts_are_of_small_order()
    {
        (BigInteger X, BigInteger Y) eighth =
            Ed25519Model.Decode(Bytes.Hex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"))!.Value;
        int accepted = 0;
        for (int i = 0; i < 64; i++)
        {
            BigInteger a = new BigInteger(Bytes.Random(i, 32), isUnsigned: true) % _l;
            BigInteger r = new BigInteger(Bytes.Random(i + 100, 32), isUnsigned: true) % _l;
            byte[] publicKey = Ed25519Model.Encode(
                Ed25519Model.Add(Ed25519Model.Multiply(a, Ed25519Model.Base), Ed25519Model.Multiply(i % 8, eighth)));
            byte[] rBytes = Ed25519Model.Encode(
                Ed25519Model.Add(Ed25519Model.Multiply(r, Ed25519Model.Base), Ed25519Model.Multiply(i / 8, eighth)));
            byte[] message = [(byte)i];
            BigInteger k = Ed25519Model.Challenge(rBytes, publicKey, message);
            byte[] signature = [.. rBytes, .. Ed25519Model.Scalar((r + (k * a)) % _l)];
            bool expected = Ed25519Model.Verify(publicKey, message, signature);
            Assert.Equal((i / 8 + (k * (i % 8))) % 8 == 0, expected);
            Assert.Equal(expected, Verify(publicKey, message, signature));
            accepted += expected ? 1 : 0;
        }

        Assert.InRange(accepted, 2, 30);
    }

    [Fact]
    public void A_verification_carried_on_by_steps_gives_the_same_and_outlives_its_inputs()
    {
        using Key key = CreateKey();
        byte[] publicKey = key.PublicKey.Export(KeyBlobFormat.RawPublicKey);
        for (int i = 0; i < 2; i++)
        {
            byte[] message = Bytes.Random(1, 80);
            byte[] signature = SignatureAlgorithm.Ed25519.Sign(key, message);
            signature[63] ^= (byte)i;
            byte[] passing = (byte[])publicKey.Clone();
            Ed25519 other = new();
            Assert.False(other.Step());
            Assert.False(other.Finish());
            other.Begin(passing, 0, message, 0, 80, signature, 0);
            Array.Clear(passing);
            Array.Clear(message);
            Array.Clear(signature);
            int steps = 1;
            while (other.Step())
            {
                steps++;
            }

            Assert.InRange(steps, 10, 13);
            Assert.Equal(i == 0, other.Finish());
            Assert.False(other.Finish());
        }
    }

    [Fact]
    public void The_constants_are_what_they_say()
    {
        BigInteger p = BigInteger.Pow(2, 255) - 19;
        BigInteger Inverse(BigInteger x) => BigInteger.ModPow(x, p - 2, p);
        BigInteger Mod(BigInteger x) => ((x % p) + p) % p;
        BigInteger Constant(System.Type owner, string name)
        {
            long[] limbs = (long[])owner
                .GetField(name, System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.NonPublic)!
                .GetValue(null)!;
            return Ed25519Model.Value(limbs);
        }

        BigInteger d = Mod(-121665 * Inverse(121666));
        Assert.Equal(Mod(2 * d), Constant(typeof(Spore.Crypto.Edwards25519), "D2"));
        Assert.Equal(
            BigInteger.ModPow(2, (p - 1) / 4, p), Constant(typeof(Spore.Crypto.SquareRoot), "_rootOfMinusOne"));
    }
}
