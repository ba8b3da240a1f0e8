using System;
using System.IO;
using System.Linq;
using System.Threading;
using Spectre.Console;

namespace Spore.Hostsim.Display;

/// <summary>A terminal whose whole screen shows something that changes.</summary>
/// <param name="terminal">The terminal.</param>
internal sealed class Screen(IAnsiConsole terminal)
{
    /// <summary>Draws until cancelled, and leaves the terminal as it was.</summary>
    /// <param name="interval">How long to wait after each time.</param>
    /// <param name="draw">Draws all of it.</param>
    /// <param name="cancel">Ends it.</param>
    public void Watch(TimeSpan interval, Action<IAnsiConsole> draw, CancellationToken cancel) =>
        terminal.AlternateScreen(() =>
        {
            terminal.Cursor.Hide();
            try
            {
                do
                {
                    Show(draw);
                }
                while (!cancel.WaitHandle.WaitOne(interval));
            }
            finally
            {
                terminal.Cursor.Show();
            }
        });

    // In one piece: to clear the screen first would flicker.
    private void Show(Action<IAnsiConsole> draw)
    {
        using StringWriter text = new();
        IAnsiConsole page = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new PageOutput(text, terminal),
            Ansi = AnsiSupport.Yes,
            ColorSystem = (ColorSystemSupport)terminal.Profile.Capabilities.ColorSystem,
        });
        draw(page);
        string[] lines = text.ToString().TrimEnd('\n').Split('\n');
        TextWriter writer = terminal.Profile.Out.Writer;
        writer.Write("\u001b[H");
        writer.Write(string.Join('\n', lines.Take(terminal.Profile.Height).Select(l => l.TrimEnd('\r') + "\u001b[K")));
        writer.Write("\u001b[J");
        writer.Flush();
    }

    private sealed class PageOutput(TextWriter writer, IAnsiConsole terminal) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => true;

        public int Width => terminal.Profile.Width;

        public int Height => terminal.Profile.Height;

        public void SetEncoding(System.Text.Encoding encoding)
        {
        }
    }
}
