using System.IO;
using Spectre.Console;

namespace Spore.Hostsim.Display;

/// <summary>Output that is no terminal, for what is written to both.</summary>
internal static class PlainConsole
{
    /// <summary>Makes a console that writes plain text.</summary>
    /// <param name="output">Where to.</param>
    public static IAnsiConsole Of(TextWriter output) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new PlainOutput(output),
        Ansi = AnsiSupport.No,
        ColorSystem = ColorSystemSupport.NoColors,
    });

    private sealed class PlainOutput(TextWriter output) : IAnsiConsoleOutput
    {
        public TextWriter Writer => output;

        public bool IsTerminal => false;

        public int Width => int.MaxValue;

        public int Height => int.MaxValue;

        public void SetEncoding(System.Text.Encoding encoding)
        {
        }
    }
}
