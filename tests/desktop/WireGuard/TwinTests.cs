using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using CsCheck;
using Spore.Base;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.WireGuard;

/// <summary>
/// Two pairs of tunnels with the same keys, entropy and time. Those of one pair seal and open themselves, those of the
/// other have it done. All that they send, deliver and keep is the same.
/// </summary>
public class TwinTests
{
    private const int Steps = 60;

    [Theory]
    [InlineData(0, 32)]
    [InlineData(1, 48)]
    [InlineData(16, 48)]
    [InlineData(17, 64)]
    [InlineData(1404, 1440)]
    [InlineData(1409, 1452)]
    [InlineData(1420, 1452)]
    public void A_message_is_byte_for_byte_what_the_tunnel_itself_sends(int length, int sealedLength)
    {
        TunnelEnd plain = new(1);
        SealingEnd sealing = new(1);
        List<string[]> states = [];
        foreach (TunnelEnd end in new[] { plain, sealing })
        {
            // Another peer, so that the slot is not 0.
            end.Know(new StockPeer(TunnelEnd.PrivateKey(3)).Public, null);
            StockPeer stock = new(TunnelEnd.PrivateKey(2));
            Peer peer = end.Know(stock.Public, TunnelEnd.EndpointOf(2));
            end.Receive(stock.Initiate(end.Public, StockPeer.Tai(1)), peer.Endpoint);
            Assert.True(stock.TakeResponse(Assert.Single(end.Take())));
            end.Receive(stock.Seal([]), peer.Endpoint);
            byte[] packet = [.. Enumerable.Range(1, length).Select(i => (byte)i)];
            if (length == 0)
            {
                // The keepalive that answers a packet.
                end.Receive(stock.Seal([1]), peer.Endpoint);
                end.Run(Constants.KeepaliveTimeout);
            }
            else
            {
                end.Send(peer, packet);
                end.Send(peer, packet);
            }

            Assert.Equal(length == 0 ? 1 : 2, end.Sent.Count);
            Assert.Equal(sealedLength, end.Sent[^1].Bytes.Length);
            Assert.Equal(packet, stock.Open(end.Sent[^1].Bytes)![..length]);
            states.Add(TunnelState.Of(end));
        }

        Assert.Equal(plain.Sent.Select(Text), sealing.Sent.Select(Text));
        Assert.Equal(states[0], states[1]);
        Assert.All(sealing.Slots, s => Assert.Equal(1, s));
        Assert.Equal(sealing.Sent.Count, sealing.Slots.Count);
    }

    [Fact]
    public void Pairs_of_tunnels_stay_the_same_whatever_happens()
    {
        int opened = 0;
        int refused = 0;
        int iterations = 0;
        Gen.Int[0, int.MaxValue].Sample(
            seed =>
            {
                (SporeEnd a, SporeEnd b) = (new(1, true), new(2, true));
                List<string> sealing = Run(seed, a, b);
                Assert.Equal(Run(seed, new SporeEnd(1), new SporeEnd(2)), sealing);
                Interlocked.Add(ref opened, ((SealingEnd)a.End).Opened + ((SealingEnd)b.End).Opened);
                Interlocked.Add(ref refused, a.Refused + b.Refused);
                Interlocked.Increment(ref iterations);
            },
            iter: 16);

        // The last tunnels of each, which are restarted now and then.
        Assert.InRange(opened, 10 * iterations, int.MaxValue);
        Assert.InRange(refused, iterations, int.MaxValue);
    }

    // What two tunnels did, a line for each datagram and packet, and the whole state after each step.
    private static List<string> Run(int seed, SporeEnd a, SporeEnd b)
    {
        Random random = new(seed);
        EndPair pair = new(a, b, random.Next(100));
        List<(IEnd To, byte[] Bytes)> seen = [];
        List<string> log = [];
        pair.Filter = (from, bytes) =>
        {
            log.Add($"{pair.Now} {(from == a ? 'A' : 'B')} {Convert.ToHexString(bytes)}");
            seen.Add((from == a ? b : a, bytes));
            return random.Next(20) != 0;
        };
        int[] times = [0, 10, 1_000, 11_000, 50_000, 190_000];
        int[] lengths = [1, 16, 100, 1404, 1420];
        for (int i = 0; i < Steps; i++)
        {
            SporeEnd end = random.Next(2) == 0 ? a : b;
            switch (random.Next(10))
            {
                case 0:
                    end.Restart();
                    break;
                case 1:
                    end.KeepAlive(random.Next(3) * 10);
                    break;
                case 2:
                    // The other end hears it from there.
                    end.Endpoint = TunnelEnd.EndpointOf((byte)random.Next(10, 20));
                    break;
                case 3 or 4 when seen.Count > 0:
                    (IEnd to, byte[] bytes) = seen[random.Next(seen.Count)];
                    to.Receive(Spoilt(bytes, random), TunnelEnd.EndpointOf(9));
                    break;
                default:
                    for (int j = random.Next(40); j >= 0; j--)
                    {
                        end.Send([.. Enumerable.Repeat((byte)j, lengths[random.Next(lengths.Length)])]);
                    }

                    break;
            }

            pair.Run(times[random.Next(times.Length)]);
            foreach (SporeEnd one in new[] { a, b })
            {
                log.AddRange(TunnelState.Of(one.End));
                log.AddRange(one.Received.Select(Convert.ToHexString));
                one.Received.Clear();
            }
        }

        return log;
    }

    // A datagram once more, as it was or with something false in it.
    private static byte[] Spoilt(byte[] bytes, Random random)
    {
        byte[] datagram = [.. bytes];
        switch (random.Next(3))
        {
            case 0:
                datagram[random.Next(datagram.Length)] ^= 1;
                return datagram;
            case 1:
                return datagram[..random.Next(datagram.Length)];
            default:
                return datagram;
        }
    }

    private static string Text((long At, byte[] Bytes, Endpoint To) sent) =>
        $"{sent.At} {sent.To.AddressLow:x}:{sent.To.Port} {Convert.ToHexString(sent.Bytes)}";
}
