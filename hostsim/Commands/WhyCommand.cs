using System;
using System.CommandLine;
using System.IO;
using Spectre.Console;
using Spore.Hostsim.Diagnosis;
using Spore.Hostsim.Display;
using Spore.Hostsim.Status;

namespace Spore.Hostsim.Commands;

/// <summary><c>hostsim why</c>: finds out why a peer can't be reached.</summary>
/// <param name="output">Where results go.</param>
/// <param name="terminal">The terminal that the output is, or null.</param>
internal sealed class WhyCommand(TextWriter output, IAnsiConsole? terminal)
{
    private readonly LocalNodeOptions _local = new();
    private readonly Argument<string> _whom = new("LABEL|KEY|ADDRESS")
    {
        Description = "The peer: its label, its public key, or an address of it in the tunnel.",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object." };

    /// <summary>Makes a command find out why.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        command.Add(_whom);
        _local.AddTo(command);
        command.Add(_json);
        command.SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        using StopSignal stop = new();
        bool isJson = parsed.GetValue(_json);
        try
        {
            LocalNode local = _local.Find(parsed, stop.Token);
            string whom = parsed.GetRequiredValue(_whom);
            Facts facts = terminal == null || isJson
                ? Investigate(_ => { })
                : terminal.Status().Start("The node is asked", context => Investigate(
                    t => context.Status(Markup.Escape(t))));
            Verdict verdict = CauseFinder.Of(facts);
            if (isJson)
            {
                output.WriteLine(JsonText.Indented(VerdictView.Json(verdict, facts)));
            }
            else
            {
                VerdictView.Write(terminal ?? PlainConsole.Of(output), verdict);
            }

            return verdict.Cause is Cause.None or Cause.Self ? 0 : 1;

            Facts Investigate(Action<string> tell) => new Investigation(local, tell, stop.Token).Of(whom);
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            return Program.Interrupted;
        }
    }
}
