using System;
using System.Collections.Generic;
using System.Linq;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.WireGuard;

/// <summary>The counters of a session, received and sent, up to the last.</summary>
public class CounterTests
{
    private const ulong Rekey = Constants.RekeyAfterMessages;
    private const ulong Reject = Constants.RejectAfterMessages;

    public static IEnumerable<TheoryDataRow<bool, string, (ulong Counter, bool Accepted)[]>> Received() =>
        ReplayWindowTests.Tables().SelectMany(
            row => new[] { true, false },
            (row, initiator) => new TheoryDataRow<bool, string, (ulong Counter, bool Accepted)[]>(
                initiator, row.Data.Item1, row.Data.Item2));

    [Theory]
    [MemberData(nameof(Received))]
    public void Messages_are_taken_as_the_replay_table_says_and_those_that_are_not_change_nothing(
        bool initiator, string name, (ulong Counter, bool Accepted)[] table)
    {
        TunnelSession session = new();
        if (initiator)
        {
            session.Handshake(initiator);
        }
        else
        {
            // The first message that is taken confirms the session.
            session.HalfHandshake();
        }

        long refused = 0;
        for (int i = 0; i < table.Length; i++)
        {
            session.End.Run(10);
            session.Stock.Counter = table[i].Counter;
            int received = session.End.Received.Count;
            session.End.Receive(session.Stock.Seal([1]), TunnelEnd.EndpointOf((byte)(10 + i)));
            refused += table[i].Accepted ? 0 : 1;
            string row = $"{name}: row {i}, counter {table[i].Counter}";
            Assert.True(table[i].Accepted == session.End.Received.Count > received, row);
            Assert.True(table[i].Accepted == session.Peer.Endpoint.IsSame(TunnelEnd.EndpointOf((byte)(10 + i))), row);
            Assert.True(table[i].Accepted == (session.Peer.LastHeard == session.End.Now), row);
            Assert.True(refused == session.End.Counters.Replayed, row);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_new_session_has_a_window_of_its_own_and_the_one_before_keeps_its(bool initiator)
    {
        TunnelSession session = new TunnelSession().Establish(initiator);
        session.Stock.Counter = 5_000;
        byte[][] first = [.. Enumerable.Range(0, 3).Select(_ => session.Stock.Seal([1]))];
        session.Stock.Counter = 4_000;
        byte[] late = session.Stock.Seal([2]);
        session.Stock.Counter = 5_002 - ReplayWindow.Size;
        byte[] tooLate = session.Stock.Seal([3]);
        session.Receive(first[0]);
        session.Receive(first[2]);
        session.End.Run(6_000);
        session.Handshake(initiator);
        session.Receive(first[0]);
        session.Receive(tooLate);
        Assert.Equal((2, 2), (session.End.Received.Count, session.End.Counters.Replayed));
        session.ReceiveData();
        session.Receive(first[1]);
        session.Receive(late);
        session.ReceiveData();
        Assert.Equal((6, 2), (session.End.Received.Count, session.End.Counters.Replayed));
    }

    // The counter that the next message will have, what is then sent, and what the node says: 4 for data, 0 for a
    // keepalive, 1 for an initiation.
    public static IEnumerable<TheoryDataRow<bool, ulong, string, string>> Sent() =>
        new (ulong Next, string What, string Says)[]
        {
            (0, "data", "4"),
            (Rekey - 2, "data", "4"),
            (Rekey - 1, "data", "4"),
            (Rekey, "data", "41"),
            (Rekey + 1, "data", "41"),
            (Rekey - 1, "keepalive", "0"),
            (Rekey, "keepalive", "01"),
            (Rekey - 1, "data data data", "4414"),
            (Reject - (1 << 13), "data", "41"),
            (Reject - 2, "data data data", "414"),
            (Reject - 1, "data", "41"),
            (Reject - 1, "data data", "41"),
            (Reject - 1, "keepalive", "01"),
            (Reject, "data", "1"),
            (Reject, "keepalive", "1"),
            (Reject, "data data", "1"),
        }.SelectMany(
            row => new[] { true, false },
            (row, initiator) => new TheoryDataRow<bool, ulong, string, string>(
                initiator, row.Next, row.What, row.Says));

    [Theory]
    [MemberData(nameof(Sent))]
    public void A_session_asks_for_the_next_one_after_2_to_the_60_messages_and_ends_before_its_counter_does(
        bool initiator, ulong next, string what, string says)
    {
        TunnelSession session = new TunnelSession().Establish(initiator);
        session.End.Run(6_000);
        session.Peer.Keypairs.SendCounter[session.Peer.Current] = next;
        string[] sent = what.Split(' ');
        foreach (string one in sent)
        {
            if (one == "data")
            {
                session.Send(1);
            }
            else
            {
                session.ReceiveData();
                session.End.Run(10_000);
            }
        }

        byte[][] datagrams = [.. session.End.Sent.Select(s => s.Bytes)];
        Assert.Equal(says, session.Said());
        ulong[] counters = [.. datagrams.Where(d => d[0] == 4).Select(d => BitConverter.ToUInt64(d, 8))];
        Assert.Equal(counters.Select((_, i) => next + (ulong)i), counters);
        Assert.All(datagrams.Where(d => d[0] == 4), d => Assert.NotNull(session.Stock.Open(d)));

        // What found no room in the session goes out in the next one, which counts from 0.
        if (says.Contains('1'))
        {
            Assert.NotNull(session.Stock.TakeInitiation(datagrams.Last(d => d[0] == 1)));
            session.Receive(session.Stock.Respond());
            int waited = sent.Count(s => s == "data") - says.Count(c => c == '4');
            datagrams = session.End.Take();
            Assert.Equal(
                Enumerable.Range(0, Math.Max(1, waited)).Select(i => (ulong)i),
                datagrams.Select(d => BitConverter.ToUInt64(d, 8)));
            Assert.All(datagrams, d => Assert.Equal(waited > 0, session.Stock.Open(d)!.Length > 0));
        }
    }
}
