using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using CsCheck;
using Spore.SignedNetwork;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Flash;

public sealed class FlashCommandTests : IDisposable
{
    private static readonly string _ini = $"""
        [Network]
        Version = 3
        Issued = 2026-06-01T00:00:00Z
        Expires = 2026-12-31T00:00:00Z
        [Peer]
        PublicKey = {Keys.NodeText(1)}
        Label = gate
        AllowedIPs = 10.7.0.1, fd07::1
        Endpoint = gate.example.org:51820
        PersistentKeepalive = 25
        Roles = witness, whole
        [Peer]
        PublicKey = {Keys.NodeText(2)}
        AllowedIPs = 10.7.0.2
        Vendor = 32473:cafe

        """;

    private readonly FlashFolder _folder = new();

    public FlashCommandTests()
    {
        using TrustRootKey root = Keys.Root();
        root.Save(_folder.File("root.key"), false);
        _folder.Write("network.ini", _ini);
    }

    private static string Root
    {
        get
        {
            using TrustRootKey root = Keys.Root();
            return KeyText.Format(root.PublicKey);
        }
    }

    public void Dispose() => _folder.Dispose();

    private void AssertFails(string expected, params string[] args) =>
        Assert.Equal(new FlashResult(1, "", $"flash: {expected}\n"), _folder.Run(args));

    private static void AssertPrivate(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
    }

    [Fact]
    public void Root_new_makes_a_private_file_and_prints_what_root_show_prints()
    {
        FlashResult made = _folder.Run("root", "new", "-o", "@new.key");
        Assert.Equal(0, made.Code);
        Assert.Equal("", made.Error);
        Assert.NotNull(KeyText.TryParse(made.Output.TrimEnd()));
        AssertPrivate(_folder.File("new.key"));
        Assert.Equal(made, _folder.Run("root", "show", "@new.key"));

        string seed = File.ReadAllLines(_folder.File("new.key"))[1];
        Assert.DoesNotContain(seed, made.Output);

        AssertFails("new.key: exists already; --force replaces it", "root", "new", "-o", "@new.key");
        Assert.Equal(seed, File.ReadAllLines(_folder.File("new.key"))[1]);
        Assert.Equal(0, _folder.Run("root", "new", "-o", "@new.key", "--force").Code);
        Assert.NotEqual(seed, File.ReadAllLines(_folder.File("new.key"))[1]);
        AssertPrivate(_folder.File("new.key"));
    }

    [Fact]
    public void Node_new_makes_a_private_sound_record_and_prints_its_public_parts()
    {
        foreach (string root in new[] { "@root.key", Root, Convert.ToHexString(KeyText.TryParse(Root)!) })
        {
            FlashResult made = _folder.Run("node", "new", "--root", root, "-o", "@node.id", "--floor", "7", "--force");
            Assert.Equal((0, ""), (made.Code, made.Error));
            AssertPrivate(_folder.File("node.id"));
            byte[] record = _folder.Read("node.id");
            Assert.Equal(IdentityFault.None, IdentityRecord.Check(record, 0, record.Length));
            NodeIdentity identity = NodeIdentity.Load(_folder.File("node.id"));
            Assert.Equal(7UL, identity.Floor);
            Assert.Equal(Root, KeyText.Format(identity.TrustRoot));
            Assert.Matches(
                $@"^public key: {Regex.Escape(KeyText.Format(identity.PublicKey))}\naddress:    fe[89ab][0-9a-f:]+\n"
                + $@"trust root: {Regex.Escape(Root)}\nfloor:      version 7\n$",
                made.Output);
            Assert.Equal(made, _folder.Run("node", "show", "@node.id"));
            Assert.DoesNotContain(Convert.ToBase64String(record, 8, 32), made.Output);
            Assert.DoesNotContain(Convert.ToHexString(record, 8, 32), made.Output, StringComparison.OrdinalIgnoreCase);
        }

        AssertFails("node.id: exists already; --force replaces it", "node", "new", "--root", Root, "-o", "@node.id");
    }

    [Fact]
    public void Address_prints_the_address_of_a_key()
    {
        Assert.Equal(
            new FlashResult(0, "fe8b:5ea9:9e65:3bc2:b593:db41:30d1:a4e\n", ""),
            _folder.Run("address", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
        Assert.Equal(
            new FlashResult(0, "fe8b:5ea9:9e65:3bc2:b593:db41:30d1:a4e\n", ""),
            _folder.Run("address", new string('0', 64)));
    }

    [Fact]
    public void Sign_finds_the_key_beside_the_file_and_shows_what_it_signed()
    {
        FlashResult signed = _folder.Run("sign", "@network.ini");
        Assert.Equal((0, ""), (signed.Code, signed.Error));
        foreach (string part in new[]
        {
            "File       network.spore", "Version    3", "Issued     2026-06-01T00:00:00Z",
            "Expires    2026-12-31T00:00:00Z, in 182 days", "Members    2", $"Signature  good, by {Root}", "gate",
            "10.7.0.1/32", "fd07::1/128", "gate.example.org:51820", "witness, whole", Keys.NodeText(2)[..8],
        })
        {
            Assert.Contains(part, signed.Output);
        }

        Assert.Equal(
            new FlashResult(0, "network.spore: version 3, 2 members, signed by the trust root\n", ""),
            _folder.Run("check", "@network.spore", "--root", Root));
        Assert.Equal(0, _folder.Run("check", "@network.spore", "--root", "@root.key").Code);
        AssertFails(
            "network.spore: signature: neither the trust root nor a key that it certified signed this",
            "check",
            "@network.spore",
            "--root",
            Keys.NodeText(1));
    }

    [Fact]
    public void Show_tells_all_and_that_the_signature_was_not_checked()
    {
        _folder.Run("sign", "@network.ini", "-o", "@n.spore");
        FlashResult shown = _folder.Run("show", "@n.spore");
        Assert.Equal((0, ""), (shown.Code, shown.Error));
        foreach (string part in new[]
        {
            "Signature  not checked (--root KEY does)", $"Public key   {Keys.NodeText(1)}",
            "Allowed IPs  10.7.0.1/32, fd07::1/128", "Endpoints    gate.example.org:51820",
            "Keepalive    every 25 seconds", "Roles        witness, whole", "Vendor       32473:cafe",
        })
        {
            Assert.Contains(part, shown.Output);
        }

        Assert.Contains($"Signature  good, by {Root}", _folder.Run("show", "@n.spore", "--root", "@root.key").Output);
        AssertFails(
            "n.spore: signature: neither the trust root nor a key that it certified signed this",
            "show",
            "@n.spore",
            "--root",
            Keys.NodeText(1));
    }

    [Fact]
    public void Show_ini_gives_the_same_network_back()
    {
        _folder.Run("sign", "@network.ini");
        FlashResult ini = _folder.Run("show", "@network.spore", "--ini");
        Assert.Equal((0, ""), (ini.Code, ini.Error));
        _folder.Write("again.ini", ini.Output);
        Assert.Equal(0, _folder.Run("sign", "@again.ini").Code);
        Assert.Equal(_folder.Read("network.spore"), _folder.Read("again.spore"));
    }

    [Fact]
    public void Sign_does_not_replace_the_same_or_a_newer_version_or_anything_else()
    {
        Assert.Equal(0, _folder.Run("sign", "@network.ini").Code);
        Assert.Equal(0, _folder.Run("sign", "@network.ini").Code);
        byte[] first = _folder.Read("network.spore");

        _folder.Write("network.ini", _ini.Replace("= gate\n", "= door\n"));
        AssertFails(
            "network.ini:2: Version: it is 3, and network.spore has this version too, with other content; write 4 "
            + "(--force replaces it)",
            "sign",
            "@network.ini");
        foreach (string other in new[] { "5", "2" })
        {
            _folder.Write("network.ini", "\n" + _ini.Replace("Version = 3", $"Version = {other}"));
            AssertFails(
                $"network.ini:3: Version: it is {other}, and network.spore has 3; write 4 (--force replaces it)",
                "sign",
                "@network.ini");
        }

        Assert.Equal(first, _folder.Read("network.spore"));
        Assert.Equal(0, _folder.Run("sign", "@network.ini", "--force").Code);

        _folder.Write("network.ini", _ini.Replace("= gate\n", "= door\n"));
        Assert.Equal(0, _folder.Run("sign", "@network.ini").Code);

        _folder.Run("root", "new", "-o", "@other.key");
        AssertFails(
            "network.spore: what is there already is no network of this trust root; --force replaces it",
            "sign", "@network.ini", "--key", "@other.key");
        AssertFails(
            "notes: what is there already is no network of this trust root; --force replaces it",
            "sign",
            "@network.ini",
            "-o",
            "@" + Path.GetFileName(_folder.Write("notes", "x")));
        AssertFails(
            "root.key: this file is read, so the signed network can't be written to it",
            "sign", "@network.ini", "-o", "@root.key", "--force");
        AssertFails(
            "network.ini: this file is read, so the signed network can't be written to it",
            "sign", "@network.ini", "-o", "@network.ini", "--force");
    }

    [Fact]
    public void What_is_rarely_meant_is_warned_of()
    {
        _folder.Write("network.ini", _ini.Replace("Issued = 2026-06", "Issued = 2026-08"));
        Assert.Equal(
            "flash: network.ini: Issued: warning: this is in the future; nodes take it for the time of day\n",
            _folder.Run("sign", "@network.ini", "--force").Error);

        _folder.Write("network.ini", _ini.Replace("Expires = 2026-12-31", "Expires = 2026-06-02"));
        Assert.Equal(
            "flash: network.ini: Expires: warning: this has passed; no node will accept the network\n",
            _folder.Run("sign", "@network.ini", "--force").Error);
        AssertFails(
            "network.spore: expires: it expired at 2026-06-02T00:00:00Z", "check", "@network.spore", "--root", Root);
        Assert.Contains(
            "Expires    2026-06-02T00:00:00Z, which has passed", _folder.Run("show", "@network.spore").Output);

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_folder.File("root.key"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
            Assert.Equal(
                new FlashResult(
                    0,
                    Root + "\n",
                    "flash: root.key: mode: warning: others than its owner can read this secret (chmod 600)\n"),
                _folder.Run("root", "show", "@root.key"));
            Assert.Equal(
                "flash: root.key: mode: warning: others than its owner can read this secret (chmod 600)\n",
                _folder.Run("node", "new", "--root", "@root.key", "-o", "@warned.id").Error);
        }
    }

    public static IEnumerable<TheoryDataRow<string[], string>> Unusable()
    {
        yield return new(["root", "show", "@none"], "none: no such file");
        yield return new(["root", "show", "@"], ".: is a directory");
        yield return new(
            ["root", "show", "@network.ini"],
            "network.ini: line 1: this is not a trust root key file (flash root new makes one)");
        yield return new(["root", "new", "-o", "@no/such"], "no/such: no such directory");
        yield return new(["root", "new", "-o", "@", "--force"], ".: is a directory");
        yield return new(["node", "show", "@none"], "none: no such file");
        yield return new(
            ["node", "show", "@root.key"], "root.key: length: an identity record has 84 bytes, this file 102");
        yield return new(
            ["node", "new", "--root", "@network.ini"],
            "network.ini: line 1: this is neither a trust root key file (flash root new makes one) nor a signing key "
            + "file (flash signing new makes one)");
        yield return new(["sign", "@none"], "none: no such file");
        yield return new(["sign", "@root.key"], "root.key:2: this is neither a [section] nor a key = value");
        yield return new(["sign", "@network.ini", "--key", "@none"], "none: no such file");
        yield return new(
            ["sign", "@network.ini", "--key", "@network.ini"],
            "network.ini: line 1: this is neither a trust root key file (flash root new makes one) nor a signing key "
            + "file (flash signing new makes one)");
        yield return new(["sign", "@network.ini", "-o", "@no/such"], "no/such: no such directory");
        yield return new(["show", "@none"], "none: no such file");
        yield return new(
            ["show", "@network.ini"],
            "network.ini: header: it does not begin with \"spore-1\": this is not a signed network");
        yield return new(["check", "@none", "--root", "@root.key"], "none: no such file");
    }

    [Theory]
    [MemberData(nameof(Unusable))]
    public void What_can_not_be_used_gives_one_line_and_1(string[] args, string expected)
    {
        string[] before = Directory.GetFileSystemEntries(_folder.Path);
        AssertFails(expected, args);
        Assert.Equal(before, Directory.GetFileSystemEntries(_folder.Path));
    }

    public static IEnumerable<TheoryDataRow<string[], string>> Misused()
    {
        const string Key = "a key is 44 characters of base64 or 64 hexadecimal digits";
        const string Version = "is not 0, for any version, or " + VersionText.Form;
        yield return new([""], "an argument is empty (see flash --help)");
        yield return new(["node"], "no command was given; there are new, show (see flash node --help)");
        yield return new(["root", "old"], "'old' is not a command here (see flash root --help)");
        yield return new(["node", "new"], "Option '--root' is required (see flash node new --help)");
        yield return new(
            ["sign"], "Required argument 'network.ini' missing for command: 'sign' (see flash sign --help)");
        yield return new(
            ["sign", "a", "--key"], "Required argument missing for option: '--key' (see flash sign --help)");
        yield return new(["check", "a"], "Option '--root' is required (see flash check --help)");
        yield return new(
            ["address", Keys.NodeText(1), Keys.NodeText(2)],
            "'KEY' is not an argument here (see flash address --help)");
        yield return new(["address", "x"], $"KEY: this is not a key; {Key} (see flash address --help)");
        yield return new(
            ["node", "new", "--root", "@none"],
            $"--root: this is neither a file nor a key; {Key} (see flash node new --help)");
        yield return new(
            ["node", "new", "--root", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="],
            "--root: this key is all zero (see flash node new --help)");
        yield return new(
            ["node", "new", "--root", "@root.key", "--floor", "-1"],
            $"--floor: '-1' {Version} (see flash node new --help)");
        yield return new(
            ["node", "new", "--root", "@root.key", "--floor", Keys.NodeText(1)],
            $"--floor: 'KEY' {Version} (see flash node new --help)");
        yield return new(
            ["show", "@network.ini", "--root", "x"],
            $"--root: this is neither a file nor a key; {Key} (see flash show --help)");
        yield return new(
            ["write", "x", "--port", "p", "--board", "ESP32_REV3", "--baud", "0"],
            "--baud must be 1 or more (see flash write --help)");
    }

    [Theory]
    [MemberData(nameof(Misused))]
    public void A_wrong_command_line_gives_one_line_and_2(string[] args, string expected)
    {
        Assert.Equal(new FlashResult(2, "", $"flash: {expected}\n"), _folder.Run(args));
    }

    [Fact]
    public void Help_and_version_are_no_faults()
    {
        foreach (string[] args in new string[][]
        {
            ["--help"], ["--version"], ["sign", "--help"], ["node", "new", "-h"],
        })
        {
            FlashResult result = _folder.Run(args);
            Assert.Equal((0, ""), (result.Code, result.Error));
            Assert.NotEqual("", result.Output);
        }
    }

    [Fact]
    public void Random_command_lines_never_throw_and_never_show_a_secret()
    {
        string seed = File.ReadAllLines(_folder.File("root.key"))[1];
        string[] words =
        [
            "root", "node", "show", "check", "address", "sign", "--root", "--ini", "--key", "--floor", "@network.ini",
            "@root.key", "@", "@none", "--", "-", "--force", "@x/y", "[diagram]", "@@", "x y", "'", "\u0007", "\n",
            Keys.NodeText(1), "AAAA", "--help", "--version", "-1",
        ];
        Gen.OneOf(words).Array[0, 7].Sample(
            args =>
            {
                FlashResult result = _folder.Run(args);
                Assert.InRange(result.Code, 0, 2);
                Assert.DoesNotContain(seed.TrimEnd('='), result.Output + result.Error);
                Assert.Equal(
                    result.Code == 0 ? 0 : 1,
                    result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(l => !l.Contains("warning")));
            },
            threads: 1,
            iter: 200);
    }
}
