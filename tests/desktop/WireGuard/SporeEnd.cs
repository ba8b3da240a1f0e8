using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Base;
using Spore.Mesh;
using Spore.WireGuard;

namespace Spore.Tests.WireGuard;

/// <summary>A <see cref="TunnelEnd"/> with one peer.</summary>
internal sealed class SporeEnd : IEnd
{
    private readonly byte _seed;
    private readonly bool _isInHalves;
    private Peer? _peer;
    private Endpoint _known = new();
    private int _interval;
    private long _refused;

    public SporeEnd(byte seed, bool isInHalves = false)
    {
        _seed = seed;
        _isInHalves = isInHalves;
        End = Make();
        Endpoint = End.Endpoint;
    }

    /// <summary>The tunnel, until it is restarted.</summary>
    public TunnelEnd End { get; private set; }

    public byte[] Public => End.Public;

    public Endpoint Endpoint { get; set; }

    public long Now
    {
        get => End.Now;
        set => End.Now = value;
    }

    public long NextDue => End.NextDue;

    public Action<byte[], Endpoint>? Wire
    {
        get => End.Wire;
        set => End.Wire = value;
    }

    public List<byte[]> Received => End.Received;

    public List<long> ReceivedAt => End.ReceivedAt;

    public int Refused => (int)(_refused + End.Counters.Invalid + End.Counters.Replayed + End.Counters.Limited);

    public int Sessions => End.Events.Count(e => e.What == NodeEvent.SessionUp);

    public bool HasKeys => (Peer.Previous, Peer.Current, Peer.Next) != (Keypairs.None, Keypairs.None, Keypairs.None);

    public long SessionSince => Peer.SessionSince;

    public (uint Local, uint Remote) Current =>
        ((uint)Peer.Keypairs.LocalIndex[Peer.Current], (uint)Peer.Keypairs.RemoteIndex[Peer.Current]);

    public bool IsUnconfirmed => Peer.Next != Keypairs.None;

    public int? Jitter
    {
        get => End.Jitter;
        set => End.Jitter = value;
    }

    public Peer Peer => _peer ?? throw new InvalidOperationException("It knows nobody.");

    public void Know(byte[] key, Endpoint endpoint)
    {
        _peer = End.Know(key, endpoint);
        _known = endpoint;
    }

    public void Send(byte[] packet)
    {
        End.Sent.Clear();
        End.Send(Peer, packet);
    }

    public void Ask() => End.Tunnel.Initiate(Peer, Now);

    public void KeepAlive(int seconds)
    {
        _interval = seconds;
        End.Tunnel.SetKeepalive(Peer, seconds, Now);
        End.Advance();
    }

    public void Restart()
    {
        _refused = Refused;
        byte[] key = [.. Peer.Bytes.AsSpan(Peer.Key, Message.KeySize)];
        TunnelEnd before = End;
        End = Make();
        (End.Now, End.Wire, End.Jitter) = (before.Now, before.Wire, before.Jitter);
        End.Received.AddRange(before.Received);
        End.ReceivedAt.AddRange(before.ReceivedAt);
        Know(key, _known);
        KeepAlive(_interval);
    }

    public void Receive(byte[] datagram, Endpoint from) => End.Receive(datagram, from);

    public void Advance() => End.Advance();

    private TunnelEnd Make() => _isInHalves ? new SealingEnd(_seed) : new TunnelEnd(_seed);
}
