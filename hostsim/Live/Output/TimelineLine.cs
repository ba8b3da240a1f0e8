using System;
using System.Text;

namespace Spore.Hostsim.Live.Output;

/// <summary>A line of a real node's timeline, or of the banner before it.</summary>
/// <param name="Time">The local time of the event, with its offset from UTC.</param>
/// <param name="Level">How much it matters.</param>
/// <param name="Name">What happened, or the name of the banner's value.</param>
/// <param name="Colour">The name's colour on a terminal.</param>
/// <param name="Text">The rest.</param>
internal readonly record struct TimelineLine(
    DateTimeOffset Time, LogLevel Level, string Name, string Colour, string Text)
{
    /// <summary>Whether it is a line of the banner, which has no time on a terminal.</summary>
    public bool IsBanner { get; init; }

    /// <summary>What it is about.</summary>
    public LineSubject Subject { get; init; }

    /// <summary>
    /// The event as an identifier: its name in lower case, with an underscore for each other character than a letter or
    /// a digit.
    /// </summary>
    public string Event
    {
        get
        {
            if (Subject.Event != null)
            {
                return Subject.Event;
            }

            StringBuilder text = new(Name.Length);
            foreach (char c in Name)
            {
                text.Append(char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '_');
            }

            return text.ToString();
        }
    }
}
