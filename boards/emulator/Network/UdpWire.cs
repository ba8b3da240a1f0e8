using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Threading;

namespace Spore.Emulator;

/// <summary>The host's own UDP: a socket for each port that the device opens. For devices at real pace.</summary>
internal sealed class UdpWire : IWire
{
    private readonly IPEndPoint? _listen;
    private readonly Dictionary<int, Socket> _sockets = [];
    private readonly ConcurrentQueue<Datagram> _received = new();
    private readonly AutoResetEvent _arrived = new(false);

    /// <summary>Makes a wire.</summary>
    /// <param name="listen">
    /// The host's address and port that stand for the first port that the device opens; null: any address, same port.
    /// </param>
    public UdpWire(IPEndPoint? listen) => _listen = listen;

    /// <inheritdoc/>
    public long NextDue => DeviceClock.Never;

    /// <inheritdoc/>
    public bool IsOpenEnded => true;

    /// <inheritdoc/>
    public SocketError Open(int port)
    {
        IPEndPoint at = _listen is null
            ? new IPEndPoint(IPAddress.Any, port)
            : new IPEndPoint(_listen.Address, _sockets.Count == 0 ? _listen.Port : 0);
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { EnableBroadcast = true };
        try
        {
            socket.Bind(at);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            return e.SocketErrorCode;
        }

        _sockets[port] = socket;
        new Thread(() => Receive(socket, port)) { IsBackground = true, Name = $"UDP {at}" }.Start();
        return SocketError.Success;
    }

    /// <inheritdoc/>
    public void Close(int port)
    {
        if (_sockets.Remove(port, out Socket? socket))
        {
            socket.Dispose();
        }
    }

    /// <inheritdoc/>
    public SocketError Send(Datagram datagram, long now)
    {
        try
        {
            _sockets[datagram.From.Port].SendTo(datagram.Bytes, datagram.To);
            return SocketError.Success;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }

    /// <inheritdoc/>
    public void Advance(long now, Action<Datagram> deliver)
    {
        while (_received.TryDequeue(out Datagram? datagram))
        {
            deliver(datagram);
        }
    }

    /// <inheritdoc/>
    public void Wait(TimeSpan longest) => _arrived.WaitOne(longest);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Socket socket in _sockets.Values)
        {
            socket.Dispose();
        }

        _sockets.Clear();
        _arrived.Dispose();
    }

    private void Receive(Socket socket, int port)
    {
        byte[] buffer = new byte[65535];
        IPEndPoint self = new(IPAddress.Any, port);
        try
        {
            while (true)
            {
                EndPoint from = new IPEndPoint(IPAddress.Any, 0);
                try
                {
                    int length = socket.ReceiveFrom(buffer, ref from);
                    _received.Enqueue(new Datagram((IPEndPoint)from, self, buffer[..length]));
                    _arrived.Set();
                }
                catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset
                    or SocketError.ConnectionRefused)
                {
                    // An ICMP answer to what was sent before; lwIP says nothing of it.
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }
}
