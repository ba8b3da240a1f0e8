using System;
using System.IO;
using Spectre.Console;
using Spore.Signing;

namespace Spore.Flash;

/// <summary>Where the program writes to: results as text or tables, and faults and warnings apart from them.</summary>
internal sealed class Terminal
{
    /// <summary>Takes the two ways out.</summary>
    /// <param name="output">For results.</param>
    /// <param name="error">For faults and warnings.</param>
    public Terminal(TextWriter output, TextWriter error)
        : this(new AnsiConsoleOutput(output), error)
    {
    }

    /// <summary>Takes the two ways out.</summary>
    /// <param name="console">For results: what is known about the terminal, or that it is none.</param>
    /// <param name="error">For faults and warnings.</param>
    public Terminal(IAnsiConsoleOutput console, TextWriter error)
    {
        Output = console.Writer;
        Error = error;
        Console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = console,
            Ansi = console.IsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = console.IsTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        });
    }

    /// <summary>For results in plain text.</summary>
    public TextWriter Output { get; }

    /// <summary>For faults and warnings, a line each.</summary>
    public TextWriter Error { get; }

    /// <summary>For tables, on the same way out as <see cref="Output"/>.</summary>
    public IAnsiConsole Console { get; }

    /// <summary>
    /// Asks a person for a secret, which is not shown: takes the question, and returns null where nobody can be asked.
    /// </summary>
    public Func<string, string?> AskSecret { get; init; } = _ => null;

    /// <summary>Shows how far work has come.</summary>
    public ProgressDisplay Progress { get; init; } = new(null, TimeSpan.Zero, TimeProvider.System);

    /// <summary>Tells of something that is allowed but rarely meant.</summary>
    /// <param name="where">The file.</param>
    /// <param name="field">The field in it.</param>
    /// <param name="what">What is unusual.</param>
    public void Warn(string where, string field, string what) =>
        Error.WriteLine($"flash: {where}: {field}: warning: {what}");

    /// <summary>Warns of what a network may say, but rarely means.</summary>
    /// <param name="where">The network's file.</param>
    /// <param name="network">The network.</param>
    public void Warn(string where, NetworkDescription network)
    {
        foreach ((string field, string what) in NetworkWarnings.Of(network))
        {
            Warn(where, field, what);
        }
    }

    /// <summary>Warns where a file that holds a secret is open to others than its owner.</summary>
    /// <param name="path">The file.</param>
    public void WarnIfExposed(string path)
    {
        if (SecretFile.IsExposed(path))
        {
            Warn(path, "mode", $"{SecretFile.Exposure} (chmod 600)");
        }
    }
}
