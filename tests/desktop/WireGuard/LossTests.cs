using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Spore.WireGuard;
using Xunit;

namespace Spore.Tests.WireGuard;

/// <summary>
/// One lost message at each step of a session's life, in either direction: what is said next, and when. In a table a
/// packet is offered by "A3", to be sent by A after 3 s ("A3?" only asks for a session). What is said stands in groups,
/// each with its moment as in <see cref="LifeTable"/>: "A1" is an initiation of A's, "B2" a response, "A4" data, "B0" a
/// keepalive, and "!" marks one that is lost. Nothing else is said in 170 s. So it is between two of Spore, and between
/// Spore and the model of a stock peer; what is different with that at B is in the second table.
/// </summary>
public class LossTests
{
    private static readonly Dictionary<string, (string Offered, string Said)> _tables = new()
    {
        ["nothing"] = ("A0", "0 A1 B2 A4, 10 B0"),
        ["the initiation"] = ("A0", "0 A1!, 5~ A1 B2 A4, +10 B0"),
        ["the initiation, again and again"] =
            ("A0 A7", "0 A1!, +5~ A1!, +5~ A1!, +5~ A1!, +5~ A1 B2 A4 A4, +10 B0, +10 B0"),
        ["the response"] = ("A0", "0 A1 B2!, 5~ A1 B2 A4, +10 B0"),
        ["the response, while both want to send"] = ("A0 B2", "0 A1 B2!, 5~ A1 B2 A4 B4, +10 A0"),
        ["the first message, with data in it"] = ("A0", "0 A1 B2 A4!, 15~ A1 B2 A0"),
        ["the first message, and there is more to send"] = ("A0 A3", "0 A1 B2 A4!, 3 A4, 13 B0"),
        ["the first message, and the other side has something to send"] =
            ("A0 B3", "0 A1 B2 A4!, 5.333~ B1 A2 B4, +10 A0"),
        ["the first message, a keepalive"] = ("A0?", "0 A1 B2 A0!"),
        ["the first message, a keepalive, and there is more to send"] = ("A0? A3", "0 A1 B2 A0!, 3 A4, 13 B0"),
        ["the first message, a keepalive, and the other side has something to send"] =
            ("A0? B3", "0 A1 B2 A0!, 5.333~ B1 A2 B4, +10 A0"),
        ["data"] = ("A0 A20", "0 A1 B2 A4, 10 B0, 20 A4!, 35~ A1 B2 A0"),
        ["data that more of it follows"] = ("A0 A20 A25", "0 A1 B2 A4, 10 B0, 20 A4!, 25 A4, 35 B0"),
        ["data of the side that did not initiate"] = ("A0 B20", "0 A1 B2 A4, 10 B0, 20 B4!, 35~ B1 A2 B0"),
        ["the keepalive that answers data"] = ("A0", "0 A1 B2 A4, 10 B0!, 15~ A1 B2 A0"),
        ["the keepalive of the side that initiated"] = ("A0 B20", "0 A1 B2 A4, 10 B0, 20 B4, 30 A0!, 35~ B1 A2 B0"),
        ["the rekey's initiation"] =
            ("A0 A120 A122 B123", "0 A1 B2 A4, 10 B0, 120 A4 A1!, 122 A4, 123 B4, 125~ A1 B2 A0"),
        ["the rekey's initiation, which comes of hearing"] =
            ("A0 B165 B167", "0 A1 B2 A4, 10 B0, 165 B4 A1!, 167 B4, 170~ A1 B2 A0"),
        ["the rekey's initiation, until the session is over"] =
            ("A0 A175 A181 B182", "0 A1 B2 A4, 10 B0, 175 A4 A1!, 180~ A1!, 182 B1 A2 B4 A4, 192 B0"),
        ["the rekey's response"] =
            ("A0 A120 A122 B123", "0 A1 B2 A4, 10 B0, 120 A4 A1 B2!, 122 A4, 123 B4, 125~ A1 B2 A0"),
        ["the rekey's response, while the other side sends"] =
            ("A0 A120 B121 B131", "0 A1 B2 A4, 10 B0, 120 A4 A1 B2!, 121 B4, 125~ A1 B2 A0, 131 B4, 141 A0"),
        ["the rekey's first message"] = ("A0 A120", "0 A1 B2 A4, 10 B0, 120 A4 A1 B2 A0!"),
        ["the rekey's first message, and there is more to send"] =
            ("A0 A120 A123", "0 A1 B2 A4, 10 B0, 120 A4 A1 B2 A0!, 123 A4, 133 B0"),
        ["the rekey's first message, and the other side sends under the old keys"] =
            ("A0 A120 B123 A126 B128", "0 A1 B2 A4, 10 B0, 120 A4 A1 B2 A0!, 123 B4, 126 A4, 128 B4, 138 A0"),
        ["the rekey's first message, and the old keys end"] =
            ("A0 A120 B180 A181", "0 A1 B2 A4, 10 B0, 120 A4 A1 B2 A0!, 180 B1 A2 B4, 181 A4, 191 B0"),
    };

    // A stock peer forgets that it wanted a session when it has just answered for one: its packet waits for the
    // other's next attempt.
    private static readonly Dictionary<string, string> _withStockAtB = new()
    {
        ["the first message, and the other side has something to send"] = "0 A1 B2 A4!, 15~ A1 B2 A0 B4, +10 A0",
        ["the first message, a keepalive, and the other side has something to send"] = "0 A1 B2 A0!",
    };

    public static IEnumerable<TheoryDataRow<string, string, bool>> Tables() =>
        from name in _tables.Keys
        from ends in new[] { "Spore, Spore", "Spore, stock", "stock, Spore" }
        from reversed in new[] { false, true }
        select new TheoryDataRow<string, string, bool>(name, ends, reversed);

    [Theory]
    [MemberData(nameof(Tables))]
    public void What_is_lost_is_made_up_for_as_the_table_says(string name, string ends, bool reversed)
    {
        (string offered, string said) = _tables[name];
        if (ends == "Spore, stock" && _withStockAtB.TryGetValue(name, out string? other))
        {
            said = other;
        }

        IEnd a = ends == "stock, Spore" ? new StockEnd(1) : new SporeEnd(1);
        IEnd b = ends == "Spore, stock" ? new StockEnd(2) : new SporeEnd(2);
        EndPair pair = reversed ? new(b, a, 0) : new(a, b, 0);
        string[] expected = [.. said.Split(", ").SelectMany(group => group.Split(' ')[1..])];
        List<(string What, long At)> log = [];
        pair.Filter = (end, bytes) =>
        {
            log.Add(($"{(end == a ? 'A' : 'B')}{(bytes.Length == 32 ? 0 : bytes[0])}", pair.Now));
            return log.Count > expected.Length || !expected[log.Count - 1].EndsWith('!');
        };
        long start = pair.Now;
        List<byte> ofA = [];
        List<byte> ofB = [];
        foreach (string offer in offered.Split(' '))
        {
            IEnd end = offer[0] == 'A' ? a : b;
            pair.Run(start + (long.Parse(offer.Trim('A', 'B', '?')) * 1000) - pair.Now);
            if (offer.EndsWith('?'))
            {
                end.Ask();
                continue;
            }

            List<byte> values = end == a ? ofA : ofB;
            values.Add((byte)(values.Count + 1));
            end.Send([values[^1]]);
        }

        pair.Run(170_000);
        Check(said, start, log);
        Assert.Equal(Left(ofA, expected, "A4"), b.Received.Select(r => r[0]));
        Assert.Equal(Left(ofB, expected, "B4"), a.Received.Select(r => r[0]));
    }

    private static void Check(string said, long start, List<(string What, long At)> log)
    {
        string all = string.Join(' ', log.Select(l => $"{l.At - start} {l.What}"));
        long last = start;
        int next = 0;
        foreach (string[] group in said.Split(", ").Select(g => g.Split(' ')))
        {
            bool isLate = group[0].EndsWith('~');
            long low = (group[0][0] == '+' ? last : start)
                + (long)(decimal.Parse(group[0].Trim('+', '~'), CultureInfo.InvariantCulture) * 1000);
            last = next < log.Count ? log[next].At : 0;
            Assert.True(
                last >= low && last <= low + (isLate ? Constants.RekeyTimeoutJitter : 0),
                $"{string.Join(' ', group)}: {all}");
            foreach (string what in group[1..])
            {
                Assert.True(
                    next < log.Count && log[next] == (what.TrimEnd('!'), last), $"{string.Join(' ', group)}: {all}");
                next++;
            }
        }

        Assert.True(next == log.Count, $"more than {said}: {all}");
    }

    // What is offered comes in order, but for what is lost.
    private static IEnumerable<byte> Left(List<byte> offered, string[] expected, string data) =>
        offered.Zip(expected.Where(e => e.StartsWith(data, StringComparison.Ordinal)), (value, e) => (value, e))
            .Where(p => !p.e.EndsWith('!'))
            .Select(p => p.value);
}
