using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.IO;
using System.Linq;
using Spore.Signing;

namespace Spore.CommandLine;

/// <summary>Runs a program's command line. All programs have the same exit codes and messages.</summary>
public static class CommandLineProgram
{
    /// <summary>The exit code of a run that failed.</summary>
    public const int Failed = 1;

    /// <summary>The exit code of a command line that is wrong.</summary>
    public const int BadUsage = 2;

    // No argument means anything when it is empty. Most often a variable of a shell was.
    private const string Empty = "an argument is empty";

    /// <summary>Runs a command line.</summary>
    /// <param name="program">The program's name, for messages.</param>
    /// <param name="root">Its commands.</param>
    /// <param name="args">The arguments.</param>
    /// <param name="output">For results.</param>
    /// <param name="error">For errors, one line each.</param>
    /// <param name="describe">
    /// Describes an exception of the program's own, or returns null for one that is a fault of the program.
    /// </param>
    /// <returns>
    /// The exit code of the command; <see cref="Failed"/> if what it was given can't be used;
    /// <see cref="BadUsage"/> if the command line is wrong.
    /// </returns>
    public static int Run(
        string program,
        RootCommand root,
        IReadOnlyList<string> args,
        TextWriter output,
        TextWriter error,
        Func<Exception, string?> describe)
    {
        ParseResult parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (Fault(parsed, args) is string fault)
        {
            // A key on the command line may be a private one in the wrong place.
            foreach (string key in args.Where(a => KeyText.TryParse(a) is not null))
            {
                fault = fault.Replace(key, "KEY");
            }

            return Refuse(program, parsed, error, fault);
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                Output = output,
                Error = error,
            });
        }
        catch (UsageException e)
        {
            return Refuse(program, parsed, error, e.Message);
        }
        catch (Exception e) when ((describe(e) ?? Describe(e)) is string message)
        {
            error.WriteLine($"{program}: {OneLine(message)}");
            return Failed;
        }
    }

    private static int Refuse(string program, ParseResult parsed, TextWriter error, string fault)
    {
        error.WriteLine($"{program}: {OneLine(fault)} (see {string.Join(' ', Path(program, parsed))} --help)");
        return BadUsage;
    }

    private static string? Fault(ParseResult parsed, IReadOnlyList<string> args)
    {
        Command command = parsed.CommandResult.Command;
        bool isWrong = parsed.Action is ParseErrorAction;
        if (!isWrong && parsed.Action != command.Action)
        {
            // Help or the version was asked for.
            return null;
        }

        // The parser takes an unknown option for an argument where it still expects one.
        string? unknown = UnknownOption(parsed) ?? parsed.UnmatchedTokens.FirstOrDefault();
        return unknown is not null ? Unknown(parsed.CommandResult, unknown)
            : Stray(parsed.CommandResult) is string stray ? $"{stray} stands before the command; write it behind"
            : !isWrong ? (args.Any(a => a.Length == 0) ? Empty : null)
            : command.Subcommands.Count > 0 && command.Action is null
                ? $"no command was given; there are {string.Join(", ", Commands(command))}"
                : parsed.Errors[0].Message.TrimEnd('.');
    }

    private static string? UnknownOption(ParseResult parsed)
    {
        int separator = parsed.Tokens.ToList().FindIndex(t => t.Type == TokenType.DoubleDash);
        IEnumerable<Token> given = separator < 0 ? parsed.Tokens : parsed.Tokens.Take(separator);
        HashSet<string> values = [.. given.Where(t => t.Type == TokenType.Argument).Select(t => t.Value)];
        return parsed.CommandResult.Children
            .OfType<ArgumentResult>()
            .SelectMany(a => a.Tokens)
            .Select(t => t.Value)
            .FirstOrDefault(v => IsOption(v) && values.Contains(v));
    }

    // The parser accepts an option of a command before the command's own commands, and nobody would look at it.
    private static string? Stray(CommandResult result)
    {
        for (SymbolResult? parent = result.Parent; parent is CommandResult above; parent = above.Parent)
        {
            IEnumerable<OptionResult> options = above.Children.OfType<OptionResult>();
            if (options.FirstOrDefault(o => !o.Implicit && !o.Option.Recursive) is { } stray)
            {
                return stray.Option.Name;
            }
        }

        return null;
    }

    private static string Unknown(CommandResult result, string text)
    {
        bool hasCommands = result.Command.Subcommands.Count > 0;
        string kind = IsOption(text) ? "an option" : hasCommands ? "a command" : "an argument";
        IReadOnlyList<string> meant = Suggestion.For(text, IsOption(text) ? Options(result) : Commands(result.Command));
        string question = meant.Count == 0 ? "" : $"; did you mean '{string.Join("' or '", meant)}'?";
        return text.Length == 0 ? Empty : $"'{text}' is not {kind} here{question}";
    }

    private static bool IsOption(string text) => text.Length > 1 && text[0] == '-';

    private static IEnumerable<string> Commands(Command command) =>
        command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name);

    private static IEnumerable<string> Options(CommandResult result)
    {
        IEnumerable<Option> own = result.Command.Options;
        for (SymbolResult? parent = result.Parent; parent is CommandResult above; parent = above.Parent)
        {
            own = own.Concat(above.Command.Options.Where(o => o.Recursive));
        }

        return own.Where(o => !o.Hidden).SelectMany(o => o.Aliases.Prepend(o.Name)).Where(n => n[0] == '-');
    }

    private static IEnumerable<string> Path(string program, ParseResult parsed)
    {
        List<string> path = [];
        for (SymbolResult? result = parsed.CommandResult; result is CommandResult command; result = command.Parent)
        {
            path.Insert(0, command.Parent is null ? program : command.Command.Name);
        }

        return path;
    }

    // Of the output: whatever else reads or writes reports its own failures.
    private static string? Describe(Exception exception) => exception switch
    {
        InputException => exception.Message,
        IOException or UnauthorizedAccessException => $"output: {exception.Message}",
        _ => null,
    };

    private static string OneLine(string text) =>
        MessageText.OneLine(string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
}
