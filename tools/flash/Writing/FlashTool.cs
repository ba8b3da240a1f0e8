using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Spore.CommandLine;
using Spore.Signing;

namespace Spore.Flash;

/// <summary>A program of others that writes into boards' flash.</summary>
internal abstract class FlashTool
{
    private const string NoAnswer =
        "the board does not answer: is it the right port and a cable with data lines? Some boards have to be told, by "
        + "holding BOOT (IO0) while they are reset";

    /// <summary>Takes its file.</summary>
    /// <param name="program">Its file, or its name.</param>
    protected FlashTool(string program)
    {
        Program = program;
    }

    /// <summary>Its file, or its name.</summary>
    protected string Program { get; }

    /// <summary>What it is called, for messages.</summary>
    protected abstract string Name { get; }

    /// <summary>Chooses a tool.</summary>
    /// <param name="given">The tool's name or file, or null for the first that is installed.</param>
    /// <param name="isDry">Whether it is not going to be run.</param>
    /// <returns>The tool.</returns>
    /// <exception cref="InputException">None is installed.</exception>
    /// <exception cref="UsageException">The tool is not known.</exception>
    public static FlashTool Choose(string? given, bool isDry)
    {
        string? program = given
            ?? ToolProcess.Find("nanoff")
            ?? ToolProcess.Find("esptool")
            ?? (isDry ? "nanoff" : null);
        return program is null
            ? throw new InputException(
                "nanoff",
                null,
                "neither it nor esptool is on the PATH; 'dotnet tool install -g nanoff' installs it, and 'pip install "
                + "esptool' the other one")
            : Path.GetFileNameWithoutExtension(program).ToLowerInvariant() switch
            {
                "nanoff" => new NanoffTool(program),
                "esptool" => new EsptoolTool(program),
                _ => throw new UsageException("--tool", $"'{program}' is neither nanoff nor esptool"),
            };
    }

    /// <summary>Says what would be run.</summary>
    /// <param name="job">What is to be written where.</param>
    /// <returns>Programs and their arguments, in their order.</returns>
    public abstract IReadOnlyList<IReadOnlyList<string>> Commands(WriteJob job);

    /// <summary>Writes, and verifies what was written.</summary>
    /// <param name="job">What is to be written where.</param>
    /// <param name="terminal">Where progress goes.</param>
    /// <exception cref="InputException">It did not work; it says why.</exception>
    public abstract void Write(WriteJob job, Terminal terminal);

    /// <summary>Runs one command of it.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="terminal">Where progress goes.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="InputException">It is not installed.</exception>
    protected ToolResult Run(IReadOnlyList<string> command, Terminal terminal)
    {
        // A name is looked for where a shell would, and a file is where it is.
        if (!Program.Contains(Path.DirectorySeparatorChar) ? ToolProcess.Find(Program) is null : !File.Exists(Program))
        {
            throw new InputException(Program, null, "is not installed here");
        }

        return ToolProcess.Run(command, terminal.Output);
    }

    /// <summary>The board does not answer.</summary>
    protected static InputException Silent(WriteJob job) => new(job.Port, null, NoAnswer);

    /// <summary>The port can't be opened.</summary>
    /// <param name="job">What was to be written where.</param>
    /// <param name="line">What the tool said.</param>
    protected InputException Closed(WriteJob job, string line) =>
        new(
            job.Port,
            null,
            "the port can't be opened: is the board there, is no serial monitor using it, and may you use it (group "
            + $"dialout)? {Name} says: {line}");

    /// <summary>There is another chip than the board has.</summary>
    protected static InputException Wrong(WriteJob job, string chip) =>
        new(
            job.Port,
            null,
            $"the chip there is {chip}, and {job.Board.Name} has {job.Board.Chip.Name}; nothing was written");

    /// <summary>What was read back is not what was written.</summary>
    protected static InputException Different(WriteJob job, string line) =>
        new(job.Port, null, $"what is in the flash is not what was written: {line}");

    /// <summary>Something else went wrong.</summary>
    protected InputException Failed(WriteJob job, ToolResult result, string line) =>
        new(
            job.Port,
            null,
            $"{Name} failed (exit code {result.Code}): {(line.Length > 0 ? line : "it did not say why")}");

    /// <summary>
    /// What a tool says went wrong: from these words to the end of their line, or the last line where
    /// it does not say them.
    /// </summary>
    protected static string Line(string text, string words)
    {
        int at = text.LastIndexOf(words, StringComparison.Ordinal);
        return at < 0 ? Lines(text).LastOrDefault() ?? "" : FirstLine(text[at..]);
    }

    /// <summary>The first line in which there is something.</summary>
    protected static string FirstLine(string text) => Lines(text).FirstOrDefault() ?? "";

    private static IEnumerable<string> Lines(string text) =>
        text.Split(['\n', '\r'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
