using System;
using System.Buffers.Binary;
using Spore.Net;

namespace Spore.Hostsim.Live.Packets;

/// <summary>
/// Cuts a large TCP segment, as the kernel hands over with TSO, into those that fit: each with the headers, its own
/// sequence number, length and checksums, as the kernel itself would.
/// </summary>
internal sealed class TcpSegmenter
{
    private const int LargestHeader = 256;
    private const int Ipv4Identification = 4;

    private readonly byte[] _headers = new byte[LargestHeader];
    private byte[] _buffer = [];
    private int _transport;
    private int _headerLength;
    private int _segmentSize;
    private int _payload;
    private int _end;
    private uint _sequence;
    private int _identification;
    private byte _flags;
    private uint _fixedSum;

    /// <summary>Where the present segment starts in the buffer.</summary>
    public int Offset { get; private set; }

    /// <summary>Its length, headers included.</summary>
    public int Length { get; private set; }

    /// <summary>Begins with a packet.</summary>
    /// <param name="buffer">The buffer that holds it.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length.</param>
    /// <param name="transport">Where its TCP header starts, from the packet's start.</param>
    /// <param name="segmentSize">The payload of each segment but the last.</param>
    /// <returns>False when it is no TCP segment with a payload.</returns>
    public bool Begin(byte[] buffer, int offset, int length, int transport, int segmentSize)
    {
        Span<byte> packet = buffer.AsSpan(offset, length);
        if (segmentSize < 1 || transport < 1 || transport + TcpHeader.MinSize > length)
        {
            return false;
        }

        int tcpLength = packet[transport + TcpHeader.DataOffset] >> 4 << 2;
        _headerLength = transport + tcpLength;
        if (tcpLength < TcpHeader.MinSize || _headerLength > LargestHeader || _headerLength >= length)
        {
            return false;
        }

        _buffer = buffer;
        _transport = transport;
        _segmentSize = segmentSize;
        _payload = offset + _headerLength;
        _end = offset + length;
        Span<byte> headers = _headers.AsSpan(0, _headerLength);
        packet[.._headerLength].CopyTo(headers);
        Span<byte> tcp = headers[transport..];
        _sequence = BinaryPrimitives.ReadUInt32BigEndian(tcp[TcpHeader.Sequence..]);
        _identification = BinaryPrimitives.ReadUInt16BigEndian(headers[Ipv4Identification..]);
        _flags = tcp[TcpHeader.Flags];

        // What is the same in all segments is summed once.
        tcp.Slice(TcpHeader.Sequence, 4).Clear();
        tcp[TcpHeader.Flags] = 0;
        tcp.Slice(TcpHeader.Checksum, 2).Clear();
        _fixedSum = VectorChecksum.Add(IpHeader.PseudoHeader(headers, IpProtocol.Tcp, 0), tcp);
        return true;
    }

    /// <summary>
    /// Goes on to the next segment. It is made where it stands, so that the one before it is overwritten.
    /// </summary>
    /// <returns>False when there are no more.</returns>
    public bool Next()
    {
        int size = Math.Min(_segmentSize, _end - _payload);
        if (size <= 0)
        {
            return false;
        }

        Offset = _payload - _headerLength;
        Length = _headerLength + size;
        Span<byte> packet = _buffer.AsSpan(Offset, Length);
        _headers.AsSpan(0, _headerLength).CopyTo(packet);
        if (packet[0] >> 4 == 4)
        {
            BinaryPrimitives.WriteUInt16BigEndian(packet[Ipv4Identification..], (ushort)_identification++);
        }

        IpHeader.WriteLength(packet, _transport, Length);
        bool isLast = _payload + size == _end;
        Span<byte> tcp = packet[_transport..];
        BinaryPrimitives.WriteUInt32BigEndian(tcp[TcpHeader.Sequence..], _sequence);
        tcp[TcpHeader.Flags] = isLast ? _flags : (byte)(_flags & ~(TcpHeader.Fin | TcpHeader.Push));
        uint sum = VectorChecksum.Add(_fixedSum, tcp.Length);
        sum = VectorChecksum.Add(sum, tcp.Slice(TcpHeader.Sequence, 4));
        sum = VectorChecksum.Add(sum, tcp[TcpHeader.Flags]);
        sum = VectorChecksum.Add(sum, packet[_headerLength..]);
        VectorChecksum.Write(~sum, tcp.Slice(TcpHeader.Checksum, 2));
        _sequence += (uint)size;
        _payload += size;
        return true;
    }
}
