using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using Spore.CommandLine;

namespace Spore.Emulator;

/// <summary>The command line.</summary>
internal static class EmulatorCommand
{
    /// <summary>Runs one command.</summary>
    /// <param name="args">The command and its arguments.</param>
    /// <param name="output">For results, and for what the program prints.</param>
    /// <param name="error">For errors.</param>
    /// <returns>
    /// 0 when the program ran to its end; 1 when it can't be run, threw or ran too long; 2 when the command line is
    /// wrong.
    /// </returns>
    public static int Run(IReadOnlyList<string> args, TextWriter output, TextWriter error) =>
        CommandLineProgram.Run("emulator", Build(output), args, output, error, Describe);

    private static string? Describe(Exception exception) => exception switch
    {
        ProgramException => exception.Message,
        UnhandledException => $"unhandled {exception.Message}",
        _ => null,
    };

    private static RootCommand Build(TextWriter output)
    {
        return new RootCommand(
            "Runs nanoFramework programs from their compiled IL as a microcontroller would, and counts what they cost.")
        {
            RunCommand.Build(output),
            ProfileCommand.Build(output),
            BenchCommand.Build(output),
        };
    }
}
