using System;
using System.IO;
using System.Text.RegularExpressions;
using NSec.Cryptography;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Flash;

/// <summary>Keys under a passphrase.</summary>
public sealed class EncryptedKeyTests : IDisposable
{
    private const string Root = "bUvXbAdf4K7M4vzQvu6UL4a9iEX+lnOcjmV4wLjoD64=";

    // With the passphrase "correct horse", and a low cost so that the tests are fast.
    private static readonly string[] _file =
    [
        "# spore trust root (encrypted Ed25519 seed)",
        $"public = {Root}",
        "argon2id = m=8192,t=1,p=1,salt=vnRYO8lgmoOMeqV9IcKFrQ==",
        "sealed = SBhUZWEFV5Fr3s46DYKTvKOV2FhA+Ii/HppH5xYFIo8Q1zadWdm82iqLzv7zSD6b",
    ];

    private readonly FlashFolder _folder = new();

    public EncryptedKeyTests()
    {
        Secret("root.key", string.Join('\n', _file) + "\n");
        WriteIni("1");
        Secret("pass", "correct horse\n");
    }

    public void Dispose() => _folder.Dispose();

    private void WriteIni(string version) => _folder.Write(
        "network.ini",
        $"[Network]\nVersion = {version}\nIssued = 2026-06-01\n"
        + $"[Peer]\nPublicKey = {Keys.NodeText(1)}\nRoles = witness\n");

    private void Secret(string name, string text)
    {
        _folder.Write(name, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_folder.File(name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private void AssertFails(string expected, params string[] args) =>
        Assert.Equal(new FlashResult(1, "", $"flash: {expected}\n"), _folder.Run(args));

    [Fact]
    public void A_new_key_is_encrypted_at_the_usual_cost_in_a_file_of_mode_0600()
    {
        FlashResult made = _folder.Run("root", "new", "--encrypt", "--passphrase-file", "@pass", "-o", "@new.key");
        Assert.Equal((0, ""), (made.Code, made.Error));
        Assert.Matches(
            @"^# spore trust root \(encrypted Ed25519 seed\)\npublic = .{44}\n"
            + @"argon2id = m=262144,t=3,p=1,salt=.{24}\nsealed = .{64}\n$",
            File.ReadAllText(_folder.File("new.key")));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.File("new.key")));
        }

        Assert.Equal(made, _folder.Run("root", "show", "@new.key"));
        Assert.Equal(
            0, _folder.Run("sign", "@network.ini", "--key", "@new.key", "--passphrase-file", "@pass").Code);
    }

    [Fact]
    public void An_encrypted_trust_root_signs_with_its_passphrase_and_shows_its_public_key_without()
    {
        Assert.Equal(new FlashResult(0, Root + "\n", ""), _folder.Run("root", "show", "@root.key"));
        Assert.Equal(0, _folder.Run("sign", "@network.ini", "--passphrase-file", "@pass").Code);
        Assert.Equal(0, _folder.Run("check", "@network.spore", "--root", "@root.key").Code);
        Assert.Empty(_folder.Questions);

        _folder.Answers.Enqueue("correct horse");
        Assert.Equal(0, _folder.Run("next", "@network.ini").Code);
        Assert.Equal(["Passphrase of root.key: "], _folder.Questions);

        Secret("wrong", "correct horsE");
        string[] sign = ["next", "@network.ini", "--passphrase-file"];
        AssertFails("root.key: passphrase: it is wrong, or the file is damaged", [.. sign, "@wrong"]);
        AssertFails(
            "root.key: passphrase: there is no terminal to ask for it on; give it with --passphrase-file",
            "next",
            "@network.ini");
        Secret("empty", "\n");
        AssertFails("empty: passphrase: it is empty", [.. sign, "@empty"]);
        File.WriteAllBytes(_folder.File("empty"), [0xFF]);
        AssertFails("empty: passphrase: this is not UTF-8 text", [.. sign, "@empty"]);
        AssertFails("none: no such file", [.. sign, "@none"]);
    }

    [Fact]
    public void The_seal_is_Argon2id_and_XChaCha20_Poly1305_as_the_page_says()
    {
        Match match = Regex.Match(
            string.Join('\n', _file) + "\n",
            "^((?:.*\n){2}argon2id = m=([0-9]+),t=([0-9]+),p=1,salt=(.*))\nsealed = (.*)\n$");
        PasswordBasedKeyDerivationAlgorithm argon2 = PasswordBasedKeyDerivationAlgorithm.Argon2id(new Argon2Parameters
        {
            DegreeOfParallelism = 1,
            MemorySize = long.Parse(match.Groups[2].Value),
            NumberOfPasses = long.Parse(match.Groups[3].Value),
        });
        byte[] key = argon2.DeriveBytes("correct horse"u8, Convert.FromBase64String(match.Groups[4].Value), 32);
        using Key aead = Key.Import(AeadAlgorithm.XChaCha20Poly1305, key, KeyBlobFormat.RawSymmetricKey);
        byte[]? seed = AeadAlgorithm.XChaCha20Poly1305.Decrypt(
            aead,
            new byte[24],
            System.Text.Encoding.UTF8.GetBytes(match.Groups[1].Value),
            Convert.FromBase64String(match.Groups[5].Value));
        using TrustRootKey opened = TrustRootKey.FromSeed(seed);
        Assert.Equal(Root, KeyText.Format(opened.PublicKey));
    }

    [Fact]
    public void A_new_passphrase_is_asked_for_twice()
    {
        string[] make = ["root", "new", "--encrypt", "-o", "@root.key"];
        File.Delete(_folder.File("root.key"));
        AssertFails(
            "root.key: passphrase: there is no terminal to ask for it on; give it with --passphrase-file", make);
        _folder.Answers.Enqueue("");
        AssertFails("root.key: passphrase: it is empty", make);
        _folder.Answers.Enqueue("one");
        _folder.Answers.Enqueue("two");
        AssertFails("root.key: passphrase: the two are different; nothing was written", make);
        Assert.False(File.Exists(_folder.File("root.key")));

        _folder.Questions.Clear();
        _folder.Answers.Enqueue("caf\u00E9");
        _folder.Answers.Enqueue("caf\u00E9");
        Assert.Equal(0, _folder.Run(make).Code);
        Assert.Equal(["New passphrase of root.key: ", "Again: "], _folder.Questions);
        _folder.Answers.Enqueue("caf\u00E9");
        Assert.Equal(0, _folder.Run("sign", "@network.ini").Code);
    }

    [Fact]
    public void A_signing_key_is_encrypted_on_its_own_and_accepts_a_certificate_without_its_passphrase()
    {
        FlashResult made = _folder.Run(
            "signing", "new", "--encrypt", "--passphrase-file", "@pass", "-o", "@signing.key");
        string key = made.Output.TrimEnd();
        string[] before = File.ReadAllLines(_folder.File("signing.key"));
        Assert.Equal(
            0,
            _folder.Run(
                "root", "certify", "--key", "@root.key", "--passphrase-file", "@pass", "--epoch", "1", "--public", key,
                "-o", "@signing.cert").Code);
        Assert.Equal(
            new FlashResult(0, $"public key: {key}\nepoch:      1\ntrust root: {Root}\n", ""),
            _folder.Run("signing", "accept", "@signing.cert", "--key", "@signing.key"));
        Assert.Equal(before, File.ReadAllLines(_folder.File("signing.key"))[..4]);
        Assert.Contains("epoch:      1\n", _folder.Run("signing", "show", "@signing.key").Output);
        Assert.Empty(_folder.Questions);
        WriteIni("1.1");
        Assert.Equal(0, _folder.Run("sign", "@network.ini", "--passphrase-file", "@pass").Code);
        Assert.Equal(0, _folder.Run("check", "@network.spore", "--root", "@signing.key").Code);

        // Of a new key made beside the trust root the passphrase is another one.
        Secret("other", "battery staple\n");
        Assert.Equal(
            0,
            _folder.Run(
                "root", "certify", "--key", "@root.key", "--passphrase-file", "@pass", "--epoch", "2", "--encrypt",
                "--new-passphrase-file", "@other", "-o", "@two.key").Code);
        Assert.Equal(
            0, _folder.Run("next", "@network.ini", "--key", "@two.key", "--passphrase-file", "@other").Code);
    }

    [Theory]
    [InlineData("public", "line 2: public is not a key; the file is damaged")]
    [InlineData("missing", "sealed: this line is missing; the file is damaged")]
    [InlineData("m=1,", "line 3: argon2id or sealed is wrong; the file is damaged")]
    [InlineData("m=99999999,", "line 3: argon2id or sealed is wrong; the file is damaged")]
    [InlineData("short", "line 3: argon2id or sealed is wrong; the file is damaged")]
    [InlineData("plain", "line 2: the key is expected here; the file is damaged")]
    [InlineData("other public", "passphrase: it is wrong, or the file is damaged")]
    [InlineData("m=8193,", "passphrase: it is wrong, or the file is damaged")]
    public void A_damaged_file_is_told(string damage, string expected)
    {
        string[] lines = _file;
        string[] damaged = damage switch
        {
            "public" => [lines[0], "public = x", .. lines[2..]],
            "missing" => lines[..3],
            "short" => [.. lines[..3], lines[3][..^4]],
            "plain" => ["# spore trust root (Ed25519 seed): keep this file secret", .. lines[1..]],
            "other public" => [lines[0], $"public = {Keys.NodeText(1)}", .. lines[2..]],
            _ => [.. lines[..2], lines[2].Replace("m=8192,", damage), lines[3]],
        };
        File.WriteAllLines(_folder.File("root.key"), damaged);
        AssertFails("root.key: " + expected, "sign", "@network.ini", "--passphrase-file", "@pass");
    }

    [Fact]
    public void Options_that_do_not_belong_together_are_told()
    {
        Assert.Equal(
            new FlashResult(
                2,
                "",
                "flash: --passphrase-file: this is for --encrypt, which is missing (see flash root new --help)\n"),
            _folder.Run("root", "new", "--passphrase-file", "@pass", "-o", "@x.key"));
        Assert.Equal(
            new FlashResult(
                2,
                "",
                "flash: --new-passphrase-file: this is for --encrypt, which is missing (see flash root certify "
                + "--help)\n"),
            _folder.Run("root", "certify", "--key", "@root.key", "--epoch", "1", "--new-passphrase-file", "@pass"));
        Assert.Equal(
            new FlashResult(
                2,
                "",
                "flash: --encrypt: this is for a new key; with --public nothing secret is written (see flash root "
                + "certify --help)\n"),
            _folder.Run(
                "root", "certify", "--key", "@root.key", "--epoch", "1", "--public", Keys.NodeText(1), "--encrypt"));
        Assert.Throws<InputException>(() => TrustRootKey.Load(_folder.File("root.key")));
    }
}
