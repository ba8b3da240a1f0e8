using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Base;
using Spore.Mesh;
using Spore.SignedNetwork;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>
/// Two members, N and K, that know each other by hello alone, and a <see cref="Bystander"/> beside them.
/// </summary>
internal sealed class TwoMembers
{
    public const ulong Version = 5;

    // Two seconds of packets, which a device that works on handshakes may still have to handle.
    private const int Patience = 12_000;

    private readonly bool _isNamed;
    private readonly Stranger[] _others;
    private readonly List<byte[]> _initiationsOfK = [];
    private readonly List<byte[]> _hellosOfK = [];
    private readonly HashSet<int>[] _delivered = [[], []];
    private int _sent;

    /// <param name="seed">Draws keys, jitter and moments.</param>
    /// <param name="limits">"device" or "desktop".</param>
    /// <param name="isNamed">Whether hellos list the endpoint that they come from.</param>
    public TwoMembers(int seed, string limits, bool isNamed)
    {
        _isNamed = isNamed;
        IsDevice = limits == "device";
        Random = new Random(seed);
        Mesh = new Mesh(seed);
        N = Add((byte)(seed + 10));
        K = Add((byte)(seed + 110));
        _others = [Mesh.AddStranger(250), Mesh.AddStranger(251)];
        _others[0].IsOn = false;
        _others[1].IsOn = false;
        Network = Mesh.NetworkOf(Version, [N, K, .. _others]);
        Bystander = new Bystander(Mesh, 200, N, K);
        Mesh.Filter = (from, to, bytes) =>
        {
            if (from == K && to == N)
            {
                (bytes[0] switch { 1 => _initiationsOfK, 0x80 => _hellosOfK, _ => [] }).Add(bytes);
            }

            return !IsCut || from is not MeshNode || to is not MeshNode;
        };
    }

    public bool IsDevice { get; }

    public Random Random { get; }

    public Mesh Mesh { get; }

    public MeshNode N { get; }

    public MeshNode K { get; }

    public Bystander Bystander { get; }

    public byte[] Network { get; }

    /// <summary>Whether nothing goes directly from one of the two to the other.</summary>
    public bool IsCut { get; set; }

    /// <summary>All initiations that K has sent to N, oldest first.</summary>
    public IReadOnlyList<byte[]> InitiationsOfK => _initiationsOfK;

    /// <summary>All hellos that K has sent, oldest first.</summary>
    public IReadOnlyList<byte[]> HellosOfK => _hellosOfK;

    /// <summary>Whether each has the other at its own address, in a session.</summary>
    public bool IsOnTruePath => HasAt(N, K, K.Endpoint) && HasAt(K, N, N.Endpoint);

    public bool IsOnBystander() => HasAt(N, K, Bystander.Endpoint) && HasAt(K, N, Bystander.Endpoint);

    public override string ToString() => NodeTests.State(Mesh);

    public void Load()
    {
        Assert.Equal(NetworkFault.None, N.Load(Network));
        Assert.Equal(NetworkFault.None, K.Load(Network));
    }

    /// <summary>Both have the network, are in one session, and said hello some time ago.</summary>
    public void Settle(int seconds = 100)
    {
        Load();
        Assert.True(RunUntil(() => IsOnTruePath, 60_000), ToString());

        // The first handshakes of two devices cross. Each then sends under the keys of its own one until a rekey, in
        // which packets under the other ones are lost, as with any WireGuard (TwoHandshakesTests).
        Talk(10);
        K.Node.LinkChanged(Mesh.Now);
        Talk(seconds);

        Assert.True(IsOnTruePath, ToString());
    }

    /// <summary>K has another address from now on.</summary>
    public void MoveK() => K.Endpoint.SetIpv4([198, 51, 100, K.Seed], 0, 51820);

    /// <summary>Lets a node boot, with nothing but its flash record.</summary>
    public void StartAnew(MeshNode node)
    {
        node.Reboot();
        Name(node);
        Assert.Equal(0UL, node.Node.NetworkVersion);
    }

    /// <summary>
    /// Another member has a session with a node, or with each of the two, and sends a packet every 5 s.
    /// </summary>
    public void KeepOtherAlive(params MeshNode[] nodes)
    {
        foreach (MeshNode node in nodes)
        {
            Stranger other = node == N ? _others[0] : _others[1];
            other.IsOn = true;
            other.Initiate(node);
            Mesh.After(6_000, Confirm);

            void Ping()
            {
                if (Mesh.Now - node.Slot(other.Key)!.SessionSince > 100_000)
                {
                    other.Initiate(node);
                    Mesh.After(6_000, Confirm);
                }
                else
                {
                    other.SendInner(InnerPacket.Echo(other.LinkLocal, node.Node.LinkLocal));
                    Mesh.After(5_000, Ping);
                }
            }

            void Confirm()
            {
                byte[]? response = other.Datagrams.LastOrDefault(d => d[0] == 2);
                if (response is not null && other.Stock.TakeResponse(response))
                {
                    other.Datagrams.Clear();
                    other.SendInner([]);
                    Mesh.After(1_000, Ping);
                }
                else
                {
                    // A device defers its first response, and answers a retransmission.
                    other.Initiate(node);
                    Mesh.After(6_000, Confirm);
                }
            }
        }
    }

    /// <summary>Each sends the other a packet; then a second passes.</summary>
    public void Talk()
    {
        _sent++;
        N.Send(Packet(N, K, _sent));
        K.Send(Packet(K, N, _sent));
        Mesh.Run(1_000);
    }

    private void Talk(int seconds)
    {
        for (int i = 0; i < seconds; i++)
        {
            Talk();
        }
    }

    /// <summary>Lets them talk until something is so.</summary>
    /// <returns>After how many milliseconds that was; <see cref="int.MaxValue"/> if it is not so in time.</returns>
    /// <param name="condition">What is awaited.</param>
    /// <param name="milliseconds">For how long.</param>
    /// <param name="isNSilent">Whether only K sends packets.</param>
    public int TalkUntil(Func<bool> condition, int milliseconds, bool isNSilent = false)
    {
        long start = Mesh.Now;
        while (Mesh.Now < start + milliseconds)
        {
            if (!isNSilent)
            {
                N.Send(Packet(N, K, 0));
            }

            K.Send(Packet(K, N, 0));
            if (Mesh.RunUntil(condition, 500))
            {
                return (int)(Mesh.Now - start);
            }
        }

        return int.MaxValue;
    }

    /// <summary>Lets them talk, and counts the packets of that time that do not arrive.</summary>
    /// <param name="seconds">For how long.</param>
    /// <param name="each">Called each second.</param>
    public int CountLost(int seconds, Action<int>? each = null)
    {
        int first = _sent + 1;
        for (int i = 0; i < seconds; i++)
        {
            each?.Invoke(i);
            Talk();
        }

        int last = _sent;
        Mesh.Run(Patience);
        Take(N, 0);
        Take(K, 1);
        return Enumerable.Range(first, last - first + 1)
            .Sum(n => (_delivered[0].Contains(n) ? 0 : 1) + (_delivered[1].Contains(n) ? 0 : 1));
    }

    public bool RunUntil(Func<bool> condition, long milliseconds) => Mesh.RunUntil(condition, milliseconds);

    private static byte[] Packet(MeshNode from, MeshNode to, int number) => InnerPacket.Udp(
        [10, 0, 0, from.Seed], [10, 0, 0, to.Seed], 1, 2, (byte)(number >> 8), (byte)number);

    private bool HasSession(MeshNode node, MeshNode peer) => node.Slot(peer.Key)?.HasSession(Mesh.Now) == true;

    private bool HasAt(MeshNode node, MeshNode peer, Endpoint endpoint) =>
        HasSession(node, peer) && node.Slot(peer.Key)!.Endpoint.IsSame(endpoint);

    private void Take(MeshNode node, int side)
    {
        foreach (byte[] packet in node.Delivered.Where(p => p.Length == 30))
        {
            _delivered[side].Add((packet[28] << 8) | packet[29]);
        }

        node.Delivered.Clear();
    }

    private MeshNode Add(byte seed)
    {
        MeshNode node = Mesh.Add(seed, IsDevice ? NodeLimits.Device() : MeshNode.Limits());
        if (IsDevice)
        {
            node.MultiplicationTime = 800;
        }

        Name(node);
        return node;
    }

    private void Name(MeshNode node)
    {
        if (_isNamed)
        {
            node.Node.SetOwnEndpoint(0, node.Endpoint);
        }
    }
}
