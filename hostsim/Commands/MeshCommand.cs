using System;
using System.CommandLine;
using System.IO;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Threading;
using Spectre.Console;
using Spore.Hostsim.Display;
using Spore.Hostsim.Status;
using Spore.Signing;

namespace Spore.Hostsim.Commands;

/// <summary><c>hostsim mesh</c>: asks every member how it is, and with whom it has sessions.</summary>
/// <param name="output">Where results go.</param>
/// <param name="terminal">The terminal that the output is, or null.</param>
internal sealed class MeshCommand(TextWriter output, IAnsiConsole? terminal)
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(2);

    private readonly LocalNodeOptions _local = new();
    private readonly Option<bool> _json = new("--json")
    {
        Description = "Print one JSON object; with --watch, one a line.",
    };

    private readonly Option<bool> _watch = new("--watch")
    {
        Description = "Ask again 2 s after all were asked, until Ctrl-C.",
    };

    private readonly Option<string?> _html = new("--html")
    {
        HelpName = "FILE",
        Description = "Write one page with a graph of the mesh, which needs no network.",
    };

    /// <summary>Makes a command ask the mesh.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        _local.AddTo(command);
        command.Add(_json);
        command.Add(_watch);
        command.Add(_html);
        command.SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        using StopSignal stop = new();
        bool isWatch = parsed.GetValue(_watch);
        string? page = parsed.GetValue(_html);
        JsonSerializerOptions? form = !parsed.GetValue(_json)
            ? null
            : new() { WriteIndented = !isWatch, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        try
        {
            if (isWatch && form == null && terminal != null)
            {
                new Screen(terminal).Watch(_interval, c => ShowOrTell(c, null), stop.Token);
                return 0;
            }

            IAnsiConsole console = terminal ?? PlainConsole.Of(output);
            do
            {
                if (form != null)
                {
                    MeshSurvey survey = Ask(parsed, null, page, stop.Token);
                    output.WriteLine(JsonSerializer.Serialize(MeshJson.Of(survey, DateTimeOffset.UtcNow), form));
                }
                else if (isWatch)
                {
                    ShowOrTell(console, terminal);
                }
                else
                {
                    Show(console, Ask(parsed, terminal, page, stop.Token));
                }

                output.Flush();
            }
            while (isWatch && !stop.Token.WaitHandle.WaitOne(_interval));
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            return isWatch ? 0 : Program.Interrupted;
        }

        return 0;

        // A node that is started again does not answer meanwhile.
        void ShowOrTell(IAnsiConsole console, IAnsiConsole? shown)
        {
            try
            {
                Show(console, Ask(parsed, shown, page, stop.Token));
            }
            catch (HostsimException exception)
            {
                console.WriteLine(MessageText.OneLine(exception.Message));
            }
        }

        void Show(IAnsiConsole console, MeshSurvey survey)
        {
            MeshView.Write(console, survey);
            if (page != null)
            {
                console.WriteLine($"The graph is in {page}.");
            }
        }
    }

    // The node is found anew each time: it may have been started again, or have another network.
    private MeshSurvey Ask(ParseResult parsed, IAnsiConsole? shown, string? page, CancellationToken cancel)
    {
        LocalNode local = _local.Find(parsed, cancel);
        MeshSurvey survey = shown == null
            ? MeshSurvey.Ask(local, (_, _) => { }, cancel)
            : shown.Status().Start("Members are asked", context => MeshSurvey.Ask(
                local,
                (done, all) => context.Status(FormattableString.Invariant($"{done} of {all} members were asked")),
                cancel));
        if (page != null)
        {
            OutputFile.Write(page, Encoding.UTF8.GetBytes(MeshPage.Of(survey, DateTimeOffset.UtcNow)));
        }

        return survey;
    }
}
