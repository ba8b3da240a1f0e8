using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Spore.Signing;

namespace Spore.Hostsim.Live.Serving;

/// <summary>
/// A file that a peer writes: a temporary file beside the target, which it replaces when it is whole. The temporary
/// file is locked (flock(2)), so that another program does not take it for one that a killed node has left.
/// </summary>
internal sealed class ServedWrite : ServedTransfer
{
    private const int RandomSize = 8;
    private const UnixFileMode NewFile = UnixFileMode.UserRead | UnixFileMode.UserWrite
        | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly SafeFileHandle _directory;
    private readonly SafeFileHandle _file;
    private readonly string _temporary;
    private readonly string _target;

    // Guards what follows: a thread of its own commits, while the transfer may end.
    private readonly object _gate = new();
    private bool _isCommitting;
    private bool _isCommitted;
    private bool _isDisposed;

    private ServedWrite(
        string name, string peer, SafeFileHandle directory, SafeFileHandle file, string temporary, string target)
        : base(name, peer)
    {
        _directory = directory;
        _file = file;
        _temporary = temporary;
        _target = target;
    }

    /// <summary>Begins to write a file.</summary>
    /// <param name="name">Its name as served.</param>
    /// <param name="peer">Who writes it.</param>
    /// <param name="directory">Its directory, which this object disposes of, also where it fails.</param>
    /// <param name="target">Its name in the directory.</param>
    /// <param name="write">The file.</param>
    /// <returns>0 or errno; <see cref="Posix.EACCES"/> for a target that is no regular file.</returns>
    public static int Begin(
        string name, string peer, SafeFileHandle directory, string target, out ServedWrite? write)
    {
        write = null;
        int error = FileStatus.Read(directory, target, out FileStatus old);
        bool isNew = error == Posix.ENOENT;
        if ((error != 0 && !isNew) || (error == 0 && !old.IsRegular))
        {
            directory.Dispose();
            return error != 0 ? error : Posix.EACCES;
        }

        string random = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RandomSize));
        string temporary = $"{ServedName.TemporaryPrefix}{random}{ServedName.TemporarySuffix}";
        error = FolderTree.CreateFile(
            directory, temporary, isNew ? NewFile : old.Permissions, out SafeFileHandle? file);
        if (file == null)
        {
            directory.Dispose();
            return error;
        }

        write = new ServedWrite(name, peer, directory, file, temporary, target);
        _ = Posix.FileLock(file, Posix.LOCK_EX_NB);
        if (!isNew && !write.TryKeep(old.Permissions))
        {
            write.Dispose();
            write = null;
            return Posix.EPERM;
        }

        return 0;
    }

    /// <summary>Appends a block.</summary>
    /// <param name="block">The block.</param>
    /// <returns>0 or errno.</returns>
    public int Append(ReadOnlySpan<byte> block)
    {
        while (block.Length > 0)
        {
            nint count = Posix.Write(_file, block, block.Length);
            int error = count < 0 ? Marshal.GetLastPInvokeError() : 0;
            if (error != 0 && error != Posix.EINTR)
            {
                return error;
            }

            block = block[(int)Math.Max(0, count)..];
        }

        return 0;
    }

    /// <summary>
    /// Should be called under the node's lock before <see cref="Commit"/>: from now on the file is that call's.
    /// </summary>
    public void BeginCommit()
    {
        lock (_gate)
        {
            _isCommitting = true;
        }
    }

    /// <summary>
    /// Brings the file to the disk, which may take seconds, and replaces the target by it. Called on a thread of its
    /// own. A transfer that ends meanwhile leaves the target as it is.
    /// </summary>
    /// <returns>0 or errno.</returns>
    public int Commit()
    {
        int error = Posix.Synchronize(_file) == 0 ? 0 : Marshal.GetLastPInvokeError();
        lock (_gate)
        {
            if (error == 0 && !_isDisposed)
            {
                // Before the target has its new content: programs of .NET lock the files that they open.
                _ = Posix.FileLock(_file, Posix.LOCK_UN);
                error = Posix.RenameAt(_directory, _temporary, _directory, _target) == 0
                    ? 0
                    : Marshal.GetLastPInvokeError();
                _isCommitted = error == 0;
            }

            _isCommitting = false;
            if (_isDisposed)
            {
                Release();
            }

            return error;
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        lock (_gate)
        {
            if (!_isDisposed)
            {
                _isDisposed = true;
                if (!_isCommitted)
                {
                    _ = Posix.UnlinkAt(_directory, _temporary, 0);
                }

                if (!_isCommitting)
                {
                    Release();
                }
            }
        }
    }

    private void Release()
    {
        _file.Dispose();
        _directory.Dispose();
    }

    private bool TryKeep(UnixFileMode mode)
    {
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(_file, mode);
            }

            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
