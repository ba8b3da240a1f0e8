using System.IO;
using System.Text;
using Spectre.Console;

namespace Spore.Tests.CommandLine;

/// <summary>A terminal of some width, or output that is no terminal.</summary>
internal sealed class FakeTerminal : IAnsiConsoleOutput
{
    private readonly StringWriter _text = new() { NewLine = "\n" };

    public FakeTerminal(int? width)
    {
        IsTerminal = width is not null;
        Width = width ?? 80;
        Console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = this,
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
        });
        Console.Profile.Capabilities.Unicode = true;
    }

    public IAnsiConsole Console { get; }

    public TextWriter Writer => _text;

    public bool IsTerminal { get; }

    public int Width { get; }

    public int Height => 50;

    /// <summary>All that was written.</summary>
    public string Text => _text.ToString().ReplaceLineEndings("\n");

    /// <summary>Its lines.</summary>
    public string[] Lines => Text.TrimEnd('\n').Split('\n');

    public void SetEncoding(Encoding encoding)
    {
    }
}
