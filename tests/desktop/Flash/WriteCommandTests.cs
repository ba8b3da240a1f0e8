using System;
using System.IO;
using Spore.SignedNetwork;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Flash;

/// <summary>
/// Images are written by the tools' stand-ins, which are programs of the tools' names; all else is as with
/// the tools themselves.
/// </summary>
public sealed class WriteCommandTests : IDisposable
{
    private const int ClassicOffset = 0x1E0000;

    private readonly FlashFolder _folder = new();
    private readonly NodeIdentity _identity;

    public WriteCommandTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the stand-ins are shell scripts");
        using TrustRootKey root = Keys.Root();
        _identity = NodeIdentity.FromPrivateKey(Keys.Fill(5), root.PublicKey, 0);
        _identity.Save(_folder.File("node.id"), false);
        PeFirmware.WriteFolder(_folder.File("firmware"), PeFirmware.Files());
        Assert.Equal(
            0,
            _folder.Run(
                "image", "--board", "ESP32_REV3", "--firmware", "@firmware", "--identity", "@node.id", "-o",
                "@deploy.bin").Code);
        foreach (string tool in new[] { "nanoff", "esptool" })
        {
            File.Copy(Path.Combine(Repository.Root, "tests", "desktop", "Flash", "Doubles", tool), _folder.File(tool));
        }

        _folder.Write("port", "");
        Describe("");
    }

    public void Dispose() => _folder.Dispose();

    private void Describe(string board) => _folder.Write("board", $"port={_folder.File("port")}\n{board}\n");

    private FlashResult Write(string tool, params string[] more) =>
        _folder.Run(
            ["write", "--port", "@port", "--board", "ESP32_REV3", "--tool", $"@{tool}", "@deploy.bin", .. more]);

    private void AssertFails(string expected, string tool, params string[] more)
    {
        FlashResult result = Write(tool, more);
        Assert.Equal((1, $"flash: {expected}\n"), (result.Code, result.Error));
    }

    private string Log() => File.ReadAllText(_folder.File("log")).Replace(_folder.Path + "/", "");

    private byte[] Written(int offset) => _folder.Read("flash.bin").AsSpan(offset).ToArray();

    [Fact]
    public void Nanoff_is_asked_for_the_chip_and_then_told_to_write_to_its_address()
    {
        FlashResult result = Write("nanoff");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Equal(
            "nanoff --platform esp32 --serialport port --devicedetails --suppressnanoffversioncheck\n"
            + "nanoff --platform esp32 --target ESP32_REV3 --serialport port --deploy --image deploy.bin --address "
            + "0x1E0000 --suppressnanoffversioncheck\n",
            Log());
        Assert.Equal(_folder.Read("deploy.bin"), Written(ClassicOffset));
        Assert.Contains("Writing at 0x001E0000", result.Output);
        Assert.EndsWith(
            $"\nnode {KeyText.Format(_identity.PublicKey)} is in port, {_folder.Read("deploy.bin").Length} bytes at "
            + "0x1E0000\n",
            result.Output);
    }

    [Fact]
    public void Esptool_writes_to_the_address_and_verifies()
    {
        FlashResult result = Write("esptool", "--baud", "460800");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Equal(
            "esptool --chip esp32 --port port --baud 460800 write-flash 0x1E0000 deploy.bin\n"
            + "esptool --chip esp32 --port port --baud 460800 verify-flash 0x1E0000 deploy.bin\n",
            Log());
        Assert.Equal(_folder.Read("deploy.bin"), Written(ClassicOffset));
        Assert.Contains("Verification successful", result.Output);
    }

    [Theory]
    [InlineData("ESP32_S3_OCTAL", "ESP32-S3", "esp32s3", 0x1B0000)]
    [InlineData("ESP32_C61", "ESP32-C61", "esp32c61", 0x250000)]
    public void Other_chips_have_their_own_address(string board, string chip, string name, int offset)
    {
        foreach (string tool in new[] { "nanoff", "esptool" })
        {
            Describe($"chip={chip} revision=0.2");
            File.Delete(_folder.File("flash.bin"));
            FlashResult result = _folder.Run(
                "write", "--port", "@port", "--board", board, "--tool", $"@{tool}", "@deploy.bin");
            Assert.Equal((0, ""), (result.Code, result.Error));
            Assert.Equal(_folder.Read("deploy.bin"), Written(offset));
        }

        Assert.Contains($"--target {board} ", Log());
        Assert.Contains($"--chip {name} ", Log());
    }

    [Theory]
    [InlineData("nanoff")]
    [InlineData("esptool")]
    public void A_dry_run_prints_what_would_be_run_and_runs_nothing(string tool)
    {
        FlashResult dry = Write(tool, "--dry-run");
        Assert.Equal((0, ""), (dry.Code, dry.Error));
        Assert.False(File.Exists(_folder.File("log")));
        Assert.Equal(0, Write(tool).Code);
        Assert.Equal(Log(), dry.Output);
    }

    [Fact]
    public void A_dry_run_needs_no_tool_and_no_port()
    {
        FlashResult dry = _folder.Run(
            "write", "--port", "/dev/no such port", "--board", "ESP32_C3", "@deploy.bin", "--dry-run", "--tool",
            "nanoff");
        Assert.Equal((0, ""), (dry.Code, dry.Error));
        Assert.Equal(
            "nanoff --platform esp32 --serialport '/dev/no such port' --devicedetails --suppressnanoffversioncheck\n"
            + "nanoff --platform esp32 --target ESP32_C3 --serialport '/dev/no such port' --deploy --image deploy.bin "
            + "--address 0x1B0000 --suppressnanoffversioncheck\n",
            dry.Output);
    }

    [Fact]
    public void A_missing_tool_or_port_is_told()
    {
        File.Delete(_folder.File("nanoff"));
        AssertFails("nanoff: is not installed here", "nanoff");
        FlashResult other = _folder.Run(
            "write", "--port", "@port", "--board", "ESP32_REV3", "--tool", "avrdude", "@deploy.bin");
        Assert.Equal(2, other.Code);
        Assert.Equal("flash: --tool: 'avrdude' is neither nanoff nor esptool (see flash write --help)\n", other.Error);
        File.Delete(_folder.File("port"));
        FlashResult missing = Write("esptool");
        Assert.Equal(1, missing.Code);
        Assert.StartsWith("flash: port: there is no such port; ", missing.Error);
        Assert.False(File.Exists(_folder.File("log")));
    }

    [Theory]
    [InlineData(
        "nanoff", "chip=ESP32-S3", "port: the chip there is ESP32-S3, and ESP32_REV3 has ESP32; nothing was written")]
    [InlineData(
        "nanoff",
        "revision=1.0",
        "port: the chip there is of revision 1.0, and ESP32_REV3 is for 3.0 and later; nothing was written")]
    [InlineData(
        "nanoff",
        "flash=2",
        "port: there are 2MB of flash there, and the image was made for 4MB (--flash); nothing was written")]
    [InlineData(
        "esptool", "chip=ESP32-S3", "port: the chip there is ESP32-S3, and ESP32_REV3 has ESP32; nothing was written")]
    [InlineData(
        "esptool",
        "flash=1",
        "port: there is less flash there than 4MB (--flash): A fatal error occurred: File 'deploy.bin' (length SIZE) "
        + "at offset 0x001e0000 will not fit in 1048576 bytes of flash. Change the flash_size argument or flashing "
        + "address.")]
    public void A_wrong_chip_is_told_and_not_written_to(string tool, string board, string expected)
    {
        Describe(board);
        AssertFails(expected.Replace("SIZE", $"{_folder.Read("deploy.bin").Length}"), tool);
        Assert.False(File.Exists(_folder.File("flash.bin")));
    }

    [Theory]
    [InlineData(
        "nanoff",
        "busy",
        "nanoff says: Error E4000: Error executing ESP32 serial command. (Unable to open serial port port: Access to "
        + "the port 'port' is denied.)")]
    [InlineData(
        "nanoff",
        "shared",
        "nanoff says: Error E6002: Couldn't access serial device. Another (nanoFramework) application has exclusive "
        + "access to the device.")]
    [InlineData(
        "esptool",
        "busy",
        "esptool says: ([Errno 11] Could not exclusively lock port port: [Errno 11] Resource temporarily unavailable)")]
    public void A_busy_port_is_told(string tool, string state, string says)
    {
        Describe($"state={state}");
        AssertFails(
            "port: the port can't be opened: is the board there, is no serial monitor using it, and may you use it "
            + $"(group dialout)? {says}",
            tool);
    }

    [Theory]
    [InlineData(
        "nanoff",
        "silent",
        "port: the board does not answer: is it the right port and a cable with data lines? Some boards have to be "
        + "told, by holding BOOT (IO0) while they are reset")]
    [InlineData(
        "esptool",
        "silent",
        "port: the board does not answer: is it the right port and a cable with data lines? Some boards have to be "
        + "told, by holding BOOT (IO0) while they are reset")]
    [InlineData(
        "nanoff",
        "differs",
        "port: what is in the flash is not what was written: Error E4000: Error executing ESP32 serial command. (MD5 "
        + "of file does not match data in flash.)")]
    [InlineData(
        "esptool",
        "differs",
        "port: what is in the flash is not what was written: A fatal error occurred: Verification failed.")]
    [InlineData(
        "nanoff",
        "old",
        "nanoff: did not understand its command line, so it is of another version than this was written for: Option "
        + "'devicedetails' is unknown.")]
    [InlineData("esptool", "old", "esptool: does not know this command; version 5 or later is needed")]
    [InlineData(
        "esptool",
        "fails",
        "port: esptool failed (exit code 2): A fatal error occurred: Packet content transfer stopped")]
    public void What_goes_wrong_is_told(string tool, string state, string expected)
    {
        Describe($"state={state}");
        AssertFails(expected, tool);
    }

    [Fact]
    public void What_nanoff_did_not_compare_is_warned_of()
    {
        Describe("stub=no");
        FlashResult result = Write("nanoff");
        Assert.Equal(
            (0, "flash: port: verification: warning: nanoff has written the image without comparing it\n"),
            (result.Code, result.Error));
    }

    [Fact]
    public void An_image_that_is_none_or_too_large_is_not_written()
    {
        byte[] image = _folder.Read("deploy.bin");
        image[300] ^= 1;
        File.WriteAllBytes(_folder.File("deploy.bin"), image);
        Assert.Contains("the file is damaged", Write("nanoff").Error);

        File.WriteAllBytes(
            _folder.File("firmware/Spore.Crypto.pe"),
            new PeBuilder("Spore.Crypto").Refers("mscorlib", "1.17.11.0").EndsIn(new byte[70000]).Build());
        _folder.Run(
            "image", "--board", "ESP32_REV3", "--firmware", "@firmware", "--identity", "@node.id", "-o", "@deploy.bin",
            "--force");
        Assert.Contains(
            "bytes are too many for ESP32_REV3 with 2MB of flash, which has room for 65536",
            Write("nanoff", "--flash", "2MB").Error);
        Assert.False(File.Exists(_folder.File("log")));
    }

    [Fact]
    public void The_private_key_is_in_no_output_and_in_no_command_line()
    {
        byte[] key = _identity.Record.AsSpan(IdentityRecord.PrivateKeyOffset, KeyText.KeySize).ToArray();
        foreach (string tool in new[] { "nanoff", "esptool" })
        {
            FlashResult result = Write(tool);
            foreach (string text in new[] { result.Output, result.Error, Log() })
            {
                Assert.DoesNotContain(Convert.ToBase64String(key), text);
                Assert.DoesNotContain(Convert.ToHexString(key), text, StringComparison.OrdinalIgnoreCase);
            }
        }
    }
}
