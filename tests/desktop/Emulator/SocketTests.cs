using System;
using System.Collections.Generic;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;
using Spore.Emulator;
using Xunit;

namespace Spore.Tests.Emulator;

/// <summary>UDP of device programs, as lwIP and nanoFramework have it.</summary>
public class SocketTests
{
    private const string Usings = """
        using System; using System.Net; using System.Net.Sockets; using System.Net.NetworkInformation;
        using System.Threading;
        static class Program
        {
            static Socket _socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            static byte[] _buffer = new byte[100];
            static EndPoint _from = new IPEndPoint(IPAddress.Any, 0);
            static void Say(string text) { Console.WriteLine(text); }
            static int CodeOf(Action action)
            {
                try { action(); return 0; } catch (SocketException e) { return e.ErrorCode; }
            }
            delegate void Action();
        """;

    private static readonly IPEndPoint _peerAt = new(IPAddress.Parse("192.0.2.9"), 7000);

    private static (SmallProgram Program, MemoryWire Wire) Make(string source)
    {
        MemoryWire wire = new();
        return (
            new SmallProgram(
                Usings + source + " }",
                surroundings: new Surroundings
                {
                    Wire = wire,
                    IsLinkUp = true,
                    Address = IPAddress.Parse("192.0.2.1"),
                }),
            wire);
    }

    [Fact]
    public void ADatagramGoesOutAndItsAnswerComesBackWithItsSource()
    {
        (SmallProgram program, MemoryWire wire) = Make("""
            static void Main()
            {
                _socket.Bind(new IPEndPoint(IPAddress.Any, 5000));
                _buffer[5] = (byte)'h'; _buffer[6] = (byte)'i';
                IPEndPoint to = new IPEndPoint(IPAddress.Parse("192.0.2.9"), 7000);
                Say(_socket.SendTo(_buffer, 5, 2, SocketFlags.None, to).ToString());
                Say(_socket.Poll(1000000, SelectMode.SelectRead).ToString());
                Say(_socket.Available.ToString());
                int length = _socket.ReceiveFrom(_buffer, 10, 50, SocketFlags.None, ref _from);
                Say(string.Concat(length.ToString(), " ", _buffer[10].ToString(), " ", _from.ToString()));
                byte[] address = ((IPEndPoint)_from).Address.GetAddressBytes();
                Say(string.Concat(address[0].ToString(), ".", address[3].ToString()));
                Say(((IPEndPoint)_from).Port.ToString());
            }
            """);
        using (program)
        {
            wire.Attach(_peerAt, new Echo(wire));
            Assert.Equal(RunState.Ended, program.Device.RunFor(10));
            Assert.Empty(program.Device.Failures);
            Assert.Equal(["2", "True", "4", "4 104 192.0.2.9:7000", "192.9", "7000"], program.Lines);
        }
    }

    [Fact]
    public void WhatIsWrongIsASocketExceptionWithItsCode()
    {
        (SmallProgram program, _) = Make("""
            static Socket _other;
            static void NotBound() { _socket.ReceiveFrom(_buffer, ref _from); }
            static void Late() { _socket.ReceiveTimeout = 100; _socket.ReceiveFrom(_buffer, ref _from); }
            static void Twice() { _other.Bind(new IPEndPoint(IPAddress.Any, 5000)); }
            static void Elsewhere() { _other.Bind(new IPEndPoint(IPAddress.Parse("10.1.1.1"), 5001)); }
            static void Ipv6() { new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp); }
            static void Many()
            {
                for (int i = 0; i < 20; i++)
                {
                    new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                }
            }
            static void Main()
            {
                Say(CodeOf(NotBound).ToString());
                _socket.Bind(new IPEndPoint(IPAddress.Any, 5000));
                long before = Environment.TickCount64;
                Say(CodeOf(Late).ToString());
                Say((Environment.TickCount64 - before).ToString());
                _other = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                Say(CodeOf(Twice).ToString());
                Say(CodeOf(Elsewhere).ToString());
                Say(CodeOf(Ipv6).ToString());
                Say(CodeOf(Many).ToString());
                try { Array(); } catch (IndexOutOfRangeException) { Say("range"); }
                _socket.Close(); _socket.Close();
                try { _socket.SendTo(_buffer, _from); } catch (ObjectDisposedException) { Say("disposed"); }
            }
            static void Array() { _socket.SendTo(_buffer, 90, 11, SocketFlags.None, _from); }
            """);
        using (program)
        {
            Assert.Equal(RunState.Ended, program.Device.RunFor(10));
            Assert.Empty(program.Device.Failures);
            Assert.Equal(
                ["10057", "10060", "100", "10048", "10049", "10047", "10055", "range", "disposed"], program.Lines);
        }
    }

    [Fact]
    public void SixDatagramsWaitAndLaterOnesAreDropped()
    {
        (SmallProgram program, MemoryWire wire) = Make("""
            static void Main()
            {
                _socket.Bind(new IPEndPoint(IPAddress.Any, 5000));
                Thread.Sleep(1000);
                while (_socket.Poll(0, SelectMode.SelectRead))
                {
                    _socket.ReceiveFrom(_buffer, ref _from);
                    Say(_buffer[0].ToString());
                }
                Thread.Sleep(1000);
                Say(_socket.Poll(0, SelectMode.SelectRead).ToString());
            }
            """);
        using (program)
        {
            program.Device.RunFor(0.5);
            for (byte i = 1; i <= 8; i++)
            {
                wire.Send(
                    new Datagram(_peerAt, new IPEndPoint(program.Surroundings.Address, 5000), [i]),
                    program.Surroundings.Clock.Now);
            }

            Assert.Equal(RunState.Ended, program.Device.RunFor(10));
            Assert.Equal(["1", "2", "3", "4", "5", "6", "False"], program.Lines);
            Assert.Equal(2, program.Device.Machine.Network.Dropped);
        }
    }

    [Fact]
    public void ADatagramOfNothingIsNotSentAndWhatIsTooLongIsCut()
    {
        (SmallProgram program, MemoryWire wire) = Make("""
            static void Main()
            {
                _socket.Bind(new IPEndPoint(IPAddress.Any, 5000));
                EndPoint peer = new IPEndPoint(IPAddress.Parse("192.0.2.9"), 7000);
                Say(_socket.SendTo(_buffer, 0, 0, SocketFlags.None, peer).ToString());
                _socket.SendTo(_buffer, 0, 60, SocketFlags.None, peer);
                Say(_socket.ReceiveFrom(_buffer, 0, 50, SocketFlags.None, ref _from).ToString());
                Say(_socket.Poll(100000, SelectMode.SelectRead).ToString());
            }
            """);
        using (program)
        {
            Echo echo = new(wire);
            wire.Attach(_peerAt, echo);
            Assert.Equal(RunState.Ended, program.Device.RunFor(10));
            Assert.Equal(["0", "50", "False"], program.Lines);
            Assert.Single(echo.Received);
        }
    }

    [Fact]
    public void WithoutALinkNothingGoesInOrOut()
    {
        (SmallProgram program, MemoryWire wire) = Make("""
            static void Send() { _socket.SendTo(_buffer, new IPEndPoint(IPAddress.Broadcast, 7000)); }
            static void Main()
            {
                _socket.Bind(new IPEndPoint(IPAddress.Any, 5000));
                for (int i = 0; i < 3; i++)
                {
                    string isUp = NetworkInterface.GetIsNetworkAvailable().ToString();
                    string address = IPGlobalProperties.GetIPAddress().ToString();
                    Say(string.Concat(isUp, " ", address, " ", CodeOf(Send).ToString()));
                    Say(NetworkInterface.GetAllNetworkInterfaces()[0].IPv4Address);
                    Thread.Sleep(1000);
                }
            }
            """);
        using (program)
        {
            Echo echo = new(wire);
            wire.Attach(_peerAt, echo);
            program.Surroundings.At(500_000, () => program.Surroundings.IsLinkUp = false);
            program.Surroundings.At(
                1_500_000, () => (program.Surroundings.IsLinkUp, program.Surroundings.Address) = (true, IPAddress.Any));
            Assert.Equal(RunState.Ended, program.Device.RunFor(10));
            Assert.Equal(
                ["True 192.0.2.1 0", "192.0.2.1", "False 0.0.0.0 10065", "0.0.0.0", "True 0.0.0.0 10065", "0.0.0.0"],
                program.Lines);
            Assert.Single(echo.Received);
        }
    }

    [Fact]
    public void ReceiveFromAllocatesWhatSystemNetDoes()
    {
        // An endpoint is copied with its address and that one's array for IPv6; the source is another
        // endpoint with its address.
        const int Copy = 36 + 60 + 36;
        const int Source = 36 + 60;
        (SmallProgram program, MemoryWire wire) = Make("""
            static void Main()
            {
                _socket.Bind(new IPEndPoint(IPAddress.Any, 5000));
                Thread.Sleep(1000);
                _socket.ReceiveFrom(_buffer, ref _from);
                Thread.Sleep(1000);
            }
            """);
        using (program)
        {
            program.Device.RunFor(0.5);
            wire.Send(
                new Datagram(_peerAt, new IPEndPoint(program.Surroundings.Address, 5000), [1]),
                program.Surroundings.Clock.Now);
            long before = program.Device.Machine.Memory.AllocatedBytes;
            program.Device.RunFor(1);
            Assert.Equal(Copy + Source, program.Device.Machine.Memory.AllocatedBytes - before);
        }
    }

    [Fact]
    public void AThreadThatReceivesIsWokenByADatagramAndByNothingElse()
    {
        (SmallProgram program, MemoryWire wire) = Make("""
            static void Receive()
            {
                while (true) { _socket.ReceiveFrom(_buffer, ref _from); Say(Environment.TickCount64.ToString()); }
            }
            static void Main() { _socket.Bind(new IPEndPoint(IPAddress.Any, 5000)); new Thread(Receive).Start(); }
            """);
        using (program)
        {
            IPEndPoint to = new(program.Surroundings.Address, 5000);
            program.Surroundings.At(1_234_000, () => wire.Send(new Datagram(_peerAt, to, [1]), 1_234_000));
            program.Surroundings.At(2_000_000, () => wire.Send(new Datagram(_peerAt, to, [1]), 2_000_000));
            Assert.Equal(RunState.WaitsForever, program.Device.RunFor(10));
            Assert.Equal(["1230", "2000"], program.Lines);
        }
    }

    [Fact]
    public void WifiIsJoinedAndLeft()
    {
        using SmallProgram program = new(
            Usings.Replace(
                "static class Program", "using System.Device.Wifi; static class Program", StringComparison.Ordinal)
            + """
                static void Main()
                {
                    WifiAdapter adapter = WifiAdapter.FindAllAdapters()[0];
                    Say(NetworkInterface.GetIsNetworkAvailable().ToString());
                    WifiConnectionResult made = adapter.Connect("name", WifiReconnectionKind.Automatic, "secret");
                    string isMade = (made.ConnectionStatus == WifiConnectionStatus.Success).ToString();
                    Say(string.Concat(isMade, " ", NetworkInterface.GetIsNetworkAvailable().ToString()));
                    adapter.Disconnect();
                    Say(NetworkInterface.GetIsNetworkAvailable().ToString());
                    adapter.Dispose();
                }
            }
            """,
            surroundings: new Surroundings { Address = IPAddress.Parse("192.0.2.1") });
        Assert.Equal(RunState.Ended, program.Device.RunFor(1));
        Assert.Equal(["False", "True True", "False"], program.Lines);
    }

    [Fact]
    public void NamesAreResolvedByTheHost()
    {
        using SmallProgram program = new(
            Usings + """
                static void Find() { Dns.GetHostEntry("no.such.name"); }
                static void Main()
                {
                    Say(Dns.GetHostEntry("gate.example").AddressList[0].ToString());
                    Say(CodeOf(Find).ToString());
                }
            }
            """,
            surroundings: new Surroundings
            {
                IsLinkUp = true,
                Address = IPAddress.Parse("192.0.2.1"),
                Resolve = name => name == "gate.example" ? [IPAddress.Parse("203.0.113.5")] : [],
            });
        Assert.Equal(RunState.Ended, program.Device.RunFor(1));
        Assert.Equal(["203.0.113.5", "11001"], program.Lines);
    }

    [Fact]
    public async Task AtRealPaceADeviceTalksOverTheHostsUdp()
    {
        using UdpClient peer = new(new IPEndPoint(IPAddress.Loopback, 0));
        using UdpClient free = new(new IPEndPoint(IPAddress.Loopback, 0));
        IPEndPoint at = (IPEndPoint)free.Client.LocalEndPoint!;
        free.Dispose();
        Surroundings surroundings = new()
        {
            Clock = new DeviceClock(isRealTime: true),
            Wire = new UdpWire(at),
            IsLinkUp = true,
            Address = IPAddress.Loopback,
        };
        using SmallProgram program = new(
            Usings + """
                static void Main()
                {
                    _socket.Bind(new IPEndPoint(IPAddress.Any, 51820));
                    Say("bound");
                    int length = _socket.ReceiveFrom(_buffer, ref _from);
                    _buffer[length] = (byte)'!';
                    _socket.SendTo(_buffer, 0, length + 1, SocketFlags.None, _from);
                }
            }
            """,
            surroundings: surroundings);
        while (program.Lines.Length == 0)
        {
            program.Device.RunFor(0.02);
        }

        await peer.SendAsync(Encoding.ASCII.GetBytes("hello"), at, TestContext.Current.CancellationToken);
        Assert.Equal(RunState.Ended, program.Device.RunFor(30));
        UdpReceiveResult answer = await peer.ReceiveAsync(TestContext.Current.CancellationToken);
        Assert.Equal("hello!", Encoding.ASCII.GetString(answer.Buffer));
        Assert.Equal(at, answer.RemoteEndPoint);
    }

    /// <summary>Sends back what it gets, with two bytes more.</summary>
    private sealed class Echo(MemoryWire wire) : IWirePeer
    {
        public List<Datagram> Received { get; } = [];

        public long NextDue => DeviceClock.Never;

        public void Advance(long now) =>
            throw new InvalidOperationException(now.ToString(CultureInfo.InvariantCulture));

        public void Receive(Datagram datagram, long now)
        {
            Received.Add(datagram);
            wire.Send(new Datagram(_peerAt, datagram.From, [.. datagram.Bytes, 0, 0]), now);
        }
    }
}
