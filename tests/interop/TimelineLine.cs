using System;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Spore.Tests.Interop;

/// <summary>A line of a node's timeline.</summary>
/// <param name="Time">The time.</param>
/// <param name="Verb">What happened.</param>
/// <param name="Text">The rest.</param>
internal sealed partial record TimelineLine(DateTimeOffset Time, string Verb, string Text)
{
    /// <summary>Reads what <c>hostsim node</c> writes.</summary>
    /// <param name="line">The line.</param>
    /// <returns>What it tells, or null where it is none of the timeline.</returns>
    public static TimelineLine? Parse(string line)
    {
        Match match = Form().Match(line);
        return match.Success
            ? new TimelineLine(
                DateTimeOffset.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture),
                match.Groups[2].Value.TrimEnd(),
                match.Groups[3].Value)
            : null;
    }

    /// <summary>How long it took from this line to a later one, of this node or another.</summary>
    /// <param name="later">The later one.</param>
    /// <returns>The time between them.</returns>
    public TimeSpan Until(TimelineLine later) => later.Time - Time;

    [GeneratedRegex(@"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d)  (.{15})  (.*)$")]
    private static partial Regex Form();
}
