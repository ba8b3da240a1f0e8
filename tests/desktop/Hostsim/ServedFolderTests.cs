using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using System.Text;
using System.Threading;
using Spore.Hostsim.Live.Output;
using Spore.Hostsim.Live.Serving;
using Spore.Mesh;
using Spore.Tftp;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>A folder that is served, without a node: with real files, links and FIFOs.</summary>
[SupportedOSPlatform("linux")]
public sealed class ServedFolderTests : IServingHost, IDisposable
{
    private const int Limit = 1000;
    private const int Patience = 60_000;

    private readonly string _parent = Directory.CreateTempSubdirectory().FullName;
    private readonly string _root;
    private readonly StringWriter _output = new();
    private readonly LiveTimeline _timeline;
    private readonly List<ServedFolder> _folders = [];
    private readonly AutoResetEvent _resumed = new(false);
    private int? _aborted;
    private int? _verdict;
    private int _count;

    public ServedFolderTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "--serve works on Linux only");
        _root = Directory.CreateDirectory(Path.Combine(_parent, "served")).FullName;
        _timeline = new LiveTimeline(_output, null);
        File.WriteAllText(Path.Combine(_parent, "secret"), "secret");
        Directory.CreateDirectory(At("sub"));
        File.WriteAllText(At("file"), "0123456789");
        File.WriteAllText(At("sub/ünder one"), "below");
        File.WriteAllText(At("empty"), "");
    }

    public void Dispose()
    {
        _folders.ForEach(f => f.Dispose());
        _resumed.Dispose();
        Directory.Delete(_parent, true);
    }

    string IServingHost.NameOf(TftpTransfer transfer) => "peer";

    LineSubject IServingHost.About(TftpTransfer transfer) => default;

    void IServingHost.Abort(TftpTransfer transfer, int result) => _aborted = result;

    void IServingHost.Resume(TftpTransfer transfer, int result)
    {
        _verdict = result;
        _resumed.Set();
    }

    void IServingHost.Invoke(Action action)
    {
        lock (_folders)
        {
            action();
        }
    }

    [Theory]
    [InlineData("files/file", "0123456789")]
    [InlineData("files/sub/ünder one", "below")]
    [InlineData("files/empty", "")]
    public void A_file_is_read_in_blocks_at_any_position(string name, string content)
    {
        ServedFolder folder = Serve();
        TftpTransfer transfer = NewTransfer();
        Assert.Equal(TftpResult.Ok, Read(folder, transfer, name));
        Assert.Equal((Node.FirstFile, content.Length), (transfer.File, transfer.Size));
        Assert.Equal(content, ReadAll(folder, transfer, 3));
        Assert.Equal(content, ReadAll(folder, transfer, 100));
        Close(folder, transfer, TftpResult.Ok);
        Assert.Null(_aborted);
        Assert.Equal([$"file read        {name} by peer, {content.Length} B"], Told());
    }

    [Theory]
    [InlineData("file", TftpError.FileNotFound)]
    [InlineData("Files/file", TftpError.FileNotFound)]
    [InlineData("files", TftpError.FileNotFound)]
    [InlineData("files/none", TftpError.FileNotFound)]
    [InlineData("files/none/file", TftpError.FileNotFound)]
    [InlineData("files/", TftpError.AccessViolation)]
    [InlineData("files//file", TftpError.AccessViolation)]
    [InlineData("files//etc/passwd", TftpError.AccessViolation)]
    [InlineData("files/file/", TftpError.AccessViolation)]
    [InlineData("files/file/file", TftpError.AccessViolation)]
    [InlineData("files/sub", TftpError.AccessViolation)]
    [InlineData("files/./file", TftpError.AccessViolation)]
    [InlineData("files/..", TftpError.AccessViolation)]
    [InlineData("files/../secret", TftpError.AccessViolation)]
    [InlineData("files/sub/../../secret", TftpError.AccessViolation)]
    [InlineData("files/fi\nle", TftpError.AccessViolation)]
    [InlineData("files/fi\u0085le", TftpError.AccessViolation)]
    [InlineData("files/.spore-0123456789abcdef.part", TftpError.AccessViolation)]
    public void No_other_name_is_read_or_written(string name, int error)
    {
        ServedFolder folder = Serve(isWritable: true);
        Assert.Equal(error, Read(folder, NewTransfer(), name));
        if (name != "files/none")
        {
            int expected = name.StartsWith("files/", StringComparison.Ordinal) ? error : TftpError.AccessViolation;
            Assert.Equal(expected, Write(folder, NewTransfer(), name));
        }

        Assert.Equal(0, folder.Transfers);
    }

    [Fact]
    public void A_name_that_is_not_utf8_is_refused()
    {
        byte[] name = [.. "files/"u8, 0xC3, 0x28];
        Assert.Equal(TftpError.AccessViolation, Serve().OpenRead(NewTransfer(), name, 0, name.Length));
    }

    [Theory]
    [InlineData("link", "../secret")]
    [InlineData("link", "file")]
    [InlineData("link", "/etc/passwd")]
    [InlineData("link/secret", "..")]
    [InlineData("link/ünder one", "sub")]
    public void No_symbolic_link_is_followed(string name, string target)
    {
        File.CreateSymbolicLink(At("link"), target);
        ServedFolder folder = Serve(isWritable: true);
        Assert.Equal(TftpError.AccessViolation, Read(folder, NewTransfer(), $"files/{name}"));
        Assert.Equal(TftpError.AccessViolation, Write(folder, NewTransfer(), $"files/{name}"));
        Assert.Equal("secret", File.ReadAllText(Path.Combine(_parent, "secret")));
    }

    [Fact]
    public void A_link_that_is_swapped_in_and_out_never_leads_out()
    {
        File.WriteAllText(At("sub/secret"), "public");
        using ServedFolder folder = Serve();
        using CancellationTokenSource stop = new();
        Thread swapper = new(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                Directory.Move(At("sub"), At("aside"));
                File.CreateSymbolicLink(At("sub"), "..");
                File.Delete(At("sub"));
                Directory.Move(At("aside"), At("sub"));
            }
        });
        swapper.Start();
        int found = 0;
        for (int i = 0; i < 20_000 || (found == 0 && i < 1_000_000); i++)
        {
            TftpTransfer transfer = NewTransfer();
            if (Read(folder, transfer, "files/sub/secret") == TftpResult.Ok)
            {
                found++;
                Assert.Equal("public", ReadAll(folder, transfer, 100));
                Close(folder, transfer, TftpResult.Ok);
            }
        }

        stop.Cancel();
        swapper.Join();
        Assert.NotEqual(0, found);
    }

    [Fact]
    public void A_fifo_and_a_device_are_refused_at_once()
    {
        using (Process mkfifo = Process.Start("mkfifo", [At("fifo")]))
        {
            mkfifo.WaitForExit();
        }

        ServedFolder folder = Serve(isWritable: true);
        Assert.Equal(TftpError.AccessViolation, Read(folder, NewTransfer(), "files/fifo"));
        Assert.Equal(TftpError.AccessViolation, Write(folder, NewTransfer(), "files/fifo"));
        ServedFolder devices = new("/dev", false, Limit, this, NewLog());
        _folders.Add(devices);
        Assert.Equal(TftpError.AccessViolation, Read(devices, NewTransfer(), "files/null"));
    }

    [Fact]
    public void A_file_of_2_GiB_is_too_large_and_one_byte_less_is_not()
    {
        using (FileStream large = File.Create(At("large")))
        {
            large.SetLength(1L << 31);
            ServedFolder folder = Serve();
            Assert.Equal(TftpError.DiskFull, Read(folder, NewTransfer(), "files/large"));
            large.SetLength(int.MaxValue);
            TftpTransfer transfer = NewTransfer();
            Assert.Equal(TftpResult.Ok, Read(folder, transfer, "files/large"));
            byte[] block = [1, 1, 1];
            folder.Read(transfer, int.MaxValue - 2, block, 1, 2);
            Assert.Equal([1, 0, 0], block);
            Close(folder, transfer, TftpResult.Ok);
        }
    }

    [Theory]
    [InlineData(100_000 + 1)]
    [InlineData(100_000 - 1)]
    [InlineData(0)]
    public void A_file_that_changes_meanwhile_aborts_its_transfer(int size)
    {
        byte[] content = new byte[100_000];
        new Random(1).NextBytes(content);
        File.WriteAllBytes(At("file"), content);
        ServedFolder folder = Serve();
        TftpTransfer transfer = NewTransfer();
        Assert.Equal(TftpResult.Ok, Read(folder, transfer, "files/file"));
        byte[] block = new byte[1368];
        folder.Read(transfer, 0, block, 0, block.Length);
        File.WriteAllBytes(At("file"), new byte[size]);

        // This part was read with the first block.
        folder.Read(transfer, block.Length, block, 0, block.Length);
        Assert.Equal(content[block.Length..(2 * block.Length)], block);
        Assert.Null(_aborted);
        folder.Read(transfer, 48 * block.Length, block, 0, block.Length);
        Assert.Equal(TftpError.NotDefined, _aborted);
        Assert.NotNull(transfer.ErrorText);
        Close(folder, transfer, TftpError.NotDefined);
    }

    [Fact]
    public void A_block_comes_from_its_position_whatever_was_read_before()
    {
        byte[] content = new byte[200_000];
        new Random(1).NextBytes(content);
        File.WriteAllBytes(At("file"), content);
        ServedFolder folder = Serve();
        TftpTransfer transfer = NewTransfer();
        Assert.Equal(TftpResult.Ok, Read(folder, transfer, "files/file"));
        (int Position, int Count)[] blocks =
        [
            (0, 1000), (65_000, 536), (65_000, 537), (65_536, 1000), (64_000, 1000), (0, 1000), (199_999, 1),
            (130_000, 65_464), (130_000, 70_000), (134_464, 65_536), (134_463, 65_536),
        ];
        Assert.All(blocks, b =>
        {
            byte[] block = new byte[b.Count];
            folder.Read(transfer, b.Position, block, 0, b.Count);
            Assert.Equal(content[b.Position..(b.Position + b.Count)], block);
        });
        Close(folder, transfer, TftpResult.Ok);
    }

    [Fact]
    public void Who_reads_keeps_the_file_that_another_one_replaces()
    {
        ServedFolder folder = Serve(isWritable: true);
        TftpTransfer transfer = NewTransfer();
        Assert.Equal(TftpResult.Ok, Read(folder, transfer, "files/file"));
        Put(folder, "files/file", "new");
        Assert.Equal("0123456789", ReadAll(folder, transfer, 3));
        Close(folder, transfer, TftpResult.Ok);
        Assert.Equal("new", File.ReadAllText(At("file")));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("a\nb\rc\r\n", "a\r\nb\r\0c\r\0\r\n")]
    public void Netascii_ends_lines_with_cr_lf(string content, string encoded)
    {
        File.WriteAllText(At("text"), content);
        ServedFolder folder = Serve();
        for (int size = 1; size <= encoded.Length + 1; size++)
        {
            TftpTransfer transfer = NewTransfer(TftpMode.Netascii);
            Assert.Equal(TftpResult.Ok, Read(folder, transfer, "files/text"));
            Assert.Equal(encoded.Length, transfer.Size);
            Assert.Equal(encoded, ReadAll(folder, transfer, size));
            Close(folder, transfer, TftpResult.Ok);
        }
    }

    [Fact]
    public void A_text_that_is_too_large_for_netascii_is_refused()
    {
        File.WriteAllBytes(At("text"), new byte[NetasciiIndex.LargestFile + 1]);
        ServedFolder folder = Serve();
        Assert.Equal(TftpError.DiskFull, Read(folder, NewTransfer(TftpMode.Netascii), "files/text"));
        Assert.Equal(TftpResult.Ok, Read(folder, NewTransfer(), "files/text"));
    }

    [Fact]
    public void Without_writable_nothing_is_written()
    {
        ServedFolder folder = Serve();
        TftpTransfer transfer = NewTransfer();
        Assert.Equal(TftpError.AccessViolation, Write(folder, transfer, "files/new"));
        Assert.Equal("Files are read-only here", transfer.ErrorText);
        Assert.False(File.Exists(At("new")));
    }

    [Theory]
    [InlineData("new")]
    [InlineData("file")]
    [InlineData("sub/new")]
    public void A_file_is_there_when_it_is_whole_and_not_before(string name)
    {
        string? before = File.Exists(At(name)) ? File.ReadAllText(At(name)) : null;
        ServedFolder folder = Serve(isWritable: true);
        TftpTransfer transfer = NewTransfer();
        Assert.Equal(TftpResult.Ok, Write(folder, transfer, $"files/{name}"));
        Assert.Equal(TftpResult.Ok, folder.Write(transfer, 0, "[hello]"u8.ToArray(), 1, 5, false));
        Assert.Equal(before, File.Exists(At(name)) ? File.ReadAllText(At(name)) : null);
        Assert.Single(Temporary());
        Assert.Equal(TftpResult.Wait, folder.Write(transfer, 5, " you"u8.ToArray(), 0, 4, true));
        AwaitVerdict(TftpResult.Ok);
        Assert.Equal("hello you", File.ReadAllText(At(name)));
        Close(folder, transfer, TftpResult.Ok, 9);
        Assert.Empty(Temporary());
        Assert.Equal([$"file written     files/{name} by peer, 9 B"], Told());
    }

    [Fact]
    public void A_file_keeps_its_permissions()
    {
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(At("file"), Mode);
        Put(Serve(isWritable: true), "files/file", "new");
        Assert.Equal(Mode, File.GetUnixFileMode(At("file")));
    }

    [Fact]
    public void A_write_that_ends_early_leaves_nothing()
    {
        ServedFolder folder = Serve(isWritable: true);
        TftpTransfer transfer = NewTransfer();
        Assert.Equal(TftpResult.Ok, Write(folder, transfer, "files/file"));
        Assert.Equal(TftpResult.Ok, folder.Write(transfer, 0, new byte[5], 0, 5, false));
        Close(folder, transfer, TftpResult.Timeout);
        Assert.Equal("0123456789", File.ReadAllText(At("file")));
        Assert.Empty(Temporary());
        Assert.Equal(["not written      files/file by peer: no answer"], Told());
    }

    [Fact]
    public void A_write_that_is_under_way_leaves_nothing_when_the_node_ends()
    {
        ServedFolder folder = Serve(isWritable: true);
        TftpTransfer transfer = NewTransfer();
        Assert.Equal(TftpResult.Ok, Write(folder, transfer, "files/new"));
        Assert.Equal(TftpResult.Ok, folder.Write(transfer, 0, new byte[5], 0, 5, false));
        folder.Dispose();
        Assert.Empty(Temporary());
        Assert.Equal(TftpError.NotDefined, folder.Write(transfer, 5, new byte[5], 0, 5, true));
        Close(folder, transfer, TftpError.NotDefined);
        Assert.False(File.Exists(At("new")));
    }

    [Fact]
    public void A_file_is_at_most_of_the_limit()
    {
        ServedFolder folder = Serve(isWritable: true);
        TftpTransfer announced = NewTransfer();
        announced.Size = Limit + 1;
        Assert.Equal(TftpError.DiskFull, Write(folder, announced, "files/new"));

        TftpTransfer transfer = NewTransfer();
        transfer.Size = Limit;
        Assert.Equal(TftpResult.Ok, Write(folder, transfer, "files/new"));
        Assert.Equal(TftpResult.Ok, folder.Write(transfer, 0, new byte[600], 0, 600, false));
        Assert.Equal(TftpResult.Ok, folder.Write(transfer, 600, new byte[400], 0, 400, false));
        Assert.Equal(TftpError.DiskFull, folder.Write(transfer, Limit, new byte[1], 0, 1, true));
        Close(folder, transfer, TftpError.DiskFull);
        Assert.Empty(Temporary());
        Assert.False(File.Exists(At("new")));
    }

    [Fact]
    public void What_a_killed_node_left_is_not_served_and_is_removed_but_not_what_is_under_way()
    {
        string[] left = [At(".spore-0123456789abcdef.part"), At("sub/.spore-fedcba9876543210.part")];
        Array.ForEach(left, p => File.WriteAllText(p, "half"));
        File.WriteAllText(At(".spore-note"), "mine");
        string outside = Path.Combine(_parent, ".spore-0000000000000000.part");
        File.WriteAllText(outside, "mine");
        Directory.CreateSymbolicLink(At("out"), "..");

        ServedFolder other = Serve(isWritable: true);
        TftpTransfer transfer = NewTransfer();
        Assert.Equal(TftpResult.Ok, Write(other, transfer, "files/new"));
        ServedFolder folder = Serve(isWritable: true);
        folder.RemoveLeftovers();
        Directory.Delete(At("out"));
        Assert.Single(Temporary());
        Assert.All(left, p => Assert.False(File.Exists(p)));
        Assert.Equal("mine", File.ReadAllText(At(".spore-note")));
        Assert.Equal("mine", File.ReadAllText(outside));
        Assert.Equal(TftpResult.Wait, other.Write(transfer, 0, "x"u8.ToArray(), 0, 1, true));
        AwaitVerdict(TftpResult.Ok);
        Close(other, transfer, TftpResult.Ok, 1);
        Assert.Equal("x", File.ReadAllText(At("new")));
    }

    [Fact]
    public void Handles_are_closed_with_their_transfers()
    {
        ServedFolder folder = Serve(isWritable: true);
        int before = Directory.GetFiles("/proc/self/fd").Count(IsHere);
        for (int i = 0; i < 50; i++)
        {
            TftpTransfer read = NewTransfer();
            Assert.Equal(TftpResult.Ok, Read(folder, read, "files/file"));
            Assert.Equal(before + 1, Directory.GetFiles("/proc/self/fd").Count(IsHere));
            Close(folder, read, TftpResult.Aborted);
            Read(folder, NewTransfer(), "files/sub");
            Read(folder, NewTransfer(), "files/sub/none");
            Put(folder, "files/new", "new");
        }

        Assert.Equal(before, Directory.GetFiles("/proc/self/fd").Count(IsHere));
    }

    [Fact]
    public void A_secret_of_the_node_must_not_be_in_the_folder()
    {
        Directory.CreateSymbolicLink(Path.Combine(_parent, "link"), "served");
        ServedFolder folder = new(Path.Combine(_parent, "link"), false, Limit, this, NewLog());
        _folders.Add(folder);
        folder.DemandOutside(Path.Combine(_parent, "secret"));
        folder.DemandOutside(Path.Combine(_parent, "none"));
        foreach (string path in new[] { At("file"), At("sub/ünder one"), Path.Combine(_parent, "link", "file") })
        {
            HostsimException fault = Assert.Throws<HostsimException>(() => folder.DemandOutside(path));
            Assert.Equal(
                $"--serve: {path} is in this folder, where members could read its secret; move it", fault.Message);
        }
    }

    private ServedFolder Serve(bool isWritable = false)
    {
        ServedFolder folder = new(_root, isWritable, Limit, this, NewLog());
        _folders.Add(folder);
        return folder;
    }

    private LimitedLog NewLog() => new(_timeline, () => 0);

    private string At(string name) => Path.Combine(_root, name);

    // Whether a descriptor of this process is of this test's folder.
    private bool IsHere(string link) =>
        new FileInfo(link).LinkTarget?.StartsWith(_root, StringComparison.Ordinal) == true;

    private TftpTransfer NewTransfer(TftpMode mode = TftpMode.Octet) =>
        new(_count++) { Mode = mode, Size = -1 };

    private static int Read(ServedFolder folder, TftpTransfer transfer, string name)
    {
        transfer.IsSender = true;
        byte[] bytes = [0, .. Encoding.UTF8.GetBytes(name), 0];
        return folder.OpenRead(transfer, bytes, 1, bytes.Length - 2);
    }

    private static int Write(ServedFolder folder, TftpTransfer transfer, string name)
    {
        byte[] bytes = [0, .. Encoding.UTF8.GetBytes(name), 0];
        return folder.OpenWrite(transfer, bytes, 1, bytes.Length - 2);
    }

    private static string ReadAll(ServedFolder folder, TftpTransfer transfer, int blockSize)
    {
        byte[] content = new byte[transfer.Size];
        for (int at = 0; at < content.Length; at += blockSize)
        {
            folder.Read(transfer, at, content, at, Math.Min(blockSize, content.Length - at));
        }

        return Encoding.UTF8.GetString(content);
    }

    private void Put(ServedFolder folder, string name, string content)
    {
        TftpTransfer transfer = NewTransfer();
        Assert.Equal(TftpResult.Ok, Write(folder, transfer, name));
        byte[] bytes = Encoding.UTF8.GetBytes(content);
        Assert.Equal(TftpResult.Wait, folder.Write(transfer, 0, bytes, 0, bytes.Length, true));
        AwaitVerdict(TftpResult.Ok);
        Close(folder, transfer, TftpResult.Ok, bytes.Length);
    }

    private void Close(ServedFolder folder, TftpTransfer transfer, int result, int position = 0)
    {
        transfer.Position = position;
        lock (_folders)
        {
            folder.Closed(transfer, result);
        }
    }

    private void AwaitVerdict(int expected)
    {
        Assert.True(_resumed.WaitOne(Patience));
        Assert.Equal(expected, _verdict);
    }

    private string[] Temporary() => Directory.GetFiles(_root, ".spore-*.part", SearchOption.AllDirectories);

    private string[] Told()
    {
        _timeline.Flush(Patience);
        return [.. _output.ToString().TrimEnd().Split('\n').Select(l => l[31..])];
    }
}
