using System;
using Spore.Base;
using Spore.WireGuard;

namespace Spore.Tests.Device;

/// <summary>
/// A plain tunnel with one peer on a wire in memory, with all that belongs to it. It takes all its
/// memory at construction.
/// </summary>
internal sealed class TunnelStation : ITransport, IEntropy
{
    private const int LargestDatagram = 1500;
    private const int Keepalive = 25;
    private const int KeySize = 32;

    // Datagrams on the way to this station, a ring of them.
    private readonly byte[][] _datagrams;
    private readonly int[] _lengths;
    private readonly byte[] _privateKey = new byte[KeySize];
    private int _head;
    private int _count;
    private ulong _seed;

    /// <summary>Makes a station.</summary>
    /// <param name="number">Its number; its inner address is 10.0.0.NUMBER.</param>
    /// <param name="room">How many datagrams can be on the way to it.</param>
    public TunnelStation(byte number, int room)
    {
        _seed = (ulong)number * 7919;
        for (int i = 0; i < KeySize; i++)
        {
            _privateKey[i] = number;
        }

        Endpoint.SetIpv4(new byte[] { 192, 0, 2, number }, 0, 51820);
        _datagrams = new byte[room][];
        _lengths = new int[room];
        for (int i = 0; i < room; i++)
        {
            _datagrams[i] = new byte[LargestDatagram];
        }
    }

    /// <summary>Where it is on the wire.</summary>
    public readonly Endpoint Endpoint = new Endpoint();

    /// <summary>The tunnel, once made.</summary>
    public Tunnel Tunnel;

    /// <summary>Its peer, once it has one.</summary>
    public Peer Peer;

    /// <summary>The station at the other end.</summary>
    public TunnelStation Other;

    /// <summary>Inner packets received.</summary>
    public int Received;

    /// <summary>Bytes of the latest of them.</summary>
    public int LatestLength;

    /// <summary>Makes the tunnel.</summary>
    public void Make(long now)
    {
        Tunnel = new Tunnel(
            TunnelLimits.OnePeer(), _privateKey, this, this, new ConfiguredHost(Wire.BuildTime * 1000, now));
    }

    /// <summary>Makes the other station the tunnel's peer.</summary>
    public void Know(byte[] key, byte[] presharedKey, byte address, bool keepsAlive, long now)
    {
        Peer = Tunnel.AddPeer(
            key, 0, presharedKey, Other == null ? Endpoint : Other.Endpoint, keepsAlive ? Keepalive : 0, now);
        AllowedIps allowed = new AllowedIps(1);
        allowed.Begin(new byte[] { 10, 0, 0, address, 32 });
        allowed.Add(0, false, Peer.Owner);
        allowed.Complete();
        Tunnel.Routing = allowed;
    }

    /// <summary>Receives what is on the way to it.</summary>
    /// <returns>Whether there was anything.</returns>
    public bool Deliver(long now)
    {
        bool any = _count > 0;
        while (_count > 0)
        {
            byte[] datagram = _datagrams[_head];
            if (Tunnel.Receive(datagram, 0, _lengths[_head], Other.Endpoint, now) != null)
            {
                Received++;
                LatestLength = Tunnel.PacketLength;
            }

            _head = (_head + 1) % _datagrams.Length;
            _count--;
        }

        return any;
    }

    public void Send(byte[] buffer, int offset, int length, Endpoint endpoint)
    {
        Other.Put(buffer, offset, length);
    }

    public void Fill(byte[] buffer, int offset, int length)
    {
        for (int i = 0; i < length; i++)
        {
            _seed = _seed * 6364136223846793005UL + 1442695040888963407UL;
            buffer[offset + i] = (byte)(_seed >> 56);
        }
    }

    private void Put(byte[] buffer, int offset, int length)
    {
        if (_count < _datagrams.Length)
        {
            int at = (_head + _count) % _datagrams.Length;
            Array.Copy(buffer, offset, _datagrams[at], 0, length);
            _lengths[at] = length;
            _count++;
        }
    }
}
