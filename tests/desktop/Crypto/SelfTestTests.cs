using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using Spore.Crypto;
using Xunit;

namespace Spore.Tests.Crypto;

public class SelfTestTests
{
    [Fact]
    public void All_primitives_give_their_known_answers()
    {
        Assert.Null(SelfTest.Run());
    }

    // A wrong known answer stands in for a primitive that computes wrongly: the two look alike from the self-test.
    [Theory]
    [InlineData("_blake2sDigest", "Blake2s")]
    [InlineData("_blake2sKeyedDigest", "Blake2s")]
    [InlineData("_hmacDigest", "HmacBlake2s")]
    [InlineData("_chaChaNonce", "ChaCha20Poly1305")]
    [InlineData("_chaChaTag", "ChaCha20Poly1305")]
    [InlineData("_aeadAd", "ChaCha20Poly1305")]
    [InlineData("_xChaChaNonce", "XChaCha20Poly1305")]
    [InlineData("_xChaChaTag", "XChaCha20Poly1305")]
    [InlineData("_scalar", "X25519")]
    [InlineData("_scalarPublic", "X25519")]
    [InlineData("_point", "X25519")]
    [InlineData("_shared", "X25519")]
    [InlineData("_sha512Digest", "Sha512")]
    [InlineData("_publicKey", "Ed25519")]
    [InlineData("_message", "Ed25519")]
    [InlineData("_signature", "Ed25519")]
    public void A_wrong_answer_names_its_primitive(string field, string primitive)
    {
        SelfTest test = new();
        byte[] answer = (byte[])typeof(SelfTest).GetField(field, BindingFlags.Instance | BindingFlags.NonPublic)!
            .GetValue(test)!;
        foreach (int at in new[] { 0, answer.Length - 1 })
        {
            answer[at] ^= 0x08;
            try
            {
                Assert.Equal(primitive, test.RunAll());
            }
            finally
            {
                answer[at] ^= 0x08;
            }
        }
    }

    [Fact]
    public void Every_known_answer_is_covered_by_the_test_above()
    {
        string[] covered = typeof(SelfTestTests).GetMethod(nameof(A_wrong_answer_names_its_primitive))!
            .GetCustomAttributesData().Where(a => a.AttributeType == typeof(InlineDataAttribute))
            .Select(a => (IReadOnlyList<CustomAttributeTypedArgument>)a.ConstructorArguments[0].Value!)
            .Select(values => (string)values[0].Value!)
            .ToArray();
        string[] answers = typeof(SelfTest).GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
            .Where(f => f.FieldType == typeof(byte[])).Select(f => f.Name).ToArray();
        Assert.Equal(answers.Order(StringComparer.Ordinal), covered.Order(StringComparer.Ordinal));
    }
}
