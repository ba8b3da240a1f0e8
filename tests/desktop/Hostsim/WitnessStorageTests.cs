using System;
using System.IO;
using System.Linq;
using System.Threading;
using Spore.Hostsim.Live.Configuration;
using Spore.Hostsim.Live.Output;
using Spore.SignedNetwork;
using Spore.Signing;
using Spore.Tests.Flash;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>The file in which a witness keeps its network.</summary>
public sealed class WitnessStorageTests : IDisposable
{
    private const int Patience = 60_000;
    private const int Largest = 64 << 10;

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly StringWriter _output = new();
    private readonly LiveTimeline _timeline;
    private readonly string _path;
    private WitnessStorage? _storage;

    public WitnessStorageTests()
    {
        _timeline = new LiveTimeline(_output, null);
        _path = Path.Combine(_folder, "network.spore");
        File.WriteAllBytes(_path, Network(1));
    }

    public void Dispose()
    {
        _storage?.Dispose();
        Directory.Delete(_folder, true);
    }

    [Fact]
    public void A_witness_writes_what_it_applies_and_the_file_keeps_its_mode()
    {
        UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_path, mode);
        }

        Start(_path);
        Apply(2);
        WaitFor($"network stored   {_path}, version 2");
        Assert.Equal(Network(2), File.ReadAllBytes(_path));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(mode, File.GetUnixFileMode(_path));
        }

        AssertNoLeftovers();
    }

    [Fact]
    public void A_network_that_came_from_the_file_is_not_written()
    {
        DateTime before = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(_path, before);
        Start(_path);
        Apply(1);
        _storage!.Dispose();
        Assert.Equal(before, File.GetLastWriteTimeUtc(_path));
        Assert.Empty(Told());
        AssertNoLeftovers();
    }

    [Fact]
    public void A_node_that_is_no_witness_writes_nothing_but_the_network_that_takes_the_role_away()
    {
        Start(_path);
        Apply(2, false);
        Apply(3);
        WaitFor($"network stored   {_path}, version 3");
        Apply(4, false);
        WaitFor($"network stored   {_path}, version 4");
        Apply(5, false);
        _storage!.Dispose();
        Assert.Equal(Network(4), File.ReadAllBytes(_path));
    }

    [Fact]
    public void The_latest_network_wins()
    {
        Start(_path);
        for (ulong version = 2; version <= 200; version++)
        {
            Apply(version);
        }

        _storage!.Dispose();
        Assert.Equal(Network(200), File.ReadAllBytes(_path));
        AssertNoLeftovers();
    }

    [Fact]
    public void A_newer_network_that_the_operator_has_put_there_stays()
    {
        File.WriteAllBytes(_path, Network(9));
        Start(_path);
        Apply(3);
        WaitFor($"network stored   {_path} stays: its version 9 is newer than version 3; HUP reads it");
        Assert.Equal(Network(9), File.ReadAllBytes(_path));
        Apply(10);
        WaitFor($"network stored   {_path}, version 10");
    }

    [Fact]
    public void What_is_no_network_of_the_root_and_what_is_gone_is_replaced()
    {
        byte[] forged = Network(9);
        forged[^1] ^= 1;
        File.WriteAllBytes(_path, forged);
        Start(_path);
        Apply(2);
        WaitFor($"network stored   {_path}, version 2");
        File.Delete(_path);
        Apply(3);
        WaitFor($"network stored   {_path}, version 3");
        Assert.Equal(Network(3), File.ReadAllBytes(_path));
    }

    [Fact]
    public void A_witness_without_a_file_reports_it_once()
    {
        Start(null);
        Apply(2);
        WaitFor("no storage       --network: is not given; this witness will not know its network after a restart");
        Apply(3);
        _storage!.Dispose();
        Assert.Single(Told().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void A_FIFO_is_left_alone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs mkfifo");
        string fifo = Path.Combine(_folder, "fifo");
        using (System.Diagnostics.Process made = System.Diagnostics.Process.Start("mkfifo", fifo))
        {
            made.WaitForExit();
        }

        string link = Path.Combine(_folder, "link");
        File.CreateSymbolicLink(link, fifo);
        Start(link);
        Apply(2);
        WaitFor(
            $"no storage       {link}: is not a regular file; this witness will not know its network after a restart");
        AssertNoLeftovers();
    }

    [Theory]
    [InlineData("/dev/null")]
    [InlineData("/dev/fd/0")]
    public void A_device_and_a_descriptor_are_left_alone(string path)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /dev");
        Start(path);
        Apply(2);
        WaitFor(
            $"no storage       {path}: is not a regular file; this witness will not know its network after a restart");
    }

    [Fact]
    public void A_failure_is_reported_once_and_tried_again_until_it_is_over()
    {
        string folder = Path.Combine(_folder, "later");
        string path = Path.Combine(folder, "network.spore");
        Start(path, TimeSpan.FromMilliseconds(10));
        Apply(2);
        WaitFor(
            $"no storage       {path}: no such directory; this witness will not know its network after a restart");
        Thread.Sleep(100);
        Directory.CreateDirectory(folder);
        WaitFor($"network stored   {path}, version 2");
        Assert.Equal(Network(2), File.ReadAllBytes(path));
        Assert.Equal(2, Told().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public void A_network_that_can_be_kept_again_because_the_file_holds_it_is_reported()
    {
        string folder = Path.Combine(_folder, "later");
        string path = Path.Combine(folder, "network.spore");
        Start(path, TimeSpan.FromMilliseconds(10));
        Apply(2);
        WaitFor(
            $"no storage       {path}: no such directory; this witness will not know its network after a restart");
        string made = Path.Combine(_folder, "made");
        Directory.CreateDirectory(made);
        File.WriteAllBytes(Path.Combine(made, "network.spore"), Network(2));
        Directory.Move(made, folder);
        WaitFor($"network stored   {path}, version 2");
    }

    private static byte[] Network(ulong version)
    {
        NetworkDescription network = new() { Version = version, Issued = 1_800_000_000 };
        network.Peers.Add(new PeerDescription { PublicKey = Keys.Node(1), Roles = EntryRoles.Witness });
        return NetworkSigner.Sign(network, Keys.Root());
    }

    private void Start(string? path, TimeSpan? retry = null) =>
        _storage = new WitnessStorage(path, Largest, Keys.Root().PublicKey, _timeline, retry);

    private void Apply(ulong version, bool isWitness = true) => _storage!.Follow(version, Network(version), isWitness);

    private void AssertNoLeftovers() => Assert.Empty(Directory.GetFiles(_folder, ".spore-*"));

    private string Told()
    {
        _timeline.Flush(Patience);
        return string.Concat(_output.ToString().Split('\n').Where(l => l.Length > 31).Select(l => l[31..] + "\n"));
    }

    private void WaitFor(string line)
    {
        Assert.True(
            SpinWait.SpinUntil(() => Told().Contains(line + "\n", StringComparison.Ordinal), Patience), Told());
    }
}
