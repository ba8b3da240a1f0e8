using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Threading;
using Spectre.Console;
using Spore.Hostsim.Display;
using Spore.Signing;

namespace Spore.Hostsim.Commands;

/// <summary>A report that is made once, or with <c>--watch</c> again and again: as text, or as JSON.</summary>
/// <param name="output">Where it goes.</param>
/// <param name="terminal">The terminal that the output is, or null.</param>
/// <param name="interval">How long to wait between two reports.</param>
/// <param name="watchHelp">The help text of <c>--watch</c>.</param>
internal sealed class WatchedReport(TextWriter output, IAnsiConsole? terminal, TimeSpan interval, string watchHelp)
{
    private readonly Option<bool> _json = new("--json")
    {
        Description = "Print one JSON object; with --watch, one a line.",
    };

    private readonly Option<bool> _watch = new("--watch") { Description = watchHelp };

    /// <summary>Gives a command the options.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        command.Add(_json);
        command.Add(_watch);
    }

    /// <summary>Makes reports until there is one, or until Ctrl-C.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="ask">Asks for what is reported; gets the terminal where it may show its progress.</param>
    /// <param name="show">Writes it for people.</param>
    /// <param name="json">Makes an object of it.</param>
    /// <param name="cancel">Ends it.</param>
    /// <typeparam name="T">What is reported.</typeparam>
    /// <returns>The exit code.</returns>
    /// <exception cref="HostsimException">Without <c>--watch</c>: there is no answer.</exception>
    public int Run<T>(
        ParseResult parsed,
        Func<IAnsiConsole?, T> ask,
        Action<IAnsiConsole, T> show,
        Func<T, Dictionary<string, object?>> json,
        CancellationToken cancel)
    {
        bool isJson = parsed.GetValue(_json);
        bool isWatch = parsed.GetValue(_watch);
        IAnsiConsole console = terminal ?? PlainConsole.Of(output);
        try
        {
            if (isWatch && !isJson && terminal != null)
            {
                new Screen(terminal).Watch(interval, c => ShowOrTell(c, ask, show), cancel);
            }
            else if (isWatch)
            {
                do
                {
                    if (isJson)
                    {
                        output.WriteLine(JsonText.Line(JsonOrFault(ask, json)));
                    }
                    else
                    {
                        ShowOrTell(console, ask, show);
                        output.WriteLine();
                    }

                    output.Flush();
                }
                while (!cancel.WaitHandle.WaitOne(interval));
            }
            else if (isJson)
            {
                output.WriteLine(JsonText.Indented(json(ask(null))));
            }
            else
            {
                show(console, ask(terminal));
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return isWatch ? 0 : Program.Interrupted;
        }

        return 0;
    }

    // Who does not answer now may do so the next time.
    private static void ShowOrTell<T>(IAnsiConsole console, Func<IAnsiConsole?, T> ask, Action<IAnsiConsole, T> show)
    {
        try
        {
            show(console, ask(null));
        }
        catch (HostsimException exception)
        {
            console.WriteLine(MessageText.OneLine(exception.Message));
        }
    }

    private static Dictionary<string, object?> JsonOrFault<T>(
        Func<IAnsiConsole?, T> ask, Func<T, Dictionary<string, object?>> json)
    {
        try
        {
            return json(ask(null));
        }
        catch (HostsimException exception)
        {
            return new() { ["fault"] = exception.Message };
        }
    }
}
