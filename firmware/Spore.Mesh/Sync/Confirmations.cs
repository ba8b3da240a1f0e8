namespace Spore.Sync;

/// <summary>
/// The latest reads by which other witnesses have confirmed the applied network: at most two, of two witnesses
/// (PROTOCOL section 8.2).
/// </summary>
internal sealed class Confirmations
{
    /// <summary>How long a confirmation counts, in milliseconds.</summary>
    internal const long Lifetime = 3600000;

    /// <summary>The time of a confirmation that was never made.</summary>
    internal const long LongAgo = -(1L << 40);

    private const int Most = 2;

    // The first eight bytes of each witness's key, and the time of its confirmation. The latest is first.
    private readonly ulong[] _keys = new ulong[Most];
    private readonly long[] _times = new long[Most];

    internal Confirmations()
    {
        Clear();
    }

    /// <summary>The number of confirmations of any network since the node started.</summary>
    internal int SinceBoot { get; private set; }

    /// <summary>Called when another network is applied.</summary>
    internal void Clear()
    {
        for (int i = 0; i < Most; i++)
        {
            _keys[i] = 0;
            _times[i] = LongAgo;
        }
    }

    /// <summary>
    /// Called when the head of another witness was read and equalled the node's own. It replaces the confirmation of
    /// the same witness, else the oldest.
    /// </summary>
    /// <param name="key">The first eight bytes of the witness's key.</param>
    /// <param name="at">When it was read, in milliseconds on the monotonic clock.</param>
    internal void Add(ulong key, long at)
    {
        SinceBoot++;
        if (_keys[0] != key && at >= _times[0])
        {
            _keys[1] = _keys[0];
            _times[1] = _times[0];
        }

        // When a network is applied, what was read before comes in any order.
        int index = _keys[0] == key || at >= _times[0] ? 0 : 1;
        if (at >= _times[index])
        {
            _keys[index] = key;
            _times[index] = at;
        }
    }

    /// <summary>The number of witnesses whose confirmation still counts.</summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    internal int Count(long now)
    {
        int count = 0;
        while (count < Most && now - _times[count] < Lifetime)
        {
            count++;
        }

        return count;
    }

    /// <summary>Whether a witness has confirmed the network since a time.</summary>
    /// <param name="key">The first eight bytes of the witness's key.</param>
    /// <param name="since">Milliseconds on the monotonic clock.</param>
    internal bool Has(ulong key, long since)
    {
        int index = _keys[0] == key ? 0 : 1;
        return _keys[index] == key && _times[index] > since;
    }

    /// <summary>When the oldest confirmation that is needed was made, in milliseconds on the monotonic clock.</summary>
    /// <param name="needed">The number of confirmations that are needed, 1 or 2.</param>
    internal long Since(int needed)
    {
        return _times[needed - 1];
    }
}
