namespace Spore.WireGuard;

/// <summary>Finds a peer by the index that a message names: a hash table with linear probing in fixed memory.</summary>
/// <remarks>Indices are random, so they are their own hash. Index 0 is never given out: it marks a free place.</remarks>
internal sealed class IndexTable
{
    private readonly int[] _indices;
    private readonly Peer[] _peers;
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
        _peers = new Peer[size];
        _mask = size - 1;
    }

    /// <summary>The peer that an index was given out for, or null.</summary>
    internal Peer Find(int index)
    {
        if (index == 0)
        {
            return null;
        }

        int place = index & _mask;
        while (_indices[place] != 0)
        {
            if (_indices[place] == index)
            {
                return _peers[place];
            }

            place = (place + 1) & _mask;
        }

        return null;
    }

    /// <summary>Gives an index out.</summary>
    /// <returns>False when it is 0 or in use.</returns>
    internal bool Add(int index, Peer peer)
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
        _peers[place] = peer;
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
                _peers[gap] = _peers[next];
                gap = next;
            }

            next = (next + 1) & _mask;
        }

        _indices[gap] = 0;
        _peers[gap] = null;
    }
}
