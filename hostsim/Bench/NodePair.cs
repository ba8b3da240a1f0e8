using System;
using System.Diagnostics;
using System.Net;
using System.Threading;
using Spore.Base;
using Spore.Hostsim.Crypto;
using Spore.Mesh;
using Spore.Net;
using Spore.SignedNetwork;
using Spore.Signing;

namespace Spore.Hostsim.Bench;

/// <summary>
/// Two members of one network, joined in memory, on a clock that only the caller moves. Nothing in it
/// allocates once it is made.
/// </summary>
internal sealed class NodePair : IDisposable
{
    /// <summary>The tunnel's MTU, and the length of <see cref="Packet"/>.</summary>
    public const int Mtu = 1420;

    // In Unix seconds: 2026-01-01.
    private const long BuildTime = 1767225600;

    private const int Port = 51820;

    // 8 MB of messages, in so many readings of an interface.
    private const int KeptBytes = 1 << 23;
    private const int KeptReadings = 150;

    private const int Ipv4Header = 20;
    private const int UdpHeader = 8;
    private const byte Udp = 17;

    private readonly DatagramQueue _fromA = new();
    private readonly DatagramQueue _fromB = new();
    private readonly Endpoint _endpointOfA = new();
    private readonly Endpoint _endpointOfB = new();
    private readonly Host _hostOfA = new();
    private readonly Host _hostOfB = new();
    private readonly PipelinedNode? _pipelinedA;
    private readonly PipelinedNode? _pipelinedB;
    private readonly Node _a;
    private readonly Node _b;

    /// <summary>Makes the nodes and gives them a session.</summary>
    /// <param name="primitives">The primitives of both; null for the core's own.</param>
    /// <param name="workers">
    /// How many threads seal and open for each node, outside its lock; 0 where the core does that itself.
    /// </param>
    /// <exception cref="InvalidOperationException">They could not agree on one.</exception>
    public NodePair(HostPrimitives? primitives = null, int workers = 0)
    {
        primitives ??= HostPrimitives.Own;
        using TrustRootKey root = TrustRootKey.Generate();
        NodeIdentity a = NodeIdentity.Generate(root.PublicKey, 0);
        NodeIdentity b = NodeIdentity.Generate(root.PublicKey, 0);
        NetworkDescription description = new() { Version = 1, Issued = BuildTime };
        _endpointOfA.SetIpv4([192, 0, 2, 1], 0, Port);
        _endpointOfB.SetIpv4([192, 0, 2, 2], 0, Port);
        description.Peers.Add(Describe(a, 1));
        description.Peers.Add(Describe(b, 2));
        byte[] network = NetworkSigner.Sign(description, root);
        if (workers > 0)
        {
            int slots = NodeLimits.Desktop().Slots;
            _pipelinedA = new PipelinedNode(_fromA, slots, workers, primitives, () => Now);
            _pipelinedB = new PipelinedNode(_fromB, slots, workers, primitives, () => Now);
            _hostOfB.Pipelined = _pipelinedB;
        }

        _a = Make(a, (ITransport?)_pipelinedA ?? _fromA, _hostOfA, network, primitives);
        _b = Make(b, (ITransport?)_pipelinedB ?? _fromB, _hostOfB, network, primitives);
        if (workers > 0)
        {
            _pipelinedA!.Node = _a;
            _pipelinedB!.Node = _b;
        }

        Packet = MakePacket();
        Send();
        if (Delivered != 1)
        {
            throw new InvalidOperationException("the two nodes have no session");
        }
    }

    /// <summary>An inner packet of the MTU's length from the first node to the second.</summary>
    public byte[] Packet { get; }

    /// <summary>The clock of both nodes in milliseconds.</summary>
    public long Now { get; set; }

    /// <summary>Inner packets that reached the second node's application.</summary>
    public long Delivered => _hostOfB.Delivered;

    /// <summary>Sessions that the first node has initiated.</summary>
    public long Handshakes => _hostOfA.Handshakes;

    /// <summary>Sends the packet through the tunnel and lets both nodes answer until they are silent.</summary>
    public void Send()
    {
        _a.Send(Packet, 0, Packet.Length, Now);
        Settle();
    }

    /// <summary>Lets the timers of both nodes fire and lets them answer until they are silent.</summary>
    public void Advance()
    {
        _a.Advance(Now);
        _b.Advance(Now);
        Settle();
    }

    /// <summary>Seals the packet a number of times.</summary>
    /// <param name="count">How many times, at most as the wire has places.</param>
    public void Seal(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _a.Send(Packet, 0, Packet.Length, Now);
        }
    }

    /// <summary>Opens what was sealed.</summary>
    public void Open()
    {
        while (_fromA.Count > 0)
        {
            byte[] datagram = _fromA.Take(out int length);
            _b.Receive(datagram, 0, length, _endpointOfA, Now);
        }

        _fromB.Clear();
    }

    /// <summary>Seals the packet for some time, on all workers.</summary>
    /// <param name="span">For how long.</param>
    /// <returns>How many packets a second.</returns>
    public double SealOnWorkers(TimeSpan span)
    {
        Stopwatch watch = Stopwatch.StartNew();
        return _pipelinedA!.Seal(Packet, () => watch.Elapsed < span) / watch.Elapsed.TotalSeconds;
    }

    /// <summary>Opens packets for some time, on all workers.</summary>
    /// <param name="span">For how long; to seal the packets takes as long again, and does not count.</param>
    /// <returns>How many packets a second.</returns>
    public double OpenOnWorkers(TimeSpan span)
    {
        TimeSpan opening = TimeSpan.Zero;
        long count = 0;
        while (opening < span)
        {
            int left = KeptReadings;
            _pipelinedA!.Seal(Packet, () => left-- > 0, KeptBytes);
            long before = Delivered;
            long start = Stopwatch.GetTimestamp();
            int kept = _pipelinedB!.OpenKept(_pipelinedA, _endpointOfA);
            SpinWait.SpinUntil(() => Delivered - before >= kept);
            opening += Stopwatch.GetElapsedTime(start);
            count += kept;
        }

        return count / opening.TotalSeconds;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _pipelinedA?.Dispose();
        _pipelinedB?.Dispose();
    }

    private static PeerDescription Describe(NodeIdentity identity, byte number)
    {
        PeerDescription peer = new() { PublicKey = identity.PublicKey };
        peer.AllowedPrefixes.Add(new AllowedPrefix(new IPAddress([10, 77, 0, number]), 32));
        peer.Endpoints.Add(new PeerEndpoint(new IPAddress([192, 0, 2, number]), null, Port));
        return peer;
    }

    private static Node Make(
        NodeIdentity identity, ITransport wire, Host host, byte[] network, HostPrimitives primitives)
    {
        NodeLimits limits = NodeLimits.Desktop();
        limits.Mtu = Mtu;
        SeededEntropy seeded = new(1, Convert.ToHexString(identity.PublicKey));
        Node node = new(
            limits,
            identity.Record,
            wire,
            seeded,
            host,
            BuildTime,
            0,
            primitives.Aead,
            primitives.Multiplier,
            primitives.Compression);
        NetworkFault fault = node.Load(network, 0, network.Length, 0);
        return fault == NetworkFault.None
            ? node
            : throw new InvalidOperationException(NetworkFaultText.Describe(fault));
    }

    private static byte[] MakePacket()
    {
        byte[] packet = new byte[Mtu];
        byte[] source = [10, 77, 0, 1];
        byte[] destination = [10, 77, 0, 2];
        packet[0] = 0x45;
        packet[2] = Mtu >> 8;
        packet[3] = Mtu & 0xFF;
        packet[8] = 64;
        packet[9] = Udp;
        source.CopyTo(packet, 12);
        destination.CopyTo(packet, 16);
        int checksum = InternetChecksum.Finish(InternetChecksum.Add(0, packet, 0, Ipv4Header));
        packet[10] = (byte)(checksum >> 8);
        packet[11] = (byte)checksum;

        // From and to the discard port, without a UDP checksum.
        packet[Ipv4Header + 1] = 9;
        packet[Ipv4Header + 3] = 9;
        packet[Ipv4Header + 4] = (Mtu - Ipv4Header) >> 8;
        packet[Ipv4Header + 5] = (Mtu - Ipv4Header) & 0xFF;
        for (int i = Ipv4Header + UdpHeader; i < packet.Length; i++)
        {
            packet[i] = (byte)i;
        }

        return packet;
    }

    private void Settle()
    {
        bool worked = true;
        while (worked)
        {
            worked = false;
            while (_fromA.Count > 0)
            {
                byte[] datagram = _fromA.Take(out int length);
                _b.Receive(datagram, 0, length, _endpointOfA, Now);
                worked = true;
            }

            while (_fromB.Count > 0)
            {
                byte[] datagram = _fromB.Take(out int length);
                _a.Receive(datagram, 0, length, _endpointOfB, Now);
                worked = true;
            }

            if (_a.NextDeadline <= Now)
            {
                _a.Advance(Now);
                worked = true;
            }

            if (_b.NextDeadline <= Now)
            {
                _b.Advance(Now);
                worked = true;
            }
        }
    }

    private sealed class Host : INodeHost
    {
        private long _delivered;

        public long Delivered => Volatile.Read(ref _delivered);

        public long Handshakes { get; private set; }

        public PipelinedNode? Pipelined { get; set; }

        bool INodeHost.Deliver(byte[] buffer, int offset, int length)
        {
            Pipelined?.Deliver(buffer, offset, length);
            Volatile.Write(ref _delivered, _delivered + 1);
            return true;
        }

        bool INodeHost.FindEndpoint(
            byte[] key, int keyOffset, byte[]? name, int offset, int length, Endpoint endpoint) =>
            false;

        int INodeHost.FindProof(ProofName kind, byte[] value, byte[] proof, int offset, int capacity) => 0;

        long INodeHost.FreeHeap() => -1;

        void INodeHost.Report(NodeEvent what, byte[]? key, int keyOffset, long value)
        {
            if (what == NodeEvent.SessionUp && value == 1)
            {
                Handshakes++;
            }
        }
    }
}
