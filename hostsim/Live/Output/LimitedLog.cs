using System;

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

    /// <summary>After that, the time for each line, in milliseconds.</summary>
    public const int Interval = 1000;

    private readonly object _gate = new();
    private readonly LineBudget _budget = new(Burst, Interval);

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
            if (_budget.Has(now))
            {
                timeline.Tell(verb, colour, text + _budget.Spend(now), subject);
            }
            else
            {
                _budget.LeaveOut();
            }
        }
    }
}
