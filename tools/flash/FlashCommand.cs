using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Invocation;
using System.IO;
using System.Linq;
using Spore.Signing;

namespace Spore.Flash;

/// <summary>The command line: what there is, and how faults are told.</summary>
internal static class FlashCommand
{
    private const int Failure = 1;
    private const int Usage = 2;

    /// <summary>Runs one command.</summary>
    /// <param name="args">The command and its arguments.</param>
    /// <param name="terminal">Where to write to.</param>
    /// <param name="now">The time of day.</param>
    /// <returns>0 when it was done; 1 when what it was given can't be used; 2 when the command line is wrong.</returns>
    public static int Run(IReadOnlyList<string> args, Terminal terminal, DateTimeOffset now)
    {
        ParserConfiguration configuration = new() { ResponseFileTokenReplacer = null };
        ParseResult result = Build(terminal, now).Parse(args, configuration);
        bool empty = args.Any(a => a.Length == 0);
        if (empty || result.Action is ParseErrorAction)
        {
            string message = empty
                ? "an argument is empty"
                : args.Count == 0 ? "no command was given" : Describe(result, args);
            terminal.Error.WriteLine($"flash: {message} (flash --help tells what there is)");
            return Usage;
        }

        try
        {
            return result.Invoke(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                Output = terminal.Output,
                Error = terminal.Error,
            });
        }
        catch (InputException e)
        {
            terminal.Error.WriteLine($"flash: {e.Message}");
            return Failure;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            terminal.Error.WriteLine($"flash: output: {e.Message}");
            return Failure;
        }
    }

    private static RootCommand Build(Terminal terminal, DateTimeOffset now)
    {
        Command root = new("root", "The trust root: the key that signs networks.")
        {
            RootNewCommand.Build(terminal),
            RootShowCommand.Build(terminal),
        };
        Command node = new("node", "Nodes' identities: what a node holds before it first boots.")
        {
            NodeNewCommand.Build(terminal),
            NodeShowCommand.Build(terminal),
        };
        return new RootCommand(
            "Keys, identities, signed networks and images of a Spore mesh. A KEY is 44 characters of base64 or 64 "
            + "hexadecimal digits.")
        {
            root,
            node,
            AddressCommand.Build(terminal),
            SignCommand.Build(terminal, now),
            ShowCommand.Build(terminal, now),
            CheckCommand.Build(terminal, now),
            BoardsCommand.Build(terminal),
            ImageCommand.Build(terminal),
            ReadIdentityCommand.Build(terminal),
            BatchCommand.Build(terminal, now),
            WriteCommand.Build(terminal),
        };
    }

    // A key on the command line may be a secret in the wrong place, so it is not shown again.
    private static string Describe(ParseResult result, IReadOnlyList<string> args)
    {
        string message = result.UnmatchedTokens.Count > 0
            ? $"'{result.UnmatchedTokens[0]}' is no command or argument here"
            : result.Errors[0].Message.TrimEnd('.');
        foreach (string key in args.Where(a => KeyText.TryParse(a) is not null))
        {
            message = message.Replace(key, "KEY");
        }

        return message.ReplaceLineEndings(" ");
    }
}
