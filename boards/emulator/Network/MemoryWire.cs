using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;

namespace Spore.Emulator;

/// <summary>A local network in memory and in virtual time. Every datagram takes the same time; none is lost.</summary>
internal sealed class MemoryWire : IWire
{
    private readonly Dictionary<IPEndPoint, IWirePeer> _peers = [];
    private readonly PriorityQueue<Datagram, (long At, long Number)> _underWay = new();
    private readonly HashSet<int> _open = [];
    private long _sent;

    /// <summary>How long a datagram takes, in microseconds.</summary>
    public long Delay { get; init; } = 1_000;

    /// <summary>Datagrams sent so far.</summary>
    public long Sent => _sent;

    /// <inheritdoc/>
    public bool IsOpenEnded => false;

    /// <inheritdoc/>
    public long NextDue
    {
        get
        {
            long due = _underWay.TryPeek(out _, out (long At, long Number) first) ? first.At : DeviceClock.Never;
            foreach (IWirePeer peer in _peers.Values)
            {
                due = Math.Min(due, peer.NextDue);
            }

            return due;
        }
    }

    /// <summary>Puts a peer on the wire.</summary>
    /// <param name="at">Its address and port.</param>
    /// <param name="peer">The peer.</param>
    public void Attach(IPEndPoint at, IWirePeer peer) => _peers.Add(at, peer);

    /// <summary>Takes a peer off the wire.</summary>
    /// <param name="at">Its address and port.</param>
    public void Detach(IPEndPoint at) => _peers.Remove(at);

    /// <summary>Sends a datagram; by broadcast to all but its sender.</summary>
    /// <param name="datagram">The datagram.</param>
    /// <param name="now">The time.</param>
    /// <returns>Nothing is in the way.</returns>
    public SocketError Send(Datagram datagram, long now)
    {
        _underWay.Enqueue(datagram, (now + Delay, _sent++));
        return SocketError.Success;
    }

    /// <inheritdoc/>
    public SocketError Open(int port)
    {
        _open.Add(port);
        return SocketError.Success;
    }

    /// <inheritdoc/>
    public void Close(int port) => _open.Remove(port);

    /// <inheritdoc/>
    public void Advance(long now, Action<Datagram> deliver)
    {
        while (NextDue is long due && due <= now)
        {
            if (_underWay.TryPeek(out Datagram? datagram, out (long At, long Number) first) && first.At <= due)
            {
                _underWay.Dequeue();
                Arrive(datagram, due, deliver);
                continue;
            }

            foreach (IWirePeer peer in (IWirePeer[])[.. _peers.Values])
            {
                if (peer.NextDue <= due)
                {
                    peer.Advance(due);
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Wait(TimeSpan longest) => System.Threading.Thread.Sleep(longest);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Arrive(Datagram datagram, long now, Action<Datagram> deliver)
    {
        bool isBroadcast = datagram.To.Address.Equals(IPAddress.Broadcast);
        bool isForPeer = false;
        foreach ((IPEndPoint at, IWirePeer peer) in (KeyValuePair<IPEndPoint, IWirePeer>[])[.. _peers])
        {
            if (isBroadcast ? at.Port == datagram.To.Port && !at.Equals(datagram.From) : at.Equals(datagram.To))
            {
                isForPeer = true;
                peer.Receive(datagram, now);
            }
        }

        if (_open.Contains(datagram.To.Port) && (isBroadcast ? _peers.ContainsKey(datagram.From) : !isForPeer))
        {
            deliver(datagram);
        }
    }
}
