using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using Spore.Hostsim.Crypto;
using Spore.Net;
using Spore.Tftp;

namespace Spore.Hostsim.Live.Serving;

/// <summary>
/// Answers TFTP of the node's own machine at the node's link-local address. The kernel never sends packets for an
/// address of the machine into the tunnel's interface, so sockets of the machine take them. One thread does all.
/// </summary>
internal sealed class LocalTftp : IUdpOutput, IDisposable
{
    private const int Transfers = 8;
    private const int Window = 16;
    private const int LargestDatagram = 65_536;

    // In microseconds: how late a deadline may be, and without a transfer the end.
    private const int Tick = 50_000;
    private const int IdleTick = 1_000_000;

    private readonly IPAddress _address;
    private readonly byte[] _addressBytes;
    private readonly TftpService _service;
    private readonly BootClock _clock = new();
    private readonly byte[] _received = new byte[LargestDatagram];
    private readonly Dictionary<int, Socket> _sockets = [];
    private volatile bool _isStopped;

    /// <summary>Opens the port of TFTP, and serves on a thread of its own.</summary>
    /// <param name="address">The node's link-local address, with the number of the interface.</param>
    /// <param name="mtu">The interface's MTU, which blocks fit as those of peers do.</param>
    /// <param name="files">The files.</param>
    /// <exception cref="HostsimException">Another program has the port.</exception>
    public LocalTftp(IPAddress address, int mtu, ITftpFiles files)
    {
        _address = address;
        _addressBytes = address.GetAddressBytes();
        int largestBlock = mtu - Ipv6.HeaderSize - Udp.HeaderSize - TftpPacket.DataHeaderSize;
        Buffer = new byte[TftpPacket.DataHeaderSize + largestBlock];
        _service = new TftpService(
            Transfers, largestBlock, largestBlock, Window, Transfers * Window, files, this, new SystemEntropy());
        if (!TryOpen(TftpPacket.Port, out SocketException? fault))
        {
            throw new HostsimException($"{address}, port {TftpPacket.Port}: {fault!.Message}");
        }

        new Thread(Run) { IsBackground = true, Name = "local tftp" }.Start();
    }

    /// <inheritdoc/>
    public byte[] Buffer { get; }

    /// <inheritdoc/>
    public int PayloadOffset => 0;

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
        if (!_sockets.ContainsKey(sourcePort) && !TryOpen(sourcePort, out _))
        {
            // Lost, as any datagram may be.
            return;
        }

        try
        {
            _sockets[sourcePort].SendTo(
                Buffer.AsSpan(0, payloadLength), SocketFlags.None, new IPEndPoint(_address, destinationPort));
        }
        catch (SocketException)
        {
            // Likewise.
        }
    }

    /// <summary>Ends the service: within a second the thread closes the sockets.</summary>
    public void Dispose() => _isStopped = true;

    private bool TryOpen(int port, out SocketException? fault)
    {
        fault = null;
        Socket? socket = null;
        try
        {
            socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(_address, port));
            _sockets.Add(port, socket);
            return true;
        }
        catch (SocketException exception)
        {
            socket?.Dispose();
            fault = exception;
            return false;
        }
    }

    private void Run()
    {
        while (!_isStopped)
        {
            List<Socket> ready = [.. _sockets.Values];
            Socket.Select(ready, null, null, _sockets.Count > 1 ? Tick : IdleTick);
            foreach (Socket socket in ready)
            {
                Receive(socket);
            }

            if (_service.NextDeadline <= _clock.Now)
            {
                _service.Advance(_clock.Now);
            }

            CloseUnused();
        }

        foreach (Socket socket in _sockets.Values)
        {
            socket.Dispose();
        }
    }

    private void Receive(Socket socket)
    {
        EndPoint from = new IPEndPoint(IPAddress.IPv6Any, 0);
        int length;
        try
        {
            length = socket.ReceiveFrom(_received, ref from);
        }
        catch (SocketException)
        {
            // An error of an earlier datagram is reported here: its receiver is gone.
            return;
        }

        IPEndPoint source = (IPEndPoint)from;

        // Members speak to the node itself; nothing of theirs gets here by a transfer's port.
        if (source.Address.GetAddressBytes().AsSpan().SequenceEqual(_addressBytes))
        {
            _service.Receive(
                _received,
                0,
                length,
                _addressBytes,
                0,
                source.Port,
                _addressBytes,
                0,
                ((IPEndPoint)socket.LocalEndPoint!).Port,
                _clock.Now);
        }
    }

    private void CloseUnused()
    {
        IEnumerable<TftpTransfer> active = Enumerable.Range(0, Transfers).Select(_service.At).Where(t => t.IsActive);
        HashSet<int> used = [TftpPacket.Port, .. active.Select(t => t.LocalPort)];
        foreach (int port in _sockets.Keys.Where(p => !used.Contains(p)).ToArray())
        {
            _sockets.Remove(port, out Socket? socket);
            socket!.Dispose();
        }
    }
}
