using System;

namespace Spore.WireGuard;

/// <summary>Inner packets that wait for a session, in one pool for all peers. When it is full the oldest goes: of the same peer if it has one, else of all.</summary>
internal sealed class PacketQueue
{
    private readonly byte[][] _packets;
    private readonly int[] _lengths;
    private readonly Peer[] _owners;
    private readonly long[] _order;
    private long _sequence;

    /// <summary>Takes the memory.</summary>
    /// <param name="packets">The number of packets.</param>
    /// <param name="size">The length of the longest in bytes.</param>
    internal PacketQueue(int packets, int size)
    {
        _packets = new byte[packets][];
        for (int i = 0; i < packets; i++)
        {
            _packets[i] = new byte[size];
        }

        _lengths = new int[packets];
        _owners = new Peer[packets];
        _order = new long[packets];
    }

    /// <summary>Copies a packet in.</summary>
    internal void Add(Peer owner, byte[] buffer, int offset, int length)
    {
        int place = Oldest(null);
        if (place < 0)
        {
            place = Oldest(owner);
        }

        if (place < 0)
        {
            place = OldestOfAll();
        }

        if (place < 0)
        {
            return;
        }

        Array.Copy(buffer, offset, _packets[place], 0, length);
        _lengths[place] = length;
        _owners[place] = owner;
        _order[place] = ++_sequence;
    }

    /// <summary>Takes a peer's oldest packet out into a buffer.</summary>
    /// <returns>Its length, or -1 when there is none.</returns>
    internal int Take(Peer owner, byte[] buffer, int offset)
    {
        int place = Oldest(owner);
        if (place < 0)
        {
            return -1;
        }

        Array.Copy(_packets[place], 0, buffer, offset, _lengths[place]);
        _owners[place] = null;
        return _lengths[place];
    }

    /// <summary>Forgets a peer's packets.</summary>
    internal void Drop(Peer owner)
    {
        for (int i = 0; i < _owners.Length; i++)
        {
            if (_owners[i] == owner)
            {
                _owners[i] = null;
            }
        }
    }

    private int Oldest(Peer owner)
    {
        int oldest = -1;
        for (int i = 0; i < _owners.Length; i++)
        {
            if (_owners[i] == owner && (oldest < 0 || _order[i] < _order[oldest]))
            {
                oldest = i;
            }
        }

        return oldest;
    }

    private int OldestOfAll()
    {
        int oldest = -1;
        for (int i = 0; i < _owners.Length; i++)
        {
            if (oldest < 0 || _order[i] < _order[oldest])
            {
                oldest = i;
            }
        }

        return oldest;
    }
}
