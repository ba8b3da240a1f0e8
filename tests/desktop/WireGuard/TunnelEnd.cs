using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Reflection;
using Spore.Base;
using Spore.Crypto;
using Spore.Mesh;
using Spore.WireGuard;

namespace Spore.Tests.WireGuard;

/// <summary>One <see cref="Tunnel"/> with everything around it, which writes down what it says.</summary>
internal class TunnelEnd : ITransport, IEntropy, ITunnelHost, IKeyLog
{
    private readonly Random _random;
    private readonly byte[] _private;

    public TunnelEnd(byte seed, NodeLimits? limits = null)
    {
        _random = new Random(seed);
        _private = PrivateKey(seed);
        X25519 x25519 = new();
        x25519.MultiplyBase(Public, 0, _private, 0);
        Endpoint = EndpointOf(seed);
        Tunnel = new Tunnel(
            limits ?? Limits(),
            _private,
            Public,
            x25519,
            new X25519(),
            new Blake2s(),
            new ChaCha20Poly1305(),
            new XChaCha20Poly1305(new ChaCha20Poly1305()),
            this,
            this,
            this,
            Counters)
        {
            KeyLog = this,
        };
        Tunnel.QueueIn(new byte[4 * 1424], 0, 4 * 1424);
    }

    public static NodeLimits Limits() =>
        new() { Peers = 4, Slots = 4, Keypairs = 13, Initiations = 8, Mtu = 1420, RateLimitSources = 8 };

    public Tunnel Tunnel { get; }

    public byte[] Public { get; } = new byte[32];

    public Endpoint Endpoint { get; }

    public NodeCounters Counters { get; } = new();

    public long Now { get; set; } = 1_000_000;

    /// <summary>The wall time of the node.</summary>
    public long UnixMilliseconds { get; set; } = 1_750_000_000_000;

    public List<(long At, byte[] Bytes, Endpoint To)> Sent { get; } = [];

    public List<byte[]> Received { get; } = [];

    /// <summary>When each of those came.</summary>
    public List<long> ReceivedAt { get; } = [];

    public List<(NodeEvent What, long Value)> Events { get; } = [];

    /// <summary>When it was told of a silent peer.</summary>
    public List<long> Silences { get; } = [];

    /// <summary>The memory for initiations, in use or not.</summary>
    public Initiation[] Initiations =>
        (Initiation[])Field(Field(Tunnel, "_initiations"), "_initiations");

    public List<(byte[] Private, long At)> Ephemerals { get; } = [];

    /// <summary>Lets unknown initiators in.</summary>
    public bool AdmitsGuests { get; set; }

    /// <summary>The keys of those without a slot that are no strangers.</summary>
    public List<byte[]> Members { get; } = [];

    /// <summary>The jitter of each of its timers; null for one of chance.</summary>
    public int? Jitter { get; set; }

    /// <summary>What takes datagrams from it.</summary>
    public Action<byte[], Endpoint>? Wire { get; set; }

    public IEnumerable<long> InitiationsAt => Sent.Where(s => s.Bytes[0] == 1).Select(s => s.At);

    public static byte[] PrivateKey(byte seed) => System.Security.Cryptography.SHA256.HashData([seed, 1]);

    public static Endpoint EndpointOf(byte seed, int port = 51820)
    {
        Endpoint endpoint = new();
        endpoint.SetIpv4([192, 0, 2, seed], 0, port);
        return endpoint;
    }

    /// <summary>An address and port of either family, as people write them.</summary>
    public static Endpoint EndpointOf(string text)
    {
        IPEndPoint parsed = IPEndPoint.Parse(text);
        byte[] address = parsed.Address.GetAddressBytes();
        Endpoint endpoint = new();
        if (address.Length == 4)
        {
            endpoint.SetIpv4(address, 0, parsed.Port);
        }
        else
        {
            endpoint.SetIpv6(address, 0, parsed.Port, 0);
        }

        return endpoint;
    }

    public Peer Know(byte[] key, Endpoint? endpoint, byte[]? presharedKey = null)
    {
        Peer peer = Tunnel.Peers.First(p => !p.InUse);
        if (!Tunnel.Open(peer, key, 0, Now))
        {
            throw new ArgumentException("No sound key.");
        }

        if (endpoint is not null)
        {
            peer.Endpoint.CopyFrom(endpoint);
        }

        peer.PresharedKey = (byte[]?)presharedKey?.Clone();
        return peer;
    }

    public virtual void Receive(byte[] datagram, Endpoint from)
    {
        // Exact bytes between others, so that reading beyond the end is seen.
        byte[] buffer = [0xEE, .. datagram, 0xEE];
        Take(Tunnel.Receive(buffer, 1, datagram.Length, from, Now), buffer);
    }

    /// <summary>Writes down the packet that the tunnel has found in a buffer, if it has found one.</summary>
    protected void Take(Peer? peer, byte[] buffer)
    {
        if (peer is not null)
        {
            Received.Add(buffer.AsSpan(Tunnel.PacketStart, Tunnel.PacketLength).ToArray());
            ReceivedAt.Add(Now);
        }
    }

    public void Send(Peer peer, params byte[] packet)
    {
        packet.CopyTo(Tunnel.SendBuffer, Tunnel.PacketOffset);
        Tunnel.SendTo(peer, packet.Length, Now);
    }

    /// <summary>When a timer fires or idle work is due.</summary>
    public long NextDue => Tunnel.NextDeadline;

    public void Advance() => Tunnel.Advance(Now);

    /// <summary>Lets time pass up to and with a moment; timers fire on time.</summary>
    public void RunTo(long end)
    {
        int repeated = 0;
        while (NextDue <= end)
        {
            long due = NextDue;
            Now = Math.Max(Now, due);
            Advance();

            // Idle work is done in steps, fifteen for each peer.
            repeated = NextDue <= due ? repeated + 1 : 0;
            if (repeated > 20 * Tunnel.Peers.Length)
            {
                throw new InvalidOperationException($"The deadline {due} stays.");
            }
        }

        Now = end;
    }

    public void Run(long milliseconds) => RunTo(Now + milliseconds);

    /// <summary>The datagrams sent since this was last called.</summary>
    public byte[][] Take()
    {
        byte[][] sent = [.. Sent.Select(s => s.Bytes)];
        Sent.Clear();
        return sent;
    }

    /// <summary>Sends a datagram as it is.</summary>
    public void Send(byte[] buffer, int offset, int length, Endpoint endpoint)
    {
        Endpoint to = new();
        to.CopyFrom(endpoint);
        byte[] bytes = buffer.AsSpan(offset, length).ToArray();
        Sent.Add((Now, bytes, to));
        Wire?.Invoke(bytes, to);
    }

    // Four bytes are for a jitter, which is made of the first two, or for an index, for which the others are enough.
    void IEntropy.Fill(byte[] buffer, int offset, int length)
    {
        _random.NextBytes(buffer.AsSpan(offset, length));
        if (length == 4 && Jitter is int jitter)
        {
            (buffer[offset], buffer[offset + 1]) = ((byte)(jitter >> 8), (byte)jitter);
        }
    }

    void IKeyLog.Ephemeral(byte[] privateKey, int offset, byte[]? presharedKey) =>
        Ephemerals.Add((privateKey.AsSpan(offset, 32).ToArray(), Now));

    bool ITunnelHost.HasUrgentWork => false;

    bool ITunnelHost.IsKnown(byte[] key, int offset) => Members.Any(m => key.AsSpan(offset, 32).SequenceEqual(m));

    Peer? ITunnelHost.Admit(byte[] key, int offset, long now)
    {
        Peer? peer = AdmitsGuests ? Tunnel.Peers.FirstOrDefault(p => !p.InUse) : null;
        return peer is not null && Tunnel.Open(peer, key, offset, now) ? peer : null;
    }

    void ITunnelHost.WriteTimestamp(byte[] timestamp, long now) => Tai64n.Write(timestamp, 0, UnixMilliseconds + now);

    bool ITunnelHost.TimestampVerified(Peer peer, byte[] timestamp, long now) => true;

    /// <summary>Where a peer is to be asked next, when it has not answered.</summary>
    public Action<Peer>? Elsewhere { get; set; }

    void ITunnelHost.Unanswered(Peer peer) => Elsewhere?.Invoke(peer);

    bool ITunnelHost.StaleInitiation(byte[] key, int offset, Endpoint source, long now) => true;

    int ITunnelHost.CompareTimestamp(byte[] key, int offset, byte[] timestamp) => 1;

    bool ITunnelHost.Silent(Peer peer, long now)
    {
        Silences.Add(now);
        return false;
    }

    void ITunnelHost.SessionUp(Peer peer, bool isInitiator, long now) =>
        Events.Add((NodeEvent.SessionUp, isInitiator ? 1 : 0));

    void ITunnelHost.SessionDown(Peer peer, long now) => Events.Add((NodeEvent.SessionDown, 0));

    Peer? ITunnelHost.OpenOwner(int owner, long now) => null;

    void ITunnelHost.Report(TunnelEvent what, Peer peer, long value) => Events.Add(((NodeEvent)(int)what, value));

    private static object Field(object owner, string name) =>
        owner.GetType().GetField(name, BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(owner)!;
}
