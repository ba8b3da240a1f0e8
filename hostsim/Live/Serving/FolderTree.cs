using System;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Spore.Signing;

namespace Spore.Hostsim.Live.Serving;

/// <summary>
/// A folder whose files are opened without leaving it. Each component of a path is opened relative to the one before,
/// and none may be a symbolic link: so what somebody swaps meanwhile can't lead out of the folder either.
/// </summary>
internal sealed class FolderTree : IDisposable
{
    private readonly SafeFileHandle _root;

    /// <summary>Opens a folder.</summary>
    /// <param name="path">Its path, which may have symbolic links.</param>
    /// <exception cref="HostsimException">It can't be opened, or is no folder.</exception>
    public FolderTree(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new HostsimException("--serve works on Linux only");
        }

        Path = path;
        int error = Handle(
            () => Posix.Open(path, Posix.O_PATH | Posix.O_DIRECTORY | Posix.O_CLOEXEC, 0), out SafeFileHandle? root);
        _root = root ?? throw new HostsimException($"--serve: {MessageText.OneLine(path)}: {error switch
        {
            Posix.ENOENT => "no such folder",
            Posix.ENOTDIR => "is not a folder",
            Posix.EACCES => "permission denied",
            _ => Marshal.GetPInvokeErrorMessage(error),
        }}");
    }

    /// <summary>The path that it was opened by.</summary>
    public string Path { get; }

    /// <summary>Whether a file is in the folder or below, by whichever path.</summary>
    /// <param name="path">A path of the file.</param>
    /// <returns>True if it is; false where that can't be determined.</returns>
    public bool Holds(string path)
    {
        Handle(() => Posix.Open(path, Posix.O_PATH | Posix.O_CLOEXEC, 0), out SafeFileHandle? file);
        using (file)
        {
            return file != null
                && PathOf(_root) is { } root
                && PathOf(file)?.StartsWith(root.TrimEnd('/') + "/", StringComparison.Ordinal) == true;
        }
    }

    /// <summary>Opens a directory in the folder.</summary>
    /// <param name="components">The components of its path; none for the folder itself.</param>
    /// <param name="directory">The directory, which the caller disposes of.</param>
    /// <returns>0 or errno.</returns>
    public int OpenDirectory(ReadOnlySpan<string> components, out SafeFileHandle? directory)
    {
        int error = OpenDirectory(_root, ".", out directory);
        foreach (string component in components)
        {
            if (directory == null)
            {
                break;
            }

            using SafeFileHandle parent = directory;
            error = OpenDirectory(parent, component, out directory);
        }

        return error;
    }

    /// <summary>Opens a regular file for reading. Neither a FIFO nor a device makes it wait.</summary>
    /// <param name="directory">Its directory.</param>
    /// <param name="name">Its name, without a path.</param>
    /// <param name="file">The file, which the caller disposes of.</param>
    /// <param name="status">Its status.</param>
    /// <returns>0 or errno; <see cref="Posix.EACCES"/> for what is no regular file.</returns>
    public static int OpenFile(SafeFileHandle directory, string name, out SafeFileHandle? file, out FileStatus status)
    {
        file = null;

        // Before it is opened too: opening is an action of its own for some devices.
        int error = FileStatus.Read(directory, name, out status);
        if (error != 0 || !status.IsRegular)
        {
            return error != 0 ? error : Posix.EACCES;
        }

        const int Flags = Posix.O_NONBLOCK | Posix.O_NOCTTY | Posix.O_CLOEXEC;
        error = Handle(() => Posix.OpenAt(directory, name, Flags | Posix.O_NOFOLLOW, 0), out file);
        if (file == null)
        {
            return error;
        }

        error = FileStatus.Read(file, out status);
        if (error != 0 || !status.IsRegular)
        {
            file.Dispose();
            file = null;
            return error != 0 ? error : Posix.EACCES;
        }

        return 0;
    }

    /// <summary>Creates a file for writing, which must not exist yet.</summary>
    /// <param name="directory">Its directory.</param>
    /// <param name="name">Its name, without a path.</param>
    /// <param name="mode">Its permissions, less those that the process does not give.</param>
    /// <param name="file">The file, which the caller disposes of.</param>
    /// <returns>0 or errno.</returns>
    public static int CreateFile(SafeFileHandle directory, string name, UnixFileMode mode, out SafeFileHandle? file)
    {
        const int Flags = Posix.O_WRONLY | Posix.O_CREAT | Posix.O_EXCL | Posix.O_CLOEXEC;
        return Handle(() => Posix.OpenAt(directory, name, Flags | Posix.O_NOFOLLOW, (uint)mode), out file);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _root.Dispose();
    }

    // The path without symbolic links, where /proc is mounted.
    private static string? PathOf(SafeFileHandle handle)
    {
        try
        {
            return new FileInfo(string.Create(
                CultureInfo.InvariantCulture, $"/proc/self/fd/{handle.DangerousGetHandle()}")).LinkTarget;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static int OpenDirectory(SafeFileHandle parent, string name, out SafeFileHandle? directory)
    {
        const int Flags = Posix.O_PATH | Posix.O_CLOEXEC;
        return Handle(
            () => Posix.OpenAt(parent, name, Flags | Posix.O_DIRECTORY | Posix.O_NOFOLLOW, 0), out directory);
    }

    private static int Handle(Func<int> open, out SafeFileHandle? handle)
    {
        int descriptor;
        int error;
        do
        {
            descriptor = open();
            error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        while (error == Posix.EINTR);

        handle = descriptor < 0 ? null : new SafeFileHandle(descriptor, true);
        return error;
    }
}
