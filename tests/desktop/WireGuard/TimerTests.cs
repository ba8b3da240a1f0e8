using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Base;
using Spore.Mesh;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.WireGuard;

/// <summary>
/// The timers of the paper's section 6, in virtual time, to the millisecond. 0 stands for a keepalive in what is said.
/// </summary>
public class TimerTests
{
    private const int Jitter = Constants.RekeyTimeoutJitter;

    [Theory]
    [Statement("4-2")]
    [InlineData(true, 119_999, "4")]
    [InlineData(true, 120_000, "41")]
    [InlineData(true, 179_999, "41")]
    [InlineData(true, 180_000, "1")]
    [InlineData(false, 120_000, "4")]
    [InlineData(false, 179_999, "4")]
    [InlineData(false, 180_000, "1")]
    public void Sending_asks_for_a_new_session_after_120_s_if_we_initiated_and_has_none_after_180_s(
        bool initiator, long age, string said)
    {
        TunnelSession session = new TunnelSession().Establish(initiator);
        session.RunToAge(age);
        session.Send(1);
        Assert.Equal(said, session.Said());

        // Only once, however much is sent.
        session.Send(1);
        session.Send(1);
        Assert.Equal(age < 180_000 ? "44" : string.Empty, session.Said());
    }

    [Theory]
    [InlineData(true, 119_999, "0")]
    [InlineData(true, 120_000, "01")]
    [InlineData(false, 179_000, "0")]
    public void A_keepalive_asks_for_a_new_session_as_data_does(bool initiator, long age, string said)
    {
        TunnelSession session = new TunnelSession().Establish(initiator);
        session.RunToAge(age - 10_000);
        session.ReceiveData();
        session.RunToAge(age);
        Assert.Equal(said, session.Said());
    }

    [Theory]
    [InlineData(true, 164_999, "")]
    [InlineData(true, 165_000, "1")]
    [InlineData(true, 179_999, "1")]
    [InlineData(true, 180_000, "")]
    [InlineData(false, 165_000, "")]
    [InlineData(false, 179_999, "")]
    public void Receiving_asks_for_a_new_session_after_165_s_if_we_initiated_and_nothing_is_taken_after_180_s(
        bool initiator, long age, string said)
    {
        TunnelSession session = new TunnelSession().Establish(initiator);
        session.RunToAge(age);
        session.ReceiveKeepalive();
        Assert.Equal(said, session.Said());
        Assert.Equal(age >= 180_000 ? 1 : 0, session.End.Counters.Invalid);
    }

    [Fact]
    public void Receiving_asks_for_a_new_session_once_in_a_session()
    {
        TunnelSession session = new TunnelSession().Establish(initiator: true);
        session.RunToAge(165_000);
        session.ReceiveKeepalive();
        Assert.Equal("1", session.Said());
        session.End.Run(4000);
        session.ReceiveKeepalive();
        Assert.Equal(string.Empty, session.Said());

        session.End.Run(2000);
        session.Handshake(initiator: true);
        session.End.Take();
        session.RunToAge(165_000);
        session.ReceiveKeepalive();
        Assert.Equal("1", session.Said());
    }

    [Fact]
    public void Data_received_is_answered_by_a_keepalive_after_10_s_of_silence()
    {
        TunnelSession session = new TunnelSession().Establish(initiator: false);
        session.ReceiveData();
        session.End.Run(9_999);
        Assert.Equal(string.Empty, session.Said());
        session.End.Run(1);
        Assert.Equal("0", session.Said());
        session.End.Run(100_000);
        Assert.Equal(string.Empty, session.Said());
    }

    [Fact]
    public void More_data_before_the_keepalive_is_answered_by_another_one()
    {
        TunnelSession session = new TunnelSession().Establish(initiator: false);
        session.ReceiveData();
        session.End.Run(4_000);
        session.ReceiveData();
        session.End.Run(6_000);
        Assert.Equal("0", session.Said());
        session.End.Run(9_999);
        Assert.Equal(string.Empty, session.Said());
        session.End.Run(1);
        Assert.Equal("0", session.Said());
        session.End.Run(100_000);
        Assert.Equal(string.Empty, session.Said());
    }

    [Fact]
    public void No_keepalive_answers_a_keepalive_or_data_that_data_has_answered()
    {
        TunnelSession session = new TunnelSession().Establish(initiator: false);
        session.ReceiveKeepalive();
        session.End.Run(50_000);
        Assert.Equal(string.Empty, session.Said());
        session.ReceiveData();
        session.End.Run(5_000);
        session.Send(1);
        session.ReceiveKeepalive();
        session.End.Run(50_000);
        Assert.Equal("4", session.Said());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Data_without_an_answer_for_15_s_asks_for_a_new_session(bool initiator)
    {
        TunnelSession session = new TunnelSession().Establish(initiator);
        session.Send(1);
        long sent = session.End.Now;
        session.End.Run(9_000);
        session.Send(1);
        session.End.RunTo(sent + 14_999);
        Assert.Equal("44", session.Said());
        session.End.RunTo(sent + 15_000 + Jitter);
        Assert.InRange(Assert.Single(session.End.InitiationsAt), sent + 15_000, sent + 15_000 + Jitter);
    }

    [Theory]
    [InlineData("keepalive")]
    [InlineData("data")]
    [InlineData("initiation")]
    public void Anything_authentic_is_an_answer_to_data(string answer)
    {
        TunnelSession session = new TunnelSession().Establish(initiator: true);
        session.Send(1);
        session.End.Run(14_000);
        switch (answer)
        {
            case "keepalive":
                session.ReceiveKeepalive();
                break;
            case "data":
                session.ReceiveData();
                break;
            default:
                session.HalfHandshake();
                break;
        }

        session.End.Run(50_000);
        Assert.DoesNotContain("1", session.Said());
    }

    [Fact]
    public void What_is_not_authentic_is_no_answer_to_data()
    {
        TunnelSession session = new TunnelSession().Establish(initiator: true);
        byte[] replayed = session.Stock.Seal([1]);
        session.Receive(replayed);
        session.Send(1);
        session.End.Run(5_000);
        session.Receive(replayed);
        byte[] forged = session.Stock.Seal([1]);
        forged[^1] ^= 1;
        session.Receive(forged);
        session.End.Run(10_000 + Jitter);
        Assert.Equal("41", session.Said());
    }

    [Fact]
    [Statement("4.8-1")]
    public void An_initiation_is_sent_again_every_5_s_with_jitter_for_90_s_and_each_time_it_is_another()
    {
        TunnelSession session = new();
        session.Send(1);
        session.End.Run(600_000);
        long[] at = [.. session.End.InitiationsAt];
        long[] gaps = [.. at.Zip(at.Skip(1), (a, b) => b - a)];
        Assert.All(gaps, gap => Assert.InRange(gap, 5_000, 5_000 + Jitter));
        Assert.InRange(gaps.Distinct().Count(), 5, 100);
        Assert.InRange(at[^1] - at[0], 90_000 - 5_000 - Jitter, 90_000);

        List<string> timestamps = [];
        foreach (byte[] initiation in session.End.Take())
        {
            Assert.NotNull(session.Stock.TakeInitiation(initiation));
            timestamps.Add(Convert.ToHexString(session.Stock.Timestamp));
        }

        Assert.Equal(timestamps.Order(StringComparer.Ordinal).Distinct(), timestamps);
        Assert.Equal(at.Length, session.End.Ephemerals.Select(e => Convert.ToHexString(e.Private)).Distinct().Count());
    }

    // Paper section 6.4: the attempt counts from the last packet that asked for a session.
    [Fact]
    [Statement("4.8-1")]
    public void Each_packet_that_has_to_wait_keeps_the_attempt_going_for_90_s()
    {
        TunnelSession session = new();
        session.Send(1);
        session.End.Run(80_000);
        session.Send(2);
        session.End.Run(80_000);
        session.Send(3);
        session.End.Run(600_000);
        long[] at = [.. session.End.InitiationsAt];
        Assert.All(at.Zip(at.Skip(1), (a, b) => b - a), gap => Assert.InRange(gap, 5_000, 5_000 + Jitter));
        Assert.InRange(at[^1] - at[0], 250_000 - 5_000 - Jitter, 250_000);
        Assert.Equal(3, session.End.Counters.InnerDropped);

        TunnelSession answered = new();
        answered.Send(1);
        answered.End.Run(80_000);
        answered.Send(2);
        answered.End.Run(80_000);
        answered.Handshake(initiator: true);
        Assert.Equal([1, 2], answered.End.Take().Where(s => s[0] == 4).Select(s => (int)answered.Stock.Open(s)![0]));
    }

    [Fact]
    public void Packets_wait_until_the_attempt_is_given_up_and_no_longer()
    {
        TunnelSession kept = new();
        TunnelSession given = new();
        foreach (TunnelSession session in new[] { kept, given })
        {
            session.Send(1);
            session.Send(2);
        }

        kept.End.Run(89_000);
        kept.Handshake(initiator: true);
        Assert.Equal([1, 2], kept.End.Take().Where(s => s[0] == 4).Select(s => (int)kept.Stock.Open(s)![0]));

        given.End.Run(96_000);
        given.Handshake(initiator: true);
        Assert.EndsWith("10", given.Said());
        Assert.Equal(2, given.End.Counters.InnerDropped);
    }

    [Fact]
    [Statement("4.8-1")]
    public void A_packet_after_giving_up_begins_another_attempt()
    {
        TunnelSession session = new();
        session.Send(1);
        session.End.Run(200_000);
        session.Said();
        session.Send(2);
        session.End.Run(300_000);
        Assert.InRange(session.Said().Length, 17, 19);
    }

    [Fact]
    [Statement("4.8-3")]
    public void Two_attempts_are_5_s_apart_even_if_the_first_is_over()
    {
        TunnelSession session = new TunnelSession().Establish(initiator: true);
        session.End.Run(2_000);
        session.End.Tunnel.Initiate(session.Peer, session.End.Now);
        session.End.Run(2_999);
        Assert.Equal(string.Empty, session.Said());
        session.End.Run(1 + Jitter);
        Assert.Equal("1", session.Said());
    }

    [Fact]
    [Statement("4-2")]
    public void Keys_are_wiped_540_s_after_the_last_session_was_made()
    {
        TunnelSession session = new TunnelSession().Establish(initiator: true);
        session.RunToAge(100_000);
        session.HalfHandshake();
        byte[] bytes = session.Peer.Keypairs.Bytes;
        byte[] before = [.. bytes];
        Assert.Contains(before, b => b != 0);
        session.End.Run(539_999);
        Assert.Equal(before, bytes);
        Assert.DoesNotContain(session.End.Events, e => e.What == NodeEvent.SessionDown);
        session.End.Run(1);
        Assert.Equal(
            (Keypairs.None, Keypairs.None, Keypairs.None),
            (session.Peer.Previous, session.Peer.Current, session.Peer.Next));
        Assert.All(session.Peer.Keypairs.LocalIndex, i => Assert.Equal(0, i));
        Assert.All(bytes, b => Assert.Equal(0, b));

        Assert.Equal(1, session.End.Events.Count(e => e.What == NodeEvent.SessionDown));
        session.End.Run(2_000_000);
        Assert.Equal(1, session.End.Events.Count(e => e.What == NodeEvent.SessionDown));
        Assert.Equal(long.MaxValue, session.End.Tunnel.TimersDue);
    }

    [Fact]
    public void The_secrets_of_a_handshake_that_was_given_up_are_wiped_540_s_later()
    {
        TunnelSession session = new();
        session.Send(1);
        session.End.Run(96_000);
        byte[] secrets = session.Peer.Initiation.Bytes;
        Assert.Contains(secrets, b => b != 0);
        session.End.Run(540_000);
        Assert.False(session.Peer.Initiation.IsPending);
        Assert.All(secrets, b => Assert.Equal(0, b));
    }

    [Fact]
    public void The_secrets_of_a_provoked_initiation_are_wiped_when_its_15_s_are_over()
    {
        TunnelSession session = new();
        session.End.Tunnel.Provoke(session.Peer, session.There, session.End.Now);
        session.End.Run(14_999);
        byte[] secrets = Assert.Single(session.End.Initiations, i => i.IsPending).Bytes;
        Assert.Contains(secrets, b => b != 0);
        session.End.Run(1);
        Assert.DoesNotContain(session.End.Initiations, i => i.IsPending);
        Assert.All(secrets, b => Assert.Equal(0, b));
    }

    // The endpoint is that of whichever answers last.
    [Theory]
    [Statement("4.2-2", "4.2-3")]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void The_response_to_each_of_three_provoked_initiations_is_accepted_for_15_s(int answered)
    {
        TunnelSession session = new();
        List<byte[]> initiations = [];
        for (int i = 0; i < 3; i++)
        {
            Assert.True(
                session.End.Tunnel.Provoke(session.Peer, TunnelEnd.EndpointOf((byte)(60 + i)), session.End.Now));
            initiations.Add(session.End.Take().Single());
            session.End.Run(i < 2 ? 5_000 : 4_999);
        }

        bool isInTime = answered > 0;
        session.Stock.TakeInitiation(initiations[answered]);
        session.End.Run(isInTime ? 0 : 1);
        session.End.Receive(session.Stock.Respond(), TunnelEnd.EndpointOf((byte)(60 + answered)));
        Assert.Equal(isInTime, session.Peer.HasSession(session.End.Now));
        Assert.Equal(isInTime, session.Peer.Endpoint.IsSame(TunnelEnd.EndpointOf((byte)(60 + answered))));
    }

    [Fact]
    public void A_peer_that_answers_nothing_is_reported_once_after_15_s_and_when_it_is_given_up()
    {
        TunnelSession session = new();
        session.Send(1);
        session.End.Run(14_999);
        Assert.DoesNotContain(session.End.Events, e => e.What == NodeEvent.Unanswered);
        session.End.Run(1_002);
        Assert.Equal(3, Assert.Single(session.End.Events, e => e.What == NodeEvent.Unanswered).Value);
        session.End.Run(70_000);
        Assert.DoesNotContain(session.End.Events, e => e.What == NodeEvent.GivenUp);
        session.End.Run(20_000);
        Assert.Single(session.End.Events, e => e.What == NodeEvent.Unanswered);
        Assert.Single(session.End.Events, e => e.What == NodeEvent.GivenUp);

        // The next packet begins anew.
        session.Send(1);
        session.End.Run(16_001);
        Assert.Equal(2, session.End.Events.Count(e => e.What == NodeEvent.Unanswered));
    }

    [Fact]
    public void Silence_after_data_is_told_once_until_the_peer_is_heard()
    {
        TunnelSession session = new TunnelSession().Establish(initiator: true);
        long start = session.End.Now;
        for (int i = 0; i < 20; i++)
        {
            session.Send(1);
            session.End.Run(2_000);
        }

        Assert.InRange(Assert.Single(session.End.Silences) - start, 15_000, 15_333);
        Assert.True(session.Peer.IsSilent);
        session.ReceiveKeepalive();
        Assert.False(session.Peer.IsSilent);
        session.Send(1);
        session.End.Run(15_333);
        Assert.Equal(2, session.End.Silences.Count);
    }

    [Theory]
    [Statement("4.2-1", "4.2-2", "4.2-3")]
    [InlineData(14_999, true)]
    [InlineData(15_000, false)]
    public void The_answer_to_a_provoked_initiation_is_taken_for_15_s_and_moves_the_endpoint(long after, bool taken)
    {
        TunnelSession session = new();
        Endpoint hint = TunnelEnd.EndpointOf(9);
        session.End.Tunnel.Provoke(session.Peer, hint, session.End.Now);
        Assert.True(session.End.Sent.Single().To.IsSame(hint));
        Assert.True(session.Peer.Endpoint.IsSame(session.There));
        session.Stock.TakeInitiation(session.End.Take()[0]);
        session.End.Run(after);
        Assert.Empty(session.End.Sent);
        session.End.Receive(session.Stock.Respond(), hint);
        Assert.Equal(taken, session.Peer.HasSession(session.End.Now));
        Assert.Equal(taken, session.Peer.Endpoint.IsSame(hint));
    }

    // Timers can fire late. The clock decides, not the timer that forgets the initiation.
    [Theory]
    [InlineData(14_999, true)]
    [InlineData(15_000, false)]
    public void The_response_to_a_provoked_initiation_is_accepted_for_15_s_even_if_timers_fire_late(
        long after, bool accepted)
    {
        TunnelSession session = new();
        session.End.Tunnel.Provoke(session.Peer, session.There, session.End.Now);
        session.Stock.TakeInitiation(session.End.Take()[0]);
        session.End.Now += after;
        session.Receive(session.Stock.Respond());
        Assert.Equal(accepted, session.Peer.HasSession(session.End.Now));
        Assert.Equal(accepted ? "0" : string.Empty, session.Said());
    }

    [Theory]
    [InlineData("current", 179_999, true)]
    [InlineData("current", 180_000, false)]
    [InlineData("previous", 179_999, true)]
    [InlineData("previous", 180_000, false)]
    [InlineData("next", 179_999, true)]
    [InlineData("next", 180_000, false)]
    public void No_message_is_accepted_under_a_keypair_that_is_180_s_old(string which, long age, bool accepted)
    {
        TunnelSession session = new TunnelSession().Establish(initiator: false);
        session.End.Run(10_000);
        if (which == "next")
        {
            session.HalfHandshake();
        }
        else
        {
            session.Handshake(initiator: false);
        }

        long made = session.End.Now;
        byte[] message = session.Stock.Seal([1]);
        if (which == "previous")
        {
            session.End.Run(10_000);
            session.Handshake(initiator: false);
        }

        session.End.RunTo(made + age);
        session.Receive(message);
        Assert.Equal(accepted ? 1 : 0, session.End.Received.Count);
        Assert.Equal(accepted ? 0 : 1, session.End.Counters.Invalid);
    }

    [Fact]
    [Statement("4.2-4", "4.2-5")]
    public void Provoked_initiations_are_5_s_apart_and_from_others_too()
    {
        TunnelSession session = new();
        session.Send(1);
        session.End.Tunnel.Provoke(session.Peer, session.There, session.End.Now + 4_999);
        Assert.Equal("1", session.Said());
        session.End.Tunnel.Provoke(session.Peer, session.There, session.End.Now + 5_000);
        session.End.Tunnel.Provoke(session.Peer, session.There, session.End.Now + 9_999);
        Assert.Equal("1", session.Said());
        Assert.Equal(2, session.End.Counters.Limited);
    }

    [Fact]
    [Statement("4.8-5")]
    public void What_is_provoked_does_not_put_off_what_is_due_to_the_peer()
    {
        // Whoever replays a recorded initiation every 5 s could else silence both keepalives, and
        // a NAT would forget us.
        TunnelSession session = new TunnelSession().Establish(initiator: false);
        session.End.Tunnel.SetKeepalive(session.Peer, 25, session.End.Now);
        session.End.Run(0);
        session.Said();
        session.ReceiveData();
        for (int i = 0; i < 5; i++)
        {
            session.End.Run(5_000);
            session.End.Tunnel.Provoke(session.Peer, TunnelEnd.EndpointOf(66), session.End.Now);
        }

        Assert.Equal("10111", session.Said()[..5]);
        session.End.Run(25_000);
        Assert.Contains('0', session.Said());
    }

    [Fact]
    public void A_persistent_keepalive_goes_out_at_once_and_then_after_every_such_silence()
    {
        TunnelSession session = new TunnelSession().Establish(initiator: true);
        session.End.Tunnel.SetKeepalive(session.Peer, 25, session.End.Now);
        session.End.Run(0);
        Assert.Equal("0", session.Said());
        session.End.Run(24_999);
        Assert.Equal(string.Empty, session.Said());
        session.End.Run(1);
        Assert.Equal("0", session.Said());
        session.End.Run(20_000);
        session.Send(1);
        session.ReceiveKeepalive();
        session.End.Run(24_999);
        Assert.Equal("4", session.Said());
        session.End.Run(1);
        Assert.Equal("0", session.Said());

        // Another interval counts from the next packet on.
        session.End.Tunnel.SetKeepalive(session.Peer, 10, session.End.Now);
        session.End.Run(24_999);
        Assert.Equal(string.Empty, session.Said());
        session.End.Run(10_001);
        Assert.Equal("00", session.Said());
        session.End.Tunnel.SetKeepalive(session.Peer, 0, session.End.Now);
        session.End.Run(40_000);
        Assert.Equal(string.Empty, session.Said());
    }

    [Fact]
    public void A_persistent_keepalive_brings_a_session_up_and_tries_for_ever()
    {
        TunnelSession session = new();
        session.End.Tunnel.SetKeepalive(session.Peer, 25, session.End.Now);
        session.End.Run(3_600_000);
        long[] at = [.. session.End.InitiationsAt];
        Assert.All(at.Zip(at.Skip(1), (a, b) => b - a), gap => Assert.InRange(gap, 5_000, 5_000 + 25_000 + Jitter));
        Assert.InRange(at[^1], session.End.Now - 31_000, session.End.Now);
        session.Handshake(initiator: true);
        Assert.True(session.Peer.HasSession(session.End.Now));
    }

    [Theory]
    [InlineData(80_000, "24")]
    [InlineData(96_000, "2")]
    public void Packets_to_a_peer_without_an_endpoint_wait_for_it_as_long_as_for_an_answer(long wait, string said)
    {
        TunnelSession session = new(knowsEndpoint: false);
        session.Send(1);
        session.End.Run(wait);
        Assert.Empty(session.End.Sent);
        session.Handshake(initiator: false);
        Assert.Equal(said, session.Said());
        session.End.Run(100_000);
        Assert.DoesNotContain('4', session.Said());
    }

    [Fact]
    public void A_peer_whose_endpoint_becomes_known_while_packets_wait_is_asked()
    {
        TunnelSession session = new(knowsEndpoint: false);
        session.Send(1);
        session.End.Run(20_000);
        session.Peer.Endpoint.CopyFrom(session.There);
        session.End.Run(5_000 + Jitter);
        Assert.Single(session.End.InitiationsAt);
        session.Handshake(initiator: true);
        Assert.Equal("14", session.Said());
    }

    [Theory]
    [InlineData(true, 0, "")]
    [InlineData(true, 4_999, "")]
    [InlineData(true, 5_000, "1")]
    [InlineData(false, 0, "1")]
    public void An_endpoint_set_while_packets_wait_is_asked_at_once_but_5_s_after_the_last_initiation(
        bool knowsAnother, long after, string said)
    {
        TunnelSession session = new(knowsAnother);
        session.End.Jitter = Jitter;
        session.Send(1);
        session.Said();
        session.End.Run(after);
        Endpoint elsewhere = TunnelEnd.EndpointOf(9);
        session.End.Tunnel.SetEndpoint(session.Peer, elsewhere, session.End.Now);
        session.End.Run(0);
        Assert.All(session.End.Sent, s => Assert.True(s.To.IsSame(elsewhere)));
        Assert.Equal(said, session.Said());
        session.End.Run(5_000 + Jitter);
        Assert.Contains('1', session.Said());
    }

    [Fact]
    public void After_a_long_sleep_everything_that_was_due_has_ended_and_begins_anew()
    {
        TunnelSession session = new TunnelSession().Establish(initiator: true);
        session.End.Tunnel.SetKeepalive(session.Peer, 25, session.End.Now);
        session.Send(1);
        session.ReceiveData();
        session.End.Now += 1_000_000_000;
        session.End.Run(0);
        Assert.Equal("41", session.Said());
        Assert.InRange(session.End.Tunnel.TimersDue, session.End.Now + 1, session.End.Now + 25_000);
        session.End.Run(10_000);
        session.Handshake(initiator: true);
        session.Send(2);
        Assert.Equal(2, session.Stock.Open(session.End.Take().Last())![0]);
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public void A_peer_that_does_not_answer_initiations_is_looked_for_elsewhere_only_if_it_is_not_heard(
        bool heard, int least)
    {
        TunnelSession session = new TunnelSession().Establish(initiator: true);
        int elsewhere = 0;
        session.End.Elsewhere = _ => elsewhere++;
        session.RunToAge(119_000);
        for (int i = 0; i < 10; i++)
        {
            session.End.Run(4_000);
            session.Send(1);
            if (heard)
            {
                session.ReceiveData();
            }
        }

        Assert.InRange(session.Said().Count(c => c == '1'), 6, 9);
        Assert.InRange(elsewhere, least, least * 10);
    }

    [Fact]
    public void A_responder_sends_nothing_in_a_session_before_the_initiator_has()
    {
        TunnelSession session = new();
        session.Send(1);
        session.HalfHandshake();
        session.Send(2);
        session.End.Run(4_000);
        Assert.Equal("12", session.Said());
        session.ReceiveKeepalive();
        Assert.Equal([1, 2], session.End.Take().Select(s => (int)session.Stock.Open(s)![0]));
    }

    [Fact]
    public void An_initiator_with_nothing_to_say_confirms_the_session_by_a_keepalive()
    {
        TunnelSession session = new();
        session.Handshake(initiator: true);
        Assert.Equal("10", session.Said());
    }

    [Theory]
    [Statement("4-3")]
    [InlineData(true)]
    [InlineData(false)]
    public void Messages_under_the_previous_session_are_taken_after_a_rekey_and_those_of_the_one_before_not(
        bool initiator)
    {
        TunnelSession session = new TunnelSession().Establish(initiator);
        byte[][] first = [session.Stock.Seal([1]), session.Stock.Seal([2]), session.Stock.Seal([3])];
        session.End.Run(6_000);
        session.Handshake(initiator);
        byte[][] second = [session.Stock.Seal([4]), session.Stock.Seal([5])];
        session.Receive(first[0]);
        session.Receive(second[0]);
        session.Receive(first[1]);
        Assert.Equal([1, 4, 2], session.End.Received.Select(r => r[0]));
        Assert.Equal(0, session.End.Counters.Invalid);

        session.End.Take();
        session.End.Run(6_000);
        session.Handshake(initiator);
        session.Receive(first[2]);
        Assert.Equal(1, session.End.Counters.Invalid);
        session.Receive(second[1]);
        Assert.Equal(5, session.End.Received[^1][0]);
    }

    [Fact]
    public void The_responder_goes_on_with_the_present_session_until_the_next_is_confirmed()
    {
        TunnelSession session = new TunnelSession().Establish(initiator: false);
        byte[] late = session.Stock.Seal([9]);
        session.End.Run(1_000);
        int current = session.Peer.Current;
        session.Send(1);
        Assert.Equal("4", session.Said());
        StockPeer stock = session.Stock;
        ulong counter = stock.Counter;
        session.HalfHandshake();
        session.End.Take();
        session.Send(2);
        byte[] sent = Assert.Single(session.End.Take());
        Assert.Null(stock.Open(sent));
        Assert.Equal(current, session.Peer.Current);
        session.Receive(late);
        Assert.Equal(current, session.Peer.Current);
        session.ReceiveKeepalive();
        Assert.NotEqual(current, session.Peer.Current);
        session.Send(3);
        Assert.Equal(3, stock.Open(session.End.Take().Last())![0]);
        Assert.True(counter > 0);
    }

    [Fact]
    public void A_handshake_that_is_never_confirmed_takes_no_session_away()
    {
        TunnelSession session = new TunnelSession().Establish(initiator: false);
        byte[] message = session.Stock.Seal([1]);
        for (int i = 0; i < 5; i++)
        {
            session.End.Run(1_000);
            session.HalfHandshake();
        }

        session.Receive(message);
        Assert.Equal(1, session.End.Received.Single()[0]);
    }
}
