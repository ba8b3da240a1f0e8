using System;
using System.Globalization;
using System.IO;
using Spectre.Console;
using Spore.Signing;

namespace Spore.Hostsim.Live.Output;

/// <summary>
/// Writes a real node's timeline to a terminal or, as plain text or JSON, to another output. Only what is written to a
/// terminal has no zone and no priority, and a banner without times.
/// </summary>
/// <param name="output">Where to write where there is no terminal.</param>
/// <param name="terminal">The terminal for text, or null.</param>
/// <param name="settings">How to write.</param>
internal sealed class TimelineSink(TextWriter output, IAnsiConsole? terminal, LogSettings settings)
    : ILogSink<TimelineLine>
{
    private readonly IAnsiConsole? _terminal = settings.Format == LogFormat.Text ? terminal : null;

    /// <inheritdoc/>
    public void Write(TimelineLine line)
    {
        // Texts of other programs and of the system are in some lines.
        line = line with { Text = MessageText.OneLine(line.Text) };
        if (_terminal != null && line.IsBanner)
        {
            _terminal.MarkupLineInterpolated($"[bold]{line.Name,-12}[/]  {line.Text}");
        }
        else if (_terminal != null)
        {
            string time = line.Time.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
            _terminal.MarkupLineInterpolated($"[grey]{time}[/]  [{line.Colour}]{line.Name,-15}[/]  {line.Text}");
        }
        else
        {
            // RFC 3339.
            string time = line.Time.ToString("yyyy-MM-ddTHH:mm:ss.fffzzz", CultureInfo.InvariantCulture);
            string priority = settings.IsJournal
                ? string.Create(CultureInfo.InvariantCulture, $"<{(int)line.Level}>")
                : string.Empty;
            string text = settings.Format == LogFormat.Json
                ? TimelineJson.Write(line, time)
                : $"{time}  {line.Name,-15}  {line.Text}";
            output.Write($"{priority}{text}\n");
            output.Flush();
        }
    }

    /// <inheritdoc/>
    public void WriteLoss(long count, string reason, bool wasCut)
    {
        if (wasCut && _terminal != null)
        {
            _terminal.WriteLine();
        }
        else if (wasCut)
        {
            output.Write("\n");
        }

        string lines = count == 1
            ? "1 line was lost"
            : string.Create(CultureInfo.InvariantCulture, $"{count} lines were lost");
        Write(new TimelineLine(DateTimeOffset.Now, LogLevel.Error, "log", "red", $"{lines}: {reason}"));
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
