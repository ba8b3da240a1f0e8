using System;
using System.Globalization;

namespace Spore.Hostsim.Live.Output;

/// <summary>
/// Lines of the timeline that peers can cause at any rate: a burst of them, then one a second. The next line after a
/// loss reports how many were left out. May be used on any thread.
/// </summary>
/// <param name="timeline">Where they are written.</param>
/// <param name="clock">Milliseconds on the monotonic clock.</param>
internal sealed class LimitedLog(LiveTimeline timeline, Func<long> clock)
{
    /// <summary>The number of lines that may come at one time.</summary>
    public const int Burst = 20;

    // In milliseconds.
    private const int Interval = 1000;

    // Also the lock for what follows. The log is full of lines until this time.
    private readonly object _gate = new();
    private long _fullUntil;
    private long _leftOut;

    /// <summary>Reports something, or leaves it out.</summary>
    /// <param name="verb">What happened, at most 15 characters.</param>
    /// <param name="colour">The verb's colour on a terminal, which shows its level.</param>
    /// <param name="text">The rest.</param>
    /// <param name="subject">What it is about.</param>
    public void Tell(string verb, string colour, string text, LineSubject subject = default)
    {
        if (!timeline.Writes(LogLevels.Of(colour)))
        {
            return;
        }

        lock (_gate)
        {
            long now = clock();
            long until = Math.Max(_fullUntil, now) + Interval;
            if (until - now > Burst * Interval)
            {
                _leftOut++;
                return;
            }

            _fullUntil = until;
            string more = _leftOut == 0
                ? string.Empty
                : string.Create(CultureInfo.InvariantCulture, $" (lines left out before: {_leftOut})");
            _leftOut = 0;
            timeline.Tell(verb, colour, text + more, subject);
        }
    }
}
