using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Spore.Signing;

namespace Spore.Flash;

/// <summary>
/// An assembly as nanoFramework's metadata processor writes it, a <c>.pe</c> file. All numbers are little-endian.
/// <code>
///   0   8  "NFMRK1", two zeros
///   8   4  CRC of the header, with zeros here
///  12   4  CRC of all behind the header
///  16   4  flags
///  20   4  checksum of the native methods
///  24   4  0xFFFFFFFF
///  28   8  version, four 16-bit numbers
///  36   2  its name, in the strings
///  38   2  version of the interpreter's own strings: 1
///  40  64  where each table starts (32 bits), the last being the total size
/// 104   4  0
/// 108  16  for each table the number of bytes, 0 to 3, that fill it up to a multiple of 4
/// 124      the tables
/// </code>
/// </summary>
internal sealed class PeAssembly
{
    /// <summary>The length of the header.</summary>
    public const int HeaderSize = 124;

    /// <summary>What the size of a table, and so of an assembly, is a multiple of.</summary>
    public const int Alignment = 4;

    private const int HeaderCrcOffset = 8;
    private const int AssemblyCrcOffset = 12;
    private const int NativeChecksumOffset = 20;
    private const int VersionOffset = 28;
    private const int NameOffset = 36;
    private const int StringsVersionOffset = 38;
    private const int TablesOffset = 40;
    private const int PatchedMethodsOffset = 104;
    private const int PaddingOffset = 108;

    private const int ReferenceSize = 12;
    private const int ReferenceVersionOffset = 4;
    private const int FieldSize = 8;
    private const int FieldValueOffset = 4;
    private const int FieldFlagsOffset = 6;
    private const int FieldHasValue = 0x0400;
    private const int MethodSize = 16;
    private const int MethodFlagsOffset = 4;
    private const uint MethodIsEntryPoint = 0x08000000;
    private const int LengthSize = 2;
    private const int None = 0xFFFF;

    // Names that stand among the interpreter's own 860 strings count down from 0xFFFF. Of assemblies there are these.
    private const int FirstOwnString = 0xFFFF - 860;
    private static readonly Dictionary<int, string> _ownStrings = new()
    {
        [0xFCD2] = "mscorlib",
        [0xFE28] = "System.Threading",
    };

    private static readonly byte[] _marker = "NFMRK1\0\0"u8.ToArray();

    private readonly string _where;
    private byte[] _bytes;

    private PeAssembly(byte[] bytes, string where)
    {
        _bytes = bytes;
        _where = where;
    }

    /// <summary>The assembly itself.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Its name.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Its version.</summary>
    public Version Version => ReadVersion(VersionOffset);

    /// <summary>The checksum of its native methods, which nanoCLR's own has to equal; 0 where it has none.</summary>
    public uint NativeChecksum => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(NativeChecksumOffset));

    /// <summary>The assemblies that it needs, in its own order.</summary>
    public IReadOnlyList<PeReference> References { get; private set; } = [];

    /// <summary>Whether the interpreter would begin in it.</summary>
    public bool IsProgram =>
        Rows(PeTable.MethodDef, MethodSize)
            .Any(
                m => (BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(
                    m + MethodFlagsOffset)) & MethodIsEntryPoint) != 0);

    /// <summary>The values of its fields that have one as compiled: its constant arrays.</summary>
    public IEnumerable<ConstantArray> Constants => Rows(PeTable.FieldDef, FieldSize)
        .Where(f => (ReadUInt16(f + FieldFlagsOffset) & FieldHasValue) != 0 && ReadUInt16(f + FieldValueOffset) != None)
        .Select(f => new FieldValue(this, f));

    /// <summary>Tells whether bytes are those of erased flash.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>Whether all are 0xFF.</returns>
    public static bool IsErased(ReadOnlySpan<byte> bytes) => bytes.IndexOfAnyExcept((byte)0xFF) < 0;

    /// <summary>Reads an assembly, and checks all that the interpreter checks when it loads one.</summary>
    /// <param name="bytes">What begins with it.</param>
    /// <param name="where">The file, and the place in it, for messages.</param>
    /// <returns>The assembly, with a copy of its bytes.</returns>
    /// <exception cref="InputException">It is none, or damaged.</exception>
    public static PeAssembly Read(ReadOnlySpan<byte> bytes, string where)
    {
        if (bytes.Length < HeaderSize || !bytes.StartsWith(_marker))
        {
            throw new InputException(where, null, "is no assembly of nanoFramework's (a .pe file)");
        }

        byte[] header = bytes[..HeaderSize].ToArray();
        uint headerCrc = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(HeaderCrcOffset));
        header.AsSpan(HeaderCrcOffset, sizeof(uint)).Clear();
        if (PeChecksum.Compute(header) != headerCrc)
        {
            throw new InputException(where, "header", "its checksum does not agree with it; the file is damaged");
        }

        if (BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(StringsVersionOffset)) != 1
            || BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(PatchedMethodsOffset)) != 0)
        {
            throw new InputException(where, "header", "it is of a kind that the interpreter does not load");
        }

        uint size = BinaryPrimitives.ReadUInt32LittleEndian(
            header.AsSpan(TablesOffset + ((int)PeTable.End * sizeof(uint))));
        if (size < HeaderSize || size > bytes.Length)
        {
            throw new InputException(
                where, "size", $"it should have {size} bytes, and there are {bytes.Length}; it is cut off");
        }

        PeAssembly assembly = new(bytes[..(int)size].ToArray(), where);
        if (PeChecksum.Compute(
            assembly.Bytes[HeaderSize..]) != BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(AssemblyCrcOffset)))
        {
            throw new InputException(where, "contents", "their checksum does not agree with them; the file is damaged");
        }

        assembly.CheckTables();
        assembly.Name = assembly.ReadString(NameOffset);
        assembly.References = [.. assembly.Rows(PeTable.AssemblyRef, ReferenceSize)
            .Select(r => new PeReference(assembly.ReadString(r), assembly.ReadVersion(r + ReferenceVersionOffset)))];
        foreach (ConstantArray constant in assembly.Constants)
        {
            _ = constant.Value;
        }

        return assembly;
    }

    // Nothing is written over: where an array's bytes happen to be those of a method's signature, the metadata
    // processor lets the two share them, and all the zeros of an empty record are like many a signature. So what is new
    // goes behind what there is.
    private void Append(int field, byte[] value)
    {
        int start = Start(PeTable.Signatures);
        int end = start + Size(PeTable.Signatures);
        int index = end - start;
        if (index + LengthSize + value.Length >= None)
        {
            throw new InputException(_where, "signatures", "there is no room for another one");
        }

        int size = index + LengthSize + value.Length;
        int padding = -size & (Alignment - 1);
        int next = Start(PeTable.Signatures + 1);
        int growth = start + size + padding - next;
        byte[] bytes = new byte[_bytes.Length + growth];
        _bytes.AsSpan(0, end).CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(end), (ushort)value.Length);
        value.CopyTo(bytes.AsSpan(end + LengthSize));
        _bytes.AsSpan(next).CopyTo(bytes.AsSpan(next + growth));

        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(field + FieldValueOffset), (ushort)index);
        bytes[PaddingOffset + (int)PeTable.Signatures] = (byte)padding;
        for (PeTable table = PeTable.Signatures + 1; table <= PeTable.End; table++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(
                bytes.AsSpan(TablesOffset + ((int)table * sizeof(uint))), Start(table) + growth);
        }

        _bytes = bytes;
        Seal();
    }

    private void Seal()
    {
        BinaryPrimitives.WriteUInt32LittleEndian(
            _bytes.AsSpan(AssemblyCrcOffset), PeChecksum.Compute(_bytes.AsSpan(HeaderSize)));
        _bytes.AsSpan(HeaderCrcOffset, sizeof(uint)).Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(
            _bytes.AsSpan(HeaderCrcOffset), PeChecksum.Compute(_bytes.AsSpan(0, HeaderSize)));
    }

    private void CheckTables()
    {
        for (PeTable table = PeTable.AssemblyRef; table < PeTable.End; table++)
        {
            int start = Start(table);
            int padding = _bytes[PaddingOffset + (int)table];
            bool sound = start % Alignment == 0
                && (table == PeTable.AssemblyRef ? start == HeaderSize : start >= HeaderSize)
                && padding < Alignment
                && start + padding <= Start(table + 1)
                && Start(table + 1) <= _bytes.Length;
            if (!sound)
            {
                throw new InputException(_where, table.ToString(), "this table is not where it can be");
            }
        }

        foreach ((PeTable table, int row) in new[]
        {
            (PeTable.AssemblyRef, ReferenceSize),
            (PeTable.FieldDef, FieldSize),
            (PeTable.MethodDef, MethodSize),
        })
        {
            if (Size(table) % row != 0)
            {
                throw new InputException(_where, table.ToString(), "this table is not one of whole rows");
            }
        }
    }

    private int Start(PeTable table) =>
        BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(TablesOffset + ((int)table * sizeof(uint))));

    private int Size(PeTable table) => Start(table + 1) - Start(table) - _bytes[PaddingOffset + (int)table];

    private IEnumerable<int> Rows(PeTable table, int size) =>
        Enumerable.Range(0, Size(table) / size).Select(i => Start(table) + (i * size));

    private int ReadUInt16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(offset));

    private Version ReadVersion(int offset) =>
        new(ReadUInt16(offset), ReadUInt16(offset + 2), ReadUInt16(offset + 4), ReadUInt16(offset + 6));

    private string ReadString(int offset)
    {
        int index = ReadUInt16(offset);
        if (index >= FirstOwnString)
        {
            return _ownStrings.GetValueOrDefault(index)
                ?? throw new InputException(
                    _where,
                    "name",
                    $"it is 0x{index:X4} of the interpreter's strings, which is not known here as an assembly's");
        }

        ReadOnlySpan<byte> strings = _bytes.AsSpan(Start(PeTable.Strings), Size(PeTable.Strings));
        int length = index < strings.Length ? strings[index..].IndexOf((byte)0) : -1;
        return length > 0
            ? Encoding.UTF8.GetString(strings.Slice(index, length))
            : throw new InputException(_where, "name", "it is not among the strings");
    }

    private byte[] ReadValue(int field)
    {
        ReadOnlySpan<byte> signatures = _bytes.AsSpan(Start(PeTable.Signatures), Size(PeTable.Signatures));
        int index = ReadUInt16(field + FieldValueOffset);
        int length = index + LengthSize <= signatures.Length
            ? BinaryPrimitives.ReadUInt16LittleEndian(signatures[index..])
            : 0;
        return index + LengthSize + length <= signatures.Length
            ? signatures.Slice(index + LengthSize, length).ToArray()
            : throw new InputException(_where, "field", "its value is not among the signatures");
    }

    private sealed class FieldValue(PeAssembly assembly, int row) : ConstantArray
    {
        public override byte[] Value => assembly.ReadValue(row);

        public override void Replace(byte[] value) => assembly.Append(row, value);
    }
}
