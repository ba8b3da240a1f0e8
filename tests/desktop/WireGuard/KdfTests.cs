using System;
using CsCheck;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Spore.Crypto;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.WireGuard;

public class KdfTests
{
    private readonly Kdf _kdf = new(new HmacBlake2s(new Blake2s()));

    [Fact]
    public void Its_outputs_are_those_of_BouncyCastles_HKDF()
    {
        Gen.Select(Gen.Byte.Array[32], Gen.Byte.Array[0, 200], Gen.Int[1, 3]).Sample(
            (key, input, outputs) =>
            {
                byte[][] output = [new byte[32], new byte[32], new byte[32]];
                _kdf.Derive(
                    key,
                    [1, 2, .. input],
                    2,
                    input.Length,
                    output[0],
                    outputs > 1 ? output[1] : null,
                    outputs > 2 ? output[2] : null);
                byte[] expected = Hkdf(key, input, outputs * 32);
                Array.Resize(ref expected, 96);
                return expected.AsSpan().SequenceEqual([.. output[0], .. output[1], .. output[2]]);
            },
            threads: 1);
    }

    [Fact]
    public void An_output_may_be_the_key_and_no_input_may_be_null()
    {
        byte[] key = new byte[32];
        key[5] = 77;
        byte[] expected = Hkdf(key, [], 64);
        byte[] second = new byte[32];
        _kdf.Derive(key, null, 0, 0, key, second, null);
        Assert.Equal(expected, (byte[])[.. key, .. second]);
    }

    private static byte[] Hkdf(byte[] salt, byte[] input, int length)
    {
        HkdfBytesGenerator generator = new(new Blake2sDigest(256));
        generator.Init(new HkdfParameters(input, salt, null));
        byte[] output = new byte[length];
        generator.GenerateBytes(output, 0, length);
        return output;
    }
}
