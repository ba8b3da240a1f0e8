using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Base;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tests.Network;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>One node of a <see cref="Mesh"/>, with everything that it said and took.</summary>
internal class MeshNode : IStation, ITransport, IEntropy, INodeHost
{
    /// <summary>How many datagrams a device's network stack keeps while the node is busy.</summary>
    private const int MostWaiting = 6;

    private readonly Mesh _mesh;
    private readonly NodeLimits _limits;
    private readonly byte[] _identity = new byte[IdentityRecord.Size];
    private readonly Queue<(byte[] Datagram, Endpoint From)> _waiting = [];
    private Random _random;
    private bool _isHandling;
    private readonly HandshakeMeter _meter = new();
    private int _made;

    public MeshNode(Mesh mesh, byte seed, NodeLimits limits, ulong floor)
    {
        _mesh = mesh;
        _limits = limits;
        Seed = seed;
        _random = new Random(seed);
        byte[] key = PrivateKey(seed);
        "SPOREID1"u8.CopyTo(_identity);
        key.CopyTo(_identity, IdentityRecord.PrivateKeyOffset);
        NetworkBytes.TrustRoot.CopyTo(_identity, IdentityRecord.TrustRootOffset);
        BigEndian.WriteUInt64(_identity, IdentityRecord.FloorOffset, floor);
        IdentityRecord.Seal(_identity, 0);
        Endpoint.SetIpv4([192, 0, 2, seed], 0, 51820);
        Node = Boot();
    }

    public byte Seed { get; }

    public Node Node { get; private set; }

    public bool IsOn { get; set; } = true;

    public Endpoint Endpoint { get; } = new();

    public byte[] Key => Node.PublicKey;

    public List<(NodeEvent What, byte[]? Key, long Value)> Events { get; } = [];

    /// <summary>The endpoints that events were about.</summary>
    public List<(NodeEvent What, Endpoint Where)> Places { get; } = [];

    public List<byte[]> Delivered { get; } = [];

    public List<(byte[] Bytes, Endpoint To)> SentTo { get; } = [];

    public IEnumerable<byte[]> Sent => SentTo.Select(s => s.Bytes);

    public static NodeLimits Limits() => new()
    {
        Peers = 16,
        Guests = 8,
        Keypairs = 73,
        Initiations = 48,
        Transfers = 8,
        Window = 4,
        ReceiveWindows = 32,
        NetworkEntries = 64,
        NetworkBytes = 8192,
        Prefixes = 128,
        Mtu = 1420,
        RateLimitSources = 16,
        Neighbours = 16,
    };

    /// <summary>A power cycle: nothing but the flash record is left.</summary>
    public void Reboot()
    {
        _random = new Random((Seed * 1000) + (int)_mesh.Now);
        _waiting.Clear();
        BusyUntil = 0;
        Events.Clear();
        Node = Boot();
    }

    /// <summary>The slot of a key, or null.</summary>
    public Peer? Slot(byte[] key) => Node.Peers.SingleOrDefault(p => p.InUse && p.PublicKey.SequenceEqual(key));

    public bool Knows(NodeEvent what) => Events.Any(e => e.What == what);

    public int Count(NodeEvent what) => Events.Count(e => e.What == what);

    public NetworkFault Load(byte[] file) => Node.Load(file, 0, file.Length, _mesh.Now);

    public NetworkFault LoadPart(byte[] head, byte[] proof) => Node.LoadPart(head, 0, proof, _mesh.Now);

    public void Add(MeshNode peer, bool endpoint = true) =>
        Node.AddPeer(peer.Key, 0, endpoint ? peer.Endpoint : null, _mesh.Now);

    public static byte[] PrivateKey(byte seed) => System.Security.Cryptography.SHA256.HashData([seed]);

    public bool Send(byte[] packet)
    {
        bool isSent = false;
        Measured(() => isSent = Node.Send(packet, 0, packet.Length, _mesh.Now));
        return isSent;
    }

    /// <summary>
    /// How long it works on a scalar multiplication of a handshake, in milliseconds: for a slice of idle work a fifth
    /// of that. Meanwhile it does nothing else, and what it sends goes out at the end. docs/cost.md has 800 at 1.5
    /// million instructions a second.
    /// </summary>
    public int MultiplicationTime { get; set; }

    /// <summary>
    /// With <see cref="MultiplicationTime"/>, how long it worked on handshakes by the key of each, in milliseconds;
    /// null stands for keys that it did not learn. What it made ahead for guests is theirs.
    /// </summary>
    public List<(byte[]? Key, int Milliseconds)> Worked { get; } = [];

    /// <summary>When it is done with what it works on.</summary>
    public long BusyUntil { get; private set; }

    /// <summary>When it gets to what is due.</summary>
    public long NextDeadline => Math.Max(Node.NextDeadline, BusyUntil);

    public void Advance()
    {
        if (MultiplicationTime == 0)
        {
            Node.Advance(_mesh.Now);
            return;
        }

        NodeIdleWork work = new();
        Node.CountIdleWork(work, _mesh.Now);
        bool isSlice = work.Checks + work.Secrets + work.Keys + work.Pairs > 0 && Node.NextDeadline <= _mesh.Now;
        Peer? guest = Node.Peers.FirstOrDefault(p => p.InUse && p.IsProvisional && p.WorkDue <= _mesh.Now);
        byte[]? key = work.Checks == 0 ? guest?.PublicKey : null;
        Measured(() => Node.Advance(_mesh.Now));
        if (isSlice)
        {
            Work(MultiplicationTime / 5);
            if (key is not null)
            {
                Worked.Add((key, MultiplicationTime / 5));
            }
        }
    }

    public void Receive(byte[] datagram, Endpoint from)
    {
        if (_waiting.Count == 0 && _mesh.Now >= BusyUntil)
        {
            Take(datagram, from);
        }
        else if (_waiting.Count < MostWaiting)
        {
            _waiting.Enqueue((datagram, from));
            _mesh.After(Math.Max(0, BusyUntil - _mesh.Now), TakeNext);
        }
    }

    /// <summary>Gives a datagram to the node, which may decrypt in place.</summary>
    protected virtual void Handle(byte[] datagram, Endpoint from, long now) =>
        Node.Receive(datagram, 0, datagram.Length, from, now);

    /// <summary>Sends a datagram as it is.</summary>
    public void Send(byte[] buffer, int offset, int length, Endpoint endpoint)
    {
        byte[] bytes = buffer.AsSpan(offset, length).ToArray();
        Endpoint to = new();
        to.CopyFrom(endpoint);
        SentTo.Add((bytes, to));
        if (bytes[0] == 1)
        {
            // Now, so that it leaves at the end.
            _made = _meter.Take() * MultiplicationTime / 4;
            Work(_made);
        }

        if (!_isHandling)
        {
            _mesh.Transmit(this, bytes, endpoint, Math.Max(0, BusyUntil - _mesh.Now));
        }
    }

    void IEntropy.Fill(byte[] buffer, int offset, int length) => _random.NextBytes(buffer.AsSpan(offset, length));

    /// <summary>Whether there is an application that takes what is delivered.</summary>
    public bool Listens { get; set; } = true;

    bool INodeHost.Deliver(byte[] buffer, int offset, int length)
    {
        Delivered.Add(buffer.AsSpan(offset, length).ToArray());
        return Listens;
    }

    void INodeHost.Report(NodeEvent what, byte[]? key, int keyOffset, long value)
    {
        Events.Add((what, key?.AsSpan(keyOffset, 32).ToArray(), value));
        if (what == NodeEvent.InitiationSent && _made > 0)
        {
            Worked.Add((Events[^1].Key, _made));
            _made = 0;
        }

        if (what is NodeEvent.OwnKeyHeard or NodeEvent.Unanswered or NodeEvent.GivenUp)
        {
            Endpoint where = new();
            where.CopyFrom(Node.EventEndpoint);
            Places.Add((what, where));
        }
    }

    private void TakeNext()
    {
        if (_mesh.Now < BusyUntil)
        {
            _mesh.After(BusyUntil - _mesh.Now, TakeNext);
        }
        else if (_waiting.TryDequeue(out (byte[] Datagram, Endpoint From) next))
        {
            Take(next.Datagram, next.From);
        }
    }

    private void Take(byte[] datagram, Endpoint from)
    {
        int sent = SentTo.Count;
        int events = Events.Count;
        bool isHandshake = datagram[0] is 1 or 2;
        _isHandling = isHandshake;
        int time = Measured(() => Handle(datagram, from, _mesh.Now));
        _isHandling = false;
        if (time > 0)
        {
            Work(time);
            byte[]? key = datagram[0] == 1 ? _meter.Key
                : Events.Skip(events).FirstOrDefault(e => e.What == NodeEvent.SessionUp).Key;
            Worked.Add((key, time));
        }

        foreach ((byte[] bytes, Endpoint to) in SentTo.Skip(sent).Where(_ => isHandshake))
        {
            _mesh.Transmit(this, bytes, to, Math.Max(0, BusyUntil - _mesh.Now));
        }
    }

    // Lets the node do something: how long handshakes took, without initiations that it sent.
    private int Measured(Action action)
    {
        if (MultiplicationTime > 0)
        {
            _meter.Begin(Node, _mesh.Now);
        }

        action();
        return MultiplicationTime > 0 ? _meter.Take() * MultiplicationTime / 4 : 0;
    }

    private void Work(int milliseconds) => BusyUntil = Math.Max(BusyUntil, _mesh.Now) + milliseconds;

    /// <summary>Whether its operator has said where configured peers are.</summary>
    public bool HasPlaces { get; set; } = true;

    /// <summary>What names of endpoints stand for.</summary>
    public Dictionary<string, Endpoint> Names { get; } = [];

    /// <summary>The names asked for, in order; a configured peer's is empty.</summary>
    public List<string> Sought { get; } = [];

    /// <summary>
    /// Looks for endpoints in the place of <see cref="Names"/>: the peer, the published name, the endpoint.
    /// </summary>
    public Func<byte[], string?, Endpoint, bool>? Finds { get; set; }

    /// <summary>What the host knows of the network, beyond what the node holds.</summary>
    public Func<ProofName, byte[], byte[]?>? Proves { get; set; }

    int INodeHost.FindProof(ProofName kind, byte[] value, byte[] proof, int offset, int capacity)
    {
        byte[] found = Proves?.Invoke(kind, value) ?? [];
        Assert.InRange(found.Length, 0, capacity);
        found.CopyTo(proof, offset);
        return found.Length;
    }

    long INodeHost.FreeHeap() => 54_321;

    bool INodeHost.FindEndpoint(byte[] key, int keyOffset, byte[]? name, int offset, int length, Endpoint endpoint)
    {
        string sought = name is null ? string.Empty : System.Text.Encoding.ASCII.GetString(name, offset, length);
        Sought.Add(sought);
        if (Finds is not null)
        {
            return Finds(key.AsSpan(keyOffset, 32).ToArray(), name is null ? null : sought, endpoint);
        }

        if (Names.TryGetValue(sought, out Endpoint? found))
        {
            byte[] peer = key.AsSpan(keyOffset, 32).ToArray();
            _mesh.After(100, () => Node.SetEndpoint(peer, 0, found, _mesh.Now));
        }

        return HasPlaces;
    }

    private Node Boot() => new(_limits, _identity, this, this, this, Mesh.BuildTime, _mesh.Now, _meter);
}
