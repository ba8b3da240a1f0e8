using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Spore.Hostsim.Live.Configuration;
using Spore.Hostsim.Live.Output;
using Spore.Hostsim.Sockets;
using Spore.Mesh;

namespace Spore.Hostsim.Live.Metrics;

/// <summary>
/// Serves the metrics of a node by HTTP. HttpListener of .NET is not used: on Linux it has no IPv6 addresses, and
/// answers to one name only.
/// </summary>
internal sealed class MetricsServer : IDisposable
{
    private const int Backlog = 16;

    // Of Linux: to listen at an address before the machine has it.
    private const int Ipv4Level = 0;
    private const int Ipv4FreeBind = 15;
    private const int Ipv6Level = 41;
    private const int Ipv6FreeBind = 78;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    private readonly Socket _socket;
    private readonly IPEndPoint _address;
    private readonly bool _isAwaited;
    private readonly LiveTimeline _timeline;
    private readonly NodeReader _reader;
    private readonly NodeMetrics _metrics;
    private SocketServer? _server;

    /// <summary>Takes its port, and answers nobody yet.</summary>
    /// <param name="listen">Where to listen; without an address, on this machine only.</param>
    /// <param name="reader">Reads the node.</param>
    /// <param name="change">
    /// Does something with the node and its clock under the node's lock; returns false where the node has stopped.
    /// </param>
    /// <param name="timeline">Where it is told where to ask.</param>
    /// <exception cref="HostsimException">The port can't be had.</exception>
    public MetricsServer(
        ListenAddress listen, NodeReader reader, Func<Action<Node, long>, bool> change, LiveTimeline timeline)
    {
        _timeline = timeline;
        _reader = reader;
        _metrics = new NodeMetrics(() =>
        {
            NodeReading? reading = null;
            change((_, now) => reading = reader.Read(now));
            return reading;
        });
        IPEndPoint wanted = new(listen.Address ?? IPAddress.Loopback, listen.Port);
        _socket = new Socket(wanted.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (wanted.Address.Equals(IPAddress.IPv6Any))
            {
                _socket.DualMode = true;
            }

            _isAwaited = !TryBind(wanted);
            _socket.Listen(Backlog);
        }
        catch (SocketException exception)
        {
            _socket.Dispose();
            throw new HostsimException(exception.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => $"TCP port {wanted.Port} is in use; choose another with --metrics",
                SocketError.AddressNotAvailable => $"--metrics: {wanted.Address} is no address of this machine",
                SocketError.AccessDenied =>
                    $"no right to listen at TCP port {wanted.Port}; choose another with --metrics",
                _ => $"--metrics: can't listen at {wanted} ({exception.Message})",
            });
        }

        _address = (IPEndPoint)_socket.LocalEndPoint!;
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Address => _address;

    /// <summary>Hears what the node reports. Called under the node's lock.</summary>
    /// <param name="what">The event.</param>
    /// <param name="value">What belongs to it.</param>
    public void Hear(NodeEvent what, long value) => _reader.Hear(what, value);

    /// <summary>Starts to answer. Called under the node's lock.</summary>
    public void Start()
    {
        _timeline.Banner("metrics", $"http://{_address}{MetricsRequest.Path}");
        if (_isAwaited)
        {
            _timeline.Tell("metrics", "yellow", $"{_address.Address} is no address of this machine yet");
        }

        _server = new SocketServer(_socket, Serve);
    }

    /// <summary>Ends the answers. Not to be called under the node's lock.</summary>
    public void Dispose()
    {
        _server?.Dispose();
        _socket.Dispose();
        _metrics.Dispose();
    }

    // Returns false where the machine does not have the address yet: that of a tunnel comes with the network.
    private bool TryBind(IPEndPoint address)
    {
        try
        {
            _socket.Bind(address);
            return true;
        }
        catch (SocketException exception)
            when (exception.SocketErrorCode == SocketError.AddressNotAvailable && OperatingSystem.IsLinux())
        {
            bool isIpv4 = address.AddressFamily == AddressFamily.InterNetwork;
            _socket.SetRawSocketOption(
                isIpv4 ? Ipv4Level : Ipv6Level, isIpv4 ? Ipv4FreeBind : Ipv6FreeBind, BitConverter.GetBytes(1));
            _socket.Bind(address);
            return false;
        }
    }

    private Task Serve(Socket client, Stream stream, CancellationToken stop) =>
        new MetricsConnection(stream, IPAddress.IsLoopback(_address.Address), _metrics.Write, _patience).Serve(stop);
}
