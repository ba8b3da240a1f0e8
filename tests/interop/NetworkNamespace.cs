using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading;
using Microsoft.Win32.SafeHandles;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>
/// A network namespace: a machine of its own, as far as networks go. Its name tells the process that made it, so that
/// what a killed run left behind is found.
/// </summary>
internal sealed partial class NetworkNamespace : IDisposable
{
    private const string Prefix = "spore-";

    // CLONE_NEWNET
    private const int NetworkNamespaceType = 0x40000000;

    private static int _count;

    private readonly Journal _journal;

    /// <summary>Makes a namespace with its loopback interface up.</summary>
    /// <param name="label">What it is called in the journal.</param>
    /// <param name="journal">Takes what is done in it.</param>
    /// <exception cref="InvalidOperationException">It can't be made.</exception>
    public NetworkNamespace(string label, Journal journal)
    {
        Label = label;
        _journal = journal;
        Name = string.Create(
            CultureInfo.InvariantCulture,
            $"{Prefix}{System.Environment.ProcessId}-{Interlocked.Increment(ref _count)}");
        Command.Run(["ip", "netns", "add", Name]).Demand();
        Ip("link set lo up");
    }

    /// <summary>What it is called in the journal.</summary>
    public string Label { get; }

    /// <summary>Its name, which no other has.</summary>
    public string Name { get; }

    /// <summary>Variables of the environment of each program that is started in it.</summary>
    public IReadOnlyList<(string Name, string Value)> Environment { get; set; } = [];

    /// <summary>Removes what runs that were killed have left behind.</summary>
    public static void RemoveStale()
    {
        foreach (string line in Command.Run(["ip", "netns", "list"]).Demand().Split('\n'))
        {
            string name = line.Split(' ')[0];
            string[] parts = name.Split('-');
            if (name.StartsWith(Prefix, StringComparison.Ordinal)
                && parts.Length == 3
                && !Directory.Exists($"/proc/{parts[1]}"))
            {
                Remove(name);
            }
        }
    }

    /// <summary>Runs <c>ip</c> in the namespace.</summary>
    /// <param name="arguments">Its arguments, with spaces between them.</param>
    /// <returns>What it wrote.</returns>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public string Ip(string arguments)
    {
        return Command.Run(["ip", "-n", Name, .. arguments.Split(' ')]).Demand();
    }

    /// <summary>Runs a program in the namespace to its end, which takes a minute at most.</summary>
    /// <param name="arguments">The program and its arguments.</param>
    /// <returns>How it ended.</returns>
    public Command Run(params string[] arguments)
    {
        return RunFor(60, arguments);
    }

    /// <summary>Runs a program in the namespace to its end.</summary>
    /// <param name="seconds">How long it may take.</param>
    /// <param name="arguments">The program and its arguments.</param>
    /// <returns>How it ended.</returns>
    public Command RunFor(int seconds, params string[] arguments)
    {
        Command command = Command.Run(Inside(arguments), seconds: seconds);
        _journal.Write(Label, "$ " + string.Join(' ', arguments));
        foreach (string line in (command.Output + command.Error).Split('\n').Where(l => l.Trim().Length > 0))
        {
            _journal.Write(Label, line);
        }

        return command;
    }

    /// <summary>
    /// Runs a program in the namespace to its end, without a word in the journal: for what is asked again and again.
    /// </summary>
    /// <param name="arguments">The program and its arguments.</param>
    /// <returns>How it ended.</returns>
    public Command Ask(params string[] arguments)
    {
        return Command.Run(Inside(arguments));
    }

    /// <summary>Its addresses, routes and rules.</summary>
    /// <returns>What <c>ip</c> shows of them, without what the kernel counts.</returns>
    public string Routing()
    {
        string[] shown = ["-4 rule", "-6 rule", "-4 route show table all", "-6 route show table all", "-brief address"];
        return string.Join("\n", shown.Select(s => $"{s}:\n{Ip(s)}"));
    }

    /// <summary>
    /// Demands that its addresses, routes and rules are, or soon will be, as they were: the kernel does some of its
    /// work after the change that caused it.
    /// </summary>
    /// <param name="before">What <see cref="Routing"/> returned.</param>
    public void AssertRouting(string before)
    {
        Stopwatch clock = Stopwatch.StartNew();
        while (Routing() != before && clock.Elapsed.TotalSeconds < Wait.Patience)
        {
            Thread.Sleep(Wait.PollEvery);
        }

        Assert.Equal(before, Routing());
    }

    /// <summary>How many packets an interface has been handed by this machine.</summary>
    /// <param name="link">The interface.</param>
    /// <returns>Their number.</returns>
    public long CountSent(string link)
    {
        return long.Parse(
            Ask("cat", $"/sys/class/net/{link}/statistics/tx_packets").Demand(), CultureInfo.InvariantCulture);
    }

    /// <summary>How many packets an interface has handed to this machine.</summary>
    /// <param name="link">The interface.</param>
    /// <returns>Their number.</returns>
    public long CountReceived(string link)
    {
        return long.Parse(
            Ask("cat", $"/sys/class/net/{link}/statistics/rx_packets").Demand(), CultureInfo.InvariantCulture);
    }

    /// <summary>Adds to the namespace's nftables.</summary>
    /// <param name="rules">What <c>nft -f</c> is to read.</param>
    public void Nft(string rules)
    {
        _journal.Write(Label, "nft " + rules.ReplaceLineEndings(" "));
        Command.Run(Inside(["nft", "-f", "-"]), rules).Demand();
    }

    /// <summary>Starts a program in the namespace.</summary>
    /// <param name="arguments">The program and its arguments.</param>
    /// <param name="environment">Variables of its environment.</param>
    /// <returns>The program.</returns>
    public RunningProgram Start(string[] arguments, params (string Name, string Value)[] environment)
    {
        return new RunningProgram(Label, _journal, Inside(arguments), [.. Environment, .. environment]);
    }

    /// <summary>Makes a UDP socket in the namespace, in which it stays wherever it is used.</summary>
    /// <param name="local">The address to bind it to.</param>
    /// <returns>The socket.</returns>
    public Socket OpenSocket(IPEndPoint local)
    {
        return OpenSocket(local, SocketType.Dgram, ProtocolType.Udp);
    }

    /// <summary>Makes a socket in the namespace, in which it stays wherever it is used.</summary>
    /// <param name="local">The address to bind it to.</param>
    /// <param name="type">The socket's type.</param>
    /// <param name="protocol">Its protocol.</param>
    /// <returns>The socket.</returns>
    public Socket OpenSocket(IPEndPoint local, SocketType type, ProtocolType protocol)
    {
        // The namespace is the thread's, so it is a thread that then ends.
        Socket? socket = null;
        Thread thread = new(() =>
        {
            using SafeFileHandle handle = File.OpenHandle($"/var/run/netns/{Name}");
            if (SetNamespace(handle, NetworkNamespaceType) == 0)
            {
                socket = new Socket(local.AddressFamily, type, protocol);
            }
        });
        thread.Start();
        thread.Join();
        socket = socket ?? throw new InvalidOperationException($"{Name} can't be entered");
        socket.Bind(local);
        return socket;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Remove(Name);
    }

    private static void Remove(string name)
    {
        foreach (string id in Command.Run(["ip", "netns", "pids", name]).Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                using Process process = Process.GetProcessById(int.Parse(id, CultureInfo.InvariantCulture));
                process.Kill();
            }
            catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
            {
                // It has ended in the meantime.
            }
        }

        Command.Run(["ip", "netns", "delete", name]);
    }

    [LibraryImport("libc", EntryPoint = "setns")]
    private static partial int SetNamespace(SafeFileHandle handle, int type);

    // exec replaces itself by the program, so a signal to the process reaches the program.
    private string[] Inside(string[] arguments)
    {
        return ["ip", "netns", "exec", Name, .. arguments];
    }
}
