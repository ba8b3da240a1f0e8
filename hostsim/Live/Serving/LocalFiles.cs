using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Spore.Hostsim.Control;
using Spore.SignedNetwork;
using Spore.Signing;
using Spore.Tftp;

namespace Spore.Hostsim.Live.Serving;

/// <summary>
/// The files of a node for the programs of its own machine: <c>status</c>, <c>head</c> and <c>network</c> to be read,
/// and <c>network</c> to be written. Each read gets a copy of its own.
/// </summary>
/// <param name="target">The node.</param>
internal sealed class LocalFiles(IControlTarget target) : ITftpFiles
{
    // In bytes; a packet takes more.
    private const int LongestText = 255;

    // By the transfer's slot.
    private readonly Dictionary<int, byte[]> _reads = [];
    private readonly Dictionary<int, MemoryStream> _writes = [];

    /// <inheritdoc/>
    public int OpenRead(TftpTransfer transfer, byte[] name, int offset, int length)
    {
        string file = Encoding.ASCII.GetString(name, offset, length);
        bool isNetascii = transfer.Mode == TftpMode.Netascii;
        if (isNetascii && file is "head" or "network")
        {
            transfer.ErrorText = "Not a text file: use mode octet";
            return TftpError.NotDefined;
        }

        byte[] content;
        try
        {
            content = file switch
            {
                "status" => target.Status(isNetascii),
                "head" => Head(target.Network()),
                "network" => target.Network(),
                _ => [],
            };
        }
        catch (HostsimException exception)
        {
            transfer.ErrorText = TextOf(exception);
            return TftpError.NotDefined;
        }

        if (content.Length == 0)
        {
            return TftpError.FileNotFound;
        }

        transfer.Size = content.Length;
        _reads[transfer.Index] = content;
        return TftpResult.Ok;
    }

    /// <inheritdoc/>
    public int OpenWrite(TftpTransfer transfer, byte[] name, int offset, int length)
    {
        if (Encoding.ASCII.GetString(name, offset, length) != "network" || transfer.Mode == TftpMode.Netascii)
        {
            transfer.ErrorText = "Only network can be written, in mode octet";
            return TftpError.AccessViolation;
        }

        if (transfer.Size > NetworkReader.SizeLimit)
        {
            return TftpError.DiskFull;
        }

        // Everyone on the machine may write, and a network may be large: one at a time lies in memory.
        if (_writes.Count > 0)
        {
            return TftpResult.Later;
        }

        _writes[transfer.Index] = new MemoryStream();
        return TftpResult.Ok;
    }

    /// <inheritdoc/>
    public void Read(TftpTransfer transfer, int position, byte[] buffer, int offset, int count) =>
        _reads[transfer.Index].AsSpan(position, count).CopyTo(buffer.AsSpan(offset));

    /// <inheritdoc/>
    public int Write(TftpTransfer transfer, int position, byte[] data, int offset, int count, bool last)
    {
        MemoryStream file = _writes[transfer.Index];
        if (file.Length + count > NetworkReader.SizeLimit)
        {
            return TftpError.DiskFull;
        }

        file.Write(data, offset, count);
        return last ? Push(transfer, file.ToArray()) : TftpResult.Ok;
    }

    /// <inheritdoc/>
    public void Closed(TftpTransfer transfer, int result)
    {
        _reads.Remove(transfer.Index);
        _writes.Remove(transfer.Index);
    }

    private static byte[] Head(byte[] network) =>
        network.Length == 0 ? [] : network[..NetworkHeader.HeadSize(network, 0)];

    private static string TextOf(Exception exception)
    {
        string text = Encoding.ASCII.GetString(Encoding.ASCII.GetBytes(MessageText.OneLine(exception.Message)));
        return text[..Math.Min(text.Length, LongestText)];
    }

    private int Push(TftpTransfer transfer, byte[] network)
    {
        try
        {
            target.Push(network);
            return TftpResult.Ok;
        }
        catch (Exception exception) when (exception is HostsimException or InputException)
        {
            transfer.ErrorText = TextOf(exception);
            return exception is NetworkRefusedException { Fault: NetworkFault.Older or NetworkFault.Equivocation }
                ? TftpError.FileAlreadyExists
                : TftpError.AccessViolation;
        }
    }
}
