using Spore.Base;

namespace Spore.WireGuard;

/// <summary>
/// What is above a plain endpoint: it admits no key but those of configured peers, and knows the wall time. An
/// application that wants to be called about sessions derives from it.
/// </summary>
public class ConfiguredHost : ITunnelHost
{
    private long _unixMilliseconds;
    private long _setAt;

    /// <summary>
    /// Starts the clock. The timestamps of initiations must be later than all that the peers have seen of this key
    /// (paper section 5.1), so that the best time without a clock is when the firmware was built.
    /// </summary>
    /// <param name="unixMilliseconds">The wall time in milliseconds since 1970, or the best that is known.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    public ConfiguredHost(long unixMilliseconds, long now)
    {
        SetWallClock(unixMilliseconds, now);
    }

    /// <summary>
    /// Sets the wall time, from SNTP or a battery-backed clock. An earlier time than before is taken as well: the
    /// timestamps to a peer that is configured grow in any case.
    /// </summary>
    /// <param name="unixMilliseconds">The wall time in milliseconds since 1970, not negative.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    public void SetWallClock(long unixMilliseconds, long now)
    {
        _unixMilliseconds = unixMilliseconds;
        _setAt = now;
    }

    /// <inheritdoc/>
    public bool HasUrgentWork
    {
        get { return false; }
    }

    /// <inheritdoc/>
    public bool IsKnown(byte[] key, int offset)
    {
        return false;
    }

    /// <inheritdoc/>
    public int CompareTimestamp(byte[] key, int offset, byte[] timestamp)
    {
        return 1;
    }

    /// <inheritdoc/>
    public Peer Admit(byte[] key, int offset, long now)
    {
        return null;
    }

    /// <inheritdoc/>
    public Peer OpenOwner(int owner, long now)
    {
        return null;
    }

    /// <inheritdoc/>
    public void WriteTimestamp(byte[] timestamp, long now)
    {
        Tai64n.Write(timestamp, 0, _unixMilliseconds + now - _setAt);
    }

    /// <inheritdoc/>
    public bool TimestampVerified(Peer peer, byte[] timestamp, long now)
    {
        return true;
    }

    /// <inheritdoc/>
    public bool StaleInitiation(byte[] key, int offset, Endpoint source, long now)
    {
        return true;
    }

    /// <inheritdoc/>
    public virtual bool Silent(Peer peer, long now)
    {
        return false;
    }

    /// <inheritdoc/>
    public virtual void SessionUp(Peer peer, bool isInitiator, long now)
    {
    }

    /// <inheritdoc/>
    public virtual void SessionDown(Peer peer, long now)
    {
    }

    /// <inheritdoc/>
    public virtual void Unanswered(Peer peer)
    {
    }

    /// <inheritdoc/>
    public virtual void Report(TunnelEvent what, Peer peer, long value)
    {
    }
}
