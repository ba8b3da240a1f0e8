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
    /// <summary>Reads a block.</summary>
    /// <param name="position">Where it starts, in bytes as they travel.</param>
    /// <param name="block">Takes it.</param>
    /// <returns>False where it can't be read, or where the file has changed since it was opened.</returns>
    public bool TryRead(int position, Span<byte> block)
    {
        try
        {
            bool isRead = index != null
                ? index.TryRead(file, (int)status.Size, position, block)
                : FileBlock.TryRead(file, position, block);

            // After the read: what was read then belongs to the file that was opened.
            return isRead && FileStatus.Read(file, out FileStatus now) == 0
                && (now.Size, now.Seconds, now.Nanoseconds) == (status.Size, status.Seconds, status.Nanoseconds);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        file.Dispose();
    }
}
