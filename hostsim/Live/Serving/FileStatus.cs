using System;
using System.IO;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Spore.Signing;

namespace Spore.Hostsim.Live.Serving;

/// <summary>What Linux tells of a file (statx(2)).</summary>
/// <param name="Mode">Its type and permissions.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Seconds">When its content was changed last, in seconds since 1970.</param>
/// <param name="Nanoseconds">The nanoseconds of that time.</param>
internal readonly record struct FileStatus(ushort Mode, long Size, long Seconds, uint Nanoseconds)
{
    private const int TypeBits = 0xF000;
    private const int RegularFile = 0x8000;
    private const int PermissionBits = 0x1FF;

    // STATX_TYPE, STATX_MODE, STATX_SIZE and STATX_MTIME, then offsets in struct statx.
    private const uint Wanted = 0x1 | 0x2 | 0x200 | 0x40;
    private const int StructSize = 256;
    private const int MaskOffset = 0;
    private const int ModeOffset = 28;
    private const int SizeOffset = 40;
    private const int ModifiedOffset = 112;

    /// <summary>Whether it is a regular file: no directory, symbolic link, device, FIFO or socket.</summary>
    public bool IsRegular => (Mode & TypeBits) == RegularFile;

    /// <summary>What its owner, its group and others may do.</summary>
    public UnixFileMode Permissions => (UnixFileMode)(Mode & PermissionBits);

    /// <summary>Reads the status of an open file.</summary>
    /// <param name="handle">The file.</param>
    /// <param name="status">Its status.</param>
    /// <returns>0 or errno.</returns>
    public static int Read(SafeFileHandle handle, out FileStatus status)
    {
        return Read(handle, "", Posix.AT_EMPTY_PATH, out status);
    }

    /// <summary>Reads the status of a file in a directory, which may be a symbolic link.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="name">The file's name, without a path.</param>
    /// <param name="status">Its status.</param>
    /// <returns>0 or errno.</returns>
    public static int Read(SafeFileHandle directory, string name, out FileStatus status)
    {
        return Read(directory, name, Posix.AT_SYMLINK_NOFOLLOW, out status);
    }

    private static int Read(SafeFileHandle handle, string path, int flags, out FileStatus status)
    {
        Span<byte> bytes = stackalloc byte[StructSize];
        status = default;
        if (Posix.StatX(handle, path, flags, Wanted, bytes) != 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        // A file system that can't tell all of it is none to serve files from.
        if ((MemoryMarshal.Read<uint>(bytes[MaskOffset..]) & Wanted) != Wanted)
        {
            return Posix.EACCES;
        }

        status = new FileStatus(
            MemoryMarshal.Read<ushort>(bytes[ModeOffset..]),
            MemoryMarshal.Read<long>(bytes[SizeOffset..]),
            MemoryMarshal.Read<long>(bytes[ModifiedOffset..]),
            MemoryMarshal.Read<uint>(bytes[(ModifiedOffset + sizeof(long))..]));
        return 0;
    }
}
