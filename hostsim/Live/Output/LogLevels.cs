using System;
using System.Collections.Generic;
using System.Linq;

namespace Spore.Hostsim.Live.Output;

/// <summary>Levels and formats of a log as words of the command line.</summary>
internal static class LogLevels
{
    /// <summary>The words of the levels, from the one that matters most.</summary>
    public static IReadOnlyList<string> Words { get; } = [.. Enum.GetValues<LogLevel>().Select(l => Word(l))];

    /// <summary>The word for a level.</summary>
    /// <param name="level">The level.</param>
    /// <returns>The word.</returns>
    public static string Word(LogLevel level) => level.ToString().ToLowerInvariant();

    /// <summary>The word for a format.</summary>
    /// <param name="format">The format.</param>
    /// <returns>The word.</returns>
    public static string Word(LogFormat format) => format == LogFormat.Json ? "json" : "text";

    /// <summary>Reads a level.</summary>
    /// <param name="text">The word.</param>
    /// <param name="level">The level.</param>
    /// <returns>Whether there is such a level.</returns>
    public static bool TryParse(string text, out LogLevel level)
    {
        foreach (LogLevel candidate in Enum.GetValues<LogLevel>())
        {
            if (Word(candidate) == text)
            {
                level = candidate;
                return true;
            }
        }

        level = default;
        return false;
    }

    /// <summary>Reads a format.</summary>
    /// <param name="text">The word.</param>
    /// <param name="format">The format.</param>
    /// <returns>Whether there is such a format.</returns>
    public static bool TryParse(string text, out LogFormat format)
    {
        format = text == Word(LogFormat.Json) ? LogFormat.Json : LogFormat.Text;
        return text == Word(format);
    }

    /// <summary>The level that the colour of a line shows.</summary>
    /// <param name="colour">The colour.</param>
    /// <returns>The level.</returns>
    public static LogLevel Of(string colour) => colour switch
    {
        "red" => LogLevel.Error,
        "yellow" => LogLevel.Warning,
        "green" or "lime" => LogLevel.Notice,
        _ => LogLevel.Info,
    };
}
