using System;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using Spore.Hostsim.Live.Metrics;
using Spore.Mesh;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>How series follow what was read of a node.</summary>
public sealed class NodeMetricsTests : IDisposable
{
    private readonly NodeMetrics _metrics;
    private NodeReading? _reading = Of();

    public NodeMetricsTests() => _metrics = new NodeMetrics(() => _reading);

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public async Task A_peer_that_is_gone_takes_its_series_along()
    {
        _reading = Of(Peer("K1", "one"), Peer("K2", "two"));
        Exposition both = await Write();
        string[] names = [.. both.Types.Keys.Where(k => k.StartsWith("spore_peer_", StringComparison.Ordinal))];
        Assert.Equal(names.Select(n => $"{n}|public_key=K2|label=two"), both.Series.Where(s => s.Contains("K2")));
        _reading = Of(Peer("K1", "one"));
        Exposition one = await Write();
        Assert.Equal(
            names.Select(n => $"{n}|public_key=K1|label=one"), one.Series.Where(s => s.Contains("public_key=K")));
        _reading = Of();
        Assert.DoesNotContain((await Write()).Series, s => s.StartsWith("spore_peer_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_new_label_replaces_the_series_of_the_old_one()
    {
        _reading = Of(Peer("K1", "old")) with { Label = "self" };
        Assert.Contains("spore_node_info|public_key=OWN|label=self", (await Write()).Series);
        _reading = Of(Peer("K1", "new")) with { Label = "other" };
        Exposition metrics = await Write();
        Assert.Contains("spore_peer_session|public_key=K1|label=new", metrics.Series);
        Assert.DoesNotContain(metrics.Series, s => s.EndsWith("label=old", StringComparison.Ordinal));
        Assert.Equal(
            ["spore_node_info|public_key=OWN|label=other"],
            metrics.Series.Where(s => s.StartsWith("spore_node_info", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("line\nfeed")]
    [InlineData("\"},x=\"\\")]
    [InlineData("carriage\rreturn")]
    [InlineData("# HELP x y")]
    [InlineData("")]
    public async Task A_label_of_any_characters_comes_through(string label)
    {
        _reading = Of(Peer("K1", label));
        Assert.Contains($"spore_peer_session|public_key=K1|label={label}", (await Write()).Series);
    }

    /// <summary>
    /// A datagram that no socket has sent is taken off again. To Prometheus a counter that goes down has begun anew.
    /// </summary>
    [Fact]
    public async Task A_counter_goes_down_only_when_its_peer_has_another_slot()
    {
        const string Sent = "spore_peer_sent_bytes_total|public_key=K1|label=";
        PeerReading peer = Peer("K1", string.Empty) with { Since = 5, BytesSent = 1000 };
        _reading = Of(peer);
        Assert.Equal(1000, (await Write())[Sent]);
        _reading = Of(peer with { BytesSent = 900 });
        Assert.Equal(1000, (await Write())[Sent]);
        _reading = Of(peer with { BytesSent = 1100 });
        Assert.Equal(1100, (await Write())[Sent]);
        _reading = Of(peer with { Since = 6, BytesSent = 90 });
        Assert.Equal(90, (await Write())[Sent]);
    }

    [Fact]
    public async Task What_has_no_value_has_no_series()
    {
        ulong version = VersionText.Make(40_000, VersionText.MaxRevision);
        _reading = Of(Peer("K1", string.Empty) with
        {
            ShownVersion = version,
            LastHandshake = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_250),
        }) with
        {
            FreshnessAge = 1500,
            Expires = 1_900_000_000,
            Version = version,
        };
        Exposition metrics = await Write();
        Assert.Equal(1.5, metrics["spore_network_freshness_age_seconds"]);
        Assert.Equal(1_900_000_000, metrics["spore_network_expires_timestamp_seconds"]);
        Assert.Equal(40_000, metrics["spore_network_epoch"]);
        Assert.Equal(VersionText.MaxRevision, metrics["spore_network_revision"]);
        const string Labels = "|public_key=K1|label=";
        Assert.Equal(40_000, metrics[$"spore_peer_network_epoch{Labels}"]);
        Assert.Equal(VersionText.MaxRevision, metrics[$"spore_peer_network_revision{Labels}"]);
        Assert.Equal(1_800_000_000.25, metrics[$"spore_peer_last_handshake_timestamp_seconds{Labels}"]);

        _reading = Of(Peer("K1", string.Empty) with { ShownVersion = 0, LastHandshake = null });
        metrics = await Write();
        Assert.DoesNotContain("spore_network_freshness_age_seconds", metrics.Series);
        Assert.DoesNotContain("spore_network_expires_timestamp_seconds", metrics.Series);
        Assert.Equal(
            [
                $"spore_peer_received_bytes_total{Labels}",
                $"spore_peer_sent_bytes_total{Labels}",
                $"spore_peer_session{Labels}",
            ],
            metrics.Series.Where(s => s.EndsWith(Labels, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Each_counter_has_its_own_number()
    {
        EventCounts events = new();
        int times = 0;
        foreach (NodeEvent what in Enum.GetValues<NodeEvent>())
        {
            times++;
            for (int i = 0; i < times; i++)
            {
                events.Add(what, i == 0 ? 1 : 0);
            }
        }

        _reading = Of() with
        {
            Events = events.Copy(),
            Counters = new NodeCounters { Invalid = 101, Replayed = 102, Limited = 103, InnerDropped = 104 },
            Due = new NodeIdleWork { Checks = 105, Secrets = 106, Keys = 107, Pairs = 108 },
        };
        events.Add(NodeEvent.GivenUp, 0);
        Exposition metrics = await Write();
        Assert.Equal(_reading.Events[NodeEvent.GivenUp], metrics["spore_handshakes_given_up_total"]);
        Assert.Equal(events[NodeEvent.Unanswered], metrics["spore_handshakes_unanswered_total"]);
        Assert.Equal(events[NodeEvent.HelloIgnored], metrics["spore_hellos_ignored_total"]);
        Assert.Equal(1, metrics["spore_handshakes_total|role=initiator"]);
        Assert.Equal(events[NodeEvent.SessionUp] - 1, metrics["spore_handshakes_total|role=responder"]);
        Assert.Equal(101, metrics["spore_dropped_total|reason=invalid"]);
        Assert.Equal(102, metrics["spore_dropped_total|reason=replayed"]);
        Assert.Equal(103, metrics["spore_dropped_total|reason=limited"]);
        Assert.Equal(104, metrics["spore_dropped_total|reason=inner"]);
        Assert.Equal(105, metrics["spore_due_tasks|task=signature"]);
        Assert.Equal(106, metrics["spore_due_tasks|task=static_secret"]);
        Assert.Equal(107, metrics["spore_due_tasks|task=ephemeral_key"]);
        Assert.Equal(108, metrics["spore_due_tasks|task=ephemeral_pair"]);
        Assert.Equal(
            Enum.GetValues<NodeEvent>().Length,
            Enum.GetValues<NodeEvent>().Select(e => _reading.Events[e]).Distinct().Count());
    }

    [Fact]
    public async Task A_node_that_has_stopped_has_no_metrics()
    {
        Assert.NotNull(await _metrics.Write(TestContext.Current.CancellationToken));
        _reading = null;
        Assert.Null(await _metrics.Write(TestContext.Current.CancellationToken));
    }

    private static NodeReading Of(params PeerReading[] peers) => new()
    {
        PublicKey = "OWN",
        Label = string.Empty,
        FreshnessAge = -1,
        Counters = new NodeCounters(),
        Due = new NodeIdleWork(),
        Events = new EventCounts(),
        Peers = peers,
    };

    private static PeerReading Peer(string key, string label) => new()
    {
        PublicKey = key,
        Label = label,
        LastHandshake = DateTimeOffset.UnixEpoch,
        ShownVersion = 1,
    };

    private async Task<Exposition> Write() => Exposition.Parse(
        Encoding.UTF8.GetString((await _metrics.Write(TestContext.Current.CancellationToken))!));
}
