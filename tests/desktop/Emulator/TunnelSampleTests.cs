using System;
using System.IO;
using System.Linq;
using System.Net;
using Mono.Cecil;
using Spore.Base;
using Spore.Emulator;
using Spore.Tests.Nodes;
using Spore.Tests.WireGuard;
using Xunit;

namespace Spore.Tests.Emulator;

/// <summary>
/// The sample that is the peer of a stock server, as compiled for the device, in the emulator, with the model of a
/// stock peer as its server.
/// </summary>
public sealed class TunnelSampleTests : IDisposable
{
    private const int Heap = 100 * 1024;

    // What belongs to the keys in the sample's source.
    private const string ServerPrivateKey = "wJOijYp8Zx3fl5QiTS8Fiuw3AJbOYZCdzJ1xuaPmvF4=";
    private const string BoardKey = "apGFmF97OfrZtSrzZSGGkr3D88NYYlTmuDeQDQgQqF4=";
    private const string PresharedKey = "gwZ1HjNo9c/57pntQ/wsoVuwk3qlaUnKs8oVF1k3Gg4=";

    private static readonly byte[] _board = [10, 99, 0, 2];
    private static readonly byte[] _inner = [10, 99, 0, 1];
    private static readonly IPAddress _boardAddress = IPAddress.Parse("192.0.2.2");

    private readonly StringWriter _log = new();
    private readonly MemoryWire _wire = new();
    private readonly Device _device;
    private readonly StockServer _server;

    public TunnelSampleTests()
    {
        DeviceProgram program = new([DeviceCode.Sample("Tunnel")]);
        Surroundings surroundings = new() { Wire = _wire, Address = _boardAddress };
        surroundings.At(1_000_000, () => surroundings.IsLinkUp = true);
        _device = new Device(program, program.FindMethod("Spore.Samples.Program::Main"), Heap, _log, surroundings);
        StockEnd end = new(1, Convert.FromBase64String(ServerPrivateKey))
        {
            PresharedKey = Convert.FromBase64String(PresharedKey),
        };
        Endpoint there = new();
        there.SetIpv4(_boardAddress.GetAddressBytes(), 0, 51820);
        end.Know(Convert.FromBase64String(BoardKey), there);
        _server = new StockServer(_wire, new IPEndPoint(IPAddress.Parse("192.0.2.1"), 51820), end);
    }

    public void Dispose()
    {
        _device.Dispose();
        _device.Surroundings.Dispose();
        _log.Dispose();
    }

    [Fact]
    public void It_brings_the_session_up_says_so_and_answers_ping()
    {
        _device.RunFor(20);
        Assert.Contains("session up, initiated by the board", _log.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, _server.End.Sessions);
        Assert.True(Ping(_board, 2));

        // Others are not its own.
        Assert.False(Ping([10, 99, 0, 3], 2));

        // A large one, as those of wg-quick's MTU are.
        byte[] large = InnerPacket.Ip(_inner, _board, 1, [8, 0, 0xF7, 0xFF, .. new byte[1396]]);
        _server.Send(large, _device.Surroundings.Clock.Now);
        _device.RunFor(2);
        Assert.Equal(large.Length, _server.End.Received[^1].Length);
        Assert.Equal(0, _server.End.Received[^1][20]);
    }

    [Fact]
    public void It_stays_reachable_over_the_life_of_several_sessions()
    {
        for (int i = 0; i < 20; i++)
        {
            _device.RunFor(30);
            Assert.True(Ping(_board, 3));
        }

        Assert.InRange(_server.End.Sessions, 4, 7);
        Assert.DoesNotContain("session down", _log.ToString(), StringComparison.Ordinal);
        Assert.Empty(_device.Failures);
    }

    [Fact]
    public void It_is_back_when_the_server_was_restarted()
    {
        _device.RunFor(20);
        _server.End.Restart();
        Assert.True(Ping(_board, 6));
    }

    [Fact]
    public void Without_a_clock_it_is_back_when_the_server_initiates()
    {
        // Long enough for several handshakes, each with a later timestamp.
        _device.RunFor(300);
        Assert.True(Ping(_board, 2));
        int sessions = _server.End.Sessions;
        int refused = _server.End.Refused;
        _device.PowerCycle();
        _device.RunFor(30);

        // The server has seen later timestamps.
        Assert.True(_server.End.Refused > refused);
        Assert.Equal(sessions, _server.End.Sessions);

        // It notices 15 s after data without an answer.
        Assert.False(Ping(_board, 2));
        _device.RunFor(25);
        Assert.True(Ping(_board, 3));
        Assert.Contains("session up, initiated by the server", _log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_clock_and_without_packets_the_servers_persistent_keepalive_brings_it_back()
    {
        _server.End.KeepAlive(25);
        _device.RunFor(300);
        int sessions = _server.End.Sessions;
        long since = _server.End.SessionSince;
        _device.PowerCycle();
        _device.RunFor((since / 1_000) + 180 + 25 + 10 - (_device.Surroundings.Clock.Now / 1e6));
        Assert.Equal(sessions + 1, _server.End.Sessions);
        Assert.True(Ping(_board, 3));

        // Its own initiations are accepted again, since they are later than the server's.
        _device.RunFor(600);
        Assert.Contains("session up, initiated by the server", _log.ToString(), StringComparison.Ordinal);
        Assert.True(Ping(_board, 3));
    }

    [Fact]
    public void It_needs_nothing_of_the_mesh()
    {
        using DeviceProgram program = new([DeviceCode.Sample("Tunnel")]);
        Assert.Equal(
            ["Spore.Crypto", "Spore.Samples.Tunnel", "Spore.WireGuard"],
            program.Assemblies.Select(a => a.Name.Name)
                .Where(n => n.StartsWith("Spore.", StringComparison.Ordinal))
                .Order());
        AssemblyDefinition[] own =
            [.. program.Assemblies.Where(a => a.Name.Name.StartsWith("Spore.", StringComparison.Ordinal))];
        Assert.Empty(ProfileCheck.Check(own));
    }

    private bool Ping(byte[] to, double seconds)
    {
        int before = _server.End.Received.Count;
        _server.Send(InnerPacket.Echo(_inner, to), _device.Surroundings.Clock.Now);
        _device.RunFor(seconds);
        return _server.End.Received.Skip(before).Any(
            p => p.Length >= 28 && p[9] == 1 && p[20] == 0 && p.AsSpan(12, 4).SequenceEqual(to));
    }
}
