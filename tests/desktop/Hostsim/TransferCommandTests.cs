using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Text.Json;
using Spectre.Console;
using Spore.CommandLine;
using Spore.Hostsim.Transfers;
using Spore.Signing;
using Spore.Tests.CommandLine;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>The command lines of <c>hostsim get</c>, <c>put</c> and <c>ask</c>, and what they print.</summary>
public sealed class TransferCommandTests : IDisposable
{
    private const string Key = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

    private static readonly IPAddress _own = IPAddress.Parse("fe80::1");

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose()
    {
        Directory.Delete(_folder, true);
    }

    [Theory]
    [InlineData("Option '--peer' is required", "get", "head", "file")]
    [InlineData("Required argument 'FILE' missing for command: 'get'.", "get", "head", "--peer", Key)]
    [InlineData(
        "--peer: 'gate' is not a key, and a label needs --network FILE; "
            + "a key is 44 characters of base64 or 64 hexadecimal digits",
        "get", "head", "file", "--peer", "gate")]
    [InlineData(
        "--peer: no handshake with this key can succeed (it is zero or of small order); get the peer's public key "
            + "again",
        "get", "head", "file", "--peer", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData(
        "--blksize: '7' is not a whole number from 8 to 65464", "get", "head", "file", "--peer", Key, "--blksize", "7")]
    [InlineData(
        "--window: '65' is not a whole number from 1 to 64", "put", "head", "file", "--peer", Key, "--window", "65")]
    [InlineData(
        "--timeout: '0' is not a whole number from 1 to 86400", "get", "x", "file", "--peer", Key, "--timeout", "0")]
    [InlineData(
        "--json: standard output has the file already; name another FILE than -",
        "get", "head", "-", "--peer", Key, "--json")]
    [InlineData(
        "--interface: a member of its own has no interface; leave out --identity",
        "get", "head", "file", "--peer", Key, "--identity", "id", "--interface", "wg0")]
    [InlineData(
        "--endpoint: the node whose tunnel is used finds the peer; add --identity FILE to be a member of its own",
        "get", "head", "file", "--peer", Key, "--endpoint", "192.0.2.1:51820")]
    [InlineData(
        "--rendezvous: the node whose tunnel is used finds the peer; add --identity FILE to be a member of its own",
        "ask", Key, "on", "--rendezvous", "192.0.2.1:51820")]
    [InlineData("NAME: 'é' is not a name of at most 128 ASCII characters", "get", "é", "file", "--peer", Key)]
    [InlineData("BODY: there is no request; give it as an argument or as standard input", "ask", Key)]
    public void Bad_command_lines_get_one_plain_line(string complaint, params string[] args)
    {
        Run run = Run.Of(args);
        Assert.Equal(
            (2, $"hostsim: {complaint.TrimEnd('.')} (see hostsim {args[0]} --help){Environment.NewLine}"),
            (run.ExitCode, run.Error));
        Assert.Empty(run.Output);
    }

    [Fact]
    public void A_label_is_found_in_the_network()
    {
        NetworkDescription network = Network("gate", "shed", "shed");
        RemotePeer gate = RemotePeer.Find("--peer", "gate", network, "n.spore");
        Assert.Equal(network.Peers[0].PublicKey, gate.Key);
        Assert.Equal("gate", gate.Name);
        Assert.Equal("gate", RemotePeer.Find("--peer", KeyText.Format(gate.Key), network, "n.spore").Name);
        Assert.Equal(
            "--peer: 2 members of n.spore have the label 'shed'; give the key",
            Assert.Throws<HostsimException>(() => RemotePeer.Find("--peer", "shed", network, "n.spore")).Message);
        Assert.Equal(
            "--peer: no member of n.spore has the label 'Gate'; there are gate, shed, shed",
            Assert.Throws<HostsimException>(() => RemotePeer.Find("--peer", "Gate", network, "n.spore")).Message);
        Assert.Throws<UsageException>(() => RemotePeer.Find("--peer", "gate", null, null));
    }

    [Fact]
    public void A_network_with_a_fault_is_refused()
    {
        using TrustRootKey root = TrustRootKey.Generate();
        byte[] bytes = NetworkSigner.Sign(Network("gate"), root);
        bytes[^1] ^= 1;
        string path = Path.Combine(_folder, "n.spore");
        File.WriteAllBytes(path, bytes);
        Run run = Run.Of("get", "head", Path.Combine(_folder, "x"), "--peer", "gate", "--network", path);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith($"hostsim: {path}: ", run.Error);
        Assert.False(File.Exists(Path.Combine(_folder, "x")));
    }

    [Fact]
    public void The_interface_is_the_only_one_without_a_hardware_address()
    {
        LocalInterface[] all = [Link("eth0", true, "fe80::2"), Link("spore0", false, "fe80::1"), Link("tun0", false)];
        Assert.Equal(("spore0", _own), Found(InterfaceChoice.Find(all, null, [])));
    }

    [Fact]
    public void The_interface_of_a_member_comes_first()
    {
        LocalInterface[] all =
            [Link("spore0", false, "fe80::9", "fe80::1%7"), Link("tun0", false, "fe80::3"), Link("wg1", false)];
        (string name, IPAddress address) = Found(InterfaceChoice.Find(all, null, [_own]));
        Assert.Equal(("spore0", "fe80::1"), (name, new IPAddress(address.GetAddressBytes()).ToString()));
    }

    [Fact]
    public void The_interface_that_is_named_is_used()
    {
        LocalInterface[] all = [Link("wg0", false, "fe80::9", "fe80::1"), Link("wg1", false, "fe80::3")];
        Assert.Equal(("wg1", IPAddress.Parse("fe80::3")), Found(InterfaceChoice.Find(all, "wg1", [])));
        Assert.Equal(("wg0", _own), Found(InterfaceChoice.Find(all, "wg0", [_own])));
    }

    [Theory]
    [InlineData(null, "no interface looks like a tunnel's; name it by --interface, or be a member by --identity", "")]
    [InlineData(null, "wg0, wg1 may all be the tunnel; choose one by --interface", "wg0 wg1")]
    [InlineData("wg2", "--interface: there is no interface 'wg2' that is up and has IPv6", "wg0 wg1")]
    [InlineData(
        "eth0", "--interface: eth0 has no link-local address; give it that of its key (flash address KEY)", "wg0")]
    public void Where_none_or_several_fit_one_line_says_what_to_do(string? name, string line, string tunnels)
    {
        IEnumerable<string> names = tunnels.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        LocalInterface[] all = [Link("eth0", true), .. names.Select(n => Link(n, false, "fe80::1"))];
        Assert.Equal(
            line, Assert.Throws<HostsimException>(() => InterfaceChoice.Find(all, name, [])).Message);
    }

    [Fact]
    public void A_terminal_shows_bytes_and_others_show_nothing()
    {
        FakeTerminal terminal = new(100);
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = terminal,
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.Yes,
            ColorSystem = ColorSystemSupport.NoColors,
        });
        FileExchange exchange = new("file", Stream.Null);
        TransferProgress.Show(console, exchange, progress =>
        {
            exchange.Size = 2_000_000;
            exchange.Position = 500_000;
            progress();
        });
        Assert.Contains("file", terminal.Text);
        Assert.Contains("500.0 kB of 2.0 MB", terminal.Text);

        int calls = 0;
        TransferProgress.Show(null, exchange, progress =>
        {
            progress();
            calls++;
        });
        Assert.Equal(1, calls);
    }

    [Fact]
    public void The_json_of_a_result_is_one_object()
    {
        RemotePeer peer = new(Convert.FromBase64String(Key), "gate");
        FileExchange exchange = new("head", Stream.Null) { Position = 144, BlockSize = 512, Window = 1 };
        JsonElement ok = Parse(TransferReport.Write("head", peer, exchange, null));
        Assert.Equal(
            ["name", "peer", "bytes", "seconds", "blksize", "window", "result"],
            ok.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("head", Key), (ok.GetProperty("name").GetString(), ok.GetProperty("peer").GetString()));
        Assert.Equal((144, 512), (ok.GetProperty("bytes").GetInt32(), ok.GetProperty("blksize").GetInt32()));
        Assert.Equal("ok", ok.GetProperty("result").GetString());

        JsonElement failed = Parse(TransferReport.Write("head", null, null, "no tunnel"));
        Assert.Equal("error", failed.GetProperty("result").GetString());
        Assert.Equal(JsonValueKind.Null, failed.GetProperty("code").ValueKind);
        Assert.Equal("no tunnel", failed.GetProperty("text").GetString());

        Assert.Equal("an", Parse(TransferReport.Write("r", peer, exchange, null, "an"u8.ToArray()))
            .GetProperty("answer").GetString());
        Assert.Equal("/w==", Parse(TransferReport.Write("r", peer, exchange, null, [0xFF]))
            .GetProperty("answerBase64").GetString());
    }

    [Fact]
    public void A_failure_before_the_transfer_is_json_too()
    {
        Run run = Run.Of(
            "get", "head", Path.Combine(_folder, "x"), "--peer", Key, "--interface", "none of this name", "--json");
        Assert.Equal(1, run.ExitCode);
        JsonElement report = Parse(run.Output);
        Assert.Equal(Key, report.GetProperty("peer").GetString());
        Assert.Equal(
            $"hostsim: {report.GetProperty("text").GetString()}{Environment.NewLine}", run.Error);
    }

    [Theory]
    [InlineData("no such file", "\0\x05\0\x01no such file\0")]
    [InlineData("", "\0\x05\0\0\0")]
    [InlineData("", "\0\x05\0\0")]
    [InlineData("", "\0\x03\0\x01data\0")]
    [InlineData("unended", "\0\x05\0\0unended")]
    public void The_text_is_that_of_an_error_packet(string text, string packet)
    {
        Assert.Equal(text, ClientFiles.TextOf(System.Text.Encoding.Latin1.GetBytes(packet)));
    }

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;

    private static (string Name, IPAddress Address) Found((LocalInterface Link, IPAddress Address) found) =>
        (found.Link.Name, found.Address);

    private static LocalInterface Link(string name, bool hasHardwareAddress, params string[] addresses) =>
        new(name, 7, 1420, hasHardwareAddress, [.. addresses.Select(IPAddress.Parse)]);

    private static NetworkDescription Network(params string[] labels)
    {
        NetworkDescription network = new() { Version = 1, Issued = 1_800_000_000 };
        foreach (string label in labels)
        {
            network.Peers.Add(new PeerDescription
            {
                PublicKey = NodeKey.PublicKey(NodeKey.GeneratePrivate()),
                Label = label,
            });
        }

        return network;
    }
}
