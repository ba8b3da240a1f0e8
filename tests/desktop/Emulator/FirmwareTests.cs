using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using Spore.Emulator;
using Spore.Hostsim.Simulation;
using Spore.Network;
using Spore.Signing;
using Spore.Tests.Flash;
using Xunit;

namespace Spore.Tests.Emulator;

/// <summary>The firmware program, as compiled for the device, in the emulator.</summary>
public sealed class FirmwareTests : IDisposable
{
    // About what a board without external memory has, less what the runtime itself takes of it.
    private const int Heap = 100 * 1024;
    private const int BoardKey = 11;
    private const int PeerKey = 12;

    private static readonly IPAddress BoardAddress = IPAddress.Parse("192.0.2.1");
    private static readonly IPEndPoint PeerAt = new(IPAddress.Parse("192.0.2.2"), 51820);

    private readonly MemoryWire _wire = new();
    private readonly StringWriter _log = new();
    private readonly Surroundings _surroundings;
    private readonly Device _device;

    public FirmwareTests()
    {
        _surroundings = new Surroundings { Wire = _wire, Address = BoardAddress };
        DeviceProgram program = new([DeviceCode.Firmware]);
        _device = new Device(program, program.FindMethod("Spore.Firmware.Program::Main"), Heap, _log, _surroundings);
    }

    private string Text => _log.ToString();

    public void Dispose()
    {
        _device.Dispose();
        _log.Dispose();
    }

    [Fact]
    public void AnImageWithoutAnIdentityStopsWithAMessage()
    {
        Assert.Equal(RunState.Ended, _device.RunFor(60));
        Assert.Contains("stopped: no identity in this image", Text);
        Assert.Empty(_device.Failures);
        Assert.Equal(0, _wire.Sent);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(50)]
    [InlineData(83)]
    public void ADamagedIdentityStopsWithAMessage(int at)
    {
        byte[] record = Identity(BoardKey).Record;
        record[at] ^= 4;
        FlashRecords.WriteIdentity(_device.Program, record);
        Assert.Equal(RunState.Ended, _device.RunFor(60));
        Assert.Contains("stopped: the identity in this image is damaged", Text);
        Assert.Equal(0, _wire.Sent);
    }

    [Fact]
    public void ItWaitsForALinkAndAnAddressAndThenSaysHello()
    {
        FlashRecords.WriteIdentity(_device.Program, Identity(BoardKey).Record);
        Assert.Equal(RunState.TimeIsUp, _device.RunFor(30));
        Assert.Contains("waiting for the network", Text);
        Assert.DoesNotContain("node ", Text);
        _surroundings.Address = IPAddress.Any;
        _surroundings.IsLinkUp = true;
        _device.RunFor(10);
        Assert.DoesNotContain("node ", Text);
        _surroundings.Address = BoardAddress;
        _device.RunFor(30);
        Assert.Contains($"node {KeyText.Format(Identity(BoardKey).PublicKey)}", Text);
        Assert.Contains("link up, 192.0.2.1", Text);
        Assert.True(_wire.Sent > 0, "a hello");
        Assert.Contains("spore 0.1.0; no network; sessions 0; free heap ", Text);
    }

    [Fact]
    public void ItJoinsThePeerItFindsAndIsPingedThroughLossOfTheLinkAndAReboot()
    {
        MeshPeer peer = Join();
        Assert.True(_device.RunUntil(30_000_000) == RunState.TimeIsUp, Text);
        Assert.Contains("session up", Text);
        Assert.Contains("network version 1", Text);
        Assert.True(peer.Knows(NodeEvent.Agreed, Identity(BoardKey).PublicKey), "both have the same network");
        Assert.True(Ping(peer), "a ping is answered");

        // Without a link nothing is answered, and the loop goes on.
        _surroundings.IsLinkUp = false;
        _device.RunFor(5);
        Assert.Contains("link down", Text);
        Assert.False(Ping(peer));
        _surroundings.IsLinkUp = true;
        _device.RunFor(30);
        Assert.True(Ping(peer), "and again after the link came back\n" + Text);

        _device.PowerCycle();
        _device.RunFor(60);
        Assert.Equal(2, _device.Boots);
        Assert.Equal(2, Text.Split("network version 1").Length - 1);
        Assert.True(Ping(peer), "and after a reboot\n" + Text);
        Assert.Empty(_device.Failures);
    }

    [Fact]
    public void WhatItTakesOfTheHeapDoesNotGrowWhileItRuns()
    {
        MeshPeer peer = Join();
        _device.RunFor(60);
        Assert.True(Ping(peer));
        int first = _device.Machine.Memory.MeasureLive();
        Assert.InRange(first, 0, 52 * 1024);
        for (int i = 0; i < 20; i++)
        {
            _device.RunFor(60);
            Assert.True(Ping(peer), Text);
        }

        Assert.InRange(_device.Machine.Memory.MeasureLive(), first - 500, first + 500);
    }

    [Fact]
    public void ARendezvousIsResolvedAndToldHello()
    {
        IPAddress far = IPAddress.Parse("203.0.113.7");
        using Surroundings surroundings = new() { Wire = _wire, Address = BoardAddress, IsLinkUp = true, Resolve = name => name == "gate.example" ? [far] : [] };
        DeviceProgram program = new([DeviceCode.Firmware]);
        using Device device = new(program, program.FindMethod("Spore.Firmware.Program::Main"), Heap, _log, surroundings);
        FlashRecords.WriteIdentity(program, Identity(BoardKey).Record);
        FlashRecords.WriteRendezvous(program, "gate.example:4500");
        MeshPeer peer = new(_wire, new IPEndPoint(far, 4500), Identity(PeerKey));
        Assert.Equal(NetworkFault.None, Load(peer));
        Assert.True(device.RunFor(60) == RunState.TimeIsUp, Text);
        Assert.True(peer.Events.Any(e => e.What == NodeEvent.HelloHeard), Text);
    }

    [Fact]
    public void APortThatCantBeHadIsTriedForAgainLaterAndLater()
    {
        BusyWire busy = new(4);
        DeviceProgram program = new([DeviceCode.Firmware]);
        using Surroundings surroundings = new() { Wire = busy, IsLinkUp = true, Address = BoardAddress };
        using Device device = new(program, program.FindMethod("Spore.Firmware.Program::Main"), Heap, _log, surroundings);
        FlashRecords.WriteIdentity(program, Identity(BoardKey).Record);
        device.RunFor(60);
        string[] seconds = ["1", "2", "4", "8"];
        Assert.Equal(
            seconds.Select(s => $"no socket, error 10048; again in {s} s"),
            Text.Split(Environment.NewLine).Where(l => l.Contains("no socket")).Select(l => l[(l.IndexOf("  ", StringComparison.Ordinal) + 2)..]));
        Assert.True(busy.Sent > 0, "a hello, once there is a socket");
    }

    [Fact]
    public void AnExceptionInTheLoopIsLoggedAndRestartsTheBoard()
    {
        // No heap to make a node in.
        DeviceProgram program = new([DeviceCode.Firmware]);
        using Surroundings surroundings = new() { IsLinkUp = true, Address = BoardAddress };
        using Device device = new(program, program.FindMethod("Spore.Firmware.Program::Main"), 36 * 1024, _log, surroundings);
        FlashRecords.WriteIdentity(program, Identity(BoardKey).Record);
        Assert.Equal(RunState.TimeIsUp, device.RunFor(30));
        Assert.Contains("failed: ", Text);
        Assert.True(device.Boots >= 2, Text);
    }

    private static NodeIdentity Identity(byte key) => NodeIdentity.FromPrivateKey(Keys.Fill(key), Keys.Root().PublicKey, 0);

    private static NetworkFault Load(MeshPeer peer)
    {
        NetworkDescription network = new() { Version = 1, Issued = 1_760_000_000 };
        foreach (byte key in (byte[])[BoardKey, PeerKey])
        {
            PeerDescription member = new() { PublicKey = Identity(key).PublicKey, Label = $"node{key}", Roles = key == PeerKey ? EntryRoles.Witness : 0 };
            member.AllowedPrefixes.Add(new AllowedPrefix(Inner(key), 32));
            network.Peers.Add(member);
        }

        byte[] file = NetworkSigner.Sign(network, Keys.Root());
        return peer.Node.Load(file, 0, file.Length, 0);
    }

    private static IPAddress Inner(byte key) => new([10, 77, 0, key]);

    private MeshPeer Join()
    {
        FlashRecords.WriteIdentity(_device.Program, Identity(BoardKey).Record);
        MeshPeer peer = new(_wire, PeerAt, Identity(PeerKey));
        Assert.Equal(NetworkFault.None, Load(peer));
        _surroundings.At(1_000_000, () => _surroundings.IsLinkUp = true);
        return peer;
    }

    private bool Ping(MeshPeer peer)
    {
        byte[] payload = new byte[EchoPacket.PayloadSize];
        new Random(peer.Delivered.Count).NextBytes(payload);
        int before = peer.Delivered.Count;
        byte[] request = EchoPacket.Request(Inner(PeerKey).GetAddressBytes(), Inner(BoardKey).GetAddressBytes(), 7, (ushort)before, payload);
        Assert.True(peer.Send(request, _surroundings.Clock.Now));
        _device.RunFor(15);
        return peer.Delivered.Skip(before).Any(p => EchoPacket.TryReadReply(p, out _, out _, out ReadOnlySpan<byte> echoed) && echoed.SequenceEqual(payload));
    }

    /// <summary>A wire whose ports are in use at first.</summary>
    private sealed class BusyWire(int refusals) : IWire
    {
        private readonly MemoryWire _wire = new();
        private int _left = refusals;

        public long Sent => _wire.Sent;

        public long NextDue => _wire.NextDue;

        public bool IsOpenEnded => false;

        public SocketError Open(int port) => _left-- > 0 ? SocketError.AddressAlreadyInUse : _wire.Open(port);

        public void Close(int port) => _wire.Close(port);

        public SocketError Send(Datagram datagram, long now) => _wire.Send(datagram, now);

        public void Advance(long now, Action<Datagram> deliver) => _wire.Advance(now, deliver);

        public void Wait(TimeSpan longest) => _wire.Wait(longest);

        public void Dispose() => _wire.Dispose();
    }
}
