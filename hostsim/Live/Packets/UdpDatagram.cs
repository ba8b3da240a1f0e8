using System;
using System.Buffers.Binary;
using Spore.Net;

namespace Spore.Hostsim.Live.Packets;

/// <summary>A UDP datagram that could be one of several in a row: it has data and a valid checksum.</summary>
internal readonly ref struct UdpDatagram
{
    /// <summary>Where the length is, from the UDP header's start.</summary>
    public const int LengthOffset = 4;

    /// <summary>Where the checksum is.</summary>
    public const int ChecksumOffset = 6;

    private UdpDatagram(ReadOnlySpan<byte> packet, int transport)
    {
        Packet = packet;
        Transport = transport;
    }

    /// <summary>The packet, from its IP header on.</summary>
    public ReadOnlySpan<byte> Packet { get; }

    /// <summary>Where the UDP header starts.</summary>
    public int Transport { get; }

    /// <summary>The data.</summary>
    public ReadOnlySpan<byte> Payload => Packet[(Transport + Udp.HeaderSize)..];

    /// <summary>Looks whether a packet is such a datagram.</summary>
    /// <param name="packet">A valid IP packet, without anything behind it.</param>
    /// <param name="datagram">The datagram.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryRead(ReadOnlySpan<byte> packet, out UdpDatagram datagram)
    {
        datagram = default;
        int transport = IpHeader.FindTransport(packet, IpProtocol.Udp, Udp.HeaderSize + 1);
        if (transport == 0)
        {
            return false;
        }

        // A checksum of 0 is none (RFC 768), which the kernel would make one of.
        ReadOnlySpan<byte> udp = packet[transport..];
        if (BinaryPrimitives.ReadUInt16BigEndian(udp[LengthOffset..]) != udp.Length
            || BinaryPrimitives.ReadUInt16BigEndian(udp[ChecksumOffset..]) == 0
            || VectorChecksum.Add(IpHeader.PseudoHeader(packet, IpProtocol.Udp, udp.Length), udp) != 0xFFFF)
        {
            return false;
        }

        datagram = new UdpDatagram(packet, transport);
        return true;
    }

    /// <summary>
    /// Whether all that has to be the same for two datagrams to become one is the same in the headers of another: not
    /// lengths and checksums.
    /// </summary>
    /// <param name="other">A packet that was such a datagram.</param>
    /// <returns>Whether it is.</returns>
    public bool HasHeadersOf(ReadOnlySpan<byte> other)
    {
        return IpHeader.IsSame(Packet, other)
            && IpHeader.IsSame(Packet, other, Transport, Transport + LengthOffset);
    }
}
