using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using Spore.Emulator;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Signing;
using Spore.Tests.Flash;
using Spore.Tests.Nodes;
using Xunit;

namespace Spore.Tests.Emulator;

/// <summary>The firmware program, as compiled for the device, in the emulator.</summary>
public sealed class FirmwareTests : IDisposable
{
    private const long Issued = 1_760_000_000;

    // Changes of the LED in 20 s: two for each flash.
    private const int Joining = 40;
    private const int Current = 20;
    private const int Trouble = 160;

    private readonly FirmwareBoard _board = FirmwareBoard.WithFirmware();

    private Device Device => _board.Device;

    private Surroundings Surroundings => _board.Surroundings;

    private string Text => _board.Text;

    public void Dispose() => _board.Dispose();

    [Fact]
    public void AnImageWithoutAnIdentityStopsWithAMessage()
    {
        Assert.Equal(RunState.TimeIsUp, Device.RunFor(600));
        Assert.Equal(1, Device.Boots);
        Assert.Contains("stopped: no identity in this image", Text);
        Assert.Empty(Device.Failures);
        Assert.Equal(0, _board.Wire.Sent);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(50)]
    [InlineData(83)]
    public void ADamagedIdentityStopsWithAMessage(int at)
    {
        byte[] record = FirmwareBoard.Identity(FirmwareBoard.BoardKey).Record;
        record[at] ^= 4;
        FlashRecords.WriteIdentity(Device.Program, record);
        Device.RunFor(60);
        Assert.Contains("stopped: the identity in this image is damaged", Text);
        Assert.Equal(0, _board.Wire.Sent);
    }

    [Fact]
    public void AnIdentityWithAnotherRootIsNobodyToTheNetworkAndTakesNoneFromIt()
    {
        MeshPeer peer = _board.Join(NodeIdentity.FromPrivateKey(
            Keys.Fill(FirmwareBoard.BoardKey), TrustRootKey.FromSeed(Keys.Fill(8)).PublicKey, 0));
        Device.RunFor(120);
        Assert.True(_board.Wire.Sent > 0, "its hellos");
        Assert.DoesNotContain(peer.Events, e => e.What == NodeEvent.HelloHeard);
        Assert.Contains("; network none; sessions 0;", Text);
        Assert.DoesNotContain("network version", Text);
    }

    [Fact]
    public void ItWaitsForALinkAndAnAddressAndThenSaysHello()
    {
        _board.Provision();
        Assert.Equal(RunState.TimeIsUp, Device.RunFor(30));
        Assert.Contains("waiting for the network", Text);
        Assert.DoesNotContain("node ", Text);
        Surroundings.Address = IPAddress.Any;
        Surroundings.IsLinkUp = true;
        Device.RunFor(10);
        Assert.DoesNotContain("node ", Text);
        Surroundings.Address = FirmwareBoard.BoardAddress;
        Device.RunFor(30);
        Assert.Contains($"node {KeyText.Format(FirmwareBoard.Identity(FirmwareBoard.BoardKey).PublicKey)}", Text);
        Assert.Contains("link up, 192.0.2.1", Text);
        Assert.True(_board.Wire.Sent > 0, "a hello");
        Assert.Contains("spore 0.1.0; network none; sessions 0; free heap ", Text);
    }

    [Fact]
    public void ItJoinsThePeerItFindsAndIsPingedThroughLossOfTheLinkAndAReboot()
    {
        MeshPeer peer = _board.Join();
        Assert.True(Device.RunUntil(30_000_000) == RunState.TimeIsUp, Text);
        Assert.Contains("session up", Text);
        Assert.Contains("network version 1", Text);
        Assert.True(_board.Ping(peer), "a ping is answered");

        // Without a link nothing is answered, and the loop goes on.
        Surroundings.IsLinkUp = false;
        Device.RunFor(5);
        Assert.Contains("link down", Text);
        Assert.False(_board.Ping(peer));
        Surroundings.IsLinkUp = true;
        Device.RunFor(30);
        Assert.True(_board.Ping(peer), "and again after the link came back\n" + Text);

        Device.PowerCycle();
        Device.RunFor(60);
        Assert.Equal(2, Device.Boots);
        Assert.Equal(2, Text.Split("network version 1").Length - 1);
        Assert.True(_board.Ping(peer), "and after a reboot\n" + Text);
        Assert.Empty(Device.Failures);
    }

    [Fact]
    public void WhatItTakesOfTheHeapIsUnder52KBAndDoesNotGrowInADay()
    {
        MeshPeer peer = _board.Join();
        Device.RunFor(60);
        Assert.True(_board.Ping(peer));
        int first = Device.Machine.Memory.MeasureLive();
        Assert.InRange(first, 0, 52 * 1024);
        for (int hour = 0; hour < 24; hour++)
        {
            Device.RunFor(3600);

            // The board's session is as old as the begin of its handshake, which takes 2 s: what the peer sends in the
            // last 2 s of its own is lost.
            Assert.True(_board.Ping(peer) || _board.Ping(peer), Text);
        }

        Assert.InRange(Device.Machine.Memory.MeasureLive(), first - 500, first + 500);
    }

    [Fact]
    public void AfterAnHourWithoutItsPeerAndTwoWithoutALinkItIsThereAgain()
    {
        MeshPeer peer = _board.Join();
        Device.RunFor(60);
        Assert.True(_board.Ping(peer), Text);
        int heap = Device.Machine.Memory.MeasureLive();

        peer.IsOn = false;
        Device.RunFor(3600);
        Assert.Contains("session down", Text);
        peer.IsOn = true;

        // Hellos go out every 64 s, with 25 % of chance.
        Device.RunFor(90);
        Assert.True(_board.Ping(peer), Text);

        Surroundings.IsLinkUp = false;
        Device.RunFor(2 * 3600);
        Surroundings.IsLinkUp = true;
        Device.RunFor(90);
        Assert.True(_board.Ping(peer), Text);
        Assert.Equal(1, Device.Boots);
        Assert.InRange(Device.Machine.Memory.MeasureLive(), heap - 500, heap + 500);
    }

    [Fact]
    public void WithAnotherAddressItSaysHelloAndIsReachedAgainIn10Seconds()
    {
        MeshPeer peer = _board.Join();
        Device.RunFor(60);
        Assert.True(_board.Ping(peer), Text);
        int heard = peer.Events.Count(e => e.What == NodeEvent.HelloHeard);
        Surroundings.Address = IPAddress.Parse("192.0.2.77");
        Device.RunFor(10);
        Assert.True(peer.Events.Count(e => e.What == NodeEvent.HelloHeard) > heard, Text);
        Assert.True(_board.Ping(peer), Text);
    }

    // It has the address that it had before. The hello comes a second later, beside a handshake.
    [Fact]
    public void WhenTheLinkIsBackItSaysHelloIn4Seconds()
    {
        MeshPeer peer = _board.Join();
        Device.RunFor(60);
        Assert.True(_board.Ping(peer), Text);
        for (int i = 0; i < 3; i++)
        {
            Surroundings.IsLinkUp = false;
            Device.RunFor(3 + i);
            int heard = peer.Events.Count(e => e.What == NodeEvent.HelloHeard);
            Surroundings.IsLinkUp = true;
            Device.RunFor(4);
            Assert.True(peer.Events.Count(e => e.What == NodeEvent.HelloHeard) > heard, Text);
            Device.RunFor(20);
        }
    }

    [Fact]
    public void ARendezvousIsResolvedAndToldHello()
    {
        IPAddress far = IPAddress.Parse("203.0.113.7");
        using FirmwareBoard board = FirmwareBoard.WithFirmware(resolve: name => name == "gate.example" ? [far] : []);
        board.Surroundings.IsLinkUp = true;
        board.Provision();
        FlashRecords.WriteRendezvous(board.Device.Program, "gate.example:4500");
        MeshPeer peer = board.AddPeer(new IPEndPoint(far, 4500));
        Assert.True(board.Device.RunFor(60) == RunState.TimeIsUp, board.Text);
        Assert.True(peer.Events.Any(e => e.What == NodeEvent.HelloHeard), board.Text);
    }

    [Fact]
    public void ANameIsAskedForLaterAndLaterButNotWithoutALinkAndAgainAfterHalfAnHour()
    {
        IPAddress[] found = [];
        List<int> seconds = [];
        FirmwareBoard? board = null;
        using (board = FirmwareBoard.WithFirmware(resolve: _ =>
        {
            seconds.Add((int)(board!.Surroundings.Clock.Now / 1_000_000));
            return found;
        }))
        {
            board.Surroundings.IsLinkUp = true;
            board.Provision();
            FlashRecords.WriteRendezvous(board.Device.Program, "gate.example:4500");
            board.Device.RunFor(400);
            int[] gaps = Gaps();
            for (int i = 0; i < gaps.Length; i++)
            {
                Assert.InRange(gaps[i], Math.Min(1 << i, 64), Math.Min(1 << i, 64) + 2);
            }

            Assert.InRange(gaps.Length, 9, 11);
            board.Surroundings.IsLinkUp = false;
            board.Device.RunFor(2);
            int before = seconds.Count;
            board.Device.RunFor(200);
            Assert.Equal(before, seconds.Count);

            found = [IPAddress.Parse("203.0.113.7")];
            board.Surroundings.IsLinkUp = true;
            board.Device.RunFor(1700);
            Assert.Equal(before + 1, seconds.Count);

            // Then it is lost, and asked for as at first.
            found = [];
            board.Device.RunFor(110);
            Assert.Equal([1, 2, 4], Gaps().Skip(before + 1).Take(3).Select(g => 1 << (int)Math.Log2(g)));
        }

        int[] Gaps() => [.. seconds.Zip(seconds.Skip(1), (a, b) => b - a)];
    }

    [Fact]
    public void AfterALossOfTheLinkAPortIsTriedForAsAtFirst()
    {
        using FirmwareBoard board = FirmwareBoard.WithFirmware(new BusyWire(1_000));
        board.Surroundings.IsLinkUp = true;
        board.Provision();
        board.Device.RunFor(20);
        board.Surroundings.IsLinkUp = false;
        board.Device.RunFor(40);
        board.Surroundings.IsLinkUp = true;
        board.Device.RunFor(20);
        Assert.Equal(2, board.Text.Split("again in 1 s").Length - 1);
    }

    [Fact]
    public void AHelloListsTheBoardsAddress()
    {
        RecordingWire wire = new();
        using FirmwareBoard board = FirmwareBoard.WithFirmware(wire);
        board.Surroundings.IsLinkUp = true;
        board.Provision();
        foreach (string address in new[] { "192.0.2.1", "192.0.2.77" })
        {
            board.Surroundings.Address = IPAddress.Parse(address);
            board.Device.RunFor(30);
            byte[] plain = HelloTests.OpenWhole(wire.Last, Keys.Root().PublicKey);
            byte[] listed = [.. IPAddress.Parse($"::ffff:{address}").GetAddressBytes(), 0xCA, 0x6C];
            Assert.Equal(listed, plain[40..58]);
        }
    }

    [Fact]
    public void APortThatCantBeHadIsTriedForAgainLaterAndLater()
    {
        BusyWire busy = new(4);
        using FirmwareBoard board = FirmwareBoard.WithFirmware(busy);
        board.Surroundings.IsLinkUp = true;
        board.Provision();
        board.Device.RunFor(60);
        string[] seconds = ["1", "2", "4", "8"];
        Assert.Equal(
            seconds.Select(s => $"no socket, error 10048; again in {s} s"),
            board.Text.Split(Environment.NewLine)
                .Where(l => l.Contains("no socket"))
                .Select(l => l[(l.IndexOf("  ", StringComparison.Ordinal) + 2)..]));
        Assert.True(busy.Sent > 0, "a hello, once there is a socket");
    }

    [Fact]
    public void AnExceptionInTheLoopIsLoggedAndRestartsTheBoard()
    {
        // No heap to make a node in.
        using FirmwareBoard board = FirmwareBoard.WithFirmware(heap: 36 * 1024);
        board.Surroundings.IsLinkUp = true;
        board.Provision();
        Assert.Equal(RunState.TimeIsUp, board.Device.RunFor(30));
        Assert.Contains("failed: ", board.Text);
        Assert.True(board.Device.Boots >= 2, board.Text);
    }

    [Fact]
    public void TheLedTellsHowTheNodeIs()
    {
        List<(long At, bool High)> led = [];
        Surroundings.PinChanged = (pin, high, at) => led.Add((at / 1000, pin == 2 && high));
        _board.Provision();
        Device.RunFor(3);
        Assert.True(led.Count == 1 && led[0].High, "on while it boots");

        // No link: four flashes a second.
        Device.RunFor(17);
        Assert.InRange(Between(10_000, 20_000), 75, 82);
        Surroundings.IsLinkUp = true;
        Device.RunFor(20);
        Assert.InRange(Between(30_000, 40_000), 18, 22);

        int Between(long from, long to) => led.Count(l => l.At >= from && l.At < to);
    }

    [Fact]
    public void WithoutANetworkItReportsNoneAndTheLedBlinks()
    {
        _board.Provision();
        Surroundings.IsLinkUp = true;
        Device.RunFor(70);
        AssertState("none", Joining);
    }

    [Fact]
    public void ANetworkWithoutAWitnessIsReportedUnconfirmedAndTheLedBlinks()
    {
        _board.Join(network: FirmwareBoard.Network(1, 0, Issued, 0));
        Device.RunFor(130);
        AssertState("unconfirmed, version 1", Joining);
    }

    [Fact]
    public void ANetworkThatTheWitnessHasConfirmedIsReportedFreshAndTheLedFlashesNowAndThen()
    {
        _board.Join();
        Device.RunFor(130);
        AssertState("fresh, version 1", Current);
    }

    [Fact]
    public void TheOnlyWitnessReportsThatItIsOneAndTheLedFlashesNowAndThen()
    {
        _board.Join(network: FirmwareBoard.Network(1, FirmwareBoard.BoardKey, Issued, 0));
        Device.RunFor(130);
        AssertState("witness, version 1", Current);
    }

    [Fact]
    public void ABoardThatTheNextNetworkLeavesOutReportsThatItIsBehindAndTheLedFlashesFast()
    {
        MeshPeer peer = _board.Join();
        Device.RunFor(70);
        AssertState("fresh, version 1", Current);
        byte[] next = FirmwareBoard.Network(2, FirmwareBoard.PeerKey);
        Assert.Equal(NetworkFault.None, peer.Node.Load(next, 0, next.Length, Surroundings.Clock.Now / 1000));
        Device.RunFor(300);
        Assert.Contains("this node is not in network version 2", Text);
        AssertState("behind, version 1", Trouble);
    }

    [Fact]
    public void AfterItsEndANetworkIsReportedExpiredAndTheLedFlashesFast()
    {
        // The board's clock starts at the build time of the firmware.
        const long Built = 1_795_564_800;
        _board.Join(network: FirmwareBoard.Network(1, FirmwareBoard.PeerKey, Built, Built + 200));
        Device.RunFor(130);
        AssertState("fresh, version 1", Current);
        Device.RunFor(120);
        Assert.Contains("the network has expired", Text);
        AssertState("expired, version 1", Trouble);
    }

    // The last report, and what the LED does in the next 20 s.
    private void AssertState(string state, int changes)
    {
        string report = Text.Split(Environment.NewLine).Last(l => l.Contains("; free heap "));
        Assert.True(report.Contains($"spore 0.1.0; network {state}; sessions "), Text);
        int led = 0;
        Surroundings.PinChanged = (pin, _, _) => led += pin == 2 ? 1 : 0;
        Device.RunFor(20);

        // A step takes a little more than its 125 ms.
        Assert.InRange(led, changes * 7 / 8, changes * 9 / 8);
    }

    [Fact]
    public void ALoopThatHasNotComeRoundForAMinuteRestartsTheBoard()
    {
        const string Source = """
            using System.Threading;
            using Spore.Firmware;

            static class Program
            {
                static void Main()
                {
                    Supervisor supervisor = new Supervisor();
                    for (int i = 0; i < 3; i++)
                    {
                        Thread.Sleep(55000);
                        supervisor.ComeRound();
                    }

                    Thread.Sleep(Timeout.Infinite);
                }
            }
            """;
        using SmallProgram program = new(Source, files: ["Supervisor.cs", "StatusLed.cs", "Board.cs", "Log.cs"]);
        program.Device.RunFor(224);
        Assert.Equal(1, program.Device.Boots);
        Assert.Empty(program.Lines);
        program.Device.RunFor(4);
        Assert.Equal("the loop stands still; restart", Assert.Single(program.Lines)[^30..]);
        Assert.Equal(2, program.Device.Boots);
    }

    /// <summary>A wire that keeps what was sent last.</summary>
    private sealed class RecordingWire : IWire
    {
        private readonly MemoryWire _wire = new();

        public byte[] Last { get; private set; } = [];

        public long Sent => _wire.Sent;

        public long NextDue => _wire.NextDue;

        public bool IsOpenEnded => false;

        public SocketError Open(int port) => _wire.Open(port);

        public void Close(int port) => _wire.Close(port);

        public SocketError Send(Datagram datagram, long now)
        {
            Last = [.. datagram.Bytes];
            return _wire.Send(datagram, now);
        }

        public void Advance(long now, Action<Datagram> deliver) => _wire.Advance(now, deliver);

        public void Wait(TimeSpan longest) => _wire.Wait(longest);

        public void Dispose() => _wire.Dispose();
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
