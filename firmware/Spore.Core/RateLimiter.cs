namespace Spore;

/// <summary>Token buckets, one for each IPv4 address or IPv6 /64, in a fixed table; the one unused for longest makes room.</summary>
internal sealed class RateLimiter
{
    private readonly int _perSecond;
    private readonly int _burst;
    private readonly ulong[] _keys;
    private readonly int[] _milliTokens;
    private readonly long[] _usedAt;

    /// <summary>Takes the memory.</summary>
    /// <param name="sources">The number of sources told apart.</param>
    /// <param name="perSecond">How many packets a second one source may go on sending.</param>
    /// <param name="burst">How many it may send at once.</param>
    internal RateLimiter(int sources, int perSecond, int burst)
    {
        _perSecond = perSecond;
        _burst = burst;
        _keys = new ulong[sources];
        _milliTokens = new int[sources];
        _usedAt = new long[sources];
        for (int i = 0; i < sources; i++)
        {
            _usedAt[i] = long.MinValue;
        }
    }

    /// <summary>What tells sources apart: an IPv4 address, or the /64 of an IPv6 one.</summary>
    internal static ulong KeyOf(Endpoint source)
    {
        return source.IsIpv4 ? source.AddressLow : source.AddressHigh;
    }

    /// <summary>Called when a packet has come in, before any work is done for it.</summary>
    /// <param name="key">The key of its source, or anything where all share one bucket.</param>
    /// <param name="now">The monotonic clock in milliseconds.</param>
    /// <returns>False when it is to be dropped.</returns>
    internal bool Allow(ulong key, long now)
    {
        int place = -1;
        int oldest = 0;
        for (int i = 0; i < _usedAt.Length && place < 0; i++)
        {
            if (_usedAt[i] == long.MinValue || _keys[i] != key)
            {
                if (_usedAt[i] < _usedAt[oldest])
                {
                    oldest = i;
                }
            }
            else
            {
                place = i;
            }
        }

        if (place < 0)
        {
            place = oldest;
            _keys[place] = key;
            _milliTokens[place] = _burst * 1000;
        }
        else
        {
            long tokens = _milliTokens[place] + ((now - _usedAt[place]) * _perSecond);
            _milliTokens[place] = tokens > _burst * 1000 ? _burst * 1000 : (int)tokens;
        }

        _usedAt[place] = now;
        if (_milliTokens[place] < 1000)
        {
            return false;
        }

        _milliTokens[place] -= 1000;
        return true;
    }
}
