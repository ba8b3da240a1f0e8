using System;
using System.Buffers.Binary;
using Spore.Net;

namespace Spore.Hostsim.Live.Packets;

/// <summary>
/// A row of UDP datagrams that becomes one: the first whole, behind a virtio header, and then the data of the others.
/// The kernel cuts it again at the same places, unless its socket wants it whole (UDP_GRO; udp(7)).
/// </summary>
internal sealed class UdpRun
{
    // UDP_MAX_SEGMENTS of Linux before 6.9.
    private const int MaxCount = 64;

    private Memory<byte> _place;
    private int _transport;
    private int _size;
    private int _length;
    private int _count;
    private bool _isOpen;

    /// <summary>Called when the first datagram of a row has been put down.</summary>
    /// <param name="place">Where its virtio header starts, and the packet behind it.</param>
    /// <param name="datagram">The datagram.</param>
    public void Begin(Memory<byte> place, UdpDatagram datagram)
    {
        End();
        _place = place;
        _transport = datagram.Transport;
        _size = datagram.Payload.Length;
        _length = datagram.Packet.Length;
        _count = 1;
        _isOpen = true;
    }

    /// <summary>
    /// Looks whether a datagram can be the next one, and takes note of it; its data is then to be put behind the
    /// others'.
    /// </summary>
    /// <param name="datagram">The datagram.</param>
    /// <param name="limit">The longest that the whole packet may become.</param>
    /// <returns>Whether it can.</returns>
    public bool TryExtend(UdpDatagram datagram, int limit)
    {
        int size = datagram.Payload.Length;
        if (!_isOpen
            || size > _size
            || _count == MaxCount
            || _length + size > limit
            || !datagram.HasHeadersOf(_place.Span[VirtioHeader.Size..]))
        {
            return false;
        }

        _length += size;
        _count++;
        _isOpen = size == _size;
        return true;
    }

    /// <summary>Called when no more datagrams are to come: completes the headers.</summary>
    public void End()
    {
        _isOpen = false;
        if (_count > 1)
        {
            Span<byte> packet = _place.Span.Slice(VirtioHeader.Size, _length);
            new VirtioHeader
            {
                Flags = VirtioHeader.NeedsChecksum,
                Segmentation = VirtioHeader.Udp,
                HeaderLength = (ushort)(_transport + Udp.HeaderSize),
                SegmentSize = (ushort)_size,
                ChecksumStart = (ushort)_transport,
                ChecksumOffset = UdpDatagram.ChecksumOffset,
            }.Write(_place.Span);
            IpHeader.WriteLength(packet, _transport, _length);
            Span<byte> udp = packet[_transport..];
            BinaryPrimitives.WriteUInt16BigEndian(udp[UdpDatagram.LengthOffset..], (ushort)udp.Length);

            // The rest of the sum is added where it is cut, or not at all on the machine itself.
            uint sum = IpHeader.PseudoHeader(packet, IpProtocol.Udp, udp.Length);
            VectorChecksum.Write(sum, udp.Slice(UdpDatagram.ChecksumOffset, 2));
        }

        _count = 0;
    }
}
