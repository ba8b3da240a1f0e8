using System;
using System.Linq;
using System.Runtime.CompilerServices;
using Spore.Base;
using Spore.Crypto;
using Spore.Tests.Nodes;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.WireGuard;

/// <summary>
/// After construction a plain tunnel takes no memory: two of them, over handshakes, packets both ways and keepalives.
/// </summary>
[Collection(Alone.Name)]
public class PlainAllocationTests
{
    [Fact]
    public void Ten_minutes_with_packets_both_ways()
    {
        foreach (Type type in (Type[])[.. typeof(Tunnel).Assembly.GetTypes(), .. typeof(X25519).Assembly.GetTypes()])
        {
            RuntimeHelpers.RunClassConstructor(type.TypeHandle);
        }

        QuietPlainEnd a = new(1);
        QuietPlainEnd b = new(2);
        a.Connect(b, 25);
        b.Connect(a, 0);
        byte[] packet = InnerPacket.Udp([10, 0, 0, 1], [10, 0, 0, 2], 1, 2, new byte[1000]);
        byte[] back = InnerPacket.Udp([10, 0, 0, 2], [10, 0, 0, 1], 1, 2, new byte[100]);
        Live(a, b, packet, back);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Live(a, b, packet, back);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal((1_200, 1_200), (a.Received, b.Received));
    }

    private static void Live(QuietPlainEnd a, QuietPlainEnd b, byte[] packet, byte[] back)
    {
        for (int second = 0; second < 600; second++)
        {
            a.Send(packet);
            b.Send(back);
            for (int i = 0; i < 10; i++)
            {
                while (a.Deliver() | b.Deliver())
                {
                }

                a.Pass(100);
                b.Pass(100);
            }
        }
    }

    /// <summary>One end of a wire that loses nothing and takes no time; it allocates nothing itself.</summary>
    private sealed class QuietPlainEnd : ConfiguredHost, ITransport
    {
        private const int Room = 16;

        private readonly byte[][] _underWay = [.. Enumerable.Range(0, Room).Select(_ => new byte[1_500])];
        private readonly int[] _lengths = new int[Room];
        private readonly byte[] _queue = new byte[4_000];
        private readonly byte _seed;
        private readonly Tunnel _tunnel;
        private readonly Endpoint _at;
        private QuietPlainEnd? _other;
        private long _now;
        private int _first;
        private int _count;

        public QuietPlainEnd(byte seed)
            : base(1_750_000_000_000, 0)
        {
            _seed = seed;
            _at = TunnelEnd.EndpointOf(seed);
            _tunnel = new Tunnel(
                TunnelLimits.OnePeer(), TunnelEnd.PrivateKey(seed), this, new QuietEntropy(seed), this);
            _tunnel.QueueIn(_queue, 0, _queue.Length);
        }

        public int Received { get; private set; }

        public void Connect(QuietPlainEnd other, int keepalive)
        {
            _other = other;
            byte[] key = new byte[32];
            other._tunnel.CopyPublicKey(key, 0);
            Peer peer = _tunnel.AddPeer(key, 0, null, other._at, keepalive, 0);
            AllowedIps allowed = new(1);
            allowed.Begin([10, 0, 0, other._seed, 32]);
            allowed.Add(0, false, peer.Owner);
            allowed.Complete();
            _tunnel.Routing = allowed;
        }

        public void Send(byte[] packet) => _tunnel.Send(packet, 0, packet.Length, _now);

        public void Pass(long milliseconds)
        {
            long end = _now + milliseconds;
            while (_tunnel.NextDeadline <= end)
            {
                _now = Math.Max(_now, _tunnel.NextDeadline);
                _tunnel.Advance(_now);
            }

            _now = end;
        }

        /// <summary>Receives what is under way to it.</summary>
        public bool Deliver()
        {
            bool any = _count > 0;
            for (; _count > 0; _count--)
            {
                Received += _tunnel.Receive(_underWay[_first], 0, _lengths[_first], _other!._at, _now) is null ? 0 : 1;
                _first = (_first + 1) % Room;
            }

            return any;
        }

        void ITransport.Send(byte[] buffer, int offset, int length, Endpoint endpoint) =>
            _other!.Put(buffer.AsSpan(offset, length));

        private void Put(ReadOnlySpan<byte> datagram)
        {
            int at = (_first + _count++) % Room;
            datagram.CopyTo(_underWay[at]);
            _lengths[at] = datagram.Length;
        }
    }
}
