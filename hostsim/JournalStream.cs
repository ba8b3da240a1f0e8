using System;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Spore.Signing;

namespace Spore.Hostsim;

/// <summary>
/// Whether a descriptor is a stream to systemd's journal (systemd.exec(5), JOURNAL_STREAM). The variable alone does not
/// tell: a program inherits it also where its output goes elsewhere.
/// </summary>
internal static class JournalStream
{
    private const string Variable = "JOURNAL_STREAM";
    private const int OutputDescriptor = 1;
    private const int ErrorDescriptor = 2;

    // STATX_INO, then offsets in struct statx.
    private const uint Wanted = 0x100;
    private const int StructSize = 256;
    private const int InodeOffset = 32;
    private const int MajorOffset = 136;
    private const int MinorOffset = 140;

    /// <summary>Whether standard output is a stream to the journal; false also where that can't be told.</summary>
    public static bool IsOutput => Is(OutputDescriptor);

    /// <summary>Whether standard error is a stream to the journal; false also where that can't be told.</summary>
    public static bool IsError => Is(ErrorDescriptor);

    /// <summary>Whether a value of the variable names a file.</summary>
    /// <param name="stream">The value: the device and the inode, as decimal numbers with a colon between.</param>
    /// <param name="file">The file.</param>
    /// <returns>True where it is that file.</returns>
    public static bool Names(string stream, SafeFileHandle file)
    {
        Span<byte> status = stackalloc byte[StructSize];
        if (Posix.StatX(file, "", Posix.AT_EMPTY_PATH, Wanted, status) != 0)
        {
            return false;
        }

        ulong device = Device(
            MemoryMarshal.Read<uint>(status[MajorOffset..]), MemoryMarshal.Read<uint>(status[MinorOffset..]));
        ulong inode = MemoryMarshal.Read<ulong>(status[InodeOffset..]);
        return stream == string.Create(CultureInfo.InvariantCulture, $"{device}:{inode}");
    }

    private static bool Is(int descriptor)
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable(Variable) is not { } stream)
        {
            return false;
        }

        using SafeFileHandle file = new(descriptor, false);
        return Names(stream, file);
    }

    // dev_t of the C library, as makedev(3) makes it.
    private static ulong Device(uint major, uint minor)
    {
        ulong high = ((major & 0xFFFF_F000UL) << 32) | ((minor & 0xFFFF_FF00UL) << 12);
        return high | ((major & 0xFFFUL) << 8) | (minor & 0xFFUL);
    }
}
