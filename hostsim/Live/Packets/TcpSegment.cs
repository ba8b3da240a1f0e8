using System;
using System.Buffers.Binary;
using Spore.Net;

namespace Spore.Hostsim.Live.Packets;

/// <summary>
/// A TCP segment that could be one of several in a row: it has data, a right checksum, no flags but ACK and PSH, and
/// nothing that belongs to it alone.
/// </summary>
internal readonly ref struct TcpSegment
{
    private TcpSegment(ReadOnlySpan<byte> packet, int transport, int headerLength)
    {
        Packet = packet;
        Transport = transport;
        HeaderLength = headerLength;
    }

    /// <summary>The packet, from its IP header on.</summary>
    public ReadOnlySpan<byte> Packet { get; }

    /// <summary>Where the TCP header starts.</summary>
    public int Transport { get; }

    /// <summary>Where the data starts.</summary>
    public int HeaderLength { get; }

    /// <summary>The data.</summary>
    public ReadOnlySpan<byte> Payload => Packet[HeaderLength..];

    /// <summary>Its first byte's number.</summary>
    public uint Sequence => BinaryPrimitives.ReadUInt32BigEndian(Packet[(Transport + TcpHeader.Sequence)..]);

    /// <summary>Whether no data is to follow it in a row.</summary>
    public bool IsPushed => (Packet[Transport + TcpHeader.Flags] & TcpHeader.Push) != 0;

    /// <summary>Looks whether a packet is such a segment.</summary>
    /// <param name="packet">A sound IP packet, without anything behind it.</param>
    /// <param name="segment">The segment.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryRead(ReadOnlySpan<byte> packet, out TcpSegment segment)
    {
        segment = default;
        int transport = IpHeader.FindTransport(packet, IpProtocol.Tcp, TcpHeader.MinSize);
        if (transport == 0)
        {
            return false;
        }

        ReadOnlySpan<byte> tcp = packet[transport..];
        int headerLength = tcp[TcpHeader.DataOffset] >> 4 << 2;
        if (headerLength < TcpHeader.MinSize
            || tcp.Length <= headerLength
            || (tcp[TcpHeader.Flags] & ~TcpHeader.Push) != TcpHeader.Ack
            || VectorChecksum.Add(IpHeader.PseudoHeader(packet, IpProtocol.Tcp, tcp.Length), tcp) != 0xFFFF)
        {
            return false;
        }

        segment = new TcpSegment(packet, transport, transport + headerLength);
        return true;
    }

    /// <summary>
    /// Whether all that has to be the same for two segments to become one is the same in the headers of another: not
    /// lengths, checksums, sequence number and PSH.
    /// </summary>
    /// <param name="other">A packet that was such a segment.</param>
    /// <returns>Whether it is.</returns>
    public bool HasHeadersOf(ReadOnlySpan<byte> other)
    {
        ReadOnlySpan<byte> mine = Packet;
        int tcp = Transport;
        return IpHeader.IsSame(mine, other)
            && IpHeader.IsSame(mine, other, tcp, tcp + TcpHeader.Sequence)
            && IpHeader.IsSame(mine, other, tcp + TcpHeader.Acknowledgment, tcp + TcpHeader.Flags)
            && IpHeader.IsSame(mine, other, tcp + TcpHeader.Flags + 1, tcp + TcpHeader.Checksum)
            && IpHeader.IsSame(mine, other, tcp + TcpHeader.Checksum + 2, HeaderLength);
    }
}
