using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using System.Threading;
using Spore.Signing;

namespace Spore.Tests.Interop;

/// <summary><c>hostsim node</c> on a machine, with its timeline.</summary>
internal sealed partial class SporeNode
{
    // As with wireguard-go, sockets are found by the interface's name, whatever namespace it is in.
    private static int _count;

    private readonly bool _hasInterface;

    /// <summary>Starts a node.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="machine">The machine it runs on.</param>
    /// <param name="identity">Its identity.</param>
    /// <param name="number">Its number as a member.</param>
    /// <param name="tun">Whether it makes an interface.</param>
    /// <param name="network">The network file that it starts with, or null.</param>
    /// <param name="more">More options of the command line.</param>
    public SporeNode(
        Lab lab,
        NetworkNamespace machine,
        NodeIdentity identity,
        int number,
        bool tun,
        byte[]? network = null,
        params string[] more)
    {
        Machine = machine;
        Interface = string.Create(
            CultureInfo.InvariantCulture, $"sp{Environment.ProcessId}n{Interlocked.Increment(ref _count)}");
        Self = new Member(identity.PublicKey, number);
        List<string> arguments =
        [
            Dotnet(),
            Path.Combine(AppContext.BaseDirectory, "hostsim.dll"),
            "node",
            "--identity",
            lab.File($"{machine.Name}.id", identity.Record),
            .. more.Contains("--listen")
                ? []
                : new[] { "--listen", StockNode.Port.ToString(CultureInfo.InvariantCulture) },
            .. tun ? new[] { "--tun", Interface } : [],
            .. network == null ? [] : new[] { "--network", lab.File($"{machine.Name}.spore", network) },
            .. more,
        ];
        Program = lab.Keep(machine.Start([.. arguments]));
        Program.WaitFor("listening");
        _hasInterface = tun;
        if (tun)
        {
            // What comes last: then it has its addresses, and routes to all members of the network that it starts with.
            WaitForRoute("fe80::/10");
        }
    }

    /// <summary>The machine it runs on.</summary>
    public NetworkNamespace Machine { get; }

    /// <summary>The interface that it makes where it is to have one.</summary>
    public string Interface { get; }

    /// <summary>Its key and addresses.</summary>
    public Member Self { get; }

    /// <summary>The running program; what it writes is its timeline.</summary>
    public RunningProgram Program { get; }

    /// <summary>What it has told so far.</summary>
    public IReadOnlyList<TimelineLine> Timeline => [.. Program.Lines.Select(TimelineLine.Parse).OfType<TimelineLine>()];

    /// <summary>
    /// Waits until it has a network that came to it, and its interface what follows from that: its own
    /// addresses, then routes.
    /// </summary>
    /// <param name="version">Its version.</param>
    /// <param name="others">The other members.</param>
    public void WaitForNetwork(int version, params Member[] others)
    {
        Program.WaitFor("network applied", string.Create(CultureInfo.InvariantCulture, $"version {version}"));
        foreach (Member other in _hasInterface ? others : [])
        {
            WaitForRoute(other.Ipv6);
        }
    }

    /// <summary>The sessions that have come up so far, each with who initiated and the member.</summary>
    public IReadOnlyList<string> Sessions => [.. Timeline.Where(l => l.Verb == "session up").Select(l => l.Text)];

    /// <summary>How often it has noticed that links or addresses of its machine have changed.</summary>
    public int Changes => Timeline.Count(l => l.Verb == "links");

    /// <summary>Waits until it has told something.</summary>
    /// <param name="from">How many lines to skip.</param>
    /// <param name="verb">What happened.</param>
    /// <param name="text">What the rest of the line holds.</param>
    /// <param name="seconds">How long to wait at most.</param>
    /// <returns>The first such line.</returns>
    public TimelineLine WaitFor(int from, string verb, string text, int seconds = Wait.Patience)
    {
        TimelineLine? line = null;
        Wait.Until(
            () => (line = Timeline.Skip(from).FirstOrDefault(l => l.Verb == verb
                && l.Text.Contains(text, StringComparison.Ordinal))) != null,
            $"{Machine.Label} to tell '{verb}' and '{text}'",
            seconds);
        return line!;
    }

    /// <summary>How many packets have come out of the tunnel that it took for nobody, as its status says.</summary>
    /// <returns>Their number.</returns>
    public long CountDropped()
    {
        return long.Parse(Dropped().Match(Status()).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>Asks for its status.</summary>
    /// <returns>The line that tells it.</returns>
    public string Status()
    {
        int seen = Timeline.Count(IsStatus);
        Program.Ask();
        Wait.Until(() => Timeline.Count(IsStatus) > seen, "its status");
        return Timeline.Last(IsStatus).Text;
    }

    /// <summary>Waits until its status says that a member is somewhere.</summary>
    /// <param name="member">The member.</param>
    /// <param name="endpoint">The address and port.</param>
    public void WaitForEndpoint(Member member, string endpoint)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"member-{member.Number} at {endpoint};");
        Wait.Until(
            () =>
            {
                Program.Ask();
                return Program.Wrote(text);
            },
            $"its status to say '{text}'");
    }

    /// <summary>A link-local address with the interface it is behind.</summary>
    /// <param name="peer">Whose address.</param>
    /// <returns>The address, a percent sign and the interface.</returns>
    public string Scoped(Member peer)
    {
        return $"{peer.LinkLocal}%{Interface}";
    }

    /// <summary>The runtime these tests run on, wherever it is installed.</summary>
    /// <returns>Its path.</returns>
    public static string Dotnet()
    {
        return Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
    }

    private static bool IsStatus(TimelineLine line)
    {
        return line.Verb == "status";
    }

    [GeneratedRegex(@" (\d+) dropped inside$")]
    private static partial Regex Dropped();

    private void WaitForRoute(string destination)
    {
        Wait.Until(
            () => Machine.Ask("ip", "-6", "route", "show", "dev", Interface).Output
                .Split('\n')
                .Any(l => l.StartsWith($"{destination} ", StringComparison.Ordinal)),
            $"{Interface} to have a route to {destination}");
    }
}
