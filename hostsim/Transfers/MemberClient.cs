using System;
using System.Diagnostics;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using Spore.Hostsim.Live;
using Spore.Hostsim.Live.Configuration;
using Spore.Hostsim.Live.Output;
using Spore.Net;
using Spore.Tftp;

namespace Spore.Hostsim.Transfers;

/// <summary>TFTP by a node in this process, which has no interface and ends with the client.</summary>
internal sealed class MemberClient : IFileClient
{
    /// <summary>The MTU of the node's tunnel in bytes.</summary>
    public const int Mtu = 1420;

    /// <summary>The bytes of a packet that are no data of a block: IPv6, UDP and TFTP.</summary>
    public const int HeaderSize = Ipv6.HeaderSize + Udp.HeaderSize + TftpPacket.DataHeaderSize;

    // In milliseconds. The time for a session is what finding a peer by hello takes, and more.
    private const int SessionPatience = 30_000;
    private const int Tick = 100;

    // In milliseconds. A peer that has measured no round trip sends the last block again after 1 s, and any other one
    // after its timeout, which is shorter on most paths. More time would help only where two datagrams in a row are
    // lost.
    private const int Dally = 1250;

    // Where the packet starts in a transport message (paper 5.4.6), and TFTP in the packet.
    private const int PacketStart = 16;
    private const int PayloadStart = PacketStart + Ipv6.HeaderSize + Udp.HeaderSize;

    private readonly RemotePeer _peer;
    private readonly LiveNode _node;
    private readonly ClientFiles _files;
    private readonly CancellationTokenSource _stop = new();
    private readonly ManualResetEventSlim _changed = new();
    private readonly Thread _thread;
    private readonly CancellationToken _cancel;
    private long? _readAt;
    private Exception? _failure;

    /// <summary>Starts the node.</summary>
    /// <param name="options">What it is made from. It has no interface.</param>
    /// <param name="peer">The peer.</param>
    /// <param name="cancel">Ends the wait for a file that is a FIFO, and that of <see cref="Dispose"/>.</param>
    /// <exception cref="HostsimException">Something given by the operator is not right.</exception>
    public MemberClient(NodeOptions options, RemotePeer peer, CancellationToken cancel)
    {
        _peer = peer;
        _cancel = cancel;
        _node = new LiveNode(options, new LiveTimeline(TextWriter.Null, null), cancel);
        _files = new ClientFiles(Received, (transfer, result) => _node.Change((n, _) => n.Abort(transfer, result)))
        {
            Changed = _changed.Set,
        };
        _node.Change((node, _) => node.Files = _files);
        _thread = new Thread(Run) { IsBackground = true, Name = "node" };
        _thread.Start();
    }

    /// <inheritdoc/>
    public int LargestBlock => Mtu - HeaderSize;

    /// <summary>A port that no socket of this machine has at present.</summary>
    /// <returns>The UDP port.</returns>
    public static int FreePort()
    {
        bool hasIpv6 = Socket.OSSupportsIPv6;
        using Socket socket = new(
            hasIpv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        if (hasIpv6)
        {
            socket.DualMode = true;
        }

        socket.Bind(new IPEndPoint(hasIpv6 ? IPAddress.IPv6Any : IPAddress.Any, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <inheritdoc/>
    public void Run(FileExchange exchange, Action progress, CancellationToken cancel)
    {
        _changed.Reset();
        TftpTransfer transfer = Start(exchange, cancel);
        while (!exchange.IsDone)
        {
            if (cancel.IsCancellationRequested)
            {
                _node.Change((node, _) =>
                {
                    transfer.ErrorText = "Interrupted";
                    node.Abort(transfer, TftpResult.Aborted);
                });
                cancel.ThrowIfCancellationRequested();
            }

            Wait(cancel);
            progress();
        }

        if (!exchange.IsWrite && exchange.Result == TftpResult.Ok)
        {
            _readAt = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>
    /// Ends the node. After a read it goes on a little longer, and acknowledges the last block again if that
    /// acknowledgment was lost (RFC 1350 section 6): else the peer would send the block again for half a minute.
    /// </summary>
    public void Dispose()
    {
        if (_readAt is { } readAt)
        {
            double left = Dally - Stopwatch.GetElapsedTime(readAt).TotalMilliseconds;
            _cancel.WaitHandle.WaitOne((int)Math.Max(0, left));
        }

        _stop.Cancel();
        _thread.Join();
        _node.Dispose();
        _stop.Dispose();
        _changed.Dispose();
    }

    private TftpTransfer Start(FileExchange exchange, CancellationToken cancel)
    {
        long start = Stopwatch.GetTimestamp();
        TftpTransfer? transfer = null;
        while (true)
        {
            _node.Change((node, now) =>
            {
                // An initiation before the peer has its endpoint would delay the next one by 5 s.
                if (!_node.IsRunning)
                {
                    return;
                }

                _files.Exchange = exchange;
                transfer = exchange.IsWrite
                    ? node.Write(
                        _peer.Key, 0, exchange.Name, ClientFiles.File, exchange.Size, exchange.WantsResponse, now)
                    : node.Read(_peer.Key, 0, exchange.Name, ClientFiles.File, exchange.Limit, now);
            });
            if (transfer != null)
            {
                return transfer;
            }

            if (Stopwatch.GetElapsedTime(start).TotalMilliseconds >= SessionPatience)
            {
                throw new HostsimException(
                    $"no session with {_peer.Name} within {SessionPatience / 1000} s; is it up, does it know this "
                    + "identity, and is its endpoint known (--endpoint, --rendezvous)?");
            }

            cancel.ThrowIfCancellationRequested();
            Wait(cancel);
        }
    }

    private void Wait(CancellationToken cancel)
    {
        if (_failure != null)
        {
            throw new HostsimException(_failure.Message);
        }

        try
        {
            _changed.Wait(Tick, cancel);
        }
        catch (OperationCanceledException)
        {
            // The caller looks at the token.
        }
    }

    // The inner packet of the datagram that the node is handling, which was decrypted in place.
    private ReadOnlySpan<byte> Received()
    {
        ReadOnlySpan<byte> datagram = _node.Received;
        if (datagram.Length < PayloadStart)
        {
            return [];
        }

        // The datagram is padded to a multiple of 16 bytes, and its tag follows.
        int length = (datagram[PayloadStart - 4] << 8) | datagram[PayloadStart - 3];
        int end = PayloadStart - Udp.HeaderSize + length;
        return end >= PayloadStart && end <= datagram.Length ? datagram[PayloadStart..end] : [];
    }

    private void Run()
    {
        try
        {
            _node.Run(_stop.Token);
        }
        catch (HostsimException exception)
        {
            _failure = exception;
            _changed.Set();
        }
    }
}
