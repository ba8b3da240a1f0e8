using System;
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
    [InlineData("Blake2sDigest", "Blake2s")]
    [InlineData("Blake2sKeyedDigest", "Blake2s")]
    [InlineData("HmacDigest", "HmacBlake2s")]
    [InlineData("ChaChaNonce", "ChaCha20Poly1305")]
    [InlineData("ChaChaTag", "ChaCha20Poly1305")]
    [InlineData("AeadAd", "ChaCha20Poly1305")]
    [InlineData("XChaChaNonce", "XChaCha20Poly1305")]
    [InlineData("XChaChaTag", "XChaCha20Poly1305")]
    [InlineData("Scalar", "X25519")]
    [InlineData("ScalarPublic", "X25519")]
    [InlineData("Point", "X25519")]
    [InlineData("Shared", "X25519")]
    [InlineData("Sha512Digest", "Sha512")]
    [InlineData("PublicKey", "Ed25519")]
    [InlineData("Message", "Ed25519")]
    [InlineData("Signature", "Ed25519")]
    public void A_wrong_answer_names_its_primitive(string field, string primitive)
    {
        byte[] answer = (byte[])typeof(SelfTest).GetField(field, BindingFlags.Static | BindingFlags.NonPublic)!.GetValue(null)!;
        foreach (int at in new[] { 0, answer.Length - 1 })
        {
            answer[at] ^= 0x08;
            try
            {
                Assert.Equal(primitive, SelfTest.Run());
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
            .Select(a => (string)((System.Collections.Generic.IReadOnlyList<CustomAttributeTypedArgument>)a.ConstructorArguments[0].Value!)[0].Value!)
            .ToArray();
        string[] answers = typeof(SelfTest).GetFields(BindingFlags.Static | BindingFlags.NonPublic)
            .Where(f => f.FieldType == typeof(byte[])).Select(f => f.Name).ToArray();
        Assert.Equal(answers.Order(StringComparer.Ordinal), covered.Order(StringComparer.Ordinal));
    }
}
