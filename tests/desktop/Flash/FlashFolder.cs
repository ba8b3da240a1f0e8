using System;
using System.IO;
using Spore.Flash;

namespace Spore.Tests.Flash;

/// <summary>A folder of its own to run commands in, whose path the results don't show.</summary>
internal sealed class FlashFolder : IDisposable
{
    public static readonly DateTimeOffset Now = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);

    public string Path { get; } = Directory.CreateTempSubdirectory("spore-flash-").FullName;

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
        int code = FlashCommand.Run(full, new Terminal(output, error), Now);
        return new FlashResult(code, Hide(output), Hide(error));
    }

    public void Dispose() => Directory.Delete(Path, true);

    private string Hide(StringWriter text) =>
        text.ToString().ReplaceLineEndings("\n").Replace(Path + "/", "").Replace(Path, ".");
}
