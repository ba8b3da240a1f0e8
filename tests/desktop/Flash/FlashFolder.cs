using System;
using System.Collections.Generic;
using System.IO;
using Spore.Flash;

namespace Spore.Tests.Flash;

/// <summary>A folder of its own to run commands in, whose path the results don't show.</summary>
internal sealed class FlashFolder : IDisposable
{
    public static readonly DateTimeOffset Now = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);

    public string Path { get; } = Directory.CreateTempSubdirectory("spore-flash-").FullName;

    /// <summary>What is typed when a command asks for a secret; without an answer there is no terminal.</summary>
    public Queue<string> Answers { get; } = [];

    /// <summary>The questions that commands have asked.</summary>
    public List<string> Questions { get; } = [];

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string Write(string name, string text)
    {
        System.IO.File.WriteAllText(File(name), text);
        return File(name);
    }

    public byte[] Read(string name) => System.IO.File.ReadAllBytes(File(name));

    /// <summary>Runs a command. An argument that begins with @ names a file of the folder.</summary>
    public FlashResult Run(params string[] args)
    {
        string[] full = Array.ConvertAll(args, a => a.StartsWith('@') ? File(a[1..]) : a);
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        int code = FlashCommand.Run(full, new Terminal(output, error) { AskSecret = Answer }, Now);
        return new FlashResult(code, Hide(output), Hide(error));
    }

    public void Dispose() => Directory.Delete(Path, true);

    private string? Answer(string question)
    {
        Questions.Add(Hide(question));
        return Answers.TryDequeue(out string? answer) ? answer : null;
    }

    private string Hide(StringWriter text) => Hide(text.ToString());

    private string Hide(string text) =>
        text.ReplaceLineEndings("\n").Replace(Path + "/", "").Replace(Path, ".");
}
