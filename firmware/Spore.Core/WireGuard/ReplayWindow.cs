using System;

namespace Spore.WireGuard;

/// <summary>The sliding window that refuses repeated and too old counters (RFC 6479): 2048 messages.</summary>
public sealed class ReplayWindow
{
    /// <summary>How far below the highest counter one is still accepted.</summary>
    public const int Size = 2048;

    private const int Words = (Size / 32) + 1;

    private readonly int[] _bits = new int[Words];
    private ulong _next;

    /// <summary>Forgets all counters.</summary>
    public void Reset()
    {
        Array.Clear(_bits, 0, Words);
        _next = 0;
    }

    /// <summary>Called after a message has verified; records its counter.</summary>
    /// <param name="counter">The message's counter.</param>
    /// <returns>False when the counter was seen before or is too old; then nothing has changed.</returns>
    public bool Accept(ulong counter)
    {
        if (counter >= Constants.RejectAfterMessages)
        {
            return false;
        }

        if (counter + Size < _next)
        {
            return false;
        }

        ulong word = counter >> 5;
        if (counter >= _next)
        {
            // The words between the old head and the new one belong to counters not seen yet.
            ulong head = _next == 0 ? 0 : (_next - 1) >> 5;
            ulong advance = word - head;
            int count = advance > Words ? Words : (int)advance;
            for (int i = 1; i <= count; i++)
            {
                _bits[(int)((head + (ulong)i) % Words)] = 0;
            }

            _next = counter + 1;
        }

        int slot = (int)(word % Words);
        int mask = 1 << ((int)counter & 31);
        if ((_bits[slot] & mask) != 0)
        {
            return false;
        }

        _bits[slot] |= mask;
        return true;
    }
}
