using System;
using System.IO;
using CsCheck;
using Spore.Crypto;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Flash;

public sealed class TrustRootKeyTests : IDisposable
{
    private const string Header = "# spore trust root (Ed25519 seed): keep this file secret";

    private readonly FlashFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_seed_gives_the_public_key_of_RFC_8032_section_7_1_test_1()
    {
        using TrustRootKey key = TrustRootKey.FromSeed(
            Convert.FromHexString("9D61B19DEFFD5A60BA844AF492EC2CC44449C5697B326919703BAC031CAE7F60"));
        Assert.Equal(
            "D75A980182B10AB7D54BFED3C964073A0EE172F3DAA62325AF021A68F707511A", Convert.ToHexString(key.PublicKey));
    }

    [Fact]
    public void The_core_verifies_what_it_signs()
    {
        Ed25519 ed25519 = new();
        Gen.Select(Gen.Byte.Array[32], Gen.Byte.Array[0, 200]).Sample(
            (seed, message) =>
            {
                using TrustRootKey key = TrustRootKey.FromSeed(seed);
                byte[] signature = key.Sign(message);
                Assert.True(ed25519.Verify(key.PublicKey, 0, message, 0, message.Length, signature, 0));
                signature[0] ^= 1;
                Assert.False(ed25519.Verify(key.PublicKey, 0, message, 0, message.Length, signature, 0));
            },
            threads: 1,
            iter: 20);
    }

    [Fact]
    public void A_key_comes_back_from_its_file()
    {
        using TrustRootKey key = TrustRootKey.Generate();
        key.Save(_folder.File("root.key"), false);
        using TrustRootKey loaded = TrustRootKey.Load(_folder.File("root.key"));
        Assert.Equal(key.PublicKey, loaded.PublicKey);
        Assert.Equal(key.Sign([1, 2, 3]), loaded.Sign([1, 2, 3]));

        // Editors of other systems end lines otherwise.
        File.WriteAllText(_folder.File("crlf.key"), File.ReadAllText(_folder.File("root.key")).Replace("\n", "\r\n"));
        using TrustRootKey again = TrustRootKey.Load(_folder.File("crlf.key"));
        Assert.Equal(key.PublicKey, again.PublicKey);
    }

    [Theory]
    [InlineData("", "line 1: this is not a trust root key file (flash root new makes one)")]
    [InlineData(
        "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=\n",
        "line 1: this is not a trust root key file (flash root new makes one)")]
    [InlineData(Header, "line 2: the key is expected here; the file is damaged")]
    [InlineData(Header + "\nCAgI\n", "line 2: the key is expected here; the file is damaged")]
    [InlineData(
        Header + "\nCAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=\nx\n",
        "line 3: nothing like this belongs here; the file is damaged")]
    public void A_damaged_file_is_told_without_showing_it(string text, string expected)
    {
        string path = _folder.Write("root.key", text);
        InputException fault = Assert.Throws<InputException>(() => TrustRootKey.Load(path));
        Assert.Equal($"{path}: {expected}", fault.Message);
    }
}
