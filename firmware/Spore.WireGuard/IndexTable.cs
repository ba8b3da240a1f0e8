namespace Spore.WireGuard;

/// <summary>
/// Finds a peer's slot by the index that a message names: a hash table with linear probing in fixed memory. Read
/// first: paper section 5.4.
/// </summary>
/// <remarks>
/// Indices are random, so they are their own hash. Index 0 is never given out: it marks a free place.
/// </remarks>
internal sealed class IndexTable
{
    private readonly int[] _indices;
    private readonly short[] _slots;
    private readonly int _mask;

    /// <summary>Takes the memory.</summary>
    /// <param name="entries">The number of indices in use at one time, at most.</param>
    internal IndexTable(int entries)
    {
        int size = 8;
        while (size < entries * 2)
        {
            size <<= 1;
        }

        _indices = new int[size];
        _slots = new short[size];
        _mask = size - 1;
    }

    /// <summary>The slot that an index was given out for, or -1.</summary>
    internal int Find(int index)
    {
        if (index == 0)
        {
            return -1;
        }

        int place = index & _mask;
        while (_indices[place] != 0)
        {
            if (_indices[place] == index)
            {
                return _slots[place];
            }

            place = (place + 1) & _mask;
        }

        return -1;
    }

    /// <summary>Gives an index out.</summary>
    /// <returns>False when it is 0 or in use.</returns>
    internal bool Add(int index, int slot)
    {
        if (index == 0)
        {
            return false;
        }

        int place = index & _mask;
        while (_indices[place] != 0)
        {
            if (_indices[place] == index)
            {
                return false;
            }

            place = (place + 1) & _mask;
        }

        _indices[place] = index;
        _slots[place] = (short)slot;
        return true;
    }

    /// <summary>Takes an index back; one that is not in use is ignored.</summary>
    internal void Remove(int index)
    {
        if (index == 0)
        {
            return;
        }

        int place = index & _mask;
        while (_indices[place] != index)
        {
            if (_indices[place] == 0)
            {
                return;
            }

            place = (place + 1) & _mask;
        }

        // Those behind move up, unless they stand where their own search would not begin before the gap.
        int gap = place;
        int next = (place + 1) & _mask;
        while (_indices[next] != 0)
        {
            int home = _indices[next] & _mask;
            if (((next - home) & _mask) >= ((next - gap) & _mask))
            {
                _indices[gap] = _indices[next];
                _slots[gap] = _slots[next];
                gap = next;
            }

            next = (next + 1) & _mask;
        }

        _indices[gap] = 0;
    }
}
