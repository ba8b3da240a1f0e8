using System;

namespace Spore.Hostsim.Live.Packets;

/// <summary>
/// Packets that wait to be written to a TUN interface, one behind the other. TCP segments that follow each other become
/// one large segment, which costs the machine no more than a small one.
/// </summary>
internal sealed class PacketBatch
{
    private const int MaxPacket = 65535;
    private const int Room = 2 * (VirtioHeader.Size + MaxPacket);
    private const int MaxCount = 256;

    private readonly byte[] _bytes = new byte[Room];
    private readonly int[] _ends = new int[MaxCount];
    private readonly TcpRun _run = new();
    private readonly bool _joins;

    /// <summary>Takes the memory.</summary>
    /// <param name="joins">Whether segments may be joined: whether the interface takes the header that says so.</param>
    public PacketBatch(bool joins)
    {
        _joins = joins;
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
        bool joinable = _joins && TcpSegment.TryRead(packet, out segment);
        if (joinable && Room - end >= segment.Payload.Length && _run.TryExtend(segment, MaxPacket))
        {
            segment.Payload.CopyTo(_bytes.AsSpan(end));
            _ends[Count - 1] = end + segment.Payload.Length;
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
        if (joinable)
        {
            _run.Begin(place, segment);
        }
        else
        {
            _run.End();
        }

        return true;
    }

    /// <summary>What is to be written.</summary>
    /// <param name="index">Which, in the order in which they were added.</param>
    /// <returns>A virtio header and a packet.</returns>
    public ReadOnlySpan<byte> At(int index)
    {
        _run.End();
        int start = index == 0 ? 0 : _ends[index - 1];
        return _bytes.AsSpan(start, _ends[index] - start);
    }

    /// <summary>Called when all are written.</summary>
    public void Clear()
    {
        _run.End();
        Count = 0;
    }
}
