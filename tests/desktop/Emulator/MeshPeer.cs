using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Net;
using Spore.Base;
using Spore.Emulator;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Signing;

namespace Spore.Tests.Emulator;

/// <summary>A desktop build of the core on the wire of an emulated device, in the device's time.</summary>
internal sealed class MeshPeer : IWirePeer, ITransport, IEntropy, INodeHost
{
    private const long BuildTime = 1_750_000_000;
    private const long Millisecond = 1000;

    private readonly MemoryWire _wire;
    private readonly IPEndPoint _at;
    private readonly Random _random = new(9);
    private long _now;

    public MeshPeer(MemoryWire wire, IPEndPoint at, NodeIdentity identity)
    {
        _wire = wire;
        _at = at;
        Node = new Node(NodeLimits.Device(), identity.Record, this, this, this, BuildTime, 0);
        wire.Attach(at, this);
    }

    public Node Node { get; }

    public List<(NodeEvent What, byte[]? Key, long Value)> Events { get; } = [];

    public List<byte[]> Delivered { get; } = [];

    /// <summary>Whether it is there: else it hears nothing, and its time stands still.</summary>
    public bool IsOn { get; set; } = true;

    // A core with work left asks for now; a millisecond a step keeps virtual time moving.
    public long NextDue =>
        !IsOn
            ? DeviceClock.Never
            : Node.NextDeadline > DeviceClock.Never / Millisecond
                ? DeviceClock.Never
                : Math.Max(Node.NextDeadline * Millisecond, _now + Millisecond);

    /// <summary>The time in milliseconds.</summary>
    public long Now => _now / Millisecond;

    public void Advance(long now)
    {
        _now = now;
        Node.Advance(Now);
    }

    public void Receive(Datagram datagram, long now)
    {
        if (!IsOn)
        {
            return;
        }

        _now = now;
        Endpoint source = new();
        source.SetIpv4(datagram.From.Address.GetAddressBytes(), 0, datagram.From.Port);
        Node.Receive(datagram.Bytes, 0, datagram.Bytes.Length, source, Now);
    }

    public bool Send(byte[] packet, long now)
    {
        _now = now;
        return Node.Send(packet, 0, packet.Length, Now);
    }

    void ITransport.Send(byte[] buffer, int offset, int length, Endpoint endpoint)
    {
        if (endpoint.IsIpv4)
        {
            IPEndPoint to = new(
                new IPAddress(BinaryPrimitives.ReverseEndianness((uint)endpoint.AddressLow)), endpoint.Port);
            _wire.Send(new Datagram(_at, to, buffer.AsSpan(offset, length).ToArray()), _now);
        }
    }

    void IEntropy.Fill(byte[] buffer, int offset, int length) => _random.NextBytes(buffer.AsSpan(offset, length));

    bool INodeHost.Deliver(byte[] buffer, int offset, int length)
    {
        Delivered.Add(buffer.AsSpan(offset, length).ToArray());
        return true;
    }

    bool INodeHost.FindEndpoint(byte[] key, int keyOffset, byte[]? name, int offset, int length, Endpoint endpoint) =>
        false;

    int INodeHost.FindProof(ProofName kind, byte[] value, byte[] proof, int offset, int capacity) => 0;

    long INodeHost.FreeHeap() => -1;

    void INodeHost.Report(NodeEvent what, byte[]? key, int keyOffset, long value) =>
        Events.Add((what, key?.AsSpan(keyOffset, 32).ToArray(), value));
}
