using System;
using CsCheck;
using Org.BouncyCastle.Crypto.Digests;
using Spore.Crypto;
using Xunit;

namespace Spore.Tests.Crypto;

public class Blake2sTests
{
    private readonly Blake2s _hash;

    public Blake2sTests()
        : this(null)
    {
    }

    protected Blake2sTests(IBlake2sCompression? host)
    {
        _hash = new Blake2s(host);
    }

    private static byte[] Reference(int digestLength, byte[] key, byte[] data)
    {
        Blake2sDigest reference = new(key.Length == 0 ? null : key, digestLength, null, null);
        reference.BlockUpdate(data, 0, data.Length);
        byte[] digest = new byte[digestLength];
        reference.DoFinal(digest, 0);
        return digest;
    }

    private byte[] Hash(int digestLength, byte[] key, byte[] data, params int[] cuts)
    {
        if (key.Length == 0)
        {
            _hash.Begin(digestLength);
        }
        else
        {
            _hash.BeginKeyed(digestLength, Bytes.Inside(key), Bytes.Margin, key.Length);
        }

        byte[] inside = Bytes.Inside(data);
        int from = 0;
        foreach (int cut in cuts)
        {
            _hash.Update(inside, Bytes.Margin + from, cut - from);
            from = cut;
        }

        _hash.Update(inside, Bytes.Margin + from, data.Length - from);
        byte[] digest = Bytes.Inside(new byte[digestLength]);
        _hash.Finish(digest, Bytes.Margin);
        return Bytes.Between(digest);
    }

    // RFC 7693 appendix B.
    [Fact]
    public void Gives_the_answer_of_the_RFC()
    {
        Assert.Equal(
            "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982",
            Bytes.Hex(Hash(32, [], "abc"u8.ToArray())));
    }

    // RFC 7693 appendix E: a hash over hashes of many lengths, with and without key.
    [Fact]
    public void Passes_the_self_test_of_the_RFC()
    {
        static byte[] Sequence(int length, int seed)
        {
            byte[] bytes = new byte[length];
            uint a = unchecked(0xDEAD4BAD * (uint)seed);
            uint b = 1;
            for (int i = 0; i < length; i++)
            {
                uint t = unchecked(a + b);
                a = b;
                b = t;
                bytes[i] = (byte)(t >> 24);
            }

            return bytes;
        }

        Blake2s grand = new();
        grand.Begin(32);
        foreach (int digestLength in new[] { 16, 20, 28, 32 })
        {
            foreach (int length in new[] { 0, 3, 64, 65, 255, 1024 })
            {
                byte[] data = Sequence(length, length);
                grand.Update(Hash(digestLength, [], data), 0, digestLength);
                grand.Update(Hash(digestLength, Sequence(digestLength, digestLength), data), 0, digestLength);
            }
        }

        byte[] digest = new byte[32];
        grand.Finish(digest, 0);
        Assert.Equal("6a411f08ce25adcdfb02aba641451cec53c598b24f4fc787fbdc88797f4c1dfe", Bytes.Hex(digest));
    }

    [Fact]
    public void Agrees_with_the_reference_at_every_length_however_it_is_cut()
    {
        for (int length = 0; length <= 300; length++)
        {
            byte[] data = Bytes.Random(length, length);
            byte[] expected = Reference(32, [], data);
            Assert.Equal(expected, Hash(32, [], data));
            Assert.Equal(expected, Hash(32, [], data, length / 2));
            Assert.Equal(expected, Hash(32, [], data, length / 3, 2 * length / 3));
            Assert.Equal(expected, Hash(32, [], data, Math.Min(1, length), length));
        }
    }

    [Fact]
    public void Agrees_with_the_reference_at_every_cut()
    {
        byte[] data = Bytes.Random(1, 200);
        byte[] expected = Reference(32, [], data);
        for (int cut = 0; cut <= 200; cut++)
        {
            Assert.Equal(expected, Hash(32, [], data, cut));
        }
    }

    [Fact]
    public void Agrees_with_the_reference_for_every_length_of_key_and_digest()
    {
        for (int length = 1; length <= 32; length++)
        {
            for (int keyLength = 0; keyLength <= 32; keyLength++)
            {
                byte[] key = Bytes.Random(keyLength, keyLength);
                byte[] data = Bytes.Random(length, 3 * keyLength);
                Assert.Equal(Reference(length, key, data), Hash(length, key, data));
            }
        }
    }

    [Fact]
    public void Agrees_with_the_reference_on_random_input()
    {
        Gen.Select(Gen.Int[1, 32], Gen.Byte.Array[0, 32], Gen.Byte.Array[0, 300], Gen.Int[0, 300]).Sample(
            (digestLength, key, data, cut) => Assert.Equal(
                Reference(digestLength, key, data), Hash(digestLength, key, data, Math.Min(cut, data.Length))),
            iter: 1000,
            threads: 1);
    }

    [Fact]
    public void A_truncated_digest_is_the_start_of_the_whole_one()
    {
        byte[] data = Bytes.Random(1, 100);
        byte[] whole = Hash(32, [], data);
        for (int length = 0; length <= 32; length++)
        {
            _hash.Begin(32);
            _hash.Update(data, 0, data.Length);
            byte[] digest = Bytes.Inside(new byte[length]);
            _hash.FinishTruncated(digest, Bytes.Margin, length);
            Assert.Equal(whole[..length], Bytes.Between(digest));
            Scratch.AssertWiped(_hash);
        }
    }

    [Fact]
    public void A_hash_given_up_leaves_nothing_behind()
    {
        byte[] data = Bytes.Random(1, 100);
        _hash.BeginKeyed(32, data, 0, 32);
        _hash.Update(data, 0, 100);
        _hash.Begin(32);
        _hash.Update(data, 0, 40);
        byte[] digest = new byte[32];
        _hash.Finish(digest, 0);
        Assert.Equal(Reference(32, [], data[..40]), digest);
        Scratch.AssertWiped(_hash);

        _hash.BeginKeyed(32, data, 0, 32);
        _hash.Update(data, 0, 100);
        _hash.Wipe();
        Scratch.AssertWiped(_hash);
    }
}
