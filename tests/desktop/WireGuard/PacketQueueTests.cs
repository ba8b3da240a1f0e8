using System.Collections.Generic;
using System.Linq;
using CsCheck;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.WireGuard;

public class PacketQueueTests
{
    private readonly Peer _a = TunnelEnd.Slot(0);
    private readonly Peer _b = TunnelEnd.Slot(1);

    [Fact]
    public void Packets_come_out_whole_and_in_order_each_to_its_own_peer()
    {
        PacketQueue queue = new(4, 16);
        queue.Add(_a, [9, 1, 2, 3], 1, 3);
        queue.Add(_b, [4], 0, 1);
        queue.Add(_a, [5, 6], 0, 2);
        Assert.Equal([1, 2, 3], Take(queue, _a));
        Assert.Equal([5, 6], Take(queue, _a));
        Assert.Null(Take(queue, _a));
        Assert.Equal([4], Take(queue, _b));
    }

    [Fact]
    public void A_full_queue_drops_the_oldest_of_the_same_peer_else_of_all()
    {
        PacketQueue queue = new(3, 16);
        queue.Add(_a, [1], 0, 1);
        queue.Add(_b, [2], 0, 1);
        queue.Add(_b, [3], 0, 1);
        queue.Add(_b, [4], 0, 1);
        Assert.Equal([1], Take(queue, _a));
        queue.Add(_b, [5], 0, 1);
        queue.Add(_a, [6], 0, 1);
        Assert.Equal([4], Take(queue, _b));
        Assert.Equal([5], Take(queue, _b));
        Assert.Equal([6], Take(queue, _a));
    }

    [Fact]
    public void Dropping_a_peer_leaves_the_others()
    {
        PacketQueue queue = new(3, 16);
        queue.Add(_a, [1], 0, 1);
        queue.Add(_b, [2], 0, 1);
        queue.Drop(_a);
        Assert.Null(Take(queue, _a));
        Assert.Equal([2], Take(queue, _b));
    }

    [Fact]
    public void A_queue_of_none_drops_everything()
    {
        PacketQueue queue = new(0, 16);
        queue.Add(_a, [1], 0, 1);
        Assert.Null(Take(queue, _a));
    }

    [Fact]
    public void It_agrees_with_a_list()
    {
        Gen.Select(Gen.Int[1, 5], Gen.Select(Gen.Int[0, 2], Gen.Int[0, 5]).Array[1, 60]).Sample((size, steps) =>
        {
            Peer[] peers = [TunnelEnd.Slot(0), TunnelEnd.Slot(1), TunnelEnd.Slot(2)];
            PacketQueue queue = new(size, 1);
            List<(int Owner, byte Value)> model = [];
            byte value = 0;
            foreach ((int peer, int action) in steps)
            {
                if (action == 0)
                {
                    queue.Drop(peers[peer]);
                    model.RemoveAll(m => m.Owner == peer);
                }
                else if (action <= 2)
                {
                    int at = model.FindIndex(m => m.Owner == peer);
                    byte[]? expected = at < 0 ? null : [model[at].Value];
                    if (at >= 0)
                    {
                        model.RemoveAt(at);
                    }

                    byte[]? taken = Take(queue, peers[peer]);
                    if (expected is null ? taken is not null : taken is null || !taken.SequenceEqual(expected))
                    {
                        return false;
                    }
                }
                else
                {
                    if (model.Count == size)
                    {
                        int own = model.FindIndex(m => m.Owner == peer);
                        model.RemoveAt(own < 0 ? 0 : own);
                    }

                    model.Add((peer, ++value));
                    queue.Add(peers[peer], [value], 0, 1);
                }
            }

            return true;
        });
    }

    private static byte[]? Take(PacketQueue queue, Peer owner)
    {
        byte[] buffer = new byte[64];
        int length = queue.Take(owner, buffer, 7);
        return length < 0 ? null : buffer[7..(7 + length)];
    }
}
