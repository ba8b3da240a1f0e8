using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using Spore.Base;
using Spore.Hostsim.Endpoints;
using Spore.Hostsim.Live;
using Spore.Hostsim.Live.Configuration;
using Spore.Hostsim.Live.Output;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Hostsim;

public sealed partial class LiveNodeTests : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly CancellationTokenSource _stop = new();

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
        Directory.Delete(_folder, true);
    }

    [Fact]
    public async Task A_node_gets_the_network_from_a_peer_over_real_sockets_and_logs_its_keys()
    {
        using TrustRootKey root = TrustRootKey.Generate();
        NodeIdentity alpha = MakeNode(root, "alpha");
        NodeIdentity beta = MakeNode(root, "beta");
        NetworkDescription network = new() { Version = 7, Issued = 1_800_000_000 };
        network.Peers.Add(
            new PeerDescription { PublicKey = alpha.PublicKey, Label = "alpha", Roles = EntryRoles.Witness });
        network.Peers.Add(new PeerDescription { PublicKey = beta.PublicKey, Label = "beta" });
        File.WriteAllBytes(PathOf("network.spore"), NetworkSigner.Sign(network, root));
        int port = FreePort();

        Story alphaStory = Start(new NodeOptions
        {
            Identity = PathOf("alpha"),
            Listen = new ListenAddress(IPAddress.Loopback, port),
            Network = PathOf("network.spore"),
            Mtu = 1420,
        });
        Story betaStory = Start(new NodeOptions
        {
            Identity = PathOf("beta"),
            Listen = new ListenAddress(IPAddress.Loopback, FreePort()),
            Peers = [new PeerArgument(alpha.PublicKey, new PeerEndpoint(IPAddress.Loopback, null, port))],
            KeyLog = PathOf("keys"),
            Mtu = 1420,
        });
        await betaStory.Until("network applied  version 7");
        await _stop.CancelAsync();
        await Task.WhenAll(alphaStory.Ended, betaStory.Ended)
            .WaitAsync(_patience, TestContext.Current.CancellationToken);

        Assert.Contains(
            "  network          version 7, 2 members; this node is in it", alphaStory.Text, StringComparison.Ordinal);
        Assert.Contains("session up       from beta", alphaStory.Text, StringComparison.Ordinal);
        Assert.Contains("head verified    version 7", betaStory.Text, StringComparison.Ordinal);
        Assert.Contains("; version 7, fresh; 1 session; ", betaStory.Text, StringComparison.Ordinal);
        Assert.Contains("; version 7, witness; 1 session; ", alphaStory.Text, StringComparison.Ordinal);

        string[] keys = File.ReadAllLines(PathOf("keys"));
        Assert.All(keys, k => Assert.Matches(KeyLine(), k));
        Assert.Equal(
            "LOCAL_STATIC_PRIVATE_KEY = "
            + $"{KeyText.Format(beta.Record.AsSpan(IdentityRecord.PrivateKeyOffset, KeyText.KeySize))}",
            keys[0]);
        Assert.Equal($"REMOTE_STATIC_PUBLIC_KEY = {KeyText.Format(alpha.PublicKey)}", keys[1]);
        Assert.Contains(keys, k => k.StartsWith("LOCAL_EPHEMERAL_PRIVATE_KEY = ", StringComparison.Ordinal));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(PathOf("keys")));
        }
    }

    [Fact]
    public async Task A_program_hears_of_each_state()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "--on-change needs /bin/sh");
        using TrustRootKey root = TrustRootKey.Generate();
        NodeIdentity alpha = MakeNode(root, "alpha");
        NodeIdentity beta = MakeNode(root, "beta");
        NetworkDescription network = new() { Version = 7, Issued = 1_800_000_000 };
        network.Peers.Add(
            new PeerDescription { PublicKey = alpha.PublicKey, Label = "alpha", Roles = EntryRoles.Witness });
        network.Peers.Add(new PeerDescription { PublicKey = beta.PublicKey, Label = "beta" });
        File.WriteAllBytes(PathOf("network.spore"), NetworkSigner.Sign(network, root));
        int port = FreePort();
        NodeOptions options = new()
        {
            Identity = PathOf("alpha"),
            Listen = new ListenAddress(IPAddress.Loopback, port),
            Network = PathOf("network.spore"),
            Mtu = 1420,
        };
        Story betaStory = Start(options with
        {
            Identity = PathOf("beta"),
            Listen = new ListenAddress(IPAddress.Loopback, FreePort()),
            Peers = [new PeerArgument(alpha.PublicKey, new PeerEndpoint(IPAddress.Loopback, null, port))],
            OnChange = $"cat >>{PathOf("runs")}",
        });
        await betaStory.Until("on-change        version 7, unconfirmed: done");
        Story alphaStory = Start(options);
        await betaStory.Until("on-change        version 7, fresh: done");
        await _stop.CancelAsync();
        await Task.WhenAll(alphaStory.Ended, betaStory.Ended)
            .WaitAsync(_patience, TestContext.Current.CancellationToken);
        string[] runs = File.ReadAllLines(PathOf("runs"));
        Assert.Equal(2, runs.Length);
        Assert.Contains("\"state\":\"unconfirmed\",\"previous_state\":\"none\"", runs[0], StringComparison.Ordinal);
        Assert.Contains("\"state\":\"fresh\",\"previous_state\":\"unconfirmed\"", runs[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_sleep_of_the_machine_the_first_packet_starts_a_handshake()
    {
        using TrustRootKey root = TrustRootKey.Generate();
        NodeIdentity alpha = MakeNode(root, "alpha");
        NodeIdentity beta = MakeNode(root, "beta");
        int port = FreePort();
        NetworkDescription network = new() { Version = 1, Issued = 1_800_000_000 };
        network.Peers.Add(new PeerDescription
        {
            PublicKey = alpha.PublicKey,
            Label = "alpha",
            Endpoints = { new PeerEndpoint(IPAddress.Loopback, null, port) },
            Keepalive = 25,
        });
        network.Peers.Add(new PeerDescription { PublicKey = beta.PublicKey, Label = "beta" });
        File.WriteAllBytes(PathOf("network.spore"), NetworkSigner.Sign(network, root));
        NodeOptions options = new()
        {
            Identity = PathOf("alpha"),
            Listen = new ListenAddress(IPAddress.Loopback, port),
            Network = PathOf("network.spore"),
            Mtu = 1420,
        };
        Story alphaStory = Start(options);
        long slept = 0;
        BootClock clock = new();
        Story betaStory = Start(
            options with { Identity = PathOf("beta"), Listen = new ListenAddress(IPAddress.Loopback, FreePort()) },
            () => clock.Now + Interlocked.Read(ref slept));
        await betaStory.Until("session up       to alpha");
        int before = betaStory.Text.Length;

        // The keepalive is the first packet. Its session is too old to carry it.
        Interlocked.Add(ref slept, 200_000);
        await betaStory.Until("session up       to alpha", before);
        Assert.Contains("initiation       to alpha", betaStory.Text[before..], StringComparison.Ordinal);
        await _stop.CancelAsync();
        await Task.WhenAll(alphaStory.Ended, betaStory.Ended)
            .WaitAsync(_patience, TestContext.Current.CancellationToken);
    }

    /// <summary>The lines of handshakes, with a preshared key that fits and with one that does not.</summary>
    [Fact]
    public async Task No_line_of_a_log_has_a_secret()
    {
        using TrustRootKey root = TrustRootKey.Generate();
        NodeIdentity alpha = MakeNode(root, "alpha");
        NodeIdentity beta = MakeNode(root, "beta");
        int port = FreePort();
        byte[] presharedKey = MakeKey("psk");
        byte[] otherKey = MakeKey("other");
        LogSettings text = new() { Level = LogLevel.Debug };
        LogSettings json = text with { Format = LogFormat.Json };
        NodeOptions options = new()
        {
            Identity = PathOf("alpha"),
            Listen = new ListenAddress(IPAddress.Loopback, port),
            Peers = [new PeerArgument(beta.PublicKey, null)],
            PresharedKeys = [new KeyFileArgument(beta.PublicKey, PathOf("psk"))],
            Mtu = 1420,
        };
        Story alphaStory = Start(options, settings: text);
        NodeOptions betaOptions = options with
        {
            Identity = PathOf("beta"),
            Listen = new ListenAddress(IPAddress.Loopback, FreePort()),
            Peers = [new PeerArgument(alpha.PublicKey, new PeerEndpoint(IPAddress.Loopback, null, port))],
            PresharedKeys = [new KeyFileArgument(alpha.PublicKey, PathOf("other"))],
            KeyLog = PathOf("keys"),
        };
        using CancellationTokenSource end = new();
        Story deafStory = Start(betaOptions, null, json, end.Token);

        // A repetition of it is told at this level only.
        await deafStory.Until("initiation: to");
        int first = deafStory.Text.IndexOf("initiation: to", StringComparison.Ordinal);
        await deafStory.Until("initiation: to", first + 1);
        await end.CancelAsync();
        await deafStory.Ended.WaitAsync(_patience, TestContext.Current.CancellationToken);
        Story betaStory = Start(
            betaOptions with { PresharedKeys = [new KeyFileArgument(alpha.PublicKey, PathOf("psk"))] },
            settings: json);
        await betaStory.Until("session up: to");
        await alphaStory.Until("session up ");
        await _stop.CancelAsync();
        await Task.WhenAll(alphaStory.Ended, betaStory.Ended)
            .WaitAsync(_patience, TestContext.Current.CancellationToken);

        List<byte[]> secrets = [presharedKey, otherKey, PrivateKeyOf(alpha), PrivateKeyOf(beta)];
        secrets.AddRange(File.ReadAllLines(PathOf("keys"))
            .Where(l => !l.StartsWith("REMOTE", StringComparison.Ordinal))
            .Select(l => Convert.FromBase64String(l[(l.IndexOf('=', StringComparison.Ordinal) + 2)..])));
        Assert.InRange(secrets.Count, 9, int.MaxValue);
        Story[] stories = [alphaStory, deafStory, betaStory];
        foreach (string log in stories.Select(s => s.Text))
        {
            Assert.All(secrets, s => Assert.False(Has(log, s), log));

            // What is public is found in each, and so would be what is not.
            Assert.True(Has(log, alpha.PublicKey) || Has(log, beta.PublicKey));
        }
    }

    [Fact]
    public void A_port_in_use_is_told_plainly()
    {
        using TrustRootKey root = TrustRootKey.Generate();
        MakeNode(root, "alpha");
        using Socket other = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)other.LocalEndPoint!).Port;
        Run run = Run.Of("node", "--identity", PathOf("alpha"), "--listen", $"127.0.0.1:{port}");
        Assert.Equal(1, run.ExitCode);
        Assert.Equal(
            $"hostsim: UDP port {port} is in use; choose another with --listen{Environment.NewLine}", run.Error);
    }

    [Fact]
    public void What_repeats_is_told_once()
    {
        StringWriter output = new();
        LiveTimeline timeline = new(output, null);
        byte[] key = new byte[KeyText.KeySize];
        for (int i = 0; i < 5; i++)
        {
            timeline.Hear(NodeEvent.InitiationSent, key, 0);
        }

        for (int i = 0; i < 3; i++)
        {
            timeline.Hear(NodeEvent.Unanswered, key, 3, "192.0.2.7:51820");
        }

        timeline.Hear(NodeEvent.GivenUp, key, 0, "192.0.2.7:51820");
        timeline.Hear(NodeEvent.InitiationSent, key, 0);
        timeline.Hear(NodeEvent.Unanswered, key, 3, "192.0.2.7:51820");
        timeline.Hear(NodeEvent.GivenUp, key, 0, "192.0.2.7:51820");
        timeline.Hear(NodeEvent.SessionUp, key, 1);
        timeline.Hear(NodeEvent.InitiationSent, key, 1);
        timeline.Hear(NodeEvent.HelloIgnored, key, 3);
        timeline.Hear(NodeEvent.HelloIgnored, key, 2);
        timeline.Hear(NodeEvent.OwnKeyHeard, key, 0, "192.0.2.8:51820");
        timeline.Hear(NodeEvent.OwnKeyHeard, key, 0, "192.0.2.8:51820");
        timeline.Hear(NodeEvent.HelloHeard, key, 3);
        timeline.Hear(NodeEvent.HelloHeard, key, 3);
        timeline.Hear(NodeEvent.HelloHeard, key, 4);
        timeline.Flush((int)_patience.TotalMilliseconds);
        string[] lines = [.. output.ToString().TrimEnd().Split('\n').Select(l => l[31..])];
        Assert.Equal(
            [
                "initiation       to AAAAAAAA...",
                "no answer        from AAAAAAAA... at 192.0.2.7:51820 for 15 s; it is asked on",
                "given up         AAAAAAAA... at 192.0.2.7:51820: no answer for 90 s; it is asked again when a packet "
                + "wants it",
                "session up       to AAAAAAAA...",
                "initiation       to AAAAAAAA..., provoked",
                "hello ignored    from AAAAAAAA...: it is no member, and its version 3 is not newer",
                "same identity    192.0.2.8:51820 says hello with this node's key: give each machine an identity of "
                + "its own",
                "hello            from AAAAAAAA..., version 3",
                "hello            from AAAAAAAA..., version 4",
            ],
            lines);
    }

    [Theory]
    [InlineData("192.0.2.7:51820")]
    [InlineData("[2001:db8::7]:9")]
    [InlineData("[fe80::1%3]:65535")]
    public void Addresses_pass_through_the_systems_form_unchanged(string text)
    {
        IPEndPoint address = IPEndPoint.Parse(text);
        Endpoint endpoint = EndpointAddress.From(address);
        SocketAddress form = EndpointAddress.Empty(address.AddressFamily);
        EndpointAddress.Write(endpoint, form.Buffer.Span);
        Assert.Equal(address.Serialize(), form);
        Endpoint back = new();
        EndpointAddress.Read(form.Buffer.Span, address.AddressFamily == AddressFamily.InterNetwork, back);
        Assert.True(endpoint.IsSame(back));
        Assert.Equal(address, EndpointAddress.Of(back));
    }

    [GeneratedRegex(
        "^(LOCAL_STATIC_PRIVATE_KEY|REMOTE_STATIC_PUBLIC_KEY|LOCAL_EPHEMERAL_PRIVATE_KEY) = [A-Za-z0-9+/]{43}=$")]
    private static partial Regex KeyLine();

    private static int FreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private NodeIdentity MakeNode(TrustRootKey root, string name)
    {
        NodeIdentity identity = NodeIdentity.Generate(root.PublicKey, 0);
        identity.Save(PathOf(name), false);
        return identity;
    }

    private static byte[] PrivateKeyOf(NodeIdentity identity) =>
        identity.Record.AsSpan(IdentityRecord.PrivateKeyOffset, KeyText.KeySize).ToArray();

    private byte[] MakeKey(string name)
    {
        byte[] key = RandomNumberGenerator.GetBytes(KeyText.KeySize);
        File.WriteAllText(PathOf(name), KeyText.Format(key));
        return key;
    }

    // Whether a text has the first half of a key, in base64, with letters for URLs too, or in hexadecimal digits.
    private static bool Has(string text, byte[] key)
    {
        string base64 = Convert.ToBase64String(key)[..22];
        string[] forms = [base64, base64.Replace('+', '-').Replace('/', '_')];
        return forms.Any(f => text.Contains(f, StringComparison.Ordinal))
            || text.Contains(Convert.ToHexString(key)[..32], StringComparison.OrdinalIgnoreCase);
    }

    private string PathOf(string name)
    {
        return Path.Combine(_folder, name);
    }

    private Story Start(
        NodeOptions options, Func<long>? clock = null, LogSettings? settings = null, CancellationToken? stop = null)
    {
        return new Story(options, stop ?? _stop.Token, clock, settings);
    }

    /// <summary>What a node tells while it runs on a thread of its own.</summary>
    private sealed class Story
    {
        private readonly StringWriter _writer = new();
        private readonly TextWriter _output;

        public Story(NodeOptions options, CancellationToken stop, Func<long>? clock, LogSettings? settings)
        {
            _output = TextWriter.Synchronized(_writer);
            LiveTimeline timeline = new(_output, null, settings);
            LiveNode node = new(options, timeline, CancellationToken.None, clock);
            Ended = Task.Factory.StartNew(
                () =>
                {
                    using (node)
                    {
                        node.Run(stop);
                    }

                    // The node itself waits for its output for a moment only.
                    timeline.Flush((int)_patience.TotalMilliseconds);
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
        }

        public Task Ended { get; }

        public string Text
        {
            get
            {
                // The lock of a synchronized writer is the writer itself.
                lock (_output)
                {
                    return _writer.ToString();
                }
            }
        }

        public async Task Until(string text, int from = 0)
        {
            using CancellationTokenSource patience = new(_patience);
            while (!Text[from..].Contains(text, StringComparison.Ordinal))
            {
                Assert.False(patience.IsCancellationRequested, Text);
                Assert.False(Ended.IsCompleted, Text);
                await Task.Delay(10, TestContext.Current.CancellationToken);
            }
        }
    }
}
