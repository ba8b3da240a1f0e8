using System;
using System.Buffers;
using System.Runtime.InteropServices;

namespace Spore.Hostsim.Live.Netlink;

/// <summary>
/// A request to the kernel (netlink(7)): a header, a fixed part that follows from the type, and attributes. Numbers are
/// in the machine's byte order.
/// </summary>
internal sealed class NetlinkMessage
{
    /// <summary>The length of <c>struct nlmsghdr</c> in bytes.</summary>
    public const int HeaderSize = 16;

    /// <summary>The length of <c>struct rtattr</c> before an attribute's value, in bytes.</summary>
    public const int AttributeHeaderSize = 4;

    private const int TypeOffset = 4;
    private const int FlagsOffset = 6;
    private const int SequenceOffset = 8;

    private readonly ArrayBufferWriter<byte> _bytes = new(256);

    /// <summary>Begins a request.</summary>
    /// <param name="type">Its type, one of <see cref="Rtnetlink"/>.</param>
    /// <param name="flags">Its flags besides NLM_F_REQUEST.</param>
    /// <param name="fixedPart">The structure that the type asks for.</param>
    public NetlinkMessage(int type, int flags, ReadOnlySpan<byte> fixedPart)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        header.Clear();
        MemoryMarshal.Write(header[TypeOffset..], (ushort)type);
        MemoryMarshal.Write(header[FlagsOffset..], (ushort)(flags | Rtnetlink.Request));
        _bytes.Write(header);
        _bytes.Write(fixedPart);
    }

    /// <summary>Rounds a length up to the four bytes that messages and attributes are aligned to.</summary>
    /// <param name="length">The length in bytes.</param>
    /// <returns>The aligned length in bytes.</returns>
    public static int Align(int length)
    {
        return (length + 3) & ~3;
    }

    /// <summary>Makes an attribute, to stand in a message or in another attribute.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="value">Its value.</param>
    /// <returns>Its bytes, aligned.</returns>
    public static byte[] Attribute(int type, ReadOnlySpan<byte> value)
    {
        int length = AttributeHeaderSize + value.Length;
        byte[] bytes = new byte[Align(length)];
        MemoryMarshal.Write(bytes, (ushort)length);
        MemoryMarshal.Write(bytes.AsSpan(2), (ushort)type);
        value.CopyTo(bytes.AsSpan(AttributeHeaderSize));
        return bytes;
    }

    /// <summary>Adds an attribute.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="value">Its value.</param>
    /// <returns>This message.</returns>
    public NetlinkMessage With(int type, ReadOnlySpan<byte> value)
    {
        _bytes.Write(Attribute(type, value));
        return this;
    }

    /// <summary>Adds an attribute that is a number of 32 bits.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="value">Its value.</param>
    /// <returns>This message.</returns>
    public NetlinkMessage With(int type, uint value)
    {
        return With(type, MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in value)));
    }

    /// <summary>The bytes to send.</summary>
    /// <param name="sequence">The number by which the kernel answers it.</param>
    /// <returns>The message, valid until it is changed.</returns>
    public ReadOnlySpan<byte> Finish(uint sequence)
    {
        Span<byte> bytes = MemoryMarshal.AsMemory(_bytes.WrittenMemory).Span;
        MemoryMarshal.Write(bytes, (uint)bytes.Length);
        MemoryMarshal.Write(bytes[SequenceOffset..], sequence);
        return bytes;
    }
}
