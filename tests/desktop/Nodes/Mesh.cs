using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Base;
using Spore.Mesh;
using Spore.Tests.Network;

namespace Spore.Tests.Nodes;

/// <summary>
/// Nodes on one wire in virtual time: a broadcast domain with loss, delay and reordering from a seed.
/// </summary>
internal sealed class Mesh
{
    private readonly PriorityQueue<Action, (long, long)> _events = new();
    private readonly Random _random;
    private long _sequence;

    public Mesh(int seed = 1) => _random = new Random(seed);

    public const long BuildTime = 1_760_000_000;

    public double Loss { get; set; }

    public int Delay { get; set; } = 10;

    public int Jitter { get; set; }

    public long Now { get; private set; } = 1000;

    public List<MeshNode> Nodes { get; } = [];

    public List<IStation> Stations { get; } = [];

    /// <summary>Decides over each datagram: false drops it. Sender, receiver, bytes.</summary>
    public Func<IStation, IStation, byte[], bool>? Filter { get; set; }

    public MeshNode Add(byte seed, NodeLimits? limits = null, ulong floor = 0)
    {
        return Add(new MeshNode(this, seed, limits ?? MeshNode.Limits(), floor));
    }

    /// <summary>Puts a node on the wire.</summary>
    public MeshNode Add(MeshNode node)
    {
        Nodes.Add(node);
        Stations.Add(node);
        return node;
    }

    public Stranger AddStranger(byte seed)
    {
        Stranger stranger = new(this, seed);
        Stations.Add(stranger);
        return stranger;
    }

    public void Run(long milliseconds)
    {
        long end = Now + milliseconds;
        while (Step(end))
        {
        }

        Now = end;
    }

    public bool RunUntil(Func<bool> condition, long milliseconds)
    {
        long end = Now + milliseconds;
        while (!condition())
        {
            if (!Step(end))
            {
                Now = end;
                return condition();
            }
        }

        return true;
    }

    /// <summary>
    /// A signed network of nodes, each with 10.0.0.N and fd00::N of its seed. The witness has its endpoint in it.
    /// </summary>
    public static byte[] NetworkOf(
        ulong version, IEnumerable<IStation> members, IStation? witness = null, long expires = 0, params byte[][] more)
    {
        IEnumerable<byte[]> entries = members.Select(m => NetworkBytes.Entry(
            m.Key,
            [
                NetworkBytes.Field(1, 10, 0, 0, m.Seed, 32),
                NetworkBytes.Field(1, [0xFD, .. new byte[14], m.Seed, 128]),
                .. m == witness
                    ? new[]
                    {
                        NetworkBytes.Field(2, [.. m.Endpoint.AddressBytes()[12..], 0xCA, 0x6C]),
                        NetworkBytes.Field(6, 1),
                    }
                    : [],
            ]));
        return NetworkBytes.File(
            version,
            1_760_000_000,
            expires,
            [.. entries.Concat(more).OrderBy(e => Convert.ToHexString(e, 2, 32), StringComparer.Ordinal)]);
    }

    /// <summary>Puts a station's datagram on the wire, with what the wire does to it.</summary>
    public void Transmit(IStation from, byte[] bytes, Endpoint to, long later = 0)
    {
        foreach (IStation node in Stations)
        {
            bool broadcast = to.IsIpv4 && to.AddressBytes()[12] == 255;
            if (node == from || !node.IsOn || !(broadcast || node.Endpoint.IsSame(to)) || _random.NextDouble() < Loss)
            {
                continue;
            }

            if (Filter is null || Filter(from, node, bytes))
            {
                Inject(node, bytes, from.Endpoint, later + Delay + (Jitter > 0 ? _random.Next(Jitter) : 0));
            }
        }
    }

    /// <summary>Puts a datagram on the wire as if it came from anywhere.</summary>
    public void Inject(IStation to, byte[] bytes, Endpoint from, long delay = 0)
    {
        Endpoint source = new();
        source.CopyFrom(from);
        byte[] copy = [.. bytes];
        After(delay, () =>
        {
            if (to.IsOn)
            {
                to.Receive(copy, source);
            }
        });
    }

    /// <summary>Does something when some time has passed.</summary>
    public void After(long milliseconds, Action action) => _events.Enqueue(action, (Now + milliseconds, _sequence++));

    /// <summary>Lets the next thing happen, whenever that is.</summary>
    public bool RunOne() => Step(long.MaxValue - 1);

    private bool Step(long end)
    {
        long next = Nodes.Where(n => n.IsOn).Select(n => n.NextDeadline).DefaultIfEmpty(long.MaxValue).Min();
        bool isEvent = _events.TryPeek(out _, out (long At, long) first) && first.At <= next;
        long at = isEvent ? first.At : next;
        if (at > end)
        {
            return false;
        }

        Now = Math.Max(Now, at);
        if (isEvent)
        {
            _events.Dequeue()();
        }
        else
        {
            MeshNode node = Nodes.First(n => n.IsOn && n.NextDeadline == next);
            node.Advance();
            if (node.NextDeadline <= Now && ++_stuck > 1000)
            {
                throw new InvalidOperationException(
                    $"{node.Seed} does not get on: deadline {node.NextDeadline} at {Now}");
            }
        }

        if (isEvent || next > _stuckAt)
        {
            _stuck = 0;
            _stuckAt = next;
        }

        return true;
    }

    private int _stuck;
    private long _stuckAt;
}
