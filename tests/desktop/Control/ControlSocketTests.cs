using System;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Spore.Hostsim.Control;
using Spore.Hostsim.Sockets;
using Spore.SignedNetwork;
using Xunit;

namespace Spore.Tests.Control;

/// <summary>The control socket, and its client.</summary>
public sealed class ControlSocketTests : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly string _folder = Directory.CreateTempSubdirectory("spore-control-").FullName;
    private readonly FakeTarget _target = new();

    public ControlSocketTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the client's user is told by Linux");
    }

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void Requests_are_answered_one_after_the_other()
    {
        using SocketServer server = Serve("spore0", true);
        ControlClient client = Open(_folder, null, [])!;
        Assert.Equal("spore0", client.Name);
        Assert.Equal("state=fresh\n"u8, client.Ask("status"));
        Assert.Empty(client.Ask("network"));
        Assert.Equal("version 3"u8, client.Ask("push 3", [1, 2, 3]));
        Assert.Equal([1, 2, 3], _target.Pushed!);
        Assert.Equal([1, 2, 3], client.Ask("network"));
    }

    [Fact]
    public void A_report_of_a_peer_is_json()
    {
        using SocketServer server = Serve("spore0", false);
        ControlClient client = Open(_folder, "spore0", [])!;
        NodeReport report = JsonSerializer.Deserialize<NodeReport>(client.Ask("peer the key"))!;
        Assert.Equal(("the key", "é"), (report.Peer.Key, report.Peer.Label));
        Assert.Throws<HostsimException>(() => client.Ask("peer nobody"));
    }

    [Fact]
    public void Who_may_ask_only_changes_nothing()
    {
        using SocketServer server = Serve("spore0", false);
        ControlClient client = Open(_folder, "spore0", [])!;

        // More than the sockets hold: the answer comes all the same.
        HostsimException fault = Assert.Throws<HostsimException>(
            () => client.Ask("push 4000000", new byte[4_000_000]));
        Assert.Equal("only root may change the node", fault.Message);
        Assert.Null(_target.Pushed);
        Assert.Equal("state=fresh\n"u8, client.Ask("status"));
    }

    [Fact]
    public void A_refusal_is_told_and_the_client_may_go_on()
    {
        _target.Refusal = "not\nthis\u001b one";
        using SocketServer server = Serve("spore0", true);
        ControlClient client = Open(_folder, "spore0", [])!;
        HostsimException fault = Assert.Throws<HostsimException>(() => client.Ask("push 0"));
        Assert.Equal("not?this? one", fault.Message);
        Assert.Equal("state=fresh\n"u8, client.Ask("status"));
    }

    [Theory]
    [InlineData("nonsense\n")]
    [InlineData("push\n")]
    [InlineData("push -1\n")]
    [InlineData("push 134217729\n")]
    [InlineData("status now\n")]
    public void What_is_no_request_ends_the_connection(string text)
    {
        using SocketServer server = Serve("spore0", true);
        Assert.Equal($"error there is no request '{text.TrimEnd()}'\n", Say(text, false));
    }

    [Fact]
    public void A_line_without_an_end_gets_no_answer()
    {
        using SocketServer server = Serve("spore0", true);
        Assert.Equal(string.Empty, Say(new string('a', 256)));
        Assert.Equal("ok 12\nstate=fresh\n", Say("status\r\n"));
        Assert.Equal(string.Empty, Say("push 100\nless"));
        Assert.Null(_target.Pushed);
    }

    [Fact]
    public void Of_several_nodes_one_has_to_be_named_unless_only_one_has_an_interface_here()
    {
        using SocketServer first = Serve("spore0", true);
        using SocketServer second = Serve("spore1", true);
        HostsimException fault = Assert.Throws<HostsimException>(() => Open(_folder, null, []));
        Assert.Equal("several nodes run here: spore0, spore1; choose one by --interface", fault.Message);
        ControlClient named = Open(_folder, "spore1", [])!;
        Assert.Equal("spore1", named.Name);
        ControlClient here = Open(_folder, null, ["lo", "spore0"])!;
        Assert.Equal("spore0", here.Name);
    }

    [Fact]
    public void A_node_whose_answer_has_no_end_is_told()
    {
        using Socket socket = SocketFile.Listen(_folder, "spore0");
        ControlClient client = Open(_folder, null, [])!;
        using Socket probe = socket.Accept();
        Task<byte[]> answer = Task.Run(() => client.Ask("status"), TestContext.Current.CancellationToken);
        using Socket node = socket.Accept();
        node.Send(Encoding.ASCII.GetBytes(new string('a', 5000)));
        HostsimException fault = Assert.Throws<HostsimException>(() => answer.GetAwaiter().GetResult());
        Assert.Contains("(the answer has no end)", fault.Message);
    }

    [Fact]
    public void A_socket_that_somebody_listens_at_is_left_alone()
    {
        using SocketServer server = Serve("spore0", true);
        HostsimException fault = Assert.Throws<HostsimException>(() => SocketFile.Listen(_folder, "spore0"));
        Assert.Equal($"{SocketFile.PathOf(_folder, "spore0")}: another program uses it", fault.Message);
        Assert.Equal("ok 12\nstate=fresh\n", Say("status\n"));
    }

    [Fact]
    public void More_clients_than_there_is_space_for_are_served_one_after_the_other()
    {
        using SocketServer server = Serve("spore0", true);
        for (int i = 0; i < 40; i++)
        {
            Assert.Equal("ok 12\nstate=fresh\n", Say("status\n"));
        }
    }

    [Fact]
    public void The_end_of_the_server_ends_a_client_that_waits()
    {
        using Socket client = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
        {
            // The patience of the server would end it too.
            ReceiveTimeout = (int)_patience.TotalMilliseconds / 2,
        };
        using (Serve("spore0", true))
        {
            client.Connect(new UnixDomainSocketEndPoint(SocketFile.PathOf(_folder, "spore0")));
            client.Send("status\n"u8);
            byte[] answer = new byte[18];
            using NetworkStream stream = new(client, false);
            stream.ReadExactly(answer);
            Assert.Equal("ok 12\nstate=fresh\n"u8, answer);
        }

        Assert.Equal(0, client.Receive(new byte[1]));
        Assert.False(File.Exists(SocketFile.PathOf(_folder, "spore0")));
    }

    [Fact]
    public void Without_a_node_there_is_no_client()
    {
        Assert.Null(Open(_folder, null, []));
        Assert.Null(Open(Path.Combine(_folder, "none"), null, []));
        Serve("spore0", true).Dispose();
        File.WriteAllText(Path.Combine(_folder, "spore1.sock"), "left over");
        Assert.Null(Open(_folder, null, []));
        Assert.Null(Open(_folder, "spore1", []));
    }

    [Fact]
    public void A_group_gets_the_socket_where_it_is_named()
    {
#pragma warning disable CA1416 // Only Linux gets here.
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        string path = SocketFile.PathOf(_folder, "spore0");
        using (SocketFile.Listen(_folder, "spore0"))
        {
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(path));
        }

        uint own = UserGroup.Find("root") is { } root && Environment.IsPrivilegedProcess ? root : uint.MaxValue;
        Assert.SkipWhen(own == uint.MaxValue, "needs root, to give a file to a group");
        using Socket socket = SocketFile.Listen(_folder, "spore0", own);
        Assert.Equal(OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, File.GetUnixFileMode(path));
        Assert.Null(UserGroup.Find("no such group"));
#pragma warning restore CA1416
    }

    [Fact]
    public void A_name_that_is_too_long_for_a_socket_file_is_no_node() =>
        Assert.Null(Open(_folder, new string('a', 200), []));

    [Fact]
    public void The_wait_for_a_node_that_does_not_answer_can_be_ended()
    {
        // It takes connections, and nobody reads.
        using Socket socket = SocketFile.Listen(_folder, "spore0");
        using CancellationTokenSource end = new();
        ControlClient client = ControlClient.TryOpen(_folder, null, [], end.Token)!;
        using Socket probe = socket.Accept();
        Task<byte[]> answer = Task.Run(() => client.Ask("status"), TestContext.Current.CancellationToken);
        using Socket waiting = socket.Accept();
        end.Cancel();
        Assert.Throws<TaskCanceledException>(() => answer.GetAwaiter().GetResult());
    }

    [Fact]
    public void A_client_that_keeps_its_thread_does_not_keep_others_from_being_served()
    {
        using ManualResetEventSlim second = new();
        int clients = 0;
        bool isServed = false;
        using (SocketServer server = new(SocketFile.Listen(_folder, "spore0"), (_, _, _) =>
        {
            if (Interlocked.Increment(ref clients) == 1)
            {
                isServed = second.Wait(_patience);
            }
            else
            {
                second.Set();
            }

            return Task.CompletedTask;
        }))
        {
            // Each connects, and waits until the server has closed.
            Parallel.Invoke(() => Say(string.Empty), () => Say(string.Empty));
        }

        Assert.True(isServed);
    }

    private static ControlClient? Open(string folder, string? name, string[] interfaces) =>
        ControlClient.TryOpen(folder, name, interfaces, TestContext.Current.CancellationToken);

    private SocketServer Serve(string name, bool mayChange) => new(
        SocketFile.Listen(_folder, name),
        (_, stream, stop) => new ControlConnection(stream, _target, mayChange, _patience).Serve(stop));

    // The client may end its side, or wait for the node's end.
    private string Say(string text, bool ends = true)
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(SocketFile.PathOf(_folder, "spore0")));
        socket.Send(Encoding.ASCII.GetBytes(text));
        socket.ReceiveTimeout = (int)_patience.TotalMilliseconds / 2;
        using StreamReader reader = new(new NetworkStream(socket));
        if (ends)
        {
            socket.Shutdown(SocketShutdown.Send);
        }

        return reader.ReadToEnd();
    }

    private sealed class FakeTarget : IControlTarget
    {
        public byte[]? Pushed { get; private set; }

        public string? Refusal { get; set; }

        public byte[] Status(bool isNetascii) => [.. "state=fresh\n"u8];

        public byte[] Network() => Pushed ?? [];

        public NodeReport Inspect(string whom) => whom == "nobody"
            ? throw new HostsimException("no peer has the label 'nobody'")
            : new() { Key = "own", State = "fresh", Peer = new() { Key = whom, Label = "é" } };

        public string Push(byte[] network)
        {
            if (Refusal != null)
            {
                throw new NetworkRefusedException(NetworkFault.Older, Refusal);
            }

            Pushed = [.. network];
            return FormattableString.Invariant($"version {Pushed.Last()}");
        }
    }
}
