using System;
using Spore.Base;
using Spore.Hostsim.Live.Datagrams;
using Spore.Hostsim.Live.Packets;

namespace Spore.Hostsim.Live;

/// <summary>
/// What the core gives out while one thread has it, to be sent when the thread has let it go: at one time, and with no
/// other thread waiting for the core meanwhile. One for each thread.
/// </summary>
internal sealed class Outbox
{
    private readonly UdpTransport _transport;
    private readonly LinuxTun? _tun;
    private readonly DatagramBatch _ipv4;
    private readonly DatagramBatch _ipv6;
    private readonly PacketBatch? _packets;

    /// <summary>Takes the memory.</summary>
    /// <param name="transport">What sends the datagrams.</param>
    /// <param name="tun">What takes the packets, if anything does.</param>
    /// <param name="lost">Called for datagrams that no socket has sent.</param>
    public Outbox(UdpTransport transport, LinuxTun? tun, DatagramBatch.Loss lost)
    {
        _ipv4 = new DatagramBatch(lost);
        _ipv6 = new DatagramBatch(lost);
        _transport = transport;
        _tun = tun;
        _packets = tun?.NewBatch();
    }

    /// <summary>Adds a datagram.</summary>
    /// <param name="datagram">The datagram, which is copied.</param>
    /// <param name="endpoint">Where to.</param>
    public void AddDatagram(ReadOnlySpan<byte> datagram, Endpoint endpoint)
    {
        DatagramBatch batch = endpoint.IsIpv4 ? _ipv4 : _ipv6;
        if (!batch.Add(datagram, endpoint))
        {
            SendDatagrams();
            batch.Add(datagram, endpoint);
        }
    }

    /// <summary>Adds an inner packet for the machine.</summary>
    /// <param name="packet">The packet, which is copied.</param>
    /// <returns>False when there is nothing to take it.</returns>
    public bool AddPacket(ReadOnlySpan<byte> packet)
    {
        if (_packets == null)
        {
            return false;
        }

        if (!_packets.Add(packet))
        {
            _tun!.Send(_packets);
            _packets.Add(packet);
        }

        return true;
    }

    /// <summary>Sends all that is there.</summary>
    public void Send()
    {
        SendDatagrams();
        if (_packets != null)
        {
            _tun!.Send(_packets);
        }
    }

    private void SendDatagrams()
    {
        _transport.Send(_ipv4, _ipv6);
    }
}
