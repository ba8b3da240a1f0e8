using System;

namespace Spore.Tests.Hostsim;

/// <summary>An IP packet with a header of its own, built byte by byte with nothing of what is tested.</summary>
internal abstract record InnerIp
{
    public bool IsIpv6 { get; init; }

    public int TrafficClass { get; init; }

    public int FlowLabel { get; init; } = 0x12345;

    public int Identification { get; init; } = 0xFFFE;

    public int Fragment { get; init; } = 0x4000;

    public int HopLimit { get; init; } = 64;

    public abstract int Protocol { get; init; }

    public byte Source { get; init; } = 1;

    public byte Destination { get; init; } = 2;

    public byte[] IpOptions { get; init; } = [];

    public byte[] Payload { get; init; } = [];

    public int IpHeaderLength => IsIpv6 ? 40 : 20 + IpOptions.Length;

    /// <summary>The packet with all checksums.</summary>
    public byte[] Build()
    {
        (byte[] content, int checksumOffset) = BuildContent();
        byte[] source = Address(Source);
        byte[] destination = Address(Destination);
        byte[] pseudo = [.. source, .. destination, .. Big16(content.Length), 0, (byte)Protocol];
        Big16(Checksum([.. pseudo, .. content])).CopyTo(content, checksumOffset);
        if (IsIpv6)
        {
            byte[] start = Big32(0x60000000u | ((uint)TrafficClass << 20) | (uint)FlowLabel);
            return
            [
                .. start, .. Big16(content.Length), (byte)Protocol, (byte)HopLimit, .. source, .. destination,
                .. content,
            ];
        }

        byte[] header =
        [
            (byte)(0x40 | (IpHeaderLength / 4)), (byte)TrafficClass, .. Big16(IpHeaderLength + content.Length),
            .. Big16(Identification), .. Big16(Fragment), (byte)HopLimit, (byte)Protocol, 0, 0, .. source,
            .. destination, .. IpOptions,
        ];
        Big16(Checksum(header)).CopyTo(header, 10);
        return [.. header, .. content];
    }

    /// <summary>
    /// The packet as the kernel cuts it: with a virtio header, and with the pseudo header's sum where the checksum is
    /// to go.
    /// </summary>
    public byte[] BuildLarge(int segmentSize)
    {
        byte[] packet = Build();
        (byte[] content, int checksumOffset) = BuildContent();
        byte[] pseudo =
            [.. Address(Source), .. Address(Destination), .. Big16(content.Length), 0, (byte)Protocol];
        Big16(~Checksum(pseudo)).CopyTo(packet, IpHeaderLength + checksumOffset);
        return
        [
            1, (byte)Segmentation, .. Native16(packet.Length - Payload.Length), .. Native16(segmentSize),
            .. Native16(IpHeaderLength), .. Native16(checksumOffset), .. packet,
        ];
    }

    /// <summary>The kernel's number for what the packet is cut into (linux/virtio_net.h).</summary>
    protected abstract int Segmentation { get; }

    /// <summary>The header of the protocol, its checksum 0, with the payload; and where the checksum goes.</summary>
    protected abstract (byte[] Content, int ChecksumOffset) BuildContent();

    protected static byte[] Big16(int value)
    {
        return [(byte)(value >> 8), (byte)value];
    }

    protected static byte[] Big32(uint value)
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
