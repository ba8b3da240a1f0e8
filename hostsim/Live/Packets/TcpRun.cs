using System;
using Spore.Net;

namespace Spore.Hostsim.Live.Packets;

/// <summary>
/// A row of TCP segments that becomes one: the first whole, behind a virtio header, and then the data of the others.
/// The kernel cuts it again where it has to, at the same places.
/// </summary>
internal sealed class TcpRun
{
    private ArraySegment<byte> _header;
    private ArraySegment<byte> _first;
    private int _transport;
    private int _headerLength;
    private int _segmentSize;
    private int _length;
    private int _count;
    private uint _next;
    private bool _isOpen;

    /// <summary>Called when the first segment of a row has been put down.</summary>
    /// <param name="header">Where its virtio header stands.</param>
    /// <param name="packet">Where it stands itself.</param>
    /// <param name="segment">The segment.</param>
    public void Begin(ArraySegment<byte> header, ArraySegment<byte> packet, TcpSegment segment)
    {
        End();
        _header = header;
        _first = packet;
        _transport = segment.Transport;
        _headerLength = segment.HeaderLength;
        _segmentSize = segment.Payload.Length;
        _length = segment.Packet.Length;
        _count = 1;
        _next = segment.Sequence + (uint)_segmentSize;
        _isOpen = !segment.IsPushed;
    }

    /// <summary>
    /// Looks whether a segment is the next one, and takes note of it; its data then goes behind the others'.
    /// </summary>
    /// <param name="segment">The segment.</param>
    /// <param name="limit">The longest that the whole packet may become.</param>
    /// <returns>Whether it is.</returns>
    public bool TryExtend(TcpSegment segment, int limit)
    {
        int size = segment.Payload.Length;
        Span<byte> first = _first;
        if (!_isOpen
            || size > _segmentSize
            || _length + size > limit
            || segment.Sequence != _next
            || !segment.HasHeadersOf(first))
        {
            return false;
        }

        _length += size;
        _count++;
        _next += (uint)size;
        _isOpen = size == _segmentSize && !segment.IsPushed;
        if (segment.IsPushed)
        {
            first[_transport + TcpHeader.Flags] |= TcpHeader.Push;
        }

        return true;
    }

    /// <summary>Called when no more segments are to come: completes the headers.</summary>
    public void End()
    {
        _isOpen = false;
        if (_count > 1)
        {
            Span<byte> packet = _first;
            bool isIpv6 = packet[0] >> 4 == 6;
            new VirtioHeader
            {
                Flags = VirtioHeader.NeedsChecksum,
                Segmentation = isIpv6 ? VirtioHeader.Tcp6 : VirtioHeader.Tcp4,
                HeaderLength = (ushort)_headerLength,
                SegmentSize = (ushort)_segmentSize,
                ChecksumStart = (ushort)_transport,
                ChecksumOffset = TcpHeader.Checksum,
            }.Write(_header);
            IpHeader.WriteLength(packet, _transport, _length);

            // The rest of the sum is added where it is cut, or not at all on the machine itself.
            uint sum = IpHeader.PseudoHeader(packet, IpProtocol.Tcp, _length - _transport);
            VectorChecksum.Write(sum, packet.Slice(_transport + TcpHeader.Checksum, 2));
        }

        _count = 0;
    }
}
