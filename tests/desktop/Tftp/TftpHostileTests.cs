using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Spore.Tftp;
using Xunit;

namespace Spore.Tests.Tftp;

/// <summary>
/// A peer that keeps no rules, beside one that reads and one that writes: both get on as without it, and nothing is
/// allocated for it.
/// </summary>
public class TftpHostileTests
{
    private const int Packets = 2_000;

    private readonly TftpWire _wire = new() { Delay = 10 };
    private readonly TftpHost _server;
    private readonly TftpPeer _hostile;
    private readonly Random _random = new(3);

    public TftpHostileTests()
    {
        _server = new TftpHost(_wire, 1, transfers: 8, window: 4);
        _server.Files.Readable["long"] = Content(200_000);
        _hostile = new TftpPeer(_wire, _server, 9);
    }

    [Theory]
    [InlineData("wrong ids")]
    [InlineData("opcodes")]
    [InlineData("sizes")]
    [InlineData("order")]
    [InlineData("options")]
    [InlineData("requests")]
    [InlineData("silence")]
    public void No_transfer_of_another_peer_suffers(string what)
    {
        long alone = Duration(new TftpWire { Delay = 10 }, null, out _);
        long beside = Duration(_wire, what, out TftpHost[] honest);
        Assert.Equal(alone, beside);
        Assert.Equal(_server.Files.Readable["long"], honest[0].Files.Written["long"]);
        Assert.Equal(Content(150_000), _server.Files.Written["new"]);

        // What it has opened ends in its time.
        _wire.Run();
        Assert.Equal(0, _server.Files.StillOpen);
    }

    [Theory]
    [InlineData(1, "data 1 512", "0003000100")]
    [InlineData(1, "data 1 512", "0006000000")]
    [InlineData(2, "ack 0", "0003000500")]
    [InlineData(2, "ack 0", "00040000")]
    [InlineData(2, "ack 0", "FFFF")]
    [InlineData(2, "ack 0", "")]
    public void What_does_not_belong_to_its_transfer_changes_nothing(int opcode, string answer, string packet)
    {
        Assert.Equal(answer, _hostile.Ask(opcode, "long"));
        int port = _hostile.RemotePort;
        Assert.Equal("", _hostile.Say(Convert.FromHexString(packet)));
        _hostile.RemotePort = port;
        Assert.Equal(
            opcode == 1 ? "data 2 512" : "ack 1", opcode == 1 ? _hostile.Acknowledge(1) : _hostile.Data(1, 512));
    }

    [Fact]
    public void A_block_that_is_too_large_gets_error_4_and_its_file_is_not_kept()
    {
        _hostile.Ask(2, "new");
        Assert.Equal("error 4", _hostile.Data(1, 513));
        Assert.Equal(TftpError.IllegalOperation, Assert.Single(_server.Files.Results).Result);
        Assert.Empty(_server.Files.Written);
    }

    [Fact]
    public void A_packet_from_another_port_gets_error_5_at_that_port_only()
    {
        _hostile.Ask(1, "long");
        int port = _hostile.Port;
        _hostile.Port = 4711;
        Assert.Equal("error 5", _hostile.Acknowledge(1));
        Assert.Equal(4711, _wire.Log!.Last().DestinationPort);
        _hostile.Port = port;
        Assert.Equal("data 2 512", _hostile.Acknowledge(1));
    }

    // The time that a reader and a writer take together, with the hostile peer at work between all packets.
    private long Duration(TftpWire wire, string? what, out TftpHost[] honest)
    {
        TftpHost server = what == null ? new(wire, 1, transfers: 8, window: 4) : _server;
        server.Files.Readable["long"] = Content(200_000);
        honest = [new TftpHost(wire, 2, window: 4), new TftpHost(wire, 3, window: 4)];
        honest[0].Read(server, "long");
        honest[1].Write(server, "new", Content(150_000));
        TftpHost[] clients = honest;
        long start = wire.Now;
        List<byte[]> packets = what == null ? [] : [.. Enumerable.Range(0, Packets).Select(_ => Packet(what))];
        wire.Log = null;
        int next = 0;
        wire.RunUntil(() =>
        {
            for (int i = 0; i < 20 && next < packets.Count; i++, next++)
            {
                Attack(what!, packets[next]);
            }

            return clients.All(c => c.Files.Results.Count != 0);
        });
        Assert.All(clients, c => Assert.Equal(TftpResult.Ok, c.Files.Results.Single().Result));
        return wire.Now - start;
    }

    private void Attack(string what, byte[] packet)
    {
        int port = what is "requests" or "silence" || packet[1] is 1 or 2
            ? TftpPacket.Port
            : _server.Service.At(_random.Next(_server.Service.Capacity)).LocalPort;
        int from = what == "wrong ids" ? _random.Next(1, 65536) : 3000 + _random.Next(4);
        _server.Service.Receive(
            packet, 0, packet.Length, _hostile.Address, 0, from, _server.Address, 0, port, _wire.Now);
    }

    private byte[] Packet(string what)
    {
        int number = _random.Next(8);
        switch (what)
        {
            case "wrong ids":
                return TftpPeer.Packet(_random.Next(3, 5), number, new byte[_random.Next(512)]);
            case "opcodes":
                return TftpPeer.Packet(_random.Next(256), number, new byte[_random.Next(20)]);
            case "sizes":
                return _random.Next(2) == 0
                    ? TftpPeer.Request(2, "x", "blksize", "8")
                    : TftpPeer.Packet(3, number, new byte[_random.Next(1_400)]);
            case "order":
                return _random.Next(4) == 0
                    ? TftpPeer.Request(1, "long", "windowsize", "4")
                    : TftpPeer.Packet(4, _random.Next(65536));
            case "options":
                return TftpPeer.Request(
                    1,
                    "long",
                    [.. Enumerable.Range(0, 40).SelectMany(i => new[] { "blksize", $"{i}", "timeout", "x", "", "" })]);
            case "silence":
                return TftpPeer.Request(1 + _random.Next(2), "long", "timeout", "255");
            default:
                return [0, (byte)(1 + _random.Next(2)), .. Encoding.Latin1.GetBytes(
                    new string('x', _random.Next(300)) + (_random.Next(2) == 0 ? "\0octet\0" : ""))];
        }
    }

    private static byte[] Content(int size)
    {
        byte[] content = new byte[size];
        new Random(size).NextBytes(content);
        return content;
    }
}
