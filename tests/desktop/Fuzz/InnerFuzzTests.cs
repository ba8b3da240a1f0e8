using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Network;
using Spore.Tests.Nodes;
using Spore.Tests.WireGuard;
using Xunit;

namespace Spore.Tests.Fuzz;

/// <summary>Peers with a session who send anything in it: nothing throws, nothing is applied, nothing is allocated, and no packet is answered by many.</summary>
[Collection(Alone.Name)]
public class InnerFuzzTests
{
    [Theory]
    [InlineData(true, 1)]
    [InlineData(true, 2)]
    [InlineData(false, 1)]
    [InlineData(false, 2)]
    public void Packets_of_every_kind_and_what_is_near_them(bool isMember, int seed)
    {
        FuzzTarget target = new(seed);
        target.Load(5);
        StockPeer peer = isMember ? target.Member : target.Guest;
        byte[] from = isMember ? target.MemberAddress : target.GuestAddress;
        byte[] to = target.Node.LinkLocal;
        target.Connect(peer);
        byte[][] tftp =
        [
            StrangerTransfer.Request(1, "head"),
            StrangerTransfer.Request(1, "network", "blksize", "8", "tsize", "0", "timeout", "1"),
            StrangerTransfer.Request(2, "head", "tsize", "144"),
            StrangerTransfer.Request(2, "network", "blksize", "1368"),
            [0, 3, 0, 1, .. target.Newer[..512]],
            [0, 4, 0, 0],
            [0, 4, 0, 1],
            [0, 5, 0, 2, (byte)'x', 0],
            [0, 6, .. "blksize\08\0"u8],
        ];
        byte[][] packets =
        [
            InnerPacket.Echo(from, to),
            InnerPacket.Echo(from, to, 1),
            InnerPacket.Echo([10, 0, 0, 2], [10, 0, 0, 1]),
            InnerPacket.Udp([10, 0, 0, 2], [10, 0, 0, 1], 1, 2, 3),
            InnerPacket.Ip(from, to, InnerPacket.Icmpv6, [1, 4, 0, 0, 0, 0, 0, 0, .. InnerPacket.Udp(to, from, 61_000, 69, 1)]),
            InnerPacket.Ip(from, to, InnerPacket.Tcp, new byte[20]),
            InnerPacket.Ip(from, to, 44, new byte[16]),
        ];
        List<int> ports = [69];
        int ping = 0;
        for (int i = 0; i < 4_000; i++)
        {
            int sent = target.Quiet.SentCount;
            if (target.Next(3) > 0)
            {
                byte[] payload = target.Pick(tftp);
                target.SayUdp(peer, 2000 + target.Next(8), target.Pick(ports), target.Next(4) == 0 ? payload : target.Mutate(payload));
            }
            else
            {
                byte[] packet = target.Pick(packets);
                target.Say(peer, target.Next(4) == 0 ? packet : target.Mutate(packet));
            }

            Assert.InRange(target.Quiet.SentCount - sent, 0, 2);
            if (target.Quiet.SentCount > sent && target.LastUdp(peer) is { } answer && ports.Count < 12)
            {
                ports.Add(InnerPacket.Port(answer, destination: false));
            }

            if (target.Next(10) == 0)
            {
                target.Advance(target.Next(700));
            }

            // A guest leaves after a while, and the session of a member ends.
            if (i % 400 == 399)
            {
                target.Connect(peer);
                ports.RemoveRange(1, ports.Count - 1);
                ping += target.Ping(peer) ? 1 : 0;
            }
        }

        Assert.Equal(10, ping);
        Assert.Equal(0, target.Allocated);
        Assert.Equal(5UL, target.Node.NetworkVersion);
        if (!isMember)
        {
            Assert.Equal(0, target.Quiet.Delivered);
        }
    }

    [Fact]
    public void Anything_that_the_application_sends()
    {
        FuzzTarget target = new(1);
        target.Load(5);
        target.Connect(target.Member);
        byte[][] packets =
        [
            InnerPacket.Echo([10, 0, 0, 1], [10, 0, 0, 2]),
            InnerPacket.Udp(target.Node.LinkLocal, target.MemberAddress, 1, 2, new byte[1372]),
            InnerPacket.Udp(target.Node.LinkLocal, target.GuestAddress, 1, 2, 3),
        ];
        int taken = 0;
        for (int i = 0; i < 3_000; i++)
        {
            byte[] packet = target.Next(5) == 0 ? target.Random(target.Next(2_000)) : target.Mutate(target.Pick(packets));
            long before = GC.GetAllocatedBytesForCurrentThread();
            bool sent = target.Node.Send(packet, 0, packet.Length, target.Now);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
            taken += sent ? 1 : 0;
            target.Advance(target.Next(10));
        }

        Assert.InRange(taken, 500, 2_500);
        target.Connect(target.Member);
        Assert.True(target.Ping(target.Member));
    }

    [Fact]
    public void Files_near_a_sound_one_are_refused_by_Load()
    {
        FuzzTarget target = new(1);
        target.Load(5);
        string state = target.State();
        int refused = 0;
        for (int i = 0; i < 2_000; i++)
        {
            byte[] file = target.Next(10) == 0 ? target.Random(target.Next(500)) : target.Mutate(target.Newer);
            if (!file.AsSpan().SequenceEqual(target.Newer))
            {
                Assert.NotEqual(NetworkFault.None, target.Node.Load(file, 0, file.Length, target.Now));
                refused++;
            }
        }

        Assert.InRange(refused, 1_900, 2_000);
        Assert.Equal(state, target.State());
        Assert.Equal(NetworkFault.None, target.Node.Load(target.Newer, 0, target.Newer.Length, target.Now));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_newer_network_in_any_disorder_is_applied_only_whole(int seed)
    {
        FuzzTarget target = new(seed);
        target.Load(5);
        for (int round = 0; round < 80; round++)
        {
            target.Connect(target.Guest);
            int blockSize = target.Pick([8, 144, 200, 512, 1368]);
            target.SayUdp(target.Guest, 2000 + round, 69, StrangerTransfer.Request(2, "network", "blksize", blockSize.ToString()));
            if (target.LastUdp(target.Guest) is not { } answer)
            {
                target.Advance(40_000);
                continue;
            }

            int port = InnerPacket.Port(answer, destination: false);
            byte[] file = (byte[])target.Newer.Clone();
            file[target.Next(file.Length)] ^= (byte)(1 << target.Next(8));
            for (int block = 1; (block - 1) * blockSize <= file.Length; block++)
            {
                int start = (block - 1) * blockSize;
                byte[] data = [0, 3, (byte)(block >> 8), (byte)block, .. file[start..Math.Min(file.Length, start + blockSize)]];
                switch (target.Next(40))
                {
                    case 0:
                        continue;
                    case 1:
                        target.SayUdp(target.Guest, 2000 + round, port, data);
                        break;
                    case 2:
                        data = target.Mutate(data);
                        break;
                }

                target.SayUdp(target.Guest, 2000 + round, port, data);
                target.Advance(target.Next(20));
            }

            target.Advance(30_000);
        }

        Assert.Equal(5UL, target.Node.NetworkVersion);
        Assert.Equal(0, target.Allocated);
        Assert.InRange(target.Quiet.Count(NodeEvent.HeaderRefused) + target.Quiet.Count(NodeEvent.NetworkRefused), 10, 1_000);

        target.Advance(100_000);
        target.Connect(target.Guest);
        target.SayUdp(target.Guest, 5000, 69, StrangerTransfer.Request(2, "network", "blksize", "1024"));
        int last = InnerPacket.Port(target.LastUdp(target.Guest)!, destination: false);
        target.SayUdp(target.Guest, 5000, last, [0, 3, 0, 1, .. target.Newer[..1024]]);
        target.Advance();
        target.SayUdp(target.Guest, 5000, last, [0, 3, 0, 2, .. target.Newer[1024..]]);
        target.Advance();
        Assert.Equal(6UL, target.Node.NetworkVersion);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_member_that_answers_the_nodes_own_requests_with_anything(int seed)
    {
        FuzzTarget target = new(seed);
        target.Load(5);
        int asked = 0;
        for (int round = 0; round < 60; round++)
        {
            // The node initiates, and so reads the member's head; then it is shown a newer one to fetch.
            target.Connect(target.Member);
            target.SayUdp(target.Member, 3000 + round, 69, StrangerTransfer.Request(2, "head"));
            if (target.LastUdp(target.Member) is { } answer)
            {
                target.SayUdp(target.Member, 3000 + round, InnerPacket.Port(answer, destination: false), [0, 3, 0, 1, .. target.Newer[..144]]);
            }

            for (int i = 0; i < 12; i++)
            {
                target.Advance(target.Next(1_500));
                if (target.LastUdp(target.Member) is not { } request)
                {
                    continue;
                }

                asked++;
                int port = InnerPacket.Port(request, destination: false);
                byte[] reply = target.Pick((byte[][])
                [
                    [0, 3, 0, 1, .. target.Newer[..512]],
                    [0, 3, 0, 2, .. target.Random(512)],
                    [0, 3, 0, 1, .. target.Random(target.Next(512))],
                    [0, 4, 0, 0],
                    [0, 5, 0, (byte)target.Next(10), 0],
                    [0, 6, .. "blksize\0512\0tsize\0144\0"u8],
                    [0, 6, .. "blksize\01368\0"u8],
                    [0, 6, .. "tsize\099999999999\0"u8],
                ]);
                target.SayUdp(target.Member, target.Pick([69, 4000 + round]), port, target.Next(3) == 0 ? target.Mutate(reply) : reply);
            }
        }

        Assert.InRange(asked, 100, 1_000);
        Assert.Equal(0, target.Allocated);
        Assert.Equal(5UL, target.Node.NetworkVersion);
        Assert.True(target.Ping(target.Member));
    }
}
