using System;
using System.IO;
using System.Linq;
using System.Threading;
using Spore.SignedNetwork;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>A witness of ours keeps the networks that members bring by curl.</summary>
public sealed class StorageTests : IDisposable
{
    private const string Lost = "this witness will not know its network after a restart";

    private readonly Pair _pair = new("curl", "mount", "setpriv")
    {
        Describe = m => m with { Roles = EntryRoles.Witness },
    };

    private readonly string _path;

    public StorageTests()
    {
        _pair.Stock.AddPeer(_pair.Self, Wire.Endpoint(1));
        _path = _pair.Lab.File("kept.spore", _pair.Sign(1, _pair.Stock.Self));
    }

    private Curl Curl => new(_pair.Lab, _pair.Stock, _pair.Self);

    public void Dispose()
    {
        _pair.Dispose();
    }

    [Fact]
    public void After_kill_9_a_witness_starts_with_the_newest_network()
    {
        SporeNode spore = _pair.StartWith(true, null, "--network", _path);
        byte[] second = _pair.Sign(2, _pair.Stock.Self with { Prefixes = ["10.55.0.0/16"] });
        Assert.Equal(0, Curl.Write("network", second).ExitCode);
        spore.WaitFor(0, "network stored", $"{_path}, version 2");
        spore.Program.Kill();
        Assert.Equal(second, File.ReadAllBytes(_path));

        spore = _pair.StartWith(true, null, "--network", _path);
        spore.Program.WaitFor("network", "version 2, 2 members");
        Assert.Contains("10.55.0.0/16", _pair.Ours.Ip("route"), StringComparison.Ordinal);

        // HUP reads the file, and what comes from the file is not written.
        byte[] third = _pair.Sign(3, _pair.Stock.Self);
        File.WriteAllBytes(_path, third);
        spore.Program.AskToReload();
        spore.WaitFor(0, "reloaded", "version 3");
        Assert.Equal(0, spore.Program.Stop());
        Assert.DoesNotContain(spore.Timeline, l => l.Verb is "network stored" or "no storage");
        Assert.Equal(third, File.ReadAllBytes(_path));
    }

    [Fact]
    public void Whenever_a_witness_is_killed_its_file_is_whole()
    {
        byte[] held = File.ReadAllBytes(_path);
        for (ulong version = 2; version <= 6; version++)
        {
            SporeNode spore = _pair.StartWith(false, null, "--network", _path);
            byte[] next = _pair.Sign(version, _pair.Stock.Self);

            // The session with the killed node would be used for 15 s more.
            _pair.Stock.RemovePeer(_pair.Self);
            _pair.Stock.AddPeer(_pair.Self, Wire.Endpoint(1));
            Assert.Equal(0, Curl.Write("network", next).ExitCode);
            Thread.Sleep(TimeSpan.FromMilliseconds(2 * (version - 2)));
            spore.Program.Kill();
            byte[] found = File.ReadAllBytes(_path);
            Assert.True(found.SequenceEqual(held) || found.SequenceEqual(next), $"version {version}");
            held = found;
        }
    }

    [Fact]
    public void A_full_disk_leaves_the_old_file_until_there_is_space()
    {
        Tmpfs disk = _pair.Lab.Keep(new Tmpfs(Path.Combine(_pair.Lab.Folder, "disk"), 64 << 10));
        string path = Path.Combine(disk.Path, "network.spore");
        byte[] first = File.ReadAllBytes(_path);
        File.WriteAllBytes(path, first);
        SporeNode spore = _pair.StartWith(false, null, "--network", path);
        string filler = Path.Combine(disk.Path, "filler");
        Command.Run(["sh", "-c", $"head -c 128K /dev/zero > {filler}"]);
        Assert.Equal(0, Curl.Write("network", _pair.Sign(2, _pair.Stock.Self)).ExitCode);
        spore.WaitFor(0, "no storage", $"{path}: No space left on device; {Lost}");
        Assert.Equal(first, File.ReadAllBytes(path));
        Assert.Equal(["filler", "network.spore"], Names(disk.Path));

        byte[] third = _pair.Sign(3, _pair.Stock.Self);
        File.Delete(filler);
        Assert.Equal(0, Curl.Write("network", third).ExitCode);
        spore.WaitFor(0, "network stored", $"{path}, version 3");
        Assert.Equal(third, File.ReadAllBytes(path));
        Assert.Single(spore.Timeline, l => l.Verb == "no storage");
    }

    [Fact]
    public void A_read_only_folder_is_reported_at_the_start()
    {
        Tmpfs disk = _pair.Lab.Keep(new Tmpfs(Path.Combine(_pair.Lab.Folder, "disk"), 64 << 10));
        string path = Path.Combine(disk.Path, "network.spore");
        byte[] first = File.ReadAllBytes(_path);
        File.WriteAllBytes(path, first);
        Command.Run(["mount", "-o", "remount,ro", disk.Path]).Demand();
        SporeNode spore = _pair.StartWith(false, null, "--network", path);
        spore.WaitFor(0, "no storage", $"{path}: Read-only file system; {Lost}");
        Assert.Equal(0, Curl.Write("network", _pair.Sign(2, _pair.Stock.Self)).ExitCode);
        spore.WaitFor(0, "network applied", "version 2");
        Assert.Equal(0, spore.Program.Stop());
        Assert.Single(spore.Timeline, l => l.Verb == "no storage");
        Assert.Equal(first, File.ReadAllBytes(path));
    }

    /// <summary>Root without the right to write what is another user's, so that permissions count for it.</summary>
    [Fact]
    public void A_missing_permission_leaves_the_old_file()
    {
        const string User = "1234";
        string folder = Directory.CreateDirectory(Path.Combine(_pair.Lab.Folder, "theirs")).FullName;
        string path = Path.Combine(folder, "network.spore");
        byte[] first = File.ReadAllBytes(_path);
        File.WriteAllBytes(path, first);
        Command.Run(["chown", "-R", User, folder]).Demand();
        Command.Run(["chmod", "755", folder]).Demand();
        string[] line = [.. _pair.CommandLine().Select(a => a.EndsWith(".spore", StringComparison.Ordinal) ? path : a)];
        RunningProgram node = _pair.Lab.Keep(
            _pair.Ours.Start(["setpriv", "--bounding-set=-dac_override,-dac_read_search", .. line]));
        node.WaitFor("no storage", $"{path}: permission denied; {Lost}");
        Assert.Equal(0, Curl.Write("network", _pair.Sign(2, _pair.Stock.Self)).ExitCode);
        node.WaitFor("network applied", "version 2");
        Assert.Equal(0, node.Stop());
        Assert.Equal(first, File.ReadAllBytes(path));
        Assert.Equal(["network.spore"], Names(folder));
    }

    // With the hidden ones.
    private static string[] Names(string folder)
    {
        return [.. Directory.GetFileSystemEntries(folder).Select(p => Path.GetFileName(p)).Order()];
    }
}
