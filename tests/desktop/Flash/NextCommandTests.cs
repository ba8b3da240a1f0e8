using System;
using System.IO;
using Spore.SignedNetwork;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Flash;

public sealed class NextCommandTests : IDisposable
{
    private static readonly string _peer = $"[Peer]\nPublicKey = {Keys.NodeText(1)}\nRoles = witness\n";

    private readonly FlashFolder _folder = new();

    public NextCommandTests()
    {
        using TrustRootKey root = Keys.Root();
        root.Save(_folder.File("root.key"), false);
    }

    public void Dispose() => _folder.Dispose();

    private void AssertFails(string expected, params string[] args) =>
        Assert.Equal(new FlashResult(1, "", $"flash: {expected}\n"), _folder.Run(args));

    private string Ini() => File.ReadAllText(_folder.File("network.ini"));

    private NetworkDescription Signed() => NetworkReader.Read(_folder.Read("network.spore"), "network.spore");

    [Theory]
    [InlineData("[Network]\nVersion = 3\nExpires = never\n", "[Network]\nVersion = 4\nIssued = NOW\nExpires = never\n")]
    [InlineData(
        "; Version = 9\n[network]\r\n VERSION=\"3\" ; Küche\r\nissued = 2026-06-01 00:00Z   # then\r\n",
        "; Version = 9\n[network]\r\n VERSION=4 ; Küche\r\nissued = NOW   # then\r\n")]
    [InlineData("[ Network ]\nIssued=1\nVersion\t= 3#4\n", null)]
    [InlineData("[ Network ] # of all\nIssued=1\nVersion\t=\t3\n", "[ Network ] # of all\nIssued=NOW\nVersion\t=\t4\n")]
    public void The_values_of_the_ini_file_are_changed_and_nothing_else(string before, string? after)
    {
        _folder.Write("network.ini", before + _peer);
        FlashResult run = _folder.Run("next", "@network.ini");
        if (after is null)
        {
            Assert.Equal(1, run.Code);
            Assert.Equal(before + _peer, Ini());
            return;
        }

        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Equal(after.Replace("NOW", "2026-07-01T12:00:00Z") + _peer, Ini());
        Assert.Equal(4UL, Signed().Version);
        Assert.Equal(FlashFolder.Now.ToUnixTimeSeconds(), Signed().Issued);
        Assert.Contains("Version    4", run.Output);

        // What next wrote signs to the same bytes.
        byte[] signed = _folder.Read("network.spore");
        Assert.Equal(0, _folder.Run("sign", "@network.ini").Code);
        Assert.Equal(signed, _folder.Read("network.spore"));
    }

    [Fact]
    public void A_network_section_at_the_end_is_found_too()
    {
        _folder.Write("network.ini", $"\uFEFF{_peer}[Network]\nVersion = 3");
        Assert.Equal(0, _folder.Run("next", "@network.ini").Code);
        Assert.Equal($"\uFEFF{_peer}[Network]\nVersion = 4\nIssued = 2026-07-01T12:00:00Z", Read());

        string Read() => new System.Text.UTF8Encoding(false).GetString(_folder.Read("network.ini"));
    }

    [Fact]
    public void The_revision_follows_the_last_signed_network()
    {
        _folder.Write("network.ini", "[Network]\nVersion = 3\n" + _peer);
        Assert.Equal(0, _folder.Run("sign", "@network.ini").Code);
        Assert.Equal(0, _folder.Run("next", "@network.ini").Code);
        Assert.Equal(4UL, Signed().Version);

        // Raised by a person already.
        _folder.Write("network.ini", "[Network]\nVersion = 5\n" + _peer);
        Assert.Equal(0, _folder.Run("next", "@network.ini").Code);
        Assert.Equal(5UL, Signed().Version);

        foreach (string other in new[] { "4", "7" })
        {
            string ini = $"[Network]\n\nVersion = {other}\n" + _peer;
            _folder.Write("network.ini", ini);
            AssertFails(
                $"network.ini:3: Version: it is {other}, and the last signed network has 5; compare them with flash "
                + "diff, then write 5 here",
                "next",
                "@network.ini");
            Assert.Equal(ini, Ini());
        }

        Assert.Equal(5UL, Signed().Version);
    }

    [Fact]
    public void A_signed_network_is_issued_anew_with_all_its_members()
    {
        _folder.Write("network.ini", "[Network]\nVersion = 3\nIssued = 2026-06-01\nExpires = 2027-01-01\n" + _peer);
        Assert.Equal(0, _folder.Run("sign", "@network.ini").Code);
        byte[] old = _folder.Read("network.spore");
        FlashResult run = _folder.Run("next", "@network.spore");
        Assert.Equal(
            (0, "flash: network.ini: Version: warning: this file has not changed; set it to 4\n"),
            (run.Code, run.Error));
        byte[] next = _folder.Read("network.spore");
        Assert.Equal(4UL, Signed().Version);
        Assert.Equal(FlashFolder.Now.ToUnixTimeSeconds(), Signed().Issued);
        Assert.Equal(old[24..80], next[24..80]);
        Assert.Equal(old[144..], next[144..]);

        File.Delete(_folder.File("network.ini"));
        Assert.Equal("", _folder.Run("next", "@network.spore", "-o", "@other.spore").Error);
        Assert.Equal(next, _folder.Read("network.spore"));
        Assert.Equal(5UL, NetworkHeader.Version(_folder.Read("other.spore"), 0));
    }

    [Fact]
    public void What_can_not_go_on_is_told()
    {
        _folder.Write("network.ini", "[Network]\nVersion = 281474976710655\n" + _peer);
        AssertFails(
            "network.ini:2: Version: 281474976710655 is the last one of its epoch; certify a signing key for another "
            + "epoch",
            "next",
            "@network.ini");

        _folder.Write("old.ini", "[Network]\nVersion = 3\nIssued = 2026-06-01\nExpires = 2026-06-02\n" + _peer);
        _folder.Run("sign", "@old.ini");
        AssertFails(
            "old.spore: expires: it expired at 2026-06-02T00:00:00Z; change that in its INI file (flash show --ini "
            + "prints one)",
            "next",
            "@old.spore");
        AssertFails(
            "old.ini:4: Expires: 2026-06-02T00:00:00Z is not after the time of issue, 2026-07-01T12:00:00Z",
            "next",
            "@old.ini");

        _folder.Run("root", "new", "-o", "@other.key");
        AssertFails(
            "old.spore: signature: neither the trust root nor a key that it certified signed this",
            "next", "@old.spore", "--key", "@other.key");
        AssertFails(
            "old.spore: what is there already is no network of this trust root; --force replaces it",
            "next", "@old.ini", "--key", "@other.key");
        AssertFails(
            "old.ini: this file is read, so the signed network can't be written to it",
            "next", "@old.ini", "-o", "@old.ini");
    }
}
