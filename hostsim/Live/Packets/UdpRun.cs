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

    private ArraySegment<byte> _header;
    private ArraySegment<byte> _first;
    private int _transport;
    private int _size;
    private int _length;
    private int _count;
    private bool _isOpen;

    /// <summary>Called when the first datagram of a row has been put down.</summary>
    /// <param name="header">Where its virtio header stands.</param>
    /// <param name="packet">Where it stands itself.</param>
    /// <param name="datagram">The datagram.</param>
    public void Begin(ArraySegment<byte> header, ArraySegment<byte> packet, UdpDatagram datagram)
    {
        End();
        _header = header;
        _first = packet;
        _transport = datagram.Transport;
        _size = datagram.Payload.Length;
        _length = datagram.Packet.Length;
        _count = 1;
        _isOpen = true;
    }

    /// <summary>
    /// Looks whether a datagram can be the next one, and takes note of it; its data then goes behind the others'.
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
            || !datagram.HasHeadersOf(_first))
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
            Span<byte> packet = _first;
            new VirtioHeader
            {
                Flags = VirtioHeader.NeedsChecksum,
                Segmentation = VirtioHeader.Udp,
                HeaderLength = (ushort)(_transport + Udp.HeaderSize),
                SegmentSize = (ushort)_size,
                ChecksumStart = (ushort)_transport,
                ChecksumOffset = UdpDatagram.ChecksumOffset,
            }.Write(_header);
            IpHeader.WriteLength(packet, _transport, _length);
            int udpLength = _length - _transport;
            Span<byte> udp = packet[_transport..];
            BinaryPrimitives.WriteUInt16BigEndian(udp[UdpDatagram.LengthOffset..], (ushort)udpLength);

            // The rest of the sum is added where it is cut, or not at all on the machine itself.
            uint sum = IpHeader.PseudoHeader(packet, IpProtocol.Udp, udpLength);
            VectorChecksum.Write(sum, udp.Slice(UdpDatagram.ChecksumOffset, 2));
        }

        _count = 0;
    }
}
