using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Spore.Mesh;
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
        _folder.Run(["batch", "@nodes.csv", "--root", "@root.key", "--board", "ESP32_REV3", "--firmware", "@firmware", "-o", "@out", .. more]);

    private void AssertFails(string expected, params string[] more) => Assert.Equal(new FlashResult(1, "", $"flash: {expected}\n"), Run(more));

    private Dictionary<string, byte[]> Made() =>
        Directory.GetFiles(_folder.File("out")).ToDictionary(f => Path.GetFileName(f), File.ReadAllBytes);

    [Fact]
    public void A_hundred_nodes_get_identities_images_and_one_file_to_sign()
    {
        WriteTable(Many);
        FlashResult run = Run("--rendezvous", "gate.example.org:51820", "--floor", "3", "--network-version", "4");
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.EndsWith("\n100 nodes: made 100 of the identities and 100 of the images, and kept the others; made out/network.ini, to be signed\n", run.Output);
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
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.File($"out/board-{i}.id")));
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.File($"out/board-{i}.bin")));
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
        string[] lost = [.. Enumerable.Range(4, 8).Select(i => $"board-{i}.bin"), "network.ini", .. Enumerable.Range(5, 7).Select(i => $"board-{i}.id")];
        foreach (string name in lost)
        {
            File.Delete(_folder.File($"out/{name}"));
        }

        FlashResult again = Run();
        Assert.Equal((0, ""), (again.Code, again.Error));
        Assert.EndsWith("\n12 nodes: made 7 of the identities and 8 of the images, and kept the others; made out/network.ini, to be signed\n", again.Output);
        Dictionary<string, byte[]> after = Made();
        Assert.Equal(before.Keys.Order(), after.Keys.Order());
        Assert.All(before.Where(f => !lost.Contains(f.Key)), f => Assert.Equal(f.Value, after[f.Key]));
        Assert.Equal(before["board-4.bin"], after["board-4.bin"]);
        Assert.NotEqual(before["board-5.id"], after["board-5.id"]);
        Assert.Contains(KeyText.Format(NodeIdentity.Load(_folder.File("out/board-5.id")).PublicKey), Encoding.UTF8.GetString(after["network.ini"]));
    }

    [Fact]
    public void Run_again_it_changes_nothing()
    {
        Run();
        Dictionary<string, byte[]> before = Made();
        FlashResult again = Run();
        Assert.Equal((0, ""), (again.Code, again.Error));
        Assert.EndsWith("\n12 nodes: made 0 of the identities and 0 of the images, and kept the others; kept out/network.ini, to be signed\n", again.Output);
        Assert.Equal(before, Made());
    }

    [Fact]
    public void Another_firmware_replaces_images_only_when_that_is_asked_for_and_identities_never()
    {
        Run();
        Dictionary<string, byte[]> before = Made();
        File.WriteAllBytes(_folder.File("firmware/Spore.Mesh.pe"), new PeBuilder("Spore.Mesh", "2.0.0.0").Refers("Spore.Crypto").Refers("mscorlib", "1.17.11.0").Build());
        File.WriteAllBytes(_folder.File("firmware/Spore.Firmware.pe"), PeFirmware.Program().Holds(9).Build());
        AssertFails("firmware: Spore.Firmware: it needs Spore.Mesh 1.0, and 2.0.0.0 is there");
        File.WriteAllBytes(_folder.File("firmware/Spore.Mesh.pe"), PeFirmware.Files()["Spore.Mesh.pe"]);
        AssertFails("out/board-0.bin: exists already, with something else in it; --force replaces it");
        Assert.Equal(before, Made());

        FlashResult forced = Run("--force");
        Assert.EndsWith("\n12 nodes: made 0 of the identities and 12 of the images, and kept the others; kept out/network.ini, to be signed\n", forced.Output);
        Dictionary<string, byte[]> after = Made();
        Assert.All(before.Where(f => !f.Key.EndsWith(".bin")), f => Assert.Equal(f.Value, after[f.Key]));
        Assert.All(before.Where(f => f.Key.EndsWith(".bin")), f => Assert.NotEqual(f.Value, after[f.Key]));
    }

    [Fact]
    public void An_ini_file_that_lacks_a_member_is_not_replaced()
    {
        Run();
        File.AppendAllText(_folder.File("nodes.csv"), "late,10.77.2.1/32,,,\n");
        Dictionary<string, byte[]> before = Made();
        AssertFails("out/network.ini: exists already, without late; it is not replaced, so add that member to it or move it away");
        AssertFails("out/network.ini: exists already, without late; it is not replaced, so add that member to it or move it away", "--force");
        Assert.Equal(before, Made());

        // What a person changed in it stays, as long as all are in it.
        File.Delete(_folder.File("out/network.ini"));
        Assert.Equal(0, Run().Code);
        File.AppendAllText(_folder.File("out/network.ini"), $"\n[Peer]\nPublicKey = {Keys.NodeText(2)}\n");
        Assert.EndsWith("kept out/network.ini, to be signed\n", Run().Output);
        Assert.Contains(Keys.NodeText(2), File.ReadAllText(_folder.File("out/network.ini")));
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
    [InlineData("Label\na b\n", "nodes.csv:2: Label: files are named after it: it takes letters, digits, '-', '_' and '.', and begins with a letter or digit")]
    [InlineData("Label\n../a\n", "nodes.csv:2: Label: files are named after it: it takes letters, digits, '-', '_' and '.', and begins with a letter or digit")]
    [InlineData("Label,Roles\n,witness\n", "nodes.csv:2: Label: files are named after it: it takes letters, digits, '-', '_' and '.', and begins with a letter or digit")]
    [InlineData("Label\na\n\nA\n", "nodes.csv:4: Label: 'A' is that of line 2 too")]
    [InlineData("Label,AllowedIPs\na,10.0.0.1\nb,10.0.0.1\n", "nodes.csv:3: AllowedIPs: 10.0.0.1/32 was given already, on line 2")]
    [InlineData("Label,AllowedIPs\na,10.0.0.300\n", "nodes.csv:2: AllowedIPs: '10.0.0.300' is not an IP address or prefix")]
    [InlineData("Label,Colour\na,red\n", "nodes.csv:2: Colour: there is no such key in [Peer]; there are PublicKey, Label, AllowedIPs, Endpoint, PersistentKeepalive, Roles, Vendor")]
    [InlineData("Label,Roles\na\n", "nodes.csv:2: this row has 1 fields, and there are 2 columns")]
    [InlineData("Label,Roles\na,\"witness\n", "nodes.csv:2: its quotes don't match")]
    [InlineData("Label,Roles\na,\"witness\" x\n", "nodes.csv:2: there is something behind a field's quotes")]
    [InlineData("Label,PublicKey\na,abc\n", "nodes.csv:2: PublicKey: this is not a key; a key is 44 characters of base64 or 64 hexadecimal digits")]
    [InlineData("Label\n", "nodes.csv: [Peer]: there is none; a network has at least one member")]
    public void What_is_wrong_with_the_table_is_told_before_anything_is_written(string table, string fault)
    {
        _folder.Write("nodes.csv", table);
        AssertFails(fault);
        Assert.False(Directory.Exists(_folder.File("out")));
    }

    [Fact]
    public void Quoted_fields_may_have_commas_and_quotes_in_them()
    {
        _folder.Write("nodes.csv", "\uFEFFlabel , \"AllowedIPs\",PublicKey\n \"a\" , \"10.0.0.1, 10.0.0.2\" ,\n\"say \"\"x\"\", y\",,{0}\n".Replace("{0}", Keys.NodeText(3)));
        Assert.Equal((0, ""), (Run().Code, Run().Error));
        string ini = File.ReadAllText(_folder.File("out/network.ini"));
        Assert.Contains("Label = a\nAllowedIPs = 10.0.0.1/32, 10.0.0.2/32\n", ini);
        Assert.Contains("Label = say \"x\", y\n", ini);
    }

    [Fact]
    public void A_firmware_too_large_for_the_board_makes_nothing()
    {
        File.WriteAllBytes(_folder.File("firmware/Spore.Crypto.pe"), new PeBuilder("Spore.Crypto").Refers("mscorlib", "1.17.11.0").EndsIn(new byte[70000]).Build());
        FlashResult run = Run("--flash", "2MB");
        Assert.Equal(1, run.Code);
        Assert.Contains("bytes are too many for ESP32_REV3 with 2MB of flash", run.Error);
        Assert.Empty(Directory.GetFiles(_folder.File("out")));
    }

    [Theory]
    [InlineData("--network-version", "0", "'0' is not a network version, a number from 1 to 18446744073709551615")]
    [InlineData("--floor", "x", "'x' is not a network version, a number from 0 to 18446744073709551615")]
    [InlineData("--rendezvous", "x", "'x' is not host:port, address:port or [IPv6]:port")]
    public void A_wrong_value_of_an_option_is_told(string option, string value, string fault)
    {
        string error = $"flash: {option}: {fault} (see flash batch --help)\n";
        Assert.Equal(new FlashResult(2, "", error), Run(option, value));
    }
}
