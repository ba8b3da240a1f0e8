using System;
using System.Linq;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Tests.Network;
using Xunit;

namespace Spore.Tests.Nodes;

/// <summary>
/// After construction a node takes no memory, whatever it does. Each test does everything once before it measures.
/// </summary>
[Collection(Alone.Name)]
public class AllocationTests
{
    private readonly QuietWire _wire = new();
    private readonly QuietNode _a;
    private readonly QuietNode _b;

    public AllocationTests()
    {
        _a = _wire.Add(1);
        _b = _wire.Add(2);
    }

    [Fact]
    public void Ten_thousand_packets_each_way()
    {
        Join();
        byte[] there = InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 2], 1, 2, new byte[1000]);
        byte[] back = InnerPacket.Udp([0xFD, .. new byte[14], 2], [0xFD, .. new byte[14], 1], 1, 2, new byte[100]);
        byte[] echo = InnerPacket.Echo([10, 0, 0, 1], [10, 0, 0, 2]);
        Assert.Equal(0, Measured(Talk));
        Assert.Equal(11_000, _b.Delivered);

        // Of a's own, with the answers to its echo requests.
        Assert.Equal(12_100, _a.Delivered);

        void Talk(int round)
        {
            int packets = round == 0 ? 1_000 : 10_000;
            for (int i = 0; i < packets; i++)
            {
                _a.Node.Send(there, 0, there.Length, _wire.Now);
                _b.Node.Send(back, 0, back.Length, _wire.Now);
                if (i % 10 == 0)
                {
                    _a.Node.Send(echo, 0, echo.Length, _wire.Now);
                }

                _wire.Deliver();
                if (i % 100 == 0)
                {
                    _wire.Run(1_000);
                }
            }
        }
    }

    [Fact]
    public void Timers_handshakes_and_hellos()
    {
        Join(keepalive: 1);
        byte[] packet = InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 2], 1, 2, 3);
        int fired = 0;
        Assert.Equal(0, Measured(round =>
        {
            fired = 0;
            int hours = round == 0 ? 2 : 5;
            for (int i = 0; i < hours * 60; i++)
            {
                fired += _wire.Run(60_000);
                _b.Node.Send(packet, 0, packet.Length, _wire.Now);
            }
        }));
        Assert.InRange(fired, 10_000, int.MaxValue);
        Assert.InRange(_a.Count(NodeEvent.SessionUp), 200, int.MaxValue);
        Assert.InRange(_a.Count(NodeEvent.HelloHeard), 50, int.MaxValue);
        Assert.InRange(_a.Count(NodeEvent.InitiationSent) + _b.Count(NodeEvent.InitiationSent), 200, int.MaxValue);
    }

    [Fact]
    public void Calls_of_Advance_with_nothing_to_do_and_peers_that_never_answer()
    {
        byte[] file = NetworkBytes.File(1, 1_760_000_000, 0, [.. new[]
        {
            NetworkBytes.Entry(_a.Node.PublicKey, NetworkBytes.Field(1, 10, 0, 0, 1, 32)),
            NetworkBytes.Entry(
                new Stranger(new Mesh(), 9).Key,
                NetworkBytes.Field(1, 10, 0, 0, 9, 32),
                NetworkBytes.Field(2, 192, 0, 2, 9, 1, 1),
                NetworkBytes.Field(5, 0, 5)),
        }.OrderBy(e => Convert.ToHexString(e, 2, 32), StringComparer.Ordinal)]);
        Assert.Equal(NetworkFault.None, _a.Node.Load(file, 0, file.Length, _wire.Now));
        byte[] packet = InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 9], 1, 2, 3);
        Assert.Equal(0, Measured(_ =>
        {
            for (int i = 0; i < 10_000; i++)
            {
                _wire.Run(100);
                _a.Node.Advance(_wire.Now);
                if (i % 100 == 0)
                {
                    _a.Node.Send(packet, 0, packet.Length, _wire.Now);
                }
            }
        }));
        Assert.InRange(_a.Count(NodeEvent.InitiationSent), 300, int.MaxValue);
    }

    [Fact]
    public void Networks_fetched_verified_and_applied()
    {
        byte[][] files = [.. Enumerable.Range(1, 8).Select(v => File((ulong)v, witness: true))];
        Assert.Equal(0, Measured(round =>
        {
            for (int i = round * 4; i < (round + 1) * 4; i++)
            {
                _a.Node.Load(files[i], 0, files[i].Length, _wire.Now);
                _wire.Run(120_000);
            }
        }));
        Assert.Equal(8UL, _b.Node.NetworkVersion);
        Assert.Equal(8, _b.Count(NodeEvent.NetworkApplied));
        Assert.Equal(NetworkState.Fresh, _b.Node.State(_wire.Now));
    }

    [Fact]
    public void What_is_refused_and_who_is_removed()
    {
        byte[][] files = [.. Enumerable.Range(1, 8).Select(
            v => v % 2 == 1
                ? File((ulong)v)
                : NetworkBytes.File((ulong)v, 1_760_000_000, 0, [NetworkBytes.Entry(_a.Node.PublicKey)]))];
        byte[] expiring = File(100, expires: 1_760_100_000);
        byte[] forged = (byte[])File(50).Clone();
        forged[100] ^= 1;
        Assert.Equal(0, Measured(round =>
        {
            for (int i = round * 4; i < (round + 1) * 4; i++)
            {
                _a.Node.Load(files[i], 0, files[i].Length, _wire.Now);
                _a.Node.Load(forged, 0, forged.Length, _wire.Now);
                _a.Node.Load(files[i], 0, files[i].Length - 1, _wire.Now);
                _wire.Run(120_000);
            }

            _wire.Run(600_000);
        }));
        Assert.InRange(_b.Count(NodeEvent.Behind), 1, 8);
        Assert.InRange(_a.Count(NodeEvent.PeerRemoved), 1, 100);

        long before = GC.GetAllocatedBytesForCurrentThread();
        NetworkFault fault = _a.Node.Load(expiring, 0, expiring.Length, _wire.Now);
        _wire.Run(10_000);
        _a.Node.SetWallClock(1_760_100_001_000, _wire.Now);
        _wire.Run(10_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(NetworkFault.None, fault);
        Assert.True(_a.Node.IsExpired);
    }

    [Fact]
    public void Guests_that_come_and_go()
    {
        NodeLimits limits = MeshNode.Limits();
        limits.Guests = 2;
        QuietWire wire = new();
        QuietNode host = wire.Add(1, limits);
        QuietNode[] guests = [.. Enumerable.Range(10, 5).Select(i => wire.Add((byte)i))];
        foreach (QuietNode guest in guests)
        {
            Assert.True(guest.Node.AddPeer(host.Node.PublicKey, 0, host.Endpoint, wire.Now));
        }

        byte[] packet = InnerPacket.Echo(guests[0].Node.LinkLocal, host.Node.LinkLocal);
        Assert.Equal(0, Measured(_ =>
        {
            for (int i = 0; i < 200; i++)
            {
                guests[i % 5].Node.Send(packet, 0, packet.Length, wire.Now);
                wire.Run(20_000);
            }
        }));
        Assert.InRange(host.Count(NodeEvent.GuestAdmitted), 50, int.MaxValue);
        Assert.InRange(host.Count(NodeEvent.PeerRemoved), 50, int.MaxValue);
    }

    // The bytes allocated in the second round; the first warms up.
    private static long Measured(Action<int> work)
    {
        work(0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        work(1);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private void Join(int keepalive = 0)
    {
        byte[] file = File(1, keepalive: keepalive);
        Assert.Equal(NetworkFault.None, _a.Node.Load(file, 0, file.Length, _wire.Now));
        _wire.Run(20_000);
        Assert.Equal(1UL, _b.Node.NetworkVersion);
    }

    private byte[] File(ulong version, bool witness = false, int keepalive = 0, long expires = 0) => NetworkBytes.File(
        version,
        1_760_000_000,
        expires,
        [.. new[] { (_a, 1), (_b, 2) }.Select(n => NetworkBytes.Entry(
            n.Item1.Node.PublicKey,
            [
                NetworkBytes.Field(1, 10, 0, 0, (byte)n.Item2, 32),
                NetworkBytes.Field(1, [0xFD, .. new byte[14], (byte)n.Item2, 128]),
                NetworkBytes.Field(2, 192, 0, 2, (byte)n.Item2, 0xCA, 0x6C),
                .. keepalive > 0 ? new[] { NetworkBytes.Field(5, 0, (byte)keepalive) } : [],
                .. witness && n.Item2 == 1 ? new[] { NetworkBytes.Field(6, 1) } : [],
                NetworkBytes.Field(32, new byte[200]),
                NetworkBytes.Field(32, new byte[200]),
                NetworkBytes.Field(32, new byte[200]),
            ])).OrderBy(e => Convert.ToHexString(e, 2, 32), StringComparer.Ordinal)]);
}
