using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net;
using System.Text.Json;
using System.Threading;
using Spore.Hostsim.Live.Changes;
using Spore.Hostsim.Live.Output;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Signing;
using Spore.Tests.Flash;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>The program for changes of a node, with the machine's own shell.</summary>
public sealed class ChangeCommandTests : IDisposable
{
    private const int Patience = 60_000;

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly StringWriter _output = new();
    private readonly LiveTimeline _timeline;
    private ChangeCommand? _command;

    public ChangeCommandTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "--on-change needs /bin/sh");
        _timeline = new LiveTimeline(_output, null);
    }

    private string Runs => Path.Combine(_folder, "runs");

    public void Dispose()
    {
        _command?.Dispose();
        Directory.Delete(_folder, true);
    }

    [Fact]
    public void The_change_is_one_line_of_JSON()
    {
        PeerDescription entry = new()
        {
            Label = "pump \"3\"",
            Keepalive = 25,
            Roles = EntryRoles.Witness | EntryRoles.HoldsWhole,
        };
        entry.AllowedPrefixes.Add(new AllowedPrefix(IPAddress.Parse("10.77.0.3"), 32));
        entry.AllowedPrefixes.Add(new AllowedPrefix(IPAddress.Parse("fd00::3"), 128));
        entry.Endpoints.Add(new PeerEndpoint(IPAddress.Parse("192.0.2.1"), null, 51820));
        entry.Endpoints.Add(new PeerEndpoint(null, "gate.example.org", 51820));
        entry.VendorFields.Add(new VendorField(32473, "pin=5\nname=ü"u8.ToArray()));
        entry.VendorFields.Add(new VendorField(uint.MaxValue, [5, 0x70]));
        entry.VendorFields.Add(new VendorField(1, [0xC0, 0x80]));
        entry.VendorFields.Add(new VendorField(2, []));
        byte[] line = NodeChangeJson.Write(
            new NodeChange((7UL << 48) | 12, NetworkState.Fresh, Keys.Node(1), "wg0", entry), NetworkState.Unconfirmed);
        Assert.Equal((byte)'\n', line[^1]);
        Assert.Single(line, b => b == '\n');
        using JsonDocument json = JsonDocument.Parse(line);
        string expected =
            $$"""
            {
                "version": "7.12", "epoch": 7, "revision": 12, "version_number": "1970324836974604",
                "state": "fresh", "previous_state": "unconfirmed",
                "interface": "wg0",
                "public_key": "{{Keys.NodeText(1)}}",
                "entry": {
                    "label": "pump \"3\"",
                    "allowed_ips": ["10.77.0.3/32", "fd00::3/128"],
                    "endpoints": ["192.0.2.1:51820", "gate.example.org:51820"],
                    "persistent_keepalive": 25,
                    "roles": ["witness", "whole"],
                    "vendor": [
                        { "enterprise": 32473, "value": "70696e3d350a6e616d653dc3bc", "text": "pin=5\nname=ü" },
                        { "enterprise": 4294967295, "value": "0570", "text": null },
                        { "enterprise": 1, "value": "c080", "text": null },
                        { "enterprise": 2, "value": "", "text": "" }
                    ]
                }
            }
            """;
        using JsonDocument wanted = JsonDocument.Parse(expected);
        Assert.True(JsonElement.DeepEquals(wanted.RootElement, json.RootElement), json.RootElement.ToString());
    }

    [Fact]
    public void A_node_that_is_in_no_network_has_no_entry()
    {
        using JsonDocument json = JsonDocument.Parse(
            NodeChangeJson.Write(Change(0, NetworkState.None), NetworkState.None));
        Assert.Equal("0", json.RootElement.GetProperty("version").GetString());
        Assert.Equal("none", json.RootElement.GetProperty("state").GetString());
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("entry").ValueKind);
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("interface").ValueKind);
    }

    [Theory]
    [InlineData(NetworkState.None, "none")]
    [InlineData(NetworkState.Unconfirmed, "unconfirmed")]
    [InlineData(NetworkState.Witness, "witness")]
    [InlineData(NetworkState.Fresh, "fresh")]
    [InlineData(NetworkState.Behind, "behind")]
    [InlineData(NetworkState.Expired, "expired")]
    public void A_state_has_the_word_of_the_file_status(NetworkState state, string word)
    {
        using JsonDocument json = JsonDocument.Parse(NodeChangeJson.Write(Change(1, state), state));
        Assert.Equal(word, json.RootElement.GetProperty("state").GetString());
        Assert.Equal(word, json.RootElement.GetProperty("previous_state").GetString());
    }

    [Fact]
    public void The_program_gets_each_change_and_the_state_before()
    {
        Start($"cat >>{Runs}");
        _command!.Change(Change(1, NetworkState.Unconfirmed));
        WaitFor("on-change        version 1, unconfirmed: done");
        _command.Change(Change(1, NetworkState.Fresh));
        WaitFor("on-change        version 1, fresh: done");
        Assert.Equal([("1", "unconfirmed", "none"), ("1", "fresh", "unconfirmed")], Given());
    }

    [Fact]
    public void A_version_has_its_epoch_in_the_log()
    {
        Start("exit 1");
        _command!.Change(Change((7UL << 48) | 12, NetworkState.Witness));
        WaitFor("on-change        version 7.12, witness: exit code 1");
    }

    [Fact]
    public void Changes_while_it_runs_become_one_more_run_with_the_latest()
    {
        string gate = Path.Combine(_folder, "gate");
        Start($"cat >>{Runs}; while [ ! -e {gate} ]; do sleep 0.05; done");
        _command!.Change(Change(1, NetworkState.Unconfirmed));
        Assert.True(SpinWait.SpinUntil(() => File.Exists(Runs) && Given().Length == 1, Patience));
        for (ulong version = 2; version <= 50; version++)
        {
            _command.Change(Change(version, NetworkState.Behind));
            _command.Change(Change(version, NetworkState.Fresh));
        }

        File.WriteAllText(gate, "");
        WaitFor("on-change        version 50, fresh: done");
        Assert.Equal([("1", "unconfirmed", "none"), ("50", "fresh", "unconfirmed")], Given());
    }

    [Fact]
    public void Its_output_is_in_the_log_line_by_line_and_its_exit_code_in_one_line()
    {
        Start("echo one; printf 'two\\n\\033[31mthree' >&2; exit 3");
        _command!.Change(Change(1, NetworkState.Witness));
        WaitFor("on-change        version 1, witness: exit code 3");
        Assert.Equal(
            [
                "on-change        version 1, witness: exit code 3", "stderr           of --on-change: ?[31mthree",
                "stderr           of --on-change: two", "stdout           of --on-change: one",
            ],
            Told().Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Output_of_any_amount_neither_stops_it_nor_fills_the_log()
    {
        Start("head -c 300000 /dev/zero | tr '\\0' x; echo; yes | head -n 100000; yes | head -n 100000 >&2");
        _command!.Change(Change(1, NetworkState.Witness));
        WaitFor("on-change        version 1, witness: done");
        int lines = Told().Split('\n').Count(l => l.StartsWith("std", StringComparison.Ordinal));
        Assert.InRange(lines, 1, LimitedLog.Burst);
    }

    [Theory]
    [InlineData("sleep 1000 & echo $! >PIDS; sleep 1000")]
    [InlineData("trap '' TERM HUP; (sleep 1000 & echo $! >PIDS; wait); cat /dev/zero >/dev/null")]
    public void A_program_that_takes_too_long_is_killed_with_its_children_and_the_next_change_is_run(string command)
    {
        string pids = Path.Combine(_folder, "pids");
        Start($"cat >>{Runs}; {command.Replace("PIDS", pids)}", TimeSpan.FromSeconds(3));
        _command!.Change(Change(1, NetworkState.Witness));
        Assert.True(SpinWait.SpinUntil(() => File.Exists(pids) && new FileInfo(pids).Length > 0, Patience));
        int first = int.Parse(File.ReadAllLines(pids)[0]);
        _command.Change(Change(2, NetworkState.Witness));
        WaitFor("on-change        version 1, witness: the program did not end within 3 s");
        WaitFor("on-change        version 2, witness: the program did not end within 3 s");
        AssertEnds(first);
    }

    [Fact]
    public void What_it_leaves_in_the_background_goes_on_and_holds_up_nothing()
    {
        string pids = Path.Combine(_folder, "pids");
        Start($"sleep 1000 & echo $! >{pids}");
        _command!.Change(Change(1, NetworkState.Witness));
        WaitFor("on-change        version 1, witness: done");
        using Process left = Process.GetProcessById(int.Parse(File.ReadAllLines(pids).Single()));
        Assert.False(left.HasExited);
        left.Kill();
    }

    [Fact]
    public void It_need_not_read_its_input()
    {
        Start("exec <&-; exit 0");
        _command!.Change(Change(1, NetworkState.Witness));
        WaitFor("on-change        version 1, witness: done");
    }

    [Fact]
    public void It_ends_with_the_node_and_is_not_run_again()
    {
        string pids = Path.Combine(_folder, "pids");
        Start($"cat >>{Runs}; sleep 1000 & echo $! >{pids}; wait");
        _command!.Change(Change(1, NetworkState.Witness));
        Assert.True(SpinWait.SpinUntil(() => File.Exists(pids) && new FileInfo(pids).Length > 0, Patience));
        int child = int.Parse(File.ReadAllLines(pids).Single());
        _command.Change(Change(2, NetworkState.Witness));
        Stopwatch clock = Stopwatch.StartNew();
        _command.Dispose();
        Assert.InRange(clock.ElapsedMilliseconds, 0, Patience);
        AssertEnds(child);
        _command.Change(Change(3, NetworkState.Witness));
        Thread.Sleep(200);
        Assert.Single(Given());
        Assert.Empty(Told());
    }

    private static NodeChange Change(ulong version, NetworkState state) =>
        new(version, state, Keys.Node(1), null, null);

    private static void AssertEnds(int id)
    {
        // A zombie has ended too, and nobody may collect it here.
        string stat = $"/proc/{id}/stat";
        Assert.True(SpinWait.SpinUntil(() => !File.Exists(stat) || Stat(stat).Contains(") Z "), Patience));
    }

    private static string Stat(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return ") Z ";
        }
    }

    private void Start(string command, TimeSpan? patience = null) =>
        _command = new ChangeCommand(
            command, new LimitedLog(_timeline, () => 0), new LimitedLog(_timeline, () => 0), patience);

    // The version, the state and the state before, of each run.
    private (string Version, string State, string Previous)[] Given() =>
        [.. File.ReadAllLines(Runs).Select(line =>
        {
            using JsonDocument json = JsonDocument.Parse(line);
            return (Text(json, "version"), Text(json, "state"), Text(json, "previous_state"));
        })];

    private static string Text(JsonDocument json, string name) => json.RootElement.GetProperty(name).GetString()!;

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
