using System.Runtime.InteropServices;

namespace Spore.Emulator;

/// <summary>
/// A block of 12 bytes, of which everything in the device's memory is made: a tag and eight bytes. Locals,
/// arguments, fields and places on the evaluation stack are one block each; objects, arrays and frames begin with
/// one that says how many they have.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Bytes, Pack = 1)]
internal unsafe struct HeapBlock
{
    /// <summary>The size of a block on the device.</summary>
    public const int Bytes = 12;

    /// <summary>Bytes of an array before its elements.</summary>
    public const int ArrayHeader = 20;

    /// <summary>Marks what the collector reached.</summary>
    public const byte Alive = 1;

    /// <summary>Marks what is never collected: frames and the runtime's own.</summary>
    public const byte Event = 2;

    /// <summary>Of an object that threads wait for: it was signaled.</summary>
    public const byte Signaled = 4;

    /// <summary>Of an object that threads wait for: who was waiting takes the signal away.</summary>
    public const byte AutoReset = 8;

    /// <summary>What the block holds.</summary>
    [FieldOffset(0)]
    public DataType Type;

    /// <summary>Marks of the collector.</summary>
    [FieldOffset(1)]
    public byte Flags;

    /// <summary>The number of blocks, for the first block of something on the heap.</summary>
    [FieldOffset(2)]
    public ushort Blocks;

    /// <summary>Tag, marks and size at once.</summary>
    [FieldOffset(0)]
    public uint Id;

    /// <summary>The contents as 64 bits, signed.</summary>
    [FieldOffset(4)]
    public long I8;

    /// <summary>The contents as 64 bits, unsigned.</summary>
    [FieldOffset(4)]
    public ulong U8;

    /// <summary>The contents as 32 bits, signed.</summary>
    [FieldOffset(4)]
    public int I4;

    /// <summary>The contents as 32 bits, unsigned.</summary>
    [FieldOffset(4)]
    public uint U4;

    /// <summary>The contents as a double.</summary>
    [FieldOffset(4)]
    public double R8;

    /// <summary>The contents as a float.</summary>
    [FieldOffset(4)]
    public float R4;

    /// <summary>What an <see cref="DataType.Object"/> or a <see cref="DataType.ByRef"/> refers to.</summary>
    [FieldOffset(4)]
    public HeapBlock* Target;

    /// <summary>Of an <see cref="DataType.ArrayByRef"/>: the array's place on the heap, in bytes.</summary>
    [FieldOffset(4)]
    public int ArrayOffset;

    /// <summary>Of an <see cref="DataType.ArrayByRef"/>: which element.</summary>
    [FieldOffset(8)]
    public int ArrayIndex;

    /// <summary>
    /// Of the header of an object: the number of its type. Of an array: its length. Of a string: its handle.
    /// </summary>
    [FieldOffset(4)]
    public int Head;

    /// <summary>Of the header of an array: how long an element is, in bytes.</summary>
    [FieldOffset(8)]
    public ushort ElementSize;

    /// <summary>Of the header of an array: the tag of its elements.</summary>
    [FieldOffset(10)]
    public DataType ElementType;

    /// <summary>Of the header of an array: whether its elements are blocks, not numbers.</summary>
    [FieldOffset(11)]
    public byte ElementsAreBlocks;

    /// <summary>Where the elements of an array start.</summary>
    /// <param name="array">The array.</param>
    /// <returns>Its first element.</returns>
    public static byte* Elements(HeapBlock* array) => (byte*)array + ArrayHeader;

    /// <summary>Where the elements of an array start that are blocks.</summary>
    /// <param name="array">The array.</param>
    /// <returns>Its first element.</returns>
    public static HeapBlock* ElementBlocks(HeapBlock* array) => (HeapBlock*)Elements(array);

    /// <summary>Whether the collector is to leave it alone.</summary>
    public readonly bool IsKept => (Flags & (Alive | Event)) != 0;

    /// <summary>Makes it a number of the given tag.</summary>
    /// <param name="type">The tag.</param>
    /// <param name="value">The contents.</param>
    public void Set(DataType type, long value)
    {
        Id = (uint)type | (1u << 16);
        I8 = value;
    }

    /// <summary>Makes it a reference to an object.</summary>
    /// <param name="target">The object's first block, or null.</param>
    public void SetObject(HeapBlock* target)
    {
        Id = (uint)DataType.Object | (1u << 16);
        U8 = (ulong)target;
    }

    /// <summary>Makes it a reference to a slot.</summary>
    /// <param name="target">The slot.</param>
    public void SetByRef(HeapBlock* target)
    {
        Id = (uint)DataType.ByRef | (1u << 16);
        U8 = (ulong)target;
    }

    /// <summary>
    /// Stores a value the way the device stores into a local, an argument, a field or a static: a slot of a number's
    /// type keeps that type.
    /// </summary>
    /// <param name="value">What to store.</param>
    public void Store(in HeapBlock value)
    {
        U8 = value.U8;
        if (Type > DataType.R8)
        {
            Id = value.Id;
        }
    }

    /// <summary>
    /// Widens a number of 8 or 16 bits to 32, as loading does. The result is signed, whatever the slot's type;
    /// a U4 or U8 stays one.
    /// </summary>
    public void Promote()
    {
        switch (Type)
        {
            case DataType.Boolean:
            case DataType.U1:
                I4 = (byte)U4;
                Type = DataType.I4;
                break;
            case DataType.I1:
                I4 = (sbyte)U4;
                Type = DataType.I4;
                break;
            case DataType.Char:
            case DataType.U2:
                I4 = (ushort)U4;
                Type = DataType.I4;
                break;
            case DataType.I2:
                I4 = (short)U4;
                Type = DataType.I4;
                break;
        }
    }
}
