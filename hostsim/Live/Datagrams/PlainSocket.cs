using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using Spore.Hostsim.Endpoints;

namespace Spore.Hostsim.Live.Datagrams;

/// <summary>A socket that sends and receives one datagram at a time, as every system can.</summary>
internal sealed class PlainSocket : IDatagramSocket
{
    private readonly Socket _socket;
    private readonly bool _isIpv4;
    private readonly SocketAddress _source;
    private readonly SocketAddress _destination;
    private readonly Lock _sending = new();

    /// <summary>Takes over a socket.</summary>
    /// <param name="socket">A UDP socket that is bound.</param>
    public PlainSocket(Socket socket)
    {
        _socket = socket;
        _isIpv4 = socket.AddressFamily == AddressFamily.InterNetwork;
        _source = EndpointAddress.Empty(socket.AddressFamily);
        _destination = EndpointAddress.Empty(socket.AddressFamily);
    }

    /// <inheritdoc/>
    public EndPoint LocalEndPoint => _socket.LocalEndPoint!;

    /// <inheritdoc/>
    public DatagramsRead NewRoom()
    {
        return new DatagramsRead(1);
    }

    /// <inheritdoc/>
    public bool Receive(DatagramsRead room)
    {
        try
        {
            int length = _socket.ReceiveFrom(room.Buffer, SocketFlags.None, _source);
            EndpointAddress.Read(_source.Buffer.Span, _isIpv4, room.Add(length, length));
            return false;
        }
        catch (SocketException exception)
        {
            // An ICMP error of an earlier datagram, the timeout, or the end, which the next call tells.
            return exception.SocketErrorCode is SocketError.ConnectionRefused or SocketError.ConnectionReset;
        }
    }

    /// <inheritdoc/>
    public void Send(DatagramBatch batch)
    {
        lock (_sending)
        {
            for (int i = 0; i < batch.Count; i++)
            {
                DatagramBatch.Run run = batch.RunAt(i);
                EndpointAddress.Write(batch.EndpointAt(i), _destination.Buffer.Span);
                for (int sent = 0; sent < run.Count; sent++)
                {
                    if (!Send(batch.Bytes.AsSpan(run.OffsetOf(sent), run.LengthOf(sent))))
                    {
                        batch.Lose(i, 1, run.LengthOf(sent));
                    }
                }
            }
        }

        batch.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket.Dispose();
    }

    private bool Send(ReadOnlySpan<byte> datagram)
    {
        try
        {
            _socket.SendTo(datagram, SocketFlags.None, _destination);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
        catch (ObjectDisposedException)
        {
            // The last words of a node that is ending.
            return false;
        }
    }
}
