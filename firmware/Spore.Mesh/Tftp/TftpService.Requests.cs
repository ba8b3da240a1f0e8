namespace Spore.Tftp;

// Requests of peers: a request opens a transfer, with the options that this side accepts. Read first: RFC 1350
// section 4, RFC 2347.
public sealed partial class TftpService
{
    private static readonly string _modeText = "The only mode is octet";
    private static readonly string _nameText = "File name too long";

    // Called when port 69 has received a read or write request. It opens a transfer, or repeats the first answer of an
    // open one, or is refused. A refused request, or one without a slot, changes nothing but this: a new request from
    // the port of an earlier one ends the transfer of the earlier one.
    private void HandleRequest(
        int opcode,
        byte[] buffer,
        int offset,
        int length,
        byte[] source,
        int sourceOffset,
        int sourcePort,
        byte[] destination,
        int destinationOffset,
        long now)
    {
        int nameLength;
        bool isOctet;
        int options;
        int refusal = TftpResult.Ok;
        string text = null;
        if (!TftpPacket.ParseRequest(buffer, offset, length, out nameLength, out isOctet, out options))
        {
            refusal = TftpError.IllegalOperation;
        }
        else if (!isOctet)
        {
            refusal = TftpError.IllegalOperation;
            text = _modeText;
        }
        else if (nameLength > TftpTransfer.MaxNameLength)
        {
            refusal = TftpError.NotDefined;
            text = _nameText;
        }

        if (refusal != TftpResult.Ok)
        {
            SendError(
                refusal,
                text,
                destination,
                destinationOffset,
                TftpPacket.Port,
                source,
                sourceOffset,
                sourcePort);
            return;
        }

        int hash = Hash(buffer, offset, length);
        TftpTransfer known = _pool.FindRequested(destination, destinationOffset, source, sourceOffset, sourcePort);
        if (known != null)
        {
            if (known.IsActive && known.RequestHash == hash)
            {
                _machine.Repeat(known);
                return;
            }

            // The peer uses the port for its next request, so it has ended the transfer before.
            _machine.End(known, TftpResult.Aborted);
        }

        TftpTransfer transfer = _pool.FindSlotFor(source, sourceOffset);
        if (transfer == null)
        {
            Unanswered++;
            return;
        }

        transfer.Open(destination, destinationOffset, _pool.ChoosePort(), source, sourceOffset, sourcePort);
        transfer.IsClient = false;
        transfer.IsSender = opcode == TftpPacket.ReadRequest;
        transfer.RequestHash = hash;
        TftpOptions accepted = transfer.Options;
        accepted.Parse(buffer, options, offset + length - options);
        if (accepted.BlockSize != TftpOptions.Absent)
        {
            accepted.BlockSize = accepted.BlockSize < _maxBlockSize ? accepted.BlockSize : _maxBlockSize;
            transfer.BlockSize = accepted.BlockSize;
        }

        transfer.UseTimeoutOption();
        int result;
        if (transfer.IsSender)
        {
            result = _files.OpenRead(transfer, buffer, offset + 2, nameLength);

            // curl treats a size of 0 as a server's error.
            bool tellsSize = accepted.TransferSize != TftpOptions.Absent && transfer.Size > 0;
            accepted.TransferSize = tellsSize ? transfer.Size : TftpOptions.Absent;
        }
        else
        {
            transfer.Size = accepted.TransferSize;
            result = _files.OpenWrite(transfer, buffer, offset + 2, nameLength);
        }

        if (result != TftpResult.Ok)
        {
            _machine.SendError(transfer, result);
            transfer.State = TftpState.Free;
            return;
        }

        transfer.State = transfer.IsSender ? TftpState.Sending : TftpState.Receiving;
        transfer.BlockNumber = transfer.IsSender && !accepted.Any ? 1 : 0;
        transfer.StartTimer(now);
        _machine.Transmit(transfer);
    }

    // FNV-1a. It tells a repeated request from the next one.
    private static int Hash(byte[] buffer, int offset, int length)
    {
        int hash = unchecked((int)2166136261);
        for (int i = 0; i < length; i++)
        {
            hash = (hash ^ buffer[offset + i]) * 16777619;
        }

        return hash;
    }
}
