namespace Spore.Base;

/// <summary>
/// Token buckets, one for each source, in a fixed table. Evicts the bucket nearest to full: it holds the least history.
/// Read first: paper section 5.3.
/// </summary>
/// <remarks>
/// Each is kept as the moment at which it will be full again (the generic cell rate algorithm, ITU-T I.371).
/// </remarks>
public sealed class RateLimiter
{
    private const ulong LinkLocalKeys = 0xFE80000000000000;

    private readonly int _interval;
    private readonly int _burst;
    private readonly ulong[] _keys;
    private readonly long[] _fullAt;

    /// <summary>Takes the memory.</summary>
    /// <param name="sources">The number of sources told apart.</param>
    /// <param name="interval">The milliseconds in which a source gets a new token.</param>
    /// <param name="burst">How many packets it may send at once.</param>
    public RateLimiter(int sources, int interval, int burst)
    {
        _interval = interval;
        _burst = burst;
        _keys = new ulong[sources];
        _fullAt = new long[sources];
        for (int i = 0; i < sources; i++)
        {
            _fullAt[i] = long.MinValue;
        }
    }

    /// <summary>
    /// The key of a source: its IPv4 address, the /64 of its IPv6 address, or its link-local address with the zone.
    /// </summary>
    /// <param name="source">The source endpoint.</param>
    /// <returns>The key.</returns>
    public static ulong KeyOf(Endpoint source)
    {
        if (source.IsLinkLocal)
        {
            // Folded so that it is the key of no other kind of source.
            ulong low = source.AddressLow ^ ((ulong)source.Zone << 40);
            return LinkLocalKeys | ((low ^ (low >> 24)) & 0xFFFFFFFFFFFF);
        }

        return source.IsIpv4 ? source.AddressLow : source.AddressHigh;
    }

    /// <summary>Called when a packet was received, before any work is done for it.</summary>
    /// <param name="key">The key of its source, or anything where all share one bucket.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>False when it is to be dropped.</returns>
    public bool Allow(ulong key, long now)
    {
        return Allow(key, _interval, now);
    }

    /// <summary>As <see cref="Allow(ulong, long)"/>, for a bucket that gets a new token at another interval.</summary>
    /// <param name="key">The key of the bucket, always used with this interval.</param>
    /// <param name="interval">The milliseconds in which it gets a new token.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>False when it has none.</returns>
    internal bool Allow(ulong key, int interval, long now)
    {
        int index = Find(key);
        long fullAt = _keys[index] == key && _fullAt[index] > now ? _fullAt[index] : now;
        if (fullAt - now > (_burst - 1) * interval)
        {
            return false;
        }

        _keys[index] = key;
        _fullAt[index] = fullAt + interval;
        return true;
    }

    /// <summary>When the bucket of a source is full again.</summary>
    /// <param name="key">The key of the source.</param>
    /// <returns>Milliseconds on the monotonic clock; long ago where there is no bucket.</returns>
    internal long FullAt(ulong key)
    {
        int index = Find(key);
        return _keys[index] == key ? _fullAt[index] : long.MinValue;
    }

    // The bucket of a source, or the one that it may have.
    private int Find(ulong key)
    {
        int index = 0;
        for (int i = 0; i < _fullAt.Length; i++)
        {
            if (_keys[i] == key)
            {
                return i;
            }

            if (_fullAt[i] < _fullAt[index])
            {
                index = i;
            }
        }

        return index;
    }
}
