using System;
using System.Globalization;

namespace Spore.Hostsim.Live.Output;

/// <summary>A number of lines that may come at one time, and then one in each interval. The caller locks.</summary>
/// <param name="burst">The number of lines.</param>
/// <param name="interval">The interval, in milliseconds.</param>
internal sealed class LineBudget(int burst, int interval)
{
    // It is spent until this time.
    private long _spentUntil;
    private long _leftOut;

    /// <summary>Whether a line may be written.</summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    public bool Has(long now) => Math.Max(_spentUntil, now) + interval - now <= (long)burst * interval;

    /// <summary>Counts a line that is left out.</summary>
    public void LeaveOut() => _leftOut++;

    /// <summary>Spends a line.</summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>What the line tells of those that were left out before, behind the rest; empty for none.</returns>
    public string Spend(long now)
    {
        _spentUntil = Math.Max(_spentUntil, now) + interval;
        string more = _leftOut == 0
            ? string.Empty
            : string.Create(CultureInfo.InvariantCulture, $" (lines left out before: {_leftOut})");
        _leftOut = 0;
        return more;
    }
}
