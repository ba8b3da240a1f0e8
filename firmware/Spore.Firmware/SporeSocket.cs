using System;
using System.Threading;
using Spore.Base;
using Spore.Net;

namespace Spore.Firmware;

/// <summary>
/// UDP over the mesh for an application on the device: by inner address, by key or by label, in memory that is taken
/// when the socket is opened. Whoever is on the other side is a member or a configured peer, and its address is its
/// own: the tunnel has checked both. For use by one thread, beside the node's.
/// </summary>
public sealed class SporeSocket
{
    // Of a datagram in the queue: its length, then its source.
    private const int LengthSize = 2;
    private const int PortOffset = LengthSize + Ipv6.AddressSize;
    private const int HeaderSize = PortOffset + 2;

    private readonly SporeNode _node;
    private readonly byte[] _packet;
    private readonly byte[] _queue;
    private readonly byte[] _source = new byte[Ipv6.AddressSize];
    private readonly AutoResetEvent _arrived = new AutoResetEvent(false);
    private int _used;

    /// <summary>Takes the memory.</summary>
    /// <param name="node">The node.</param>
    /// <param name="port">The port.</param>
    /// <param name="largest">Bytes of the largest payload that can be sent.</param>
    /// <param name="queue">Bytes for payloads that have come in and are not taken yet, 20 more for each.</param>
    internal SporeSocket(SporeNode node, int port, int largest, int queue)
    {
        _node = node;
        Port = port;
        _packet = new byte[Ipv6.HeaderSize + Udp.HeaderSize + largest];
        _queue = new byte[queue];
    }

    /// <summary>The port that it has on all inner addresses of this node.</summary>
    public int Port { get; }

    /// <summary>Datagrams that found no room in the queue.</summary>
    public int Dropped { get; private set; }

    /// <summary>
    /// Sends a datagram. Where there is no session yet, one is asked for, and the datagram waits for it a while.
    /// </summary>
    /// <param name="payload">A buffer with the payload; copied.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length.</param>
    /// <param name="to">Where to.</param>
    /// <returns>False when no peer has that address, or this node none of its kind.</returns>
    /// <exception cref="ArgumentException">It is longer than the socket was opened for.</exception>
    public bool SendTo(byte[] payload, int offset, int length, MeshEndpoint to)
    {
        bool isIpv6 = !to.IsIpv4;
        int header = isIpv6 ? Ipv6.HeaderSize : Ipv4.HeaderSize;
        int size = isIpv6 ? Ipv6.AddressSize : Ipv4.AddressSize;
        if (Ipv6.HeaderSize + Udp.HeaderSize + length > _packet.Length)
        {
            throw new ArgumentException("payload");
        }

        lock (_node.Gate)
        {
            if (!_node.CopySource(to, _source))
            {
                return false;
            }

            Array.Copy(payload, offset, _packet, header + Udp.HeaderSize, length);
            Udp.Emit(_packet, header, length, Port, to.Port, _source, 0, to.Address, to.Start, size);
            if (isIpv6)
            {
                Ipv6.Emit(
                    _packet,
                    0,
                    Udp.HeaderSize + length,
                    IpProtocol.Udp,
                    Ipv6.DefaultHopLimit,
                    _source,
                    0,
                    to.Address,
                    0);
            }
            else
            {
                Ipv4.Emit(
                    _packet,
                    0,
                    Udp.HeaderSize + length,
                    IpProtocol.Udp,
                    Ipv4.DefaultTimeToLive,
                    _source,
                    0,
                    to.Address,
                    to.Start);
            }

            return _node.Core.Send(_packet, 0, header + Udp.HeaderSize + length, Environment.TickCount64);
        }
    }

    /// <summary>Waits for a datagram.</summary>
    /// <param name="buffer">Takes the payload; what does not fit is cut off.</param>
    /// <param name="from">Takes its source.</param>
    /// <param name="milliseconds">How long to wait; <see cref="Timeout.Infinite"/> for ever.</param>
    /// <returns>The length of the payload in the buffer, or -1 when none has come.</returns>
    public int ReceiveFrom(byte[] buffer, MeshEndpoint from, int milliseconds)
    {
        int length = Take(buffer, from);
        if (length < 0 && _arrived.WaitOne(milliseconds, false))
        {
            length = Take(buffer, from);
        }

        return length;
    }

    /// <summary>Gives the port back.</summary>
    public void Close()
    {
        _node.Close(this);
    }

    /// <summary>Called under the node's lock when a datagram for this port has come in.</summary>
    /// <param name="buffer">The packet's buffer.</param>
    /// <param name="packet">Where it starts.</param>
    /// <param name="header">Where its UDP header starts.</param>
    /// <param name="length">The payload's length.</param>
    internal void Put(byte[] buffer, int packet, int header, int length)
    {
        if (_used + HeaderSize + length > _queue.Length)
        {
            Dropped++;
            return;
        }

        int version = IpPacket.Version(buffer, packet);
        int size = IpPacket.AddressSize(version);
        BigEndian.WriteUInt16(_queue, _used, length);
        Array.Clear(_queue, _used + LengthSize, Ipv6.AddressSize);
        if (version == 4)
        {
            _queue[_used + LengthSize + 10] = 0xFF;
            _queue[_used + LengthSize + 11] = 0xFF;
        }

        Array.Copy(buffer, packet + IpPacket.SourceOffset(version), _queue, _used + PortOffset - size, size);
        BigEndian.WriteUInt16(_queue, _used + PortOffset, Udp.SourcePort(buffer, header));
        Array.Copy(buffer, header + Udp.HeaderSize, _queue, _used + HeaderSize, length);
        _used += HeaderSize + length;
        _arrived.Set();
    }

    // The oldest is always the first.
    private int Take(byte[] buffer, MeshEndpoint from)
    {
        lock (_node.Gate)
        {
            if (_used == 0)
            {
                // It may still tell of what was taken without waiting.
                _arrived.Reset();
                return -1;
            }

            int length = BigEndian.ReadUInt16(_queue, 0);
            int taken = length < buffer.Length ? length : buffer.Length;
            from.Set(_queue, LengthSize, Ipv6.AddressSize);
            from.Port = BigEndian.ReadUInt16(_queue, PortOffset);
            Array.Copy(_queue, HeaderSize, buffer, 0, taken);
            int next = HeaderSize + length;
            Array.Copy(_queue, next, _queue, 0, _used - next);
            _used -= next;
            return taken;
        }
    }
}
