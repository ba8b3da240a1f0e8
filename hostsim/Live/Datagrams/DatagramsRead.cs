using System;
using Spore.Base;

namespace Spore.Hostsim.Live.Datagrams;

/// <summary>
/// What was received from a socket at one time, to be gone through datagram by datagram: those that the system hands
/// over joined (UDP_GRO) are taken apart.
/// </summary>
internal sealed class DatagramsRead
{
    /// <summary>The most that one place takes.</summary>
    public const int PlaceSize = 65536;

    private readonly int[] _lengths;
    private readonly int[] _sizes;
    private readonly Endpoint[] _sources;
    private int _count;
    private int _next;
    private int _end;
    private int _size;

    /// <summary>Takes the memory.</summary>
    /// <param name="places">How much can be received at one time.</param>
    public DatagramsRead(int places)
    {
        Buffer = GC.AllocateUninitializedArray<byte>(places * PlaceSize, true);
        _lengths = new int[places];
        _sizes = new int[places];
        _sources = new Endpoint[places];
        for (int i = 0; i < places; i++)
        {
            _sources[i] = new Endpoint();
        }
    }

    /// <summary>
    /// The buffer that holds all of them, each place at a multiple of <see cref="PlaceSize"/>; it does not move.
    /// </summary>
    public byte[] Buffer { get; }

    /// <summary>Where the present datagram starts.</summary>
    public int Offset { get; private set; }

    /// <summary>The present datagram's length.</summary>
    public int Length { get; private set; }

    /// <summary>Where the present datagram came from.</summary>
    public Endpoint Source { get; private set; } = new();

    /// <summary>Whether there is something to go through.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>Called when something has been received into the next place.</summary>
    /// <param name="length">Its length.</param>
    /// <param name="size">The length of each datagram in it but the last.</param>
    /// <returns>What takes its source.</returns>
    public Endpoint Add(int length, int size)
    {
        _lengths[_count] = length;
        _sizes[_count] = size;
        return _sources[_count++];
    }

    /// <summary>Goes on to the next datagram.</summary>
    /// <returns>False at the end; then it is empty.</returns>
    public bool Next()
    {
        Offset += Length;
        if (Offset >= _end || _next == 0)
        {
            if (_next == _count)
            {
                _next = 0;
                _count = 0;
                return false;
            }

            Offset = _next * PlaceSize;
            _end = Offset + _lengths[_next];
            _size = _sizes[_next];
            Source = _sources[_next++];
        }

        Length = Math.Min(_size, _end - Offset);
        return true;
    }
}
