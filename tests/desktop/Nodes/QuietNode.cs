using System;
using System.Linq;
using System.Runtime.CompilerServices;
using Spore.Base;
using Spore.Crypto;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tests.Network;
using Spore.WireGuard;

namespace Spore.Tests.Nodes;

/// <summary>A node whose surroundings allocate nothing either, so that what is allocated is the core's.</summary>
internal sealed class QuietNode : ITransport, INodeHost
{
    private readonly QuietWire? _wire;

    static QuietNode()
    {
        // What static fields hold is made on their first use, and is not to be taken for a packet's.
        foreach (Type type in (Type[])
        [
            .. typeof(Node).Assembly.GetTypes(),
            .. typeof(Tunnel).Assembly.GetTypes(),
            .. typeof(X25519).Assembly.GetTypes(),
        ])
        {
            RuntimeHelpers.RunClassConstructor(type.TypeHandle);
        }
    }

    public QuietNode(byte seed, QuietWire? wire = null, NodeLimits? limits = null, long now = QuietWire.Start)
    {
        _wire = wire;
        byte[] identity = new byte[IdentityRecord.Size];
        "SPOREID1"u8.CopyTo(identity);
        MeshNode.PrivateKey(seed).CopyTo(identity, IdentityRecord.PrivateKeyOffset);
        NetworkBytes.TrustRoot.CopyTo(identity, IdentityRecord.TrustRootOffset);
        IdentityRecord.Seal(identity, 0);
        Endpoint.SetIpv4([192, 0, 2, seed], 0, 51820);
        Node = new Node(
            limits ?? MeshNode.Limits(),
            identity,
            this,
            new QuietEntropy(0x9E3779B97F4A7C15UL * (seed + 1UL)),
            this,
            Mesh.BuildTime,
            now);
    }

    public Node Node { get; }

    public Endpoint Endpoint { get; } = new();

    public long Delivered { get; private set; }

    public int[] Events { get; } = new int[(int)Enum.GetValues<NodeEvent>().Max() + 1];

    /// <summary>The last datagram sent.</summary>
    public byte[] Sent { get; } = new byte[2048];

    public int SentLength { get; private set; }

    public int SentCount { get; private set; }

    public int Count(NodeEvent what) => Events[(int)what];

    void ITransport.Send(byte[] buffer, int offset, int length, Endpoint endpoint)
    {
        Array.Copy(buffer, offset, Sent, 0, length);
        SentLength = length;
        SentCount++;
        _wire?.Put(this, buffer, offset, length, endpoint);
    }

    bool INodeHost.Deliver(byte[] buffer, int offset, int length)
    {
        Delivered++;
        return true;
    }

    bool INodeHost.FindEndpoint(byte[] key, int keyOffset, byte[]? name, int offset, int length, Endpoint endpoint) =>
        false;

    int INodeHost.FindProof(ProofName kind, byte[] value, byte[] proof, int offset, int capacity) => 0;

    long INodeHost.FreeHeap() => -1;

    void INodeHost.Report(NodeEvent what, byte[]? key, int keyOffset, long value) => Events[(int)what]++;
}
