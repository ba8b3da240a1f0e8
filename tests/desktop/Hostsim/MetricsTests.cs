using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;
using Spore.Hostsim.Live.Configuration;
using Spore.Hostsim.Simulation;
using Spore.SignedNetwork;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>What <c>--metrics</c> serves, asked by HTTP while nodes run on this machine.</summary>
public sealed class MetricsTests : IDisposable
{
    // All that a label can hold beside letters: what has to be escaped, and what must not be.
    private const string HostileLabel = "a\"b\\c\\n} 1\u2028\u00e9\U0001f344";

    private readonly MetricsMesh _mesh = new();

    public void Dispose() => _mesh.Dispose();

    [Fact]
    public async Task Metrics_follow_two_nodes_from_a_session_to_the_removal_of_one()
    {
        NodeIdentity alpha = _mesh.MakeNode("alpha");
        NodeIdentity beta = _mesh.MakeNode("beta");
        int port = MetricsMesh.FreePort();
        File.WriteAllBytes(_mesh.PathOf("network"), _mesh.Sign(1, (alpha, "alpha", true), (beta, HostileLabel, false)));
        await using MetricsNode first = new(_mesh.Options("alpha", port) with { Network = _mesh.PathOf("network") });
        await using MetricsNode second =
            new(_mesh.Options("beta") with { Peers = [MetricsMesh.PeerAt(alpha, port)] });

        Exposition atSecond = await second.Until(e => e["spore_network_state|state=fresh"] == 1);
        Assert.Equal(1, atSecond["spore_network_revision"]);
        Assert.Equal(2, atSecond["spore_network_members"]);
        Assert.Equal(1, atSecond["spore_handshakes_total|role=initiator"]);
        Assert.Equal(1, atSecond["spore_networks_applied_total"]);
        Assert.InRange(atSecond["spore_network_freshness_age_seconds"], 0, 60);
        Assert.Equal(1, atSecond[$"spore_node_info{Labels(beta, HostileLabel)}"]);
        Assert.Equal(1, atSecond[$"spore_peer_network_revision{Labels(alpha, "alpha")}"]);

        // The label comes through the escapes unchanged.
        string peer = Labels(beta, HostileLabel);
        Exposition before = await first.Until(e => e["spore_sessions"] == 1);
        Assert.Equal(1, before["spore_peers|kind=member"]);
        Assert.Equal(1, before[$"spore_peer_session{peer}"]);
        Assert.Equal(1, before["spore_handshakes_total|role=responder"]);
        Assert.InRange(
            DateTimeOffset.UtcNow.ToUnixTimeSeconds()
                - before[$"spore_peer_last_handshake_timestamp_seconds{peer}"],
            -5,
            300);

        // An echo request and its reply: 104 bytes, in messages of 32 more and up to 16 bytes of padding each.
        SendEcho(second, beta, alpha);
        Exposition after = await first.Until(
            e => e[$"spore_peer_sent_bytes_total{peer}"] >= before[$"spore_peer_sent_bytes_total{peer}"] + 144);
        Assert.True(
            after[$"spore_peer_received_bytes_total{peer}"] >= before[$"spore_peer_received_bytes_total{peer}"] + 144);
        Assert.True(after["spore_received_bytes_total"] >= before["spore_received_bytes_total"] + 144);
        Assert.True(after["spore_sent_datagrams_total"] > before["spore_sent_datagrams_total"]);
        await second.Until(e => e["spore_delivered_packets_total"] >= 1);

        // Two datagrams that are no message.
        using UdpClient other = new();
        other.Send([9, 9], "127.0.0.1", port);
        other.Send([9, 9, 9], "127.0.0.1", port);
        await first.Until(
            e => e["spore_dropped_total|reason=invalid"] >= before["spore_dropped_total|reason=invalid"] + 2);

        // A network without the peer takes all its series away.
        byte[] next = _mesh.Sign(2, (alpha, "alpha", true));
        first.Node.Change((n, now) => Assert.Equal(NetworkFault.None, n.Load(next, 0, next.Length, now)));
        Exposition removed = await first.Scrape();
        Assert.DoesNotContain(removed.Series, s => s.StartsWith("spore_peer_", StringComparison.Ordinal));
        Assert.DoesNotContain(removed.Series, s => s.Contains(KeyText.Format(beta.PublicKey)));
        Assert.Equal(0, removed["spore_peers|kind=member"]);
        Assert.Equal(2, removed["spore_network_revision"]);
        Assert.Equal(1, removed["spore_network_state|state=witness"]);
    }

    [Fact]
    public async Task A_guest_is_counted_and_has_no_series()
    {
        NodeIdentity alpha = _mesh.MakeNode("alpha");
        NodeIdentity gamma = _mesh.MakeNode("gamma");
        int port = MetricsMesh.FreePort();
        await using MetricsNode node = new(_mesh.Options("alpha", port));
        Exposition before = await node.Scrape();
        await using MetricsNode guest =
            new(_mesh.Options("gamma") with { Peers = [MetricsMesh.PeerAt(alpha, port)] });
        Exposition after = await node.Until(e => e["spore_peers|kind=guest"] == 1 && e["spore_sessions"] == 1);
        Assert.Equal(before.Series.Order(StringComparer.Ordinal), after.Series.Order(StringComparer.Ordinal));
        Assert.Equal(1, after["spore_guests_admitted_total"]);

        // To the guest the node is a configured peer, which has series and no label.
        Exposition atGuest = await guest.Until(e => e["spore_peers|kind=configured"] == 1);
        Assert.Contains($"spore_peer_session{Labels(alpha, string.Empty)}", atGuest.Series);
        Assert.DoesNotContain(KeyText.Format(gamma.PublicKey), await node.Text());
    }

    /// <summary>As https://prometheus.io/docs/practices/naming has it.</summary>
    [Fact]
    public async Task Names_types_and_help_are_as_Prometheus_has_them()
    {
        _mesh.MakeNode("alpha");
        await using MetricsNode node = new(_mesh.Options("alpha"));
        using HttpResponseMessage answer =
            await node.Client.GetAsync(await node.Url(), TestContext.Current.CancellationToken);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", $"{answer.Content.Headers.ContentType}");
        Exposition metrics =
            Exposition.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.InRange(metrics.Types.Count, 30, 60);
        Assert.All(metrics.Types, m =>
        {
            Assert.Matches("^spore_[a-z]+(_[a-z]+)*$", m.Key);
            Assert.Equal(m.Value, m.Key.EndsWith("_total", StringComparison.Ordinal) ? "counter" : "gauge");
            Assert.EndsWith(".", metrics.Help[m.Key]);
            Assert.DoesNotMatch("_(ms|milliseconds|kilobytes|bits|count|age)(_total)?$", m.Key);
        });

        // There are no metrics of the process or of .NET: they would be collected all the time.
        Assert.DoesNotContain(metrics.Types.Keys, k => !k.StartsWith("spore_", StringComparison.Ordinal));
        Assert.Equal(1, metrics[$"spore_build_info|version=0.1.0|dotnet_version={Environment.Version}"]);
        Assert.Equal(1, metrics["spore_network_state|state=none"]);
        Assert.Equal(0, metrics["spore_network_revision"]);
        Assert.DoesNotContain("spore_network_freshness_age_seconds", metrics.Series);
        Assert.DoesNotContain("spore_network_expires_timestamp_seconds", metrics.Series);
    }

    [Fact]
    public async Task Many_may_ask_at_one_time()
    {
        _mesh.MakeNode("alpha");
        await using MetricsNode node = new(_mesh.Options("alpha"));
        string[] texts = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => node.Text()));
        Assert.All(texts, t => Assert.Equal(1, Exposition.Parse(t)["spore_network_state|state=none"]));
    }

    [Fact]
    public async Task What_is_no_request_for_metrics_is_refused()
    {
        _mesh.MakeNode("alpha");
        await using MetricsNode node = new(_mesh.Options("alpha"));
        Uri url = await node.Url();
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", Say(url, "GET /metrics HTTP/1.0\r\n\r\n"));
        string head = Say(url, "HEAD /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", head);
        Assert.EndsWith("\r\n\r\n", head);
        Assert.Equal(
            "HTTP/1.1 421 Misdirected Request",
            Say(url, "GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n").Split('\r')[0]);
        string written = Say(url, "POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 405 Method Not Allowed\r\n", written);
        Assert.Contains("\r\nAllow: GET, HEAD\r\n", written);
        Assert.EndsWith("\r\n\r\nthe metrics are at /metrics\n", Say(url, "GET / HTTP/1.0\r\n\r\n"));
        Assert.StartsWith("HTTP/1.1 431 ", Say(url, "GET /metrics HTTP/1.1\r\nX: ".PadRight(8192, 'x')));
        Assert.Equal(string.Empty, Say(url, "GET /metrics HTTP/1.1\r\n"));
        Assert.Equal(1, (await node.Scrape())["spore_network_state|state=none"]);
    }

    [Fact]
    public async Task An_IPv6_address_works()
    {
        Assert.SkipUnless(HasIpv6(), "no IPv6 here");
        _mesh.MakeNode("alpha");
        await using MetricsNode node = new(
            _mesh.Options("alpha") with { Metrics = new ListenAddress(IPAddress.IPv6Loopback, 0) });
        Assert.Equal("[::1]", (await node.Url()).Host);
        Assert.Equal(0, (await node.Scrape())["spore_sessions"]);
    }

    [Fact]
    public async Task Without_an_address_only_this_machine_can_ask()
    {
        _mesh.MakeNode("alpha");
        await using MetricsNode node = new(
            _mesh.Options("alpha") with { Metrics = ListenAddress.TryParse($"{FreeTcpPort()}", out _) });
        Assert.Equal("127.0.0.1", (await node.Url()).Host);
        Assert.Equal(0, (await node.Scrape())["spore_sessions"]);
    }

    /// <summary>The address of a tunnel comes with the network.</summary>
    [Fact]
    public async Task An_address_that_the_machine_does_not_have_yet_is_told()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "other systems have no IP_FREEBIND");
        _mesh.MakeNode("alpha");
        await using MetricsNode node = new(
            _mesh.Options("alpha") with { Metrics = new ListenAddress(IPAddress.Parse("192.0.2.9"), 9586) });
        Assert.Equal("http://192.0.2.9:9586/metrics", $"{await node.Url()}");
        Assert.Contains("192.0.2.9 is no address of this machine yet", node.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void A_port_in_use_is_told_plainly()
    {
        _mesh.MakeNode("alpha");
        using TcpListener other = new(IPAddress.Loopback, 0);
        other.Start();
        int port = ((IPEndPoint)other.LocalEndpoint).Port;
        Run run = Run.Of(
            "node",
            "--identity",
            _mesh.PathOf("alpha"),
            "--listen",
            $"127.0.0.1:{MetricsMesh.FreePort()}",
            "--metrics",
            $"127.0.0.1:{port}");
        Assert.Equal(1, run.ExitCode);
        Assert.Equal(
            $"hostsim: TCP port {port} is in use; choose another with --metrics{Environment.NewLine}", run.Error);
    }

    [Theory]
    [InlineData("localhost:9586", "has a host name; give an address here")]
    [InlineData("127.0.0.1", "is neither a port")]
    [InlineData("[::1]", "is not host:port, address:port or [IPv6]:port")]
    [InlineData("127.0.0.1:0", "has no port")]
    [InlineData("/metrics", "is neither a port")]
    public void An_address_that_is_none_is_told_plainly(string text, string fault)
    {
        Run run = Run.Of("node", "--identity", _mesh.PathOf("none"), "--metrics", text);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains($"--metrics: '{text}' {fault}", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    private static void SendEcho(MetricsNode node, NodeIdentity from, NodeIdentity to)
    {
        byte[] packet = EchoPacket.Request(
            LinkLocalOf(from), LinkLocalOf(to), 1, 1, new byte[EchoPacket.PayloadSize]);
        node.Node.Change((n, now) => Assert.True(n.Send(packet, 0, packet.Length, now)));
    }

    private static byte[] LinkLocalOf(NodeIdentity identity) =>
        AllowedPrefix.LinkLocalOf(identity.PublicKey).Address.GetAddressBytes();

    private static string Labels(NodeIdentity identity, string label) =>
        $"|public_key={KeyText.Format(identity.PublicKey)}|label={label}";

    // Everything that the node says, until it ends the connection.
    private static string Say(Uri url, string text)
    {
        using TcpClient client = new(url.Host, url.Port);
        using NetworkStream stream = client.GetStream();
        stream.Write(Encoding.ASCII.GetBytes(text));
        client.Client.Shutdown(SocketShutdown.Send);
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }

    private static bool HasIpv6()
    {
        try
        {
            using Socket socket = new(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreeTcpPort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
