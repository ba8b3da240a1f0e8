using System;
using System.Collections.Generic;
using System.IO;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;
using Spore.Hostsim.Display;
using Spore.Hostsim.Live.Output;
using Spore.Mesh;
using Spore.Signing;
using Spore.Tftp;

namespace Spore.Hostsim.Live.Serving;

/// <summary>
/// A folder that members read by TFTP, and may be allowed to write: <c>files/</c> and a path in it. The node calls it
/// under its lock and keeps guests away.
/// </summary>
/// <remarks>
/// It reads and writes the disk under that lock, a block at a time: the operating system has most of these at hand.
/// Only the end of a write, which may take seconds, is left to another thread. Each transfer has one open file, and one
/// that writes has its directory open too.
/// </remarks>
internal sealed class ServedFolder : ITftpFiles, IDisposable
{
    private const string BadName = "Bad file name";
    private const string NotServed = "Not a regular file that may be read";
    private const string NotReplaced = "Not a place that may be written";
    private const string ReadOnly = "Files are read-only here";
    private const string TooLarge = "File too large";
    private const string TooLargeText = "File too large for netascii; use octet";
    private const string NoFolder = "No such folder";
    private const string Changed = "File has changed or can't be read";

    private readonly FolderTree _tree;
    private readonly bool _isWritable;
    private readonly int _largestWrite;
    private readonly IServingHost _host;
    private readonly LimitedLog _log;
    private readonly Dictionary<TftpTransfer, ServedTransfer> _open = [];

    // Keeps RemoveLeftovers from a temporary file that is not locked yet.
    private readonly object _creation = new();
    private bool _isStopped;

    /// <summary>Opens a folder.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="isWritable">Whether members may write.</param>
    /// <param name="largestWrite">The largest size of a file that they may write, in bytes.</param>
    /// <param name="host">The node.</param>
    /// <param name="log">Where transfers are reported.</param>
    /// <exception cref="HostsimException">It can't be opened.</exception>
    public ServedFolder(string path, bool isWritable, int largestWrite, IServingHost host, LimitedLog log)
    {
        _tree = new FolderTree(path);
        _isWritable = isWritable;
        _largestWrite = largestWrite;
        _host = host;
        _log = log;
    }

    /// <summary>The number of transfers under way.</summary>
    public int Transfers => _open.Count;

    /// <summary>Demands that a file with a secret is not in the folder.</summary>
    /// <param name="path">The file's path.</param>
    /// <exception cref="HostsimException">It is, so that members could read it.</exception>
    public void DemandOutside(string path)
    {
        if (_tree.Holds(path))
        {
            throw new HostsimException(
                $"--serve: {MessageText.OneLine(path)} is in this folder, where members could read its secret; "
                + "move it");
        }
    }

    /// <summary>
    /// Removes the temporary files that a killed node has left. May take long in a large folder. Those of another
    /// running program stay, since they are locked.
    /// </summary>
    public void RemoveLeftovers()
    {
        EnumerationOptions options = new()
        {
            RecurseSubdirectories = true,
            IgnoreInaccessible = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
        };
        int count = 0;
        try
        {
            string pattern = $"{ServedName.TemporaryPrefix}*{ServedName.TemporarySuffix}";
            foreach (string path in Directory.EnumerateFiles(_tree.Path, pattern, options))
            {
                lock (_creation)
                {
                    count += TryRemove(Path.GetRelativePath(_tree.Path, path).Split('/')) ? 1 : 0;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _log.Tell("files", "yellow", $"temporary files may be left: {MessageText.OneLine(exception.Message)}");
        }

        if (count > 0)
        {
            string files = count == 1 ? "1 temporary file" : $"{count} temporary files";
            _log.Tell("files", "blue", $"removed {files} of a node that was killed");
        }
    }

    /// <inheritdoc/>
    public int OpenRead(TftpTransfer transfer, byte[] name, int offset, int length)
    {
        ReadOnlySpan<byte> bytes = name.AsSpan(offset, length);
        if (_isStopped || !ServedName.Is(bytes))
        {
            return TftpError.FileNotFound;
        }

        if (ServedName.Parse(bytes) is not { } components)
        {
            return Refuse(transfer, null, TftpError.AccessViolation, BadName);
        }

        SafeFileHandle? file = null;
        FileStatus status = default;
        int error = _tree.OpenDirectory(components.AsSpan(0, components.Length - 1), out SafeFileHandle? directory);
        if (directory != null)
        {
            using (directory)
            {
                error = FolderTree.OpenFile(directory, components[^1], out file, out status);
            }
        }

        return file == null
            ? RefuseRead(transfer, components, error)
            : Open(transfer, components, file, status);
    }

    /// <inheritdoc/>
    public int OpenWrite(TftpTransfer transfer, byte[] name, int offset, int length)
    {
        ReadOnlySpan<byte> bytes = name.AsSpan(offset, length);
        if (_isStopped || !ServedName.Is(bytes))
        {
            return TftpError.AccessViolation;
        }

        if (ServedName.Parse(bytes) is not { } components)
        {
            return Refuse(transfer, null, TftpError.AccessViolation, BadName);
        }

        if (!_isWritable)
        {
            return Refuse(transfer, components, TftpError.AccessViolation, ReadOnly);
        }

        if (transfer.Size > _largestWrite)
        {
            return Refuse(transfer, components, TftpError.DiskFull, TooLarge);
        }

        ServedWrite? write = null;
        int error = _tree.OpenDirectory(components.AsSpan(0, components.Length - 1), out SafeFileHandle? directory);
        if (directory != null)
        {
            lock (_creation)
            {
                error = ServedWrite.Begin(
                    NameOf(components), _host.NameOf(transfer), directory, components[^1], out write);
            }
        }

        if (write == null)
        {
            return error == Posix.ENOENT
                ? Refuse(transfer, components, TftpError.FileNotFound, NoFolder)
                : Refuse(transfer, components, CodeOf(error), ReasonOf(error, NotReplaced));
        }

        Begin(transfer, write);
        return TftpResult.Ok;
    }

    /// <inheritdoc/>
    public void Read(TftpTransfer transfer, int position, byte[] buffer, int offset, int count)
    {
        ServedRead? read = _open.GetValueOrDefault(transfer) as ServedRead;
        if (read?.TryRead(position, buffer.AsSpan(offset, count)) != true)
        {
            transfer.ErrorText = Changed;
            _host.Abort(transfer, TftpError.NotDefined);
        }
    }

    /// <inheritdoc/>
    public int Write(TftpTransfer transfer, int position, byte[] data, int offset, int count, bool last)
    {
        if (_open.GetValueOrDefault(transfer) is not ServedWrite write)
        {
            return TftpError.NotDefined;
        }

        if (count > _largestWrite - position)
        {
            transfer.ErrorText = TooLarge;
            return TftpError.DiskFull;
        }

        int error = write.Append(data.AsSpan(offset, count));
        if (error != 0)
        {
            return Fail(transfer, error);
        }

        if (!last)
        {
            return TftpResult.Ok;
        }

        write.BeginCommit();
        Task.Run(() => Commit(transfer, write));
        return TftpResult.Wait;
    }

    /// <inheritdoc/>
    public void Closed(TftpTransfer transfer, int result)
    {
        if (!_open.Remove(transfer, out ServedTransfer? file))
        {
            return;
        }

        file.Dispose();
        bool isRead = file is ServedRead;
        if (result == TftpResult.Ok)
        {
            int size = isRead ? transfer.Size : transfer.Position;
            _log.Tell(
                isRead ? "file read" : "file written",
                isRead ? "grey" : "green",
                $"{file.Name} by {file.Peer}, {ByteSize.Describe(size)}",
                file.Subject);
        }
        else
        {
            _log.Tell(
                isRead ? "not read" : "not written",
                "yellow",
                $"{file.Name} by {file.Peer}: {Describe(transfer, result)}",
                file.Subject);
        }
    }

    /// <summary>
    /// Should be called under the node's lock when the node has stopped: removes what is written in part.
    /// </summary>
    public void Dispose()
    {
        _isStopped = true;
        foreach (ServedTransfer file in _open.Values)
        {
            file.Dispose();
        }

        _open.Clear();
        _tree.Dispose();
    }

    private static string NameOf(string[] components)
    {
        return MessageText.OneLine(ServedName.Prefix + string.Join('/', components));
    }

    private static int CodeOf(int error)
    {
        return error switch
        {
            Posix.ENOENT or Posix.ENAMETOOLONG => TftpError.FileNotFound,
            Posix.EACCES or Posix.EPERM or Posix.ENOTDIR or Posix.ELOOP or Posix.EISDIR or Posix.EROFS =>
                TftpError.AccessViolation,
            Posix.ENOSPC or Posix.EDQUOT or Posix.EFBIG => TftpError.DiskFull,
            _ => TftpError.NotDefined,
        };
    }

    // Null is the usual text of the code. Messages of the system may be in any language.
    private static string? ReasonOf(int error, string refusal)
    {
        return CodeOf(error) == TftpError.AccessViolation ? refusal : null;
    }

    private static string Describe(TftpTransfer transfer, int result)
    {
        return result switch
        {
            TftpResult.Timeout => "no answer",
            TftpResult.Aborted => "its session has ended, or it has begun anew",
            TftpResult.PortUnreachable => "its program has ended",
            _ when transfer.IsRefused => $"it has sent error {result}",
            _ => transfer.ErrorText ?? TextOf(result),
        };
    }

    private static string TextOf(int code)
    {
        return code switch
        {
            TftpError.FileNotFound => "no such file",
            TftpError.AccessViolation => "not allowed",
            TftpError.DiskFull => "no space left",
            _ => "not possible now",
        };
    }

    private int Open(TftpTransfer transfer, string[] components, SafeFileHandle file, FileStatus status)
    {
        bool isText = transfer.Mode == TftpMode.Netascii;
        if (status.Size > (isText ? NetasciiIndex.LargestFile : int.MaxValue))
        {
            file.Dispose();
            return Refuse(transfer, components, TftpError.DiskFull, isText ? TooLargeText : TooLarge);
        }

        NetasciiIndex? index = null;
        try
        {
            index = isText ? NetasciiIndex.Of(file, (int)status.Size) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // As for a file that ends too early.
        }

        if (isText && index == null)
        {
            file.Dispose();
            return Refuse(transfer, components, TftpError.NotDefined, Changed);
        }

        transfer.Size = index?.Length ?? (int)status.Size;
        Begin(transfer, new ServedRead(NameOf(components), _host.NameOf(transfer), file, status, index));
        return TftpResult.Ok;
    }

    private void Begin(TftpTransfer transfer, ServedTransfer file)
    {
        transfer.File = Node.FirstFile;
        file.Subject = _host.About(transfer);
        _open.Add(transfer, file);
    }

    private int RefuseRead(TftpTransfer transfer, string[] components, int error)
    {
        return CodeOf(error) == TftpError.FileNotFound
            ? TftpError.FileNotFound
            : Refuse(transfer, components, CodeOf(error), ReasonOf(error, NotServed));
    }

    private int Refuse(TftpTransfer transfer, string[]? components, int code, string? reason)
    {
        transfer.ErrorText = reason;
        string name = components == null ? "a name" : NameOf(components);
        _log.Tell(
            "file refused",
            "yellow",
            $"{name} to {_host.NameOf(transfer)}: {reason ?? TextOf(code)}",
            _host.About(transfer));
        return code;
    }

    private static int Fail(TftpTransfer transfer, int error)
    {
        int code = CodeOf(error);
        transfer.ErrorText = code == TftpError.NotDefined ? "The file can't be written" : null;
        return code;
    }

    private void Commit(TftpTransfer transfer, ServedWrite write)
    {
        int error = write.Commit();
        _host.Invoke(() =>
        {
            // The transfer may have ended meanwhile, and its slot may have another one.
            if (_open.TryGetValue(transfer, out ServedTransfer? file) && file == write)
            {
                _host.Resume(transfer, error == 0 ? TftpResult.Ok : Fail(transfer, error));
            }
        });
    }

    private bool TryRemove(string[] components)
    {
        _tree.OpenDirectory(components.AsSpan(0, components.Length - 1), out SafeFileHandle? directory);
        using (directory)
        {
            if (directory == null
                || FolderTree.OpenFile(directory, components[^1], out SafeFileHandle? file, out _) != 0)
            {
                return false;
            }

            using (file)
            {
                return Posix.FileLock(file!, Posix.LOCK_EX_NB) == 0
                    && Posix.UnlinkAt(directory, components[^1], 0) == 0;
            }
        }
    }
}
