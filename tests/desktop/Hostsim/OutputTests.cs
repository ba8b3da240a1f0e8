using System;
using System.Diagnostics;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>The programs themselves, with standard streams that fail.</summary>
public sealed partial class OutputTests : IDisposable
{
    private const int InitiationSize = 148;
    private const int User1 = 10;
    private const int Terminate = 15;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("spore-output-").FullName;

    public OutputTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /dev/full and a shell");
    }

    private string Identity => Path.Combine(_folder, "node.id");

    public void Dispose() => Directory.Delete(_folder, true);

    /// <summary>A pipe holds 64 KiB, which <c>head</c> fills. Nobody reads it.</summary>
    [Theory]
    [InlineData("exec \"$@\" > /dev/full")]
    [InlineData("exec \"$@\" >&-")]
    [InlineData("exec \"$@\" <&- >&- 2>&-")]
    [InlineData("exec \"$@\" > /dev/full 2> /dev/full")]
    [InlineData("head -c 65536 /dev/zero; exec \"$@\"")]
    [InlineData("chmod 644 node.id; mkfifo p; exec 3<>p; head -c 65536 /dev/zero >&3; exec \"$@\" 2>&3")]
    [InlineData("exec \"$@\"", true)]
    public async Task A_node_goes_on_without_its_output_and_ends_when_told_to(string script, bool isClosed = false)
    {
        MakeIdentity();
        using Socket peer = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        peer.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        byte[] key = NodeIdentity.Generate(new byte[32], 0).PublicKey;
        string[] command = ["hostsim", "node", "--identity", Identity, "--listen", $"127.0.0.1:{FreePort()}"];
        using Process node = Start(script, [.. command, "--peer", $"{KeyText.Format(key)}@{peer.LocalEndPoint}"]);
        if (isClosed)
        {
            node.StandardOutput.Close();
        }

        // Initiations are 5 s apart. SIGUSR1 comes well after the start and before the end, where it
        // would end the program.
        byte[] datagram = new byte[2048];
        using CancellationTokenSource patience = new(_patience);
        for (int i = 0; i < 3; i++)
        {
            while (await peer.ReceiveAsync(datagram, patience.Token) != InitiationSize)
            {
            }

            if (i == 1)
            {
                _ = Signal(node.Id, User1);
            }
        }

        Assert.Equal(0, Stop(node));
    }

    /// <summary>systemd names the stream that it has made; a node may write to another one.</summary>
    [Theory]
    [InlineData("export JOURNAL_STREAM=$(stat -c %d:%i log); exec \"$@\" >log", "<6>")]
    [InlineData("export JOURNAL_STREAM=$(stat -c %d:%i log); exec \"$@\" --log-format json >log", "<6>{\"time\":\"")]
    [InlineData("export JOURNAL_STREAM=$(stat -c %d:%i node.id); exec \"$@\" >log", "2")]
    [InlineData("export JOURNAL_STREAM=8:1; exec \"$@\" >log", "2")]
    public void Only_lines_to_the_journal_have_priorities(string script, string start)
    {
        MakeIdentity();
        string log = Path.Combine(_folder, "log");
        File.WriteAllText(log, "");
        string[] command = ["hostsim", "node", "--identity", Identity, "--listen", $"127.0.0.1:{FreePort()}"];
        using Process node = Start(script, command);
        Assert.True(SpinWait.SpinUntil(() => File.ReadAllText(log).Contains("hello"), _patience));
        Assert.Equal(0, Stop(node));
        Assert.All(
            File.ReadAllLines(log),
            l => Assert.StartsWith(
                l.Contains("not sent") ? start.Replace('6', '4') : start, l, StringComparison.Ordinal));
    }

    [Fact]
    public void Messages_to_the_journal_have_priorities()
    {
        const string Script = "export JOURNAL_STREAM=$(stat -c %d:%i log); exec \"$@\" 2>log";
        MakeIdentity();
        Protect(UnixFileMode.UserRead | UnixFileMode.OtherRead, Identity);
        string log = Path.Combine(_folder, "log");
        File.WriteAllText(log, "");
        string[] command = ["hostsim", "node", "--identity", Identity, "--listen", $"127.0.0.1:{FreePort()}"];
        using Process node = Start(Script, command);
        Assert.True(SpinWait.SpinUntil(() => File.ReadAllText(log).EndsWith('\n'), _patience));
        Assert.Equal(0, Stop(node));
        Assert.StartsWith("<4>hostsim: warning: ", File.ReadAllText(log), StringComparison.Ordinal);
        File.WriteAllText(log, "");
        using Process failed = Start(Script, "hostsim", "node", "--identity", "none");
        Assert.True(failed.WaitForExit(_patience));
        Assert.StartsWith("<3>hostsim: none: ", File.ReadAllText(log), StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_whose_error_is_blocked_ends_with_its_exit_code()
    {
        const string Script = "mkfifo p; exec 3<>p; head -c 65536 /dev/zero >&3; exec \"$@\" 2>&3";
        using Process node = Start(Script, "hostsim", "node", "--identity", "none");
        Assert.True(node.WaitForExit(_patience));
        Assert.Equal(1, node.ExitCode);
    }

    [Theory]
    [InlineData("--identity", "fifo")]
    [InlineData("--identity", "node.id", "--network", "fifo")]
    public void A_node_that_waits_for_a_FIFO_ends_when_told_to(params string[] options)
    {
        MakeIdentity();
        string[] command = ["hostsim", "node", "--listen", $"127.0.0.1:{FreePort()}", .. options];
        // It can be opened for writing as soon as the node reads from it, and stays open until the node has ended.
        const string Writer = "exec 9>fifo; echo go; while kill -0 $$; do sleep 0.1; done 2>&-";
        using Process node = Start($"mkfifo fifo; ({Writer}) & exec \"$@\"", command);
        Assert.Equal("go", node.StandardOutput.ReadLine());
        Assert.Equal(0, Stop(node));
    }

    [Theory]
    [InlineData("hostsim", "--help")]
    [InlineData("hostsim", "sim", "--plain", "--nodes", "1")]
    [InlineData("flash", "--help")]
    [InlineData("flash", "boards")]
    [InlineData("flash", "root", "new", "-o", "root.key")]
    public void A_command_whose_output_fails_says_so_in_one_line(params string[] command)
    {
        (string Script, string Reason)[] cases =
        [
            ("exec \"$@\" > /dev/full", "No space left on device"),
            ("exec \"$@\" >&-", "it is closed"),
            ("mkfifo p; sleep 0 < p & exec 3>p; wait; rm p; exec \"$@\" >&3", "Broken pipe"),
        ];
        foreach ((string script, string reason) in cases)
        {
            File.Delete(Path.Combine(_folder, "root.key"));
            using Process process = Start(script, command);
            string error = process.StandardError.ReadToEnd();
            Assert.True(process.WaitForExit(_patience));
            Assert.Equal($"{command[0]}: output: {reason}\n", error);
            Assert.Equal(1, process.ExitCode);
        }
    }

    [Theory]
    [InlineData("exec \"$@\" 2> /dev/full")]
    [InlineData("exec \"$@\" 2>&-")]
    [InlineData("exec \"$@\" <&- >&- 2>&-")]
    public void A_fault_that_can_not_be_told_has_its_exit_code(string script)
    {
        string[][] commands = [["hostsim", "node", "--identity", "none"], ["flash", "node", "show", "none"]];
        foreach (string[] command in commands)
        {
            using Process process = Start(script, command);
            Assert.True(process.WaitForExit(_patience));
            Assert.Equal(1, process.ExitCode);
        }
    }

    [Fact]
    public void A_node_warns_of_secrets_that_others_can_read()
    {
        MakeIdentity();
        string psk = Path.Combine(_folder, "psk");
        File.WriteAllText(psk, KeyText.Format([1, .. new byte[31]]));
        string key = KeyText.Format(NodeIdentity.Generate(new byte[32], 0).PublicKey);
        string[] command = ["hostsim", "node", "--identity", Identity, "--peer", key, "--psk-file", $"{key}={psk}"];
        Protect(UnixFileMode.UserRead, Identity, psk);
        Assert.Equal("", ErrorsOf(command));
        Protect(UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead, Identity, psk);
        Assert.Equal(
            $"hostsim: warning: {Identity}: others than its owner can read this secret; chmod 600 {Identity}\n"
            + $"hostsim: warning: {psk}: others than its owner can read this secret; chmod 600 {psk}\n",
            ErrorsOf(command));
    }

    /// <summary>What a node writes to its standard error until it has started, and to its end.</summary>
    private string ErrorsOf(params string[] command)
    {
        using Process node = Start("exec \"$@\"", [.. command, "--listen", $"127.0.0.1:{FreePort()}"]);
        while (node.StandardOutput.ReadLine() is { } line && !line.Contains("hello", StringComparison.Ordinal))
        {
        }

        Assert.Equal(0, Stop(node));
        return node.StandardError.ReadToEnd();
    }

    private static void Protect(UnixFileMode mode, params string[] paths)
    {
        foreach (string path in paths)
        {
#pragma warning disable CA1416 // Only Linux gets here.
            File.SetUnixFileMode(path, mode);
#pragma warning restore CA1416
        }
    }

    private static int FreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static int Stop(Process process)
    {
        _ = Signal(process.Id, Terminate);
        Assert.True(process.WaitForExit(_patience));
        return process.ExitCode;
    }

    private void MakeIdentity() => NodeIdentity.Generate([1, .. new byte[31]], 0).Save(Identity, false);

    private Process Start(string script, params string[] command)
    {
        string runtime = RuntimeEnvironment.GetRuntimeDirectory();
        string dotnet = Path.GetFullPath(Path.Combine(runtime, "..", "..", "..", "dotnet"));
        string program = Path.Combine(AppContext.BaseDirectory, command[0] + ".dll");
        ProcessStartInfo info = new("sh", ["-c", script, "sh", dotnet, program, .. command[1..]])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder,
        };
        return Process.Start(info)!;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
