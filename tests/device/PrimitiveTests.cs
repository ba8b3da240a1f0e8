using System;
using nanoFramework.TestFramework;
using Spore.Crypto;

namespace Spore.Tests.Device;

/// <summary>Known answers of the primitives, other than those of the self-test where the source has others.</summary>
[TestClass]
public class PrimitiveTests
{
    [TestMethod]
    public void PowerOnSelfTestPasses()
    {
        Assert.IsNull(SelfTest.Run(), "the self-test");
    }

    [TestMethod]
    public void X25519AsInRfc7748Section52()
    {
        byte[] scalar = Hex.Parse("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4");
        byte[] point = Hex.Parse("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c");
        byte[] result = new byte[32];
        new X25519().Multiply(result, 0, scalar, 0, point, 0);
        Hex.AreEqual("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552", result, "first vector");

        scalar = Hex.Parse("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d");
        point = Hex.Parse("e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493");
        new X25519().Multiply(result, 0, scalar, 0, point, 0);
        Hex.AreEqual("95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957", result, "second vector");
    }

    [TestMethod]
    public void Blake2sOfNothingAndOfSeveralBlocks()
    {
        Blake2s hash = new Blake2s();
        byte[] digest = new byte[32];
        hash.Begin(32);
        hash.Finish(digest, 0);
        Hex.AreEqual("69217a3079908094e11121d042354a7c1f55b6482ca1a51e1b250dfd1ed0eef9", digest, "of nothing");

        // Keyed, key and input 0, 1, 2, ...: the last of the official answers.
        byte[] input = new byte[255];
        for (int i = 0; i < input.Length; i++)
        {
            input[i] = (byte)i;
        }

        hash.BeginKeyed(32, input, 0, 32);
        hash.Update(input, 0, 100);
        hash.Update(input, 100, 155);
        hash.Finish(digest, 0);
        Hex.AreEqual("3fb735061abc519dfe979e54c1ee5bfad0a9d858b3315bad34bde999efd724dd", digest, "of 255 bytes");
    }

    [TestMethod]
    public void ChaCha20Poly1305AsInRfc8439Section282()
    {
        byte[] key = new byte[32];
        for (int i = 0; i < key.Length; i++)
        {
            key[i] = (byte)(0x80 + i);
        }

        byte[] nonce = Hex.Parse("070000004041424344454647");
        byte[] data = Hex.Parse("50515253c0c1c2c3c4c5c6c7");
        byte[] text = Hex.Parse(
            "4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a20496620492063"
            + "6f756c64206f66666572"
            + "20796f75206f6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73637265656e20776f756c"
            + "642062652069742e");
        byte[] box = new byte[text.Length + 16];
        Array.Copy(text, 0, box, 0, text.Length);
        ChaCha20Poly1305 aead = new ChaCha20Poly1305();
        aead.Seal(key, 0, nonce, 0, data, 0, data.Length, box, 0, text.Length);
        Hex.AreEqual(
            "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b"
            + "1a71de0a9e060b2905d6"
            + "a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576"
            + "d26586cec64b6116"
            + "1ae10b594f09e26a7e902ecbd0600691",
            box,
            "sealed");
        byte[] changed = new byte[box.Length];
        Array.Copy(box, 0, changed, 0, box.Length);
        Assert.IsTrue(aead.Open(key, 0, nonce, 0, data, 0, data.Length, box, 0, text.Length), "opened");
        Assert.AreEqual('L', box[0], "the text");
        changed[20] ^= 1;
        Assert.IsFalse(
            aead.Open(key, 0, nonce, 0, data, 0, data.Length, changed, 0, text.Length), "opened though changed");
    }

    [TestMethod]
    public void Sha512OfNothingAndOfTwoBlocks()
    {
        Sha512 hash = new Sha512();
        byte[] digest = new byte[64];
        hash.Begin();
        hash.Finish(digest, 0);
        Hex.AreEqual(
            "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f"
            + "63b931bd47417a81a538327af927da3e",
            digest,
            "of nothing");

        // FIPS 180: "abcdefghbcdefghi...nopqrstu".
        byte[] input = new byte[112];
        for (int i = 0; i < input.Length; i++)
        {
            input[i] = (byte)('a' + (i / 8) + (i % 8));
        }

        hash.Begin();
        hash.Update(input, 0, input.Length);
        hash.Finish(digest, 0);
        Hex.AreEqual(
            "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018501d289e4900f7e4331b99dec4b5433a"
            + "c7d329eeb6dd26545e96e55b874be909",
            digest,
            "of two blocks");
    }

    [TestMethod]
    public void Ed25519AsInRfc8032Section71()
    {
        byte[] key = Hex.Parse("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
        byte[] message = Hex.Parse("af82");
        byte[] signature = Hex.Parse(
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
            + "4a7c15e9716ed28dc027beceea1ec40a");
        Ed25519 ed25519 = new Ed25519();
        Assert.IsTrue(ed25519.Verify(key, 0, message, 0, message.Length, signature, 0), "a signature");
        message[1] ^= 1;
        Assert.IsFalse(
            ed25519.Verify(key, 0, message, 0, message.Length, signature, 0), "a signature of something else");
    }
}
