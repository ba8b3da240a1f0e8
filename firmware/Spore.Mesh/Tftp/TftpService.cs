using Spore.Base;

namespace Spore.Tftp;

/// <summary>
/// A TFTP server and client in one: it opens transfers, and finds the transfer that a datagram belongs to. Read first:
/// RFC 1350 sections 4 and 5.
/// </summary>
/// <remarks>
/// It implements RFC 1350 with RFC 1123 section 4.2, and the options of RFC 2347 to 2349 and of RFC 7440. Addresses are
/// 16 bytes. The caller has checked that the source of a datagram is the peer's own address. A request that finds no
/// slot gets no answer, so that the peer sends it again.
/// </remarks>
public sealed partial class TftpService
{
    private readonly TransferPool _pool;
    private readonly TransferMachine _machine;
    private readonly int _blockSize;
    private readonly int _maxBlockSize;
    private readonly int _window;
    private readonly int _receiveWindows;
    private readonly ITftpFiles _files;
    private readonly IUdpOutput _output;

    /// <summary>The number of requests that found no slot and got no answer. It only grows.</summary>
    public long Unanswered;

    /// <summary>Makes a service and allocates all memory that it will ever use.</summary>
    /// <param name="transfers">
    /// The number of slots, at least 1. From 2 up, own transfers and requests of peers leave each other one slot.
    /// </param>
    /// <param name="blockSize">The block size to ask for, in bytes: 8 to <paramref name="maxBlockSize"/>.</param>
    /// <param name="maxBlockSize">The largest block size to accept, in bytes: 8 to 65464.</param>
    /// <param name="window">The largest window of a transfer, in blocks: 1 to 1024.</param>
    /// <param name="receiveWindows">
    /// The largest windows of all receiving transfers together, in blocks: at least the number of slots.
    /// </param>
    /// <param name="files">The files.</param>
    /// <param name="output">Where packets are built and sent.</param>
    /// <param name="entropy">The entropy source for ports.</param>
    public TftpService(
        int transfers,
        int blockSize,
        int maxBlockSize,
        int window,
        int receiveWindows,
        ITftpFiles files,
        IUdpOutput output,
        IEntropy entropy)
    {
        _blockSize = blockSize;
        _maxBlockSize = maxBlockSize;
        _window = window;
        _receiveWindows = receiveWindows;
        _files = files;
        _output = output;
        _pool = new TransferPool(transfers, entropy);
        _machine = new TransferMachine(files, output);
    }

    /// <summary>The number of slots for transfers.</summary>
    public int Capacity
    {
        get { return _pool.Capacity; }
    }

    /// <summary>
    /// When <see cref="Advance"/> is to be called next, in milliseconds on the monotonic clock;
    /// <see cref="long.MaxValue"/> if there is no transfer. Any other call may move it.
    /// </summary>
    public long NextDeadline
    {
        get { return _pool.NextDeadline; }
    }

    /// <summary>Whether a request of a peer that has no transfer yet would find a slot.</summary>
    public bool HasServerSlot
    {
        get { return _pool.FindSlot(false) != null; }
    }

    /// <summary>Returns the transfer of a slot. Its values count while it is active.</summary>
    /// <param name="index">The slot, from 0.</param>
    /// <returns>The transfer, always the same for a slot.</returns>
    public TftpTransfer At(int index)
    {
        return _pool.At(index);
    }

    /// <summary>Handles a UDP datagram that was received. Only a valid packet changes anything.</summary>
    /// <param name="buffer">The buffer that holds it; not <see cref="IUdpOutput.Buffer"/>.</param>
    /// <param name="payloadOffset">Where its payload starts, in bytes.</param>
    /// <param name="payloadLength">The length of its payload in bytes.</param>
    /// <param name="source">A buffer with the source address.</param>
    /// <param name="sourceOffset">Where that address starts, in bytes.</param>
    /// <param name="sourcePort">The source port.</param>
    /// <param name="destination">A buffer with the destination address, which is one of this node.</param>
    /// <param name="destinationOffset">Where that address starts, in bytes.</param>
    /// <param name="destinationPort">The destination port.</param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>True if it was for this service; false if the port may be another program's.</returns>
    public bool Receive(
        byte[] buffer,
        int payloadOffset,
        int payloadLength,
        byte[] source,
        int sourceOffset,
        int sourcePort,
        byte[] destination,
        int destinationOffset,
        int destinationPort,
        long now)
    {
        int opcode = TftpPacket.Opcode(buffer, payloadOffset, payloadLength);
        if (destinationPort == TftpPacket.Port)
        {
            if (opcode == TftpPacket.ReadRequest || opcode == TftpPacket.WriteRequest)
            {
                HandleRequest(
                    opcode,
                    buffer,
                    payloadOffset,
                    payloadLength,
                    source,
                    sourceOffset,
                    sourcePort,
                    destination,
                    destinationOffset,
                    now);
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
            if (opcode == TftpPacket.Data
                || opcode == TftpPacket.Acknowledgment
                || opcode == TftpPacket.OptionAcknowledgment)
            {
                SendError(
                    TftpError.UnknownTransferId,
                    null,
                    destination,
                    destinationOffset,
                    destinationPort,
                    source,
                    sourceOffset,
                    sourcePort);
            }

            return true;
        }

        switch (opcode)
        {
            case TftpPacket.Data:
                _machine.HandleData(
                    transfer,
                    buffer,
                    payloadOffset,
                    payloadLength - TftpPacket.DataHeaderSize,
                    sourcePort,
                    now);
                break;
            case TftpPacket.Acknowledgment:
                _machine.HandleAcknowledgment(transfer, TftpPacket.Number(buffer, payloadOffset), sourcePort, now);
                break;
            case TftpPacket.OptionAcknowledgment:
                _machine.HandleOptions(transfer, buffer, payloadOffset + 2, payloadLength - 2, sourcePort, now);
                break;
            case TftpPacket.Error:
                HandleError(transfer, TftpPacket.Number(buffer, payloadOffset), now);
                break;
        }

        return true;
    }

    /// <summary>Begins to read a peer's file: sends the request.</summary>
    /// <param name="local">A buffer with the address to read from.</param>
    /// <param name="localOffset">Where that address starts, in bytes.</param>
    /// <param name="remote">A buffer with the peer's address.</param>
    /// <param name="remoteOffset">Where that address starts, in bytes.</param>
    /// <param name="name">
    /// The file's name at the peer, 1 to <see cref="TftpTransfer.MaxNameLength"/> characters of ASCII.
    /// </param>
    /// <param name="file">The <see cref="TftpTransfer.File"/> to write to.</param>
    /// <param name="maxSize">
    /// The largest size to accept, in bytes. A longer file ends with <see cref="TftpError.DiskFull"/>.
    /// </param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>The transfer; null, with nothing changed, if there is no slot or the name is too long.</returns>
    public TftpTransfer StartRead(
        byte[] local,
        int localOffset,
        byte[] remote,
        int remoteOffset,
        string name,
        int file,
        int maxSize,
        long now)
    {
        TftpTransfer transfer = OpenClient(local, localOffset, remote, remoteOffset, name, file);
        if (transfer != null)
        {
            transfer.IsSender = false;
            transfer.Limit = maxSize;
            AskForOptions(transfer, maxSize, 0, _pool.WindowLeft(_window, _receiveWindows));
            transfer.StartTimer(now);
            _machine.Transmit(transfer);
        }

        return transfer;
    }

    /// <summary>Begins to write a file to a peer: sends the request.</summary>
    /// <param name="local">A buffer with the address to write from.</param>
    /// <param name="localOffset">Where that address starts, in bytes.</param>
    /// <param name="remote">A buffer with the peer's address.</param>
    /// <param name="remoteOffset">Where that address starts, in bytes.</param>
    /// <param name="name">
    /// The file's name at the peer, 1 to <see cref="TftpTransfer.MaxNameLength"/> characters of ASCII.
    /// </param>
    /// <param name="file">The <see cref="TftpTransfer.File"/> to read from.</param>
    /// <param name="size">The file's size in bytes.</param>
    /// <param name="wantsResponse">
    /// Whether to ask for a response. <see cref="TftpTransfer.Response"/> is its number when the transfer has ended
    /// well.
    /// </param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    /// <returns>The transfer; null, with nothing changed, if there is no slot or the name is too long.</returns>
    public TftpTransfer StartWrite(
        byte[] local,
        int localOffset,
        byte[] remote,
        int remoteOffset,
        string name,
        int file,
        int size,
        bool wantsResponse,
        long now)
    {
        TftpTransfer transfer = OpenClient(local, localOffset, remote, remoteOffset, name, file);
        if (transfer != null)
        {
            transfer.IsSender = true;
            transfer.Size = size;
            AskForOptions(transfer, size, size, _window);
            transfer.Response = wantsResponse ? TftpOptions.WantsResponse : 0;
            transfer.StartTimer(now);
            _machine.Transmit(transfer);
        }

        return transfer;
    }

    /// <summary>
    /// Should be called when <see cref="NextDeadline"/> has come: sends packets without an answer again, or ends their
    /// transfers.
    /// </summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    public void Advance(long now)
    {
        for (int i = 0; i < _pool.Capacity; i++)
        {
            TftpTransfer transfer = _pool.At(i);
            if (transfer.State != TftpState.Free && transfer.Deadline <= now)
            {
                _machine.HandleTimeout(transfer, now);
            }
        }
    }

    /// <summary>
    /// Should be called when the verdict is there for which <see cref="ITftpFiles.Write"/> or
    /// <see cref="ITftpFiles.OpenRead"/> returned <see cref="TftpResult.Wait"/>. Changes nothing if the transfer waits
    /// for none.
    /// </summary>
    /// <param name="transfer">The transfer.</param>
    /// <param name="result">
    /// <see cref="TftpResult.Ok"/> if the block is accepted: it is acknowledged without another call of
    /// <see cref="ITftpFiles.Write"/>. <see cref="TftpResult.Repeat"/> to have it written when the peer sends it again.
    /// Else the error to answer, which ends the transfer.
    /// </param>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    public void Resume(TftpTransfer transfer, int result, long now)
    {
        _machine.Resume(transfer, result, now);
    }

    /// <summary>Sends an error to the peer and ends the transfer. Changes nothing if it is not active.</summary>
    /// <param name="transfer">The transfer.</param>
    /// <param name="result">
    /// The error to send, and the result to close with. A <see cref="TftpResult"/> is sent as
    /// <see cref="TftpError.NotDefined"/>.
    /// </param>
    public void Abort(TftpTransfer transfer, int result)
    {
        if (transfer.IsActive)
        {
            _machine.Fail(transfer, result);
        }
    }

    /// <summary>Ends all transfers with an address, and sends nothing to it.</summary>
    /// <param name="remote">A buffer with the peer's address.</param>
    /// <param name="offset">Where that address starts, in bytes.</param>
    public void AbortRemote(byte[] remote, int offset)
    {
        for (int i = 0; i < _pool.Capacity; i++)
        {
            TftpTransfer transfer = _pool.At(i);
            if (transfer.IsRemote(remote, offset))
            {
                _machine.End(transfer, TftpResult.Aborted);
            }
        }
    }

    /// <summary>
    /// Should be called when ICMP reports "port unreachable" for a datagram of this service: ends its transfer.
    /// </summary>
    /// <param name="localPort">The source port of that datagram.</param>
    /// <param name="remote">A buffer with the peer's address.</param>
    /// <param name="offset">Where that address starts, in bytes.</param>
    /// <param name="remotePort">The destination port of that datagram.</param>
    public void PortUnreachable(int localPort, byte[] remote, int offset, int remotePort)
    {
        for (int i = 0; i < _pool.Capacity; i++)
        {
            TftpTransfer transfer = _pool.At(i);
            if (transfer.LocalPort == localPort
                && transfer.RemotePort == remotePort
                && transfer.IsRemote(remote, offset))
            {
                _machine.End(transfer, TftpResult.PortUnreachable);
            }
        }
    }

    // Called when the peer sent an error: ends the transfer. If the error may be about the options of the own request,
    // sends the request once more, without options and from another port. But a request that wants a response must not
    // have its effect without one.
    private void HandleError(TftpTransfer transfer, int code, long now)
    {
        bool mayBeOptions =
            code == TftpError.OptionRefused || code == TftpError.IllegalOperation || code == TftpError.NotDefined;
        if (mayBeOptions
            && transfer.State == TftpState.Requesting
            && transfer.Options.Any
            && transfer.Response == 0)
        {
            transfer.Options.Clear();
            transfer.LocalPort = _pool.ChoosePort();
            transfer.StartTimer(now);
            _machine.Transmit(transfer);
            return;
        }

        transfer.IsRefused = true;
        _machine.End(transfer, code);
    }

    private TftpTransfer OpenClient(
        byte[] local,
        int localOffset,
        byte[] remote,
        int remoteOffset,
        string name,
        int file)
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
        transfer.State = TftpState.Requesting;
        return transfer;
    }

    // What fits a block of the default size needs no options, and without them it arrives a round trip sooner.
    private void AskForOptions(TftpTransfer transfer, int length, int size, int window)
    {
        if (length >= TftpPacket.DefaultBlockSize)
        {
            TftpOptions options = transfer.Options;
            options.TransferSize = size;
            options.BlockSize = _blockSize;
            if (length >= _blockSize && window > 1)
            {
                options.WindowSize = window;
            }
        }
    }

    // Sends an error packet that belongs to no transfer.
    private void SendError(
        int code,
        string text,
        byte[] local,
        int localOffset,
        int localPort,
        byte[] remote,
        int remoteOffset,
        int remotePort)
    {
        int length = TftpPacket.EmitError(_output.Buffer, _output.PayloadOffset, code, text);
        _output.SendUdp(local, localOffset, localPort, remote, remoteOffset, remotePort, length);
    }
}
