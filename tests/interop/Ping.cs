using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary>Pings with iputils.</summary>
internal static partial class Ping
{
    private const int Count = 3;

    // How many answers to wait for where three pings are looked at: a later one may be answered before these.
    private const int Answers = 6;

    // In milliseconds.
    private const int Rest = 1000;

    /// <summary>Demands that the first pings are answered.</summary>
    /// <param name="machine">Where to ping from.</param>
    /// <param name="address">The address, with a scope where it needs one.</param>
    /// <returns>The number of requests: while answers are late, ping sends more than it waits for.</returns>
    public static int IsAnswered(NetworkNamespace machine, string address)
    {
        // With a deadline it waits for late answers, and with -W hardly for the last one.
        string[] command = ["ping", "-n", "-c", Text(Answers), "-i", "0.1", "-w", Text(Wait.Patience), address];
        string output = machine.RunFor(2 * Wait.Patience, command).Output;
        for (int i = 1; i <= Count; i++)
        {
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"icmp_seq={i} ttl="), output);
        }

        string summary = Assert.Single(output.Split('\n'), Summary().IsMatch);
        int requests = int.Parse(Summary().Match(summary).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        if (requests > Answers)
        {
            // Those behind the last answer are still under way, and would be counted with what comes next.
            Thread.Sleep(Rest);
        }

        return requests;
    }

    /// <summary>Demands that pings at one time, over many ways, are answered.</summary>
    /// <param name="ways">Where to ping from, and the addresses.</param>
    public static void AreAnswered(IEnumerable<(NetworkNamespace From, string To)> ways)
    {
        RunningProgram[] pings = [.. ways.Select(
            w => w.From.Start(["ping", "-n", "-q", "-c", Text(Count), "-w", Text(Wait.Patience), w.To]))];
        foreach (RunningProgram ping in pings)
        {
            Assert.Equal(0, ping.WaitForEnd(2 * Wait.Patience));
            ping.Dispose();
        }
    }

    /// <summary>Demands that one of many pings is answered.</summary>
    /// <param name="machine">Where to ping from.</param>
    /// <param name="address">The address, with a scope where it needs one.</param>
    public static void IsAnsweredAtLast(NetworkNamespace machine, string address)
    {
        Assert.Equal(
            0,
            machine.RunFor(
                2 * Wait.Patience, "ping", "-n", "-q", "-c", "1", "-i", "0.2", "-w", Text(Wait.Patience), address)
                .ExitCode);
    }

    /// <summary>Demands that no ping is answered.</summary>
    /// <param name="machine">Where to ping from.</param>
    /// <param name="address">The address, with a scope where it needs one.</param>
    /// <param name="source">The address to ping from, or null.</param>
    public static void IsNotAnswered(NetworkNamespace machine, string address, string? source = null)
    {
        string[] from = source == null ? [] : ["-I", source];
        Assert.Contains(
            " 0 received",
            machine.Run(["ping", "-n", "-c", Text(Count), "-i", "0.1", "-W", "1", .. from, address]).Output);
    }

    /// <summary>Demands that a stock node's pings to all addresses of a member are answered.</summary>
    /// <param name="stock">The stock node.</param>
    /// <param name="member">The member.</param>
    public static void AllAreAnswered(StockNode stock, Member member)
    {
        IsAnswered(stock.Machine, stock.Scoped(member));
        IsAnswered(stock.Machine, member.Ipv4);
        IsAnswered(stock.Machine, member.Ipv6);
    }

    /// <summary>Starts to ping without a pause, 20 times a second.</summary>
    /// <param name="machine">Where to ping from.</param>
    /// <param name="address">The address, with a scope where it needs one.</param>
    /// <param name="seconds">For how long.</param>
    /// <returns>The program, which ends by itself.</returns>
    public static RunningProgram Start(NetworkNamespace machine, string address, int seconds)
    {
        return machine.Start(["ping", "-n", "-q", "-i", "0.05", "-w", Text(seconds), address]);
    }

    /// <summary>
    /// Demands that pings without a pause were answered, but for a few; the last one may have come too late.
    /// </summary>
    /// <param name="pings">The program, which has ended.</param>
    /// <param name="most">How many of them may be lost.</param>
    public static void HardlyAnyIsLost(RunningProgram pings, int most)
    {
        Match summary = pings.Lines.Select(l => Summary().Match(l)).Single(m => m.Success);
        int sent = int.Parse(summary.Groups[1].Value, CultureInfo.InvariantCulture);
        int answered = int.Parse(summary.Groups[2].Value, CultureInfo.InvariantCulture);
        Assert.InRange(answered, sent - most, sent);
    }

    [GeneratedRegex(@"^(\d+) packets transmitted, (\d+) received")]
    private static partial Regex Summary();

    private static string Text(int number)
    {
        return number.ToString(CultureInfo.InvariantCulture);
    }
}
