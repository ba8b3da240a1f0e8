using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace Spore.Tests.WireGuard;

/// <summary>
/// What happens to two ends, with times in seconds. "A3": A is offered a packet; "A3-90/5": one every 5 s; "A3?": it
/// wants a session with nothing to send; "A3=25": it keeps the session alive every 25 s; "A3!": it restarts; "A3@": it
/// is elsewhere from then on. What is lost: "A1" the first initiation of A's that is not lost yet (see
/// <see cref="Transcript"/>), "A1*3" three of them, "40-220" everything said meanwhile, "A40-220" what A says.
/// </summary>
internal sealed class Scenario
{
    private const int Delay = 20;

    private readonly List<(long At, char Who, char What, int Value)> _events = [];
    private readonly List<string> _lost = [];
    private readonly List<(long From, long To, char Who)> _silences = [];

    public Scenario(string events, string lost = "")
    {
        foreach (string e in Words(events))
        {
            string rest = e[1..].TrimEnd('?', '!', '@');
            string[] parts = rest.Split('-', '/', '=');
            char what = rest.Contains('=', StringComparison.Ordinal) ? '=' : char.IsDigit(e[^1]) ? '4' : e[^1];
            if (parts.Length == 3)
            {
                for (long at = Milliseconds(parts[0]); at <= Milliseconds(parts[1]); at += Milliseconds(parts[2]))
                {
                    _events.Add((at, e[0], what, 0));
                }
            }
            else
            {
                _events.Add(
                    (
                        Milliseconds(parts[0]),
                        e[0],
                        what,
                        parts.Length == 2 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0));
            }
        }

        _events = [.. _events.OrderBy(e => e.At)];
        foreach (string l in Words(lost))
        {
            string[] parts = l.TrimStart('A', 'B').Split('-');
            if (parts.Length == 2)
            {
                _silences.Add((Milliseconds(parts[0]), Milliseconds(parts[1]), l[0]));
            }
            else
            {
                _lost.AddRange(
                    Enumerable.Repeat(l[..2], l.Length > 2 ? int.Parse(l[3..], CultureInfo.InvariantCulture) : 1));
            }
        }
    }

    /// <summary>Plays it until nothing but persistent keepalives can follow.</summary>
    /// <param name="a">Who is at A.</param>
    /// <param name="b">Who is at B.</param>
    /// <param name="jitters">The jitter of every timer of A's, and of B's.</param>
    public Transcript Play(IEnd a, IEnd b, (int A, int B) jitters)
    {
        EndPair pair = new(a, b, Delay);
        (pair.A.Jitter, pair.B.Jitter) = jitters;
        Transcript transcript = new(pair);
        List<string> lost = [.. _lost];
        long start = pair.Now;
        pair.Filter = (end, bytes) =>
        {
            char who = end == pair.A ? 'A' : 'B';
            transcript.Write(end, bytes);
            long at = pair.Now - start;
            return !lost.Remove($"{who}{(bytes.Length == 32 ? 0 : bytes[0])}")
                && !_silences.Any(s => at >= s.From && at < s.To && s.Who is not ('A' or 'B') | s.Who == who);
        };
        foreach ((long at, char who, char what, int value) in _events)
        {
            pair.Run(start + at - pair.Now);
            Happen(who == 'A' ? pair.A : pair.B, what, value);
            pair.Happened?.Invoke();
        }

        pair.Run(700_000);
        return lost.Count == 0
            ? transcript
            : throw new InvalidOperationException($"{string.Join(' ', lost)} are never said: {transcript}");
    }

    private static void Happen(IEnd end, char what, int value)
    {
        switch (what)
        {
            case '4':
                end.Send([1]);
                break;
            case '?':
                end.Ask();
                break;
            case '=':
                end.KeepAlive(value);
                break;
            case '!':
                end.Restart();
                break;
            case '@':
                end.Endpoint = TunnelEnd.EndpointOf((byte)(end.Public[0] | 128), 4_321);
                break;
        }
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static long Milliseconds(string seconds) =>
        (long)(decimal.Parse(seconds, CultureInfo.InvariantCulture) * 1_000);
}
