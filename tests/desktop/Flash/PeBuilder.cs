using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;

namespace Spore.Tests.Flash;

/// <summary>
/// Makes assemblies by the description of their header, with tables as far as references, fields' values and the entry
/// point go. Like the metadata processor it lets a signature share bytes that there are already.
/// </summary>
internal sealed class PeBuilder
{
    private const int Tables = 16;
    private const int HeaderSize = 124;
    private const int Strings = 11;
    private const int Signatures = 12;
    private const int ByteCode = 13;
    private const int ResourcesFiles = 14;

    // The polynomial itself, with its highest power.
    private const ulong Polynomial = 0x1_04C11DB7;

    private static readonly Dictionary<string, int> _ownStrings = new()
    {
        ["mscorlib"] = 0xFFFF - 0x32D,
        ["System.Threading"] = 0xFFFF - 0x1D7,
    };

    private readonly string _name;
    private readonly Version _version;
    private readonly List<(string Name, Version Version)> _references = [];
    private readonly List<byte[]> _constants = [];
    private readonly MemoryStream _strings = new();
    private readonly List<byte> _signatures = [];
    private bool _hasMain;
    private byte[] _resources = [];

    public PeBuilder(string name, string version = "1.0.0.0")
    {
        _name = name;
        _version = Version.Parse(version);
        _strings.WriteByte(0);
    }

    public PeBuilder Refers(string name, string version = "1.0.0.0")
    {
        _references.Add((name, Version.Parse(version)));
        return this;
    }

    public PeBuilder Holds(params byte[] constant)
    {
        _constants.Add(constant);
        return this;
    }

    public PeBuilder HasMain()
    {
        _hasMain = true;
        return this;
    }

    /// <summary>Bytes at the very end, which are not filled up.</summary>
    public PeBuilder EndsIn(params byte[] resources)
    {
        _resources = resources;
        return this;
    }

    public byte[] Build()
    {
        byte[][] tables = [.. Enumerable.Repeat(Array.Empty<byte>(), Tables - 1)];
        tables[0] = Join(_references.Select(r => Words([String(r.Name), 0, .. Numbers(r.Version)])));
        byte[] fields = Words([String("field"), Signature(6, 5), 0xFFFF, 0x0001]);
        tables[5] = Join(
            [
                fields,
                .. _constants.Select(
                    (c, i) => Words(
                        [
                            String($"constant{i}"),
                            Signature(6, 0x11),
                            Signature([(byte)c.Length, (byte)(c.Length >> 8), .. c]),
                            0x0413,
                        ])),
            ]);
        int flags = _hasMain ? 0x0800 : 0;
        tables[6] = Join(
            [
                Words([String("Main"), 0, 0x0091, flags, 0, 0x0300, 0xFFFF, Signature(0, 0, 0)]),
                Words([String("Other"), 3, 0x0091, 0, 0, 0x0300, 0xFFFF, Signature(0x20, 0, 0)]),
            ]);
        int name = String(_name);
        tables[Strings] = _strings.ToArray();
        tables[Signatures] = [.. _signatures];
        tables[ByteCode] = [.. Encoding.UTF8.GetBytes($"the code of {_name}"), 0x2A];
        tables[ResourcesFiles] = _resources;

        byte[] header = new byte[HeaderSize];
        "NFMRK1"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(24), 0xFFFFFFFF);
        Words([.. Numbers(_version), name, 1]).CopyTo(header, 28);
        using MemoryStream file = new();
        file.Write(header);
        for (int i = 0; i < tables.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(40 + (4 * i)), (int)file.Length);
            file.Write(tables[i]);
            int padding = i == ResourcesFiles ? 0 : -tables[i].Length & 3;
            file.Write(new byte[padding]);
            header[108 + i] = (byte)padding;
        }

        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(40 + (4 * tables.Length)), (int)file.Length);
        byte[] bytes = file.ToArray();
        header.CopyTo(bytes, 0);
        Seal(bytes);
        return bytes;
    }

    /// <summary>Makes both checksums anew.</summary>
    public static void Seal(byte[] bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), Checksum(bytes.AsSpan(HeaderSize)));
        bytes.AsSpan(8, 4).Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), Checksum(bytes.AsSpan(0, HeaderSize)));
    }

    /// <summary>
    /// The checksum by its definition: what is left of the bytes, as a polynomial and with 32 zeros behind them,
    /// divided by the polynomial.
    /// </summary>
    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        ulong rest = 0;
        for (int bit = 0; bit < (bytes.Length + 4) * 8; bit++)
        {
            int next = bit / 8 < bytes.Length ? (bytes[bit / 8] >> (7 - (bit % 8))) & 1 : 0;
            rest = (rest << 1) | (uint)next;
            rest = rest >> 32 != 0 ? rest ^ Polynomial : rest;
        }

        return (uint)rest;
    }

    private static byte[] Words(IReadOnlyList<int> words)
    {
        byte[] bytes = new byte[2 * words.Count];
        for (int i = 0; i < words.Count; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2 * i), (ushort)words[i]);
        }

        return bytes;
    }

    private static byte[] Join(IEnumerable<byte[]> parts) => [.. parts.SelectMany(p => p)];

    private static int[] Numbers(Version version) => [version.Major, version.Minor, version.Build, version.Revision];

    private int String(string text)
    {
        if (_ownStrings.TryGetValue(text, out int own))
        {
            return own;
        }

        int index = (int)_strings.Length;
        _strings.Write(Encoding.UTF8.GetBytes(text));
        _strings.WriteByte(0);
        return index;
    }

    private int Signature(params byte[] bytes)
    {
        for (int i = 0; i + bytes.Length <= _signatures.Count; i++)
        {
            if (_signatures.Skip(i).Take(bytes.Length).SequenceEqual(bytes))
            {
                return i;
            }
        }

        _signatures.AddRange(bytes);
        return _signatures.Count - bytes.Length;
    }
}
