using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Threading;

namespace Spore.Perf;

/// <summary>
/// The members of hub.sh: they connect to a hub that starts, and again all at once, while some stay connected. Prints
/// a figure a line, its name first.
/// </summary>
internal sealed class HubMeasurement : IDisposable
{
    // What a WireGuard peer waits for between two initiations, but for the jitter.
    private const int RekeyTimeout = 5000;
    private const int KeepaliveTimeout = 10000;
    private const int LastReplies = 1000;
    private const int RestTime = 5000;
    private const int EchoInterval = 50;
    private const int LongestStorm = 30000;
    private const int ReachInSecond = 1000;
    private const int Nice = 10;
    private const int HeldAtOnce = 100;

    // What making an initiation takes at most, in milliseconds.
    private const int HoldTime = 1;

    // The phases of echo requests.
    private const byte Reach = 1;
    private const byte Rest = 2;
    private const byte Storm = 3;
    private const byte ReachAgain = 4;

    private readonly int _count;
    private readonly MemberGroup _steady;
    private readonly MemberGroup _others;
    private readonly MemberGroup[] _groups;

    /// <summary>Makes the members.</summary>
    /// <param name="count">How many.</param>
    /// <param name="steady">How many of them stay connected while the others connect again.</param>
    /// <param name="addresses">How many outer addresses all members share.</param>
    /// <param name="hubKey">The hub's public key.</param>
    /// <param name="hub">Where the hub will be.</param>
    public HubMeasurement(int count, int steady, int addresses, byte[] hubKey, IPEndPoint hub)
    {
        _count = count;
        _steady = new MemberGroup(0, steady, addresses, hubKey, hub, 0);
        _others = new MemberGroup(steady, count, addresses, hubKey, hub, Nice);
        _groups = [_steady, _others];
    }

    /// <summary>
    /// Lets all members initiate, as peers that have lost the hub do. Prints <c>ready</c>, reads when the hub was
    /// started (microseconds since 1970) and its process, and measures.
    /// </summary>
    /// <param name="limit">How many seconds all sessions may take.</param>
    public void Run(int limit)
    {
        foreach (MemberGroup group in _groups)
        {
            group.Begin(RekeyTimeout);
        }

        Thread.Sleep(RekeyTimeout);
        Console.WriteLine("ready");
        string[] hubStart = (Console.ReadLine() ?? "").Split(' ');
        double age = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).TotalMilliseconds
            - (double.Parse(hubStart[0], CultureInfo.InvariantCulture) / 1000);
        HubProcess hub = new(int.Parse(hubStart[1], CultureInfo.InvariantCulture));
        long dropped = hub.Dropped;
        Connect(MemberGroup.Now - age, limit, hub);
        Print("reached", Ping(Reach));

        // The members confirm the replies. To make an initiation counts as sending, and would put that off.
        Thread.Sleep(KeepaliveTimeout);
        double rest = MeasureRest(hub);
        MeasureStorm(hub, rest);
        Print("reached-again", Ping(ReachAgain));
        Print("end-memory", hub.Memory);
        Print("end-peak", hub.PeakMemory);
        Print("dropped", hub.Dropped - dropped);
        Print("sessions", Sum(_groups, m => m.Sessions));
        Print("other-packets", _groups.Sum(g => g.OtherPackets));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _steady.Dispose();
        _others.Dispose();
    }

    private static void Print(string name, double value)
    {
        if (!double.IsNaN(value))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} {value:0.##}"));
        }
    }

    private static int Sum(IEnumerable<MemberGroup> groups, Func<Member, int> select)
    {
        int sum = 0;
        foreach (MemberGroup group in groups)
        {
            group.Do(() => sum += group.Members.Sum(select));
        }

        return sum;
    }

    // Waits until all members of groups have a session that came up since a time; returns the times that it took.
    private static List<long> Await(IReadOnlyCollection<MemberGroup> groups, double since, int limit)
    {
        List<long> times = [];
        int count = Sum(groups, _ => 1);
        while (times.Count < count && MemberGroup.Now - since < limit)
        {
            Thread.Sleep(20);
            times.Clear();
            foreach (MemberGroup group in groups)
            {
                group.Do(() => times.AddRange(
                    group.Members.Where(m => m.SessionAt >= since).Select(m => m.SessionAt - (long)since)));
            }
        }

        times.Sort();
        return times;
    }

    private static void PrintTimes(string phase, List<long> times)
    {
        Print($"{phase}-members", times.Count);
        if (times.Count > 0)
        {
            Print($"{phase}-first", times[0]);
            Print($"{phase}-median", times[times.Count / 2]);
            Print($"{phase}-last", times[^1]);
        }
    }

    private void Connect(double start, int limit, HubProcess hub)
    {
        List<long> times = Await(_groups, start, limit * 1000);
        Print("start-cpu", hub.ProcessorTime);
        PrintTimes("start", times);
        Print("start-sessions", Sum(_groups, m => m.Sessions));
        Print("start-cookies", Sum(_groups, m => m.Cookies));
        Print("start-memory", hub.Memory);
        Print("start-peak", hub.PeakMemory);
    }

    // Returns the number of members that the hub answers.
    private int Ping(byte phase)
    {
        double apart = 1000.0 / ReachInSecond;
        List<Echoes> echoes = [.. _groups.Select(g => g.BeginEchoes(phase, apart, 0))];
        Thread.Sleep((int)(_count * apart) + LastReplies);
        int members = 0;
        for (int i = 0; i < _groups.Length; i++)
        {
            _groups[i].Do(() => members += echoes[i].Members);
        }

        return members;
    }

    // Returns the processor time that echo requests take the hub, in seconds for each second.
    private double MeasureRest(HubProcess hub)
    {
        double apart = (double)EchoInterval / _steady.Members.Count;
        double before = hub.ProcessorTime;
        Echoes echoes = _steady.BeginEchoes(Rest, apart, EchoInterval);
        Thread.Sleep(RestTime);
        double cost = (hub.ProcessorTime - before) / (RestTime / 1000.0);
        EndEchoes("rest", echoes);
        return cost;
    }

    private void MeasureStorm(HubProcess hub, double rest)
    {
        int cookies = Sum(_groups, m => m.Cookies);
        int sessions = Sum(_groups, m => m.Sessions);
        long time = MemberGroup.Now + 200 + (_count * HoldTime);
        foreach (Member[] some in _others.Members.Chunk(HeldAtOnce))
        {
            // Not all at once, since timers have to fire in between.
            _others.Do(() => Array.ForEach(some, m => m.Hold(time)));
        }

        Thread.Sleep((int)Math.Max(0, time - MemberGroup.Now));
        double before = hub.ProcessorTime;
        Echoes echoes = _steady.BeginEchoes(Storm, (double)EchoInterval / _steady.Members.Count, EchoInterval);
        long start = MemberGroup.Now;
        _others.Do(() =>
        {
            foreach (Member member in _others.Members)
            {
                member.SendHeld();
            }

            _others.QueueAll();
        });
        List<long> times = Await([_others], start, LongestStorm);
        long end = MemberGroup.Now;
        double used = hub.ProcessorTime - before - (rest * (end - start) / 1000.0);
        EndEchoes("storm", echoes);
        PrintTimes("storm", times);
        Print("storm-cpu", used);
        Print("storm-sessions", Sum(_groups, m => m.Sessions) - sessions);
        Print("storm-cookies", Sum(_groups, m => m.Cookies) - cookies);
    }

    private void EndEchoes(string phase, Echoes echoes)
    {
        _steady.EndEchoes();
        Thread.Sleep(LastReplies);
        _steady.Do(() =>
        {
            Print($"{phase}-sent", echoes.Sent);
            Print($"{phase}-answered", echoes.Answered);
            Print($"{phase}-rtt", echoes.Time(0.5));
            Print($"{phase}-rtt99", echoes.Time(0.99));
            Print($"{phase}-rttmax", echoes.Time(1));
        });
    }
}
