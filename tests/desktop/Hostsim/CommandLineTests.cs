using System;
using System.IO;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Hostsim;

public class CommandLineTests
{
    private const string Key = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

    [Theory]
    [InlineData("--nodes: '0' is not a whole number from 1 to 200", "--nodes", "0")]
    [InlineData("--nodes: '201' is not a whole number from 1 to 200", "sim", "--nodes", "201")]
    [InlineData("--nodes: '5x' is not a whole number from 1 to 200", "--nodes", "5x")]
    [InlineData("Required argument missing for option: '--nodes'", "--nodes")]
    [InlineData("Option '--nodes' expects a single argument but 2 were provided", "--nodes", "1", "--nodes", "2")]
    [InlineData("--loss: '101' is not a number from 0 to 100", "--loss", "101")]
    [InlineData("--loss: '-1' is not a number from 0 to 100", "--loss", "-1")]
    [InlineData("--loss: 'NaN' is not a number from 0 to 100", "--loss", "NaN")]
    [InlineData("--delay: '1.5' is not a whole number from 0 to 10000", "--delay", "1.5")]
    [InlineData("--seed: '-1' is not a whole number from 0", "--seed", "-1")]
    [InlineData("'--frob' is not an option here", "--frob")]
    [InlineData("'frob' is not a command here", "frob")]
    [InlineData("--nodes stands before the command; write it behind", "--nodes", "3", "bench")]
    [InlineData("Option '--identity' is required", "node")]
    [InlineData(
        "--listen: '0' is neither a port from 1 to 65535 without leading zeros"
            + " nor an address of this machine and a port",
        "node", "--identity", "x", "--listen", "0")]
    [InlineData(
        "--listen: '1.2.3.4' is neither a port from 1 to 65535 without leading zeros"
            + " nor an address of this machine and a port",
        "node", "--identity", "x", "--listen", "1.2.3.4")]
    [InlineData(
        "--listen: '::1:5' is not host:port, address:port or [IPv6]:port",
        "node", "--identity", "x", "--listen", "::1:5")]
    [InlineData(
        "--peer: this is not a key; a key is 44 characters of base64 or 64 hexadecimal digits",
        "node", "--identity", "x", "--peer", "abc")]
    [InlineData(
        "--peer: 'host' is not host:port, address:port or [IPv6]:port",
        "node", "--identity", "x", "--peer", $"{Key}@host")]
    [InlineData(
        "--rendezvous: 'host:65536' has no port from 1 to 65535 without leading zeros",
        "node", "--identity", "x", "--rendezvous", "host:65536")]
    [InlineData("--tun: 'a/b' is not a name for an interface", "node", "--identity", "x", "--tun", "a/b")]
    [InlineData(
        "--tun: 'sixteen-letters-' is not a name for an interface",
        "node", "--identity", "x", "--tun", "sixteen-letters-")]
    [InlineData(
        "--writable: there is no folder to write; add --serve DIR", "node", "--identity", "x", "--writable")]
    [InlineData(
        "--serve-limit: nothing can be written; add --serve DIR --writable",
        "node", "--identity", "x", "--serve", "x", "--serve-limit", "1MB")]
    [InlineData(
        "--serve-limit: '3GB' is not a size from 1 to 2147483647 bytes, such as 500kB, 64MB or 1GB",
        "node", "--identity", "x", "--serve-limit", "3GB")]
    [InlineData(
        "--serve-limit: '0' is not a size from 1 to 2147483647 bytes, such as 500kB, 64MB or 1GB",
        "node", "--identity", "x", "--serve-limit", "0")]
    [InlineData(
        "--serve-limit: '1 MB' is not a size from 1 to 2147483647 bytes, such as 500kB, 64MB or 1GB",
        "node", "--identity", "x", "--serve-limit", "1 MB")]
    [InlineData("--mtu: '1279' is not a whole number from 1280 to 9000", "node", "--identity", "x", "--mtu", "1279")]
    public void Bad_command_lines_get_one_plain_line(string complaint, params string[] args)
    {
        Run run = Run.Of(args);
        Assert.Equal(2, run.ExitCode);
        string verb = args[0] is "sim" or "node" or "bench"
            ? $" {args[0]}"
            : complaint.Contains("stands before") ? " bench" : "";
        Assert.Equal($"hostsim: {complaint} (see hostsim{verb} --help){Environment.NewLine}", run.Error);
        Assert.Empty(run.Output);
    }

    [Fact]
    public void Help_is_no_complaint()
    {
        Run run = Run.Of("node", "--help");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("--identity", run.Output, StringComparison.Ordinal);
        Assert.Empty(run.Error);
    }

    [Fact]
    public void A_node_says_which_file_and_field_is_wrong()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            string good = Path.Combine(folder, "good.id");
            string bad = Path.Combine(folder, "bad.id");
            string network = Path.Combine(folder, "network.spore");
            using TrustRootKey root = TrustRootKey.Generate();
            NodeIdentity identity = NodeIdentity.Generate(root.PublicKey, 0);
            identity.Save(good, false);
            File.WriteAllBytes(bad, identity.Record[..83]);
            File.WriteAllText(network, "nothing");

            AssertFails($"{bad}: length: ", "node", "--identity", bad);
            AssertFails($"{folder}/none.id: ", "node", "--identity", folder + "/none.id");
            AssertFails($"{network}: header: ", "node", "--identity", good, "--network", network);
            AssertFails(
                "--peer: that is this node's own key",
                "node",
                "--identity",
                good,
                "--listen",
                "127.0.0.1:51899",
                "--peer",
                KeyText.Format(identity.PublicKey));
            AssertFails(
                $"{folder}/none/log: ", "node", "--identity", good, "--listen", "127.0.0.1:51899", "--keylog",
                folder + "/none/log");
            if (OperatingSystem.IsLinux())
            {
                AssertFails(
                    $"--serve: {folder}/none: no such folder", "node", "--identity", good, "--listen",
                    "127.0.0.1:51899", "--serve", folder + "/none");
                AssertFails(
                    $"--serve: {good} is in this folder", "node", "--identity", good, "--listen",
                    "127.0.0.1:51899", "--serve", folder);
            }
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    private static void AssertFails(string complaint, params string[] args)
    {
        Run run = Run.Of(args);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("hostsim: " + complaint, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }
}
