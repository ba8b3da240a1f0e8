using System;
using System.Collections.Generic;
using System.Linq;
using Xunit;

namespace Spore.Tests.WireGuard;

/// <summary>
/// The wall clock of either side jumps at each step of a session's life, by hours and by years, forward and back:
/// nothing is said that would not have been said without.
/// </summary>
public class ClockJumpTests
{
    // When, in milliseconds of a wire on which each message takes 100 ms: the session is up at 200, and rekeyed
    // from 120,200 to 120,400.
    public static readonly MatrixTheoryData<string, string, int> Jumps = new(
        ["A", "B", "both", "apart"],
        ["an hour", "ten years", "to 1970"],
        [0, 50, 150, 250, 60_000, 120_199, 120_250, 120_350, 120_450, 310_000]);

    private static readonly Lazy<string> _usual = new(() => Live(new TunnelPair(100), _ => { }));

    [Theory]
    [MemberData(nameof(Jumps))]
    public void A_wall_clock_that_jumps_changes_nothing(string whose, string howFar, int at)
    {
        foreach (bool forward in new[] { true, false })
        {
            TunnelPair pair = new(100);
            string said = Live(pair, time =>
            {
                if (time == at)
                {
                    Jump(pair.A, whose is "A" or "both" or "apart", howFar, forward);
                    Jump(pair.B, whose is "B" or "both", howFar, forward);
                    Jump(pair.B, whose == "apart", howFar, !forward);
                }
            });
            Assert.Equal(_usual.Value, said);
        }
    }

    [Fact]
    public void Nor_does_one_that_jumps_all_the_time()
    {
        Random random = new(1);
        TunnelPair pair = new(100);
        string said = Live(pair, _ =>
        {
            pair.A.UnixMilliseconds = random.NextInt64(4_000_000_000_000);
            pair.B.UnixMilliseconds = random.NextInt64(4_000_000_000_000);
        });
        Assert.Equal(_usual.Value, said);
    }

    private static void Jump(TunnelEnd end, bool does, string howFar, bool forward)
    {
        if (does)
        {
            end.UnixMilliseconds += (forward ? 1 : -1) * howFar switch
            {
                "an hour" => 3_600_000L,
                "ten years" => 315_576_000_000,
                _ => end.UnixMilliseconds,
            };
        }
    }

    // Three sessions: A's, its rekey, and when both have ended one of B's. Each step is told before it is made.
    private static string Live(TunnelPair pair, Action<long> tell)
    {
        List<string> said = [];
        Dictionary<TunnelEnd, List<string>> timestamps = new() { [pair.A] = [], [pair.B] = [] };
        pair.Filter = (end, bytes) =>
        {
            said.Add($"{pair.Now} {(end == pair.A ? 'A' : 'B')} {bytes[0]} {bytes.Length}");
            if (bytes[0] == 1)
            {
                StockPeer other = new(TunnelEnd.PrivateKey(end == pair.A ? (byte)2 : (byte)1));
                Assert.NotNull(other.TakeInitiation(bytes));
                timestamps[end].Add(Convert.ToHexString(other.Timestamp));
            }

            return true;
        };
        long start = pair.Now;
        foreach (long at in (long[])
        [
            0, 50, 150, 250, 500, 60_000, 120_199, 120_200, 120_250, 120_350, 120_450, 121_000, 310_000, 310_001,
            315_000,
        ])
        {
            pair.Run(start + at - pair.Now);
            tell(at);
            switch (at)
            {
                case 0 or 120_200 or 315_000:
                    pair.SendFromA(1);
                    break;
                case 500 or 121_000 or 310_001:
                    pair.SendFromB(2);
                    break;
            }
        }

        pair.Run(60_000);
        Assert.Equal((3, 3), (pair.A.Received.Count, pair.B.Received.Count));
        Assert.Equal((2, 1), (timestamps[pair.A].Count, timestamps[pair.B].Count));
        Assert.Equal((0, 0), (pair.A.Counters.Replayed, pair.B.Counters.Replayed));
        Assert.All(timestamps.Values, t => Assert.Equal(t.Order(StringComparer.Ordinal).Distinct(), t));
        return string.Join('\n', said);
    }
}
