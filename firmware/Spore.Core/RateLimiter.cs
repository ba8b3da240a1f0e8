using System;

namespace Spore;

/// <summary>Token buckets, one for each IPv4 address or IPv6 /64, in a fixed table; the one unused for longest makes room.</summary>
internal sealed class RateLimiter
{
    private const int KeySize = 8;

    private readonly int _perSecond;
    private readonly int _burst;
    private readonly byte[] _keys;
    private readonly long[] _milliTokens;
    private readonly long[] _usedAt;
    private readonly byte[] _key = new byte[KeySize];

    /// <summary>Takes the memory.</summary>
    /// <param name="sources">The number of sources told apart.</param>
    /// <param name="perSecond">How many packets a second one source may go on sending.</param>
    /// <param name="burst">How many it may send at once.</param>
    internal RateLimiter(int sources, int perSecond, int burst)
    {
        _perSecond = perSecond;
        _burst = burst;
        _keys = new byte[sources * KeySize];
        _milliTokens = new long[sources];
        _usedAt = new long[sources];
        for (int i = 0; i < sources; i++)
        {
            _usedAt[i] = long.MinValue;
        }
    }

    /// <summary>Called when a packet has come in, before any work is done for it.</summary>
    /// <param name="source">Its source.</param>
    /// <param name="now">The monotonic clock in milliseconds.</param>
    /// <returns>False when it is to be dropped.</returns>
    internal bool Allow(Endpoint source, long now)
    {
        if (source.IsIpv4)
        {
            Array.Clear(_key, 0, 4);
            Array.Copy(source.Address, 12, _key, 4, 4);
        }
        else
        {
            Array.Copy(source.Address, 0, _key, 0, KeySize);
        }

        int place = -1;
        int oldest = 0;
        for (int i = 0; i < _usedAt.Length && place < 0; i++)
        {
            if (_usedAt[i] == long.MinValue || !IsKey(i))
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
            Array.Copy(_key, 0, _keys, place * KeySize, KeySize);
            _milliTokens[place] = _burst * 1000L;
        }
        else
        {
            long tokens = _milliTokens[place] + ((now - _usedAt[place]) * _perSecond);
            _milliTokens[place] = tokens > _burst * 1000L ? _burst * 1000L : tokens;
        }

        _usedAt[place] = now;
        if (_milliTokens[place] < 1000)
        {
            return false;
        }

        _milliTokens[place] -= 1000;
        return true;
    }

    private bool IsKey(int place)
    {
        int start = place * KeySize;
        for (int i = 0; i < KeySize; i++)
        {
            if (_keys[start + i] != _key[i])
            {
                return false;
            }
        }

        return true;
    }
}
