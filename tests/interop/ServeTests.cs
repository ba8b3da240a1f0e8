using System;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>A folder that our node serves, and a stock peer with curl.</summary>
public sealed class ServeTests : IDisposable
{
    private readonly Pair _pair = new("curl", "mkfifo", "mount");
    private readonly string _folder;

    public ServeTests()
    {
        _folder = Directory.CreateDirectory(Path.Combine(_pair.Lab.Folder, "served")).FullName;
        _pair.Stock.AddPeer(_pair.Self, Wire.Endpoint(1));
    }

    private Curl Curl => new(_pair.Lab, _pair.Stock, _pair.Self, "--path-as-is");

    public void Dispose()
    {
        _pair.Dispose();
    }

    [Fact]
    public void Curl_gets_and_puts_files()
    {
        SporeNode spore = _pair.Start(false, null, "--serve", _folder, "--writable", "--serve-limit", "66kB");
        Directory.CreateDirectory(Path.Combine(_folder, "sub"));
        foreach (int size in new[] { 0, 1, 511, 512, 513, 65535, 65536 })
        {
            byte[] bytes = RandomNumberGenerator.GetBytes(size);
            Assert.Equal(0, Curl.Write("files/sub/put", bytes).ExitCode);
            Assert.Equal(bytes, File.ReadAllBytes(Path.Combine(_folder, "sub", "put")));
            Assert.Equal(0, Curl.Read("files/sub/put", out byte[] read).ExitCode);
            Assert.Equal(bytes, read);
        }

        Assert.Equal(Curl.DiskFull, Curl.Write("files/large", new byte[66_001]).ExitCode);
        File.WriteAllText(Path.Combine(_folder, "text"), "one\ntwo\r\n");
        Assert.Equal(0, Curl.Read("files/text;mode=netascii", out byte[] text).ExitCode);
        Assert.Equal("one\r\ntwo\r\0\r\n", Encoding.ASCII.GetString(text));
        Assert.Equal(["sub", "text"], Names());
        spore.WaitFor(0, "file written", "files/sub/put by member-2, 65.5 kB");
        spore.WaitFor(0, "file read", "files/sub/put by member-2, 65.5 kB");
        spore.WaitFor(0, "file refused", "files/large to member-2: File too large");
    }

    [Fact]
    public void Nothing_outside_the_folder_is_read_or_written()
    {
        string secret = _pair.Lab.File("secret", "secret"u8);
        File.CreateSymbolicLink(Path.Combine(_folder, "link"), secret);
        File.CreateSymbolicLink(Path.Combine(_folder, "up"), "..");
        Command.Run(["mkfifo", Path.Combine(_folder, "fifo")]).Demand();
        _pair.Start(false, null, "--serve", _folder, "--writable");
        foreach (string name in new[] { "link", "up/secret", "../secret", "fifo", "up/../secret", "%2e%2e/secret" })
        {
            Assert.Equal(Curl.Denied, Curl.Read($"files/{name}", out _).ExitCode);
            Assert.Equal(Curl.Denied, Curl.Write($"files/{name}", [1]).ExitCode);
        }

        Assert.Equal("secret", File.ReadAllText(secret));
        Assert.Equal(["fifo", "link", "up"], Names());
    }

    [Fact]
    public void A_folder_is_read_only_unless_the_operator_says_otherwise()
    {
        File.WriteAllText(Path.Combine(_folder, "file"), "old");
        SporeNode spore = _pair.Start(false, null, "--serve", _folder);
        Assert.Equal(Curl.Denied, Curl.Write("files/file", [1]).ExitCode);
        Assert.Equal(Curl.Denied, Curl.Write("files/new", [1]).ExitCode);
        Assert.Equal(0, Curl.Read("files/file", out byte[] read).ExitCode);
        Assert.Equal("old"u8, read);
        Assert.Equal(Curl.NotFound, Curl.Read("files/none", out _).ExitCode);
        spore.WaitFor(0, "file refused", "files/file to member-2: Files are read-only here");
    }

    [Fact]
    public void A_full_disk_is_an_error_and_leaves_no_half_file()
    {
        Tmpfs disk = _pair.Lab.Keep(new Tmpfs(_folder, 64 << 10));
        string left = Path.Combine(_folder, ".spore-0123456789abcdef.part");
        File.WriteAllBytes(left, new byte[40 << 10]);
        SporeNode spore = _pair.Start(false, null, "--serve", disk.Path, "--writable");
        spore.WaitFor(0, "files", "removed 1 temporary file of");
        Assert.Empty(Names());

        byte[] old = RandomNumberGenerator.GetBytes(16 << 10);
        Assert.Equal(0, Curl.Write("files/file", old).ExitCode);
        Assert.Equal(Curl.DiskFull, Curl.Write("files/file", new byte[128 << 10]).ExitCode);
        Assert.Equal(Curl.DiskFull, Curl.Write("files/other", new byte[49 << 10]).ExitCode);
        Assert.Equal(["file"], Names());
        Assert.Equal(old, File.ReadAllBytes(Path.Combine(_folder, "file")));
        Assert.Equal(0, Curl.Write("files/other", new byte[40 << 10]).ExitCode);
        spore.WaitFor(0, "not written", "files/file by member-2: no space left");
    }

    [Fact]
    public void A_node_that_is_told_to_end_leaves_no_half_file()
    {
        SporeNode spore = _pair.Start(false, null, "--serve", _folder, "--writable");
        _pair.Lab.Keep(Curl.StartWrite("files/file", new byte[50_000_000]));
        Wait.Until(() => Names().Any(n => n.StartsWith(".spore-", StringComparison.Ordinal)), "a temporary file");
        Assert.Equal(0, spore.Program.Stop());
        Assert.Empty(Names());
    }

    // With the hidden ones.
    private string[] Names()
    {
        return [.. Directory.GetFileSystemEntries(_folder).Select(p => Path.GetFileName(p)).Order()];
    }
}
