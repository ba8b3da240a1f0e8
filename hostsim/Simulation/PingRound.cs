using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;

namespace Spore.Hostsim.Simulation;

/// <summary>Pings from nodes to nodes, each over several addresses, each asked again until it is answered.</summary>
internal sealed class PingRound
{
    private const int RetryAfter = 3000;
    private const int BetweenProbes = 20;

    private readonly Simulator _simulator;
    private readonly List<Probe> _probes = [];
    private readonly Dictionary<SimulatedNode, Tally> _tallies = [];
    private bool _over;

    /// <summary>Prepares a round.</summary>
    /// <param name="simulator">The clock.</param>
    /// <param name="pairs">Who asks whom.</param>
    /// <param name="families">Over which addresses.</param>
    public PingRound(
        Simulator simulator,
        IEnumerable<(SimulatedNode From, SimulatedNode To)> pairs,
        params IReadOnlyList<AddressFamily> families)
    {
        _simulator = simulator;
        foreach ((SimulatedNode from, SimulatedNode to) in pairs)
        {
            foreach (AddressFamily family in families)
            {
                _probes.Add(new Probe(from, to, family));
            }

            _tallies.TryAdd(from, new Tally());
            _tallies[from].Open += families.Count;
        }

        Open = _probes.Count;
    }

    /// <summary>Hears of each node whose pings have all been answered.</summary>
    public event Action<SimulatedNode, Tally>? Answered;

    /// <summary>The addresses of a node that can be pinged.</summary>
    public enum AddressFamily
    {
        /// <summary>The IPv4 address that the network assigns.</summary>
        Ipv4,

        /// <summary>The IPv6 address that the network assigns.</summary>
        Ipv6,

        /// <summary>The address made from the node's key.</summary>
        LinkLocal,
    }

    /// <summary>The number of pings.</summary>
    public int Count => _probes.Count;

    /// <summary>The number of pings that are not answered yet.</summary>
    public int Open { get; private set; }

    /// <summary>The pairs with a ping that was not answered.</summary>
    public IEnumerable<(SimulatedNode From, SimulatedNode To)> OpenPairs =>
        _probes.Where(p => !p.IsAnswered).Select(p => (p.From, p.To)).Distinct();

    /// <summary>Starts asking.</summary>
    public void Start()
    {
        Dictionary<SimulatedNode, int> places = [];
        for (int i = 0; i < _probes.Count; i++)
        {
            Probe probe = _probes[i];
            int place = places.GetValueOrDefault(probe.From);
            places[probe.From] = place + 1;
            Ask(i, _simulator.Now + ((long)place * BetweenProbes));
        }

        foreach (SimulatedNode node in _tallies.Keys)
        {
            node.Delivered += Take;
        }
    }

    /// <summary>Stops asking and listening.</summary>
    public void Stop()
    {
        _over = true;
        foreach (SimulatedNode node in _tallies.Keys)
        {
            node.Delivered -= Take;
        }
    }

    private static ReadOnlySpan<byte> AddressOf(SimulatedNode node, AddressFamily family)
    {
        return family switch
        {
            AddressFamily.Ipv4 => node.Ipv4,
            AddressFamily.Ipv6 => node.Ipv6,
            _ => node.Core is { } core ? core.LinkLocal : default,
        };
    }

    private void Ask(int number, long time)
    {
        _simulator.At(time, () =>
        {
            Probe probe = _probes[number];
            if (_over || probe.IsAnswered)
            {
                return;
            }

            if (probe is { From.Core: not null, To.Core: not null })
            {
                byte[] payload = new byte[EchoPacket.PayloadSize];
                BinaryPrimitives.WriteInt32BigEndian(payload, number);
                BinaryPrimitives.WriteInt64BigEndian(payload.AsSpan(4), _simulator.Now);
                byte[] packet = EchoPacket.Request(
                    AddressOf(probe.From, probe.Family),
                    AddressOf(probe.To, probe.Family),
                    (ushort)number,
                    (ushort)probe.Asked,
                    payload);
                _tallies[probe.From].Retries += probe.Asked > 0 ? 1 : 0;
                probe.Asked++;
                probe.From.With(core => core.Send(packet, 0, packet.Length, probe.From.Clock));
            }

            Ask(number, _simulator.Now + RetryAfter);
        });
    }

    private void Take(SimulatedNode node, byte[] packet)
    {
        if (!EchoPacket.TryReadReply(
            packet, out ReadOnlySpan<byte> source, out ReadOnlySpan<byte> destination, out ReadOnlySpan<byte> payload)
            || payload.Length != EchoPacket.PayloadSize)
        {
            return;
        }

        int number = BinaryPrimitives.ReadInt32BigEndian(payload);
        if (number < 0 || number >= _probes.Count)
        {
            return;
        }

        Probe probe = _probes[number];
        if (probe.IsAnswered || probe.From != node
            || !source.SequenceEqual(AddressOf(probe.To, probe.Family))
            || !destination.SequenceEqual(AddressOf(node, probe.Family)))
        {
            return;
        }

        probe.IsAnswered = true;
        Open--;
        Tally tally = _tallies[node];
        long took = _simulator.Now - BinaryPrimitives.ReadInt64BigEndian(payload[4..]);
        tally.Fastest = Math.Min(tally.Fastest, took);
        tally.Slowest = Math.Max(tally.Slowest, took);
        tally.Answered++;
        if (--tally.Open == 0)
        {
            Answered?.Invoke(node, tally);
        }
    }

    /// <summary>What became of one node's pings.</summary>
    public sealed class Tally
    {
        /// <summary>How many are not answered yet.</summary>
        public int Open { get; set; }

        /// <summary>How many were answered.</summary>
        public int Answered { get; set; }

        /// <summary>How many times one had to be sent again.</summary>
        public int Retries { get; set; }

        /// <summary>The shortest time to an answer, in milliseconds.</summary>
        public long Fastest { get; set; } = long.MaxValue;

        /// <summary>The longest time to an answer, in milliseconds.</summary>
        public long Slowest { get; set; }
    }

    private sealed class Probe(SimulatedNode from, SimulatedNode to, AddressFamily family)
    {
        public SimulatedNode From { get; } = from;

        public SimulatedNode To { get; } = to;

        public AddressFamily Family { get; } = family;

        public int Asked { get; set; }

        public bool IsAnswered { get; set; }
    }
}
