using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Threading;
using Spore.Hostsim.Crypto;
using Spore.Hostsim.Endpoints;
using Spore.Hostsim.Simulation;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Worlds;

/// <summary>
/// A network of many nodes in local networks of 20, with three witnesses, of which the first is the publisher. Each
/// entry has a /32 and the outer endpoint of its node. Each node has one of the witnesses as its rendezvous.
/// </summary>
internal sealed class LargeWorld : IDisposable
{
    public const int LocalNetworkSize = 20;

    /// <summary>
    /// Nodes boot within this time, in milliseconds. Until the publisher has booted, which is at once, there is no
    /// network.
    /// </summary>
    public const int BootTime = 3000;

    private const int WitnessCount = 3;

    // The bytes of an entry with a /32 and an IPv4 endpoint are 49; with a role they are 52.
    private const int MostEntryBytes = 52;

    // The most sessions that a node without a role has in these tests is 90.
    private const int MostSessions = 128;

    // The publisher's clock: ten days after the firmware was built.
    private const long Issued = SimulatedNode.BuildTime + (10 * 24 * 3600);

    private readonly long _seed;
    private readonly TrustRootKey _root;

    /// <summary>Makes nodes that are off.</summary>
    /// <param name="nodes">How many: a multiple of the size of a local network, three local networks at least.</param>
    /// <param name="sparse">How many of them can't hold the whole network; they are in all local networks.</param>
    /// <param name="options">How bad the outer network is, and the seed that all follows from.</param>
    public LargeWorld(int nodes, int sparse, SimulationOptions options)
    {
        _seed = options.Seed;
        Chance = new SeededEntropy(_seed, "large world");
        _root = TrustRootKey.FromSeed(Bytes("trust root"));
        World = new World(Simulator, options);
        int localNetworks = nodes / LocalNetworkSize;
        for (int i = 0; i < localNetworks; i++)
        {
            LocalNetwork network = World.AddLocalNetwork();
            int asked = i % WitnessCount;
            for (int j = 0; j < LocalNetworkSize; j++)
            {
                int index = Nodes.Count;
                bool isWitness = j == 0 && i == Witnesses.Count * localNetworks / WitnessCount;
                bool isSparse = index * sparse / nodes != (index + 1) * sparse / nodes;
                Add(network, isWitness, isSparse, isSparse ? SparseLimits() : WholeLimits(nodes, isWitness), asked);
            }
        }
    }

    public Simulator Simulator { get; } = new();

    public World World { get; }

    /// <summary>What a test draws.</summary>
    public SeededEntropy Chance { get; }

    public List<SimulatedNode> Nodes { get; } = [];

    public List<SimulatedNode> Witnesses { get; } = [];

    /// <summary>The nodes that can't hold the whole network.</summary>
    public HashSet<IStation> Sparse { get; } = [];

    public SimulatedNode Publisher => Witnesses[0];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The operator of a node gives it a network.</summary>
    public static void Load(SimulatedNode node, byte[] file) =>
        Assert.Equal(NetworkFault.None, node.With(core => core.Load(file, 0, file.Length, node.Clock)));

    public void Dispose() => _root.Dispose();

    /// <summary>
    /// Signs a network; in another epoch than 0 with a key that the trust root certified for that epoch.
    /// </summary>
    public byte[] Sign(ulong version, IEnumerable<SimulatedNode> members)
    {
        NetworkDescription network = new() { Version = version, Issued = Issued + (Simulator.Now / 1000) };
        foreach (SimulatedNode member in members)
        {
            PeerDescription peer = new()
            {
                PublicKey = member.PublicKey,
                Roles = (Witnesses.Contains(member) ? EntryRoles.Witness : 0)
                    | (Sparse.Contains(member) ? 0 : EntryRoles.HoldsWhole),
            };
            peer.AllowedPrefixes.Add(new AllowedPrefix(new IPAddress(member.Ipv4), 32));
            peer.Endpoints.Add(new PeerEndpoint(EndpointAddress.Of(member.Outer).Address, null, member.Outer.Port));
            network.Peers.Add(peer);
        }

        int epoch = VersionText.Epoch(version);
        if (epoch == 0)
        {
            return NetworkSigner.Sign(network, _root);
        }

        using SigningKey key = SigningKey.FromSeed(Bytes($"signing key {epoch}"));
        key.Accept(_root.Certify(epoch, key.PublicKey), "certificate");
        return NetworkSigner.Sign(network, key);
    }

    /// <summary>Has all nodes boot. Only the publisher has the network, and a clock.</summary>
    public void Boot(byte[] file)
    {
        Publisher.PowerOn();
        Publisher.With(core =>
        {
            core.SetWallClock((Issued * 1000) + Simulator.Now, Publisher.Clock);
            return true;
        });
        Load(Publisher, file);
        foreach (SimulatedNode node in Nodes.Where(n => n != Publisher))
        {
            Simulator.At(Simulator.Now + Chance.Below(BootTime), node.PowerOn);
        }
    }

    /// <summary>Waits until nodes hold a version.</summary>
    /// <returns>How long that took, in milliseconds.</returns>
    public long Spread(ulong version, IReadOnlyList<SimulatedNode> nodes, long bound)
    {
        long from = Simulator.Now;
        Assert.True(
            RunUntil(() => nodes.All(n => n.Version == version), bound),
            $"{nodes.Count(n => n.Version != version)} of {nodes.Count} nodes are without version "
            + $"{VersionText.Format(version)} after {bound} ms: "
            + string.Join(" ", nodes.Where(n => n.Version != version).Take(8).Select(n => $"{n.Name}/{n.Version}")));
        return Simulator.Now - from;
    }

    /// <summary>Lets time pass, in milliseconds.</summary>
    public void Run(long duration) => Simulator.Run(duration, Cancel);

    /// <summary>Lets time pass until a condition holds, or for a time in milliseconds.</summary>
    /// <returns>Whether it holds.</returns>
    public bool RunUntil(Func<bool> condition, long bound) =>
        Simulator.RunUntil(condition, Simulator.Now + bound, Cancel);

    // A witness has sessions with all.
    private static NodeLimits WholeLimits(int nodes, bool isWitness)
    {
        NodeLimits limits = NodeLimits.Desktop();
        limits.Peers = isWitness ? 256 : MostSessions;
        limits.Keypairs = 2 * (limits.Peers + limits.Guests);
        limits.Initiations = limits.Peers;
        limits.NetworkEntries = nodes;
        limits.NetworkBytes = nodes * MostEntryBytes;
        limits.Prefixes = nodes;
        return limits;
    }

    private static NodeLimits SparseLimits()
    {
        // The memory of a device with capacity for eight entries. What a device computes in seconds takes no time here,
        // so its limits for handshakes are those of a desktop.
        NodeLimits desktop = NodeLimits.Desktop();
        NodeLimits limits = NodeLimits.Device();
        limits.NetworkEntries = 8;
        limits.HandshakeInterval = desktop.HandshakeInterval;
        limits.HandshakeBacklog = desktop.HandshakeBacklog;
        limits.SourceInterval = desktop.SourceInterval;
        limits.SourceBurst = desktop.SourceBurst;
        limits.MultiplicationTime = desktop.MultiplicationTime;
        limits.ProvokedInterval = desktop.ProvokedInterval;
        return limits;
    }

    private void Add(LocalNetwork network, bool isWitness, bool isSparse, NodeLimits limits, int asked)
    {
        int number = Nodes.Count + 1;
        byte[] privateKey = Bytes($"private key {number}");
        SimulatedNode node = null!;
        node = new SimulatedNode(
            $"node{number}",
            number,
            NodeIdentity.FromPrivateKey(privateKey, _root.PublicKey, 0),
            Simulator,
            network,
            limits,
            _seed)
        {
            IsPublisher = number == 1,
            SetUp = core =>
            {
                core.SetOwnEndpoint(0, node.Outer);
                core.Rendezvous.CopyFrom(Witnesses[asked].Outer);
            },
        };
        Nodes.Add(node);
        if (isWitness)
        {
            Witnesses.Add(node);
        }

        if (isSparse)
        {
            Sparse.Add(node);
        }
    }

    private byte[] Bytes(string label) => new SeededEntropy(_seed, label).Bytes(KeyText.KeySize);
}
