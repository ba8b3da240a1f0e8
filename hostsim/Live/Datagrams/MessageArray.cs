using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Spore.Hostsim.Live.Datagrams;

/// <summary>
/// What sendmmsg and recvmmsg are given: for each message where its bytes are, an address, and control messages. In
/// memory that does not move.
/// </summary>
internal sealed unsafe class MessageArray
{
    // For struct in6_pktinfo and the size of UDP_SEGMENT or UDP_GRO, each behind its header.
    private const int ControlSize = 96;
    private const int NameSize = 28;

    private readonly Message[] _messages;
    private readonly Vector[] _vectors;
    private readonly byte[] _names;
    private readonly byte[] _controls;
    private readonly int _nameLength;

    /// <summary>Takes the memory.</summary>
    /// <param name="count">How many messages.</param>
    /// <param name="name">An empty address of the socket's family.</param>
    public MessageArray(int count, ReadOnlySpan<byte> name)
    {
        _messages = GC.AllocateArray<Message>(count, true);
        _vectors = GC.AllocateArray<Vector>(count, true);
        _names = GC.AllocateArray<byte>(count * NameSize, true);
        _controls = GC.AllocateArray<byte>(count * ControlSize, true);
        _nameLength = name.Length;
        for (int i = 0; i < count; i++)
        {
            name.CopyTo(NameAt(i));
            _messages[i].Header.Name = Address(_names, i * NameSize);
            _messages[i].Header.Vectors = (Vector*)Unsafe.AsPointer(ref _vectors[i]);
            _messages[i].Header.VectorCount = 1;
        }
    }

    /// <summary>Where the messages are.</summary>
    /// <param name="index">The first.</param>
    /// <returns>A pointer for the system.</returns>
    public nint this[int index] => (nint)Unsafe.AsPointer(ref _messages[index]);

    /// <summary>The bytes of a message's address.</summary>
    /// <param name="index">Which.</param>
    /// <returns>The address.</returns>
    public Span<byte> NameAt(int index)
    {
        return _names.AsSpan(index * NameSize, _nameLength);
    }

    /// <summary>Makes a message ready for a call.</summary>
    /// <param name="index">Which.</param>
    /// <param name="buffer">A buffer that does not move.</param>
    /// <param name="offset">Where the message is, or goes.</param>
    /// <param name="length">How long it is, or may be.</param>
    public void Set(int index, byte[] buffer, int offset, int length)
    {
        _vectors[index].Base = Address(buffer, offset);
        _vectors[index].Length = (nuint)length;
        _messages[index].Length = 0;
        ref MessageHeader header = ref _messages[index].Header;
        header.NameLength = (uint)_nameLength;
        header.Control = null;
        header.ControlLength = 0;
    }

    /// <summary>Adds a control message.</summary>
    /// <param name="index">Which message.</param>
    /// <param name="level">The option's level.</param>
    /// <param name="type">The option.</param>
    /// <param name="size">The length of its data in bytes.</param>
    /// <returns>The data, all zero, to be written.</returns>
    public Span<byte> AddControl(int index, int level, int type, int size)
    {
        ref MessageHeader header = ref _messages[index].Header;
        header.Control = Address(_controls, index * ControlSize);
        byte* control = header.Control + header.ControlLength;
        header.ControlLength += Align((nuint)(sizeof(ControlHeader) + size));
        *(ControlHeader*)control = new ControlHeader
        {
            Length = (nuint)(sizeof(ControlHeader) + size),
            Level = level,
            Type = type,
        };
        Span<byte> data = new(control + sizeof(ControlHeader), size);
        data.Clear();
        return data;
    }

    /// <summary>Asks for the control messages of a message that is to be received.</summary>
    /// <param name="index">Which.</param>
    public void ExpectControls(int index)
    {
        ref MessageHeader header = ref _messages[index].Header;
        header.Control = Address(_controls, index * ControlSize);
        header.ControlLength = ControlSize;
    }

    /// <summary>The length of what was received.</summary>
    /// <param name="index">The message.</param>
    /// <returns>The length in bytes.</returns>
    public int LengthAt(int index)
    {
        return (int)_messages[index].Length;
    }

    /// <summary>Finds a control message that was received.</summary>
    /// <param name="index">The message.</param>
    /// <param name="level">The option's level.</param>
    /// <param name="type">The option.</param>
    /// <returns>Its data; empty where there is none.</returns>
    public ReadOnlySpan<byte> FindControl(int index, int level, int type)
    {
        MessageHeader header = _messages[index].Header;
        nuint offset = 0;
        while (header.ControlLength >= offset + (nuint)sizeof(ControlHeader))
        {
            ControlHeader control = *(ControlHeader*)(header.Control + offset);
            if (control.Length < (nuint)sizeof(ControlHeader) || control.Length > header.ControlLength - offset)
            {
                break;
            }

            if (control.Level == level && control.Type == type)
            {
                return new ReadOnlySpan<byte>(
                    header.Control + offset + sizeof(ControlHeader), (int)control.Length - sizeof(ControlHeader));
            }

            offset += Align(control.Length);
        }

        return default;
    }

    // CMSG_ALIGN.
    private static nuint Align(nuint length)
    {
        return (length + (nuint)sizeof(nuint) - 1) & ~((nuint)sizeof(nuint) - 1);
    }

    private static byte* Address(byte[] buffer, int offset)
    {
        return (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(buffer)) + offset;
    }

    // struct iovec.
    private struct Vector
    {
        public byte* Base;
        public nuint Length;
    }

    // struct msghdr.
    private struct MessageHeader
    {
        public byte* Name;
        public uint NameLength;
        public Vector* Vectors;
        public nuint VectorCount;
        public byte* Control;
        public nuint ControlLength;
        public int Flags;
    }

    // struct mmsghdr.
    private struct Message
    {
        public MessageHeader Header;
        public uint Length;
    }

    // struct cmsghdr.
    private struct ControlHeader
    {
        public nuint Length;
        public int Level;
        public int Type;
    }
}
