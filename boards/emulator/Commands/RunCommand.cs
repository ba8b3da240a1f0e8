using System;
using System.CommandLine;
using System.Diagnostics;
using System.IO;
using System.Text.Json.Nodes;

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
            using ProgramOutput shown = new(output);
            using Device device = options.Load(result, json ? kept : shown);
            Stopwatch clock = Stopwatch.StartNew();
            RunState state = options.Run(result, device);
            clock.Stop();
            if (json)
            {
                JsonObject figures = Report.Figures(device.Machine, clock.Elapsed, kept.ToString());
                figures["state"] = state.ToString();
                figures["deviceSeconds"] = device.Surroundings.Clock.Now / 1e6;
                figures["boots"] = device.Boots;
                Report.WriteJson(output, figures);
            }
            else
            {
                string silence = shown.IsSilent ? "; it has printed nothing" : "";
                string boots = device.Boots == 1 ? "1 boot" : $"{device.Boots} boots";
                double time = device.Surroundings.Clock.Now / 1e6;
                string what = Machine.Describe(state);
                output.WriteLine(FormattableString.Invariant(
                    $"emulator: {what}, after {time:F2} s of the device's time and {boots}{silence}"));
                Report.Write(output, Report.Summary(device.Machine, clock.Elapsed));
            }
        });
        return command;
    }
}
