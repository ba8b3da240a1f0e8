using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Invocation;
using System.IO;

namespace Spore.Emulator;

/// <summary>The command line: what there is, and how faults are told.</summary>
internal static class EmulatorCommand
{
    private const int Failure = 1;
    private const int Usage = 2;

    /// <summary>Runs one command.</summary>
    /// <param name="args">The command and its arguments.</param>
    /// <param name="output">For results, and for what the program prints.</param>
    /// <param name="error">For faults.</param>
    /// <returns>
    /// 0 when the program ran to its end; 1 when it can't be run, threw or ran too long; 2 when the
    /// command line is wrong.
    /// </returns>
    public static int Run(IReadOnlyList<string> args, TextWriter output, TextWriter error)
    {
        ParseResult result = Build(output).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (result.Action is ParseErrorAction)
        {
            string message = args.Count == 0 ? "no command was given"
                : result.UnmatchedTokens.Count > 0 ? $"'{result.UnmatchedTokens[0]}' is no command or argument here"
                : result.Errors[0].Message.TrimEnd('.');
            error.WriteLine($"emulator: {message.ReplaceLineEndings(" ")} (emulator --help tells what there is)");
            return Usage;
        }

        try
        {
            return result.Invoke(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output, Error = error });
        }
        catch (ProgramException e)
        {
            error.WriteLine($"emulator: {e.Message}");
            return Failure;
        }
        catch (UnhandledException e)
        {
            error.WriteLine($"emulator: unhandled {e.Message}");
            return Failure;
        }
        catch (IOException e)
        {
            error.WriteLine($"emulator: output: {e.Message}");
            return Failure;
        }
    }

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
