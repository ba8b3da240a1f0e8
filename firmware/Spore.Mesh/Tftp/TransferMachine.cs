namespace Spore.Tftp;

/// <summary>
/// The state machine of a transfer, for both roles and both directions: what a packet, a timeout or a verdict of the
/// files changes, and what is sent then. Read first: RFC 1350 sections 2 and 6, RFC 1123 section 4.2, RFC 2347,
/// RFC 7440.
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
    /// Called when a transfer's port has received a block. Only the next block in order is kept. Where others arrive,
    /// the sender hears which block was the last in order (RFC 7440 section 4).
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

        int ahead = (number - transfer.BlockNumber) & 0xFFFF;
        if (ahead != 1)
        {
            HandleStray(transfer, ahead, now);
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

        if (transfer.BlockNumber == transfer.Edge)
        {
            transfer.Answered(now);
        }

        transfer.IsLast = count < transfer.BlockSize;
        int data = offset + TftpPacket.DataHeaderSize;
        int result = _files.Write(transfer, transfer.Position, buffer, data, count, transfer.IsLast);
        if (transfer.State != TftpState.Receiving)
        {
            return;
        }

        if (result == TftpResult.Ok)
        {
            Accept(transfer, count, false, now);
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
    /// Called when a transfer's port has received an acknowledgment. The window begins anew behind the acknowledged
    /// block (RFC 7440 section 4). A duplicate of an earlier acknowledgment sends no block again where the window is
    /// one block (RFC 1123 section 4.2.3.1). In a larger window, the first block may be lost: the first duplicate
    /// restarts it.
    /// </summary>
    internal void HandleAcknowledgment(TftpTransfer transfer, int number, int sourcePort, long now)
    {
        if (transfer.State == TftpState.Requesting && transfer.IsSender && number == 0)
        {
            BeginPlain(transfer, sourcePort);
        }

        if (transfer.State != TftpState.Sending)
        {
            return;
        }

        int outstanding = transfer.Edge - transfer.BlockNumber;
        int blocks = (number - transfer.BlockNumber) & 0xFFFF;
        if (blocks > outstanding)
        {
            return;
        }

        if (blocks != 0)
        {
            if (blocks == outstanding)
            {
                transfer.Answered(now);
            }

            GoOn(transfer, blocks, now);
        }
        else if (transfer.WindowSize > 1 && transfer.Gap == 0 && transfer.BlockNumber >= 0)
        {
            transfer.Gap = 1;
            transfer.SentAgain(now);
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
            || answered.WindowSize > asked.WindowSize
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
        transfer.WindowSize = answered.WindowSize == TftpOptions.Absent ? 1 : answered.WindowSize;
        transfer.Response = answered.Response;
        transfer.State = transfer.IsSender ? TftpState.Sending : TftpState.Receiving;
        transfer.StartTimer(now);
        Transmit(transfer);
    }

    /// <summary>
    /// Called when a transfer's request was received again: sends the first answer again, if the peer has not replied
    /// to it. A request that waits for its answer goes on waiting.
    /// </summary>
    /// <returns>Whether the peer has not replied.</returns>
    internal bool Repeat(TftpTransfer transfer)
    {
        if (transfer.State == TftpState.Waiting && transfer.IsSender)
        {
            return true;
        }

        bool isUnanswered = transfer.State == TftpState.Sending
            ? transfer.BlockNumber == (transfer.Options.Any ? -1 : 0)
            : transfer.State == TftpState.Receiving && transfer.BlockNumber == 0;
        if (isUnanswered)
        {
            transfer.Tries++;
            Transmit(transfer);
        }

        return isUnanswered;
    }

    /// <summary>Called when the files have opened a peer's request: answers it.</summary>
    internal void Begin(TftpTransfer transfer, long now)
    {
        TftpOptions accepted = transfer.Options;
        if (transfer.IsSender)
        {
            // curl treats a size of 0 as a server's error.
            bool tellsSize = accepted.TransferSize != TftpOptions.Absent && transfer.Size > 0;
            accepted.TransferSize = tellsSize ? transfer.Size : TftpOptions.Absent;
        }

        if (accepted.Response == TftpOptions.WantsResponse)
        {
            accepted.Response = 0;
        }

        if (accepted.WindowSize != TftpOptions.Absent)
        {
            accepted.WindowSize =
                accepted.WindowSize < transfer.LargestWindow ? accepted.WindowSize : transfer.LargestWindow;
            transfer.WindowSize = accepted.WindowSize;
        }

        transfer.State = transfer.IsSender ? TftpState.Sending : TftpState.Receiving;
        transfer.BlockNumber = transfer.IsSender && accepted.Any ? -1 : 0;
        transfer.StartTimer(now);
        Transmit(transfer);
    }

    /// <summary>Called when a transfer's deadline has passed: repeats the last packet, or ends the transfer.</summary>
    internal void HandleTimeout(TftpTransfer transfer, long now)
    {
        if (transfer.State == TftpState.Dallying)
        {
            transfer.State = TftpState.Free;
        }
        else if (transfer.State == TftpState.Waiting)
        {
            Fail(transfer, TftpError.NotDefined);
        }
        else if ((transfer.Tries >= TftpTiming.Tries && now - transfer.FirstSent >= TftpTiming.GiveUp)
            || (transfer.State == TftpState.Requesting && transfer.Tries == transfer.MostRequests))
        {
            Close(transfer, TftpResult.Timeout);
        }
        else
        {
            transfer.BackOff(now);
            if (transfer.IsSender)
            {
                transfer.Gap = 0;
            }

            Transmit(transfer);
        }
    }

    /// <summary>
    /// Called when the files decide on a block or a request after <see cref="TftpResult.Wait"/>.
    /// </summary>
    internal void Resume(TftpTransfer transfer, int result, long now)
    {
        if (transfer.State != TftpState.Waiting || result == TftpResult.Wait)
        {
            return;
        }

        if (result == TftpResult.Ok && transfer.IsSender)
        {
            Begin(transfer, now);
        }
        else if (result == TftpResult.Ok)
        {
            // The blocks of the window that arrived meanwhile were not kept: the sender goes on from here.
            Accept(transfer, transfer.BlockLength, true, now);
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

    /// <summary>
    /// Sends the packet or the window that a transfer's state stands for, for the first time or again.
    /// </summary>
    internal void Transmit(TftpTransfer transfer)
    {
        byte[] buffer = _output.Buffer;
        int offset = _output.PayloadOffset;
        if (transfer.State == TftpState.Requesting)
        {
            int opcode = transfer.IsSender ? TftpPacket.WriteRequest : TftpPacket.ReadRequest;
            int end = TftpPacket.EmitName(buffer, offset, opcode, transfer.Name);
            if (transfer.Name[transfer.Name.Length - 1] == '/' && _files is ITftpNames names)
            {
                end = names.EmitRest(transfer, buffer, end);
            }

            Send(transfer, TftpPacket.EmitMode(buffer, offset, end, transfer.Options));
        }
        else if (transfer.State == TftpState.Sending ? transfer.BlockNumber < 0 : AwaitsFirstBlock(transfer))
        {
            transfer.Edge = 0;
            Send(transfer, TftpPacket.EmitOptionAcknowledgment(buffer, offset, transfer.Options));
        }
        else if (transfer.State == TftpState.Sending)
        {
            SendWindow(transfer);
        }
        else
        {
            Acknowledge(transfer);
        }
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
        Send(transfer, TftpPacket.EmitError(_output.Buffer, _output.PayloadOffset, code, transfer.ErrorText));
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

    // Called when a block out of order has arrived. If it is the last one in order, its acknowledgment was lost; in a
    // window the answer waits, because the network may have doubled that block. If it is a later one, those between are
    // lost: the sender hears that once, and again when it has sent the window again.
    private void HandleStray(TftpTransfer transfer, int ahead, long now)
    {
        if (ahead == 0)
        {
            bool isNew = transfer.WindowSize > 1 && now - transfer.FirstSent < TftpTiming.Smallest / 2;
            if (transfer.BlockNumber == transfer.Edge && transfer.BlockNumber != 0 && !isNew)
            {
                Acknowledge(transfer);
            }
        }
        else if (ahead <= transfer.WindowSize)
        {
            int before = transfer.Gap;
            transfer.Gap = ahead;
            if (before == 0)
            {
                transfer.SentAgain(now);
                Acknowledge(transfer);
            }
            else if (ahead < before)
            {
                transfer.Tries++;
                Acknowledge(transfer);
            }
        }
    }

    // Called when the files have accepted a block: acknowledges it at the end of the window. The last one closes the
    // transfer and lets it dally (RFC 1350 section 6).
    private void Accept(TftpTransfer transfer, int count, bool endsWindow, long now)
    {
        transfer.Position += count;
        transfer.BlockNumber++;
        transfer.Gap = 0;
        transfer.State = TftpState.Receiving;
        transfer.StartTimer(now);
        if (endsWindow || transfer.IsLast || transfer.BlockNumber - transfer.Edge >= transfer.WindowSize)
        {
            Acknowledge(transfer);
        }

        if (transfer.IsLast)
        {
            transfer.State = TftpState.Closing;
            _files.Closed(transfer, TftpResult.Ok);
            transfer.State = TftpState.Dallying;
            transfer.Deadline = now + TftpTiming.Dally;
        }
    }

    // Called when the peer has acknowledged blocks of the window: sends the next window, or closes the transfer.
    private void GoOn(TftpTransfer transfer, int blocks, long now)
    {
        bool isLast = transfer.BlockNumber + blocks == transfer.LastBlock;
        transfer.Position = isLast ? transfer.Size : (transfer.BlockNumber + blocks) * transfer.BlockSize;
        transfer.BlockNumber += blocks;
        transfer.Gap = 0;
        if (isLast)
        {
            Close(transfer, TftpResult.Ok);
            return;
        }

        transfer.StartTimer(now);
        SendWindow(transfer);
    }

    private void SendWindow(TftpTransfer transfer)
    {
        byte[] buffer = _output.Buffer;
        int offset = _output.PayloadOffset;
        int last = transfer.LastBlock - transfer.BlockNumber > transfer.WindowSize
            ? transfer.BlockNumber + transfer.WindowSize
            : transfer.LastBlock;
        int position = transfer.Position;
        for (int number = transfer.BlockNumber + 1; number <= last; number++)
        {
            int left = transfer.Size - position;
            int count = left < transfer.BlockSize ? left : transfer.BlockSize;
            if (count != 0)
            {
                _files.Read(transfer, position, buffer, offset + TftpPacket.DataHeaderSize, count);
                if (transfer.State != TftpState.Sending)
                {
                    return;
                }
            }

            TftpPacket.EmitDataHeader(buffer, offset, number);
            transfer.Edge = number;
            Send(transfer, TftpPacket.DataHeaderSize + count);
            position += count;
        }
    }

    private void Acknowledge(TftpTransfer transfer)
    {
        transfer.Edge = transfer.BlockNumber;
        Send(
            transfer,
            TftpPacket.EmitAcknowledgment(_output.Buffer, _output.PayloadOffset, transfer.BlockNumber));
    }

    private void Send(TftpTransfer transfer, int length)
    {
        _output.SendUdp(
            transfer.LocalAddress,
            0,
            transfer.LocalPort,
            transfer.RemoteAddress,
            0,
            transfer.RemotePort,
            length);
    }

    // Whether a request to write was answered, and no block of it was received.
    private static bool AwaitsFirstBlock(TftpTransfer transfer)
    {
        return transfer.BlockNumber == 0 && !transfer.IsClient && transfer.Options.Any;
    }

    // Called when a server answers the own request as if it had no options (RFC 2347).
    private static void BeginPlain(TftpTransfer transfer, int sourcePort)
    {
        transfer.RemotePort = sourcePort;
        transfer.Response = 0;
        transfer.BlockSize = TftpPacket.DefaultBlockSize;
        transfer.BlockNumber = transfer.IsSender ? -1 : 0;
        transfer.State = transfer.IsSender ? TftpState.Sending : TftpState.Receiving;
    }
}
