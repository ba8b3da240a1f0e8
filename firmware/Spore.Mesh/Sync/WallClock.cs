namespace Spore.Sync;

/// <summary>
/// What the node knows of wall time: the highest of all words about it, moved on by the monotonic clock. It only judges
/// whether a network has expired, and never goes back.
/// </summary>
internal sealed class WallClock
{
    private long _base;
    private long _at;

    /// <summary>Starts with the build time of the firmware.</summary>
    /// <param name="unixSeconds">That time.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal WallClock(long unixSeconds, long now)
    {
        _base = unixSeconds * 1000;
        _at = now;
    }

    /// <summary>Called with a wall time from somewhere trusted.</summary>
    /// <param name="unixMilliseconds">That time.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal void Learn(long unixMilliseconds, long now)
    {
        if (unixMilliseconds > Now(now))
        {
            _base = unixMilliseconds;
            _at = now;
        }
    }

    /// <summary>The wall time in milliseconds since 1970.</summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal long Now(long now)
    {
        return _base + (now - _at);
    }
}
