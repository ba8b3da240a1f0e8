using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.WireGuard;

public class PacketQueueTests
{
    private const int A = 0;
    private const int B = 300;
    private const int Header = 4;

    private readonly PacketQueue _queue = new();

    [Fact]
    public void Packets_come_out_whole_and_in_order_each_to_its_own_peer()
    {
        _queue.Use(new byte[64], 0, 64);
        Add(A, 1, 2, 3);
        Add(B, 4);
        Add(A, 5, 6);
        Assert.Equal([1, 2, 3], Take(A));
        Assert.Equal([5, 6], Take(A));
        Assert.Null(Take(A));
        Assert.Equal([4], Take(B));
    }

    [Fact]
    public void A_full_queue_drops_the_oldest_of_the_same_peer_else_of_all()
    {
        _queue.Use(new byte[3 * (Header + 1)], 0, 3 * (Header + 1));
        Add(A, 1);
        Add(B, 2);
        Add(B, 3);
        Assert.Equal(1, Drops(B, 4));
        Assert.Equal([1], Take(A));
        Add(B, 5);
        Assert.Equal(1, Drops(A, 6));
        Assert.Equal([4], Take(B));
        Assert.Equal([5], Take(B));
        Assert.Equal([6], Take(A));
    }

    [Fact]
    public void A_long_packet_takes_the_place_of_several()
    {
        _queue.Use(new byte[3 * (Header + 1)], 0, 3 * (Header + 1));
        Add(A, 1);
        Add(B, 2);
        Add(A, 3);
        Assert.Equal(2, Drops(A, 4, 5, 6, 7, 8, 9));
        Assert.Equal([2], Take(B));
        Assert.Equal([4, 5, 6, 7, 8, 9], Take(A));
    }

    [Fact]
    public void Dropping_a_peer_leaves_the_others()
    {
        _queue.Use(new byte[64], 0, 64);
        Add(A, 1);
        Add(B, 2);
        Add(A, 3);
        Assert.Equal(2, _queue.Drop(A));
        Assert.Equal(0, _queue.Drop(A));
        Assert.Null(Take(A));
        Assert.Equal([2], Take(B));
    }

    [Fact]
    public void Without_memory_nothing_waits_and_what_did_is_dropped_with_it()
    {
        Assert.Equal(1, Drops(A, 1));
        byte[] room = new byte[2 * (Header + 1)];
        Assert.Equal(0, _queue.Use(room, 0, room.Length));
        Assert.Equal(1, Drops(A, new byte[room.Length - Header + 1]));
        Add(A, 1);
        Add(B, 2);
        Assert.Equal(2, _queue.Use(null!, 0, 0));
        Assert.Null(Take(A));
        Assert.Equal(1, Drops(A, 1));
        Assert.Equal(0, _queue.Use(room, 0, room.Length));
        Assert.Null(Take(A));
    }

    [Theory]
    [InlineData(30, 60, 0)]
    [InlineData(3, 10, 0)]
    [InlineData(3, 9, 2)]
    public void In_other_memory_all_wait_on_or_none(int start, int size, int dropped)
    {
        byte[] room = new byte[100];
        _queue.Use(room, 0, 20);
        Add(A, 1);
        Add(B, 2);
        Assert.Equal(dropped, _queue.Use(room, start, size));
        Assert.Equal(dropped == 0 ? [1] : null, Take(A));
        Assert.Equal(dropped == 0 ? [2] : null, Take(B));

        // The rest of the memory is not touched.
        Array.Clear(room);
        Add(A, [.. Enumerable.Repeat((byte)7, size - Header)]);
        Assert.Equal(1, Drops(A, 7));
        Assert.Equal([7], Take(A));
        Assert.All(room[..start], b => Assert.Equal(0, b));
        Assert.All(room[(start + size)..], b => Assert.Equal(0, b));
    }

    [Fact]
    public void It_agrees_with_a_list()
    {
        Gen.Select(Gen.Int[20, 60], Gen.Select(Gen.Int[0, 2], Gen.Int[0, 5], Gen.Int[1, 16]).Array[1, 60])
            .Sample((size, steps) =>
            {
                PacketQueue queue = new();
                byte[] room = new byte[3 * size];
                queue.Use(room, size, size);
                List<(int Owner, byte[] Bytes)> model = [];
                byte value = 0;
                foreach ((int slot, int action, int length) in steps)
                {
                    queue.Use(room, length, size);
                    if (action == 0)
                    {
                        if (queue.Drop(slot) != model.RemoveAll(m => m.Owner == slot))
                        {
                            return false;
                        }
                    }
                    else if (action <= 2)
                    {
                        int at = model.FindIndex(m => m.Owner == slot);
                        byte[]? expected = at < 0 ? null : model[at].Bytes;
                        if (at >= 0)
                        {
                            model.RemoveAt(at);
                        }

                        byte[]? taken = Take(queue, slot);
                        if (expected is null ? taken is not null : taken is null || !taken.SequenceEqual(expected))
                        {
                            return false;
                        }
                    }
                    else
                    {
                        int dropped = 0;
                        while (model.Sum(m => Header + m.Bytes.Length) + Header + length > size)
                        {
                            int own = model.FindIndex(m => m.Owner == slot);
                            model.RemoveAt(own < 0 ? 0 : own);
                            dropped++;
                        }

                        byte[] bytes = [.. Enumerable.Repeat(++value, length)];
                        model.Add((slot, bytes));
                        if (queue.Add(slot, bytes, 0, length) != dropped)
                        {
                            return false;
                        }
                    }
                }

                return true;
            });
    }

    private void Add(int slot, params byte[] packet) => Assert.Equal(0, Drops(slot, packet));

    private int Drops(int slot, params byte[] packet) => _queue.Add(slot, [9, .. packet], 1, packet.Length);

    private byte[]? Take(int slot) => Take(_queue, slot);

    private static byte[]? Take(PacketQueue queue, int slot)
    {
        byte[] buffer = new byte[128];
        int length = queue.Take(slot, buffer, 7);
        return length < 0 ? null : buffer[7..(7 + length)];
    }
}
