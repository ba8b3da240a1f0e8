using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using Spore.Crypto;
using Spore.Hostsim.Crypto;
using Xunit;
using SHA256 = System.Security.Cryptography.SHA256;

namespace Spore.Tests.Crypto;

/// <summary>Every case of the published files in tests/vectors, and these files as they were published.</summary>
public class PublishedVectorTests
{
    private static string Folder => Path.Combine(Repository.Root, "tests", "vectors");

    private static string Locate(string file) => Path.Combine(Folder, file);

    private static JsonElement Read(string file)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Locate(file)));
        return document.RootElement.Clone();
    }

    // Runs every case; at the end tells which failed, and that none was left out.
    private static void RunAll(string file, Func<JsonElement, JsonElement, bool> passes)
    {
        JsonElement root = Read(file);
        int run = 0;
        List<string> failed = [];
        foreach (JsonElement group in root.GetProperty("testGroups").EnumerateArray())
        {
            foreach (JsonElement test in group.GetProperty("tests").EnumerateArray())
            {
                run++;
                if (!passes(group, test))
                {
                    failed.Add($"{test.GetProperty("tcId")} ({test.GetProperty("comment")})");
                }
            }
        }

        Assert.True(failed.Count == 0, $"{failed.Count} of {run} cases of {file} failed: {string.Join(", ", failed)}");
        Assert.Equal(root.GetProperty("numberOfTests").GetInt32(), run);
    }

    private static byte[] Hex(JsonElement test, string name)
    {
        return Bytes.Hex(test.GetProperty(name).GetString()!);
    }

    private static string Result(JsonElement test)
    {
        string result = test.GetProperty("result").GetString()!;
        Assert.Contains(result, new[] { "valid", "invalid", "acceptable" });
        return result;
    }

    [Fact]
    public void The_files_are_those_of_the_table()
    {
        string table = File.ReadAllText(Locate("README.md"));
        string[] vectors = [.. Directory.GetFiles(Folder).Where(f => Path.GetExtension(f) != ".md")
            .Where(f => !Path.GetFileName(f).StartsWith("LICENSE", StringComparison.Ordinal))];
        Assert.Equal(6, vectors.Length);
        Assert.All(vectors, file =>
        {
            string digest = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));
            Assert.Contains($"{digest}  {Path.GetFileName(file)}", table, StringComparison.Ordinal);
        });
    }

    // "Acceptable" are keys on the twist, encodings above 2^255 - 19 and points of small order. RFC 7748 has all but
    // the last work; those give a shared secret of zero, and are refused.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void X25519_cases(bool byHost)
    {
        X25519 x25519 = new(new CurveScratch(), byHost ? OpenSslX25519.TryCreate() : null);
        RunAll("x25519_test.json", (_, test) =>
        {
            Assert.NotEqual("invalid", Result(test));
            byte[] expected = Hex(test, "shared");
            byte[] result = Bytes.Random(1, 32);
            bool shared = x25519.Multiply(result, 0, Hex(test, "private"), 0, Hex(test, "public"), 0);
            byte[] plain = new byte[32];
            bool plainShared = X25519Model.Multiply(plain, Hex(test, "private"), Hex(test, "public"));
            bool zero = expected.All(b => b == 0);
            bool flagged = test.GetProperty("flags").EnumerateArray().Any(f => f.GetString() == "ZeroSharedSecret");
            return zero == flagged
                && shared == !zero
                && result.SequenceEqual(expected)
                && plainShared == shared
                && plain.SequenceEqual(expected);
        });
    }

    [Fact]
    public void ChaCha20Poly1305_cases()
    {
        ChaCha20Poly1305 aead = new();
        RunAll(
            "chacha20_poly1305_test.json",
            (group, test) => AeadCase(group, test, ChaCha20Poly1305.NonceSize, aead.Seal, aead.Open)
                && AeadCase(group, test, ChaCha20Poly1305.NonceSize, AeadModel.Seal, AeadModel.Open));
    }

    [Fact]
    public void XChaCha20Poly1305_cases()
    {
        XChaCha20Poly1305 aead = new(new ChaCha20Poly1305());
        RunAll(
            "xchacha20_poly1305_test.json",
            (group, test) => AeadCase(group, test, XChaCha20Poly1305.NonceSize, aead.Seal, aead.Open)
                && AeadCase(group, test, XChaCha20Poly1305.NonceSize, AeadModel.SealExtended, AeadModel.OpenExtended));
    }

    private delegate void Seal(
        byte[] key,
        int keyOffset,
        byte[] nonce,
        int nonceOffset,
        byte[] ad,
        int adOffset,
        int adLength,
        byte[] buffer,
        int offset,
        int length);

    private delegate bool Open(
        byte[] key,
        int keyOffset,
        byte[] nonce,
        int nonceOffset,
        byte[] ad,
        int adOffset,
        int adLength,
        byte[] buffer,
        int offset,
        int length);

    private static bool AeadCase(JsonElement group, JsonElement test, int nonceSize, Seal seal, Open open)
    {
        bool valid = Result(test) == "valid";
        Assert.Equal(256, group.GetProperty("keySize").GetInt32());
        Assert.Equal(128, group.GetProperty("tagSize").GetInt32());

        // The nonce of this interface has one size, so a nonce of another is refused by the caller's having no way
        // to pass it. Such cases count as refused, which they have to be.
        if (group.GetProperty("ivSize").GetInt32() != nonceSize * 8)
        {
            return !valid;
        }

        byte[] key = Hex(test, "key");
        byte[] nonce = Hex(test, "iv");
        byte[] ad = Hex(test, "aad");
        byte[] plaintext = Hex(test, "msg");
        byte[] whole = [.. Hex(test, "ct"), .. Hex(test, "tag")];
        int length = whole.Length - 16;

        byte[] opened = (byte[])whole.Clone();
        bool authentic = open(key, 0, nonce, 0, ad, 0, ad.Length, opened, 0, length);
        if (!valid)
        {
            return !authentic && opened.SequenceEqual(whole);
        }

        byte[] buffer = new byte[whole.Length];
        plaintext.CopyTo(buffer, 0);
        seal(key, 0, nonce, 0, ad, 0, ad.Length, buffer, 0, length);
        return authentic && opened[..length].SequenceEqual(plaintext) && buffer.SequenceEqual(whole);
    }

    [Fact]
    public void Ed25519_cases()
    {
        Ed25519 ed25519 = new();
        RunAll("ed25519_test.json", (group, test) =>
        {
            bool valid = Result(test) == "valid";
            byte[] publicKey = Hex(group.GetProperty("publicKey"), "pk");
            byte[] message = Hex(test, "msg");
            byte[] signature = Hex(test, "sig");

            // A signature of another size is refused by its length: there is no way to pass it.
            if (signature.Length != Ed25519.SignatureSize)
            {
                return !valid;
            }

            return ed25519.Verify(publicKey, 0, message, 0, message.Length, signature, 0) == valid
                && Ed25519Model.Verify(publicKey, message, signature) == valid;
        });
    }

    // The twelve cases of "Taming the many EdDSAs", table 6: small order (0, 1, 2), mixed order (3, 4), a cofactored
    // equation (5), S out of range (6, 7) and encodings that are not canonical (8 to 11). Only 3 obeys every rule.
    [Fact]
    [Statement("7.4-7")]
    public void Ed25519_speccheck_cases()
    {
        Ed25519 ed25519 = new();
        List<int> accepted = [];
        int index = 0;
        foreach (JsonElement test in Read("ed25519-speccheck.json").EnumerateArray())
        {
            byte[] message = Hex(test, "message");
            if (ed25519.Verify(Hex(test, "pub_key"), 0, message, 0, message.Length, Hex(test, "signature"), 0))
            {
                accepted.Add(index);
            }

            Assert.Equal(
                accepted.Contains(index), Ed25519Model.Verify(Hex(test, "pub_key"), message, Hex(test, "signature")));

            index++;
        }

        Assert.Equal(12, index);
        Assert.Equal([3], accepted);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Blake2s_keyed_answers(bool byHost)
    {
        Blake2s hash = new(byHost ? new UnrolledBlake2s() : null);
        byte[] input = [];
        byte[] key = [];
        int run = 0;
        foreach (string line in File.ReadLines(Locate("blake2s-kat.txt")))
        {
            string[] parts = line.Split(':', 2);
            string value = parts.Length == 2 ? parts[1].Trim() : string.Empty;
            switch (parts[0].Trim())
            {
                case "in":
                    input = Bytes.Hex(value);
                    Assert.Equal(run, input.Length);
                    break;
                case "key":
                    key = Bytes.Hex(value);
                    break;
                case "hash":
                    byte[] digest = new byte[32];
                    Assert.Equal(value, Bytes.Hex(Blake2sModel.Hash(32, key, input)));
                    hash.BeginKeyed(32, key, 0, key.Length);
                    hash.Update(input, 0, input.Length);
                    hash.Finish(digest, 0);
                    Assert.Equal(value, Bytes.Hex(digest));
                    run++;
                    break;
                default:
                    Assert.Equal(string.Empty, line.Trim());
                    break;
            }
        }

        Assert.Equal(256, run);
    }
}
