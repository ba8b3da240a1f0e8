using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Spore.Hostsim.Live.Datagrams;

/// <summary>
/// What sendmmsg and recvmmsg are given: for each message where its bytes are, an address, and a size at which it is
/// cut or was joined. In memory that does not move.
/// </summary>
internal sealed unsafe class MessageArray
{
    private const int UdpLevel = 17;
    private const int ControlSize = 64;
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

    /// <summary>Asks for a message to be cut.</summary>
    /// <param name="index">Which.</param>
    /// <param name="type">The option that says so.</param>
    /// <param name="size">The length of each datagram but the last.</param>
    public void SetSegmentSize(int index, int type, int size)
    {
        byte* control = Address(_controls, index * ControlSize);
        *(ControlHeader*)control = new ControlHeader
        {
            Length = (nuint)(sizeof(ControlHeader) + sizeof(ushort)),
            Level = UdpLevel,
            Type = type,
        };
        *(ushort*)(control + sizeof(ControlHeader)) = (ushort)size;
        ref MessageHeader header = ref _messages[index].Header;
        header.Control = control;
        header.ControlLength = (nuint)(sizeof(ControlHeader) + sizeof(nuint));
    }

    /// <summary>Asks to be told where a message was joined.</summary>
    /// <param name="index">Which.</param>
    public void ExpectSegmentSize(int index)
    {
        ref MessageHeader header = ref _messages[index].Header;
        header.Control = Address(_controls, index * ControlSize);
        header.ControlLength = ControlSize;
    }

    /// <summary>Tells how much was received.</summary>
    /// <param name="index">The message.</param>
    /// <param name="type">The option that tells where it was joined.</param>
    /// <param name="size">The length of each datagram in it but the last.</param>
    /// <returns>The length of all.</returns>
    public int LengthAt(int index, int type, out int size)
    {
        int length = (int)_messages[index].Length;
        MessageHeader header = _messages[index].Header;
        size = length;
        if (header.ControlLength >= (nuint)(sizeof(ControlHeader) + sizeof(int)))
        {
            ControlHeader control = *(ControlHeader*)header.Control;
            int joined = *(int*)(header.Control + sizeof(ControlHeader));
            if (control.Level == UdpLevel && control.Type == type && joined > 0)
            {
                size = joined;
            }
        }

        return length;
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
