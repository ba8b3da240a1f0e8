using System;

namespace Spore.Hostsim.Live.Packets;

/// <summary>
/// Packets that wait to be written to a TUN interface, one behind the other. TCP segments that follow each other become
/// one large segment, which costs the machine no more than a small one, and UDP datagrams of one flow and of one length
/// become one large datagram.
/// </summary>
internal sealed class PacketBatch
{
    private const int MaxPacket = 65535;
    private const int Room = 2 * (VirtioHeader.Size + MaxPacket);
    private const int MaxCount = 256;

    private readonly byte[] _bytes = new byte[Room];
    private readonly int[] _ends = new int[MaxCount];
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
    /// <param name="packet">A sound IP packet, which is copied.</param>
    /// <returns>False when there is no room until those that are there are written.</returns>
    public bool Add(ReadOnlySpan<byte> packet)
    {
        int end = Count == 0 ? 0 : _ends[Count - 1];
        TcpSegment segment = default;
        UdpDatagram datagram = default;
        bool isSegment = _joinsTcp && TcpSegment.TryRead(packet, out segment);
        bool isDatagram = _joinsUdp && !isSegment && UdpDatagram.TryRead(packet, out datagram);
        ReadOnlySpan<byte> payload = isSegment ? segment.Payload : isDatagram ? datagram.Payload : default;
        if (Room - end >= payload.Length
            && ((isSegment && _segments.TryExtend(segment, MaxPacket))
                || (isDatagram && _datagrams.TryExtend(datagram, MaxPacket))))
        {
            payload.CopyTo(_bytes.AsSpan(end));
            _ends[Count - 1] = end + payload.Length;
            return true;
        }

        if (Count == MaxCount || Room - end < VirtioHeader.Size + packet.Length)
        {
            return false;
        }

        _bytes.AsSpan(end, VirtioHeader.Size).Clear();
        Memory<byte> place = _bytes.AsMemory(end);
        packet.CopyTo(place.Span[VirtioHeader.Size..]);
        _ends[Count++] = end + VirtioHeader.Size + packet.Length;
        EndRow();
        if (isSegment)
        {
            _segments.Begin(place, segment);
        }
        else if (isDatagram)
        {
            _datagrams.Begin(place, datagram);
        }

        return true;
    }

    /// <summary>What is to be written.</summary>
    /// <param name="index">Which, in the order in which they were added.</param>
    /// <returns>A virtio header and a packet.</returns>
    public ReadOnlySpan<byte> At(int index)
    {
        EndRow();
        int start = index == 0 ? 0 : _ends[index - 1];
        return _bytes.AsSpan(start, _ends[index] - start);
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
