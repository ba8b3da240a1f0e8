using System.CommandLine;
using System.Diagnostics;
using System.IO;

namespace Spore.Emulator;

/// <summary><c>emulator profile</c>: where a program spends its instructions and its memory.</summary>
internal static class ProfileCommand
{
    /// <summary>Builds the command.</summary>
    /// <param name="output">For the figures.</param>
    /// <returns>The command.</returns>
    public static Command Build(TextWriter output)
    {
        ProgramOptions options = new();
        Option<string?> speedscope = new("--speedscope")
        {
            Description = "Also write a flame graph that speedscope.app opens.",
            HelpName = "out.json",
        };
        Option<int> rows = new("--rows")
        {
            Description = "Rows of each table.",
            HelpName = "N",
            DefaultValueFactory = _ => 25,
        };
        rows.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
            {
                result.AddError("--rows must be 1 or more");
            }
        });
        Command command = new(
            "profile", "Run a program, and tell where its instructions and its memory went. Its output is not shown.");
        options.AddTo(command);
        command.Add(speedscope);
        command.Add(rows);
        command.SetAction(result =>
        {
            using StringWriter kept = new();
            using Device device = options.Load(result, kept);
            Stopwatch clock = Stopwatch.StartNew();
            options.Run(result, device);
            clock.Stop();
            Machine machine = device.Machine;
            if (result.GetValue(speedscope) is string path)
            {
                Speedscope.Write(machine, path);
            }

            if (result.GetValue(options.Json))
            {
                Report.WriteJson(output, Report.Profile(machine, clock.Elapsed, kept.ToString()));
                return;
            }

            int count = result.GetValue(rows);
            Report.Write(
                output,
                Report.Methods(machine, count),
                Report.Opcodes(machine, count),
                Report.Allocations(machine, count),
                Report.Summary(machine, clock.Elapsed));
        });
        return command;
    }
}
