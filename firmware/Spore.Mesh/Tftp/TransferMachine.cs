namespace Spore.Tftp;

/// <summary>
/// The state machine of a transfer, for both roles and both directions: what a packet, a timeout or a verdict of the
/// files changes, and what is sent then. Read first: RFC 1350 sections 2 and 6, RFC 1123 section 4.2, RFC 2347.
/// </summary>
/// <remarks>One object serves all transfers. The state itself is in <see cref="TftpTransfer"/>.</remarks>
internal sealed class TransferMachine
{
    private readonly ITftpFiles _files;
    private readonly IUdpOutput _output;
    private readonly TftpOptions _answered = new TftpOptions();

    /// <summary>Makes a machine.</summary>
    /// <param name="files">The files.</param>
    /// <param name="output">Where packets are built and sent.</param>
    internal TransferMachine(ITftpFiles files, IUdpOutput output)
    {
        _files = files;
        _output = output;
    }

    /// <summary>
    /// Called when a transfer's port has received a block. Only the next block in order changes the transfer; the block
    /// before it is acknowledged again.
    /// </summary>
    internal void HandleData(TftpTransfer transfer, byte[] buffer, int offset, int count, int sourcePort, long now)
    {
        int number = TftpPacket.Number(buffer, offset);
        if (transfer.State == TftpState.Requesting && !transfer.IsSender && number == 1)
        {
            BeginPlain(transfer, sourcePort);
        }

        if (transfer.State == TftpState.Dallying)
        {
            if (number == (transfer.BlockNumber & 0xFFFF))
            {
                transfer.Deadline = now + TftpTiming.Dally;
                Transmit(transfer);
            }

            return;
        }

        if (transfer.State != TftpState.Receiving)
        {
            return;
        }

        if (number != ((transfer.BlockNumber + 1) & 0xFFFF))
        {
            if (number == (transfer.BlockNumber & 0xFFFF) && transfer.BlockNumber != 0)
            {
                Transmit(transfer);
            }

            return;
        }

        if (count > transfer.BlockSize)
        {
            Fail(transfer, TftpError.IllegalOperation);
            return;
        }

        if (count > transfer.Limit - transfer.Position)
        {
            Fail(transfer, TftpError.DiskFull);
            return;
        }

        transfer.Answered(now);
        transfer.IsLast = count < transfer.BlockSize;
        int data = offset + TftpPacket.DataHeaderSize;
        int result = _files.Write(transfer, transfer.Position, buffer, data, count, transfer.IsLast);
        if (transfer.State != TftpState.Receiving)
        {
            return;
        }

        if (result == TftpResult.Ok)
        {
            Accept(transfer, count, now);
        }
        else if (result == TftpResult.Wait)
        {
            transfer.BlockLength = count;
            transfer.State = TftpState.Waiting;
            transfer.Deadline = long.MaxValue;
        }
        else
        {
            Fail(transfer, result);
        }
    }

    /// <summary>
    /// Called when a transfer's port has received an acknowledgment. Only that of the packet sent last changes the
    /// transfer: a duplicate of an earlier one sends no block again (RFC 1123 section 4.2.3.1).
    /// </summary>
    internal void HandleAcknowledgment(TftpTransfer transfer, int number, int sourcePort, long now)
    {
        if (transfer.State == TftpState.Requesting && transfer.IsSender && number == 0)
        {
            BeginPlain(transfer, sourcePort);
        }

        if (transfer.State != TftpState.Sending || number != (transfer.BlockNumber & 0xFFFF))
        {
            return;
        }

        transfer.Answered(now);
        if (GoOn(transfer, now))
        {
            Transmit(transfer);
        }
    }

    /// <summary>
    /// Called when a transfer's port has received an acknowledgment of options. It changes the transfer only as the
    /// answer to the own request. Options that the request did not ask for end the transfer (RFC 2347).
    /// </summary>
    internal void HandleOptions(TftpTransfer transfer, byte[] buffer, int offset, int length, int sourcePort, long now)
    {
        if (transfer.State == TftpState.Receiving && transfer.IsClient && transfer.BlockNumber == 0)
        {
            Transmit(transfer);
            return;
        }

        if (transfer.State != TftpState.Requesting)
        {
            return;
        }

        TftpOptions asked = transfer.Options;
        TftpOptions answered = _answered;
        answered.Parse(buffer, offset, length);
        transfer.RemotePort = sourcePort;
        if (answered.Others != 0
            || answered.Timeout != TftpOptions.Absent
            || answered.BlockSize > asked.BlockSize
            || (answered.TransferSize != TftpOptions.Absent && asked.TransferSize == TftpOptions.Absent))
        {
            Fail(transfer, TftpError.OptionRefused);
            return;
        }

        if (!transfer.IsSender)
        {
            transfer.Size = answered.TransferSize;
            if (transfer.Size > transfer.Limit)
            {
                Fail(transfer, TftpError.DiskFull);
                return;
            }
        }

        transfer.Answered(now);
        transfer.BlockSize =
            answered.BlockSize == TftpOptions.Absent ? TftpPacket.DefaultBlockSize : answered.BlockSize;
        transfer.BlockNumber = 0;
        if (transfer.IsSender)
        {
            transfer.State = TftpState.Sending;
            if (!GoOn(transfer, now))
            {
                return;
            }
        }
        else
        {
            transfer.State = TftpState.Receiving;
            transfer.StartTimer(now);
        }

        Transmit(transfer);
    }

    /// <summary>
    /// Called when a transfer's request was received again: sends the first answer again, if the peer has not replied
    /// to it.
    /// </summary>
    internal void Repeat(TftpTransfer transfer)
    {
        int first = transfer.IsSender && !transfer.Options.Any ? 1 : 0;
        bool isUnanswered = transfer.State == TftpState.Sending || transfer.State == TftpState.Receiving;
        if (isUnanswered && transfer.BlockNumber == first)
        {
            transfer.Tries++;
            Transmit(transfer);
        }
    }

    /// <summary>Called when a transfer's deadline has passed: repeats the last packet, or ends the transfer.</summary>
    internal void HandleTimeout(TftpTransfer transfer, long now)
    {
        if (transfer.State == TftpState.Dallying)
        {
            transfer.State = TftpState.Free;
        }
        else if (transfer.Tries >= TftpTiming.Tries && now - transfer.FirstSent >= TftpTiming.GiveUp)
        {
            Close(transfer, TftpResult.Timeout);
        }
        else
        {
            transfer.BackOff(now);
            Transmit(transfer);
        }
    }

    /// <summary>Called when the files decide on a block after <see cref="TftpResult.Wait"/>.</summary>
    internal void Resume(TftpTransfer transfer, int result, long now)
    {
        if (transfer.State != TftpState.Waiting || result == TftpResult.Wait)
        {
            return;
        }

        if (result == TftpResult.Ok)
        {
            Accept(transfer, transfer.BlockLength, now);
        }
        else if (result == TftpResult.Repeat)
        {
            // Nothing is sent: curl answers a second acknowledgment of its options with the next data.
            transfer.State = TftpState.Receiving;
            transfer.AwaitRepetition(now);
        }
        else
        {
            Fail(transfer, result);
        }
    }

    /// <summary>Sends the packet that a transfer's state stands for, for the first time or again.</summary>
    internal void Transmit(TftpTransfer transfer)
    {
        byte[] buffer = _output.Buffer;
        int offset = _output.PayloadOffset;
        int length;
        if (transfer.State == TftpState.Requesting)
        {
            int opcode = transfer.IsSender ? TftpPacket.WriteRequest : TftpPacket.ReadRequest;
            length = TftpPacket.EmitRequest(buffer, offset, opcode, transfer.Name, transfer.Options);
        }
        else if (transfer.BlockNumber == 0 && !transfer.IsClient && transfer.Options.Any)
        {
            length = TftpPacket.EmitOptionAcknowledgment(buffer, offset, transfer.Options);
        }
        else if (transfer.State == TftpState.Sending)
        {
            int count = OutstandingLength(transfer);
            if (count != 0)
            {
                _files.Read(transfer, transfer.Position, buffer, offset + TftpPacket.DataHeaderSize, count);
                if (transfer.State != TftpState.Sending)
                {
                    return;
                }
            }

            TftpPacket.EmitDataHeader(buffer, offset, transfer.BlockNumber);
            length = TftpPacket.DataHeaderSize + count;
        }
        else
        {
            length = TftpPacket.EmitAcknowledgment(buffer, offset, transfer.BlockNumber);
        }

        _output.SendUdp(
            transfer.LocalAddress,
            0,
            transfer.LocalPort,
            transfer.RemoteAddress,
            0,
            transfer.RemotePort,
            length);
    }

    /// <summary>Sends an error packet, and ends a transfer that is active.</summary>
    internal void Fail(TftpTransfer transfer, int error)
    {
        SendError(transfer, error);
        Close(transfer, error);
    }

    /// <summary>Sends an error packet. A verdict is sent as <see cref="TftpError.NotDefined"/>.</summary>
    internal void SendError(TftpTransfer transfer, int error)
    {
        int code = error < 0 ? TftpError.NotDefined : error;
        int length = TftpPacket.EmitError(_output.Buffer, _output.PayloadOffset, code, transfer.ErrorText);
        _output.SendUdp(
            transfer.LocalAddress,
            0,
            transfer.LocalPort,
            transfer.RemoteAddress,
            0,
            transfer.RemotePort,
            length);
    }

    /// <summary>Ends a transfer that is active or dallies, and sends no packet.</summary>
    internal void End(TftpTransfer transfer, int result)
    {
        if (transfer.IsActive)
        {
            Close(transfer, result);
        }
        else if (transfer.State == TftpState.Dallying)
        {
            transfer.State = TftpState.Free;
        }
    }

    private void Close(TftpTransfer transfer, int result)
    {
        transfer.State = TftpState.Closing;
        transfer.Deadline = long.MaxValue;
        _files.Closed(transfer, result);
        transfer.State = TftpState.Free;
    }

    // Called when the files have accepted a block: acknowledges it. The last one closes the transfer and lets it dally
    // (RFC 1350 section 6).
    private void Accept(TftpTransfer transfer, int count, long now)
    {
        transfer.Position += count;
        transfer.BlockNumber++;
        transfer.State = TftpState.Receiving;
        transfer.StartTimer(now);
        Transmit(transfer);
        if (transfer.IsLast)
        {
            transfer.State = TftpState.Closing;
            _files.Closed(transfer, TftpResult.Ok);
            transfer.State = TftpState.Dallying;
            transfer.Deadline = now + TftpTiming.Dally;
        }
    }

    // Called when the peer has all that was sent so far. Returns whether a next block is to be sent; else the transfer
    // has ended.
    private bool GoOn(TftpTransfer transfer, long now)
    {
        if (transfer.BlockNumber != 0)
        {
            int count = OutstandingLength(transfer);
            transfer.Position += count;
            if (count < transfer.BlockSize)
            {
                Close(transfer, TftpResult.Ok);
                return false;
            }
        }

        transfer.BlockNumber++;
        transfer.StartTimer(now);
        return true;
    }

    // Called when a server answers the own request as if it had no options (RFC 2347).
    private static void BeginPlain(TftpTransfer transfer, int sourcePort)
    {
        transfer.RemotePort = sourcePort;
        transfer.BlockSize = TftpPacket.DefaultBlockSize;
        transfer.BlockNumber = 0;
        transfer.State = transfer.IsSender ? TftpState.Sending : TftpState.Receiving;
    }

    // The length in bytes of the block that is to be acknowledged next.
    private static int OutstandingLength(TftpTransfer transfer)
    {
        int left = transfer.Size - transfer.Position;
        return left < 0 ? 0 : left < transfer.BlockSize ? left : transfer.BlockSize;
    }
}
