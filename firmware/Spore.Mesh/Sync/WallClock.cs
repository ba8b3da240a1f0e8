using Spore.Base;

namespace Spore.Sync;

/// <summary>
/// What the node knows of wall time (PROTOCOL section 6). It is computed at each use, and can go back: no word about it
/// outlives its source. It only judges whether a network has expired.
/// </summary>
internal sealed class WallClock
{
    // Words of witnesses, and one of SNTP behind them.
    private const int Witnesses = 4;
    private const int Sntp = Witnesses;
    private const int Count = Witnesses + 1;

    private const long Unknown = long.MinValue;

    // Each time is kept as its distance from the monotonic clock in milliseconds, so that it moves on with that.
    private readonly long _built;
    private readonly long[] _words = new long[Count];

    // The first eight bytes of the key of each word's witness.
    private readonly ulong[] _keys = new ulong[Witnesses];
    private long _fed = Unknown;
    private long _word = Unknown;
    private int _next;
    private bool _isOneEnough;

    /// <summary>Starts with the build time of the firmware.</summary>
    /// <param name="unixSeconds">That time.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal WallClock(long unixSeconds, long now)
    {
        _built = (unixSeconds * 1000) - now;
        for (int i = 0; i < Count; i++)
        {
            _words[i] = Unknown;
        }
    }

    /// <summary>
    /// Whether the operator or a battery-backed clock has fed a time: it counts alone, and other nodes may believe it.
    /// </summary>
    internal bool IsFed
    {
        get { return _fed != Unknown; }
    }

    /// <summary>
    /// Called when the operator or a battery-backed clock feeds a time, which replaces the one before.
    /// </summary>
    /// <param name="unixMilliseconds">That time.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal void Feed(long unixMilliseconds, long now)
    {
        _fed = unixMilliseconds - now;
    }

    /// <summary>Called when a time server was asked without authentication: one word.</summary>
    /// <param name="unixMilliseconds">The time.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal void AddSntp(long unixMilliseconds, long now)
    {
        _words[Sntp] = unixMilliseconds - now;
        Compute();
    }

    /// <summary>
    /// Called with the word of a witness of the applied network. It replaces the word of the same witness, else the
    /// oldest of four.
    /// </summary>
    /// <param name="key">A buffer with the public key of the witness.</param>
    /// <param name="offset">Where the key starts.</param>
    /// <param name="unixMilliseconds">The time.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal void AddWord(byte[] key, int offset, long unixMilliseconds, long now)
    {
        ulong id = BigEndian.ReadUInt64(key, offset);
        int index = 0;
        while (index < Witnesses && (_words[index] == Unknown || _keys[index] != id))
        {
            index++;
        }

        if (index == Witnesses)
        {
            index = _next;
            _next = (_next + 1) % Witnesses;
        }

        _keys[index] = id;
        _words[index] = unixMilliseconds - now;
        Compute();
    }

    /// <summary>Called when a network was applied: only the words of its witnesses are kept.</summary>
    /// <param name="applied">The applied network.</param>
    internal void Follow(AppliedNetwork applied)
    {
        _isOneEnough = applied.StatedWitnesses == 1;
        for (int i = 0; i < Witnesses; i++)
        {
            if (_words[i] != Unknown && !applied.HasWitness(_keys[i]))
            {
                _words[i] = Unknown;
            }
        }

        Compute();
    }

    /// <summary>The wall time in milliseconds since 1970, by which the applied network is judged.</summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal long Now(long now)
    {
        return now + (IsFed || _word <= _built ? FedOrBuilt : _word);
    }

    /// <summary>
    /// The wall time without the words of others, in milliseconds since 1970. A new network is judged by it, so that no
    /// liar can lock out a cure.
    /// </summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal long Own(long now)
    {
        return now + FedOrBuilt;
    }

    /// <summary>
    /// The witnesses' word alone, whatever was fed, in milliseconds since 1970; 0 where too few witnesses have told it.
    /// </summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal long Witnessed(long now)
    {
        return _word == Unknown ? 0 : now + _word;
    }

    private long FedOrBuilt
    {
        get { return IsFed ? _fed : _built; }
    }

    // The lower median of the words. One alone counts only where the network names one witness, and it is that one's.
    private void Compute()
    {
        int count = 0;
        for (int i = 0; i < Count; i++)
        {
            count += _words[i] == Unknown ? 0 : 1;
        }

        _word = Unknown;
        if (count == 0 || (count == 1 && (!_isOneEnough || _words[Sntp] != Unknown)))
        {
            return;
        }

        for (int i = 0; i < Count; i++)
        {
            if (_words[i] != Unknown && Rank(i) == (count - 1) / 2)
            {
                _word = _words[i];
            }
        }
    }

    // The number of words before this one in ascending order.
    private int Rank(int index)
    {
        int rank = 0;
        for (int i = 0; i < Count; i++)
        {
            bool isBefore = _words[i] < _words[index] || (_words[i] == _words[index] && i < index);
            rank += _words[i] != Unknown && isBefore ? 1 : 0;
        }

        return rank;
    }
}
