using System;
using System.Runtime.InteropServices;

namespace Spore.Hostsim.Live.Packets;

/// <summary>
/// What stands before each packet of a TUN interface with IFF_VNET_HDR (struct virtio_net_hdr of linux/virtio_net.h),
/// in the machine's byte order.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct VirtioHeader
{
    /// <summary>Its length in bytes.</summary>
    public const int Size = 10;

    /// <summary>In <see cref="Flags"/>: the checksum is still to be made.</summary>
    public const byte NeedsChecksum = 1;

    /// <summary>In <see cref="Segmentation"/>: one packet.</summary>
    public const byte None = 0;

    /// <summary>In <see cref="Segmentation"/>: to become many segments of TCP over IPv4.</summary>
    public const byte Tcp4 = 1;

    /// <summary>In <see cref="Segmentation"/>: to become many segments of TCP over IPv6.</summary>
    public const byte Tcp6 = 4;

    /// <summary>In <see cref="Segmentation"/>: to become many datagrams of UDP.</summary>
    public const byte Udp = 5;

    /// <summary>Flags.</summary>
    public byte Flags;

    /// <summary>Into what the packet is to be cut.</summary>
    public byte Segmentation;

    /// <summary>The length of all headers, which each segment gets; a hint.</summary>
    public ushort HeaderLength;

    /// <summary>The payload of each segment but the last.</summary>
    public ushort SegmentSize;

    /// <summary>Where what the checksum covers starts, from the packet's start.</summary>
    public ushort ChecksumStart;

    /// <summary>Where the checksum goes, from there.</summary>
    public ushort ChecksumOffset;

    /// <summary>Reads a header.</summary>
    /// <param name="bytes">The bytes it starts at.</param>
    /// <returns>The header.</returns>
    public static VirtioHeader Read(ReadOnlySpan<byte> bytes)
    {
        return MemoryMarshal.Read<VirtioHeader>(bytes);
    }

    /// <summary>Writes the header.</summary>
    /// <param name="bytes">Where to.</param>
    public readonly void Write(Span<byte> bytes)
    {
        MemoryMarshal.Write(bytes, this);
    }
}
