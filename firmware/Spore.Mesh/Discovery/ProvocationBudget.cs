namespace Spore.Discovery;

/// <summary>
/// The budget of all provoked initiations of a node (PROTOCOL section 4.2). Half of it is kept for source endpoints
/// that a hello itself names.
/// </summary>
internal sealed class ProvocationBudget
{
    private readonly int _interval;
    private long _due = long.MinValue;
    private long _unnamedDue = long.MinValue;

    /// <summary>Makes a budget that is not used yet.</summary>
    /// <param name="interval">The shortest time between two provoked initiations, in milliseconds.</param>
    internal ProvocationBudget(int interval)
    {
        _interval = interval;
    }

    /// <summary>
    /// The shortest time between two provoked initiations that go to no named source endpoint, in milliseconds.
    /// </summary>
    internal int UnnamedInterval
    {
        get { return 2 * _interval; }
    }

    /// <summary>When the next one may be sent, in milliseconds on the monotonic clock.</summary>
    /// <param name="isNamed">Whether it goes to a named source endpoint.</param>
    internal long Due(bool isNamed)
    {
        return isNamed || _unnamedDue < _due ? _due : _unnamedDue;
    }

    /// <summary>Called when one was sent.</summary>
    /// <param name="isNamed">Whether it went to a named source endpoint.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal void Spend(bool isNamed, long now)
    {
        _due = now + _interval;
        if (!isNamed)
        {
            _unnamedDue = now + UnnamedInterval;
        }
    }
}
