using System;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Spore.Crypto;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Flash;

/// <summary>Signing keys, their certificates, and networks of epochs beyond 0.</summary>
public sealed class EpochCommandTests : IDisposable
{
    private static readonly string _members = $"Issued = 2026-06-01\n[Peer]\nPublicKey = {Keys.NodeText(1)}\n"
        + "Roles = witness\n";

    private readonly FlashFolder _folder = new();

    public EpochCommandTests()
    {
        using TrustRootKey root = Keys.Root();
        root.Save(_folder.File("root.key"), false);
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

    private string Certify(string name, int epoch)
    {
        FlashResult run = _folder.Run(
            "root", "certify", "--key", "@root.key", "--epoch", $"{epoch}", "-o", "@" + name);
        Assert.Equal((0, ""), (run.Code, run.Error));
        return Regex.Match(run.Output, "^public key: (.*)\n").Groups[1].Value;
    }

    private void WriteIni(string version) =>
        _folder.Write("network.ini", $"[Network]\nVersion = {version}\n{_members}");

    private static void AssertPrivate(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
    }

    [Fact]
    public void A_certified_key_signs_what_nodes_of_the_trust_root_accept()
    {
        string key = Certify("signing.key", 3);
        AssertPrivate(_folder.File("signing.key"));
        Assert.Equal(
            new FlashResult(0, $"public key: {key}\nepoch:      3\ntrust root: {Root}\n", ""),
            _folder.Run("signing", "show", "@signing.key"));

        // The signing key beside the file comes before the trust root.
        WriteIni("3.12");
        FlashResult signed = _folder.Run("sign", "@network.ini");
        Assert.Equal((0, ""), (signed.Code, signed.Error));
        Assert.Contains("Version    3.12\n", signed.Output);
        Assert.Contains($"Signature  good, by {key}, certified by {Root}\n", signed.Output);
        byte[] bytes = _folder.Read("network.spore");
        Assert.Equal("spore-c\n"u8.ToArray(), bytes[144..152]);
        Assert.Equal(KeyText.TryParse(key), bytes[160..192]);
        Assert.True(new HeadVerifier(new Ed25519(), KeyText.TryParse(Root)!, 0).Verify(bytes, 0, false));
        NetworkFile file = new(NodeLimits.Device(), new Blake2s());
        Assert.Equal(NetworkFault.None, file.Begin(bytes, 0));
        Assert.Equal(NetworkFault.None, file.Append(bytes, 256, bytes.Length - 256));
        Assert.Equal(NetworkFault.None, file.Complete());

        foreach (string root in new[] { Root, "@root.key", "@signing.key" })
        {
            Assert.Equal(
                new FlashResult(0, "network.spore: version 3.12, 1 member, signed by the trust root\n", ""),
                _folder.Run("check", "@network.spore", "--root", root));
        }

        Assert.Contains("Version = 3.12\n", _folder.Run("show", "@network.spore", "--ini").Output);
        Assert.Equal(0, _folder.Run("prove", Keys.NodeText(1), "@network.spore").Code);
        File.WriteAllBytes(_folder.File("head"), bytes[..256]);
        Assert.Equal(0, _folder.Run("check", "@network.proof", "--head", "@head", "--root", Root).Code);
        File.WriteAllBytes(_folder.File("head"), bytes[..255]);
        AssertFails(
            "head: header: it ends before it is complete",
            "check", "@network.proof", "--head", "@head", "--root", Root);
    }

    [Fact]
    public void A_signing_key_is_certified_without_meeting_the_trust_root()
    {
        FlashResult made = _folder.Run("signing", "new", "-o", "@signing.key");
        Assert.Equal((0, ""), (made.Code, made.Error));
        AssertPrivate(_folder.File("signing.key"));
        string key = made.Output.TrimEnd();
        Assert.Equal(
            new FlashResult(0, $"public key: {key}\nepoch:      none, without a certificate\n", ""),
            _folder.Run("signing", "show", "@signing.key"));
        WriteIni("1.1");
        AssertFails(
            "signing.key: this signing key has no certificate yet; flash root certify --public makes one, and flash "
            + "signing accept puts it into this file",
            "sign",
            "@network.ini");

        FlashResult certified = _folder.Run(
            "root", "certify", "--key", "@root.key", "--epoch", "1", "--public", key, "-o", "@signing.cert");
        string shown = $"public key: {key}\nepoch:      1\ntrust root: {Root}\n";
        Assert.Equal(new FlashResult(0, shown, ""), certified);
        string seed = File.ReadAllLines(_folder.File("signing.key"))[1];
        Assert.DoesNotContain(seed, File.ReadAllText(_folder.File("signing.cert")));
        AssertFails(
            "signing.cert: exists already; --force replaces it",
            "root", "certify", "--key", "@root.key", "--epoch", "1", "--public", key, "-o", "@signing.cert");

        Assert.Equal(
            new FlashResult(0, shown, ""), _folder.Run("signing", "accept", "@signing.cert", "--key", "@signing.key"));
        AssertPrivate(_folder.File("signing.key"));
        Assert.Equal(seed, File.ReadAllLines(_folder.File("signing.key"))[1]);
        Assert.Equal(new FlashResult(0, shown, ""), _folder.Run("signing", "show", "@signing.key"));
        Assert.Equal(0, _folder.Run("sign", "@network.ini").Code);
    }

    [Fact]
    public void A_certificate_that_does_not_fit_the_key_is_refused()
    {
        string key = Certify("signing.key", 3);
        byte[] before = _folder.Read("signing.key");
        string other = _folder.Run("signing", "new", "-o", "@other.key").Output.TrimEnd();
        string[] Cert(int epoch, string root, string of) =>
            ["root", "certify", "--key", root, "--epoch", $"{epoch}", "--public", of, "-o", "@c", "--force"];
        string[] accept = ["signing", "accept", "@c", "--key", "@signing.key"];

        _folder.Run(Cert(4, "@root.key", other));
        AssertFails($"c: it is the certificate of {other}, not of this signing key, {key}", accept);
        _folder.Run(Cert(3, "@root.key", key));
        AssertFails("c: epoch: it is for epoch 3, and the signing key is certified for epoch 3 already", accept);
        _folder.Run("root", "new", "-o", "@root2.key");
        _folder.Run(Cert(4, "@root2.key", key));
        AssertFails("c: another trust root made it than the certificate that the signing key has", accept);
        Assert.Equal(before, _folder.Read("signing.key"));

        _folder.Run(Cert(4, "@root.key", key));
        Assert.Equal(0, _folder.Run(accept).Code);
        Assert.Contains("epoch:      4\n", _folder.Run("signing", "show", "@signing.key").Output);
    }

    [Theory]
    [InlineData("root", "line 3: root is not a key; the file is damaged")]
    [InlineData("base64", "line 4: certificate is not base64; the file is damaged")]
    [InlineData("length", "line 4: certificate: a certificate has 112 bytes, this one 111")]
    [InlineData("magic", "line 4: certificate: it is malformed")]
    [InlineData("epoch", "line 4: certificate: it is malformed")]
    [InlineData("signature", "line 4: certificate: the trust root in this file did not sign it")]
    [InlineData("missing", "certificate: this line is missing; the file is damaged")]
    [InlineData("twice", "line 4: nothing like this belongs here; the file is damaged")]
    [InlineData("unknown", "line 5: nothing like this belongs here; the file is damaged")]
    [InlineData("key", "it is the certificate of KEY, not of this signing key, OTHER")]
    public void A_damaged_signing_key_file_is_told(string damage, string expected)
    {
        string key = Certify("signing.key", 3);
        string[] lines = File.ReadAllLines(_folder.File("signing.key"));
        byte[] certificate = Convert.FromBase64String(lines[3].Split(" = ")[1]);
        string With(int at, byte value)
        {
            certificate[at] = value;
            return "certificate = " + Convert.ToBase64String(certificate);
        }

        using SigningKey other = SigningKey.FromSeed(Keys.Fill(9));
        string[] damaged = damage switch
        {
            "root" => [.. lines[..2], "root = x", lines[3]],
            "base64" => [.. lines[..3], "certificate = *"],
            "length" => [.. lines[..3], lines[3][..^4]],
            "magic" => [.. lines[..3], With(0, 0)],
            "epoch" => [.. lines[..3], With(9, 0)],
            "signature" => [.. lines[..3], With(9, 4)],
            "missing" => lines[..3],
            "twice" => [.. lines[..3], lines[2]],
            "unknown" => [.. lines, "name = gate"],
            _ => [lines[0], KeyText.Format(Keys.Fill(9)), .. lines[2..]],
        };
        File.WriteAllLines(_folder.File("signing.key"), damaged);
        AssertFails(
            "signing.key: " + expected.Replace("KEY", key).Replace("OTHER", KeyText.Format(other.PublicKey)),
            "signing",
            "show",
            "@signing.key");
    }

    [Fact]
    public void The_version_and_the_key_are_of_one_epoch()
    {
        Certify("signing.key", 3);
        WriteIni("12");
        AssertFails(
            "network.ini:2: Version: it is 12, and signing.key signs epoch 3 alone; write 3.12, or sign with another "
            + "key",
            "sign",
            "@network.ini");
        WriteIni("3.12");
        AssertFails(
            "network.ini:2: Version: it is 3.12, and root.key is the trust root, which signs versions without an "
            + "epoch; sign with a key that it certified for epoch 3 (flash root certify), or write 12",
            "sign", "@network.ini", "--key", "@root.key");
    }

    [Fact]
    public void Next_begins_a_new_epoch_with_its_first_revision()
    {
        WriteIni("12");
        Assert.Equal(0, _folder.Run("sign", "@network.ini").Code);
        Certify("signing.key", 3);
        File.Copy(_folder.File("signing.key"), _folder.File("three.key"));
        Assert.Contains("Version    3.1\n", _folder.Run("next", "@network.ini").Output);
        Assert.Contains("Version    3.2\n", _folder.Run("next", "@network.ini").Output);
        Assert.Contains("Version = 3.2\n", File.ReadAllText(_folder.File("network.ini")));
        Assert.Contains("Version    3.3\n", _folder.Run("next", "@network.spore").Output);

        Certify("old.key", 2);
        AssertFails(
            "network.spore: version: the last one is 3.3, and the key signs the older epoch 2",
            "next", "@network.spore", "--key", "@old.key");
        AssertFails(
            "network.ini:2: Version: the last one is 3.3, and the key signs the older epoch 0",
            "next", "@network.ini", "--key", "@root.key");

        // An older epoch is an older network, whatever its revision is.
        _folder.Write("old.ini", $"[Network]\nVersion = 2.99\n{_members}");
        AssertFails(
            "old.ini:2: Version: it is 2.99, and network.spore has 3.3; write 3.4 (--force replaces it)",
            "sign", "@old.ini", "--key", "@old.key", "-o", "@network.spore");

        // A new epoch may go on with the revision, or begin with the first one.
        File.Delete(_folder.File("signing.key"));
        Certify("signing.key", 4);
        foreach (string version in new[] { "4.1", "4.4" })
        {
            WriteIni("3.3");
            Assert.Equal(0, _folder.Run("sign", "@network.ini", "--key", "@three.key", "--force").Code);
            WriteIni(version);
            Assert.Equal(0, _folder.Run("sign", "@network.ini").Code);
        }

        WriteIni("4.6");
        AssertFails(
            "network.ini:2: Version: it is 4.6, and network.spore has 4.4; write 4.5 (--force replaces it)",
            "sign",
            "@network.ini");
        Assert.Equal(0, _folder.Run("sign", "@network.ini", "--force").Code);
        WriteIni("4.281474976710655");
        Assert.Equal(0, _folder.Run("sign", "@network.ini", "--force").Code);
        WriteIni("4.1");
        AssertFails(
            "network.ini:2: Version: it is 4.1, and network.spore has 4.281474976710655; certify a signing key for "
            + "another epoch (--force replaces it)",
            "sign",
            "@network.ini");
    }

    [Fact]
    public void An_offline_root_is_the_same_key_with_a_guide_beside_it()
    {
        FlashResult made = _folder.Run("root", "new", "--offline", "-o", "@cold.key");
        Assert.Equal(0, made.Code);
        Assert.Equal(made.Output, _folder.Run("root", "show", "@cold.key").Output);
        AssertPrivate(_folder.File("cold.key"));

        // The commands of the guide work as they are.
        string[][] commands =
        [
            .. made.Error.Split('\n').Where(l => l.StartsWith("  flash ", StringComparison.Ordinal))
                .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..]),
        ];
        Assert.Equal(4, commands.Length);
        string key = "";
        WriteIni("5");
        foreach (string[] command in commands)
        {
            string[] args =
            [
                .. command.Select(a => a == "KEY" ? key : Regex.IsMatch(a, @"\.(key|cert|ini)$") ? "@" + a : a),
            ];
            FlashResult run = _folder.Run(args);
            Assert.Equal((0, ""), (run.Code, run.Error));
            key = key.Length == 0 ? run.Output.TrimEnd() : key;
        }

        Assert.Equal(
            0x0001_0000_0000_0001UL, NetworkReader.Read(_folder.Read("network.spore"), "network.spore").Version);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("65536")]
    [InlineData("x")]
    public void An_epoch_is_a_number_from_1_to_65535(string epoch)
    {
        Assert.Equal(
            new FlashResult(
                2,
                "",
                $"flash: --epoch: '{epoch}' is not a number from 1 to 65535 (see flash root certify --help)\n"),
            _folder.Run("root", "certify", "--key", "@root.key", "--epoch", epoch));
    }

    [Fact]
    public void A_file_of_another_kind_is_told()
    {
        Certify("signing.key", 3);
        AssertFails(
            "signing.key: line 1: this is not a trust root key file (flash root new makes one)",
            "root", "certify", "--key", "@signing.key", "--epoch", "4");
        AssertFails(
            "root.key: line 1: this is not a signing key file (flash signing new makes one)",
            "signing", "show", "@root.key");
        AssertFails(
            "root.key: line 1: this is not the certificate of a signing key (flash root certify --public makes one)",
            "signing", "accept", "@root.key", "--key", "@signing.key");
        AssertFails(
            "root.key: this file is read, so nothing can be written to it",
            "root", "certify", "--key", "@root.key", "--epoch", "4", "-o", "@root.key", "--force");
        _folder.Write("other", "x");
        WriteIni("3.1");
        AssertFails(
            "other: line 1: this is neither a trust root key file (flash root new makes one) nor a signing key file "
            + "(flash signing new makes one)",
            "sign", "@network.ini", "--key", "@other");
    }
}
