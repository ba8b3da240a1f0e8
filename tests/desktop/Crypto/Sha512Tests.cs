using System;
using CsCheck;
using NSec.Cryptography;
using Xunit;
using Sha512 = Spore.Crypto.Sha512;

namespace Spore.Tests.Crypto;

public class Sha512Tests
{
    private readonly Sha512 _hash = new();

    private byte[] Hash(byte[] data, params int[] cuts)
    {
        byte[] inside = Bytes.Inside(data);
        int from = 0;
        _hash.Begin();
        foreach (int cut in cuts)
        {
            _hash.Update(inside, Bytes.Margin + from, cut - from);
            from = cut;
        }

        _hash.Update(inside, Bytes.Margin + from, data.Length - from);
        byte[] digest = Bytes.Inside(new byte[64]);
        _hash.Finish(digest, Bytes.Margin);
        return Bytes.Between(digest);
    }

    // RFC 6234 section 8.5, tests 1 and 2 of SHA-512.
    [Theory]
    [InlineData(
        "abc",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
        + "454d4423643ce80e2a9ac94fa54ca49f")]
    [InlineData(
        "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrs"
        + "mnopqrstnopqrstu",
        "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018501d289e4900f7e4331b99dec4b5433a"
        + "c7d329eeb6dd26545e96e55b874be909")]
    public void Gives_the_answers_of_the_RFC(string text, string expected)
    {
        Assert.Equal(expected, Bytes.Hex(Hash(System.Text.Encoding.ASCII.GetBytes(text))));
    }

    [Fact]
    public void Agrees_with_the_reference_at_every_length_however_it_is_cut()
    {
        for (int length = 0; length <= 300; length++)
        {
            byte[] data = Bytes.Random(length, length);
            byte[] expected = HashAlgorithm.Sha512.Hash(data);
            Assert.Equal(expected, Hash(data));
            Assert.Equal(expected, Hash(data, length / 2));
            Assert.Equal(expected, Hash(data, length / 3, 2 * length / 3));
            Assert.Equal(expected, Hash(data, Math.Min(1, length), length));
        }
    }

    [Fact]
    public void Agrees_with_the_reference_on_random_input()
    {
        Gen.Select(Gen.Byte.Array[0, 1000], Gen.Int[0, 1000]).Sample(
            (data, cut) => Assert.Equal(HashAlgorithm.Sha512.Hash(data), Hash(data, Math.Min(cut, data.Length))),
            iter: 1000,
            threads: 1);
    }

    [Fact]
    public void Leaves_nothing_in_its_scratch()
    {
        Hash(Bytes.Random(1, 200));
        Scratch.AssertWiped(_hash);
    }
}
