using System;
using System.Globalization;

namespace Spore.Hostsim.Simulation;

/// <summary>One line of the timeline.</summary>
/// <param name="Time">When, in virtual milliseconds.</param>
/// <param name="Node">The name of the node it happened to.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Text">The rest of it, with the peer's name.</param>
internal sealed record TimelineEntry(long Time, string Node, TimelineKind Kind, string Text)
{
    /// <summary>A point of virtual time.</summary>
    /// <param name="milliseconds">Its distance from the start of the run.</param>
    /// <returns>Minutes, seconds and milliseconds, as in 1:02.345.</returns>
    public static string Clock(long milliseconds)
    {
        TimeSpan span = TimeSpan.FromMilliseconds(milliseconds);
        return string.Create(
            CultureInfo.InvariantCulture, $"{(int)span.TotalMinutes}:{span.Seconds:00}.{span.Milliseconds:000}");
    }

    /// <summary>A span of virtual time.</summary>
    /// <param name="milliseconds">Its length.</param>
    /// <returns>Seconds to three digits, as in 2.34 s.</returns>
    public static string Span(long milliseconds)
    {
        string format = milliseconds < 10_000 ? "0.00" : milliseconds < 100_000 ? "0.0" : "0";
        return (milliseconds / 1000.0).ToString(format, CultureInfo.InvariantCulture) + " s";
    }

    /// <summary>What happened, in two words at most.</summary>
    /// <returns>At most 15 characters.</returns>
    public string Verb()
    {
        return Kind switch
        {
            TimelineKind.Boot => "boot",
            TimelineKind.PowerOff => "power off",
            TimelineKind.Hello => "hello",
            TimelineKind.Handshake => "handshake",
            TimelineKind.Guest => "guest",
            TimelineKind.HeadVerified => "head verified",
            TimelineKind.NetworkApplied => "network applied",
            TimelineKind.Fresh => "fresh",
            TimelineKind.Unconfirmed => "unconfirmed",
            TimelineKind.Ping => "ping answered",
            TimelineKind.NoAnswer => "no answer",
            TimelineKind.Published => "published",
            TimelineKind.Removed => "removed",
            TimelineKind.Behind => "behind",
            _ => "refused",
        };
    }
}
