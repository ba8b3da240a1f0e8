using System;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Spore.Signing;

/// <summary>Opens files for secrets on Linux, where the owner of an opened file can be determined (statx(2)).</summary>
[SupportedOSPlatform("linux")]
internal static class LinuxSecretFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int PermissionBits = 0xFFF;
    private const int OthersBits = 0x3F;

    // The file may come and go between the two ways to open it.
    private const int MostAttempts = 10;

    // S_IFMT and its values.
    private const int TypeBits = 0xF000;
    private const int Fifo = 0x1000;
    private const int CharacterDevice = 0x2000;
    private const int RegularFile = 0x8000;

    // STATX_TYPE, STATX_MODE, STATX_NLINK and STATX_UID, then offsets in struct statx.
    private const uint Wanted = 0x1 | 0x2 | 0x4 | 0x8;
    private const int StatusSize = 256;
    private const int MaskOffset = 0;
    private const int LinksOffset = 16;
    private const int OwnerOffset = 20;
    private const int ModeOffset = 28;

    /// <summary>Opens a file to append secrets to (<see cref="SecretFile.OpenAppend"/>).</summary>
    /// <param name="path">Its path.</param>
    /// <returns>The stream.</returns>
    /// <exception cref="InputException">The file can't be opened or is refused.</exception>
    public static Stream OpenAppend(string path)
    {
        if (path.Length == 0 || path.Contains('\0'))
        {
            throw new InputException(path, null, "is not a path");
        }

        SafeFileHandle handle = Open(path);
        try
        {
            Check(handle, path);
            return new DescriptorStream(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    // O_CREAT alone would follow a symbolic link, and would not tell an existing file from a new one.
    private static SafeFileHandle Open(string path)
    {
        int always = Posix.O_WRONLY | Posix.O_APPEND | Posix.O_NOFOLLOW | Posix.O_CLOEXEC;
        int error = 0;
        for (int i = 0; i < MostAttempts; i++)
        {
            if (TryOpen(path, always | Posix.O_CREAT | Posix.O_EXCL, out SafeFileHandle? handle, out error))
            {
                return handle;
            }

            // Without O_NONBLOCK a FIFO of anybody's could stop the program here.
            if (error == Posix.EEXIST
                && TryOpen(path, always | Posix.O_NONBLOCK | Posix.O_NOCTTY, out handle, out error))
            {
                return handle;
            }

            if (error != Posix.ENOENT || !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
            {
                break;
            }
        }

        throw new InputException(path, null, error switch
        {
            Posix.ENOENT => "no such directory",
            Posix.EISDIR => "is a directory",
            Posix.ELOOP => "is a symbolic link, which may lead anywhere; name the file itself",
            Posix.ENXIO => "is a socket, or a FIFO that no process reads",
            Posix.EACCES or Posix.EPERM => "permission denied",
            _ => new Win32Exception(error).Message,
        });
    }

    private static bool TryOpen(string path, int flags, [NotNullWhen(true)] out SafeFileHandle? handle, out int error)
    {
        int descriptor;
        do
        {
            descriptor = Posix.Open(path, flags, (uint)OwnerOnly);
            error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        while (error == Posix.EINTR);

        handle = descriptor < 0 ? null : new SafeFileHandle(descriptor, true);
        return handle != null;
    }

    private static void Check(SafeFileHandle handle, string path)
    {
        Status status = StatusOf(handle, path);
        int type = status.Mode & TypeBits;
        if (type is not (RegularFile or Fifo or CharacterDevice))
        {
            throw new InputException(path, null, "is not a regular file");
        }

        uint self = Posix.EffectiveUser();
        if (status.Owner != self)
        {
            throw new InputException(
                path,
                null,
                $"belongs to another user (uid {status.Owner}), who could read the secrets in it; choose a new file");
        }

        if (type != CharacterDevice && status.Links > 1)
        {
            throw new InputException(
                path,
                null,
                $"has {status.Links} names (hard links), so others may read the secrets in it; choose a new file");
        }

        // A device is shared with others, and keeps nothing.
        if (type == CharacterDevice || (status.Mode & PermissionBits) == (int)OwnerOnly)
        {
            return;
        }

        try
        {
            File.SetUnixFileMode(handle, OwnerOnly);
        }
        catch (Exception e) when (FileFault.Describe(e) is string what)
        {
            throw new InputException(path, null, $"mode 0600 can't be set: {what}");
        }

        // Some file systems have no modes of their own.
        if ((StatusOf(handle, path).Mode & OthersBits) != 0)
        {
            throw new InputException(
                path,
                null,
                "others can read it, and its file system keeps no modes; choose a file elsewhere");
        }
    }

    private static Status StatusOf(SafeFileHandle handle, string path)
    {
        Span<byte> status = stackalloc byte[StatusSize];
        try
        {
            if (Posix.StatX(handle, "", Posix.AT_EMPTY_PATH, Wanted, status) == 0
                && (MemoryMarshal.Read<uint>(status[MaskOffset..]) & Wanted) == Wanted)
            {
                return new Status(
                    MemoryMarshal.Read<uint>(status[OwnerOffset..]),
                    MemoryMarshal.Read<uint>(status[LinksOffset..]),
                    MemoryMarshal.Read<ushort>(status[ModeOffset..]));
            }
        }
        catch (EntryPointNotFoundException)
        {
            // An old C library.
        }

        throw new InputException(path, null, "its owner can't be determined on this system (statx), so it is refused");
    }

    private readonly record struct Status(uint Owner, uint Links, ushort Mode);
}
