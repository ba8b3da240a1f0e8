using System;
using Spore.Base;

namespace Spore.WireGuard;

/// <summary>
/// Inner packets that wait for a session, of all peers together, one behind the other in memory that is lent to it.
/// When it is full the oldest goes: of the same peer if it has one, else of all. Read first: paper section 6.4.
/// </summary>
internal sealed class PacketQueue
{
    /// <summary>What stands before each packet: its peer's slot and its length, two bytes each.</summary>
    internal const int HeaderSize = 4;

    private byte[] _room;
    private int _start;
    private int _size;
    private int _used;

    /// <summary>
    /// Called to lend it so many bytes of a buffer, or to take them back, with none. What waits moves there if all of
    /// it fits; else it is dropped.
    /// </summary>
    /// <returns>How many packets were dropped.</returns>
    internal int Use(byte[] room, int start, int size)
    {
        int dropped = 0;
        if (_used > size)
        {
            for (int at = 0; at < _used; at += SizeAt(at))
            {
                dropped++;
            }

            _used = 0;
        }
        else if (_used > 0)
        {
            Array.Copy(_room, _start, room, start, _used);
        }

        _room = room;
        _start = start;
        _size = size;
        return dropped;
    }

    /// <summary>Copies a packet in.</summary>
    /// <returns>How many packets were dropped for it, or with it where there is no memory for it at all.</returns>
    internal int Add(int slot, byte[] buffer, int offset, int length)
    {
        if (_size < HeaderSize + length)
        {
            return 1;
        }

        int dropped = 0;
        while (_size - _used < HeaderSize + length)
        {
            int oldest = Find(slot);
            Remove(oldest < 0 ? 0 : oldest);
            dropped++;
        }

        int end = _start + _used;
        BigEndian.WriteUInt16(_room, end, slot);
        BigEndian.WriteUInt16(_room, end + 2, length);
        Array.Copy(buffer, offset, _room, end + HeaderSize, length);
        _used += HeaderSize + length;
        return dropped;
    }

    /// <summary>Takes a peer's oldest packet out into a buffer.</summary>
    /// <returns>Its length, or -1 when there is none.</returns>
    internal int Take(int slot, byte[] buffer, int offset)
    {
        int at = Find(slot);
        if (at < 0)
        {
            return -1;
        }

        int length = SizeAt(at) - HeaderSize;
        Array.Copy(_room, _start + at + HeaderSize, buffer, offset, length);
        Remove(at);
        return length;
    }

    /// <summary>Forgets a peer's packets.</summary>
    /// <returns>How many there were.</returns>
    internal int Drop(int slot)
    {
        int dropped = 0;
        for (int at = Find(slot); at >= 0; at = Find(slot))
        {
            Remove(at);
            dropped++;
        }

        return dropped;
    }

    // Those behind move up, so that the oldest is always the first.
    private void Remove(int at)
    {
        int next = at + SizeAt(at);
        Array.Copy(_room, _start + next, _room, _start + at, _used - next);
        _used -= next - at;
    }

    private int Find(int slot)
    {
        int at = 0;
        while (at < _used && BigEndian.ReadUInt16(_room, _start + at) != slot)
        {
            at += SizeAt(at);
        }

        return at < _used ? at : -1;
    }

    private int SizeAt(int at)
    {
        return HeaderSize + BigEndian.ReadUInt16(_room, _start + at + 2);
    }
}
