using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Threading;
using Spore.Base;
using Spore.Hostsim.Endpoints;
using Spore.Hostsim.Live.Configuration;
using Spore.Hostsim.Live.Packets;
using Spore.Hostsim.Live.Pipeline;

namespace Spore.Hostsim.Live.Datagrams;

/// <summary>
/// The outer network: a UDP socket for IPv4 and, where the machine has it, one for IPv6, both on the same port.
/// </summary>
internal sealed class UdpTransport : IDatagramOutput, IDisposable
{
    private const int SocketBuffer = 4 << 20;
    private const int JoinPatience = 200;
    private const int SocketLevel = 1;
    private const int MarkOption = 36;

    private readonly IDatagramSocket? _ipv4;
    private readonly IDatagramSocket? _ipv6;
    private readonly Endpoint _neighbours = new();
    private readonly string? _tunnel;
    private readonly INetworkWatch? _watch;
    private readonly List<Socket> _sockets = [];
    private readonly List<Thread> _threads = [];
    private volatile bool _closed;

    /// <summary>Opens the sockets.</summary>
    /// <param name="listen">Where to.</param>
    /// <param name="tunnel">The name of the node's own interface, which is no way to its neighbours, or null.</param>
    /// <param name="watch">The machine's network, or null where it can't be followed.</param>
    /// <exception cref="HostsimException">The address or the port can't be had.</exception>
    public UdpTransport(ListenAddress listen, string? tunnel, INetworkWatch? watch)
    {
        _tunnel = tunnel;

        // A socket that is bound to an address sends from it anyway.
        _watch = listen.Address == null ? watch : null;
        try
        {
            if (listen.Address == null)
            {
                _ipv4 = Open(new IPEndPoint(IPAddress.Any, listen.Port));
                _ipv6 = Socket.OSSupportsIPv6 ? OpenIfThere(new IPEndPoint(IPAddress.IPv6Any, listen.Port)) : null;
            }
            else if (listen.Address.AddressFamily == AddressFamily.InterNetwork)
            {
                _ipv4 = Open(new IPEndPoint(listen.Address, listen.Port));
            }
            else
            {
                _ipv6 = Open(new IPEndPoint(listen.Address, listen.Port));
            }
        }
        catch (SocketException exception)
        {
            Dispose();
            IPEndPoint where = new(listen.Address ?? IPAddress.Any, listen.Port);
            throw new HostsimException(exception.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => $"UDP port {listen.Port} is in use; choose another with --listen",
                SocketError.AddressNotAvailable => $"{where.Address} is no address of this machine",
                SocketError.AccessDenied => $"no right to listen at UDP port {listen.Port}",
                _ => $"can't listen at {where} ({exception.Message})",
            });
        }
    }

    /// <summary>Whether there is a socket for IPv4.</summary>
    public bool HasIpv4 => _ipv4 != null;

    /// <summary>Whether there is a socket for IPv6.</summary>
    public bool HasIpv6 => _ipv6 != null;

    /// <summary>The UDP port that it listens at.</summary>
    public int Port => ((IPEndPoint)_sockets[0].LocalEndPoint!).Port;

    /// <summary>Where the node listens, for people.</summary>
    public string Description => string.Join(" and ", Sockets().Select(s => s.LocalEndPoint));

    /// <summary>
    /// Gives all datagrams a firewall mark (SO_MARK; socket(7)), so that rules keep them out of the tunnel.
    /// </summary>
    /// <param name="mark">The mark.</param>
    /// <exception cref="HostsimException">The kernel refuses.</exception>
    public void Mark(uint mark)
    {
        try
        {
            foreach (Socket socket in _sockets)
            {
                socket.SetRawSocketOption(SocketLevel, MarkOption, BitConverter.GetBytes(mark));
            }
        }
        catch (SocketException exception)
        {
            throw new HostsimException(
                $"--tun: the UDP sockets can't have a firewall mark ({exception.Message}), which takes "
                + $"{LinuxTun.Capability}");
        }
    }

    /// <summary>Starts to receive.</summary>
    /// <param name="newReceiver">Makes what takes the datagrams of one thread, from what takes the memory.</param>
    public void Start(Func<Func<DatagramsRead>, IDatagramReceiver> newReceiver)
    {
        foreach (IDatagramSocket socket in Sockets())
        {
            IDatagramReceiver receiver = newReceiver(socket.NewRoom);
            Thread thread = new(() => Receive(socket, receiver))
            {
                IsBackground = true,
                Name = $"UDP {socket.LocalEndPoint}",
            };
            _threads.Add(thread);
            thread.Start();
        }
    }

    /// <inheritdoc/>
    public void Send(DatagramBatch batch, bool isIpv4)
    {
        IDatagramSocket? socket = isIpv4 ? _ipv4 : _ipv6;
        if (socket == null)
        {
            batch.LoseAll();
            batch.Clear();
        }
        else
        {
            socket.Send(batch);
        }
    }

    /// <summary>Puts a datagram into an outbox, once for each place that it is to go to.</summary>
    /// <param name="outbox">The outbox.</param>
    /// <param name="datagram">The datagram.</param>
    /// <param name="endpoint">Where to; may mean all neighbours.</param>
    /// <returns>How many times it was put: 0 where no interface leads to neighbours.</returns>
    public int Put(Outbox outbox, ReadOnlySpan<byte> datagram, Endpoint endpoint)
    {
        if (EndpointAddress.IsBroadcast(endpoint))
        {
            return PutToIpv4Neighbours(outbox, datagram, endpoint);
        }

        if (IsAllNodes(endpoint))
        {
            return PutToIpv6Neighbours(outbox, datagram, endpoint);
        }

        outbox.AddDatagram(datagram, endpoint);
        return 1;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _closed = true;
        _ipv4?.Dispose();
        _ipv6?.Dispose();
        foreach (Thread thread in _threads)
        {
            thread.Join(JoinPatience);
        }
    }

    private IDatagramSocket? OpenIfThere(IPEndPoint address)
    {
        try
        {
            return Open(address);
        }
        catch (SocketException exception) when (exception.SocketErrorCode
            is SocketError.AddressFamilyNotSupported or SocketError.ProtocolFamilyNotSupported
                or SocketError.AddressNotAvailable)
        {
            return null;
        }
    }

    private IDatagramSocket Open(IPEndPoint address)
    {
        Socket socket = new(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (address.AddressFamily == AddressFamily.InterNetwork)
            {
                socket.EnableBroadcast = true;

                // As WireGuard does: a datagram too large for a link is fragmented, not dropped.
                socket.DontFragment = false;
            }
            else
            {
                socket.DualMode = false;
            }

            socket.ReceiveBufferSize = SocketBuffer;
            socket.SendBufferSize = SocketBuffer;
            if (OperatingSystem.IsWindows())
            {
                // SIO_UDP_CONNRESET: a peer that is away must not make the socket fail.
                socket.IOControl(unchecked((int)0x9800000C), [0, 0, 0, 0], null);
            }

            socket.Bind(address);
            _sockets.Add(socket);
            LocalAddresses? locals = _watch == null ? null : new LocalAddresses(_watch);
            return OperatingSystem.IsLinux() ? new LinuxSocket(socket, SocketBuffer, locals) : new PlainSocket(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool IsAllNodes(Endpoint endpoint)
    {
        return endpoint.AddressHigh == 0xFF02_0000_0000_0000 && endpoint.AddressLow == 1;
    }

    private IEnumerable<IDatagramSocket> Sockets()
    {
        return new[] { _ipv4, _ipv6 }.OfType<IDatagramSocket>();
    }

    private void Receive(IDatagramSocket socket, IDatagramReceiver receiver)
    {
        DatagramsRead room = receiver.NextRoom();
        while (!_closed)
        {
            try
            {
                socket.Receive(room);
            }
            catch (ObjectDisposedException)
            {
                return;
            }

            if (!room.IsEmpty && !_closed)
            {
                receiver.Receive();
                room = receiver.NextRoom();
            }
        }
    }

    /// <summary>
    /// Puts it in for the broadcast address of each network this machine is on, so that it leaves by every interface.
    /// </summary>
    private int PutToIpv4Neighbours(Outbox outbox, ReadOnlySpan<byte> datagram, Endpoint endpoint)
    {
        // Two addresses in one subnet have one broadcast address.
        HashSet<uint> sent = [];
        foreach (NetworkInterface link in Links())
        {
            foreach (UnicastIPAddressInformation own in link.GetIPProperties().UnicastAddresses)
            {
                if (own.Address.AddressFamily != AddressFamily.InterNetwork || own.PrefixLength is 0 or > 30)
                {
                    continue;
                }

                byte[] address = own.Address.GetAddressBytes();
                for (int bit = own.PrefixLength; bit < 32; bit++)
                {
                    address[bit / 8] |= (byte)(0x80 >> (bit % 8));
                }

                if (sent.Add(BitConverter.ToUInt32(address)))
                {
                    _neighbours.SetIpv4(address, 0, endpoint.Port);
                    outbox.AddDatagram(datagram, _neighbours);
                }
            }
        }

        if (sent.Count > 0)
        {
            return sent.Count;
        }

        outbox.AddDatagram(datagram, endpoint);
        return 1;
    }

    private int PutToIpv6Neighbours(Outbox outbox, ReadOnlySpan<byte> datagram, Endpoint endpoint)
    {
        int count = 0;
        foreach (NetworkInterface link in Links())
        {
            if (link.Supports(NetworkInterfaceComponent.IPv6) && link.SupportsMulticast)
            {
                _neighbours.Set(
                    endpoint.AddressHigh,
                    endpoint.AddressLow,
                    endpoint.Port,
                    link.GetIPProperties().GetIPv6Properties().Index);
                outbox.AddDatagram(datagram, _neighbours);
                count++;
            }
        }

        return count;
    }

    /// <summary>The links of this machine that lead to neighbours.</summary>
    /// <returns>The links, up or not known to be down.</returns>
    public IEnumerable<NetworkInterface> Links()
    {
        NetworkInterface[] all;
        try
        {
            all = NetworkInterface.GetAllNetworkInterfaces();
        }
        catch (NetworkInformationException)
        {
            yield break;
        }

        foreach (NetworkInterface link in all)
        {
            if (link.OperationalStatus != OperationalStatus.Down
                && link.NetworkInterfaceType != NetworkInterfaceType.Loopback
                && link.Name != _tunnel)
            {
                yield return link;
            }
        }
    }
}
