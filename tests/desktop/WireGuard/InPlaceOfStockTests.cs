using System.Collections.Generic;
using System.Linq;
using Xunit;

namespace Spore.Tests.WireGuard;

/// <summary>Spore in the place of a stock peer says what the stock peer would say, at the same moments, whichever of the two the other end is.</summary>
public class InPlaceOfStockTests
{
    // As the initiator's and as the responder's, since A is always the first to ask.
    private static readonly (bool IsSporeA, bool IsSporeB)[] _places = [(true, false), (false, true), (true, true)];

    // That of A's timers and of B's: none, the most of either, and some.
    private static readonly (int A, int B)[] _jitters = [(0, 0), (333, 0), (0, 333), (120, 210)];

    private static readonly Dictionary<string, (string Events, string Lost)> _scenarios = new()
    {
        // Whole lives, to wiped keys.
        ["a session, and nobody talks"] = ("A0?", ""),
        ["one packet"] = ("A0", ""),
        ["one packet, and an answer"] = ("A0 B1", ""),
        ["the initiator talks"] = ("A0-400/3", ""),
        ["the initiator talks now and then"] = ("A0-400/29", ""),
        ["the responder talks"] = ("A0? B1-400/3", ""),
        ["the responder talks now and then"] = ("A0? B1-400/29", ""),
        ["both talk"] = ("A0-400/3 B1-400/3", ""),
        ["both talk now and then"] = ("A0-600/31 B1-600/37", ""),
        ["both talk at once from the start"] = ("A0-300/7 B0.5-300/11", ""),
        ["the initiator keeps alive"] = ("A0=25 A600=0", ""),
        ["the responder keeps alive"] = ("A0? B0=25 B600=0", ""),
        ["both keep alive"] = ("A0=25 B3=25 A600=0 B600=0", ""),
        ["both keep alive, and talk"] = ("A0=25 B3=20 A10-400/40 B11-400/70 A600=0 B600=0", ""),
        ["bursts after silence"] = ("A0-0.9/0.1 A60-60.9/0.1 B61-61.9/0.1 A130-130.9/0.1 A400-400.9/0.1 B700-700.9/0.1 B800-800.9/0.1 A1400", ""),
        ["the responder talks when the session is over"] = ("A0 B200 B201 A202", ""),
        ["the initiator hears only, until the session is over"] = ("A0? B10 B60 B119 B121 B164 B166 B168 B179 B181", ""),

        // Losses.
        ["the initiation is lost"] = ("A0", "A1"),
        ["four initiations are lost"] = ("A0 A7", "A1*4"),
        ["the response is lost"] = ("A0", "B2"),
        ["four responses are lost"] = ("A0", "B2*4"),
        ["the first message is lost"] = ("A0 A3", "A4"),
        ["the first message is lost, and nothing follows"] = ("A0", "A4"),
        ["the first message is lost, a keepalive"] = ("A0? A30 B31", "A0"),
        ["the rekey's initiation is lost"] = ("A0-200/3 B1-200/5", "A1 A1"),
        ["the answers are lost"] = ("A0 A20 A40 B61", "B0*3"),
    };

    public static IEnumerable<TheoryDataRow<string>> Scenarios() => _scenarios.Keys.Select(name => new TheoryDataRow<string>(name));

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Spore_says_what_stock_says(string name)
    {
        (string events, string lost) = _scenarios[name];
        Scenario scenario = new(events, lost);
        foreach ((int A, int B) jitters in _jitters)
        {
            Transcript expected = scenario.Play(false, false, jitters).Said;
            foreach ((bool isSporeA, bool isSporeB) in _places)
            {
                Transcript said = scenario.Play(isSporeA, isSporeB, jitters).Said;
                int same = said.Lines.Zip(expected.Lines).TakeWhile(l => l.First == l.Second).Count();
                Assert.True(
                    said.Lines.SequenceEqual(expected.Lines),
                    $"A {isSporeA}, B {isSporeB}, {jitters}, from {same} on: {string.Join(", ", said.Lines.Skip(same).Take(12))}\nnot {string.Join(", ", expected.Lines.Skip(same).Take(12))}");
            }
        }
    }
}
