using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Threading;
using Spore.Hostsim.Crypto;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Signing;
using AddressFamily = Spore.Hostsim.Simulation.PingRound.AddressFamily;

namespace Spore.Hostsim.Simulation;

/// <summary>The run: a mesh comes up from keys alone, changes, and survives a power cycle.</summary>
internal sealed class Story
{
    /// <summary>How long each part may take in virtual milliseconds before the run is given up.</summary>
    public const long Patience = 15 * 60 * 1000;

    // The publisher's clock: ten days after the firmware was built.
    private const long Epoch = (SimulatedNode.BuildTime + (10 * 24 * 3600)) * 1000;
    private const long BootSpread = 3000;
    private const long RemovedPatience = 30_000;
    private const long OffFor = 5000;
    private const long SettleAtLeast = 5000;
    private const long SettleAtMost = 120_000;

    private readonly SimulationOptions _options;
    private readonly ISimulationView _view;
    private readonly CancellationToken _cancel;
    private readonly Simulator _simulator;
    private readonly LocalNetwork _network;
    private readonly Timeline _timeline;
    private readonly SeededEntropy _chance;
    private readonly Authority _authority;
    private readonly Dictionary<string, string> _names = [];
    private readonly List<SimulatedNode> _nodes = [];
    private readonly SimulatedNode _publisher;
    private List<SimulatedNode> _members = [];
    private SimulatedNode? _removed;
    private int _answered;
    private int _handshakesBefore;
    private long _carriedBefore;
    private long _lostBefore;

    /// <summary>Prepares a run.</summary>
    /// <param name="options">What it is made from.</param>
    /// <param name="view">Where it is shown.</param>
    /// <param name="cancel">Ends it early.</param>
    /// <param name="primitives">The primitives of the nodes; null for the fastest of this machine.</param>
    public Story(
        SimulationOptions options, ISimulationView view, CancellationToken cancel, HostPrimitives? primitives = null)
    {
        _simulator = new Simulator(primitives);
        _options = options;
        _view = view;
        _cancel = cancel;
        World = new World(_simulator, options);
        _network = World.AddLocalNetwork();
        _timeline = new Timeline(_simulator, view, NameOf);
        _chance = new SeededEntropy(options.Seed, "story");
        _authority = new Authority(options.Seed);
        _publisher = Make("publisher", 1, true);
        for (int i = 1; i <= options.Nodes; i++)
        {
            Make($"node{i}", i + 1, false);
        }
    }

    /// <summary>The outer network of the run, which has one local network.</summary>
    public World World { get; }

    /// <summary>Runs to the end.</summary>
    /// <returns>How it ended.</returns>
    /// <exception cref="OperationCanceledException">It was ended early.</exception>
    public Verdict Run()
    {
        _view.Begin(_options, Statuses);
        Verdict verdict = Tell();
        _view.End(verdict);
        return verdict;
    }

    private Verdict Tell()
    {
        return Arrive() ?? Change() ?? Return() ?? Judge();
    }

    /// <summary>The nodes boot, find each other and ping each other.</summary>
    private Verdict? Arrive()
    {
        _view.Chapter(
            "From keys alone",
            "Every node boots from a flash record of two keys: its own private one and the trust root. "
            + "None has a clock, an address or a peer; only the publisher has the signed network. Once "
            + "everybody has it, each pings each over IPv4, IPv6 and link-local.");
        _members = [.. _nodes];
        byte[] network = _authority.Sign(1, Epoch / 1000, _members);
        BootPublisher(network);
        foreach (SimulatedNode node in _nodes.Where(n => !n.IsPublisher))
        {
            _simulator.At(200 + _chance.Below((int)BootSpread), () => Boot(node));
        }

        return Spread(1) ?? Ping(PairsOf(_members));
    }

    /// <summary>A second version is published, with one node less and one more.</summary>
    private Verdict? Change()
    {
        _removed = _members.Where(n => !n.IsPublisher).ElementAt(_chance.Below(_members.Count - 1));
        SimulatedNode newcomer = Make($"node{_options.Nodes + 1}", _options.Nodes + 2, false);
        _view.Chapter(
            "A second version",
            $"{newcomer.Name} boots; it is in no network, so nobody answers its hello. Then the publisher is given "
            + $"version 2, with {newcomer.Name} in it and without {_removed.Name}: absence is revocation.");
        Boot(newcomer);
        _simulator.Run(4000, _cancel);

        _members = [.. _nodes.Where(n => n != _removed)];
        byte[] network = _authority.Sign(2, (Epoch + _simulator.Now) / 1000, _members);
        _timeline.PublishedAt = _simulator.Now;
        NetworkFault fault = _publisher.With(core => core.Load(network, 0, network.Length, _publisher.Clock));
        if (fault != NetworkFault.None)
        {
            return new Verdict(false, $"FAILED: the publisher refused version 2: {NetworkFaultText.Describe(fault)}.");
        }

        _timeline.Tell(
            _publisher, TimelineKind.Published, $"version 2: {newcomer.Name} added, {_removed.Name} removed");
        return Spread(2) ?? Ping(PairsOf(_members)) ?? Refuse(_removed);
    }

    /// <summary>The removed node gets no answer from the addresses of the network any more.</summary>
    private Verdict? Refuse(SimulatedNode removed)
    {
        PingRound round = new(
            _simulator,
            _members.Select(m => (removed, m)),
            AddressFamily.Ipv4,
            AddressFamily.Ipv6);
        _timeline.Tell(removed, TimelineKind.Removed, $"still pings its {_members.Count} old peers");
        round.Start();
        _simulator.Run(RemovedPatience, _cancel);
        round.Stop();
        if (round.Open < round.Count)
        {
            return new Verdict(
                false,
                $"FAILED: {removed.Name} was removed, and {round.Count - round.Open} of its pings were answered.");
        }

        _timeline.Tell(
            removed, TimelineKind.NoAnswer, $"to {round.Count} pings in {TimelineEntry.Span(RemovedPatience)}");
        Outcome($"{removed.Name} is out, as it should be");
        return null;
    }

    /// <summary>A node loses power, and with it all but its flash record.</summary>
    private Verdict? Return()
    {
        List<SimulatedNode> others = [.. _members.Where(n => !n.IsPublisher)];
        SimulatedNode node = others[_chance.Below(others.Count)];
        _view.Chapter(
            "A power cycle",
            $"{node.Name} loses power, and with it the network, its sessions and its sense of time. The others "
            + "still have sessions with what it was.");
        _timeline.Tell(node, TimelineKind.PowerOff, "everything but the flash record is gone");
        node.PowerOff();
        _simulator.Run(OffFor, _cancel);
        _timeline.Forget(node);
        Boot(node);
        IEnumerable<(SimulatedNode From, SimulatedNode To)> pairs = PairsOf(_members).Where(
            p => p.From == node || p.To == node);
        return Spread(2) ?? Ping(pairs);
    }

    private Verdict Judge()
    {
        // A last look, once the witness has had time to confirm to everybody what they hold.
        _simulator.Run(SettleAtLeast, _cancel);
        _simulator.RunUntil(() => _members.TrueForAll(IsConfirmed), _simulator.Now + SettleAtMost, _cancel);
        Verdict? behind = CheckVersions(2);
        if (behind != null)
        {
            return behind;
        }

        return new Verdict(
            true,
            $"OK: {_members.Count} of {_members.Count} members ended on version 2, and {_answered} of {_answered} "
            + "pings between them were answered.");
    }

    private SimulatedNode Make(string name, int number, bool isPublisher)
    {
        NodeLimits limits = NodeLimits.Desktop();
        limits.NetworkEntries = _options.Nodes + 8;
        limits.NetworkBytes = limits.NetworkEntries * 160;
        limits.Prefixes = limits.NetworkEntries * 2;
        NodeIdentity identity = _authority.MakeIdentity(name);
        SimulatedNode node = new(name, number, identity, _simulator, _network, limits, _options.Seed)
        {
            IsPublisher = isPublisher,
        };
        node.Reported += _timeline.Hear;
        _names.Add(Convert.ToHexString(node.PublicKey), name);
        _nodes.Add(node);
        return node;
    }

    private void BootPublisher(byte[] network)
    {
        _publisher.PowerOn();
        NetworkFault fault = _publisher.With(core =>
        {
            core.SetWallClock(Epoch + _simulator.Now, _publisher.Clock);
            return core.Load(network, 0, network.Length, _publisher.Clock);
        });
        _timeline.Tell(
            _publisher,
            TimelineKind.Boot,
            fault == NetworkFault.None
                ? $"with version 1, {_members.Count} members; witness"
                : NetworkFaultText.Describe(fault));
    }

    private void Boot(SimulatedNode node)
    {
        node.PowerOn();
        _timeline.Tell(node, TimelineKind.Boot, new IPAddress(node.Core!.LinkLocal).ToString());
    }

    /// <summary>Waits until every member has a version.</summary>
    private Verdict? Spread(ulong version)
    {
        long from = _simulator.Now;
        _simulator.RunUntil(() => _members.TrueForAll(m => m.Version == version), from + Patience, _cancel);
        Verdict? behind = CheckVersions(version);
        if (behind == null)
        {
            Outcome(
                $"{_members.Count} of {_members.Count} members on version {version} in "
                + $"{TimelineEntry.Span(_simulator.Now - from)}");
        }

        return behind;
    }

    private Verdict? CheckVersions(ulong version)
    {
        List<string> missing = [.. _members
            .Where(m => m.Version != version)
            .Select(
                m => m.Core == null
                    ? $"{m.Name} is off"
                    : m.Version == 0
                    ? $"{m.Name} has no network"
                    : $"{m.Name} is on version {VersionText.Format(m.Version)}")];
        return missing.Count == 0
            ? null
            : new Verdict(
                false,
                $"FAILED: version {version} did not reach every member within {Patience / 60000} minutes: "
                + $"{Listed(missing)}.");
    }

    private Verdict? Ping(IEnumerable<(SimulatedNode From, SimulatedNode To)> pairs)
    {
        PingRound round = new(_simulator, pairs, AddressFamily.Ipv4, AddressFamily.Ipv6, AddressFamily.LinkLocal);
        round.Answered += (node, tally) =>
        {
            string again = tally.Retries == 0 ? string.Empty : $", {tally.Retries} retried";
            _timeline.Tell(
                node,
                TimelineKind.Ping,
                $"{tally.Answered} of {tally.Answered}, {tally.Fastest}-{tally.Slowest} ms{again}");
        };
        long from = _simulator.Now;
        round.Start();
        _simulator.RunUntil(() => round.Open == 0, from + Patience, _cancel);
        round.Stop();
        _answered += round.Count - round.Open;
        if (round.Open == 0)
        {
            Outcome($"{round.Count} of {round.Count} pings answered in {TimelineEntry.Span(_simulator.Now - from)}");
            return null;
        }

        List<string> missing = [.. round.OpenPairs.Select(p => $"{p.From.Name} -> {p.To.Name}")];
        return new Verdict(false, $"FAILED: no answer within {Patience / 60000} minutes: {Listed(missing)}.");
    }

    private void Outcome(string text)
    {
        _view.Outcome(
            $"{text} ({Count(_timeline.Handshakes - _handshakesBefore, "handshake")}, "
            + $"{Count(World.Carried - _carriedBefore, "datagram")}, {World.Lost - _lostBefore} lost).");
        _handshakesBefore = _timeline.Handshakes;
        _carriedBefore = World.Carried;
        _lostBefore = World.Lost;
    }

    private List<NodeStatus> Statuses()
    {
        return [.. _nodes.Select(n => NodeStatus.Of(n, n == _removed))];
    }

    private static bool IsConfirmed(SimulatedNode node)
    {
        return node.Core?.State(node.Clock) is NetworkState.Fresh or NetworkState.Witness;
    }

    private string NameOf(byte[]? key)
    {
        return key == null ? string.Empty : _names.GetValueOrDefault(Convert.ToHexString(key), "a stranger");
    }

    private static IEnumerable<(SimulatedNode From, SimulatedNode To)> PairsOf(List<SimulatedNode> nodes)
    {
        return nodes.SelectMany(from => nodes.Where(to => to != from).Select(to => (from, to)));
    }

    private static string Count(long number, string what)
    {
        return number == 1 ? $"1 {what}" : $"{number} {what}s";
    }

    private static string Listed(List<string> items)
    {
        const int Shown = 8;
        string shown = string.Join(", ", items.Take(Shown));
        return items.Count <= Shown ? shown : $"{shown} and {items.Count - Shown} more";
    }
}
