using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using Spore.Base;

namespace Spore.Samples;

/// <summary>One UDP socket of IPv4, opened anew when it fails. It throws nothing.</summary>
internal sealed class UdpTransport : ITransport
{
    private const int OpenEvery = 1000;
    private const int MicrosecondsPerMillisecond = 1000;
    private const int Ipv4Size = 4;

    private readonly int _port;
    private readonly Endpoint _latest = new Endpoint();
    private IPEndPoint _destination;
    private EndPoint _source;
    private Socket _socket;
    private long _openDue;

    /// <summary>Makes it; the socket is opened when it is first needed.</summary>
    /// <param name="port">The port to listen at.</param>
    public UdpTransport(int port)
    {
        _port = port;
    }

    /// <summary>Waits for a datagram.</summary>
    /// <param name="buffer">Takes it.</param>
    /// <param name="source">Takes its source endpoint.</param>
    /// <param name="milliseconds">How long to wait at most.</param>
    /// <returns>Its length in bytes; 0 when none has come.</returns>
    public int Receive(byte[] buffer, Endpoint source, int milliseconds)
    {
        if (!IsOpen())
        {
            Thread.Sleep(milliseconds);
            return 0;
        }

        try
        {
            if (!_socket.Poll(milliseconds * MicrosecondsPerMillisecond, SelectMode.SelectRead))
            {
                return 0;
            }

            int length = _socket.ReceiveFrom(buffer, 0, buffer.Length, SocketFlags.None, ref _source);
            IPEndPoint from = (IPEndPoint)_source;
            source.SetIpv4(from.Address.GetAddressBytes(), 0, from.Port);
            return length;
        }
        catch (SocketException)
        {
            Close();
            return 0;
        }
    }

    /// <inheritdoc/>
    public void Send(byte[] buffer, int offset, int length, Endpoint endpoint)
    {
        if (!endpoint.IsIpv4 || !IsOpen())
        {
            return;
        }

        try
        {
            _socket.SendTo(buffer, offset, length, SocketFlags.None, DestinationOf(endpoint));
        }
        catch (SocketException)
        {
            // The datagram is lost, as on the way: WireGuard's timers see to it.
        }
    }

    private bool IsOpen()
    {
        long now = Environment.TickCount64;
        if (_socket == null && now >= _openDue)
        {
            _openDue = now + OpenEvery;
            try
            {
                _socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

                // ReceiveFrom needs it.
                _socket.Bind(new IPEndPoint(IPAddress.Any, _port));
                _source = new IPEndPoint(IPAddress.Any, 0);
            }
            catch (SocketException)
            {
                Close();
            }
        }

        return _socket != null;
    }

    private void Close()
    {
        if (_socket != null)
        {
            _socket.Close();
            _socket = null;
        }
    }

    // Kept, so that a datagram sent takes no memory.
    private IPEndPoint DestinationOf(Endpoint endpoint)
    {
        if (_destination == null || !_latest.IsSame(endpoint))
        {
            byte[] address = new byte[Ipv4Size];
            BigEndian.WriteUInt32(address, 0, (long)(endpoint.AddressLow & 0xFFFFFFFF));
            _latest.CopyFrom(endpoint);
            _destination = new IPEndPoint(new IPAddress(address), endpoint.Port);
        }

        return _destination;
    }
}
