using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Spore.Hostsim.Live;
using Spore.Hostsim.Live.Configuration;
using Spore.Hostsim.Live.Output;
using Spore.Services;
using Spore.SignedNetwork;
using Spore.Signing;
using Spore.Tests.Tftp;
using Spore.Tftp;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>
/// <c>hostsim get</c>, <c>put</c> and <c>ask</c> as a member of its own, with a node on the loopback interface.
/// </summary>
public sealed class MemberClientTests : IDisposable, IRequestHandler
{
    private const long Issued = 1_700_000_000;

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly CancellationTokenSource _stop = new();
    private readonly TrustRootKey _root = TrustRootKey.Generate();
    private readonly MemoryFiles _files = new();
    private readonly NodeIdentity _gate;
    private readonly NodeIdentity _shed;
    private readonly LiveNode _node;
    private readonly Task _ended;
    private readonly string _endpoint;

    public MemberClientTests()
    {
        _gate = MakeNode("gate");
        _shed = MakeNode("shed");
        File.WriteAllBytes(PathOf("n.spore"), Network(1));
        int port = FreePort();
        _endpoint = $"127.0.0.1:{port}";
        _node = new LiveNode(
            new NodeOptions
            {
                Identity = PathOf("gate"),
                Listen = new ListenAddress(IPAddress.Loopback, port),
                Network = PathOf("n.spore"),
                Mtu = 1420,
            },
            new LiveTimeline(TextWriter.Null, null));
        _node.Change((node, _) =>
        {
            node.Files = _files;
            node.HandleRequests(this, 2, 1000);
        });
        _ended = Task.Factory.StartNew(
            () => _node.Run(_stop.Token),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _ended.Wait(CancellationToken.None);
        _node.Dispose();
        _stop.Dispose();
        _root.Dispose();
        Directory.Delete(_folder, true);
    }

    void IRequestHandler.Handle(long number, byte[] key, int keyOffset, byte[] body, int offset, int length)
    {
        byte[] answer = [.. "got "u8, .. body.AsSpan(offset, length)];
        _node.Change((node, now) => node.Respond(number, answer, 0, answer.Length, now));
    }

    [Fact]
    public void Head_and_network_are_read_and_a_newer_network_is_written()
    {
        (int code, byte[] output, string error) = Do("get", "head", "-", "--peer", "gate");
        Assert.Equal((0, ""), (code, error));
        Assert.Equal(Network(1)[..NetworkHeader.Size], output);

        File.WriteAllText(PathOf("read"), "an old file");
        Assert.Equal(0, Do("get", "network", PathOf("read"), "--peer", "gate").Code);
        Assert.Equal(Network(1), File.ReadAllBytes(PathOf("read")));

        byte[] newer = Network(2);
        File.WriteAllBytes(PathOf("newer"), newer);
        (code, output, error) = Do("put", "network", PathOf("newer"), "--peer", "gate", "--json");
        Assert.Equal((0, ""), (code, error));
        JsonElement report = JsonDocument.Parse(output).RootElement;
        Assert.Equal("ok", report.GetProperty("result").GetString());
        Assert.Equal(newer.Length, report.GetProperty("bytes").GetInt32());
        _node.Change((node, _) => Assert.Equal(2UL, node.NetworkVersion));
    }

    [Fact]
    public void Blocks_and_windows_are_those_that_were_asked_for()
    {
        byte[] content = new byte[300_000];
        new Random(1).NextBytes(content);
        _files.Readable["files/a"] = content;
        (int code, byte[] output, string error) = Do(
            "get", "files/a", PathOf("a"), "--peer", "gate", "--blksize", "65464", "--window", "9", "--json");
        Assert.Equal(0, code);
        Assert.Equal(
            "hostsim: warning: --blksize: 1368 instead of 65464, since the tunnel has an MTU of 1420 bytes",
            error.TrimEnd());
        JsonElement report = JsonDocument.Parse(output).RootElement;
        Assert.Equal(
            (1368, 9), (report.GetProperty("blksize").GetInt32(), report.GetProperty("window").GetInt32()));
        Assert.Equal(content, File.ReadAllBytes(PathOf("a")));

        Assert.Equal(0, Do("put", "files/b", PathOf("a"), "--peer", "gate").Code);

        // The node closes the file when it has sent the last acknowledgment.
        Assert.True(SpinWait.SpinUntil(() => IsWritten("files/b"), 60_000));
        Assert.Equal(content, _files.Written["files/b"]);
    }

    [Fact]
    public void A_failed_read_leaves_the_old_file_and_tells_the_peers_text()
    {
        File.WriteAllText(PathOf("old"), "an old file");
        _files.OnOpen = (transfer, _) =>
        {
            transfer.ErrorText = "it is locked";
            return TftpError.AccessViolation;
        };
        (int code, byte[] output, string error) = Do("get", "files/a", PathOf("old"), "--peer", "gate", "--json");
        Assert.Equal(1, code);
        Assert.Equal(
            "hostsim: files/a: gate answered with error 2 (access violation): it is locked", error.TrimEnd());
        JsonElement report = JsonDocument.Parse(output).RootElement;
        Assert.Equal(
            ("error", 2, "it is locked"),
            (report.GetProperty("result").GetString(),
                report.GetProperty("code").GetInt32(),
                report.GetProperty("text").GetString()));
        Assert.Equal("an old file", File.ReadAllText(PathOf("old")));
        Assert.Empty(Directory.GetFiles(_folder, "*.tmp"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_request_is_answered(bool isStandardInput)
    {
        using MemoryStream input = new("hello"u8.ToArray());
        (int code, byte[] output, string error) = isStandardInput
            ? Do(input, "ask", KeyText.Format(_gate.PublicKey))
            : Do("ask", "gate", "hello");
        Assert.Equal((0, ""), (code, error));
        Assert.Equal("got hello", Encoding.ASCII.GetString(output));
    }

    [Fact]
    public void The_last_acknowledgment_is_sent_again_if_it_was_lost()
    {
        int reads = 0;
        using LossyPath path = new(IPEndPoint.Parse(_endpoint));
        _files.Readable["files/a"] = "a file"u8.ToArray();

        // From the last block on, until the node sends it again, nothing of the client arrives.
        _files.OnRead = _ => path.IsLossy = ++reads == 1;
        Assert.Equal(0, DoBy(path.Endpoint, null, "get", "files/a", "-", "--peer", "gate").Code);
        Assert.Equal(2, reads);
        Assert.True(path.Lost > 0);
        _node.Change((_, _) => Assert.Equal(TftpResult.Ok, Assert.Single(_files.Results).Result));
    }

    [Fact]
    public void Without_a_session_the_command_ends_at_its_time_limit()
    {
        NodeIdentity lamp = MakeNode("lamp");
        (int code, byte[] output, string error) =
            Do("get", "head", "-", "--peer", KeyText.Format(lamp.PublicKey), "--timeout", "1");
        Assert.Equal(1, code);
        Assert.Empty(output);
        Assert.Equal("hostsim: head: not finished within 1 s (--timeout)", error.TrimEnd());
    }

    private (int Code, byte[] Output, string Error) Do(params string[] args) => Do(null, args);

    private (int Code, byte[] Output, string Error) Do(Stream? input, params string[] args) =>
        DoBy(_endpoint, input, args);

    private (int Code, byte[] Output, string Error) DoBy(string endpoint, Stream? input, params string[] args)
    {
        using MemoryStream output = new();
        using StreamWriter writer = new(output) { AutoFlush = true };
        StringWriter error = new();
        string[] way = ["--identity", PathOf("shed"), "--network", PathOf("n.spore"), "--endpoint", endpoint];
        int code = Spore.Hostsim.Program.Run([.. args, .. way], writer, error, null, input);
        return (code, output.ToArray(), error.ToString());
    }

    private bool IsWritten(string name)
    {
        bool isWritten = false;
        _node.Change((_, _) => isWritten = _files.Written.ContainsKey(name));
        return isWritten;
    }

    private static int FreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private byte[] Network(ulong version)
    {
        // Not in the future: all nodes would start with that time, and the peer would take the initiation of the next
        // command for an old one.
        NetworkDescription network = new() { Version = version, Issued = Issued };
        foreach ((string label, NodeIdentity node) in new[] { ("gate", _gate), ("shed", _shed) })
        {
            network.Peers.Add(new PeerDescription { PublicKey = node.PublicKey, Label = label });
        }

        return NetworkSigner.Sign(network, _root);
    }

    private NodeIdentity MakeNode(string name)
    {
        NodeIdentity identity = NodeIdentity.Generate(_root.PublicKey, 0);
        identity.Save(PathOf(name), false);
        return identity;
    }

    private string PathOf(string name) => Path.Combine(_folder, name);
}
