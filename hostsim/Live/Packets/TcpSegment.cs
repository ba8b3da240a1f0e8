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
    private const byte Ipv4WithoutOptions = 0x45;
    private const byte Ipv6Version = 6;
    private const int Ipv4Fragment = 6;
    private const int Ipv4Protocol = 9;
    private const int Ipv6NextHeader = 6;

    // Of the bits that tell of fragments only "don't fragment": then the identification means nothing (RFC 6864).
    private const ushort DontFragment = 0x4000;

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
        int transport = packet[0] == Ipv4WithoutOptions
            ? Ipv4.HeaderSize
            : packet[0] >> 4 == Ipv6Version ? Ipv6.HeaderSize : packet.Length;
        if (packet.Length < transport + TcpHeader.MinSize || !IsWholeTcp(packet))
        {
            return false;
        }

        ReadOnlySpan<byte> tcp = packet[transport..];
        int headerLength = tcp[TcpHeader.DataOffset] >> 4 << 2;
        if (headerLength < TcpHeader.MinSize
            || tcp.Length <= headerLength
            || (tcp[TcpHeader.Flags] & ~TcpHeader.Push) != TcpHeader.Ack
            || VectorChecksum.Add(TcpHeader.PseudoHeader(packet, tcp.Length), tcp) != 0xFFFF)
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
        int ip = Transport;
        bool same = mine[0] == other[0]
            && (mine[0] == Ipv4WithoutOptions
                ? mine[1] == other[1]
                    && IsSame(mine, other, Ipv4Fragment, Ipv4Protocol + 1)
                    && IsSame(mine, other, Ipv4.SourceOffset, ip)
                : IsSame(mine, other, 1, 4) && IsSame(mine, other, Ipv6NextHeader, ip));
        return same
            && IsSame(mine, other, ip, ip + TcpHeader.Sequence)
            && IsSame(mine, other, ip + TcpHeader.Acknowledgment, ip + TcpHeader.Flags)
            && IsSame(mine, other, ip + TcpHeader.Flags + 1, ip + TcpHeader.Checksum)
            && IsSame(mine, other, ip + TcpHeader.Checksum + 2, HeaderLength);
    }

    private static bool IsWholeTcp(ReadOnlySpan<byte> packet)
    {
        return packet[0] == Ipv4WithoutOptions
            ? packet[Ipv4Protocol] == IpProtocol.Tcp
                && BinaryPrimitives.ReadUInt16BigEndian(packet[Ipv4Fragment..]) == DontFragment
            : packet[Ipv6NextHeader] == IpProtocol.Tcp;
    }

    private static bool IsSame(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, int start, int end)
    {
        return a[start..end].SequenceEqual(b[start..end]);
    }
}
