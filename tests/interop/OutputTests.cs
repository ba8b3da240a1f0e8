using System;
using System.IO;
using System.Linq;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>A node whose log or key log can't be written, next to stock WireGuard.</summary>
public class OutputTests
{
    private const string Interface = "spfull0";
    private const int Stranger = 12345;

    /// <summary>A pipe holds 64 KiB, which <c>head</c> fills. Nobody reads it.</summary>
    [Theory]
    [InlineData("exec \"$@\" > /dev/full")]
    [InlineData("exec \"$@\" > /dev/full 2>&1")]
    [InlineData("exec \"$@\" >&-")]
    [InlineData("exec \"$@\" <&- >&- 2>&-")]
    [InlineData("mkfifo p; (exec 3<p) & exec 4>p; wait; exec \"$@\" >&4")]
    [InlineData("mkfifo p; exec 3<>p; head -c 65536 /dev/zero >&3; exec \"$@\" >&3 2>&3")]
    public void A_node_without_its_output_is_as_good_as_another(string script)
    {
        using Pair pair = new();
        pair.Stock.AddPeer(pair.Self, Wire.Endpoint(1));
        string[] shell = ["sh", "-c", $"cd {pair.Lab.Folder}; {script}", "sh"];
        using RunningProgram node = pair.Ours.Start([.. shell, .. pair.CommandLine(), "--tun", Interface]);
        Ping.IsAnsweredAtLast(pair.Stock.Machine, pair.Self.Ipv6);
        for (int i = 0; i < 200; i++)
        {
            node.Ask();
            pair.Ours.Ask("true");
        }

        Assert.Equal($"{StockNode.Port}\n", pair.Ours.Run("wg", "show", Interface, "listen-port").Demand());
        Ping.IsAnswered(pair.Stock.Machine, pair.Self.Ipv6);
        Assert.Equal(0, node.Stop());
    }

    [Fact]
    public void A_key_log_on_a_full_disk_goes_on_when_there_is_space_again()
    {
        using Pair pair = new();
        pair.Stock.AddPeer(pair.Self, Wire.Endpoint(1));
        string disk = Directory.CreateDirectory(Path.Combine(pair.Lab.Folder, "disk")).FullName;
        Command.Run(["mount", "-t", "tmpfs", "-o", "size=16k", "spore-test", disk]).Demand();
        try
        {
            string filler = Path.Combine(disk, "filler");
            string log = Path.Combine(disk, "keys");
            Command.Run(["sh", "-c", $"head -c 64K /dev/zero > {filler}"]);
            using RunningProgram node = pair.Ours.Start([.. pair.CommandLine(), "--tun", Interface, "--keylog", log]);
            node.WaitFor("key log          can't be written: No space left on device");
            Ping.IsAnsweredAtLast(pair.Stock.Machine, pair.Self.Ipv6);
            Assert.Equal(0, new FileInfo(log).Length);

            File.Delete(filler);
            pair.RestartStock();
            pair.Stock.AddPeer(pair.Self, Wire.Endpoint(1));
            Ping.IsAnsweredAtLast(pair.Stock.Machine, pair.Self.Ipv6);
            node.WaitFor("key log          is written again; ", "lost");
            Assert.Equal(0, node.Stop());
            Assert.Single(node.Lines, l => l.Contains("can't be written", StringComparison.Ordinal));
            string[] lines = File.ReadAllLines(log);
            Assert.Contains(lines, l => l.StartsWith("LOCAL_STATIC_PRIVATE_KEY = ", StringComparison.Ordinal));
            Assert.Contains(lines, l => l == $"REMOTE_STATIC_PUBLIC_KEY = {pair.Stock.Self.KeyText}");
            Assert.Contains(lines, l => l.StartsWith("LOCAL_EPHEMERAL_PRIVATE_KEY = ", StringComparison.Ordinal));
        }
        finally
        {
            Command.Run(["umount", "-l", disk]).Demand();
        }
    }

    [Fact]
    public void A_key_log_of_another_owner_is_refused()
    {
        using Pair pair = new();
        string log = pair.Lab.File("keys", "old"u8);
        Command.Run(["chown", $"{Stranger}", log]).Demand();
        Command.Run(["chmod", "666", log]).Demand();
        using RunningProgram node = pair.Ours.Start([.. pair.CommandLine(), "--keylog", log]);
        Assert.Equal(1, node.WaitForEnd());
        string refusal =
            $"belongs to another user (uid {Stranger}), who could read the secrets in it; choose a new file";
        Assert.Equal([$"hostsim: {log}: {refusal}"], node.Lines.Where(l => l.Length > 0));
        Assert.Equal("old", File.ReadAllText(log));
        Assert.Equal("12345 666\n", Command.Run(["stat", "-c", "%u %a", log]).Demand());
    }
}
