using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;

namespace Spore.Emulator;

/// <summary>The device's network: IPv4 and UDP sockets, as lwIP has them. A reboot makes a new one.</summary>
internal sealed class NetworkStack
{
    // CONFIG_LWIP_MAX_SOCKETS of the stock images.
    private const int MostSockets = 16;

    // Behind VFS descriptors on an ESP32, so that no handle is 0.
    private const int FirstHandle = 48;
    private const int FirstEphemeralPort = 49152;

    // An IPv4 packet less its headers.
    private const int LargestDatagram = 65507;

    private readonly Surroundings _surroundings;
    private readonly Dictionary<int, DeviceSocket> _sockets = [];
    private int _nextPort = FirstEphemeralPort;

    /// <summary>Makes it.</summary>
    /// <param name="surroundings">What is around the device.</param>
    public NetworkStack(Surroundings surroundings) => _surroundings = surroundings;

    /// <summary>Datagrams that came while a socket was full, or the link down.</summary>
    public int Dropped { get; private set; }

    /// <summary>Makes a socket.</summary>
    /// <returns>Its handle.</returns>
    public int Create()
    {
        if (_sockets.Count == MostSockets)
        {
            throw new DeviceException(SocketError.NoBufferSpaceAvailable);
        }

        int handle = FirstHandle;
        while (_sockets.ContainsKey(handle))
        {
            handle++;
        }

        _sockets[handle] = new DeviceSocket();
        return handle;
    }

    /// <summary>Gives a socket a port.</summary>
    /// <param name="handle">The socket.</param>
    /// <param name="address">An address of its own, or any.</param>
    /// <param name="port">The port, or 0 for one that is free.</param>
    public void Bind(int handle, IPAddress address, int port)
    {
        DeviceSocket socket = Find(handle);
        if (socket.Port != 0)
        {
            throw new DeviceException(SocketError.InvalidArgument);
        }

        if (!address.Equals(IPAddress.Any) && !address.Equals(_surroundings.Address))
        {
            throw new DeviceException(SocketError.AddressNotAvailable);
        }

        if (port == 0)
        {
            port = _nextPort++;
        }
        else if (_sockets.Values.Any(s => s.Port == port))
        {
            throw new DeviceException(SocketError.AddressAlreadyInUse);
        }

        Check(_surroundings.Wire.Open(port));
        socket.Port = port;
    }

    /// <summary>The port of a socket.</summary>
    /// <param name="handle">The socket.</param>
    /// <returns>The port, or 0.</returns>
    public int PortOf(int handle) => Find(handle).Port;

    /// <summary>Ends a socket.</summary>
    /// <param name="handle">The socket.</param>
    public void Close(int handle)
    {
        if (_sockets.Remove(handle, out DeviceSocket? socket) && socket.Port != 0)
        {
            _surroundings.Wire.Close(socket.Port);
        }
    }

    /// <summary>Ends all sockets.</summary>
    public void CloseAll()
    {
        foreach (int handle in (int[])[.. _sockets.Keys])
        {
            Close(handle);
        }
    }

    /// <summary>Sends a datagram.</summary>
    /// <param name="handle">The socket.</param>
    /// <param name="bytes">The datagram.</param>
    /// <param name="to">Whom to.</param>
    /// <param name="now">The time.</param>
    public void Send(int handle, byte[] bytes, IPEndPoint to, long now)
    {
        DeviceSocket socket = Find(handle);
        if (socket.Port == 0)
        {
            Bind(handle, IPAddress.Any, 0);
        }

        if (bytes.Length > LargestDatagram)
        {
            throw new DeviceException(SocketError.MessageSize);
        }

        if (!_surroundings.HasNetwork)
        {
            // lwIP finds no interface to send it by.
            throw new DeviceException(SocketError.HostUnreachable);
        }

        Check(
            _surroundings.Wire.Send(new Datagram(new IPEndPoint(_surroundings.Address, socket.Port), to, bytes), now));
    }

    /// <summary>The next datagram that a socket has.</summary>
    /// <param name="handle">The socket.</param>
    /// <returns>The datagram, which stays there, or null.</returns>
    public Datagram? Peek(int handle) => Find(handle).Received.TryPeek(out Datagram? datagram) ? datagram : null;

    /// <summary>Takes the next datagram from a socket.</summary>
    /// <param name="handle">The socket.</param>
    public void Take(int handle) => Find(handle).Received.Dequeue();

    /// <summary>A datagram comes in.</summary>
    /// <param name="datagram">The datagram.</param>
    public void Deliver(Datagram datagram)
    {
        DeviceSocket? socket = _sockets.Values.FirstOrDefault(s => s.Port == datagram.To.Port);
        if (!_surroundings.HasNetwork || socket is null || socket.Received.Count == DeviceSocket.Room)
        {
            Dropped++;
            return;
        }

        socket.Received.Enqueue(datagram);
    }

    private static void Check(SocketError error)
    {
        if (error != SocketError.Success)
        {
            throw new DeviceException(error);
        }
    }

    private DeviceSocket Find(int handle) =>
        _sockets.TryGetValue(handle, out DeviceSocket? socket)
            ? socket
            : throw new DeviceException(SocketError.NotSocket);
}
