using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using Spore.Base;
using Spore.Hostsim.Endpoints;
using Spore.Hostsim.Live.Datagrams;
using Spore.Tests.Crypto;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>Both kinds of socket, over loopback.</summary>
public class DatagramSocketTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

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
        DatagramBatch batch = new();
        batch.Add(Bytes.Random(1, 100), place);
        batch.Add(Bytes.Random(2, 100), nowhere);
        batch.Add(Bytes.Random(3, 100), nowhere);
        batch.Add(Bytes.Random(4, 100), place);

        // Too long for any datagram.
        batch.Add(new byte[65535], place);
        batch.Add(Bytes.Random(5, 100), place);
        from.Send(batch);
        Assert.Equal([Bytes.Random(1, 100), Bytes.Random(4, 100), Bytes.Random(5, 100)], await Receive(to, 3, source));
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

    private static IDatagramSocket Open(string kind, string address)
    {
        IPEndPoint place = new(IPAddress.Parse(address), 0);
        Socket socket = new(place.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(place);
        return kind == "plain" ? new PlainSocket(socket) : new LinuxSocket(socket, 1 << 20);
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
}
