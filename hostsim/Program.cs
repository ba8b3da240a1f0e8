using System;
using System.CommandLine;
using System.IO;
using System.Text;
using Spectre.Console;
using Spore.CommandLine;
using Spore.Hostsim.Commands;
using Spore.Signing;

namespace Spore.Hostsim;

/// <summary>The desktop program around the core.</summary>
internal static class Program
{
    /// <summary>The exit code of a run that Ctrl-C ended before its result.</summary>
    public const int Interrupted = 130;

    // In milliseconds. A blocked standard error does not keep a node from starting and from ending.
    private const int ErrorPatience = 300;

    private static int Main(string[] args)
    {
        (TextWriter output, TextWriter error) = StandardStreams.Open(ErrorPatience);
        error = JournalStream.IsError ? new JournalErrorWriter(error) : error;
        IAnsiConsole? terminal = null;
        if (output == Console.Out && !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi)
        {
            Console.OutputEncoding = Encoding.UTF8;

            // Another one than before: a console that was made of the old one takes it for no terminal.
            output = Console.Out;
            terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        }

        Stream? input = Console.IsInputRedirected ? Console.OpenStandardInput() : null;
        return Run(args, output, error, terminal, input, JournalStream.IsOutput);
    }

    /// <summary>Runs a command line.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="output">Where results go.</param>
    /// <param name="error">Where errors go.</param>
    /// <param name="terminal">The terminal that the output is, or null.</param>
    /// <param name="input">Standard input, or null where it is a terminal.</param>
    /// <param name="isJournal">Whether the output is a stream to systemd's journal.</param>
    /// <returns>The exit code.</returns>
    public static int Run(
        string[] args,
        TextWriter output,
        TextWriter error,
        IAnsiConsole? terminal,
        Stream? input = null,
        bool isJournal = false)
    {
        RootCommand root = CommandLine(output, terminal, input, isJournal);
        return CommandLineProgram.Run("hostsim", root, args, output, error, Describe);
    }

    private static string? Describe(Exception exception) => exception is HostsimException ? exception.Message : null;

    private static RootCommand CommandLine(TextWriter output, IAnsiConsole? terminal, Stream? input, bool isJournal)
    {
        SimCommand sim = new(output, terminal);
        RootCommand root = new("Spore on a desktop: a WireGuard mesh from keys alone. Without a verb: the simulator.");
        sim.AddTo(root);
        Command named = new(
            "sim", "Simulate a mesh in virtual time: it comes up, changes, and survives a power cycle.");
        sim.AddTo(named);
        root.Add(named);
        Command node = new("node", "Run a real node on UDP sockets.");
        new NodeCommand(output, terminal, isJournal).AddTo(node);
        root.Add(node);
        Command status = new("status", "Ask this machine's node, or a member, how it is.");
        new StatusCommand(output, terminal).AddTo(status);
        root.Add(status);
        Command mesh = new("mesh", "Ask every member how it is, and with whom it has sessions.");
        new MeshCommand(output, terminal).AddTo(mesh);
        root.Add(mesh);
        Command push = new("push", "Hand a network to this machine's node or to a member, and show where it arrives.");
        new PushCommand(output, terminal).AddTo(push);
        root.Add(push);
        Command why = new("why", "Find out why a peer can't be reached, and what to do.");
        new WhyCommand(output, terminal).AddTo(why);
        root.Add(why);
        Command get = new("get", "Read a file of a peer by TFTP in the tunnel.");
        new GetCommand(output, terminal).AddTo(get);
        root.Add(get);
        Command put = new("put", "Write a file to a peer by TFTP in the tunnel.");
        new PutCommand(output, terminal, input).AddTo(put);
        root.Add(put);
        Command ask = new("ask", "Send a peer a request, and print its answer.");
        new AskCommand(output, terminal, input).AddTo(ask);
        root.Add(ask);
        Command bench = new("bench", "Measure the core: primitives, handshakes, throughput, and what it allocates.");
        new BenchCommand(output, terminal).AddTo(bench);
        root.Add(bench);
        return root;
    }
}
