using System;
using Spore.Base;

namespace Spore.Hostsim.Bench;

/// <summary>A wire between two nodes in one memory: a ring of buffers that are made once.</summary>
internal sealed class DatagramQueue : ITransport
{
    private const int Places = 256;
    private const int PlaceSize = 2048;

    private readonly byte[][] _buffers = new byte[Places][];
    private readonly int[] _lengths = new int[Places];
    private int _first;

    /// <summary>Makes an empty wire.</summary>
    public DatagramQueue()
    {
        for (int i = 0; i < Places; i++)
        {
            _buffers[i] = new byte[PlaceSize];
        }
    }

    /// <summary>The datagrams waiting.</summary>
    public int Count { get; private set; }

    /// <inheritdoc/>
    public void Send(byte[] buffer, int offset, int length, Endpoint endpoint)
    {
        if (Count < Places)
        {
            int place = (_first + Count) % Places;
            Array.Copy(buffer, offset, _buffers[place], 0, length);
            _lengths[place] = length;
            Count++;
        }
    }

    /// <summary>Takes the datagram that has waited longest.</summary>
    /// <param name="length">Its length.</param>
    /// <returns>The buffer that holds it, until so many more have been sent as there are places.</returns>
    public byte[] Take(out int length)
    {
        byte[] buffer = _buffers[_first];
        length = _lengths[_first];
        _first = (_first + 1) % Places;
        Count--;
        return buffer;
    }

    /// <summary>Loses all datagrams that wait.</summary>
    public void Clear()
    {
        Count = 0;
    }
}
