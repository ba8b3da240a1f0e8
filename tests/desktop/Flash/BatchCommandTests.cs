using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Flash;

public sealed class BatchCommandTests : IDisposable
{
    private const int Many = 100;
    private const int Few = 12;

    private readonly FlashFolder _folder = new();

    public BatchCommandTests()
    {
        using TrustRootKey root = Keys.Root();
        root.Save(_folder.File("root.key"), false);
        PeFirmware.WriteFolder(_folder.File("firmware"), PeFirmware.Files());
        WriteTable(Few);
    }

    public void Dispose() => _folder.Dispose();

    private void WriteTable(int boards)
    {
        StringBuilder table = new("Label,AllowedIPs,Roles,PublicKey,Endpoint\r\n");
        table.Append($"gate,\"10.77.0.1/32, fd77::1/128\",witness,{Keys.NodeText(1)},192.0.2.1:51820\r\n");
        for (int i = 0; i < boards; i++)
        {
            table.Append($"board-{i},10.77.1.{i}/32,,,\r\n");
        }

        _folder.Write("nodes.csv", table.ToString());
    }

    private FlashResult Run(params string[] more) =>
        _folder.Run(
            [
                "batch", "@nodes.csv", "--root", "@root.key", "--board", "ESP32_REV3", "--firmware", "@firmware", "-o",
                "@out", .. more,
            ]);

    private void AssertFails(string expected, params string[] more) =>
        Assert.Equal(new FlashResult(1, "", $"flash: {expected}\n"), Run(more));

    private Dictionary<string, byte[]> Made() =>
        Directory.GetFiles(_folder.File("out")).ToDictionary(f => Path.GetFileName(f), File.ReadAllBytes);

    [Fact]
    public void A_hundred_nodes_get_identities_images_and_one_file_to_sign()
    {
        WriteTable(Many);
        FlashResult run = Run("--rendezvous", "gate.example.org:51820", "--floor", "3", "--network-version", "4");
        Assert.Equal(0, run.Code);
        Assert.Matches(
            @"^flash: nodes\.csv: size: warning: boards hold a part of this network: "
                + @"101 members \(64 at most\), \d+ bytes of entries \(2656 at most\), 102 prefixes \(64 at most\); "
            + @"they need members in reach that hold all of it\n$",
            run.Error);
        Assert.EndsWith(
            "\n100 nodes: made 100 of the identities and 100 of the images, and kept the others; made out/network.ini, "
            + "to be signed\n",
            run.Output);
        Dictionary<string, byte[]> made = Made();
        Assert.Equal((2 * Many) + 1, made.Count);

        FlashResult signed = _folder.Run("sign", "@out/network.ini", "--key", "@root.key", "-o", "@network.spore");
        Assert.Equal((0, ""), (signed.Code, signed.Error));
        NetworkDescription network = NetworkReader.Read(_folder.Read("network.spore"), "network.spore");
        Assert.Equal((4UL, Many + 1), (network.Version, network.Peers.Count));
        PeerDescription gate = network.Peers.Single(p => p.Label == "gate");
        Assert.Equal(Keys.Node(1), gate.PublicKey);
        Assert.Equal(["10.77.0.1/32", "fd77::1/128"], gate.AllowedPrefixes.Select(p => p.ToString()));

        HashSet<string> keys = [];
        for (int i = 0; i < Many; i++)
        {
            NodeIdentity identity = NodeIdentity.Load(_folder.File($"out/board-{i}.id"));
            Assert.Equal(3UL, identity.Floor);
            Assert.Equal(Keys.Root().PublicKey, identity.TrustRoot);
            Assert.True(keys.Add(KeyText.Format(identity.PublicKey)));
            PeerDescription peer = network.Peers.Single(p => p.Label == $"board-{i}");
            Assert.Equal(identity.PublicKey, peer.PublicKey);
            Assert.Equal($"10.77.1.{i}/32", Assert.Single(peer.AllowedPrefixes).ToString());
            Assert.DoesNotContain(Convert.ToBase64String(identity.Record[8..40]), run.Output);
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(
                    UnixFileMode.UserRead | UnixFileMode.UserWrite,
                    File.GetUnixFileMode(_folder.File($"out/board-{i}.id")));
                Assert.Equal(
                    UnixFileMode.UserRead | UnixFileMode.UserWrite,
                    File.GetUnixFileMode(_folder.File($"out/board-{i}.bin")));
            }
        }

        string shown = _folder.Run("read-identity", "@out/board-7.bin").Output;
        Assert.Contains(KeyText.Format(NodeIdentity.Load(_folder.File("out/board-7.id")).PublicKey), shown);
        Assert.Contains("rendezvous: gate.example.org:51820", shown);
    }

    [Fact]
    public void A_batch_that_was_interrupted_is_completed_and_what_there_was_is_kept()
    {
        Run();
        Dictionary<string, byte[]> before = Made();
        string[] lost =
        [
            .. Enumerable.Range(4, 8).Select(i => $"board-{i}.bin"),
            "network.ini",
            .. Enumerable.Range(5, 7).Select(i => $"board-{i}.id"),
        ];
        foreach (string name in lost)
        {
            File.Delete(_folder.File($"out/{name}"));
        }

        FlashResult again = Run();
        Assert.Equal((0, ""), (again.Code, again.Error));
        Assert.EndsWith(
            "\n12 nodes: made 7 of the identities and 8 of the images, and kept the others; made out/network.ini, to "
            + "be signed\n",
            again.Output);
        Dictionary<string, byte[]> after = Made();
        Assert.Equal(before.Keys.Order(), after.Keys.Order());
        Assert.All(before.Where(f => !lost.Contains(f.Key)), f => Assert.Equal(f.Value, after[f.Key]));
        Assert.Equal(before["board-4.bin"], after["board-4.bin"]);
        Assert.NotEqual(before["board-5.id"], after["board-5.id"]);
        Assert.Contains(
            KeyText.Format(NodeIdentity.Load(_folder.File("out/board-5.id")).PublicKey),
            Encoding.UTF8.GetString(after["network.ini"]));
    }

    [Fact]
    public void Run_again_it_changes_nothing()
    {
        Run();
        Dictionary<string, byte[]> before = Made();
        FlashResult again = Run();
        Assert.Equal((0, ""), (again.Code, again.Error));
        Assert.EndsWith(
            "\n12 nodes: made 0 of the identities and 0 of the images, and kept the others; kept out/network.ini, to "
            + "be signed\n",
            again.Output);
        Assert.Equal(before, Made());
    }

    [Fact]
    public void Another_firmware_replaces_images_only_when_that_is_asked_for_and_identities_never()
    {
        Run();
        Dictionary<string, byte[]> before = Made();
        File.WriteAllBytes(
            _folder.File("firmware/Spore.Mesh.pe"),
            new PeBuilder("Spore.Mesh", "2.0.0.0").Refers("Spore.Crypto").Refers("mscorlib", "1.17.11.0").Build());
        File.WriteAllBytes(_folder.File("firmware/Spore.Firmware.pe"), PeFirmware.Program().Holds(9).Build());
        AssertFails("firmware: Spore.Firmware: it needs Spore.Mesh 1.0, and 2.0.0.0 is there");
        File.WriteAllBytes(_folder.File("firmware/Spore.Mesh.pe"), PeFirmware.Files()["Spore.Mesh.pe"]);
        AssertFails("out/board-0.bin: exists already, with something else in it; --force replaces it");
        Assert.Equal(before, Made());

        FlashResult forced = Run("--force");
        Assert.EndsWith(
            "\n12 nodes: made 0 of the identities and 12 of the images, and kept the others; kept out/network.ini, to "
            + "be signed\n",
            forced.Output);
        Dictionary<string, byte[]> after = Made();
        Assert.All(before.Where(f => !f.Key.EndsWith(".bin")), f => Assert.Equal(f.Value, after[f.Key]));
        Assert.All(before.Where(f => f.Key.EndsWith(".bin")), f => Assert.NotEqual(f.Value, after[f.Key]));
    }

    [Fact]
    public void Rows_that_were_added_get_identities_images_and_entries()
    {
        Run();
        string edited = File.ReadAllText(_folder.File("out/network.ini")).Replace("[Network]", "# By hand.\n[network]")
            + "# The end.";
        File.WriteAllText(_folder.File("out/network.ini"), edited);
        Dictionary<string, byte[]> before = Made();
        File.AppendAllText(
            _folder.File("nodes.csv"), $"late,10.77.2.1/32,,,\nhouse,10.77.2.2/32,,{Keys.NodeText(2)},\n");

        FlashResult again = Run();
        Assert.Equal((0, ""), (again.Code, again.Error));
        Assert.EndsWith(
            "\n13 nodes: made 1 of the identities and 1 of the images, and kept the others;"
                + " added 2 entries to out/network.ini; raise its Version and sign it\n",
            again.Output);
        Dictionary<string, byte[]> after = Made();
        Assert.Equal(before.Keys.Append("late.bin").Append("late.id").Order(), after.Keys.Order());
        Assert.All(before.Where(f => f.Key != "network.ini"), f => Assert.Equal(f.Value, after[f.Key]));
        string late = KeyText.Format(NodeIdentity.Load(_folder.File("out/late.id")).PublicKey);
        Assert.Equal(
            $"{edited}\n\n[Peer]\nPublicKey = {late}\nLabel = late\nAllowedIPs = 10.77.2.1/32\n"
                + $"\n[Peer]\nPublicKey = {Keys.NodeText(2)}\nLabel = house\nAllowedIPs = 10.77.2.2/32\n",
            File.ReadAllText(_folder.File("out/network.ini")));
        Assert.Equal(0, _folder.Run("sign", "@out/network.ini", "--key", "@root.key", "-o", "@n.spore").Code);

        Run();
        Assert.Equal(after, Made());
    }

    [Fact]
    public void An_ini_file_keeps_its_line_breaks_and_its_mode()
    {
        Run();
        string path = _folder.File("out/network.ini");
        string edited = File.ReadAllText(path).Replace("\n", "\r\n");
        File.WriteAllText(path, edited);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite);
        }

        File.AppendAllText(_folder.File("nodes.csv"), "late,10.77.2.1/32,,,\n");
        Assert.Equal(0, Run().Code);
        string text = File.ReadAllText(path);
        Assert.StartsWith($"{edited}\r\n[Peer]\r\nPublicKey = ", text);
        Assert.EndsWith("AllowedIPs = 10.77.2.1/32\r\n", text);
        Assert.DoesNotContain("\n", text.Replace("\r\n", ""));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite, File.GetUnixFileMode(path));
        }
    }

    [Fact]
    public void A_batch_that_fails_half_way_loses_nothing()
    {
        Run();
        Dictionary<string, byte[]> before = Made();
        File.AppendAllText(_folder.File("nodes.csv"), "late,10.77.2.1/32,,,\nlater,10.77.2.2/32,,,\n");
        Directory.CreateDirectory(_folder.File("out/later.bin"));
        AssertFails("out/later.bin: is a directory");
        Dictionary<string, byte[]> half = Made();
        Assert.All(before, f => Assert.Equal(f.Value, half[f.Key]));
        Assert.Equal(before.Keys.Concat(["late.bin", "late.id", "later.id"]).Order(), half.Keys.Order());

        Directory.Delete(_folder.File("out/later.bin"));
        Assert.EndsWith("added 2 entries to out/network.ini; raise its Version and sign it\n", Run().Output);
        Dictionary<string, byte[]> after = Made();
        Assert.All(half.Where(f => f.Key != "network.ini"), f => Assert.Equal(f.Value, after[f.Key]));
        Assert.StartsWith(
            Encoding.UTF8.GetString(before["network.ini"]), Encoding.UTF8.GetString(after["network.ini"]));
    }

    [Theory]
    [InlineData(
        "late,10.77.1.3/32,,,",
        "nodes.csv:15: AllowedIPs: 10.77.1.3/32 is that of 'board-3' in out/network.ini; choose another one")]
    [InlineData(
        "Gate,10.77.2.1/32,,,",
        "nodes.csv:15: Label: 'Gate' has an entry with another key in out/network.ini; put the identity of that key"
            + " back, or delete the entry")]
    public void A_row_that_its_ini_file_has_otherwise_is_refused_before_anything_is_written(string row, string fault)
    {
        Run();
        Dictionary<string, byte[]> before = Made();
        WriteTable(0);
        File.AppendAllText(_folder.File("nodes.csv"), string.Concat(Enumerable.Repeat("\n", Few)) + row);
        AssertFails(fault);
        Assert.Equal(before, Made());
    }

    [Fact]
    public void An_identity_that_was_lost_is_not_replaced_by_a_second_entry()
    {
        Run();
        File.Delete(_folder.File("out/board-3.id"));
        Dictionary<string, byte[]> before = Made();
        AssertFails(
            "nodes.csv:6: Label: 'board-3' has an entry with another key in out/network.ini; put the identity of that"
                + " key back, or delete the entry");
        Assert.Equal(before, Made());
    }

    [Fact]
    public void What_a_network_rarely_means_is_warned_of()
    {
        _folder.Write("nodes.csv", "Label\na\n");
        const string Warning =
            "Roles: warning: no member is a witness, so no node can learn whether the network is current; give this "
            + "role to a member that is always on\n";
        Assert.Equal($"flash: nodes.csv: {Warning}", Run().Error);
        Assert.Equal($"flash: out/network.ini: {Warning}", Run().Error);
    }

    [Fact]
    public void A_row_that_was_changed_keeps_its_entry_with_a_warning()
    {
        Run();
        Dictionary<string, byte[]> before = Made();
        _folder.Write(
            "nodes.csv", File.ReadAllText(_folder.File("nodes.csv")).Replace("10.77.1.5/32", "10.77.1.55/32"));
        FlashResult again = Run("--network-version", "2");
        Assert.Equal(
            "flash: nodes.csv: rows: warning: 'board-5': the entry in out/network.ini differs and is kept; change it"
                + " there\nflash: out/network.ini: Version: warning: --network-version is for a new file only; "
                + "change it"
                + " here\n",
            again.Error);
        Assert.Equal(before, Made());
    }

    [Fact]
    public void Nodes_without_prefixes_get_addresses_that_stay_when_rows_are_added()
    {
        const string Table = "Label,AllowedIPs,Roles\ngate,fd77::1,witness\nshed,,\n";
        _folder.Write("nodes.csv", Table);
        Assert.Equal(0, Run("--assign", "10.0.0.0/8, fd77::/64").Code);
        string ini = File.ReadAllText(_folder.File("out/network.ini"));
        Assert.Contains("Assign = 10.0.0.0/8, fd77::/64\n", ini);
        NetworkDescription network = Network();
        Assert.Equal(["fd77::1/128", Of("gate", "10.0.0.0/8")], Prefixes(network, "gate"));
        Assert.Equal([Of("shed", "10.0.0.0/8"), Of("shed", "fd77::/64")], Prefixes(network, "shed"));

        // A member that is there does not differ from its row because of its address.
        _folder.Write("nodes.csv", Table + "barn,,\n");
        FlashResult again = Run("--assign", "10.0.0.0/8");
        Assert.Equal(
            "flash: out/network.ini: Assign: warning: --assign is for a new file only; change it here\n", again.Error);
        Assert.StartsWith(ini, File.ReadAllText(_folder.File("out/network.ini")));
        Assert.Equal(Prefixes(network, "shed"), Prefixes(Network(), "shed"));
        Assert.Equal([Of("barn", "10.0.0.0/8"), Of("barn", "fd77::/64")], Prefixes(Network(), "barn"));

        string Of(string label, string range) => KeyAddress.Of(
            NodeIdentity.Load(_folder.File($"out/{label}.id")).PublicKey,
            AllowedPrefix.TryParse(range, out string? _)!).ToString();
        NetworkDescription Network() => NetworkIni.Parse(_folder.Read("out/network.ini"), "n.ini", FlashFolder.Now);
        static IEnumerable<string> Prefixes(NetworkDescription network, string label) =>
            network.Peers.Find(p => p.Label == label)!.AllowedPrefixes.Select(p => p.ToString());
    }

    [Fact]
    public void Rows_with_one_address_are_named_by_their_lines_in_the_table()
    {
        string rows = string.Concat(Enumerable.Range(1, 3).Select(i => $"{Keys.NodeText((byte)i)},witness\n"));
        _folder.Write("nodes.csv", "PublicKey,Roles\n" + rows);
        Assert.Matches(
            @"^flash: nodes\.csv:[34]: AllowedIPs: the address that follows from its key, 10\.7\.0\.[56]/32, is that "
            + @"of the member on line [23] too; (write down a free one: AllowedIPs = 10\.7\.0\.[56]/32|10\.7\.0\.4/30 "
            + @"has no free address, so choose a shorter one for Assign)\n$",
            Run("--assign", "10.7.0.4/30").Error);

        // The same where the file is there already.
        Directory.CreateDirectory(_folder.File("out"));
        AllowedPrefix range = AllowedPrefix.TryParse("10.7.0.4/30", out string? _)!;
        AllowedPrefix taken = KeyAddress.Of(Keys.Node(3), range);
        _folder.Write(
            "out/network.ini",
            $"[Network]\nVersion = 1\nAssign = {range}\n[Peer]\nPublicKey = {Keys.NodeText(9)}\nLabel = old\n"
            + $"AllowedIPs = {taken}\n");
        _folder.Write("nodes.csv", $"PublicKey,Roles\n{Keys.NodeText(3)},witness\n");
        AssertFails(
            $"nodes.csv:2: AllowedIPs: {taken}, which follows from its key, is that of 'old' in out/network.ini; "
            + "choose another one");
    }

    [Fact]
    public void An_identity_of_another_network_is_not_taken()
    {
        Directory.CreateDirectory(_folder.File("out"));
        NodeIdentity.Generate(Keys.Fill(9), 0).Save(_folder.File("out/board-3.id"), false);
        AssertFails("out/board-3.id: trust root: this identity is there already, and believes another trust root");
        NodeIdentity.Generate(Keys.Root().PublicKey, 5).Save(_folder.File("out/board-3.id"), true);
        AssertFails("out/board-3.id: floor: this identity is there already, with a floor of 5");
        Assert.Single(Directory.GetFiles(_folder.File("out")));
        Assert.Equal(0, Run("--floor", "5").Code);
    }

    [Theory]
    [InlineData(
        "Label\na b\n",
        "nodes.csv:2: Label: files are named after it: it takes letters, digits, '-', '_' and '.', and begins with a "
        + "letter or digit")]
    [InlineData(
        "Label\n../a\n",
        "nodes.csv:2: Label: files are named after it: it takes letters, digits, '-', '_' and '.', and begins with a "
        + "letter or digit")]
    [InlineData(
        "Label,Roles\n,witness\n",
        "nodes.csv:2: Label: files are named after it: it takes letters, digits, '-', '_' and '.', and begins with a "
        + "letter or digit")]
    [InlineData("Label\na\n\nA\n", "nodes.csv:4: Label: 'A' is that of line 2 too")]
    [InlineData(
        "Label,AllowedIPs\na,10.0.0.1\nb,10.0.0.1\n",
        "nodes.csv:3: AllowedIPs: 10.0.0.1/32 was given already, on line 2")]
    [InlineData(
        "Label,AllowedIPs\na,\"10.0.0.1\n10.0.0.2\"\nb,10.0.0.300\n",
        "nodes.csv:4: AllowedIPs: '10.0.0.300' is not an IP address or prefix")]
    [InlineData(
        "\n\nLabel,Colour\na,red\n",
        "nodes.csv:3: Colour: there is no such column; there are PublicKey, Label, AllowedIPs, Endpoint, "
        + "PersistentKeepalive, Roles, Vendor")]
    [InlineData(
        "Label,\na,red\n",
        "nodes.csv:1: column 2: it has cells and no name; there are PublicKey, Label, AllowedIPs, Endpoint, "
        + "PersistentKeepalive, Roles, Vendor")]
    [InlineData(
        "Label,Roles\na\n",
        "nodes.csv:2: this row has 1 cell, and the table has 2 columns; write a separator for each empty cell too")]
    [InlineData(
        "Label,AllowedIPs\na,10.0.0.1, 10.0.0.2\n",
        "nodes.csv:2: this row has 3 cells, and the table has 2 columns; put a cell with the separator in it into "
        + "quotes")]
    [InlineData(
        "Label,Roles\na,\"witness\n",
        "nodes.csv:2: the quotes of a cell in this row don't match; a quote inside a cell is written twice")]
    [InlineData(
        "Label,Roles\na,\"witness\" x\n",
        "nodes.csv:2: the quotes of a cell in this row don't match; a quote inside a cell is written twice")]
    [InlineData("Label,Roles\na, \"witness\"\n", "nodes.csv:2: there is a space before a cell's quotes; leave it out")]
    [InlineData(
        "Label,PublicKey\na,abc\n",
        "nodes.csv:2: PublicKey: this is not a key; a key is 44 characters of base64 or 64 hexadecimal digits")]
    [InlineData("Label\n", "nodes.csv: [Peer]: there is none; a network has at least one member")]
    [InlineData("\n,\n", "nodes.csv: there is nothing in this table")]
    [InlineData(
        "AllowedIPs;Roles\n10.0.0.1;\n",
        "nodes.csv:1: Label: this column is missing: the first row names the columns, and has only 'AllowedIPs', "
        + "'Roles'; name it there, or give --separator")]
    [InlineData(
        "AllowedIPs,PublicKey\n10.0.0.1,\n",
        "nodes.csv:1: Label: this column is missing: the first row names the columns, and has only 'AllowedIPs', "
        + "'PublicKey'; name it there, or give --separator")]
    [InlineData(
        "Label:Roles\na:\n",
        "nodes.csv:1: Label: this column is missing: the first row names the columns, and has only 'Label:Roles'; name "
        + "it there, or give --separator")]
    [InlineData(
        "My mesh\n\nLabel\tRoles\na\t\n",
        "nodes.csv:1: Label: this column is missing: the first row must name the columns, and line 3 does; delete what "
        + "is above it")]
    [InlineData(
        "sep=;\r\nLabel;Roles\r\na\r\n",
        "nodes.csv:3: this row has 1 cell, and the table has 2 columns; write a separator for each empty cell too")]
    [InlineData(
        "sep=;\nMy mesh\nLabel;Roles\na;\n",
        "nodes.csv:2: Label: this column is missing: the first row must name the columns, and line 3 does; delete what "
        + "is above it")]
    public void What_is_wrong_with_the_table_is_told_before_anything_is_written(string table, string fault)
    {
        _folder.Write("nodes.csv", table);
        AssertFails(fault);
        Assert.False(Directory.Exists(_folder.File("out")));
    }

    [Fact]
    public void Cells_in_quotes_may_have_separators_quotes_and_line_breaks_in_them()
    {
        string key = Keys.NodeText(3);
        _folder.Write(
            "nodes.csv",
            "\uFEFFlabel ,\"AllowedIPs\",Endpoint,Roles,PublicKey\r\n"
                + " a ,\"10.0.0.1,\r\n10.0.0.2\n10.0.0.3\",\"192.0.2.1:1\n192.0.2.2:2\",witness,\r\n"
                + $"\"say \"\"x\"\", y\",,,,{key}\r\n"
                + $"#1,,,,{Keys.NodeText(4)}");
        Assert.Equal((0, ""), (Run().Code, Run().Error));
        string ini = File.ReadAllText(_folder.File("out/network.ini"));
        const string A = "Label = a\nAllowedIPs = 10.0.0.1/32, 10.0.0.2/32, 10.0.0.3/32\n"
            + "Endpoint = 192.0.2.1:1\nEndpoint = 192.0.2.2:2\n";
        Assert.Contains(A, ini);
        Assert.Contains("Label = say \"x\", y\n", ini);
        Assert.Contains("Label = \"#1\"\n", ini);
    }

    [Theory]
    [InlineData("Label;AllowedIPs;Roles\na;10.0.0.1, 10.0.0.2;witness\n")]
    [InlineData("Label\tAllowedIPs\tRoles\na\t10.0.0.1, 10.0.0.2\twitness\n")]
    [InlineData("Label|AllowedIPs|Roles\na|10.0.0.1, 10.0.0.2|witness\n")]
    [InlineData("\"Label\";\"AllowedIPs\";\"Roles\"\n\"a\";\"10.0.0.1, 10.0.0.2\";\"witness\"\n")]
    [InlineData("sep=;\r\nLabel;AllowedIPs;Roles\r\na;10.0.0.1, 10.0.0.2;witness\r\n")]
    [InlineData("sep=:\rLabel:AllowedIPs:Roles\ra:10.0.0.1, 10.0.0.2:witness\r")]
    [InlineData("Label!AllowedIPs!Roles\na!10.0.0.1, 10.0.0.2!witness\n", "--separator", "!")]
    [InlineData("Label;AllowedIPs;Roles\na;10.0.0.1, 10.0.0.2;witness\n", "--separator", "semicolon")]
    [InlineData("Label\tAllowedIPs\tRoles\na\t10.0.0.1, 10.0.0.2\twitness\n", "--separator", "tab")]
    public void Any_separator_is_found_out_or_given(string table, params string[] more)
    {
        foreach (Encoding encoding in new[]
        {
            new UTF8Encoding(false), Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode,
        })
        {
            File.WriteAllText(_folder.File("nodes.csv"), table, encoding);
            FlashResult run = Run(more);
            Assert.Equal((0, ""), (run.Code, run.Error));
            const string Entry = "Label = a\nAllowedIPs = 10.0.0.1/32, 10.0.0.2/32\nRoles = witness\n";
            Assert.EndsWith(Entry, File.ReadAllText(_folder.File("out/network.ini")));
        }
    }

    [Fact]
    public void A_table_in_another_encoding_is_told()
    {
        File.WriteAllBytes(_folder.File("nodes.csv"), Encoding.Latin1.GetBytes("Label,Roles\nT\u00FCr,\n"));
        AssertFails("nodes.csv: this is not UTF-8 text; save it as CSV in UTF-8");
    }

    [Fact]
    public void A_firmware_too_large_for_the_board_makes_nothing()
    {
        File.WriteAllBytes(
            _folder.File("firmware/Spore.Crypto.pe"),
            new PeBuilder("Spore.Crypto").Refers("mscorlib", "1.17.11.0").EndsIn(new byte[70000]).Build());
        FlashResult run = Run("--flash", "2MB");
        Assert.Equal(1, run.Code);
        Assert.Contains("bytes are too many for ESP32_REV3 with 2MB of flash", run.Error);
        Assert.Empty(Directory.GetFiles(_folder.File("out")));
    }

    [Theory]
    [InlineData("--network-version", "0", "'0' is not " + VersionText.Form)]
    [InlineData("--assign", "x", "'x' is not an IP address or prefix")]
    [InlineData("--floor", "x", "'x' is not 0, for any version, or " + VersionText.Form)]
    [InlineData("--rendezvous", "x", "'x' is not host:port, address:port or [IPv6]:port")]
    [InlineData("--separator", "x", "'x' is not a separator; give one character, or comma, semicolon or tab")]
    [InlineData("--separator", "::", "'::' is not a separator; give one character, or comma, semicolon or tab")]
    public void A_wrong_value_of_an_option_is_told(string option, string value, string fault)
    {
        string error = $"flash: {option}: {fault} (see flash batch --help)\n";
        Assert.Equal(new FlashResult(2, "", error), Run(option, value));
    }
}
