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

    /// <summary>One week for each; by hand as many as SPORE_WEEKS says.</summary>
    public static IEnumerable<TheoryDataRow<string, int>> Seeds() =>
        from ends in new[] { "Spore, Spore", "Spore, stock", "stock, Spore" }
        from seed in Enumerable.Range(1, int.Parse(Environment.GetEnvironmentVariable("SPORE_WEEKS") ?? "1"))
        select new TheoryDataRow<string, int>(ends, seed);

    // A packet waits only where there is no session. It asks for one at once, or when REKEY_TIMEOUT has passed since
    // its side sent an initiation, or the jitter more since it sent a response. Each message that is lost from then on
    // and that a session needs, be it initiation, response or the first one of the session, costs another
    // REKEY_TIMEOUT: the timer of either side runs, and taking an initiation puts off the own one by no more. Then
    // there are four ways of the wire at most: where two initiations cross a stock peer gives its own up, and may send
    // when it has heard the other's first message. What is sent in a session and is not lost arrives, with two
    // exceptions. One is what sets out in the last moments of a session: the responder has made its keys a way of the
    // wire earlier than the initiator, and the packet is another way older when it comes. The other is what is under
    // way during a handshake that follows two which crossed, or one that was never confirmed: of three keypairs none is
    // left for the session that it came in.
    [Theory]
    [MemberData(nameof(Seeds))]
    public void No_packet_waits_longer_than_the_timers_allow(string ends, int seed)
    {
        Random random = new(seed);
        EndPair pair = new(
            ends.StartsWith("stock", StringComparison.Ordinal) ? new StockEnd(1) : new SporeEnd(1),
            ends.EndsWith("stock", StringComparison.Ordinal) ? new StockEnd(2) : new SporeEnd(2),
            Delay);
        Direction[] directions = [new(pair.A, pair.B), new(pair.B, pair.A)];
        List<long> handshakes = [];
        List<long> lostHandshakes = [];
        long losses = 0;
        long datagrams = 0;
        pair.Filter = (end, bytes) =>
        {
            Direction direction = directions[end == pair.A ? 0 : 1];
            bool isLost = random.Next(100) == 0;
            datagrams++;
            if (bytes[0] != 4)
            {
                handshakes.Add(pair.Now);
                direction.Handshakes.Add((pair.Now, bytes[0] == 2));
            }

            if (isLost)
            {
                losses++;
                if (bytes[0] != 4 || direction.To.IsUnconfirmed)
                {
                    lostHandshakes.Add(pair.Now);
                }
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
            Assert.Equal(direction.OfferedAt.Count, direction.Lost.Count);
            Dictionary<int, long> arrived = direction.To.Received.Zip(direction.To.ReceivedAt)
                .ToDictionary(r => BitConverter.ToInt32(r.First), r => r.Second);
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
                    int delayed = lostHandshakes.Count(l => l >= offered - Turn - (3 * Delay) && l <= offered + Delay);
                    bool isSuperseded = direction.BesideAnother[i]
                        && handshakes.Any(h => h >= offered - (delayed * Turn) - (3 * Delay) && h <= offered + Delay);
                    Assert.True(
                        direction.AtTheEnd[i] || isSuperseded,
                        $"{i} of {direction.OfferedAt.Count}, offered at {offered}");
                    excused++;
                    continue;
                }

                long waited = Math.Max(0, at - offered - Delay);
                if (waited == 0)
                {
                    continue;
                }

                long asks = direction.Asks(i, at);
                int lost = lostHandshakes.Count(l => l >= offered - Turn && l <= at);
                Assert.True(
                    at <= asks + (lost * Turn) + (4 * Delay),
                    $"{i}, offered at {offered}, asks at {asks}, {lost} lost, comes at {at}");
                waits++;
                longest = Math.Max(longest, direction.IsStock ? 0 : waited);
            }
        }

        // Two losses in one wait are rare, three are not to be seen.
        Assert.InRange(longest, 0, (3 * Turn) + (3 * Delay));
        Assert.InRange(excused, 0, datagrams / 2_000);

        // Enough has happened: sessions that came up since a packet asked for them, and many more as rekeys.
        Assert.InRange(waits, 600, 1_500);
        Assert.InRange(losses, datagrams / 120, datagrams / 80);
        Assert.InRange(pair.A.Sessions, 3_500, 5_000);
    }

    private sealed class Direction(IEnd from, IEnd to)
    {
        public IEnd From => from;

        public IEnd To => to;

        public List<long> OfferedAt { get; } = [];

        /// <summary>Whether each of them sets out when its session is about to end.</summary>
        public List<bool> AtTheEnd { get; } = [];

        /// <summary>
        /// Whether the receiver has another session than that of each of them: one that it sends under, or one
        /// that is not confirmed.
        /// </summary>
        public List<bool> BesideAnother { get; } = [];

        /// <summary>Whether the wire lost each of them.</summary>
        public List<bool> Lost { get; } = [];

        /// <summary>When an initiation or a response was sent.</summary>
        public List<(long At, bool IsResponse)> Handshakes { get; } = [];

        public bool IsStock => from is StockEnd;

        public void Offer(long now)
        {
            From.Send(BitConverter.GetBytes(OfferedAt.Count));
            OfferedAt.Add(now);
            BesideAnother.Add(To.IsUnconfirmed || From.Current.Remote != To.Current.Local);
            AtTheEnd.Add(
                now - From.SessionSince is >= Constants.RejectAfterTime - (2 * Delay) and < Constants.RejectAfterTime);
        }

        /// <summary>
        /// When a session is asked for, at the latest, for a packet that was offered, and came at a moment.
        /// </summary>
        public long Asks(int packet, long came)
        {
            long asks = Asks(packet);

            // Having answered, a stock peer does not retransmit for 5 s, and then not at all,
            // unless for another packet.
            long answered = IsStock ? Handshakes.LastOrDefault(h => h.IsResponse && h.At < came - (2 * Delay)).At : 0;
            return answered <= asks ? asks : Asks(OfferedAt.FindIndex(packet, o => o > answered));
        }

        // A stock peer that can't ask since it has just answered forgets it until the next packet.
        private long Asks(int packet)
        {
            for (; packet >= 0 && packet < OfferedAt.Count; packet++)
            {
                long offered = OfferedAt[packet];
                (long at, bool isResponse) = Handshakes.LastOrDefault(h => h.At < offered);
                long end = at + Constants.RekeyTimeout + (isResponse && !IsStock ? Constants.RekeyTimeoutJitter : 0);
                if (offered >= end)
                {
                    return offered;
                }

                if (!isResponse || !IsStock)
                {
                    return end + Constants.RekeyTimeoutJitter;
                }
            }

            return long.MaxValue / 2;
        }
    }
}
