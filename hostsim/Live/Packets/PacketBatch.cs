using System;

namespace Spore.Hostsim.Live.Packets;

/// <summary>
/// Packets that wait to be written to a TUN interface, where they lie. TCP segments that follow each other become one
/// large segment, which costs the machine no more than a small one, and UDP datagrams of one flow and of one length
/// become one large datagram. Their data is not moved: the machine takes them in pieces.
/// </summary>
internal sealed class PacketBatch
{
    /// <summary>The most pieces of a packet, and of all.</summary>
    public const int MaxPieces = 256;

    private const int MaxPacket = 65535;

    // A header and a packet at least.
    private const int MaxRows = MaxPieces / 2;

    private readonly byte[] _headers = GC.AllocateArray<byte>(MaxRows * VirtioHeader.Size, true);
    private readonly ArraySegment<byte>[] _pieces = new ArraySegment<byte>[MaxPieces];
    private readonly int[] _ends = new int[MaxRows];
    private readonly TcpRun _segments = new();
    private readonly UdpRun _datagrams = new();
    private readonly bool _joinsTcp;
    private readonly bool _joinsUdp;

    /// <summary>Takes the memory.</summary>
    /// <param name="joinsTcp">Whether segments may be joined: whether the interface accepts a virtio header.</param>
    /// <param name="joinsUdp">Whether datagrams may be joined, which only newer kernels can cut again.</param>
    public PacketBatch(bool joinsTcp, bool joinsUdp)
    {
        _joinsTcp = joinsTcp;
        _joinsUdp = joinsUdp;
    }

    /// <summary>How many there are to be written.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a packet.</summary>
    /// <param name="buffer">
    /// Holds a valid IP packet, and is not to be changed until that is written. It must be pinned.
    /// </param>
    /// <param name="offset">Where the packet starts. The headers of one that others are joined to are changed.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <returns>False when there is no capacity until those that are there are written.</returns>
    public bool Add(byte[] buffer, int offset, int length)
    {
        int end = Count == 0 ? 0 : _ends[Count - 1];
        ReadOnlySpan<byte> packet = buffer.AsSpan(offset, length);
        TcpSegment segment = default;
        UdpDatagram datagram = default;
        bool isSegment = _joinsTcp && TcpSegment.TryRead(packet, out segment);
        bool isDatagram = _joinsUdp && !isSegment && UdpDatagram.TryRead(packet, out datagram);
        if (end < MaxPieces
            && ((isSegment && _segments.TryExtend(segment, MaxPacket))
                || (isDatagram && _datagrams.TryExtend(datagram, MaxPacket))))
        {
            int size = isSegment ? segment.Payload.Length : datagram.Payload.Length;
            _pieces[end] = new ArraySegment<byte>(buffer, offset + length - size, size);
            _ends[Count - 1] = end + 1;
            return true;
        }

        if (Count == MaxRows || MaxPieces - end < 2)
        {
            return false;
        }

        EndRow();
        ArraySegment<byte> header = new(_headers, Count * VirtioHeader.Size, VirtioHeader.Size);
        header.AsSpan().Clear();
        _pieces[end] = header;
        _pieces[end + 1] = new ArraySegment<byte>(buffer, offset, length);
        _ends[Count++] = end + 2;
        if (isSegment)
        {
            _segments.Begin(header, _pieces[end + 1], segment);
        }
        else if (isDatagram)
        {
            _datagrams.Begin(header, _pieces[end + 1], datagram);
        }

        return true;
    }

    /// <summary>What is to be written.</summary>
    /// <param name="index">Which, in the order in which they were added.</param>
    /// <returns>A virtio header and the pieces of a packet, in their order.</returns>
    public ReadOnlySpan<ArraySegment<byte>> At(int index)
    {
        EndRow();
        int start = index == 0 ? 0 : _ends[index - 1];
        return _pieces.AsSpan(start, _ends[index] - start);
    }

    /// <summary>Called when all are written.</summary>
    public void Clear()
    {
        EndRow();
        Count = 0;
    }

    private void EndRow()
    {
        _segments.End();
        _datagrams.End();
    }
}
