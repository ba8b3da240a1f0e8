namespace Spore.Discovery;

/// <summary>
/// The hellos heard last, by 8 bytes each (<see cref="Hello.Identify"/>), and how many initiations each has provoked.
/// The oldest gives way.
/// </summary>
internal sealed class NonceMemory
{
    /// <summary>How many initiations one hello provokes, over all source endpoints of its copies.</summary>
    internal const int MostProvoked = 3;

    private const int MostUnnamed = 2;

    // A state is the time of the last initiation, and below it two counts.
    private const int CountBits = 2;
    private const int CountMask = 3;
    private const int TimeShift = 2 * CountBits;

    private readonly ulong[] _nonces;
    private readonly long[] _states;
    private int _next;

    /// <summary>Takes the memory.</summary>
    /// <param name="count">The number of hellos remembered.</param>
    internal NonceMemory(int count)
    {
        _nonces = new ulong[count];
        _states = new long[count];
    }

    /// <summary>Looks for a hello.</summary>
    /// <returns>Its index, or -1.</returns>
    internal int Find(ulong nonce)
    {
        for (int i = 0; i < _nonces.Length; i++)
        {
            if (_nonces[i] == nonce)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Called when a hello is heard that is not remembered, and when one is sent.</summary>
    /// <returns>Its index.</returns>
    internal int Add(ulong nonce)
    {
        int index = _next;
        _next = (_next + 1) % _nonces.Length;
        _nonces[index] = nonce;
        _states[index] = 0;
        return index;
    }

    /// <summary>Called when a copy comes from a source endpoint that the hello does not list.</summary>
    /// <returns>Whether it is one of the first two, which may be asked.</returns>
    internal bool AdmitUnnamed(int index)
    {
        if (((int)(_states[index] >> CountBits) & CountMask) == MostUnnamed)
        {
            return false;
        }

        _states[index] += 1 << CountBits;
        return true;
    }

    /// <summary>Whether the hello may provoke no further initiation.</summary>
    internal bool IsUsedUp(int index)
    {
        return ((int)_states[index] & CountMask) == MostProvoked;
    }

    /// <summary>
    /// When an initiation to a source endpoint that is not named may follow the last one, in milliseconds
    /// on the monotonic clock.
    /// </summary>
    /// <param name="index">The index of the hello.</param>
    /// <param name="interval">The shortest interval in milliseconds.</param>
    internal long UnnamedDue(int index, long interval)
    {
        return ((int)_states[index] & CountMask) == 0 ? long.MinValue : (_states[index] >> TimeShift) + interval;
    }

    /// <summary>Called when the hello has provoked an initiation.</summary>
    internal void Provoked(int index, long now)
    {
        long counts = _states[index] & ((1 << TimeShift) - 1);
        _states[index] = (now << TimeShift) | (counts + 1);
    }
}
