using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;

namespace Spore.Tests.Hostsim;

/// <summary>A path from one client to a node on the loopback interface, which can lose what the client sends.</summary>
internal sealed class LossyPath : IDisposable
{
    private readonly Socket _near = Open();
    private readonly Socket _far = Open();
    private readonly IPEndPoint _node;
    private readonly Thread[] _threads;
    private volatile EndPoint? _client;
    private volatile bool _isLossy;
    private int _lost;

    /// <summary>Opens the path.</summary>
    /// <param name="node">Where the node listens.</param>
    public LossyPath(IPEndPoint node)
    {
        _node = node;
        _threads = [new Thread(Go), new Thread(Return)];
        Array.ForEach(_threads, t => t.Start());
    }

    /// <summary>Where the client sends to.</summary>
    public string Endpoint => _near.LocalEndPoint!.ToString()!;

    /// <summary>Whether what the client sends is lost.</summary>
    public bool IsLossy
    {
        get => _isLossy;
        set => _isLossy = value;
    }

    /// <summary>How many datagrams were lost.</summary>
    public int Lost => Volatile.Read(ref _lost);

    public void Dispose()
    {
        _near.Dispose();
        _far.Dispose();
        Array.ForEach(_threads, t => t.Join());
    }

    private static Socket Open()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private void Go()
    {
        Pass(_near, (datagram, source) =>
        {
            _client = source;
            if (_isLossy)
            {
                Interlocked.Increment(ref _lost);
            }
            else
            {
                _far.SendTo(datagram, _node);
            }
        });
    }

    private void Return()
    {
        Pass(_far, (datagram, _) => _near.SendTo(datagram, _client!));
    }

    // Ends when the sockets are closed, which any call may find first.
    private static void Pass(Socket from, Action<ArraySegment<byte>, EndPoint> pass)
    {
        byte[] buffer = new byte[65536];
        try
        {
            while (true)
            {
                EndPoint source = new IPEndPoint(IPAddress.Any, 0);
                int length = from.ReceiveFrom(buffer, ref source);
                pass(new ArraySegment<byte>(buffer, 0, length), source);
            }
        }
        catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
        {
            return;
        }
    }
}
