using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using Spore.SignedNetwork;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>The program that our node runs for its changes.</summary>
public sealed class ChangeTests : IDisposable
{
    private readonly Pair _pair;
    private readonly string _runs;
    private readonly string _routes;
    private int _roles = EntryRoles.Witness;

    public ChangeTests()
    {
        _pair = new Pair("curl")
        {
            Describe = m => m with { Roles = _roles, VendorFields = [new VendorField(32473, "pin=5"u8.ToArray())] },
        };
        _pair.Stock.AddPeer(_pair.Self, Wire.Endpoint(1));
        _runs = Path.Combine(_pair.Lab.Folder, "runs");
        _routes = Path.Combine(_pair.Lab.Folder, "routes");
    }

    public void Dispose()
    {
        _pair.Dispose();
    }

    [Fact]
    public void It_gets_each_network_and_each_state_when_the_routes_are_set()
    {
        SporeNode spore = _pair.Start(
            true, null, "--on-change", $"cat >>{_runs}; ip route >{_routes}; echo told; exit 3");
        spore.WaitFor(0, "on-change", "version 1, witness: exit code 3");
        spore.WaitFor(0, "stdout", "of --on-change: told");

        // In the second network it is no witness any more.
        _roles = 0;
        byte[] second = _pair.Sign(2, _pair.Stock.Self with { Prefixes = ["10.55.0.0/16"] });
        Assert.Equal(0, new Curl(_pair.Lab, _pair.Stock, _pair.Self).Write("network", second).ExitCode);
        spore.WaitFor(0, "on-change", "version 2, unconfirmed: exit code 3");
        Assert.Contains("10.55.0.0/16", File.ReadAllText(_routes), StringComparison.Ordinal);
        string[] runs = File.ReadAllLines(_runs);
        Assert.Equal(2, runs.Length);
        Check(runs[0], "1", "witness", "none", "witness");
        Check(runs[1], "2", "unconfirmed", "witness");

        void Check(string run, string version, string state, string previous, params string[] roles)
        {
            using JsonDocument json = JsonDocument.Parse(run);
            JsonElement root = json.RootElement;
            Assert.Equal(version, root.GetProperty("version").GetString());
            Assert.Equal(state, root.GetProperty("state").GetString());
            Assert.Equal(previous, root.GetProperty("previous_state").GetString());
            Assert.Equal(spore.Interface, root.GetProperty("interface").GetString());
            Assert.Equal(_pair.Self.KeyText, root.GetProperty("public_key").GetString());
            JsonElement entry = root.GetProperty("entry");
            Assert.Equal("member-1", entry.GetProperty("label").GetString());
            Assert.Equal(
                [$"{_pair.Self.Ipv4}/32", $"{_pair.Self.Ipv6}/128"],
                entry.GetProperty("allowed_ips").EnumerateArray().Select(p => p.GetString()));
            Assert.Equal(roles, entry.GetProperty("roles").EnumerateArray().Select(r => r.GetString()));
            JsonElement field = Assert.Single(entry.GetProperty("vendor").EnumerateArray().ToArray());
            Assert.Equal(32473, field.GetProperty("enterprise").GetInt32());
            Assert.Equal("70696e3d35", field.GetProperty("value").GetString());
            Assert.Equal("pin=5", field.GetProperty("text").GetString());
        }
    }

    [Fact]
    public void A_program_that_hangs_holds_up_neither_packets_nor_the_end_of_the_node()
    {
        string pid = Path.Combine(_pair.Lab.Folder, "pid");
        SporeNode spore = _pair.Start(true, null, "--on-change", $"sleep 1000 & echo $! >{pid}; wait");
        Wait.Until(() => File.Exists(pid) && new FileInfo(pid).Length > 0, "the program");
        Ping.IsAnsweredAtLast(_pair.Stock.Machine, _pair.Self.Ipv4);
        Assert.Equal(0, spore.Program.Stop());
        string sleeper = $"/proc/{File.ReadAllText(pid).Trim()}";
        Wait.Until(() => !Directory.Exists(sleeper), "the program's child to end");
    }
}
