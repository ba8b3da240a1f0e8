using System;
using System.CommandLine;
using System.IO;
using System.Text;
using System.Threading;
using Spectre.Console;
using Spore.Hostsim.Status;
using Spore.Signing;

namespace Spore.Hostsim.Commands;

/// <summary><c>hostsim mesh</c>: asks every member how it is, and with whom it has sessions.</summary>
/// <param name="output">Where results go.</param>
/// <param name="terminal">The terminal that the output is, or null.</param>
internal sealed class MeshCommand(TextWriter output, IAnsiConsole? terminal)
{
    private readonly LocalNodeOptions _local = new();
    private readonly WatchedReport _report = new(
        output, terminal, TimeSpan.FromSeconds(2), "Ask again 2 s after all were asked, until Ctrl-C.");

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
        _report.AddTo(command);
        command.Add(_html);
        command.SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        using StopSignal stop = new();
        string? page = parsed.GetValue(_html);
        return _report.Run(
            parsed,
            shown => Ask(parsed, shown, page, stop.Token),
            (console, survey) =>
            {
                MeshView.Write(console, survey);
                if (page != null)
                {
                    console.WriteLine($"The graph is in {page}.");
                }
            },
            survey => MeshJson.Of(survey, DateTimeOffset.UtcNow),
            stop.Token);
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
