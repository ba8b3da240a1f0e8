using System;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.IO;
using System.Linq;
using System.Text;
using Spectre.Console;
using Spore.Hostsim.Commands;
using Spore.Signing;

namespace Spore.Hostsim;

/// <summary>The desktop program around the core.</summary>
internal static class Program
{
    /// <summary>The exit code of a run that failed.</summary>
    public const int Failed = 1;

    /// <summary>The exit code of a command line that is not understood.</summary>
    public const int BadUsage = 2;

    /// <summary>The exit code of a run that Ctrl-C ended before its result.</summary>
    public const int Interrupted = 130;

    // In milliseconds. A blocked standard error does not keep a node from starting and from ending.
    private const int ErrorPatience = 300;

    private static int Main(string[] args)
    {
        (TextWriter output, TextWriter error) = StandardStreams.Open(ErrorPatience);
        IAnsiConsole? terminal = null;
        if (output == Console.Out && !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi)
        {
            Console.OutputEncoding = Encoding.UTF8;
            terminal = AnsiConsole.Console;
            output = Console.Out;
        }

        return Run(args, output, error, terminal);
    }

    /// <summary>Runs a command line.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="output">Where results go.</param>
    /// <param name="error">Where complaints go.</param>
    /// <param name="terminal">The terminal that the output is, or null.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter error, IAnsiConsole? terminal)
    {
        ParseResult parsed = CommandLine(output, terminal).Parse(
            args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        try
        {
            if (Complaint(parsed) is { } complaint)
            {
                error.WriteLine($"hostsim: {OneLine(complaint)} (see hostsim --help)");
                return BadUsage;
            }

            return parsed.Invoke(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output, Error = error });
        }
        catch (Exception exception) when (exception is HostsimException or InputException)
        {
            error.WriteLine($"hostsim: {OneLine(exception.Message)}");
            return Failed;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Of the output: whatever else does I/O reports its own failures.
            error.WriteLine($"hostsim: output: {OneLine(exception.Message)}");
            return Failed;
        }
    }

    private static RootCommand CommandLine(TextWriter output, IAnsiConsole? terminal)
    {
        SimCommand sim = new(output, terminal);
        RootCommand root = new("Spore on a desktop: a WireGuard mesh from keys alone. Without a verb: the simulator.");
        sim.AddTo(root);
        Command named = new(
            "sim", "Simulate a mesh in virtual time: it comes up, changes, and survives a power cycle.");
        sim.AddTo(named);
        root.Add(named);
        Command node = new("node", "Run a real node on UDP sockets.");
        new NodeCommand(output, terminal).AddTo(node);
        root.Add(node);
        Command bench = new("bench", "Measure the core: primitives, handshakes, throughput, and what it allocates.");
        new BenchCommand(output, terminal).AddTo(bench);
        root.Add(bench);
        return root;
    }

    private static string? Complaint(ParseResult parsed)
    {
        if (parsed.Errors.Count > 0)
        {
            return parsed.Errors[0].Message;
        }

        // The parser would take the simulator's options in front of any verb, and nobody would look at them.
        OptionResult? stray = parsed.RootCommandResult.Children.OfType<OptionResult>().FirstOrDefault(o => !o.Implicit);
        return stray != null && parsed.CommandResult != parsed.RootCommandResult
            ? $"{stray.Option.Name} stands before the verb"
            : null;
    }

    private static string OneLine(string text)
    {
        return MessageText.OneLine(string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
    }
}
