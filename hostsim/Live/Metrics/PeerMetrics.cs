using System.Collections.Generic;
using System.Linq;
using Prometheus;
using Spore.Signing;

namespace Spore.Hostsim.Live.Metrics;

/// <summary>The metrics of a node's peers. A peer's series go when the peer does.</summary>
internal sealed class PeerMetrics
{
    private static readonly string[] _labels = ["public_key", "label"];

    private readonly Counter _received;
    private readonly Counter _sent;
    private readonly Gauge _session;
    private readonly Gauge _handshake;
    private readonly Gauge _epoch;
    private readonly Gauge _revision;

    // The labels of each peer that has series, and since when the peer has had its slot.
    private readonly Dictionary<(string PublicKey, string Label), long> _shown = [];

    /// <summary>Makes metrics without series.</summary>
    /// <param name="factory">What they are made in.</param>
    public PeerMetrics(IMetricFactory factory)
    {
        _received = factory.CreateCounter(
            "spore_peer_received_bytes_total", "Bytes of datagrams received from the peer that verified.", _labels);
        _sent = factory.CreateCounter("spore_peer_sent_bytes_total", "Bytes of datagrams sent to the peer.", _labels);
        _session = factory.CreateGauge(
            "spore_peer_session", "Whether there is a session with the peer: 1 or 0.", _labels);
        _handshake = factory.CreateGauge(
            "spore_peer_last_handshake_timestamp_seconds",
            "When the last handshake with the peer was complete, in Unix time.",
            _labels);
        _epoch = factory.CreateGauge(
            "spore_peer_network_epoch", "The epoch of the network that the peer has last shown.", _labels);
        _revision = factory.CreateGauge(
            "spore_peer_network_revision", "The revision of the network that the peer has last shown.", _labels);
    }

    /// <summary>Brings the series to what was read.</summary>
    /// <param name="peers">The peers.</param>
    public void Set(IReadOnlyList<PeerReading> peers)
    {
        HashSet<(string PublicKey, string Label)> present = [.. peers.Select(p => (p.PublicKey, p.Label))];
        foreach ((string PublicKey, string Label) gone in _shown.Keys.Where(k => !present.Contains(k)).ToArray())
        {
            Remove([gone.PublicKey, gone.Label]);
            _shown.Remove(gone);
        }

        foreach (PeerReading peer in peers)
        {
            Set(peer);
        }
    }

    private static void Set(Gauge gauge, string[] labels, double? value)
    {
        if (value is { } number)
        {
            gauge.WithLabels(labels).Set(number);
        }
        else
        {
            gauge.RemoveLabelled(labels);
        }
    }

    private void Set(PeerReading peer)
    {
        string[] labels = [peer.PublicKey, peer.Label];
        if (_shown.TryGetValue((peer.PublicKey, peer.Label), out long since) && since != peer.Since)
        {
            // It has lost its slot and got one again: its counters have begun anew.
            Remove(labels);
        }

        _shown[(peer.PublicKey, peer.Label)] = peer.Since;

        // What no socket has sent is taken off later. A counter that went down would look like a new start.
        _received.WithLabels(labels).IncTo(peer.BytesReceived);
        _sent.WithLabels(labels).IncTo(peer.BytesSent);
        _session.WithLabels(labels).Set(peer.HasSession ? 1 : 0);
        Set(_handshake, labels, peer.LastHandshake?.ToUnixTimeMilliseconds() / 1000.0);
        bool hasVersion = peer.ShownVersion != 0;
        Set(_epoch, labels, hasVersion ? VersionText.Epoch(peer.ShownVersion) : null);
        Set(_revision, labels, hasVersion ? VersionText.Revision(peer.ShownVersion) : null);
    }

    private void Remove(string[] labels)
    {
        _received.RemoveLabelled(labels);
        _sent.RemoveLabelled(labels);
        _session.RemoveLabelled(labels);
        _handshake.RemoveLabelled(labels);
        _epoch.RemoveLabelled(labels);
        _revision.RemoveLabelled(labels);
    }
}
