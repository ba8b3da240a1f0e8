using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using Spore.Base;
using Spore.Hostsim.Crypto;
using Spore.Hostsim.Endpoints;
using Spore.Hostsim.Live;
using Spore.Hostsim.Live.Datagrams;
using Spore.Tftp;

namespace Spore.Hostsim.Transfers;

/// <summary>
/// TFTP by a socket of the machine, which leads into the tunnel of a running node or of stock WireGuard. One thread
/// does all. Each transfer has a socket of its own, bound to the port that the service chose.
/// </summary>
internal sealed class SocketClient : IFileClient, IUdpOutput
{
    // In milliseconds: how late a deadline, Ctrl-C and the progress may be. Waking up at a deadline instead would take
    // one more system call for each packet.
    private const int Tick = 50;

    private const int SocketBuffer = 1 << 20;
    private const int BindTries = 8;

    // IPPROTO_IPV6 and IPV6_RECVERR (ipv6(7)): ICMP errors are reported on a socket that is not connected too.
    private const int Ipv6Level = 41;
    private const int ReceiveErrors = 25;

    private readonly IPAddress _local;
    private readonly IPAddress _remote;
    private readonly byte[] _localBytes;
    private readonly byte[] _remoteBytes;
    private readonly int _serverPort;
    private readonly TftpService _service;
    private readonly ClientFiles _files;
    private readonly BootClock _clock = new();
    private readonly Endpoint _peer;
    private readonly SocketAddress _destination;
    private DatagramsRead? _received;
    private Socket? _socket;
    private IDatagramSocket? _receiver;
    private int _port;
    private int _destinationPort;
    private bool _isRefused;
    private SocketException? _sendFault;

    /// <summary>Makes a client; no socket is opened yet.</summary>
    /// <param name="local">The address of this side, with its scope.</param>
    /// <param name="remote">The peer's address, with its scope.</param>
    /// <param name="largestBlock">The largest block that the tunnel's MTU allows, in bytes.</param>
    /// <param name="blockSize">The block size to ask for, in bytes.</param>
    /// <param name="window">The window to ask for, in blocks.</param>
    /// <param name="serverPort">The port that requests go to.</param>
    public SocketClient(
        IPAddress local,
        IPAddress remote,
        int largestBlock,
        int blockSize,
        int window,
        int serverPort = TftpPacket.Port)
    {
        _local = local;
        _remote = remote;
        _localBytes = local.GetAddressBytes();
        _remoteBytes = remote.GetAddressBytes();
        _peer = EndpointAddress.From(new IPEndPoint(remote, serverPort));
        _destination = new IPEndPoint(remote, serverPort).Serialize();
        _destinationPort = serverPort;
        _serverPort = serverPort;
        LargestBlock = largestBlock;
        Buffer = new byte[TftpPacket.DataHeaderSize + Math.Max(largestBlock, TftpPacket.DefaultBlockSize)];
        _files = new ClientFiles(() => Received, Abort);
        _service = new TftpService(
            1, Math.Min(blockSize, largestBlock), largestBlock, window, window, _files, this, new SystemEntropy());
    }

    /// <inheritdoc/>
    public int LargestBlock { get; }

    /// <inheritdoc/>
    public byte[] Buffer { get; }

    /// <inheritdoc/>
    public int PayloadOffset => 0;

    // The datagram that the service is handling, or has handled last.
    private ReadOnlySpan<byte> Received =>
        _received == null ? [] : _received.Buffer.AsSpan(_received.Offset, _received.Length);

    /// <inheritdoc/>
    public void Run(FileExchange exchange, Action progress, CancellationToken cancel)
    {
        _files.Exchange = exchange;
        TftpTransfer transfer = Start(exchange);
        while (!exchange.IsDone)
        {
            if (cancel.IsCancellationRequested)
            {
                transfer.ErrorText = "Interrupted";
                _service.Abort(transfer, TftpResult.Aborted);
                cancel.ThrowIfCancellationRequested();
            }

            if (_isRefused)
            {
                HandleRefusal();
                continue;
            }

            long now = _clock.Now;
            if (_service.NextDeadline <= now)
            {
                _service.Advance(now);
            }
            else
            {
                Receive();
            }

            progress();
        }
    }

    /// <inheritdoc/>
    public void SendUdp(
        byte[] source,
        int sourceOffset,
        int sourcePort,
        byte[] destination,
        int destinationOffset,
        int destinationPort,
        int payloadLength)
    {
        if (sourcePort != _port)
        {
            Open(sourcePort);
        }

        if (destinationPort == TftpPacket.Port)
        {
            destinationPort = _serverPort;
        }

        if (destinationPort != _destinationPort)
        {
            // sin6_port, in network byte order.
            _destination[2] = (byte)(destinationPort >> 8);
            _destination[3] = (byte)destinationPort;
            _destinationPort = destinationPort;
        }

        try
        {
            _socket?.SendTo(Buffer.AsSpan(0, payloadLength), SocketFlags.None, _destination);
        }
        catch (SocketException exception)
        {
            // The datagram is lost, as any may be. Or the refusal of an earlier one is reported here.
            _isRefused |= IsRefusal(exception);
            _sendFault = exception;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _receiver?.Dispose();
    }

    private TftpTransfer Start(FileExchange exchange)
    {
        for (int tries = 1; ; tries++)
        {
            _sendFault = null;
            TftpTransfer transfer = exchange.IsWrite
                ? _service.StartWrite(
                    _localBytes,
                    0,
                    _remoteBytes,
                    0,
                    exchange.Name,
                    ClientFiles.File,
                    exchange.Size,
                    exchange.WantsResponse,
                    _clock.Now)
                : _service.StartRead(
                    _localBytes,
                    0,
                    _remoteBytes,
                    0,
                    exchange.Name,
                    ClientFiles.File,
                    exchange.Limit,
                    _clock.Now);
            if (_sendFault == null)
            {
                return transfer;
            }

            if (_sendFault.SocketErrorCode != SocketError.AddressAlreadyInUse || tries == BindTries)
            {
                throw new HostsimException(
                    $"{_remote}: nothing can be sent from {_local} ({_sendFault.Message}); is the tunnel up?");
            }

            // Nothing was sent; the next start chooses another port.
            _files.Exchange = null;
            _service.AbortRemote(_remoteBytes, 0);
            _files.Exchange = exchange;
        }
    }

    private void Open(int port)
    {
        _receiver?.Dispose();
        _socket = null;
        _port = port;
        Socket socket = new(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Bind(new IPEndPoint(_local, port));
            socket.ReceiveBufferSize = SocketBuffer;
            socket.ReceiveTimeout = Tick;
            if (OperatingSystem.IsLinux())
            {
                socket.SetRawSocketOption(Ipv6Level, ReceiveErrors, BitConverter.GetBytes(1));
            }

            _receiver = OperatingSystem.IsLinux() ? new LinuxSocket(socket, SocketBuffer) : new PlainSocket(socket);
            _received ??= _receiver.NewRoom();
            _socket = socket;
        }
        catch (SocketException exception)
        {
            _sendFault = exception;
            socket.Dispose();
        }
    }

    // Waits for datagrams, but not longer than a tick.
    private void Receive()
    {
        if (_socket == null)
        {
            Thread.Sleep(Tick);
            return;
        }

        _isRefused |= _receiver!.Receive(_received!);

        // A retransmission of the request may go from another port, where what came to this one is not for it.
        int port = _port;
        long now = _clock.Now;
        while (_received!.Next())
        {
            Endpoint source = _received.Source;
            if (source.AddressHigh == _peer.AddressHigh && source.AddressLow == _peer.AddressLow)
            {
                _service.Receive(
                    _received.Buffer,
                    _received.Offset,
                    _received.Length,
                    _remoteBytes,
                    0,
                    source.Port == _serverPort ? TftpPacket.Port : source.Port,
                    _localBytes,
                    0,
                    port,
                    now);
            }
        }
    }

    // ICMP "port unreachable" for a datagram of this socket. Only the last one can have been for another port than the
    // transfer's: an error to a port that is not the peer's.
    private void HandleRefusal()
    {
        _isRefused = false;
        int port = _destinationPort == _serverPort ? TftpPacket.Port : _destinationPort;
        _service.PortUnreachable(_port, _remoteBytes, 0, port);
    }

    private static bool IsRefusal(SocketException exception) =>
        exception.SocketErrorCode is SocketError.ConnectionRefused or SocketError.ConnectionReset;

    private void Abort(TftpTransfer transfer, int result)
    {
        _service.Abort(transfer, result);
    }
}
