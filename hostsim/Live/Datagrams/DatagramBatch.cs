using System;
using Spore.Base;

namespace Spore.Hostsim.Live.Datagrams;

/// <summary>
/// Datagrams that wait to be sent by one socket, one behind the other. Those to one endpoint, from one source address
/// and of one length, the last of them shorter or not, make a run, which the system takes as one (UDP_SEGMENT).
/// </summary>
internal sealed class DatagramBatch
{
    /// <summary>The most runs there can be.</summary>
    public const int MaxRuns = 128;

    /// <summary>The most datagrams in a run: what the system takes (UDP_MAX_SEGMENTS).</summary>
    public const int MaxRunCount = 64;

    /// <summary>
    /// The most bytes in a run, which is one IP packet to the system until it is cut: 65535 less the
    /// headers of IPv4 and UDP.
    /// </summary>
    public const int MaxRunLength = 65507;

    private const int MaxDatagram = 65535;

    private readonly Loss? _lost;
    private readonly Run[] _runs;
    private readonly (int Datagrams, int Bytes)[] _losses;
    private readonly Endpoint[] _endpoints;
    private int _end;
    private bool _isOpen;
    private bool _isLossy;

    /// <summary>Takes the memory.</summary>
    /// <param name="lost">Called in <see cref="Clear"/> for each run of which datagrams were not sent; or null.</param>
    /// <param name="size">How many bytes all datagrams have together, at most.</param>
    /// <param name="runs">How many runs there are, at most.</param>
    public DatagramBatch(Loss? lost = null, int size = 2 * MaxDatagram, int runs = MaxRuns)
    {
        _lost = lost;
        _runs = new Run[runs];
        _losses = new (int, int)[runs];
        _endpoints = new Endpoint[runs];
        Bytes = GC.AllocateUninitializedArray<byte>(size, true);
        for (int i = 0; i < runs; i++)
        {
            _endpoints[i] = new Endpoint();
        }
    }

    /// <summary>Takes what was not sent.</summary>
    /// <param name="endpoint">The destination, valid during the call.</param>
    /// <param name="datagrams">The number of datagrams.</param>
    /// <param name="bytes">Their length together, in bytes.</param>
    public delegate void Loss(Endpoint endpoint, int datagrams, int bytes);

    /// <summary>All datagrams; it does not move.</summary>
    public byte[] Bytes { get; }

    /// <summary>How many runs there are.</summary>
    public int Count { get; private set; }

    /// <summary>One of the runs.</summary>
    /// <param name="index">Which, in the order in which they were added.</param>
    /// <returns>The run.</returns>
    public Run RunAt(int index)
    {
        return _runs[index];
    }

    /// <summary>Where a run goes.</summary>
    /// <param name="index">Which.</param>
    /// <returns>The endpoint.</returns>
    public Endpoint EndpointAt(int index)
    {
        return _endpoints[index];
    }

    /// <summary>Adds a datagram.</summary>
    /// <param name="datagram">The datagram, which is copied.</param>
    /// <param name="endpoint">Where to.</param>
    /// <returns>False when there is no room until those that are there are sent.</returns>
    public bool Add(ReadOnlySpan<byte> datagram, Endpoint endpoint)
    {
        if (datagram.Length > Bytes.Length - _end)
        {
            return false;
        }

        if (_isOpen && TryExtend(datagram.Length, endpoint))
        {
            datagram.CopyTo(Bytes.AsSpan(_end));
            _end += datagram.Length;
            return true;
        }

        if (Count == _runs.Length)
        {
            return false;
        }

        _runs[Count] = new Run(_end, datagram.Length, datagram.Length, 1);
        _losses[Count] = default;
        _endpoints[Count++].CopyFrom(endpoint);
        datagram.CopyTo(Bytes.AsSpan(_end));
        _end += datagram.Length;
        _isOpen = datagram.Length > 0;
        return true;
    }

    /// <summary>Called when datagrams of a run were not sent.</summary>
    /// <param name="index">The run.</param>
    /// <param name="datagrams">The number of datagrams.</param>
    /// <param name="bytes">Their length together, in bytes.</param>
    public void Lose(int index, int datagrams, int bytes)
    {
        _isLossy = true;
        (int before, int bytesBefore) = _losses[index];
        _losses[index] = (before + datagrams, bytesBefore + bytes);
    }

    /// <summary>Called when no datagram was sent.</summary>
    public void LoseAll()
    {
        for (int i = 0; i < Count; i++)
        {
            Lose(i, _runs[i].Count, _runs[i].Length);
        }
    }

    /// <summary>Called when all are sent or lost. The caller holds no lock that the receiver of losses needs.</summary>
    public void Clear()
    {
        for (int i = 0; _isLossy && i < Count; i++)
        {
            if (_losses[i].Datagrams > 0)
            {
                _lost?.Invoke(_endpoints[i], _losses[i].Datagrams, _losses[i].Bytes);
            }
        }

        _isLossy = false;
        Count = 0;
        _end = 0;
        _isOpen = false;
    }

    private bool TryExtend(int length, Endpoint endpoint)
    {
        Run last = _runs[Count - 1];
        if (length > last.Size
            || length == 0
            || last.Count == MaxRunCount
            || last.Length + length > MaxRunLength
            || !_endpoints[Count - 1].IsSame(endpoint)
            || _endpoints[Count - 1].Local != endpoint.Local)
        {
            return false;
        }

        _runs[Count - 1] = last with { Length = last.Length + length, Count = last.Count + 1 };
        _isOpen = length == last.Size;
        return true;
    }

    /// <summary>Datagrams to one place, all but the last of one length.</summary>
    /// <param name="Offset">Where the first starts.</param>
    /// <param name="Length">The length of all together.</param>
    /// <param name="Size">The length of each but the last.</param>
    /// <param name="Count">How many they are.</param>
    internal readonly record struct Run(int Offset, int Length, int Size, int Count)
    {
        /// <summary>Where a datagram starts.</summary>
        /// <param name="datagram">Its index in the run.</param>
        /// <returns>The offset.</returns>
        public int OffsetOf(int datagram)
        {
            return Offset + (datagram * Size);
        }

        /// <summary>How long a datagram is.</summary>
        /// <param name="datagram">Its index in the run.</param>
        /// <returns>The length.</returns>
        public int LengthOf(int datagram)
        {
            return datagram == Count - 1 ? Length - (datagram * Size) : Size;
        }
    }
}
