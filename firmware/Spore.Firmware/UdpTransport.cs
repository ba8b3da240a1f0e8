using System.Net;
using System.Net.Sockets;
using Spore.Base;

namespace Spore.Firmware;

/// <summary>
/// The outer network: one UDP socket of IPv4. Nothing of it throws but what the constructor of a socket or its port do.
/// </summary>
internal sealed class UdpTransport : ITransport
{
    /// <summary>The port of hellos, which the WireGuard socket has to have.</summary>
    public const int Port = 51820;

    // A device's members, guests, the broadcast address and a rendezvous.
    private const int Remembered = 12;
    private const int Ipv4Size = 4;
    private const int MicrosecondsPerMillisecond = 1000;

    private readonly Endpoint[] _endpoints = new Endpoint[Remembered];
    private readonly IPEndPoint[] _destinations = new IPEndPoint[Remembered];
    private int _nextDestination;
    private Socket _socket;
    private EndPoint _source;

    /// <summary>Makes it without a socket.</summary>
    public UdpTransport()
    {
        for (int i = 0; i < Remembered; i++)
        {
            _endpoints[i] = new Endpoint();
        }
    }

    /// <summary>Whether there is a socket.</summary>
    public bool IsOpen
    {
        get { return _socket != null; }
    }

    /// <summary>Whether something went wrong since it was opened that a new socket may put right.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Opens the socket.</summary>
    /// <returns>What was in the way: a <see cref="SocketError"/>, or 0.</returns>
    public int Open()
    {
        Socket socket = null;
        try
        {
            socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Broadcast, true);
            socket.Bind(new IPEndPoint(IPAddress.Any, Port));
            _source = new IPEndPoint(IPAddress.Any, 0);
            _socket = socket;
            return 0;
        }
        catch (SocketException e)
        {
            if (socket != null)
            {
                socket.Close();
            }

            return e.ErrorCode;
        }
    }

    /// <summary>Closes the socket, if there is one.</summary>
    public void Close()
    {
        HasFailed = false;
        if (_socket != null)
        {
            _socket.Close();
            _socket = null;
        }
    }

    /// <summary>Waits for a datagram.</summary>
    /// <param name="milliseconds">How long at most.</param>
    /// <returns>Whether there is one.</returns>
    public bool Wait(int milliseconds)
    {
        try
        {
            return _socket.Poll(milliseconds * MicrosecondsPerMillisecond, SelectMode.SelectRead);
        }
        catch (SocketException)
        {
            HasFailed = true;
            return false;
        }
    }

    /// <summary>Takes a datagram that <see cref="Wait"/> has told of.</summary>
    /// <param name="buffer">Where to put it.</param>
    /// <param name="source">Takes its source.</param>
    /// <returns>Its length, 0 where there is none after all.</returns>
    public int Receive(byte[] buffer, Endpoint source)
    {
        try
        {
            int length = _socket.ReceiveFrom(buffer, 0, buffer.Length, SocketFlags.None, ref _source);
            IPEndPoint from = (IPEndPoint)_source;
            source.SetIpv4(from.Address.GetAddressBytes(), 0, from.Port);
            return length;
        }
        catch (SocketException)
        {
            HasFailed = true;
            return 0;
        }
    }

    /// <inheritdoc/>
    public void Send(byte[] buffer, int offset, int length, Endpoint endpoint)
    {
        if (_socket == null || !endpoint.IsIpv4)
        {
            return;
        }

        try
        {
            _socket.SendTo(buffer, offset, length, SocketFlags.None, DestinationOf(endpoint));
        }
        catch (SocketException)
        {
            // A datagram that can't be sent is a datagram lost, and the core's timers see to it. Whether the link is
            // gone is found out by asking for it.
        }
    }

    // Making an address anew for every datagram would keep the collector busy.
    private IPEndPoint DestinationOf(Endpoint endpoint)
    {
        for (int i = 0; i < Remembered; i++)
        {
            if (_destinations[i] != null && _endpoints[i].IsSame(endpoint))
            {
                return _destinations[i];
            }
        }

        byte[] address = new byte[Ipv4Size];
        for (int i = 0; i < Ipv4Size; i++)
        {
            address[i] = (byte)(endpoint.AddressLow >> (24 - (8 * i)));
        }

        IPEndPoint made = new IPEndPoint(new IPAddress(address), endpoint.Port);
        _endpoints[_nextDestination].CopyFrom(endpoint);
        _destinations[_nextDestination] = made;
        _nextDestination = (_nextDestination + 1) % Remembered;
        return made;
    }
}
