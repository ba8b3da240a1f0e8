using System.CommandLine;
using System.Diagnostics;
using System.IO;
using Spectre.Console;

namespace Spore.Emulator;

/// <summary><c>emulator run</c>: a program from beginning to end.</summary>
internal static class RunCommand
{
    /// <summary>Builds the command.</summary>
    /// <param name="output">For the program's output and the figures.</param>
    /// <returns>The command.</returns>
    public static Command Build(TextWriter output)
    {
        ProgramOptions options = new();
        Command command = new("run", "Run a program, and tell what it took.");
        options.AddTo(command);
        command.SetAction(result =>
        {
            bool json = result.GetValue(options.Json);
            using StringWriter kept = new();
            using Machine machine = options.Load(result, json ? kept : output, out DeviceMethod start);
            Stopwatch clock = Stopwatch.StartNew();
            ProgramOptions.Run(machine, start);
            clock.Stop();
            if (json)
            {
                Report.WriteJson(output, Report.Figures(machine, clock.Elapsed, kept.ToString()));
            }
            else
            {
                Report.ConsoleFor(output).Write(Report.Summary(machine, clock.Elapsed));
            }
        });
        return command;
    }
}
