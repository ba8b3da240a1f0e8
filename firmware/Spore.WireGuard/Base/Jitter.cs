namespace Spore.Base;

/// <summary>Random numbers for delays and intervals, so that many nodes do not act at one moment.</summary>
public sealed class Jitter
{
    private readonly IEntropy _entropy;
    private readonly byte[] _random = new byte[4];

    /// <summary>Takes the memory.</summary>
    /// <param name="entropy">The entropy source.</param>
    public Jitter(IEntropy entropy)
    {
        _entropy = entropy;
    }

    /// <summary>A random number below a limit.</summary>
    /// <param name="limit">The limit, 1 to 2^24.</param>
    /// <returns>A number from 0 up to, and without, the limit.</returns>
    public int Below(int limit)
    {
        _entropy.Fill(_random, 0, _random.Length);
        return ((_random[0] << 16) | (_random[1] << 8) | _random[2]) % limit;
    }

    /// <summary>An interval varied by up to 25 % either way.</summary>
    /// <param name="interval">The interval, less than 2^24 in its unit.</param>
    /// <returns>The varied interval in the same unit.</returns>
    public long Around(long interval)
    {
        int quarter = (int)(interval / 4);
        return interval - quarter + Below((2 * quarter) + 1);
    }
}
