using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Spore.Flash;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Flash;

public sealed class ImageCommandTests : IDisposable
{
    private readonly FlashFolder _folder = new();
    private readonly NodeIdentity _identity;

    public ImageCommandTests()
    {
        using TrustRootKey root = Keys.Root();
        _identity = NodeIdentity.FromPrivateKey(Keys.Fill(5), root.PublicKey, 7);
        _identity.Save(_folder.File("node.id"), false);
        PeFirmware.WriteFolder(_folder.File("firmware"), PeFirmware.Files());
    }

    public void Dispose() => _folder.Dispose();

    private FlashResult Make(params string[] more) =>
        _folder.Run(
            [
                "image", "--board", "ESP32_REV3", "--firmware", "@firmware", "--identity", "@node.id", "-o",
                "@deploy.bin", .. more,
            ]);

    private void AssertFails(string expected, params string[] more)
    {
        Assert.Equal(new FlashResult(1, "", $"flash: {expected}\n"), Make(more));
        Assert.False(File.Exists(_folder.File("deploy.bin")));
    }

    private void Replace(string name, byte[] bytes) =>
        File.WriteAllBytes(Path.Combine(_folder.File("firmware"), name), bytes);

    private static void AssertPrivate(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
    }

    private void AssertKeepsSecrets(FlashResult result)
    {
        byte[] key = _identity.Record[8..40];
        foreach (string text in new[] { result.Output, result.Error })
        {
            Assert.DoesNotContain(Convert.ToBase64String(key), text);
            Assert.DoesNotContain(Convert.ToHexString(key), text, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void An_image_is_the_firmware_in_the_order_of_its_references_with_the_records_in_it()
    {
        FlashResult made = Make("--rendezvous", "gate.example.org:51820");
        Assert.Equal((0, ""), (made.Code, made.Error));
        AssertKeepsSecrets(made);
        AssertPrivate(_folder.File("deploy.bin"));
        Assert.Equal(3, Directory.GetFileSystemEntries(_folder.Path).Length);

        // Walked by hand: each assembly begins at a multiple of four, and after all that it refers to.
        byte[] image = _folder.Read("deploy.bin");
        Dictionary<string, byte[]> files = PeFirmware.Files();
        List<string> order = [];
        int offset = 0;
        while (offset < image.Length)
        {
            Assert.Equal(0, offset % 4);
            PeAssembly assembly = PeAssembly.Read(image.AsSpan(offset), "image");
            Assert.All(assembly.References, r => Assert.Contains(r.Name, order));
            order.Add(assembly.Name);
            if (assembly.Name != "Spore.Firmware")
            {
                Assert.Equal(files[assembly.Name + ".pe"], assembly.Bytes.ToArray());
            }

            int end = offset + assembly.Bytes.Length;
            offset = (end + 3) / 4 * 4;
            Assert.All(image[end..offset], b => Assert.Equal(0, b));
        }

        Assert.Equal(image.Length, offset);
        Assert.Equal(files.Keys.Select(f => f[..^3]).Order(), order.Order());
        Assert.Equal("mscorlib", order[0]);
        Assert.Equal("Spore.Firmware", order[^1]);

        PeAssembly program = PeAssembly.Read(image.AsSpan(image.AsSpan().LastIndexOf("NFMRK1"u8)), "image");
        Assert.Equal(
            ["SPORERV1gate.example.org:51820", "", "SPOREID1"],
            program.Constants.Select(
                c => Regex.Match(System.Text.Encoding.Latin1.GetString(c.Value), "^[ -~]*").Value));
        Assert.Equal(_identity.Record, program.Constants.Last().Value);
    }

    [Fact]
    public void It_says_what_it_made_and_read_identity_says_the_same()
    {
        FlashResult made = Make("--rendezvous", "192.0.2.1:4500");
        Assert.Matches(@"\nSystem\.Threading +1\.1\.52\.34401 +\d+ +-\n", made.Output);
        string shown = $"""
            public key: {KeyText.Format(_identity.PublicKey)}
            address:    {new System.Net.IPAddress(_identity.LinkLocal)}
            trust root: {KeyText.Format(_identity.TrustRoot)}
            floor:      version 7
            rendezvous: 192.0.2.1:4500

            """.ReplaceLineEndings("\n");
        int size = _folder.Read("deploy.bin").Length;
        Assert.EndsWith(
            $"{shown}ESP32_REV3 with 4MB of flash: {size} bytes at 0x1E0000, where there is room for 1835008\n",
            made.Output);

        FlashResult read = _folder.Run("read-identity", "@deploy.bin");
        Assert.Equal((0, ""), (read.Code, read.Error));
        Assert.EndsWith(shown, read.Output);
        Assert.StartsWith(read.Output, made.Output);
        AssertKeepsSecrets(read);
    }

    [Fact]
    public void Without_a_rendezvous_there_is_none()
    {
        Assert.EndsWith("rendezvous: none\n", Regex.Replace(Make().Output, "ESP32_REV3 with.*\n$", ""));
        Assert.EndsWith("rendezvous: none\n", _folder.Run("read-identity", "@deploy.bin").Output);
    }

    [Fact]
    public void A_folder_and_a_zip_file_give_the_same_image()
    {
        PeFirmware.WriteZip(_folder.File("firmware.zip"), PeFirmware.Files());
        Assert.Equal(0, Make().Code);
        FlashResult zipped = _folder.Run(
            "image", "--board", "ESP32_REV3", "--firmware", "@firmware.zip", "--identity", "@node.id", "-o",
            "@zipped.bin");
        Assert.Equal((0, ""), (zipped.Code, zipped.Error));
        Assert.Equal(_folder.Read("deploy.bin"), _folder.Read("zipped.bin"));
    }

    [Fact]
    public void What_the_program_does_not_need_is_left_out()
    {
        Replace("Extra.pe", new PeBuilder("Extra").Refers("mscorlib", "1.17.11.0").Build());
        Replace("readme.txt", [1]);
        FlashResult made = Make();
        Assert.Equal(
            (0, "flash: firmware: Extra: warning: the program does not need this assembly; it is left out\n"),
            (made.Code, made.Error));
        Assert.DoesNotContain("Extra", made.Output);
    }

    [Fact]
    public void An_existing_file_is_replaced_only_when_that_is_asked_for()
    {
        _folder.Write("deploy.bin", "mine");
        Assert.Equal(new FlashResult(1, "", "flash: deploy.bin: exists already; --force replaces it\n"), Make());
        Assert.Equal("mine", File.ReadAllText(_folder.File("deploy.bin")));
        Assert.Equal(0, Make("--force").Code);
        AssertPrivate(_folder.File("deploy.bin"));
        Assert.NotEqual(4, _folder.Read("deploy.bin").Length);
    }

    [Fact]
    public void What_is_read_is_never_replaced()
    {
        FlashResult result = _folder.Run(
            "image", "--board", "ESP32_REV3", "--firmware", "@firmware", "--identity", "@node.id", "-o", "@node.id",
            "--force");
        Assert.Equal(
            (1, "flash: node.id: this file is read, so the image can't be written to it\n"),
            (result.Code, result.Error));
        Assert.Equal(_identity.Record, _folder.Read("node.id"));
    }

    [Fact]
    public void What_does_not_fit_the_board_is_refused()
    {
        PeBuilder large = new PeBuilder("Spore.Crypto").Refers("mscorlib", "1.17.11.0").EndsIn(new byte[70000]);
        Replace("Spore.Crypto.pe", large.Build());
        FlashResult made = Make("--flash", "2MB");
        Assert.Equal((1, ""), (made.Code, made.Output));
        Assert.Matches(
            @"^flash: deploy\.bin: size: \d+ bytes are too many for ESP32_REV3 with 2MB of flash, "
                + @"which has room for 65536\n$",
            made.Error);
        Assert.False(File.Exists(_folder.File("deploy.bin")));
        Assert.Equal(0, Make("--flash", "4MB").Code);
    }

    [Fact]
    public void An_image_that_fills_the_room_fits_and_one_byte_more_does_not()
    {
        const int Room = 0x10000;
        PeBuilder Crypto() => new PeBuilder("Spore.Crypto").Refers("mscorlib", "1.17.11.0");
        Replace("Spore.Crypto.pe", Crypto().Build());
        Make();
        int free = Room - _folder.Read("deploy.bin").Length;

        Replace("Spore.Crypto.pe", Crypto().EndsIn(new byte[free]).Build());
        FlashResult made = Make("--flash", "2MB", "--force");
        Assert.Equal((0, ""), (made.Code, made.Error));
        Assert.Equal(Room, _folder.Read("deploy.bin").Length);

        File.Delete(_folder.File("deploy.bin"));
        Replace("Spore.Crypto.pe", Crypto().EndsIn(new byte[free + 1]).Build());
        AssertFails(
            $"deploy.bin: size: {Room + 4} bytes are too many for ESP32_REV3 with 2MB of flash, which has room for "
            + $"{Room}",
            "--flash",
            "2MB");
    }

    [Fact]
    public void A_missing_reference_is_told()
    {
        File.Delete(Path.Combine(_folder.File("firmware"), "System.Threading.pe"));
        AssertFails("firmware: System.Net: it needs System.Threading 1.1.52.0, which is not there");
    }

    [Fact]
    public void A_reference_to_another_version_is_told()
    {
        Replace(
            "System.Threading.pe",
            new PeBuilder("System.Threading", "1.2.0.0").Refers("mscorlib", "1.17.11.0").Build());
        AssertFails("firmware: System.Net: it needs System.Threading 1.1, and 1.2.0.0 is there");
    }

    [Fact]
    public void References_in_a_circle_are_told()
    {
        Replace(
            "System.Threading.pe",
            new PeBuilder("System.Threading", "1.1.0.0").Refers("System.Net", "1.11.54.0").Build());
        AssertFails("firmware: System.Net: this assembly needs itself, through what it refers to");
    }

    [Fact]
    public void One_assembly_in_two_files_is_told()
    {
        Replace("Other.pe", new PeBuilder("Spore.Mesh", "2.0.0.0").Build());
        AssertFails("firmware/Spore.Mesh.pe: the assembly Spore.Mesh is in firmware/Other.pe already");
    }

    [Fact]
    public void There_has_to_be_one_program()
    {
        Replace("NFUnitTest.pe", new PeBuilder("NFUnitTest").HasMain().Build());
        AssertFails("firmware: there is more than one program in it: NFUnitTest, Spore.Firmware");
        File.Delete(Path.Combine(_folder.File("firmware"), "NFUnitTest.pe"));
        File.Delete(Path.Combine(_folder.File("firmware"), "Spore.Firmware.pe"));
        AssertFails("firmware: there is no program in it (an assembly with a Main)");
    }

    [Fact]
    public void A_firmware_without_a_place_for_an_identity_is_told()
    {
        Replace(
            "Spore.Firmware.pe",
            new PeBuilder("Spore.Firmware").Refers("mscorlib", "1.17.11.0")
                .Holds(PeFirmware.EmptyRendezvous)
                .HasMain()
                .Build());
        FlashResult made = Make();
        Assert.Equal(1, made.Code);
        Assert.EndsWith(
            "flash: identity: the program has no array for it (84 bytes that begin with its magic)\n", made.Error);
    }

    [Fact]
    public void A_firmware_that_is_a_nodes_already_is_not_made_anothers()
    {
        Replace(
            "Spore.Firmware.pe",
            new PeBuilder("Spore.Firmware").Refers("mscorlib", "1.17.11.0")
                .Holds(_identity.Record)
                .Holds(PeFirmware.EmptyRendezvous)
                .HasMain()
                .Build());
        FlashResult made = Make();
        Assert.Equal(1, made.Code);
        Assert.EndsWith("flash: identity: the firmware has one already; take it as it was built\n", made.Error);
        AssertKeepsSecrets(made);
    }

    [Fact]
    public void A_damaged_file_is_told()
    {
        byte[] core = PeFirmware.Files()["Spore.Mesh.pe"];
        core[200] ^= 1;
        Replace("Spore.Mesh.pe", core);
        AssertFails("firmware/Spore.Mesh.pe: contents: their checksum does not agree with them; the file is damaged");
        Replace("Spore.Mesh.pe", [.. PeFirmware.Files()["Spore.Mesh.pe"], 0, 0, 0, 0]);
        AssertFails("firmware/Spore.Mesh.pe: size: there are 4 bytes behind its end");
        Replace("Spore.Mesh.pe", [.. PeFirmware.Files()["Spore.Mesh.pe"], 1]);
        AssertFails("firmware/Spore.Mesh.pe: size: there are 1 bytes behind its end");
        Replace("Spore.Mesh.pe", PeFirmware.Files()["Spore.Mesh.pe"][..60]);
        AssertFails("firmware/Spore.Mesh.pe: is no assembly of nanoFramework's (a .pe file)");
    }

    [Fact]
    public void What_is_no_firmware_is_told()
    {
        Directory.Delete(_folder.File("firmware"), true);
        AssertFails("firmware: no such file");
        Directory.CreateDirectory(_folder.File("firmware"));
        AssertFails("firmware: there are no .pe files in it");
        Directory.Delete(_folder.File("firmware"));
        _folder.Write("firmware", "text");
        AssertFails("firmware: is neither a folder nor a sound ZIP file");
    }

    [Fact]
    public void A_wrong_board_or_rendezvous_is_told()
    {
        AssertMisused(
            "--rendezvous: 'gate' is not host:port, address:port or [IPv6]:port", Make("--rendezvous", "gate"));
        AssertMisused(
            "--rendezvous: '[2001:db8::1]:1' is an IPv6 address, and a board reaches only IPv4",
            Make("--rendezvous", "[2001:db8::1]:1"));
        AssertMisused(
            "--flash: '1MB' is no size of flash that ESP32_REV3 has a partition table for; there are 2MB, 4MB, 8MB,"
                + " 16MB",
            Make("--flash", "1MB"));
        AssertMisused(
            "--board: there is no board 'ESP8266' (flash boards lists them)",
            _folder.Run("image", "--board", "ESP8266", "--firmware", "@firmware", "--identity", "@node.id"));

        void AssertMisused(string expected, FlashResult result)
        {
            Assert.Equal(new FlashResult(2, "", $"flash: {expected} (see flash image --help)\n"), result);
            Assert.False(File.Exists(_folder.File("deploy.bin")));
        }
    }

    [Fact]
    public void An_identity_that_is_none_is_told()
    {
        byte[] record = _folder.Read("node.id");
        record[20] ^= 1;
        File.WriteAllBytes(_folder.File("node.id"), record);
        AssertFails("node.id: checksum: it does not agree with the record, which is damaged");
        File.Delete(_folder.File("node.id"));
        AssertFails("node.id: no such file");
    }

    [Fact]
    public void An_open_identity_is_warned_of()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes");
            return;
        }

        File.SetUnixFileMode(_folder.File("node.id"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Equal(
            "flash: node.id: mode: warning: others than its owner can read this secret (chmod 600)\n", Make().Error);
    }

    [Fact]
    public void A_copy_of_a_boards_partition_is_read_and_what_is_behind_the_image_has_to_be_erased()
    {
        Make();
        byte[] image = _folder.Read("deploy.bin");
        byte[] erased = new byte[5000];
        Array.Fill(erased, (byte)0xFF);
        SecretFile.Write(_folder.File("copy.bin"), [.. image, .. erased], false);
        FlashResult read = _folder.Run("read-identity", "@copy.bin");
        Assert.Equal((0, ""), (read.Code, read.Error));
        Assert.Contains(KeyText.Format(_identity.PublicKey), read.Output);

        erased[^1] = 0;
        SecretFile.Write(_folder.File("copy.bin"), [.. image, .. erased], true);
        Assert.Equal(
            $"flash: copy.bin:0x{image.Length:x}: is no assembly of nanoFramework's (a .pe file)\n",
            _folder.Run("read-identity", "@copy.bin").Error);
    }

    [Fact]
    public void What_nanoCLR_would_not_run_is_not_read()
    {
        Make();
        byte[] image = _folder.Read("deploy.bin");
        string Fault(byte[] bytes)
        {
            SecretFile.Write(_folder.File("bad.bin"), bytes, true);
            FlashResult result = _folder.Run("read-identity", "@bad.bin");
            Assert.Equal((1, ""), (result.Code, result.Output));
            return result.Error;
        }

        int second = image.AsSpan(8).IndexOf("NFMRK1"u8) + 8;
        Assert.Contains("which is not there", Fault(image[second..]));
        Assert.Contains("this assembly is in the image twice", Fault([.. image, .. image]));
        Assert.Equal("flash: bad.bin: there is no program in it (an assembly with a Main)\n", Fault(image[..second]));
        Assert.Equal("flash: bad.bin: there is no program in it (an assembly with a Main)\n", Fault([]));
        for (int at = 0; at < image.Length; at += 37)
        {
            byte[] bytes = [.. image];
            bytes[at] ^= 0x10;
            Assert.StartsWith("flash: bad.bin:", Fault(bytes));
        }
    }

    [Fact]
    public void An_unprovisioned_image_has_no_identity_to_read()
    {
        DeploymentImage image = DeploymentImage.Compose(FirmwareFiles.Read(_folder.File("firmware")), "firmware");
        File.WriteAllBytes(_folder.File("bare.bin"), image.ToArray());
        Assert.EndsWith(
            "flash: bare.bin: private key: it is all zero: the record was never provisioned\n",
            _folder.Run("read-identity", "@bare.bin").Error);
    }
}
