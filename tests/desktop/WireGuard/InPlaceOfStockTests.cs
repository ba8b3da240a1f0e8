using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Xunit;

namespace Spore.Tests.WireGuard;

/// <summary>
/// Spore in the place of a stock peer says what the stock peer would say, at the same moments, whichever of the
/// two the other end is.
/// </summary>
public class InPlaceOfStockTests
{
    // As the initiator's and as the responder's, since A is always the first to ask.
    private static readonly (bool IsSporeA, bool IsSporeB)[] _places = [(true, false), (false, true), (true, true)];

    // That of A's timers and of B's: none, the most of either, and some.
    private static readonly (int A, int B)[] _jitters = [(0, 0), (333, 0), (0, 333), (120, 210)];

    private static readonly Dictionary<string, string> _lives = new()
    {
        ["a session, and nobody talks"] = "A0?",
        ["one packet"] = "A0",
        ["one packet, and an answer"] = "A0 B1",
        ["the initiator talks"] = "A0-400/3",
        ["the initiator talks now and then"] = "A0-400/29",
        ["the responder talks"] = "A0? B1-400/3",
        ["the responder talks now and then"] = "A0? B1-400/29",
        ["both talk"] = "A0-400/3 B1-400/3",
        ["both talk now and then"] = "A0-600/31 B1-600/37",
        ["both talk at once from the start"] = "A0-300/7 B0.5-300/11",
        ["both talk a lot during the rekey"] = "A0 B1 A119.95-120.15/0.01 B119.955-120.155/0.01",
        ["the initiator keeps alive"] = "A0=25 A600=0",
        ["the responder keeps alive"] = "A0? B1=25 B600=0",
        ["both keep alive"] = "A0=25 B3=25 A600=0 B600=0",
        ["both keep alive, and talk"] = "A0=25 B3=20 A10-400/40 B11-400/70 A600=0 B600=0",
        ["bursts after silence"] =
            "A0-0.9/0.1 A60-60.9/0.1 B61-61.9/0.1 A130-130.9/0.1 A400-400.9/0.1 B700-700.9/0.1 B800-800.9/0.1 A1400",
        ["the responder talks when the session is over"] = "A0 B200 B201 A202",
        ["the initiator hears only, until the session is over"] = "A0? B10 B60 B119 B121 B164 B166 B168 B179 B181",
    };

    private static readonly Dictionary<string, (string Events, string Lost)> _troubles = new()
    {
        // Losses.
        ["the initiation is lost"] = ("A0", "A1"),
        ["four initiations are lost"] = ("A0 A7", "A1*4"),
        ["the response is lost"] = ("A0", "B2"),
        ["four responses are lost"] = ("A0", "B2*4"),
        ["the first message is lost"] = ("A0 A3", "A4"),
        ["the first message is lost, and nothing follows"] = ("A0", "A4"),
        ["the first message is lost, a keepalive"] = ("A0? A30 B31", "A0"),
        ["the rekey's initiation is lost"] = ("A0 A119 A121-200/3 B122-200/5", "120-122"),
        ["the answers are lost"] = ("A0 A20 A40 B61", "B0*3"),
        ["the rekey's response is lost"] = ("A0 A119 A121-200/3 B122-200/5", "121.01-122"),
        ["the rekey's first message is lost"] = ("A0 A119 A121 B123 A126 B128 B140", "121.03-122"),
        ["the rekey's first message is lost, and the old keys end"] = ("A0 A121 B181 A182", "121.03-122"),
        ["the rekey that comes of hearing is lost"] = ("A0 B166 B168 B171", "A166-167"),
        ["the response is lost, and both want to send"] = ("A0 B2", "B2"),
        ["the first message is lost, and the responder wants to send"] = ("A0 B3", "A4"),
        ["the first message is lost, and the responder wants to send more"] = ("A0 B3 B6", "A4"),
        ["the first message is lost, a keepalive, and the responder wants to send"] = ("A0? B3", "A0"),

        // Ends that are gone.
        ["nobody answers"] = ("A0", "0-400"),
        ["nobody answers, and there is more to send after 80 s"] = ("A0 A80 A81 A82", "0-400"),
        ["nobody answers, and there is more to send after 80 s, until the other is there"] = ("A0 A80", "0-150"),
        ["nobody answers, and there is more to send when it is too late"] = ("A0 A130 A400", "0-300"),
        ["the other is gone for 3 minutes, while one talks"] = ("A0-400/3", "60-240"),
        ["the other is gone for 3 minutes, while both talk"] = ("A0-400/3 B1-400/5", "60-240"),
        ["the other is gone for 3 minutes, after one packet"] = ("A0 A60 A300 B301", "60-240"),
        ["the other is gone for 3 minutes, and is kept alive"] = ("A0=25 A600=0", "60-240"),
        ["the other is gone for 10 minutes"] = ("A0-700/30", "60-660"),
        ["only one way works for a while"] = ("A0-400/3 B1-400/5", "B60-100"),
        ["the initiator restarts and talks"] = ("A0-60/5 B1-60/5 A63! A65 B66", ""),
        ["the initiator restarts, and the responder talks"] = ("A0-60/5 B1-60/5 A63! B66", ""),
        ["the responder restarts and talks"] = ("A0-60/5 B1-60/5 B63! B65 A66", ""),
        ["the responder restarts, and the initiator talks"] = ("A0-60/5 B1-60/5 B63! A66-100/3", ""),
        ["the initiator restarts and is kept alive"] = ("A0=25 A63! A600=0", ""),
        ["the initiator moves and talks"] = ("A0-60/5 B1-60/5 A63@ A64-100/3 B65-100/3", ""),
        ["the responder moves and talks"] = ("A0-60/5 B1-60/5 B63@ B64-100/3 A65-100/3", ""),
        ["the responder moves, and the initiator talks"] = ("A0-60/5 B1-60/5 B63@ A65 B100", ""),
        ["the initiator moves and rekeys"] = ("A0 B1 A110@ A125 B126", ""),
        ["the initiator moves and makes a new session, and its first message is lost"] =
            ("A0 A100 A109@ B116.5 B118", "B109-111 A0"),
        ["the initiator moves when the session is over"] = ("A0 B1 A170@ A185 B186", ""),
        ["one keeps alive from the start, and the other is first to be heard"] = ("A0=25 B7 A600=0", "A1*2"),
        ["both keep alive from the start"] = ("A0=25 B0=25 A600=0 B600=0", ""),
        ["both want to send at once"] = ("A0 B0 A5 B6", ""),
        ["both want to send at about the same time"] = ("A0 B0.01 A5 B6", ""),
        ["both want to send when the session is over"] = ("A0 A185 B185 A190 B191", ""),
    };

    public static IEnumerable<TheoryDataRow<int>> Seeds() =>
        Enumerable.Range(1, 50).Select(seed => new TheoryDataRow<int>(seed));

    public static IEnumerable<TheoryDataRow<string>> Lives() =>
        _lives.Keys.Select(name => new TheoryDataRow<string>(name));

    public static IEnumerable<TheoryDataRow<string>> Troubles() =>
        _troubles.Keys.Select(name => new TheoryDataRow<string>(name));

    [Theory]
    [Statement("4-2", "4-8")]
    [MemberData(nameof(Lives))]
    public void Spore_says_what_stock_says_in_a_session_s_whole_life_and_neither_has_to_refuse_it(string name)
    {
        Scenario scenario = new(_lives[name]);
        foreach ((bool IsSporeA, bool IsSporeB) place in _places)
        {
            foreach ((int A, int B) jitters in _jitters)
            {
                (IEnd a, IEnd b) = Check(scenario, place.IsSporeA, place.IsSporeB, jitters);
                Assert.Equal((0, 0), (a.Refused, b.Refused));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Troubles))]
    public void Spore_says_what_stock_says_when_messages_or_peers_are_lost(string name)
    {
        Scenario scenario = new(_troubles[name].Events, _troubles[name].Lost);
        foreach ((bool IsSporeA, bool IsSporeB) place in _places)
        {
            foreach ((int A, int B) jitters in _jitters)
            {
                Check(scenario, place.IsSporeA, place.IsSporeB, jitters);
            }
        }
    }

    // What no table thought of: packets at random moments, now dense and now rare, and silences among them.
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Spore_says_what_stock_says_whatever_happens(int seed)
    {
        Random random = new(seed);
        List<string> events = [];
        List<string> lost = [];
        for (int at = 0; at < 900_000; at += random.Next(random.Next(2) == 0 ? 8_000 : 150_000))
        {
            string seconds = (at / 1_000m).ToString(CultureInfo.InvariantCulture);
            string who = random.Next(2) == 0 ? "A" : "B";
            events.Add(random.Next(40) == 0 ? $"{who}{seconds}={random.Next(2) * 25}" : $"{who}{seconds}");
            if (random.Next(4) == 0)
            {
                decimal begins = (at + random.Next(100)) / 1_000m;
                decimal ends = begins + (random.Next(random.Next(2) == 0 ? 60 : 30_000) / 1_000m);
                lost.Add(string.Create(
                    CultureInfo.InvariantCulture, $"{(random.Next(2) == 0 ? who : string.Empty)}{begins}-{ends}"));
            }
        }

        events.AddRange(["A901=0", "B901=0"]);
        Scenario scenario = new(string.Join(' ', events), string.Join(' ', lost));
        foreach ((bool IsSporeA, bool IsSporeB) place in _places)
        {
            Check(scenario, place.IsSporeA, place.IsSporeB, (random.Next(334), random.Next(334)));
        }
    }

    // As long as Spore departs from stock in each of these. Who does not any more is to be compared
    // with stock without it.
    [Theory]
    [Statement("4.4-1", "4.4-2", "4.5-1", "4.5-2", "4.8-1", "4.8-2", "4.8-3", "4.8-4")]
    [InlineData(Departures.TwoHandshakes, "both want to send at once")]
    [InlineData(
        Departures.InitiationsMoveNothing,
        "the initiator moves and makes a new session, and its first message is lost")]
    [InlineData(Departures.NinetySeconds, "nobody answers")]
    [InlineData(Departures.Remembers, "the first message is lost, a keepalive, and the responder wants to send")]
    [InlineData(Departures.LeavesItToTheTimer, "the other is gone for 3 minutes, while one talks")]
    [InlineData(Departures.KeepalivesDoNotWait, "one keeps alive from the start, and the other is first to be heard")]
    internal void What_Spore_departs_in_is_seen(Departures departure, string name)
    {
        Scenario scenario = new(_troubles[name].Events, _troubles[name].Lost);
        Assert.Contains(
            from place in _places from jitters in _jitters select (place, jitters),
            c => !Play(scenario, c.place.IsSporeA, c.place.IsSporeB, c.jitters).Lines.SequenceEqual(
                Stock(scenario, c.place.IsSporeA, c.place.IsSporeB, c.jitters, Departures.All & ~departure).Lines));
    }

    private static (IEnd A, IEnd B) Check(Scenario scenario, bool isSporeA, bool isSporeB, (int A, int B) jitters)
    {
        (IEnd a, IEnd b) = (End(isSporeA, 1), End(isSporeB, 2));
        List<(long At, string What)> said = scenario.Play(a, b, jitters).Lines;
        List<(long At, string What)> expected = Stock(scenario, isSporeA, isSporeB, jitters, Departures.All).Lines;
        int same = said.Zip(expected).TakeWhile(l => l.First == l.Second).Count();
        Assert.True(
            said.SequenceEqual(expected),
            $"Spore is {(isSporeA ? "A " : string.Empty)}{(isSporeB ? "B " : string.Empty)}, jitters are {jitters}. "
            + $"After {same} lines there is\n{Excerpt(said, same)}\nand not\n{Excerpt(expected, same)}");
        return (a, b);
    }

    private static Transcript Play(Scenario scenario, bool isSporeA, bool isSporeB, (int A, int B) jitters) =>
        scenario.Play(End(isSporeA, 1), End(isSporeB, 2), jitters);

    private static Transcript Stock(
        Scenario scenario, bool isSporeA, bool isSporeB, (int A, int B) jitters, Departures departures) =>
        scenario.Play(
            new StockEnd(1) { Departures = isSporeA ? departures : Departures.None },
            new StockEnd(2) { Departures = isSporeB ? departures : Departures.None },
            jitters);

    private static IEnd End(bool isSpore, byte seed) => isSpore ? new SporeEnd(seed) : new StockEnd(seed);

    private static string Excerpt(List<(long At, string What)> lines, int from) =>
        string.Join(", ", lines.Skip(from).Take(12));
}
