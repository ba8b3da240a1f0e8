using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>The signals that an operator sends to a node.</summary>
public class SignalTests
{
    [Fact]
    public void On_HUP_it_reads_the_network_again_and_keeps_what_it_has_where_the_file_is_worse()
    {
        using Pair pair = new();
        pair.Stock.AddPeer(pair.Self);
        SporeNode spore = pair.Start(true, Wire.Endpoint(2));
        string file = Path.Combine(pair.Lab.Folder, $"{pair.Ours.Name}.spore");
        byte[] first = File.ReadAllBytes(file);
        byte[] second = pair.Sign(2, pair.Stock.Self with { Endpoint = Wire.Endpoint(2), Prefixes = ["10.55.0.0/16"] });

        Reload("reloaded", "version 1");
        File.WriteAllBytes(file, second);
        Reload("reloaded", "version 2");
        Wait.Until(
            () => pair.Ours.Ip("route").Contains("10.55.0.0/16", System.StringComparison.Ordinal), "the new route");

        File.WriteAllBytes(file, first);
        Reload("not reloaded", "its version is below the one already held");
        File.WriteAllBytes(file, [.. second[..^1], (byte)(second[^1] ^ 1)]);
        Reload("not reloaded", file);
        using Authority stranger = new();
        File.WriteAllBytes(file, stranger.Sign(3, pair.Self));
        Reload("not reloaded", "neither the trust root nor a key that it certified signed this");
        File.WriteAllBytes(file, pair.Sign(2, pair.Stock.Self));
        Reload("not reloaded", "it differs from the network held under the same version");
        File.WriteAllBytes(file, []);
        Reload("not reloaded", file);
        File.Delete(file);
        Reload("not reloaded", "no such file");
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv4);
        Assert.Contains("version 2", spore.Status(), System.StringComparison.Ordinal);
        Assert.Equal(0, spore.Program.Stop());

        void Reload(string verb, string text)
        {
            int seen = spore.Timeline.Count;
            spore.Program.AskToReload();
            spore.WaitFor(seen, verb, text);
            Assert.Single(spore.Timeline.Skip(seen), l => l.Verb is "reloaded" or "not reloaded");
        }
    }

    [Fact]
    public void On_HUP_it_reads_preshared_keys_again()
    {
        using Pair pair = new();
        string file = pair.Lab.NewPresharedKey("key");
        string other = pair.Lab.NewPresharedKey("other");
        pair.Stock.AddPeer(pair.Self);
        pair.Stock.Machine.Run(
            "wg", "set", pair.Stock.Interface, "peer", pair.Self.KeyText, "preshared-key", other).Demand();
        SporeNode spore = pair.Start(
            true, null, [.. pair.PeerOption, "--psk-file", $"{pair.Stock.Self.KeyText}={file}"]);
        Ping.IsNotAnswered(pair.Ours, pair.Stock.Self.Ipv4);

        File.WriteAllText(file, "not a key");
        spore.Program.AskToReload();
        spore.WaitFor(0, "not reloaded", $"{file}: is not one preshared key");
        File.WriteAllBytes(file, File.ReadAllBytes(other));
        spore.Program.AskToReload();
        spore.WaitFor(0, "reloaded", file);
        Ping.IsAnsweredAtLast(pair.Ours, pair.Stock.Self.Ipv4);
        Assert.DoesNotContain(
            Encoding.ASCII.GetString(File.ReadAllBytes(other)).Trim(),
            string.Join('\n', spore.Program.Lines),
            System.StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RunningProgram.Interrupt, RunningProgram.Terminate)]
    [InlineData(RunningProgram.Terminate, RunningProgram.Interrupt)]
    [InlineData(RunningProgram.Terminate, RunningProgram.Terminate)]
    [InlineData(RunningProgram.User1, RunningProgram.Terminate)]
    [InlineData(RunningProgram.HangUp, RunningProgram.Terminate)]
    public void A_second_signal_does_not_keep_it_from_cleaning_up(int first, int second)
    {
        using Pair pair = new();
        string before = pair.Ours.Routing();
        SporeNode spore = pair.Start(true);
        spore.Program.Send(first, second);
        Assert.Equal(0, spore.Program.WaitForEnd());
        pair.Ours.AssertRouting(before);
    }

    /// <summary>After the tables are clean a signal may end the program while the runtime shuts down.</summary>
    [Theory]
    [InlineData(RunningProgram.User1)]
    [InlineData(RunningProgram.HangUp)]
    public void It_cleans_up_whatever_comes_while_it_ends(int signal)
    {
        using Pair pair = new();
        string before = pair.Ours.Routing();
        SporeNode spore = pair.Start(true);
        spore.Program.Send(RunningProgram.Terminate);
        for (int i = 0; i < 1000; i++)
        {
            spore.Program.Send(signal);
            Thread.Sleep(TimeSpan.FromMilliseconds(0.1));
        }

        spore.Program.WaitForEnd();
        pair.Ours.AssertRouting(before);
    }

    [Fact]
    public void A_network_file_that_is_a_FIFO_does_not_stop_it()
    {
        using Pair pair = new();
        pair.Stock.AddPeer(pair.Self);
        SporeNode spore = pair.Start(true, Wire.Endpoint(2));
        string file = Path.Combine(pair.Lab.Folder, $"{pair.Ours.Name}.spore");
        File.Delete(file);
        Command.Run(["mkfifo", file]).Demand();
        spore.Program.AskToReload();
        spore.WaitFor(0, "not reloaded", $"{file}: nothing can be read from it yet");
        Ping.IsAnswered(pair.Ours, pair.Stock.Self.Ipv4);
        Assert.Contains("version 1", spore.Status(), StringComparison.Ordinal);

        Member stock = pair.Stock.Self with { Endpoint = Wire.Endpoint(2), Prefixes = ["10.55.0.0/16"] };
        File.WriteAllBytes(file, pair.Sign(2, stock));
        spore.WaitFor(0, "reloaded", "version 2");
        Wait.Until(() => pair.Ours.Ip("route").Contains("10.55.0.0/16", StringComparison.Ordinal), "the new route");
        int seen = spore.Timeline.Count;
        spore.Program.AskToReload();
        spore.WaitFor(seen, "not reloaded", file);
        Assert.Equal(0, spore.Program.Stop());
    }

    [Theory]
    [InlineData("--peer", "{0}@stock.example:51820")]
    [InlineData("--rendezvous", "stock.example:51820")]
    public void It_ends_while_it_waits_for_a_name_server(string option, string value)
    {
        using Lab lab = Lab.Open();
        using Authority authority = new();
        NetworkNamespace machine = lab.Machine("spore");
        DirectoryInfo folder = Directory.CreateDirectory($"/etc/netns/{machine.Name}");
        try
        {
            string settings = Path.Combine(folder.FullName, "resolv.conf");
            File.WriteAllText(settings, "nameserver 127.0.0.53\noptions timeout:30 attempts:5\n");
            using Socket silent = machine.OpenSocket(new IPEndPoint(IPAddress.Parse("127.0.0.53"), 53));
            string peer = KeyText.Format(authority.NewNode().PublicKey);
            string identity = lab.File("id", authority.NewNode().Record);
            string program = Path.Combine(AppContext.BaseDirectory, "hostsim.dll");
            value = value.Replace("{0}", peer, StringComparison.Ordinal);
            string[] command = [SporeNode.Dotnet(), program, "node", "--identity", identity, option, value];
            RunningProgram node = lab.Keep(machine.Start(command));
            Wait.Until(() => silent.Available > 0, "a question to the name server");
            node.Send(RunningProgram.Terminate);

            // The resolver would wait 150 s.
            Assert.Equal(0, node.WaitForEnd());
        }
        finally
        {
            folder.Delete(true);
        }
    }

    [Fact]
    public void A_node_without_files_goes_on_after_HUP()
    {
        using Lab lab = Lab.Open();
        using Authority authority = new();
        SporeNode spore = new(lab, lab.Machine("spore"), authority.NewNode(), 1, false);
        spore.Program.AskToReload();
        spore.WaitFor(0, "reloaded", "nothing");
        Assert.Contains("no network", spore.Status(), System.StringComparison.Ordinal);
        Assert.Equal(0, spore.Program.Stop());
    }
}
