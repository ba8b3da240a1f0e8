using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using Xunit;

namespace Spore.Tests.WireGuard;

/// <summary>Two tunnels with each other, over a slow or lossy wire.</summary>
public class TunnelPairTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(500)]
    [InlineData(2_400)]
    [InlineData(3_000)]
    public void Simultaneous_initiations_end_with_sessions_that_work_both_ways(int delay)
    {
        TunnelPair pair = new(delay);
        pair.SendFromA(1);
        pair.SendFromB(2);
        pair.Run(20_000);
        Assert.Equal([1], Values(pair.B));
        Assert.Equal([2], Values(pair.A));
        Talk(pair, delay);
    }

    [Fact]
    public void Initiations_at_any_two_moments_end_with_sessions_that_work_both_ways()
    {
        Gen.Select(Gen.Int[0, 3_000], Gen.Int[0, 9_000]).Sample(
            (delay, offset) =>
            {
                TunnelPair pair = new(delay);
                pair.SendFromA(1);
                pair.Run(offset);
                pair.SendFromB(2);
                pair.Run(40_000);
                Assert.Equal([1], Values(pair.B));
                Assert.Equal([2], Values(pair.A));
                Talk(pair, delay);
            },
            iter: 40);
    }

    // What is lost, by type and number from either side: the first packets come through all the same.
    [Theory]
    [InlineData("A1")]
    [InlineData("B2")]
    [InlineData("A1 A1")]
    [InlineData("A1 B2")]
    [InlineData("B2 B2 A1")]
    [InlineData("A1 A1 A1 A1 A1 A1 A1 A1")]
    public void A_lost_message_of_the_handshake_is_made_up_for(string lost)
    {
        List<string> left = [.. lost.Split(' ')];
        TunnelPair pair = new(20, bKnowsA: false);
        pair.Filter = (end, bytes) => !left.Remove($"{(end == pair.A ? 'A' : 'B')}{bytes[0]}");
        pair.SendFromA(1);
        pair.SendFromA(2);
        pair.Run((lost.Split(' ').Length * 5_400) + 1_000);
        Assert.Empty(left);
        Assert.Equal([1, 2], Values(pair.B));
        Talk(pair, 20);
    }

    [Fact]
    public void Where_the_first_message_of_a_session_is_lost_the_next_confirms_it()
    {
        bool lost = false;
        TunnelPair pair = new(20, bKnowsA: false);
        pair.Filter = (_, bytes) => bytes[0] != 4 || lost || !(lost = true);
        pair.SendFromA(1);
        pair.Run(1_000);
        Assert.True(lost);
        Assert.False(pair.PeerOfB.HasSession(pair.Now));
        pair.SendFromA(2);
        pair.Run(1_000);
        Assert.Equal([2], Values(pair.B));
        Talk(pair, 20);
    }

    [Fact]
    public void A_session_that_one_side_lost_comes_back_when_the_other_hears_nothing()
    {
        TunnelPair pair = new(20);
        pair.SendFromA(1);
        pair.Run(1_000);
        bool deaf = true;
        pair.Filter = (_, bytes) => !deaf || bytes[0] == 1;
        pair.SendFromA(2);
        pair.Run(14_000);
        deaf = false;
        pair.Run(7_000);
        pair.SendFromB(3);
        pair.SendFromA(4);
        pair.Run(1_000);
        Assert.Equal([1, 4], Values(pair.B));
        Assert.Equal([3], Values(pair.A));
    }

    [Fact]
    public void Steady_traffic_goes_through_every_rekey_without_a_loss()
    {
        TunnelPair pair = new(30, bKnowsA: false);
        byte[] sent = [.. Enumerable.Range(0, 240).Select(i => (byte)i)];
        foreach (byte value in sent)
        {
            pair.SendFromA(value);
            pair.Run(100);
            pair.SendFromB(value);
            pair.Run(4_903);
        }

        Assert.Equal(sent, Values(pair.B));
        Assert.Equal(sent, Values(pair.A));
        Assert.InRange(pair.A.InitiationsAt.Count(), 9, 11);
        Assert.Empty(pair.B.InitiationsAt);
        Assert.Equal(0, pair.A.Counters.Replayed + pair.B.Counters.Replayed);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Loss_of_a_third_of_everything_never_wedges_them(int seed)
    {
        Random random = new(seed);
        TunnelPair pair = new(50);
        pair.Filter = (_, _) => random.Next(3) != 0;
        for (int i = 0; i < 1_000; i++)
        {
            pair.SendFromA(1);
            pair.SendFromB(1);
            pair.Run(random.Next(4_000));
        }

        Assert.InRange(pair.A.Received.Count, 400, 900);
        Assert.InRange(pair.B.Received.Count, 400, 900);
        pair.Filter = null;
        pair.Run(30_000);
        pair.A.Received.Clear();
        pair.B.Received.Clear();
        Talk(pair, 50);
    }

    private static void Talk(TunnelPair pair, int delay)
    {
        pair.A.Received.Clear();
        pair.B.Received.Clear();
        for (byte i = 10; i < 14; i++)
        {
            pair.SendFromA(i);
            pair.SendFromB(i);
            pair.Run(delay + 1);
        }

        Assert.Equal([10, 11, 12, 13], Values(pair.A));
        Assert.Equal([10, 11, 12, 13], Values(pair.B));
    }

    private static byte[] Values(TunnelEnd end) => [.. end.Received.Select(r => r[0])];
}
