using System;
using System.Linq;
using System.Net;
using System.Text;
using Spore.Net;
using Spore.SignedNetwork;
using Spore.Signing;
using Spore.Tests.Nodes;
using Spore.Tests.Tftp;
using Spore.Tftp;
using Xunit;

namespace Spore.Tests.Emulator;

/// <summary>The sample applications and the sockets they use, as compiled for the device, in the emulator.</summary>
public class SampleTests
{
    private const int LedPin = 2;

    private static readonly byte[] _board = FirmwareBoard.Inner(FirmwareBoard.BoardKey).GetAddressBytes();
    private static readonly byte[] _peer = FirmwareBoard.Inner(FirmwareBoard.PeerKey).GetAddressBytes();

    [Theory]
    [InlineData(888, "temperature=21.5\n")]
    [InlineData(620, "temperature=-0.1\n")]
    [InlineData(434, "temperature=-15.1\n")]
    public void The_thermometer_sends_its_readings_to_the_collector_by_its_label(int reading, string line)
    {
        using FirmwareBoard board = Sample("Thermometer");
        board.Surroundings.Measure = channel => channel == 0 ? reading : 4000;
        MeshPeer peer = board.Join();
        board.Device.RunFor(100);
        byte[][] lines =
            [.. peer.Delivered.Where(p => InnerPacket.IsUdp(p) && InnerPacket.Port(p, destination: true) == 4400)];
        Assert.InRange(lines.Length, 2, 4);
        Assert.All(lines, l => Assert.Equal(line, Encoding.ASCII.GetString(InnerPacket.Payload(l))));
        Assert.Equal(
            new IPAddress(NodeKey.LinkLocal(FirmwareBoard.Identity(FirmwareBoard.BoardKey).PublicKey)),
            new IPAddress(lines[0][8..24]));
    }

    [Fact]
    public void The_switch_does_what_it_is_asked_and_says_what_is_so()
    {
        using FirmwareBoard board = Sample("Switch");
        MeshPeer peer = board.Join(network: SwitchNetwork(1, 5));
        board.Device.RunFor(60);
        Assert.False(board.Surroundings.Pins[5]);
        foreach ((string request, string answer) in new[]
        {
            ("toggle", "on"), ("on", "on"), ("toggle", "off"), ("on", "on"), ("what?", "on"), ("off", "off"),
            (string.Empty, "off"),
        })
        {
            Assert.Equal(answer, Ask(board, peer, request));
            Assert.Equal(answer == "on", board.Surroundings.Pins[5]);
        }
    }

    [Fact]
    public void The_switch_has_the_pin_and_the_name_that_the_newest_network_gives_it()
    {
        using FirmwareBoard board = Sample("Switch");
        MeshPeer peer = board.Join();
        board.Device.RunFor(60);
        Assert.Equal("no pin", Ask(board, peer, "on"));
        Assert.Empty(SwitchPins());

        Apply(2, 4, "pump");
        Assert.Equal("pump off", Ask(board, peer, "?"));
        Assert.Equal("pump on", Ask(board, peer, "toggle"));

        // Another name leaves the pin alone, also the longest one.
        string longest = new('x', 32);
        Apply(3, 4, longest + "y");
        Assert.Equal(longest + " off", Ask(board, peer, "off"));
        Assert.Equal(longest + " on", Ask(board, peer, "on"));
        Assert.Equal([(4, true)], SwitchPins());

        Apply(4, 7, "fan");
        Assert.Equal([(7, false)], SwitchPins());
        Assert.Equal("fan off", Ask(board, peer, "?"));

        Apply(5, 200, "fan");
        Assert.Contains("no output pin has the number 200", board.Text);
        Assert.Equal("no pin", Ask(board, peer, "on"));
        Apply(6, 7);
        Assert.Equal("on", Ask(board, peer, "on"));
        Load(FirmwareBoard.Network(7, [], []));
        Assert.Equal("no pin", Ask(board, peer, "on"));
        Assert.Empty(SwitchPins());
        Assert.Equal(1, board.Device.Boots);

        (int Number, bool IsHigh)[] SwitchPins() =>
            [.. board.Surroundings.Pins.Where(p => p.Key != LedPin).Select(p => (p.Key, p.Value))];

        void Apply(ulong version, byte pin, string name = "") => Load(SwitchNetwork(version, pin, name));

        void Load(byte[] network)
        {
            Assert.Equal(NetworkFault.None, peer.Node.Load(network, 0, network.Length, peer.Now));
            board.Device.RunFor(60);
        }
    }

    [Fact]
    public void The_switch_answers_requests()
    {
        using FirmwareBoard board = Sample("Switch");
        MeshPeer peer = board.Join(network: SwitchNetwork(1, 5));
        MemoryFiles files = new();
        peer.Node.Files = files;
        board.Device.RunFor(60);
        Assert.True(board.Ping(peer), board.Text);
        byte[] key = FirmwareBoard.Identity(FirmwareBoard.BoardKey).PublicKey;
        foreach ((string request, string answer) in new[]
        {
            ("toggle", "on"), ("what?", "on"), ("off", "off"), ("on", "on"),
        })
        {
            byte[] body = Encoding.ASCII.GetBytes(request);
            TftpTransfer write = Finish(() => peer.Node.Write(
                key, 0, "request", files.Add("request", body), body.Length, true, peer.Now));
            string name = $"response/{write.Response:x16}";
            Finish(() => peer.Node.Read(key, 0, name, files.Add(name, []), 500, peer.Now));
            Assert.Equal(answer, Encoding.ASCII.GetString(files.Written[name]));
            Assert.Equal(answer == "on", board.Surroundings.Pins[5]);
        }

        TftpTransfer Finish(Func<TftpTransfer?> start)
        {
            peer.Advance(board.Surroundings.Clock.Now);
            TftpTransfer transfer = files.Started(start());
            board.Device.RunFor(5);
            Assert.Equal(TftpResult.Ok, files.Results[^1].Result);
            return transfer;
        }
    }

    [Fact]
    public void What_comes_faster_than_it_is_taken_is_dropped_and_the_rest_is_answered_in_order()
    {
        using FirmwareBoard board = Sample("Switch");
        MeshPeer peer = board.Join(network: SwitchNetwork(1, 5));
        board.Device.RunFor(60);
        int before = peer.Delivered.Count;
        for (int i = 0; i < 20; i++)
        {
            peer.Send(
                InnerPacket.Udp(_peer, _board, 1000 + i, 4401, Encoding.ASCII.GetBytes("toggle")),
                board.Surroundings.Clock.Now);
        }

        board.Device.RunFor(20);
        int[] answered = [.. peer.Delivered.Skip(before).Select(p => (p[22] << 8) | p[23])];
        Assert.InRange(answered.Length, 4, 20);
        Assert.Equal(answered.Order(), answered);
        Assert.Equal(answered.Length % 2 == 1, board.Surroundings.Pins[5]);
        Assert.Equal("off", Ask(board, peer, "off"));
    }

    [Fact]
    public void A_port_that_nobody_has_opened_is_unreachable()
    {
        using FirmwareBoard board = Sample("Switch");
        MeshPeer peer = board.Join(network: SwitchNetwork(1, 5));
        board.Device.RunFor(60);
        int before = peer.Delivered.Count;
        peer.Send(InnerPacket.Udp(_peer, _board, 1000, 4402, 1), board.Surroundings.Clock.Now);
        board.Device.RunFor(5);
        byte[] answer = peer.Delivered.Skip(before).Single();
        Assert.Equal((IpProtocol.Icmp, 3, 3), (answer[9], answer[20], answer[21]));
    }

    private static FirmwareBoard Sample(string name) =>
        new(DeviceCode.Sample(name), $"Spore.Samples.{name}.Program::Main");

    // As the line of an INI file: Vendor = 32473:, the pin and the name in hexadecimal digits.
    private static byte[] SwitchNetwork(ulong version, byte pin, string name = "") =>
        FirmwareBoard.Network(version, [new VendorField(32473, [pin, .. Encoding.UTF8.GetBytes(name)])], []);

    private static string? Ask(FirmwareBoard board, MeshPeer peer, string request)
    {
        int before = peer.Delivered.Count;
        peer.Send(
            InnerPacket.Udp(_peer, _board, 1234, 4401, Encoding.ASCII.GetBytes(request)), board.Surroundings.Clock.Now);

        // A handshake of the board's takes seconds.
        for (int i = 0; i < 15 && peer.Delivered.Count == before; i++)
        {
            board.Device.RunFor(1);
        }

        byte[]? answer = peer.Delivered.Skip(before).SingleOrDefault();
        return answer is null || !answer.AsSpan(12, 4).SequenceEqual(_board) || answer[23] != (1234 & 0xFF)
            ? null
            : Encoding.ASCII.GetString(answer.AsSpan(28));
    }
}
