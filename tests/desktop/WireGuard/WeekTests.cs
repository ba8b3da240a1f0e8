using System;
using System.Collections.Generic;
using System.Linq;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.WireGuard;

/// <summary>A week in which every hundredth datagram is lost.</summary>
public class WeekTests
{
    private const long Week = 7 * 24 * 3_600_000L;
    private const int Delay = 80;

    // REKEY_TIMEOUT with the most of its jitter: what one lost message of a handshake costs.
    private const long Turn = Constants.RekeyTimeout + Constants.RekeyTimeoutJitter;

    /// <summary>One week; by hand as many as SPORE_WEEKS says.</summary>
    public static IEnumerable<TheoryDataRow<int>> Seeds() =>
        Enumerable.Range(1, int.Parse(Environment.GetEnvironmentVariable("SPORE_WEEKS") ?? "1")).Select(seed => new TheoryDataRow<int>(seed));

    // A packet waits only where there is no session. It asks for one at once, or within REKEY_TIMEOUT of the initiation before. Each message
    // that is lost from then on, be it initiation, response or the first one of the session, costs another REKEY_TIMEOUT: the timer of either
    // side runs, and taking an initiation puts off the own one by no more. What is sent in a session and is not lost arrives, with two
    // exceptions. One is what sets out in the last moments of a session: the responder has made its keys a way of the wire earlier than the
    // initiator, and the packet is another way older when it comes. The other is what is under way during a handshake,
    // or until it succeeds, that follows two which crossed, or one that was never confirmed: of three keypairs none is left for the session that it came in.
    [Theory]
    [MemberData(nameof(Seeds))]
    public void No_packet_waits_longer_than_the_timers_allow(int seed)
    {
        Random random = new(seed);
        TunnelPair pair = new(Delay);
        Direction[] directions = [new(pair.A, pair.B, pair.PeerOfA, pair.PeerOfB), new(pair.B, pair.A, pair.PeerOfB, pair.PeerOfA)];
        List<long> handshakes = [];
        List<long> losses = [];
        long datagrams = 0;
        pair.Filter = (end, bytes) =>
        {
            Direction direction = directions[end == pair.A ? 0 : 1];
            bool isLost = random.Next(100) == 0;
            datagrams++;
            if (bytes[0] != 4)
            {
                handshakes.Add(pair.Now);
            }

            if (isLost)
            {
                losses.Add(pair.Now);
            }

            // Those that waited go out first: data is sent in the order in which it was offered.
            if (bytes[0] == 4 && bytes.Length > Message.KeepaliveSize)
            {
                direction.Lost.Add(isLost);
            }

            // Each is under way for a time of its own, so that one overtakes another.
            pair.Delay = random.Next(Delay / 4, Delay + 1);
            return !isLost;
        };

        long end = pair.Now + Week;
        long modeEnds = 0;
        int mode = 0;
        while (pair.Now < end)
        {
            if (pair.Now >= modeEnds)
            {
                // Both talk, one does, or hardly anybody, so that sessions end.
                mode = random.Next(4);
                modeEnds = pair.Now + random.Next(1_800_000);
            }

            pair.Run(mode == 3 ? random.Next(400_000) : random.Next(20_000));
            for (int burst = random.Next(1, 5); burst > 0; burst--)
            {
                directions[mode is 0 or 1 ? mode : random.Next(2)].Offer(pair.Now);
                pair.Run(random.Next(2) * random.Next(2 * Delay));
            }
        }

        pair.Run(60_000);
        long longest = 0;
        int waits = 0;
        int excused = 0;
        foreach (Direction direction in directions)
        {
            Assert.Equal(0, direction.From.Counters.InnerDropped);
            Assert.Equal(direction.OfferedAt.Count, direction.Lost.Count);
            Dictionary<int, long> arrived = direction.To.Received.Zip(direction.To.ReceivedAt).ToDictionary(r => BitConverter.ToInt32(r.First), r => r.Second);
            for (int i = 0; i < direction.OfferedAt.Count; i++)
            {
                long offered = direction.OfferedAt[i];
                if (direction.Lost[i])
                {
                    Assert.False(arrived.ContainsKey(i));
                    continue;
                }

                if (!arrived.TryGetValue(i, out long at))
                {
                    bool isSuperseded = direction.BesideAnother[i] && handshakes.Any(h => h >= offered - Turn - (3 * Delay) && h <= offered + Delay);
                    Assert.True(direction.AtTheEnd[i] || isSuperseded, $"{i} of {direction.OfferedAt.Count}, offered at {offered}");
                    excused++;
                    continue;
                }

                long waited = Math.Max(0, at - offered - Delay);
                int lost = losses.Count(l => l >= offered - Turn && l <= at);
                Assert.InRange(waited, 0, waited == 0 ? 0 : ((1 + lost) * Turn) + (3 * Delay));
                waits += waited > 0 ? 1 : 0;
                longest = Math.Max(longest, waited);
            }
        }

        // Two losses in one wait are rare, three are not to be seen.
        Assert.InRange(longest, 0, (3 * Turn) + (3 * Delay));
        Assert.InRange(excused, 0, datagrams / 2_000);

        // Enough has happened: sessions that came up since a packet asked for them, and many more as rekeys.
        Assert.InRange(waits, 600, 1_500);
        Assert.InRange(losses.Count, datagrams / 120, datagrams / 80);
        Assert.InRange(pair.A.Events.Count(e => e.What == NodeEvent.SessionUp), 3_500, 5_000);
    }

    private sealed class Direction(TunnelEnd from, TunnelEnd to, Peer peer, Peer self)
    {
        public TunnelEnd From { get; } = from;

        public TunnelEnd To { get; } = to;

        public List<long> OfferedAt { get; } = [];

        /// <summary>Whether each of them sets out when its session is about to end.</summary>
        public List<bool> AtTheEnd { get; } = [];

        /// <summary>Whether the receiver has another session than that of each of them: one that it sends under, or one that is not confirmed.</summary>
        public List<bool> BesideAnother { get; } = [];

        /// <summary>Whether the wire lost each of them.</summary>
        public List<bool> Lost { get; } = [];

        public void Offer(long now)
        {
            From.Sent.Clear();
            From.Send(peer, BitConverter.GetBytes(OfferedAt.Count));
            OfferedAt.Add(now);
            BesideAnother.Add(self.Next != Keypairs.None || peer.Keypairs.RemoteIndex[peer.Current] != self.Keypairs.LocalIndex[self.Current]);
            AtTheEnd.Add(now - peer.SessionSince is >= Constants.RejectAfterTime - (2 * Delay) and < Constants.RejectAfterTime);
        }
    }
}
