using System;
using System.Buffers.Binary;
using Spore.Base;
using Spore.Hostsim.Crypto;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Signing;

namespace Spore.Hostsim.Simulation;

/// <summary>
/// A node in a simulated world: its flash record survives power cycles, everything else is the core's and does not.
/// </summary>
internal sealed class SimulatedNode : ITransport, INodeHost, IStation
{
    /// <summary>The UDP port of every node.</summary>
    public const int Port = 51820;

    /// <summary>The highest number that a node may have.</summary>
    public const int HighestNumber = 65534;

    /// <summary>
    /// When the firmware of every node was built, in Unix seconds: 2026-01-01. Fixed, so that runs can be repeated.
    /// </summary>
    public const long BuildTime = 1767225600;

    private readonly Simulator _simulator;
    private readonly NodeLimits _limits;
    private readonly long _seed;
    private readonly byte[] _flash;
    private long _bootedAt;
    private long _wakeAt = long.MaxValue;
    private int _boots;
    private long _earlierBytesReceived;
    private long _earlierBytesSent;

    /// <summary>Makes a node that is switched off.</summary>
    /// <param name="name">Its name in the timeline and its label in the network.</param>
    /// <param name="number">Its number, 1 to 65534, which its inner addresses are made from.</param>
    /// <param name="identity">What is in its flash.</param>
    /// <param name="simulator">The clock.</param>
    /// <param name="network">The local network that it is in, which gives it its outer address.</param>
    /// <param name="limits">The sizes of its memory.</param>
    /// <param name="seed">The run's seed.</param>
    public SimulatedNode(
        string name,
        int number,
        NodeIdentity identity,
        Simulator simulator,
        LocalNetwork network,
        NodeLimits limits,
        long seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, HighestNumber);
        Name = name;
        PublicKey = identity.PublicKey;
        _flash = identity.Record;
        _simulator = simulator;
        Network = network;
        Outer = network.Assign(Port);
        _limits = limits;
        _seed = seed;
        Ipv4 = [10, 77, (byte)(number >> 8), (byte)number];
        Ipv6 = new byte[16];
        Ipv6[0] = 0xFD;
        Ipv6[1] = 0x77;
        BinaryPrimitives.WriteUInt16BigEndian(Ipv6.AsSpan(14), (ushort)number);
    }

    /// <summary>Hears what the node reports: the event, the peer's public key or null, and the value.</summary>
    public event Action<SimulatedNode, NodeEvent, byte[]?, long>? Reported;

    /// <summary>Takes the inner packets that arrive for the application.</summary>
    public event Action<SimulatedNode, byte[]>? Delivered;

    /// <summary>The name in the timeline.</summary>
    public string Name { get; }

    /// <summary>The node's public key, 32 bytes.</summary>
    public byte[] PublicKey { get; }

    /// <inheritdoc/>
    public LocalNetwork Network { get; }

    /// <inheritdoc/>
    public Endpoint Outer { get; }

    /// <summary>The IPv4 address that the network assigns to it.</summary>
    public byte[] Ipv4 { get; }

    /// <summary>The IPv6 address that the network assigns to it.</summary>
    public byte[] Ipv6 { get; }

    /// <summary>Whether the node answers for the operator: it is given the network and a clock at boot.</summary>
    public bool IsPublisher { get; init; }

    /// <summary>What else its program gives a new core before it sends anything; null for nothing.</summary>
    public Action<Node>? SetUp { get; init; }

    /// <summary>The running core, or null while the node is off.</summary>
    public Node? Core { get; private set; }

    /// <summary>Milliseconds since the node was switched on, its own monotonic clock.</summary>
    public long Clock => _simulator.Now - _bootedAt;

    /// <summary>The version of the network it has applied, 0 when it has none or is off.</summary>
    public ulong Version => Core?.NetworkVersion ?? 0;

    /// <summary>
    /// How long after it was last switched on it first got a network from another, in milliseconds, or null.
    /// </summary>
    public long? JoinedAfter { get; private set; }

    /// <summary>Bytes received in all its boots.</summary>
    public long BytesReceived => _earlierBytesReceived + (Core?.Counters.BytesReceived ?? 0);

    /// <summary>Bytes sent in all its boots.</summary>
    public long BytesSent => _earlierBytesSent + (Core?.Counters.BytesSent ?? 0);

    /// <summary>
    /// Switches the node on: a new core from the flash record, with no network and no clock but the
    /// firmware's build time.
    /// </summary>
    public void PowerOn()
    {
        _boots++;
        _bootedAt = _simulator.Now;
        JoinedAfter = null;
        SeededEntropy entropy = new(_seed, $"{Name}, boot {_boots}");
        HostPrimitives host = _simulator.Primitives;
        Core = new Node(
            _limits, _flash, this, entropy, this, BuildTime, Clock, host.Aead, host.Multiplier, host.Compression);
        SetUp?.Invoke(Core);
        Network.Attach(this);
        Reschedule();
    }

    /// <summary>Switches the node off: all it knew is gone.</summary>
    public void PowerOff()
    {
        _earlierBytesReceived = BytesReceived;
        _earlierBytesSent = BytesSent;
        Network.Detach(this);
        _wakeAt = long.MaxValue;
        Core = null;
    }

    /// <summary>Does something with the running core and keeps its timers going.</summary>
    /// <param name="action">What to do.</param>
    /// <typeparam name="T">Its result.</typeparam>
    /// <returns>The action's result.</returns>
    /// <exception cref="InvalidOperationException">The node is off.</exception>
    public T With<T>(Func<Node, T> action)
    {
        T result = action(Core ?? throw new InvalidOperationException($"{Name} is off"));
        Reschedule();
        return result;
    }

    /// <inheritdoc/>
    public void Arrive(byte[] datagram, Endpoint source)
    {
        Core?.Receive(datagram, 0, datagram.Length, source, Clock);
        Reschedule();
    }

    /// <inheritdoc/>
    void ITransport.Send(byte[] buffer, int offset, int length, Endpoint endpoint)
    {
        Network.Send(this, buffer.AsSpan(offset, length), endpoint);
    }

    /// <inheritdoc/>
    bool INodeHost.Deliver(byte[] buffer, int offset, int length)
    {
        Delivered?.Invoke(this, buffer.AsSpan(offset, length).ToArray());
        return true;
    }

    /// <inheritdoc/>
    void INodeHost.Report(NodeEvent what, byte[]? key, int keyOffset, long value)
    {
        if (what == NodeEvent.NetworkApplied)
        {
            JoinedAfter ??= IsPublisher ? null : Clock;
        }

        Reported?.Invoke(this, what, key?.AsSpan(keyOffset, PublicKey.Length).ToArray(), value);
    }

    // There are no names in a simulated network.
    bool INodeHost.FindEndpoint(byte[] key, int keyOffset, byte[]? name, int offset, int length, Endpoint endpoint) =>
        false;

    int INodeHost.FindProof(ProofName kind, byte[] value, byte[] proof, int offset, int capacity) => 0;

    long INodeHost.FreeHeap() => -1;

    private void Reschedule()
    {
        if (Core is not { NextDeadline: < long.MaxValue / 2 } core)
        {
            return;
        }

        // A core with work left asks for now; a millisecond a step keeps virtual time moving.
        long at = Math.Max(core.NextDeadline + _bootedAt, _simulator.Now + 1);
        if (at == _wakeAt)
        {
            return;
        }

        _wakeAt = at;
        _simulator.At(at, () =>
        {
            if (_wakeAt == at && Core == core)
            {
                _wakeAt = long.MaxValue;
                core.Advance(Clock);
                Reschedule();
            }
        });
    }
}
