using System;
using System.IO;
using Microsoft.Win32.SafeHandles;

namespace Spore.Hostsim.Live.Serving;

/// <summary>A file that is being read by a peer.</summary>
/// <param name="name">Its name as served.</param>
/// <param name="peer">Who reads it.</param>
/// <param name="file">The file, which is disposed of with this.</param>
/// <param name="status">Its status when it was opened.</param>
/// <param name="index">The index for netascii, or null for octet.</param>
internal sealed class ServedRead(
    string name, string peer, SafeFileHandle file, FileStatus status, NetasciiIndex? index)
    : ServedTransfer(name, peer)
{
    // In bytes: less than the large object heap takes, and a few windows of the usual size.
    private const int MostAhead = 64 * 1024;

    private readonly byte[] _ahead = new byte[Math.Min(MostAhead, index?.Length ?? (int)status.Size)];
    private int _start;
    private int _length;

    private int FileLength => index?.Length ?? (int)status.Size;

    /// <summary>Reads a block, and more of the file at the same time.</summary>
    /// <param name="position">Where it starts, in bytes as they travel.</param>
    /// <param name="block">Takes it.</param>
    /// <returns>False where it can't be read, or where the file has changed since it was opened.</returns>
    public bool TryRead(int position, Span<byte> block)
    {
        if (block.Length > _ahead.Length)
        {
            return TryReadFile(position, block);
        }

        if (position < _start || position - _start > _length - block.Length)
        {
            int length = Math.Min(_ahead.Length, FileLength - position);
            _length = 0;
            if (!TryReadFile(position, _ahead.AsSpan(0, length)))
            {
                return false;
            }

            _start = position;
            _length = length;
        }

        _ahead.AsSpan(position - _start, block.Length).CopyTo(block);
        return true;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        file.Dispose();
    }

    private bool TryReadFile(int position, Span<byte> part)
    {
        try
        {
            bool isRead = index != null
                ? index.TryRead(file, (int)status.Size, position, part)
                : FileBlock.TryRead(file, position, part);

            // After the read: what was read then belongs to the file that was opened.
            return isRead && FileStatus.Read(file, out FileStatus now) == 0
                && (now.Size, now.Seconds, now.Nanoseconds) == (status.Size, status.Seconds, status.Nanoseconds);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
