using System;

namespace Spore.Tests.Hostsim;

/// <summary>A TCP segment in an IP packet, built byte by byte with nothing of what is tested.</summary>
internal sealed record TcpPacket
{
    public const int Ack = 0x10;
    public const int Push = 0x08;
    public const int Fin = 0x01;

    public bool IsIpv6 { get; init; }

    public int TrafficClass { get; init; }

    public int FlowLabel { get; init; } = 0x12345;

    public int Identification { get; init; } = 0xFFFE;

    public int Fragment { get; init; } = 0x4000;

    public int HopLimit { get; init; } = 64;

    public int Protocol { get; init; } = 6;

    public byte Source { get; init; } = 1;

    public byte Destination { get; init; } = 2;

    public byte[] IpOptions { get; init; } = [];

    public int SourcePort { get; init; } = 40000;

    public int DestinationPort { get; init; } = 5201;

    public uint Sequence { get; init; } = 0xFFFFF000;

    public uint Acknowledgment { get; init; } = 77;

    public int Flags { get; init; } = Ack;

    public int Window { get; init; } = 501;

    public int Urgent { get; init; }

    public byte[] Options { get; init; } = [1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8];

    public byte[] Payload { get; init; } = [];

    public int IpHeaderLength => IsIpv6 ? 40 : 20 + IpOptions.Length;

    /// <summary>The packet that follows a number of bytes later.</summary>
    public TcpPacket After(int bytes, byte[] payload)
    {
        return this with
        {
            Sequence = Sequence + (uint)bytes,
            Identification = (Identification + 1) & 0xFFFF,
            Payload = payload,
        };
    }

    /// <summary>The packet with all checksums.</summary>
    public byte[] Build()
    {
        byte[] segment =
        [
            .. Big16(SourcePort), .. Big16(DestinationPort), .. Big32(Sequence), .. Big32(Acknowledgment),
            (byte)((20 + Options.Length) / 4 << 4), (byte)Flags, .. Big16(Window), 0, 0, .. Big16(Urgent), .. Options,
            .. Payload,
        ];
        byte[] source = Address(Source);
        byte[] destination = Address(Destination);
        byte[] pseudo = [.. source, .. destination, .. Big16(segment.Length), 0, (byte)Protocol];
        Big16(Checksum([.. pseudo, .. segment])).CopyTo(segment, 16);
        if (IsIpv6)
        {
            byte[] start = Big32(0x60000000u | ((uint)TrafficClass << 20) | (uint)FlowLabel);
            return
            [
                .. start, .. Big16(segment.Length), (byte)Protocol, (byte)HopLimit, .. source, .. destination,
                .. segment,
            ];
        }

        byte[] header =
        [
            (byte)(0x40 | (IpHeaderLength / 4)), (byte)TrafficClass, .. Big16(IpHeaderLength + segment.Length),
            .. Big16(Identification), .. Big16(Fragment), (byte)HopLimit, (byte)Protocol, 0, 0, .. source,
            .. destination, .. IpOptions,
        ];
        Big16(Checksum(header)).CopyTo(header, 10);
        return [.. header, .. segment];
    }

    /// <summary>
    /// The packet as the kernel hands it over with TSO: with a virtio header, and with the pseudo header's sum where
    /// the checksum is to go.
    /// </summary>
    public byte[] BuildLarge(int segmentSize)
    {
        byte[] packet = Build();
        byte[] pseudo =
            [.. Address(Source), .. Address(Destination), .. Big16(packet.Length - IpHeaderLength), 0, (byte)Protocol];
        Big16(~Checksum(pseudo)).CopyTo(packet, IpHeaderLength + 16);
        return
        [
            1, IsIpv6 ? (byte)4 : (byte)1, .. Native16(IpHeaderLength + 20 + Options.Length), .. Native16(segmentSize),
            .. Native16(IpHeaderLength), .. Native16(16), .. packet,
        ];
    }

    private static byte[] Big16(int value)
    {
        return [(byte)(value >> 8), (byte)value];
    }

    private static byte[] Big32(uint value)
    {
        return [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
    }

    private static byte[] Native16(int value)
    {
        return BitConverter.GetBytes((ushort)value);
    }

    private static int Checksum(byte[] bytes)
    {
        int sum = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            sum += i % 2 == 0 ? bytes[i] << 8 : bytes[i];
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        return ~sum & 0xFFFF;
    }

    private byte[] Address(byte last)
    {
        return IsIpv6 ? [0xFD, 0x99, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last] : [10, 99, 0, last];
    }
}
