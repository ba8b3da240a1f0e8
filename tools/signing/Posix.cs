using System;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Spore.Signing;

/// <summary>
/// System calls of POSIX and Linux for which .NET has no method. The errno of a failed call is the last P/Invoke
/// error.
/// </summary>
internal static partial class Posix
{
    /// <summary>errno: the operation is not permitted.</summary>
    public const int EPERM = 1;

    /// <summary>errno: no such file or directory.</summary>
    public const int ENOENT = 2;

    /// <summary>errno: a signal interrupted the call.</summary>
    public const int EINTR = 4;

    /// <summary>errno: the file is a socket, or a FIFO that no process reads.</summary>
    public const int ENXIO = 6;

    /// <summary>errno: permission denied.</summary>
    public const int EACCES = 13;

    /// <summary>errno: the file exists.</summary>
    public const int EEXIST = 17;

    /// <summary>errno: a component of the path is no directory, or is a symbolic link.</summary>
    public const int ENOTDIR = 20;

    /// <summary>errno: the file is a directory.</summary>
    public const int EISDIR = 21;

    /// <summary>errno: the file would be larger than the process or the file system allows.</summary>
    public const int EFBIG = 27;

    /// <summary>errno: there is no space left on the device.</summary>
    public const int ENOSPC = 28;

    /// <summary>errno: the file system is mounted for reading only.</summary>
    public const int EROFS = 30;

    /// <summary>errno on Linux: a component of the path is too long.</summary>
    public const int ENAMETOOLONG = 36;

    /// <summary>errno on Linux: the last component is a symbolic link.</summary>
    public const int ELOOP = 40;

    /// <summary>errno on Linux: the user's quota of disk space is used up.</summary>
    public const int EDQUOT = 122;

    /// <summary><see cref="Open"/> on Linux: only for writing.</summary>
    public const int O_WRONLY = 0x1;

    /// <summary><see cref="Open"/>: for reading and writing.</summary>
    public const int O_RDWR = 0x2;

    /// <summary><see cref="Open"/> on Linux: create the file.</summary>
    public const int O_CREAT = 0x40;

    /// <summary><see cref="Open"/> on Linux: fail if the file exists.</summary>
    public const int O_EXCL = 0x80;

    /// <summary><see cref="Open"/> on Linux: a terminal does not become the controlling terminal.</summary>
    public const int O_NOCTTY = 0x100;

    /// <summary><see cref="Open"/> on Linux: each write goes to the end.</summary>
    public const int O_APPEND = 0x400;

    /// <summary><see cref="Open"/> on Linux: neither the call nor a write blocks.</summary>
    public const int O_NONBLOCK = 0x800;

    /// <summary><see cref="Open"/> on Linux: a child process does not inherit the descriptor.</summary>
    public const int O_CLOEXEC = 0x80000;

    /// <summary>
    /// <see cref="Open"/> on Linux: the descriptor stands for the file's place in the tree, and can't be read.
    /// </summary>
    public const int O_PATH = 0x200000;

    /// <summary><see cref="FileControl"/>: get the descriptor's flags.</summary>
    public const int F_GETFD = 1;

    /// <summary>A flag of <see cref="F_GETFD"/>: a child process does not inherit the descriptor.</summary>
    public const int FD_CLOEXEC = 1;

    /// <summary><see cref="Poll"/>: writing does not block.</summary>
    public const short POLLOUT = 4;

    /// <summary><see cref="StatX"/>: the status of a symbolic link itself.</summary>
    public const int AT_SYMLINK_NOFOLLOW = 0x100;

    /// <summary><see cref="StatX"/>: the status of the descriptor itself, with an empty path.</summary>
    public const int AT_EMPTY_PATH = 0x1000;

    /// <summary><see cref="FileLock"/>: lock it for this descriptor alone, or fail at once.</summary>
    public const int LOCK_EX_NB = 2 | 4;

    /// <summary><see cref="FileLock"/>: unlock it.</summary>
    public const int LOCK_UN = 8;

    /// <summary>
    /// <see cref="Open"/> on Linux: fail if the file is no directory. Its value depends on the architecture.
    /// </summary>
    public static int O_DIRECTORY => O_NOFOLLOW == 0x8000 ? 0x4000 : 0x10000;

    /// <summary>
    /// <see cref="Open"/> on Linux: fail if the last component is a symbolic link. Its value depends on the
    /// architecture.
    /// </summary>
    public static int O_NOFOLLOW => RuntimeInformation.ProcessArchitecture
        is Architecture.Arm or Architecture.Armv6 or Architecture.Arm64 or Architecture.Ppc64le
        ? 0x8000
        : 0x20000;

    /// <summary>errno: the call would block. Its value depends on the system.</summary>
    public static int EAGAIN => OperatingSystem.IsLinux() ? 11 : 35;

    /// <summary>open(2).</summary>
    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int Open(string path, int flags, uint mode);

    /// <summary>openat(2).</summary>
    [LibraryImport("libc", EntryPoint = "openat", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int OpenAt(SafeFileHandle directory, string path, int flags, uint mode);

    /// <summary>renameat(2).</summary>
    [LibraryImport("libc", EntryPoint = "renameat", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int RenameAt(
        SafeFileHandle directory, string path, SafeFileHandle newDirectory, string newPath);

    /// <summary>unlinkat(2).</summary>
    [LibraryImport("libc", EntryPoint = "unlinkat", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int UnlinkAt(SafeFileHandle directory, string path, int flags);

    /// <summary>fsync(2).</summary>
    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Synchronize(SafeFileHandle handle);

    /// <summary>flock(2).</summary>
    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int FileLock(SafeFileHandle handle, int operation);

    /// <summary>kill(2).</summary>
    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int process, int signal);

    /// <summary>write(2).</summary>
    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(SafeFileHandle handle, ReadOnlySpan<byte> bytes, nint count);

    /// <summary>poll(2).</summary>
    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(ref PollDescriptor descriptor, nuint count, int milliseconds);

    /// <summary>fcntl(2) with a command that takes no argument.</summary>
    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int FileControl(int descriptor, int command);

    /// <summary>statx(2), Linux only.</summary>
    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int StatX(SafeFileHandle handle, string path, int flags, uint mask, Span<byte> status);

    /// <summary>geteuid(2).</summary>
    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollDescriptor
    {
        /// <summary>The descriptor.</summary>
        public int Descriptor;

        /// <summary>The events to wait for.</summary>
        public short Events;

        /// <summary>The events that occurred.</summary>
        public short Occurred;
    }
}
