using System;
using System.IO;
using System.Linq;
using CsCheck;
using Spore.Crypto;
using Spore.Unroll;
using Xunit;

namespace Spore.Tests.Crypto;

/// <summary>What is unrolled is what the generator writes, and does what its plain form does, limb for limb.</summary>
public class UnrolledTests
{
    private const int Iterations = 1000;

    // Bytes of mostly ones or zeros make words and sums that carry far or not at all.
    private static readonly Gen<byte> _lopsided = Gen.OneOf(
        Gen.Const((byte)0), Gen.Const((byte)255), Gen.Const((byte)255), Gen.Byte);

    // Every limb at an end of what a reduction leaves, or between: limb 1 may be 2^18 beyond either.
    private static readonly Gen<long[]> _reduced = Gen
        .Select(Gen.Int[0, 4].Array[10], Gen.Long[0, long.MaxValue].Array[10])
        .Select((kinds, values) =>
        {
            long[] limbs = new long[10];
            for (int i = 0; i < 10; i++)
            {
                long slack = i == 1 ? 1L << 18 : 0;
                long top = (1L << (i % 2 == 0 ? 26 : 25)) - 1;
                limbs[i] = kinds[i] switch
                {
                    0 => -slack,
                    1 or 2 => top + slack,
                    3 => values[i] % 20,
                    _ => values[i] % (top + 1),
                };
            }

            return limbs;
        });

    public static TheoryData<string> Files => [.. UnrolledFiles.All().Select(f => f.Path)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Generated_files_are_current(string path)
    {
        string expected = UnrolledFiles.All().Single(f => f.Path == path).Text;
        string actual = File.ReadAllText(Path.Combine(Repository.Root, path)).ReplaceLineEndings("\n");
        Assert.True(
            expected == actual, $"{path} is not what tools/unroll makes. Run: dotnet run --project tools/unroll");
    }

    [Fact]
    public void No_generated_file_is_left_that_the_generator_does_not_make()
    {
        string[] expected =
            [.. UnrolledFiles.All().Select(f => Path.GetFileName(f.Path)).Order(StringComparer.Ordinal)];
        string[] actual = [.. new[] { "firmware/Spore.Crypto", "hostsim/Crypto" }
            .SelectMany(folder => Directory.GetFiles(Path.Combine(Repository.Root, folder), "*.g.cs"))
            .Select(f => Path.GetFileName(f)!)
            .Order(StringComparer.Ordinal)];
        Assert.Equal(expected, actual);
    }

    // Two steps, so that both kinds of exchange come up, and what one step leaves is taken by the next.
    [Fact]
    public void The_ladder_steps_like_its_model()
    {
        Gen.Select(_reduced.Array[5], Gen.Int[0, 252], _lopsided.Array[32]).Sample(
            (elements, to, scalar) =>
            {
                X25519Model model = new()
                {
                    X1 = elements[0],
                    X2 = elements[1],
                    Z2 = elements[2],
                    X3 = elements[3],
                    Z3 = elements[4],
                };
                int Bit(int i) => (scalar[i >> 3] >> (i & 7)) & 1;
                model.Step(Bit(to + 2) != Bit(to + 1));
                model.Step(Bit(to + 1) != Bit(to));
                long[][] actual = [.. elements.Select(e => (long[])e.Clone())];
                MontgomeryLadder.Climb(actual[0], actual[1], actual[2], actual[3], actual[4], scalar, to + 1, to);
                Assert.Equal([elements[0], model.X2, model.Z2, model.X3, model.Z3], actual);
            },
            iter: Iterations,
            threads: 1);
    }

    [Fact]
    public void X25519_is_its_model()
    {
        Gen.Select(_lopsided.Array[32], _lopsided.Array[32]).Sample(
            (scalar, point) =>
            {
                byte[] expected = new byte[32];
                bool shared = X25519Model.Multiply(expected, scalar, point);
                byte[] actual = new byte[32];
                Assert.Equal(shared, new X25519().Multiply(actual, 0, scalar, 0, point, 0));
                Assert.Equal(expected, actual);
            },
            iter: 100,
            threads: 1);
    }

    [Fact]
    public void ChaCha20_is_its_model()
    {
        ChaCha20 cipher = new();
        Gen
            .Select(
                _lopsided.Array[32],
                _lopsided.Array[12],
                Gen.OneOf(Gen.UInt, Gen.Const(uint.MaxValue)),
                _lopsided.Array[0, 200])
            .Sample(
                (key, nonce, counter, data) =>
                {
                    byte[] expected = (byte[])data.Clone();
                    ChaCha20Model.Xor(key, counter, nonce, expected);
                    cipher.Xor(key, 0, counter, nonce, 0, data, 0, data.Length);
                    Assert.Equal(expected, data);

                    byte[] input = [.. nonce, .. key[..4]];
                    byte[] derived = new byte[32];
                    cipher.Derive(derived, key, 0, input, 0);
                    Assert.Equal(ChaCha20Model.Derive(key, input), derived);
                },
                iter: Iterations,
                threads: 1);
    }

    // The accumulator's limbs at the ends of what a reduction leaves: limb 1 may be a little above 2^26.
    [Fact]
    public void Poly1305_absorbs_like_its_model()
    {
        Gen<long> limb = Gen.OneOf(Gen.Const(0L), Gen.Const(0x3FFFFFFL), Gen.Long[0, 0x3FFFFFF]);
        Gen.Select(limb.Array[5], limb.Array[5], Gen.Long[0, 1 << 9], _lopsided.Array[48]).Sample(
            (r, h, slack, data) =>
            {
                // What clamping leaves of r (RFC 8439 section 2.5).
                long[] clamp = [0x3FFFFFF, 0x3FFFF03, 0x3FFC0FF, 0x3F03FFF, 0x00FFFFF];
                for (int i = 0; i < 5; i++)
                {
                    r[i] &= clamp[i];
                }

                h[1] += slack;
                long[] state = [.. r, .. h];
                Poly1305.Absorb(state, Bytes.Inside(data), Bytes.Margin, data.Length);
                for (int at = 0; at < data.Length; at += 16)
                {
                    h = Poly1305Model.Absorb(r, h, data[at..(at + 16)]);
                    Assert.InRange(h[1], 0, 0x3FFFFFF + (1 << 9));
                }

                Assert.Equal([.. r, .. h], state);
            },
            iter: Iterations,
            threads: 1);
    }

    [Fact]
    public void ChaCha20Poly1305_is_its_model()
    {
        ChaCha20Poly1305 aead = new();
        Gen.Select(_lopsided.Array[32], _lopsided.Array[12], _lopsided.Array[0, 40], _lopsided.Array[0, 200]).Sample(
            (key, nonce, ad, text) =>
            {
                byte[] expected = [.. text, .. new byte[16]];
                byte[] actual = (byte[])expected.Clone();
                AeadModel.Seal(key, 0, nonce, 0, ad, 0, ad.Length, expected, 0, text.Length);
                aead.Seal(key, 0, nonce, 0, ad, 0, ad.Length, actual, 0, text.Length);
                Assert.Equal(expected, actual);
            },
            iter: Iterations,
            threads: 1);
    }

    [Fact]
    public void Blake2s_is_its_model()
    {
        Blake2s hash = new();
        Gen.Select(Gen.Int[1, 32], _lopsided.Array[0, 32], _lopsided.Array[0, 300]).Sample(
            (length, key, message) =>
            {
                byte[] actual = new byte[length];
                hash.BeginKeyed(length, key, 0, key.Length);
                hash.Update(message, 0, message.Length);
                hash.Finish(actual, 0);
                Assert.Equal(Blake2sModel.Hash(length, key, message), actual);
            },
            iter: Iterations,
            threads: 1);
    }

    [Fact]
    public void Sha512_is_its_model()
    {
        Sha512 hash = new();
        _lopsided.Array[0, 500].Sample(
            message =>
            {
                byte[] actual = new byte[64];
                hash.Begin();
                hash.Update(message, 0, message.Length);
                hash.Finish(actual, 0);
                Assert.Equal(Sha512Model.Hash(message), actual);
            },
            iter: Iterations,
            threads: 1);
    }
}
