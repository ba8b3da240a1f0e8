namespace Spore.Tftp;

// Requests of peers: a request opens a transfer, with the options that this side accepts. Read first: RFC 1350
// section 4, RFC 2347, PROTOCOL section 8.
public sealed partial class TftpService
{
    // A request that comes again after progress is a late copy, unless the peer has stood still for so long.
    private const int StandstillTime = 1000;

    // After how long without progress a transfer counts as abandoned when its peer asks for another, in milliseconds.
    private const int AbandonedTime = 5000;

    private static readonly string _modeText = "The mode must be octet";
    private static readonly string _nameText = "File name too long";

    // Called when port 69 has received a read or write request. It opens a transfer, or repeats the first answer of an
    // open one, or is refused. A refused request, or one without a slot, changes nothing but this: a new request from
    // the port of an earlier one ends the transfer of the earlier one, and so does the same request once more where
    // the transfer stands still.
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
        TftpMode mode;
        int options;
        int refusal = TftpResult.Ok;
        string text = null;
        if (!TftpPacket.ParseRequest(buffer, offset, length, out nameLength, out mode, out options))
        {
            refusal = TftpError.IllegalOperation;
        }
        else if (mode == TftpMode.Other || (mode == TftpMode.Netascii && opcode == TftpPacket.WriteRequest))
        {
            refusal = mode == TftpMode.Other ? TftpError.IllegalOperation : TftpError.NotDefined;
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
            bool isCopy = known.IsActive && known.RequestHash == hash;
            if (isCopy && (_machine.Repeat(known) || IsLateCopy(known, now)))
            {
                return;
            }

            // The peer uses the port for its next request, or has begun anew: it has ended the transfer before.
            _machine.End(known, TftpResult.Aborted);
        }

        TftpTransfer transfer = _pool.FindSlotFor(source, sourceOffset);
        if (transfer == null && EndAbandoned(source, sourceOffset, now))
        {
            transfer = _pool.FindSlotFor(source, sourceOffset);
        }

        if (transfer == null)
        {
            Unanswered++;
            return;
        }

        transfer.Open(destination, destinationOffset, _pool.ChoosePort(), source, sourceOffset, sourcePort);
        transfer.IsClient = false;
        transfer.IsSender = opcode == TftpPacket.ReadRequest;
        transfer.RequestHash = hash;
        transfer.Mode = mode;
        transfer.Since = now;
        transfer.LargestWindow = transfer.IsSender ? _window : _pool.WindowLeft(_window, _receiveWindows);
        TftpOptions accepted = transfer.Options;
        accepted.Parse(buffer, options, offset + length - options);
        if (accepted.BlockSize != TftpOptions.Absent)
        {
            accepted.BlockSize = accepted.BlockSize < _maxBlockSize ? accepted.BlockSize : _maxBlockSize;
            transfer.BlockSize = accepted.BlockSize;
        }

        transfer.UseTimeoutOption();
        int name = offset + 2;
        int skipped = RootLength(buffer, name, nameLength);
        name += skipped;
        nameLength -= skipped;
        int result;
        if (transfer.IsSender)
        {
            result = _files.OpenRead(transfer, buffer, name, nameLength);
        }
        else
        {
            transfer.Size = accepted.TransferSize;
            result = _files.OpenWrite(transfer, buffer, name, nameLength);
        }

        if (result == TftpResult.Ok)
        {
            _machine.Begin(transfer, now);
        }
        else if (result == TftpResult.Wait)
        {
            transfer.State = TftpState.Waiting;
            transfer.FirstSent = now;
            transfer.Deadline = now + TftpTiming.Patience;
        }
        else
        {
            transfer.State = TftpState.Free;
            if (result == TftpResult.Later)
            {
                Unanswered++;
            }
            else
            {
                _machine.SendError(transfer, result);
            }
        }
    }

    // Whether a copy of a transfer's request is to be ignored. The peer has taken the first answer already, so the
    // network may have doubled or held back the request. It is served anew after a standstill, and at a second copy
    // between which nothing has moved.
    private static bool IsLateCopy(TftpTransfer transfer, long now)
    {
        bool standsStill = now - transfer.FirstSent >= StandstillTime && !transfer.IsWaiting;
        if (standsStill || transfer.CopiedAt == transfer.BlockNumber)
        {
            return false;
        }

        transfer.CopiedAt = transfer.BlockNumber;
        return true;
    }

    // Called when a peer's requests hold all the slots that it may have: ends one of its transfers that stands still. A
    // peer that has rebooted, or given up, does not say so.
    private bool EndAbandoned(byte[] remote, int remoteOffset, long now)
    {
        for (int i = 0; i < _pool.Capacity; i++)
        {
            TftpTransfer transfer = _pool.At(i);
            if (transfer.IsActive
                && !transfer.IsClient
                && !transfer.IsWaiting
                && transfer.IsRemote(remote, remoteOffset)
                && now - transfer.FirstSent >= AbandonedTime)
            {
                _machine.End(transfer, TftpResult.Aborted);
                return true;
            }
        }

        return false;
    }

    // The length of a leading "/" or "./", which boot loaders and some clients send.
    private static int RootLength(byte[] buffer, int offset, int length)
    {
        if (length > 0 && buffer[offset] == '/')
        {
            return 1;
        }

        return length > 1 && buffer[offset] == '.' && buffer[offset + 1] == '/' ? 2 : 0;
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
