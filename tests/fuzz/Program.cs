using System;
using System.Buffers;
using System.CommandLine;
using System.IO;
using Spectre.Console;
using Spore.CommandLine;
using Spore.Tests;

namespace Spore.Fuzz;

/// <summary>Looks for inputs that do to a node what none may do.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        Option<double> seconds = new("--seconds")
        {
            HelpName = "N",
            Description = "How long to look.",
            DefaultValueFactory = _ => 600,
        };
        Option<int> seed = new("--seed")
        {
            HelpName = "S",
            Description = "What chance follows from.",
            DefaultValueFactory = _ => Environment.TickCount,
        };
        Option<string> corpus = new("--corpus")
        {
            HelpName = "FOLDER",
            Description = "Where inputs are kept.",
            DefaultValueFactory = _ => Path.Combine(Repository.Root, "tests", "fuzz", "corpus"),
        };
        Option<bool> keep = new("--keep")
        {
            Description = "Write back the inputs that are needed to reach all that was reached, and delete the others.",
        };
        seconds.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1
                && double.TryParse(result.Tokens[0].Value, out double given)
                && !(given is > 0 and <= 86_400))
            {
                result.AddError("--seconds takes more than 0, and a day at the most");
            }
        });
        Option<string?> input = new("--input")
        {
            HelpName = "HEX",
            Description = "Run this one input, as it is told where something was found, in every state.",
        };
        input.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: { } hex }]
                && Convert.FromHexString(
                    hex, new byte[hex.Length / 2], out int read, out _) != OperationStatus.Done | read == 0)
            {
                result.AddError("--input takes bytes in hexadecimal");
            }
        });
        RootCommand root = new(
            "Fuzzes a node in every state: nothing throws, nothing is allocated, and nothing changes what is not "
            + "authentic.")
        {
            seconds, seed, corpus, keep, input,
        };
        root.SetAction(parsed => parsed.GetValue(input) is { } hex
            ? Replay(hex)
            : Look(parsed.GetValue(corpus)!, parsed.GetValue(seconds), parsed.GetValue(seed), parsed.GetValue(keep)));
        return CommandLineProgram.Run("fuzz", root, args, Console.Out, Console.Error, _ => null);
    }

    private static int Replay(string hex)
    {
        Input input = Input.Parse(Convert.FromHexString(hex));
        int findings = 0;
        for (int state = 0; state < States.All.Count; state++)
        {
            try
            {
                Campaign.Replay(state, [input]);
            }
            catch (Finding finding)
            {
                findings++;
                AnsiConsole.WriteLine(finding.Message);
            }
        }

        AnsiConsole.MarkupLine(findings == 0 ? "[green]Nothing found.[/]" : "[red]Found.[/]");
        return findings == 0 ? 0 : CommandLineProgram.Failed;
    }

    private static int Look(string corpus, double seconds, int seed, bool keep)
    {
        AnsiConsole.MarkupLineInterpolated($"[grey]{seconds} s, seed {seed}, inputs of {corpus}[/]");
        Campaign? outcome = null;
        AnsiConsole.Progress()
            .Columns(
                new SpinnerColumn(),
                new ProgressBarColumn(),
                new RemainingTimeColumn(),
                new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(context =>
            {
                ProgressTask task = context.AddTask("instrumenting", maxValue: seconds);
                outcome = Campaign.Run(corpus, seconds, seed, keep, (time, executions, edges, inputs) =>
                {
                    task.Value = time;
                    task.Description =
                        $"[bold]{executions:N0}[/] executions, {executions / Math.Max(time, 1):N0} a second, "
                        + $"[bold]{edges:N0}[/] ways, {inputs:N0} inputs";
                });
            });
        AnsiConsole.WriteLine(
            $"{outcome!.Executions:N0} executions took {outcome.Edges:N0} ways; {outcome.Inputs:N0} inputs; memory "
            + $"grew by {outcome.Growth / 1024:N0} KB.");
        if (outcome.Finding is null)
        {
            AnsiConsole.MarkupLine("[green]Nothing found.[/]");
            return 0;
        }

        AnsiConsole.MarkupLineInterpolated($"[red]{outcome.Finding}[/]");
        AnsiConsole.WriteLine($"--input {outcome.Input}");
        return CommandLineProgram.Failed;
    }
}
