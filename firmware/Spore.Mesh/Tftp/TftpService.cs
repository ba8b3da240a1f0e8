using Spore.Base;

namespace Spore.Tftp;

/// <summary>A TFTP server and client in one: RFC 1350 with RFC 1123 section 4.2, and the options of RFC 2347 to 2349. Mode "octet" only.</summary>
/// <remarks>
/// Addresses are 16 bytes. The caller has checked that a datagram's source is the peer's own. A request
/// that no slot is left for is not answered, so that the peer asks again.
/// </remarks>
public sealed class TftpService
{
    private static readonly string _modeText = "The only mode is octet";
    private static readonly string _nameText = "File name too long";

    private readonly TransferPool _pool;
    private readonly int _maxBlockSize;
    private readonly ITftpFiles _files;
    private readonly IUdpOutput _output;
    private readonly TftpOptions _answered = new TftpOptions();

    /// <summary>How many requests were left unanswered because no slot was to be had. Only grows.</summary>
    public long Unanswered;

    /// <summary>Makes a service and takes all memory it will ever use.</summary>
    /// <param name="transfers">The number of transfers at one time, at least 1; with 2 or more, server and client leave each other one.</param>
    /// <param name="maxBlockSize">The largest block size to agree to and the one to ask for, 8 to 65464.</param>
    /// <param name="files">The files.</param>
    /// <param name="output">The way out.</param>
    /// <param name="entropy">The source of chance, for ports.</param>
    public TftpService(int transfers, int maxBlockSize, ITftpFiles files, IUdpOutput output, IEntropy entropy)
    {
        _maxBlockSize = maxBlockSize;
        _files = files;
        _output = output;
        _pool = new TransferPool(transfers, entropy);
    }

    /// <summary>The number of slots for transfers.</summary>
    public int Capacity
    {
        get { return _pool.Capacity; }
    }

    /// <summary>When <see cref="Advance"/> is to be called next; <see cref="long.MaxValue"/> when nothing is under way.</summary>
    public long NextDeadline
    {
        get { return _pool.NextDeadline; }
    }

    /// <summary>A slot of the pool.</summary>
    /// <param name="index">Which, from 0.</param>
    /// <returns>The transfer in it, whose values count while it is active.</returns>
    public TftpTransfer At(int index)
    {
        return _pool.At(index);
    }

    /// <summary>Whether a request of a peer that has no transfer yet would find a slot.</summary>
    public bool HasServerRoom
    {
        get { return _pool.FindSlot(false) != null; }
    }

    /// <summary>A UDP datagram came in.</summary>
    /// <param name="buffer">The buffer that holds it; not <see cref="IUdpOutput.Buffer"/>.</param>
    /// <param name="payloadOffset">Where its payload starts.</param>
    /// <param name="payloadLength">The payload's length in bytes.</param>
    /// <param name="source">A buffer with the source address.</param>
    /// <param name="sourceOffset">Where it starts.</param>
    /// <param name="sourcePort">The source port.</param>
    /// <param name="destination">A buffer with the destination address, one of ours.</param>
    /// <param name="destinationOffset">Where it starts.</param>
    /// <param name="destinationPort">The destination port.</param>
    /// <param name="now">The clock in milliseconds.</param>
    /// <returns>True when it was for this service; false when the port may be another program's.</returns>
    public bool Receive(byte[] buffer, int payloadOffset, int payloadLength, byte[] source, int sourceOffset, int sourcePort, byte[] destination, int destinationOffset, int destinationPort, long now)
    {
        int opcode = TftpPacket.Opcode(buffer, payloadOffset, payloadLength);
        if (destinationPort == TftpPacket.Port)
        {
            if (opcode == TftpPacket.ReadRequest || opcode == TftpPacket.WriteRequest)
            {
                TakeRequest(opcode, buffer, payloadOffset, payloadLength, source, sourceOffset, sourcePort, destination, destinationOffset, now);
            }

            return true;
        }

        TftpTransfer transfer = _pool.Find(destinationPort, destination, destinationOffset, source, sourceOffset);
        if (transfer == null)
        {
            return false;
        }

        if (sourcePort != transfer.RemotePort && transfer.State != TftpState.Requesting)
        {
            if (opcode == TftpPacket.Data || opcode == TftpPacket.Acknowledgment || opcode == TftpPacket.OptionAcknowledgment)
            {
                SendError(TftpError.UnknownTransferId, null, destination, destinationOffset, destinationPort, source, sourceOffset, sourcePort);
            }

            return true;
        }

        switch (opcode)
        {
            case TftpPacket.Data:
                TakeData(transfer, buffer, payloadOffset, payloadLength - TftpPacket.DataHeaderSize, sourcePort, now);
                break;
            case TftpPacket.Acknowledgment:
                TakeAcknowledgment(transfer, TftpPacket.Number(buffer, payloadOffset), sourcePort, now);
                break;
            case TftpPacket.OptionAcknowledgment:
                TakeOptions(transfer, buffer, payloadOffset + 2, payloadLength - 2, sourcePort, now);
                break;
            case TftpPacket.Error:
                TakeError(transfer, TftpPacket.Number(buffer, payloadOffset), now);
                break;
        }

        return true;
    }

    /// <summary>Begins to read a peer's file.</summary>
    /// <param name="local">A buffer with the address to read from.</param>
    /// <param name="localOffset">Where it starts.</param>
    /// <param name="remote">A buffer with the peer's address.</param>
    /// <param name="remoteOffset">Where it starts.</param>
    /// <param name="name">The file's name at the peer, 1 to <see cref="TftpTransfer.MaxNameLength"/> characters of ASCII.</param>
    /// <param name="file">The <see cref="TftpTransfer.File"/> to write to.</param>
    /// <param name="maxSize">The largest size to take; a longer file ends with <see cref="TftpError.DiskFull"/>.</param>
    /// <param name="now">The clock in milliseconds.</param>
    /// <returns>The transfer, or null when no slot is left or the name is too long.</returns>
    public TftpTransfer StartRead(byte[] local, int localOffset, byte[] remote, int remoteOffset, string name, int file, int maxSize, long now)
    {
        TftpTransfer transfer = OpenClient(local, localOffset, remote, remoteOffset, name, file);
        if (transfer != null)
        {
            transfer.IsSender = false;
            transfer.Limit = maxSize;
            transfer.Options.TransferSize = 0;
            transfer.StartTimer(now);
            Transmit(transfer);
        }

        return transfer;
    }

    /// <summary>Begins to write a file to a peer.</summary>
    /// <param name="local">A buffer with the address to write from.</param>
    /// <param name="localOffset">Where it starts.</param>
    /// <param name="remote">A buffer with the peer's address.</param>
    /// <param name="remoteOffset">Where it starts.</param>
    /// <param name="name">The file's name at the peer, 1 to <see cref="TftpTransfer.MaxNameLength"/> characters of ASCII.</param>
    /// <param name="file">The <see cref="TftpTransfer.File"/> to read from.</param>
    /// <param name="size">Its size in bytes.</param>
    /// <param name="now">The clock in milliseconds.</param>
    /// <returns>The transfer, or null when no slot is left or the name is too long.</returns>
    public TftpTransfer StartWrite(byte[] local, int localOffset, byte[] remote, int remoteOffset, string name, int file, int size, long now)
    {
        TftpTransfer transfer = OpenClient(local, localOffset, remote, remoteOffset, name, file);
        if (transfer != null)
        {
            transfer.IsSender = true;
            transfer.Size = size;
            transfer.Options.TransferSize = size;
            transfer.StartTimer(now);
            Transmit(transfer);
        }

        return transfer;
    }

    /// <summary>Time has passed: packets without an answer are sent again, or given up.</summary>
    /// <param name="now">The clock in milliseconds.</param>
    public void Advance(long now)
    {
        for (int i = 0; i < _pool.Capacity; i++)
        {
            TftpTransfer transfer = _pool.At(i);
            if (transfer.State == TftpState.Free || transfer.Deadline > now)
            {
                continue;
            }

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
    }

    /// <summary>Tells what became of a block for which <see cref="ITftpFiles.Write"/> returned <see cref="TftpResult.Wait"/>. Nothing happens to a transfer that does not wait.</summary>
    /// <param name="transfer">The transfer.</param>
    /// <param name="result"><see cref="TftpResult.Ok"/> when the block is taken, which acknowledges it without another call of <see cref="ITftpFiles.Write"/>; <see cref="TftpResult.Repeat"/> to have it written when the peer repeats it; else the error to answer.</param>
    /// <param name="now">The clock in milliseconds.</param>
    public void Resume(TftpTransfer transfer, int result, long now)
    {
        if (transfer.State != TftpState.Waiting || result == TftpResult.Wait)
        {
            return;
        }

        if (result == TftpResult.Ok)
        {
            Count(transfer, transfer.BlockLength, now);
            Transmit(transfer);
            EndOfBlock(transfer, now);
        }
        else if (result == TftpResult.Repeat)
        {
            // Nothing is sent: curl takes a second acknowledgment of its options for a cue to go on.
            transfer.State = TftpState.Receiving;
            transfer.AwaitRepetition(now);
        }
        else
        {
            Fail(transfer, result);
        }
    }

    /// <summary>Ends a transfer and tells the peer.</summary>
    /// <param name="transfer">The transfer; nothing happens to one that is not active.</param>
    /// <param name="error">The error to send, and to close it with; those below zero are sent as <see cref="TftpError.NotDefined"/>.</param>
    public void Abort(TftpTransfer transfer, int error)
    {
        if (transfer.IsActive)
        {
            Fail(transfer, error);
        }
    }

    /// <summary>Ends all transfers with an address, without a word to it.</summary>
    /// <param name="remote">A buffer with the peer's address.</param>
    /// <param name="offset">Where it starts.</param>
    public void AbortRemote(byte[] remote, int offset)
    {
        for (int i = 0; i < _pool.Capacity; i++)
        {
            TftpTransfer transfer = _pool.At(i);
            if (transfer.IsRemote(remote, offset))
            {
                End(transfer, TftpResult.Aborted);
            }
        }
    }

    /// <summary>Ends the transfer one of whose packets came upon a closed port.</summary>
    /// <param name="localPort">Our port.</param>
    /// <param name="remote">A buffer with the peer's address.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="remotePort">The peer's port.</param>
    public void PortUnreachable(int localPort, byte[] remote, int offset, int remotePort)
    {
        for (int i = 0; i < _pool.Capacity; i++)
        {
            TftpTransfer transfer = _pool.At(i);
            if (transfer.LocalPort == localPort && transfer.RemotePort == remotePort && transfer.IsRemote(remote, offset))
            {
                End(transfer, TftpResult.PortUnreachable);
            }
        }
    }

    /// <summary>Should be called when a read or write request has come to port 69. Opens a transfer, or answers the request again, or refuses it.</summary>
    private void TakeRequest(int opcode, byte[] buffer, int offset, int length, byte[] source, int sourceOffset, int sourcePort, byte[] destination, int destinationOffset, long now)
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
            SendError(refusal, text, destination, destinationOffset, TftpPacket.Port, source, sourceOffset, sourcePort);
            return;
        }

        int hash = Hash(buffer, offset, length);
        TftpTransfer known = _pool.FindRequested(destination, destinationOffset, source, sourceOffset, sourcePort);
        if (known != null)
        {
            if (known.IsActive && known.RequestHash == hash)
            {
                Repeat(known);
                return;
            }

            // The peer uses the port for its next request, so it is done with the one before.
            End(known, TftpResult.Aborted);
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

        transfer.TakeTimeoutOption();
        int result;
        if (transfer.IsSender)
        {
            result = _files.OpenRead(transfer, buffer, offset + 2, nameLength);

            // curl takes a size of 0 for a broken server.
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
            SendError(transfer, result);
            transfer.State = TftpState.Free;
            return;
        }

        transfer.State = transfer.IsSender ? TftpState.Sending : TftpState.Receiving;
        transfer.BlockNumber = transfer.IsSender && !accepted.Any ? 1 : 0;
        transfer.StartTimer(now);
        Transmit(transfer);
    }

    /// <summary>Should be called when a request came a second time: answers again if the first answer may have been lost.</summary>
    private void Repeat(TftpTransfer transfer)
    {
        int first = transfer.IsSender && !transfer.Options.Any ? 1 : 0;
        bool isUnanswered = transfer.State == TftpState.Sending || transfer.State == TftpState.Receiving;
        if (isUnanswered && transfer.BlockNumber == first)
        {
            transfer.Tries++;
            Transmit(transfer);
        }
    }

    /// <summary>Should be called when a block has come to a transfer's port. Changes the transfer only if it is the block awaited.</summary>
    private void TakeData(TftpTransfer transfer, byte[] buffer, int offset, int count, int sourcePort, long now)
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
            Count(transfer, count, now);
            Transmit(transfer);
            EndOfBlock(transfer, now);
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

    /// <summary>Should be called when the files have taken a block, before it is acknowledged.</summary>
    private static void Count(TftpTransfer transfer, int count, long now)
    {
        transfer.Position += count;
        transfer.BlockNumber++;
        transfer.State = TftpState.Receiving;
        transfer.StartTimer(now);
    }

    /// <summary>Should be called after a block was acknowledged. The end of the file closes the transfer, and leaves it dallying.</summary>
    private void EndOfBlock(TftpTransfer transfer, long now)
    {
        if (transfer.IsLast)
        {
            transfer.State = TftpState.Closing;
            _files.Closed(transfer, TftpResult.Ok);
            transfer.State = TftpState.Dallying;
            transfer.Deadline = now + TftpTiming.Dally;
        }
    }

    /// <summary>Should be called when an acknowledgment has come to a transfer's port. Only that of the outstanding packet changes anything: a second one sends no block again (RFC 1123 section 4.2.3.1).</summary>
    private void TakeAcknowledgment(TftpTransfer transfer, int number, int sourcePort, long now)
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

    /// <summary>Should be called when the peer has all that was sent so far: goes on to the next block, to be transmitted then, or ends.</summary>
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

    /// <summary>Should be called when a server answers our request as if it had no options (RFC 2347).</summary>
    private static void BeginPlain(TftpTransfer transfer, int sourcePort)
    {
        transfer.RemotePort = sourcePort;
        transfer.BlockSize = TftpPacket.DefaultBlockSize;
        transfer.BlockNumber = 0;
        transfer.State = transfer.IsSender ? TftpState.Sending : TftpState.Receiving;
    }

    /// <summary>Should be called when options are acknowledged. Takes them over if they answer our request, and refuses them if they are not what it asked for (RFC 2347).</summary>
    private void TakeOptions(TftpTransfer transfer, byte[] buffer, int offset, int length, int sourcePort, long now)
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
        transfer.BlockSize = answered.BlockSize == TftpOptions.Absent ? TftpPacket.DefaultBlockSize : answered.BlockSize;
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

    /// <summary>Should be called when the peer sent an error: ends the transfer, or asks once more without options if these were refused.</summary>
    private void TakeError(TftpTransfer transfer, int code, long now)
    {
        if (code == TftpError.OptionRefused && transfer.State == TftpState.Requesting && transfer.Options.Any)
        {
            transfer.Options.Clear();
            transfer.LocalPort = _pool.ChoosePort();
            transfer.StartTimer(now);
            Transmit(transfer);
            return;
        }

        transfer.IsRefused = true;
        End(transfer, code);
    }

    private TftpTransfer OpenClient(byte[] local, int localOffset, byte[] remote, int remoteOffset, string name, int file)
    {
        if (name.Length > TftpTransfer.MaxNameLength)
        {
            return null;
        }

        TftpTransfer transfer = _pool.FindSlot(true);
        if (transfer == null)
        {
            return null;
        }

        transfer.Open(local, localOffset, _pool.ChoosePort(), remote, remoteOffset, TftpPacket.Port);
        transfer.IsClient = true;
        transfer.File = file;
        transfer.Name = name;
        transfer.Options.BlockSize = _maxBlockSize;
        transfer.State = TftpState.Requesting;
        return transfer;
    }

    /// <summary>Sends the packet that the transfer's state stands for, be it for the first time or again.</summary>
    private void Transmit(TftpTransfer transfer)
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

        _output.SendUdp(transfer.LocalAddress, 0, transfer.LocalPort, transfer.RemoteAddress, 0, transfer.RemotePort, length);
    }

    private static int OutstandingLength(TftpTransfer transfer)
    {
        int left = transfer.Size - transfer.Position;
        return left < 0 ? 0 : left < transfer.BlockSize ? left : transfer.BlockSize;
    }

    private void SendError(TftpTransfer transfer, int error)
    {
        int length = EmitError(error, transfer.ErrorText);
        _output.SendUdp(transfer.LocalAddress, 0, transfer.LocalPort, transfer.RemoteAddress, 0, transfer.RemotePort, length);
    }

    private void SendError(int error, string text, byte[] local, int localOffset, int localPort, byte[] remote, int remoteOffset, int remotePort)
    {
        int length = EmitError(error, text);
        _output.SendUdp(local, localOffset, localPort, remote, remoteOffset, remotePort, length);
    }

    private int EmitError(int error, string text)
    {
        return TftpPacket.EmitError(_output.Buffer, _output.PayloadOffset, error < 0 ? TftpError.NotDefined : error, text);
    }

    private void Fail(TftpTransfer transfer, int error)
    {
        SendError(transfer, error);
        Close(transfer, error);
    }

    /// <summary>Closes a transfer that is active, and forgets one that dallies.</summary>
    private void End(TftpTransfer transfer, int result)
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

    /// <summary>FNV-1a: tells a request that was repeated from the next one.</summary>
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
