using System;
using System.IO;
using System.Text;
using Spore.Mesh;
using Spore.Tftp;

namespace Spore.Hostsim.Transfers;

/// <summary>
/// Gives a TFTP service the one file that this program reads or writes at a time. Peers get none: nothing is served.
/// </summary>
/// <param name="received">The TFTP packet that is being handled, which tells the text of a peer's error.</param>
/// <param name="abort">Ends a transfer with an error.</param>
internal sealed class ClientFiles(ClientFiles.Packet received, Action<TftpTransfer, int> abort) : ITftpFiles
{
    /// <summary>The <see cref="TftpTransfer.File"/> of all transfers.</summary>
    public const int File = Node.FirstFile;

    /// <summary>Returns a packet that is only valid during the call of the caller.</summary>
    /// <returns>The packet.</returns>
    public delegate ReadOnlySpan<byte> Packet();

    /// <summary>What is read or written, or null. One at a time.</summary>
    public FileExchange? Exchange { get; set; }

    /// <summary>Called on the thread that has the service when an exchange goes on or has ended.</summary>
    public Action? Changed { get; set; }

    /// <summary>Reads the text of an error packet.</summary>
    /// <param name="packet">The packet.</param>
    /// <returns>The text, or nothing where the packet is another one.</returns>
    public static string TextOf(ReadOnlySpan<byte> packet)
    {
        if (packet.Length <= TftpPacket.DataHeaderSize || packet[0] != 0 || packet[1] != TftpPacket.Error)
        {
            return string.Empty;
        }

        ReadOnlySpan<byte> text = packet[TftpPacket.DataHeaderSize..];
        int end = text.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? text : text[..end]).Trim();
    }

    /// <inheritdoc/>
    public int OpenRead(TftpTransfer transfer, byte[] name, int offset, int length) => TftpError.FileNotFound;

    /// <inheritdoc/>
    public int OpenWrite(TftpTransfer transfer, byte[] name, int offset, int length) => TftpError.AccessViolation;

    /// <inheritdoc/>
    public void Read(TftpTransfer transfer, int position, byte[] buffer, int offset, int count)
    {
        FileExchange exchange = Exchange!;
        try
        {
            exchange.Follow(transfer);
            if (exchange.Content.Position != position)
            {
                exchange.Content.Position = position;
            }

            int read = exchange.Content.ReadAtLeast(buffer.AsSpan(offset, count), count, false);
            if (read < count)
            {
                exchange.Fault = "became shorter while it was sent";
            }
        }
        catch (Exception exception) when (IsOfFile(exception))
        {
            exchange.Fault = exception.Message;
        }

        if (exchange.Fault != null)
        {
            abort(transfer, TftpError.NotDefined);
        }
    }

    /// <inheritdoc/>
    public int Write(TftpTransfer transfer, int position, byte[] data, int offset, int count, bool last)
    {
        FileExchange exchange = Exchange!;
        try
        {
            exchange.Content.Write(data, offset, count);
            if (last)
            {
                // Before the peer hears that the file is here.
                exchange.Content.Flush();
            }
        }
        catch (Exception exception) when (IsOfFile(exception))
        {
            exchange.Fault = exception.Message;
            return TftpError.DiskFull;
        }

        exchange.Follow(transfer);
        return TftpResult.Ok;
    }

    /// <inheritdoc/>
    public void Closed(TftpTransfer transfer, int result)
    {
        Exchange?.End(transfer, result, transfer.IsRefused ? TextOf(received()) : string.Empty);
        Changed?.Invoke();
    }

    private static bool IsOfFile(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or NotSupportedException;
}
