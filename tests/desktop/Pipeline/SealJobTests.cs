using System;
using System.Linq;
using Spore.Base;
using Spore.Crypto;
using Spore.Hostsim.Crypto;
using Spore.Hostsim.Live.Pipeline;
using Spore.Tests.WireGuard;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.Pipeline;

/// <summary>Which messages share a job, and what leaves when they do not.</summary>
public sealed class SealJobTests : IDisposable
{
    private const int Slot = 3;

    private static readonly byte[] _key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
    private static readonly Endpoint _place = TunnelEnd.EndpointOf(2);
    private static readonly Endpoint _placeOfIpv6 = TunnelEnd.EndpointOf("[2001:db8::1]:1");

    private readonly Hub _hub = new(0, 1);

    public void Dispose() => _hub.Dispose();

    [Fact]
    public void Messages_under_another_key_or_of_another_family_need_another_job()
    {
        Pool<SealJob> pool = new(1);
        SealJob job = new(_hub, _hub.Pipeline.Lost, pool);
        job.Begin(Slot, _key, true);
        Assert.True(job.Add(new byte[64], _key, _place));
        Assert.True(job.Add(new byte[48], _key, TunnelEnd.EndpointOf(9)));
        for (int i = 0; i < _key.Length; i++)
        {
            byte[] other = [.. _key];
            other[i] ^= 0x40;
            Assert.False(job.Add(new byte[64], other, _place));
        }

        Assert.False(job.Add(new byte[64], _key, _placeOfIpv6));
        Assert.Equal(112, job.Bytes);
        int count = 2;
        while (job.Add(new byte[64], _key, _place))
        {
            count++;
        }

        // So that jobs of other threads do not put a message out of the receiver's replay window.
        Assert.InRange(count, 64, 256);
        job.Finish(null!);
        Assert.Equal(count, _hub.Datagrams.Length);
        Assert.All(job.Key, b => Assert.Equal(0, b));
        Assert.Equal(1, pool.Count);
    }

    [Fact]
    public void Keys_and_places_that_change_while_one_thread_has_the_node_keep_the_order()
    {
        byte[][] keys = [[1, 2, .. _key], [3, 4, .. _key.Reverse()]];
        Endpoint[] places = [_place, _placeOfIpv6];
        Random random = new(1);
        int[] used = [.. Enumerable.Range(0, 40).Select(_ => random.Next(2))];
        Worker worker = new(_hub.Pipeline, new PacketCipher(new ChaCha20Poly1305()));
        int next = 0;
        while (next < used.Length)
        {
            worker.Outbox.AwaitRoom();
            lock (_hub.Gate)
            {
                _hub.Pipeline.Enter(worker);
                for (; next < used.Length && worker.Outbox.HasRoom; next++)
                {
                    // It is copied: the node's buffer is used again for the next one.
                    byte[] message = [0xEE, 4, .. new byte[7], (byte)next, .. new byte[7 + 32 + 16], 0xEE];
                    _hub.Pipeline.Seal(
                        message, 1, message.Length - 2, keys[used[next]], 2, Slot, places[random.Next(2)]);
                    Array.Clear(message);
                }

                _hub.Pipeline.Leave();
            }

            worker.Outbox.Send();
            _hub.Pipeline.Queue.Work(worker, 0);
        }

        byte[][] sent = _hub.Datagrams;
        Assert.Equal(Enumerable.Range(0, used.Length), sent.Select(s => (int)s[Message.TransportCounter]));
        PacketCipher cipher = new(new ChaCha20Poly1305());
        Assert.All(sent.Zip(used), s => Assert.True(cipher.Open(keys[s.Second], 2, s.First, 0, s.First.Length)));
        Assert.Equal(0, _hub.LiveKeys);
    }
}
