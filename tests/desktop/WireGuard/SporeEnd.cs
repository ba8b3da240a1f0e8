using System;
using System.Collections.Generic;
using System.Linq;
using Spore.WireGuard;

namespace Spore.Tests.WireGuard;

/// <summary>A <see cref="TunnelEnd"/> with one peer.</summary>
internal sealed class SporeEnd : IEnd
{
    private readonly byte _seed;
    private TunnelEnd _end;
    private Peer? _peer;
    private Endpoint _known = new();
    private int _interval;
    private long _refused;

    public SporeEnd(byte seed)
    {
        _seed = seed;
        _end = new TunnelEnd(seed);
        Endpoint = _end.Endpoint;
    }

    public byte[] Public => _end.Public;

    public Endpoint Endpoint { get; set; }

    public long Now
    {
        get => _end.Now;
        set => _end.Now = value;
    }

    public long NextDue => _end.NextDue;

    public Action<byte[], Endpoint>? Wire
    {
        get => _end.Wire;
        set => _end.Wire = value;
    }

    public List<byte[]> Received => _end.Received;

    public List<long> ReceivedAt => _end.ReceivedAt;

    public int Refused => (int)(_refused + _end.Counters.Invalid + _end.Counters.Replayed + _end.Counters.Limited);

    public int Sessions => _end.Events.Count(e => e.What == NodeEvent.SessionUp);

    public bool HasKeys => (Peer.Previous, Peer.Current, Peer.Next) != (Keypairs.None, Keypairs.None, Keypairs.None);

    public long SessionSince => Peer.SessionSince;

    public (uint Local, uint Remote) Current => ((uint)Peer.Keypairs.LocalIndex[Peer.Current], (uint)Peer.Keypairs.RemoteIndex[Peer.Current]);

    public bool IsUnconfirmed => Peer.Next != Keypairs.None;

    public int? Jitter
    {
        get => _end.Jitter;
        set => _end.Jitter = value;
    }

    private Peer Peer => _peer ?? throw new InvalidOperationException("It knows nobody.");

    public void Know(byte[] key, Endpoint endpoint)
    {
        _peer = _end.Know(key, endpoint);
        _known = endpoint;
    }

    public void Send(byte[] packet)
    {
        _end.Sent.Clear();
        _end.Send(Peer, packet);
    }

    public void Ask() => _end.Tunnel.Initiate(Peer, Now);

    public void KeepAlive(int seconds)
    {
        _interval = seconds;
        _end.Tunnel.SetKeepalive(Peer, seconds, Now);
        _end.Advance();
    }

    public void Restart()
    {
        _refused = Refused;
        byte[] key = [.. Peer.Bytes.AsSpan(Peer.Key, Message.KeySize)];
        TunnelEnd before = _end;
        _end = new TunnelEnd(_seed) { Now = before.Now, Wire = before.Wire, Jitter = before.Jitter };
        _end.Received.AddRange(before.Received);
        _end.ReceivedAt.AddRange(before.ReceivedAt);
        Know(key, _known);
        KeepAlive(_interval);
    }

    public void Receive(byte[] datagram, Endpoint from) => _end.Receive(datagram, from);

    public void Advance() => _end.Advance();
}
