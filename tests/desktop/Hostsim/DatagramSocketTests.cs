using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using Spore.Base;
using Spore.Hostsim.Endpoints;
using Spore.Hostsim.Live.Configuration;
using Spore.Hostsim.Live.Datagrams;
using Spore.Tests.Crypto;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>Both kinds of socket, over loopback.</summary>
public class DatagramSocketTests
{
    private const ulong Loopback = 0x7F000001;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    public static TheoryData<string, string, string> Ways
    {
        get
        {
            TheoryData<string, string, string> ways = [];
            string[] kinds = OperatingSystem.IsLinux() ? ["plain", "Linux"] : ["plain"];
            string[] addresses = Socket.OSSupportsIPv6 ? ["127.0.0.1", "::1"] : ["127.0.0.1"];
            foreach (string sender in kinds)
            {
                foreach (string receiver in kinds)
                {
                    foreach (string address in addresses)
                    {
                        ways.Add(sender, receiver, address);
                    }
                }
            }

            return ways;
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task What_is_sent_arrives_whole_and_in_its_order(string sender, string receiver, string address)
    {
        using IDatagramSocket from = Open(sender, address);
        using IDatagramSocket to = Open(receiver, address);
        using IDatagramSocket other = Open(receiver, address);
        Endpoint place = EndpointAddress.From((IPEndPoint)to.LocalEndPoint);
        Endpoint otherPlace = EndpointAddress.From((IPEndPoint)other.LocalEndPoint);
        Endpoint source = EndpointAddress.From((IPEndPoint)from.LocalEndPoint);
        int[] lengths = [1452, 1452, 1452, 1452, 700, 700, 32, 148, 9000, 9000, 60000, 1];
        byte[][] datagrams = [.. lengths.Select((l, i) => Bytes.Random(i, l))];
        byte[] last = Bytes.Random(99, 148);
        for (int round = 0; round < 3; round++)
        {
            DatagramBatch batch = new();
            foreach (byte[] datagram in datagrams)
            {
                Assert.True(batch.Add(datagram, place));
            }

            Assert.True(batch.Add(last, otherPlace));
            from.Send(batch);
            Assert.Equal(0, batch.Count);

            Assert.Equal(datagrams, await Receive(to, datagrams.Length, source));
            Assert.Equal([last], await Receive(other, 1, source));
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task One_that_can_not_be_sent_keeps_no_other_back(string sender, string receiver, string address)
    {
        using IDatagramSocket from = Open(sender, address);
        using IDatagramSocket to = Open(receiver, address);
        Endpoint place = EndpointAddress.From((IPEndPoint)to.LocalEndPoint);
        Endpoint source = EndpointAddress.From((IPEndPoint)from.LocalEndPoint);
        Endpoint nowhere = new();
        nowhere.Set(place.AddressHigh, place.AddressLow, 0, 0);
        List<(int Port, int Datagrams, int Bytes)> lost = [];
        DatagramBatch batch = new((to, datagrams, bytes) => lost.Add((to.Port, datagrams, bytes)));
        batch.Add(Bytes.Random(1, 100), place);
        batch.Add(Bytes.Random(2, 100), nowhere);
        batch.Add(Bytes.Random(3, 100), nowhere);
        batch.Add(Bytes.Random(4, 100), place);

        // Too long for any datagram.
        batch.Add(new byte[65535], place);
        batch.Add(Bytes.Random(5, 100), place);
        from.Send(batch);
        Assert.Equal([(0, 2, 200), (place.Port, 1, 65535)], lost);
        Assert.Equal([Bytes.Random(1, 100), Bytes.Random(4, 100), Bytes.Random(5, 100)], await Receive(to, 3, source));
    }

    [Fact]
    public void One_whose_family_has_no_socket_is_lost()
    {
        using UdpTransport transport = new(new ListenAddress(IPAddress.Loopback, 0), null, null);
        int lost = 0;
        DatagramBatch batch = new((_, datagrams, _) => lost += datagrams);
        batch.Add(Bytes.Random(1, 100), EndpointAddress.From(new IPEndPoint(IPAddress.IPv6Loopback, 9)));
        transport.Send(batch, false);
        Assert.Equal((1, 0), (lost, batch.Count));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_socket_that_goes_ends_the_wait(string sender, string receiver, string address)
    {
        Assert.NotEmpty(sender);
        IDatagramSocket socket = Open(receiver, address);
        Task waiting = Task.Factory.StartNew(
            () =>
            {
                DatagramsRead room = socket.NewRoom();
                for (; ; )
                {
                    socket.Receive(room);
                    while (room.Next())
                    {
                    }
                }
            },
            TaskCreationOptions.LongRunning);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        socket.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(
            () => waiting.WaitAsync(_patience, TestContext.Current.CancellationToken));
        DatagramBatch batch = new();
        batch.Add(new byte[1], EndpointAddress.From(new IPEndPoint(IPAddress.Parse(address), 9)));
        socket.Send(batch);
        Assert.Equal(0, batch.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    public async Task An_answer_comes_from_the_address_that_was_sent_to(int count)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "other systems have no such control message");
        using IDatagramSocket here = Open("Linux", "127.0.0.1");
        Socket any = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        any.Bind(new IPEndPoint(IPAddress.Any, 0));
        using LinuxSocket there = new(any, 1 << 20, new LocalAddresses(new FixedWatch()));
        int port = ((IPEndPoint)there.LocalEndPoint).Port;
        foreach (string address in new[] { "127.0.0.2", "127.0.0.3" })
        {
            Endpoint place = EndpointAddress.From(new IPEndPoint(IPAddress.Parse(address), port));
            DatagramBatch batch = new();
            batch.Add(Bytes.Random(1, 100), place);
            here.Send(batch);
            DatagramsRead room = there.NewRoom();
            there.Receive(room);
            Assert.True(room.Next());

            // A run that the kernel cuts, and a datagram by itself.
            byte[][] answers =
                [.. Enumerable.Range(0, count).Select(i => Bytes.Random(i, 1000)), Bytes.Random(99, 30000)];
            Array.ForEach(answers, a => Assert.True(batch.Add(a, room.Source)));
            there.Send(batch);
            Assert.Equal(answers, await Receive(here, answers.Length, place));
        }
    }

    [Fact]
    public void A_broadcast_is_answered_from_the_machine_s_own_address()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "other systems have no such control message");
        Assert.Equal(Loopback, LocalOf(IPAddress.Parse("127.255.255.255"))?.Low);
    }

    [Fact]
    public async Task Where_the_address_is_lost_the_machine_chooses_another_one()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "other systems have no such control message");
        using IDatagramSocket here = Open("Linux", "127.0.0.1");
        Socket any = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        any.Bind(new IPEndPoint(IPAddress.Any, 0));
        LocalAddresses locals = new(new FixedWatch());
        using LinuxSocket there = new(any, 1 << 20, locals);
        Endpoint place = EndpointAddress.From((IPEndPoint)here.LocalEndPoint);
        place.SetLocal(locals.Learn(0, 0xC0000207, 1));
        Assert.NotEqual(0, place.Local);
        byte[][] datagrams = [.. Enumerable.Range(0, 5).Select(i => Bytes.Random(i, i < 4 ? 100 : 30000))];
        DatagramBatch batch = new();
        Array.ForEach(datagrams, d => Assert.True(batch.Add(d, place)));
        there.Send(batch);
        IPEndPoint own = new(IPAddress.Loopback, ((IPEndPoint)there.LocalEndPoint).Port);
        Assert.Equal(datagrams, await Receive(here, datagrams.Length, EndpointAddress.From(own)));
    }

    private static IDatagramSocket Open(string kind, string address)
    {
        IPEndPoint place = new(IPAddress.Parse(address), 0);
        Socket socket = new(place.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(place);
        return kind == "plain" ? new PlainSocket(socket) : new LinuxSocket(socket, 1 << 20);
    }

    // The source address of answers to a datagram that was sent to an address of this machine.
    private static LocalAddress? LocalOf(IPAddress address)
    {
        Socket any = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        any.Bind(new IPEndPoint(IPAddress.Any, 0));
        LocalAddresses locals = new(new FixedWatch());
        using LinuxSocket there = new(any, 1 << 20, locals);
        using Socket here = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        here.EnableBroadcast = true;
        here.SendTo([1], new IPEndPoint(address, ((IPEndPoint)there.LocalEndPoint).Port));
        DatagramsRead room = there.NewRoom();
        there.Receive(room);
        Assert.True(room.Next());
        return locals.Find(room.Source);
    }

    private static async Task<List<byte[]>> Receive(IDatagramSocket socket, int count, Endpoint source)
    {
        List<byte[]> datagrams = [];
        await Task.Run(
            () =>
            {
                DatagramsRead room = socket.NewRoom();
                while (datagrams.Count < count)
                {
                    socket.Receive(room);
                    while (room.Next())
                    {
                        Assert.True(room.Source.IsSame(source));
                        datagrams.Add(room.Buffer[room.Offset..(room.Offset + room.Length)]);
                    }

                    Assert.True(room.IsEmpty);
                }
            },
            TestContext.Current.CancellationToken).WaitAsync(_patience, TestContext.Current.CancellationToken);
        return datagrams;
    }

    private sealed class FixedWatch : INetworkWatch
    {
        public int Generation => 0;

        public bool IsTunnel(LocalAddress local) => false;

        public int FindInterface(LocalAddress local, Endpoint endpoint) => local.Interface;
    }
}
