using System;
using System.Linq;
using Spore.Base;
using Spore.Mesh;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.WireGuard;

/// <summary>
/// Keys and initiations come out of pools that all peers share: no peer may lose its session to another.
/// </summary>
public class PoolTests
{
    private const int Count = 4;
    private const int Fewest = Count + 2;

    [Theory]
    [InlineData(Fewest, 1, 1)]
    [InlineData(Fewest, 2, 2)]
    [InlineData(Fewest, 4, 3)]
    [InlineData(Fewest + 1, 1, 4)]
    [InlineData(Count * 3 + 1, Count * 2, 5)]
    public void A_session_works_until_its_end_whatever_handshakes_there_are(int keypairs, int initiations, int seed)
    {
        Random random = new(seed);
        TunnelEnd end = new(1, Limits(keypairs, initiations));
        StockPeer[] stocks = [.. Enumerable.Range(2, Count).Select(i => new StockPeer(TunnelEnd.PrivateKey((byte)i)))];
        Endpoint[] endpoints = [.. Enumerable.Range(2, Count).Select(i => TunnelEnd.EndpointOf((byte)i))];
        Peer[] peers = [.. stocks.Select((s, i) => end.Know(s.Public, endpoints[i]))];
        long[] since = [.. Enumerable.Repeat(long.MinValue / 2, Count)];
        long timestamp = 1;
        int checks = 0;
        for (int step = 0; step < 200; step++)
        {
            int i = random.Next(Count);
            end.Run(random.Next(6_000));
            end.Take();
            switch (random.Next(5))
            {
                case 0:
                    end.Receive(stocks[i].Initiate(end.Public, StockPeer.Tai(timestamp++)), endpoints[i]);
                    Assert.True(stocks[i].TakeResponse(end.Take().Last(s => s[0] == 2)));
                    end.Receive(stocks[i].Seal([]), endpoints[i]);
                    since[i] = end.Now;
                    break;
                case 1:
                    // One that never goes on.
                    end.Receive(
                        new StockPeer(TunnelEnd.PrivateKey((byte)(i + 2))).Initiate(
                            end.Public, StockPeer.Tai(timestamp++)),
                        endpoints[i]);
                    break;
                case 2:
                    end.Tunnel.Initiate(peers[i], end.Now);
                    if (end.Sent.LastOrDefault(
                        s => s.Bytes[0] == 1 && s.To.IsSame(endpoints[i])).Bytes is { } initiation)
                    {
                        Assert.NotNull(stocks[i].TakeInitiation(initiation));
                        end.Receive(stocks[i].Respond(), endpoints[i]);
                        Assert.True(peers[i].HasSession(end.Now));
                        since[i] = end.Now;
                    }

                    break;
                case 3:
                    end.Tunnel.Initiate(peers[i], end.Now);
                    break;
                default:
                    end.Tunnel.Provoke(peers[i], endpoints[i], end.Now);
                    break;
            }

            for (int j = 0; j < Count; j++)
            {
                if (end.Now - since[j] < Constants.RejectAfterTime)
                {
                    Works(end, peers[j], stocks[j], endpoints[j], $"step {step}, peer {j}");
                    checks++;
                }
            }
        }

        Assert.InRange(checks, 400, 200 * Count);
    }

    // Peers that initiate at about the same moment, all of whom have a session. A key that is gone before its first
    // message takes its peer's packets with it, until somebody's timer notices; the key of a guest goes first, and of
    // guests one that is not used yet.
    [Theory]
    [InlineData("", "2 3", "1 0 1 1")]
    [InlineData("1", "2 3", "0 1 1 1")]
    [InlineData("1 4", "2 3", "0 1 1 1")]
    [InlineData("1 4", "1 2", "0 1 1 1")]
    [InlineData("1 4", "1 2 3", "0 1 1 1")]
    public void New_keys_of_members_are_there_until_they_are_used(string guests, string initiators, string alive)
    {
        TunnelEnd end = new(1, Limits(Fewest, 1));
        StockPeer[] stocks = [.. Enumerable.Range(2, Count).Select(i => new StockPeer(TunnelEnd.PrivateKey((byte)i)))];
        Endpoint[] endpoints = [.. Enumerable.Range(2, Count).Select(i => TunnelEnd.EndpointOf((byte)i))];
        Peer[] peers = [.. stocks.Select((s, i) => end.Know(s.Public, endpoints[i]))];
        for (int i = 0; i < Count; i++)
        {
            Answer(i);
            end.Receive(stocks[i].Seal([]), endpoints[i]);
            end.Run(1_000);
            peers[i].IsProvisional = guests.Contains($"{i + 1}", StringComparison.Ordinal);
        }

        foreach (string initiator in initiators.Split(' '))
        {
            Answer(int.Parse(initiator) - 1);
            end.Run(30);
        }

        end.Received.Clear();
        for (int i = 0; i < Count; i++)
        {
            end.Receive(stocks[i].Seal([(byte)i]), endpoints[i]);
        }

        Assert.Equal(
            alive, string.Join(' ', Enumerable.Range(0, Count).Select(i => end.Received.Count(r => r[0] == i))));

        void Answer(int i)
        {
            end.Take();
            end.Receive(stocks[i].Initiate(end.Public, StockPeer.Tai(end.Now)), endpoints[i]);
            Assert.True(stocks[i].TakeResponse(end.Take().Single(s => s[0] == 2)));
        }
    }

    [Fact]
    public void What_is_provoked_takes_no_initiation_that_is_waited_for()
    {
        TunnelEnd end = new(1, Limits(Fewest, 2));
        StockPeer[] stocks = [.. Enumerable.Range(2, Count).Select(i => new StockPeer(TunnelEnd.PrivateKey((byte)i)))];
        Peer[] peers = [.. stocks.Select((s, i) => end.Know(s.Public, TunnelEnd.EndpointOf((byte)(i + 2))))];
        end.Tunnel.Initiate(peers[0], end.Now);
        end.Tunnel.Provoke(peers[1], TunnelEnd.EndpointOf(66), end.Now);
        end.Tunnel.Initiate(peers[2], end.Now);
        end.Tunnel.Provoke(peers[3], TunnelEnd.EndpointOf(66), end.Now);
        Assert.Equal(1, end.Counters.Limited);
        byte[][] sent = end.Take();
        Assert.Equal(3, sent.Length);
        foreach ((int peer, byte[] initiation) in new[] { (0, sent[0]), (2, sent[2]) })
        {
            Assert.NotNull(stocks[peer].TakeInitiation(initiation));
            end.Receive(stocks[peer].Respond(), TunnelEnd.EndpointOf((byte)(peer + 2)));
            Assert.True(peers[peer].HasSession(end.Now));
        }
    }

    [Fact]
    public void Where_more_is_asked_than_there_is_room_for_all_get_a_session_in_the_end()
    {
        TunnelEnd end = new(1, Limits(Fewest, 1));
        StockPeer[] stocks = [.. Enumerable.Range(2, Count).Select(i => new StockPeer(TunnelEnd.PrivateKey((byte)i)))];
        Peer[] peers = [.. stocks.Select((s, i) => end.Know(s.Public, TunnelEnd.EndpointOf((byte)(i + 2))))];
        foreach (Peer peer in peers)
        {
            end.Tunnel.Initiate(peer, end.Now);
        }

        // Each is answered after 20 ms.
        for (int i = 0; i < 3_000 && !peers.All(p => p.HasSession(end.Now)); i++)
        {
            byte[][] sent = end.Take();
            end.Run(20);
            foreach (byte[] initiation in sent.Where(s => s[0] == 1))
            {
                int at = Array.FindIndex(stocks, s => s.TakeInitiation(initiation) is not null);
                end.Receive(stocks[at].Respond(), TunnelEnd.EndpointOf((byte)(at + 2)));
            }
        }

        Assert.All(peers, p => Assert.True(p.HasSession(end.Now)));
    }

    [Theory]
    [InlineData(Fewest - 1, 1)]
    [InlineData(0, 1)]
    [InlineData(Fewest, 0)]
    public void Too_few_are_refused(int keypairs, int initiations)
    {
        Assert.Throws<ArgumentException>(() => new TunnelEnd(1, Limits(keypairs, initiations)));
    }

    private static NodeLimits Limits(int keypairs, int initiations) =>
        new() { Slots = Count, Keypairs = keypairs, Initiations = initiations, Mtu = 1420 };

    private static void Works(TunnelEnd end, Peer peer, StockPeer stock, Endpoint endpoint, string what)
    {
        end.Received.Clear();
        end.Receive(stock.Seal([1, 2, 3]), endpoint);
        Assert.True(end.Received.Count == 1, $"{what}: to the tunnel");
        end.Take();
        end.Send(peer, 4, 5, 6);
        Assert.True(stock.Open(end.Take().First(s => s[0] == 4)) is [4, 5, 6, ..], $"{what}: from the tunnel");
    }
}
