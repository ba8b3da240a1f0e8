using System.Linq;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Spore.CommandLine;

/// <summary>Lines on a terminal.</summary>
public static class ConsoleExtensions
{
    /// <summary>
    /// Writes a line as it is. Spectre.Console would break a word that is wider than the terminal into several lines;
    /// the terminal wraps it, so that it can be copied.
    /// </summary>
    /// <param name="console">The terminal.</param>
    /// <param name="parts">The parts of the line and their styles.</param>
    public static void WriteUnfolded(this IAnsiConsole console, params (string Text, Style? Style)[] parts) =>
        console.Write(new Line([.. parts.Select(p => new Segment(p.Text, p.Style ?? Style.Plain)), Segment.LineBreak]));

    private sealed class Line(Segment[] segments) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => new(0, maxWidth);

        public System.Collections.Generic.IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => segments;
    }
}
