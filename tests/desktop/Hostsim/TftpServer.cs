using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using Spore.Tests.Tftp;
using Spore.Tftp;

namespace Spore.Tests.Hostsim;

/// <summary>
/// A TFTP service on sockets of the loopback interface, on a thread of its own. Its ports are those of the system.
/// </summary>
internal sealed class TftpServer : IUdpOutput, IDisposable
{
    private const int Tick = 20_000;

    private readonly byte[] _address = IPAddress.IPv6Loopback.GetAddressBytes();
    private readonly Dictionary<int, Socket> _sockets = [];
    private readonly TftpService _service;
    private readonly Thread _thread;
    private readonly long _start = Environment.TickCount64;
    private volatile bool _stopped;
    private volatile int _closed;

    public TftpServer(int window = 4)
    {
        _service = new TftpService(4, 1228, 1368, window, 4 * window, Files, this, new SeededEntropy(1));
        Files.OnClosed = (_, _) => _closed++;
        Port = Open(TftpPacket.Port);
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>To be changed before a client begins.</summary>
    public MemoryFiles Files { get; } = new();

    /// <summary>The port that takes requests.</summary>
    public int Port { get; }

    /// <summary>How many files were closed so far.</summary>
    public int Closed => _closed;

    /// <summary>The packets received so far.</summary>
    public ConcurrentQueue<byte[]> Received { get; } = new();

    public byte[] Buffer { get; } = new byte[1400];

    public int PayloadOffset => 0;

    private long Now => Environment.TickCount64 - _start;

    public void SendUdp(
        byte[] source,
        int sourceOffset,
        int sourcePort,
        byte[] destination,
        int destinationOffset,
        int destinationPort,
        int payloadLength)
    {
        if (!_sockets.ContainsKey(sourcePort))
        {
            Open(sourcePort);
        }

        _sockets[sourcePort].SendTo(
            Buffer, 0, payloadLength, SocketFlags.None, new IPEndPoint(IPAddress.IPv6Loopback, destinationPort));
    }

    public void Dispose()
    {
        _stopped = true;
        _thread.Join();
        foreach (Socket socket in _sockets.Values)
        {
            socket.Dispose();
        }
    }

    private int Open(int port)
    {
        Socket socket = new(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        _sockets.Add(port, socket);
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private void Run()
    {
        byte[] buffer = new byte[65536];
        while (!_stopped)
        {
            List<Socket> ready = [.. _sockets.Values];
            Socket.Select(ready, null, null, Tick);
            foreach ((int port, Socket socket) in _sockets.Where(s => ready.Contains(s.Value)).ToArray())
            {
                EndPoint from = new IPEndPoint(IPAddress.IPv6Any, 0);
                int length = socket.ReceiveFrom(buffer, ref from);
                Received.Enqueue(buffer[..length]);
                _service.Receive(buffer, 0, length, _address, 0, ((IPEndPoint)from).Port, _address, 0, port, Now);
            }

            if (_service.NextDeadline <= Now)
            {
                _service.Advance(Now);
            }
        }
    }
}
