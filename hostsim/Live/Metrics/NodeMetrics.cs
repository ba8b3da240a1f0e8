using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Prometheus;
using Spore.Mesh;
using Spore.Signing;

namespace Spore.Hostsim.Live.Metrics;

/// <summary>
/// The metrics of a node, in a registry of its own. The node is read when they are asked for, and at no other time.
/// </summary>
internal sealed class NodeMetrics : IDisposable
{
    private static readonly string[] _kinds = ["member", "configured", "guest"];

    private readonly CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Func<NodeReading?> _read;
    private readonly IMetricFactory _factory;
    private readonly PeerMetrics _peers;
    private readonly List<Action<NodeReading>> _setters = [];

    // The node's own key and label in the series that is shown; null before the first one.
    private string[]? _own;
    private bool _isCurrent;

    /// <summary>Makes the metrics; nothing is read yet.</summary>
    /// <param name="read">Reads the node; null when it has stopped.</param>
    public NodeMetrics(Func<NodeReading?> read)
    {
        _read = read;
        _factory = Prometheus.Metrics.WithCustomRegistry(_registry);
        _registry.AddBeforeCollectCallback(Collect);
        AddIdentity();
        AddNetwork();
        AddPeers();
        AddHandshakes();
        AddTraffic();
        _peers = new PeerMetrics(_factory);
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    /// <summary>Reads the node and writes its metrics.</summary>
    /// <param name="cancel">Ends the wait for others who read them.</param>
    /// <returns>Prometheus' text form, version 0.0.4; null when the node has stopped.</returns>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public async Task<byte[]?> Write(CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            // The registry passes over what a callback throws.
            _isCurrent = false;
            using MemoryStream text = new();
            await _registry.CollectAndExportAsTextAsync(text, cancel);
            return _isCurrent ? text.ToArray() : null;
        }
        finally
        {
            _turn.Release();
        }
    }

    private void Collect()
    {
        if (_read() is not { } reading)
        {
            return;
        }

        foreach (Action<NodeReading> set in _setters)
        {
            set(reading);
        }

        _peers.Set(reading.Peers);
        _isCurrent = true;
    }

    private void AddIdentity()
    {
        string version = typeof(NodeMetrics).Assembly.GetName().Version?.ToString(3) ?? string.Empty;
        Gauge build = _factory.CreateGauge(
            "spore_build_info", "The version of hostsim and of .NET; 1.", ["version", "dotnet_version"]);
        build.WithLabels(version, Environment.Version.ToString()).Set(1);
        _factory.CreateGauge("spore_start_time_seconds", "When the node was started, in Unix time.")
            .Set(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0);
        Gauge info = _factory.CreateGauge(
            "spore_node_info", "The node's public key, and its label in the network; 1.", ["public_key", "label"]);
        _setters.Add(r =>
        {
            if (_own != null && _own[1] != r.Label)
            {
                info.RemoveLabelled(_own);
            }

            _own = [r.PublicKey, r.Label];
            info.WithLabels(_own).Set(1);
        });
    }

    private void AddNetwork()
    {
        Gauge state = _factory.CreateGauge(
            "spore_network_state", "Whether the node's network is in this state: 1 or 0.", ["state"]);
        foreach (NetworkState each in Enum.GetValues<NetworkState>())
        {
            Gauge.Child child = state.WithLabels(Word(each));
            _setters.Add(r => child.Set(r.State == each ? 1 : 0));
        }

        AddGauge(
            "spore_network_epoch",
            "The epoch of the applied network; 0 without a network.",
            r => VersionText.Epoch(r.Version));
        AddGauge(
            "spore_network_revision",
            "The revision of the applied network; 0 without a network.",
            r => VersionText.Revision(r.Version));
        AddGauge("spore_network_members", "Members that the applied network names.", r => r.Entries);
        AddGauge(
            "spore_network_expires_timestamp_seconds",
            "When the applied network expires, in Unix time.",
            r => r.Expires == 0 ? null : r.Expires);
        AddGauge(
            "spore_network_confirming_witnesses",
            "Other witnesses, 2 at most, that have confirmed the network within the last hour.",
            r => r.ConfirmedBy);
        AddGauge(
            "spore_network_agreeing_members",
            "Members with a slot that have shown the same network within the last hour.",
            r => r.AgreeingMembers);
        AddGauge(
            "spore_network_freshness_age_seconds",
            "How long ago the oldest confirmation by a witness was made that freshness needs.",
            r => r.FreshnessAge < 0 ? null : r.FreshnessAge / 1000.0);
        AddEvents("spore_networks_applied_total", "Networks that were applied.", NodeEvent.NetworkApplied);
        AddEvents(
            "spore_networks_refused_total", "Network files of peers that were refused.", NodeEvent.NetworkRefused);
        AddEvents("spore_heads_refused_total", "Network headers of peers that were refused.", NodeEvent.HeaderRefused);
        AddEvents(
            "spore_equivocations_total",
            "Headers of peers with this network's version that are of another network.",
            NodeEvent.Equivocation);
    }

    private void AddPeers()
    {
        AddGauge("spore_sessions", "Peers with a session, guests among them.", r => r.Sessions);
        Gauge peers = _factory.CreateGauge("spore_peers", "Peers with a slot.", ["kind"]);
        Gauge.Child[] children = [.. Array.ConvertAll(_kinds, k => peers.WithLabels(k))];
        _setters.Add(r =>
        {
            children[0].Set(r.Members);
            children[1].Set(r.Configured);
            children[2].Set(r.Guests);
        });
        AddEvents("spore_guests_admitted_total", "Unknown keys that were let in as guests.", NodeEvent.GuestAdmitted);
        AddEvents(
            "spore_peers_removed_total",
            "Guests, and peers that are no longer in the network, that were dropped.",
            NodeEvent.PeerRemoved);
    }

    private void AddHandshakes()
    {
        Counter handshakes = _factory.CreateCounter(
            "spore_handshakes_total", "Handshakes that were completed, by the role of this node.", ["role"]);
        Counter.Child initiator = handshakes.WithLabels("initiator");
        Counter.Child responder = handshakes.WithLabels("responder");
        _setters.Add(r =>
        {
            initiator.IncTo(r.Events.Initiated);
            responder.IncTo(r.Events[NodeEvent.SessionUp] - r.Events.Initiated);
        });
        AddEvents("spore_initiations_sent_total", "Handshake initiations that were sent.", NodeEvent.InitiationSent);
        AddEvents("spore_responses_sent_total", "Handshake responses that were sent.", NodeEvent.ResponseSent);
        AddEvents(
            "spore_handshakes_unanswered_total",
            "How often a peer had answered no initiation for 15 seconds.",
            NodeEvent.Unanswered);
        AddEvents(
            "spore_handshakes_given_up_total",
            "How often a peer had answered no initiation for 90 seconds, and was given up.",
            NodeEvent.GivenUp);
        AddEvents("spore_cookies_received_total", "Cookies that peers under load have sent.", NodeEvent.CookieReceived);
        AddEvents(
            "spore_under_load_total", "How often this node has begun to ask for cookies.", NodeEvent.UnderLoad);
        AddEvents("spore_hellos_sent_total", "Hellos that were sent.", NodeEvent.HelloSent);
        AddEvents("spore_hellos_heard_total", "Authentic hellos of other nodes.", NodeEvent.HelloHeard);
        AddEvents("spore_hellos_ignored_total", "Authentic hellos that were not answered.", NodeEvent.HelloIgnored);
        AddEvents(
            "spore_own_key_hellos_total",
            "Hellos with this node's key that this node did not send.",
            NodeEvent.OwnKeyHeard);
        Gauge due = _factory.CreateGauge("spore_due_tasks", "Tasks that wait for idle time.", ["task"]);
        Gauge.Child checks = due.WithLabels("signature");
        Gauge.Child secrets = due.WithLabels("static_secret");
        Gauge.Child keys = due.WithLabels("ephemeral_key");
        Gauge.Child pairs = due.WithLabels("ephemeral_pair");
        _setters.Add(r =>
        {
            checks.Set(r.Due.Checks);
            secrets.Set(r.Due.Secrets);
            keys.Set(r.Due.Keys);
            pairs.Set(r.Due.Pairs);
        });
    }

    private void AddTraffic()
    {
        AddCounter(
            "spore_received_bytes_total", "Bytes of all datagrams received.", r => r.Counters.BytesReceived);
        AddCounter("spore_sent_bytes_total", "Bytes of all datagrams sent.", r => r.Counters.BytesSent);
        AddCounter("spore_received_datagrams_total", "Datagrams received.", r => r.Counters.DatagramsReceived);
        AddCounter("spore_sent_datagrams_total", "Datagrams sent.", r => r.Counters.DatagramsSent);
        AddCounter(
            "spore_delivered_packets_total",
            "Inner packets delivered to the machine.",
            r => r.Counters.InnerDelivered);
        Counter dropped = _factory.CreateCounter(
            "spore_dropped_total",
            "Datagrams dropped because they were invalid, replayed or limited, and inner packets dropped.",
            ["reason"]);
        Counter.Child invalid = dropped.WithLabels("invalid");
        Counter.Child replayed = dropped.WithLabels("replayed");
        Counter.Child limited = dropped.WithLabels("limited");
        Counter.Child inner = dropped.WithLabels("inner");
        _setters.Add(r =>
        {
            invalid.IncTo(r.Counters.Invalid);
            replayed.IncTo(r.Counters.Replayed);
            limited.IncTo(r.Counters.Limited);
            inner.IncTo(r.Counters.InnerDropped);
        });
    }

    // The words of the file "status".
    private static string Word(NetworkState state) => state.ToString().ToLowerInvariant();

    private void AddEvents(string name, string help, NodeEvent what) => AddCounter(name, help, r => r.Events[what]);

    // A counter does not go down with a number that was counted too early (LiveNode.Lose).
    private void AddCounter(string name, string help, Func<NodeReading, long> value)
    {
        Counter counter = _factory.CreateCounter(name, help);
        _setters.Add(r => counter.IncTo(value(r)));
    }

    // Without a value there is no series.
    private void AddGauge(string name, string help, Func<NodeReading, double?> value)
    {
        Gauge gauge = _factory.CreateGauge(name, help, new GaugeConfiguration { SuppressInitialValue = true });
        _setters.Add(r =>
        {
            if (value(r) is { } number)
            {
                gauge.Set(number);
            }
            else
            {
                gauge.Unpublish();
            }
        });
    }
}
