using System;
using System.Globalization;
using System.IO;
using Spectre.Console;

namespace Spore.Hostsim.Live.Output;

/// <summary>Writes a real node's timeline to a terminal or, as plain text, to another output.</summary>
/// <param name="output">Where to write where there is no terminal.</param>
/// <param name="terminal">The terminal, or null.</param>
internal sealed class TimelineSink(TextWriter output, IAnsiConsole? terminal) : ILogSink<TimelineLine>
{
    /// <inheritdoc/>
    public void Write(TimelineLine line)
    {
        string? time = line.Time?.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
        if (terminal != null && time != null)
        {
            terminal.MarkupLineInterpolated($"[grey]{time}[/]  [{line.Colour}]{line.Name,-15}[/]  {line.Text}");
        }
        else if (terminal != null)
        {
            terminal.MarkupLineInterpolated($"[bold]{line.Name,-12}[/]  {line.Text}");
        }
        else
        {
            output.Write(time != null ? $"{time}  {line.Name,-15}  {line.Text}\n" : $"{line.Name,-12}  {line.Text}\n");
            output.Flush();
        }
    }

    /// <inheritdoc/>
    public void WriteLoss(long count, string reason, bool wasCut)
    {
        if (wasCut && terminal != null)
        {
            terminal.WriteLine();
        }
        else if (wasCut)
        {
            output.Write("\n");
        }

        string lines = count == 1
            ? "1 line was lost"
            : string.Create(CultureInfo.InvariantCulture, $"{count} lines were lost");
        Write(new TimelineLine(DateTime.Now, "log", "red", $"{lines}: {reason}"));
    }

    /// <inheritdoc/>
    public void Lose(string reason)
    {
        // There is no other output to report it to; the timeline itself reports it later.
    }

    /// <inheritdoc/>
    public void Release(TimelineLine line)
    {
    }
}
