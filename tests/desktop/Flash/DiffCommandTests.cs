using System;
using System.Linq;
using System.Text.RegularExpressions;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Flash;

public sealed class DiffCommandTests : IDisposable
{
    private const string Header = "[Network]\nVersion = 3\nIssued = 2026-06-01\n";

    private static readonly string _gate =
        $"[Peer]\nPublicKey = {Keys.NodeText(1)}\nLabel = gate\nAllowedIPs = 10.7.0.1\nRoles = witness\n";
    private static readonly string _shed = $"[Peer]\nPublicKey = {Keys.NodeText(2)}\nLabel = shed\n";
    private static readonly string _barn = $"[Peer]\nPublicKey = {Keys.NodeText(3)}\nAllowedIPs = 10.7.0.3\n";

    private readonly FlashFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Each line with one space between its words.
    private string[] Diff(string old, string present)
    {
        FlashResult run = _folder.Run("diff", old, present);
        Assert.Equal((0, ""), (run.Code, run.Error));
        return [.. run.Output.Split('\n').Select(l => Regex.Replace(l, " +", " ").Trim()).Where(l => l.Length > 0)];
    }

    [Fact]
    public void Members_added_removed_and_changed_are_rows()
    {
        _folder.Write("old.ini", Header + _gate + _shed);
        string gate = _gate.Replace("10.7.0.1", "10.7.0.9, fd07::1").Replace("witness", "witness, whole")
            + "Endpoint = gate.example.org:51820\n";
        _folder.Write("new.ini", Header.Replace("= 3", "= 2.1") + "Expires = 2027-01-01\n" + gate + _barn);
        string[] changed =
        [
            "changed gate Allowed IPs 10.7.0.1/32 10.7.0.9/32, fd07::1/128",
            "Endpoints - gate.example.org:51820",
            "Roles witness witness, whole",
        ];
        string[] removed = ["removed shed Label shed -", $"Public key {Keys.NodeText(2)} -"];
        string[] added =
            [$"added {Keys.NodeText(3)} Public key - {Keys.NodeText(3)}", "Allowed IPs - 10.7.0.3/32"];
        (byte Key, string[] Rows)[] members = [(1, changed), (2, removed), (3, added)];
        Assert.Equal(
            [
                "Version 3 -> 2.1",
                "Issued 2026-06-01T00:00:00Z",
                "Expires never -> 2027-01-01T00:00:00Z",
                "Members 2",
                "Change Member Field Before After",
                .. members.OrderBy(m => Convert.ToHexString(Keys.Node(m.Key)), StringComparer.Ordinal)
                    .SelectMany(m => m.Rows),
                "1 added, 1 removed, 1 changed",
            ],
            Diff("@old.ini", "@new.ini"));
    }

    [Fact]
    public void The_same_members_do_not_differ_in_whatever_file_they_are()
    {
        using TrustRootKey root = Keys.Root();
        root.Save(_folder.File("root.key"), false);
        _folder.Write("network.ini", Header + _gate + _shed);
        _folder.Run("sign", "@network.ini");
        _folder.Write("new.ini", Header.Replace("= 3", "= 4") + _shed + _gate);
        Assert.Equal(
            ["Version 3 -> 4", "Issued 2026-06-01T00:00:00Z", "Expires never", "Members 2", "no member differs"],
            Diff("@network.spore", "@new.ini"));
    }

    [Fact]
    public void What_is_wrong_with_a_file_is_told()
    {
        _folder.Write("old.ini", Header + _gate);
        _folder.Write("bad.ini", Header + "[Peer]\nPublicKey = x\n");
        FlashResult run = _folder.Run("diff", "@old.ini", "@bad.ini");
        Assert.Equal(
            new FlashResult(1, "", $"flash: bad.ini:5: PublicKey: this is not a key; {KeyText.Form}\n"), run);
        _folder.Write("bad.spore", "spore-1\n");
        Assert.Equal(
            new FlashResult(1, "", "flash: bad.spore: header: it ends before it is complete\n"),
            _folder.Run("diff", "@bad.spore", "@old.ini"));
    }
}
