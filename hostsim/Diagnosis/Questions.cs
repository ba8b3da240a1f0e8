using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Spore.Hostsim.Control;
using Spore.Hostsim.Status;

namespace Spore.Hostsim.Diagnosis;

/// <summary>The questions that a person would ask one after the other, with their answers.</summary>
internal static class Questions
{
    /// <summary>The most seconds for which a peer without a word from it still counts as well.</summary>
    public const long Patience = 25;

    // In seconds.
    private const long MostClockError = 60;

    /// <summary>Answers the questions.</summary>
    /// <param name="facts">What is known.</param>
    /// <returns>The steps.</returns>
    public static IReadOnlyList<Step> Answer(Facts facts)
    {
        (NodeReport node, PeerReport peer) = (facts.Node, facts.Node.Peer);
        List<Step> steps =
        [
            new("In the network?", Membership(node, peer), peer.IsMember),
            new("Has the network expired?", Expiry(node), node.State != "expired"),
            new("This node's state?", $"{node.State}, version {StatusView.Version(node.Version, "none")}",
                node.State is "fresh" or "witness" ? true : node.State == "unconfirmed" ? null : false),
            new("Is its endpoint known?", Endpoint(peer), peer.Endpoint != null),
            new("Was an initiation sent?", Initiation(facts), peer.Session != null || peer.InitiationSent != null),
            new("Was it answered?", Answered(peer), peer.Session != null ? true : peer.Unanswered > 0 ? false : null),
            new("Did it ask for a cookie?", Ago(peer.Cookie, "no"), peer.Cookie is < Patience ? false : true),
            new("Is head agreed?", Agreement(facts), Agrees(facts)),
        ];
        steps.AddRange(HostSteps(facts));
        steps.Add(new("A clock?", Clock(facts), node.WitnessClock == 0 ? null : !IsClockOff(node)));
        steps.AddRange(facts.Others.Select(o => new Step($"What does {o.Name} report?", View(o), o.Session != null)));
        return steps;
    }

    /// <summary>Writes how long ago something was.</summary>
    /// <param name="seconds">Seconds ago, or null for never.</param>
    /// <param name="never">What stands for never.</param>
    public static string Ago(long? seconds, string never) =>
        seconds is { } ago ? $"{StatusView.Age(ago)} ago" : never;

    /// <summary>Writes a time of day.</summary>
    /// <param name="seconds">Unix seconds.</param>
    public static string Time(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds)
        .ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + "Z";

    /// <summary>Writes how far this machine's clock is from those of the witnesses.</summary>
    /// <param name="node">The node.</param>
    public static string ClockError(NodeReport node)
    {
        long ahead = node.Clock - node.WitnessClock;
        return $"{StatusView.Age(Math.Abs(ahead))} {(ahead < 0 ? "behind" : "ahead of")} theirs";
    }

    private static bool IsClockOff(NodeReport node) =>
        node.WitnessClock != 0 && Math.Abs(node.Clock - node.WitnessClock) > MostClockError;

    private static string Clock(Facts facts)
    {
        string kernel = facts.IsClockSynchronized switch
        {
            true => "the kernel calls it synchronized",
            false => "the kernel does not call it synchronized",
            null => "the kernel does not tell",
        };
        return facts.Node.WitnessClock == 0 ? $"no witness has told the time; {kernel}"
            : IsClockOff(facts.Node) ? $"this machine's clock is {ClockError(facts.Node)}; {kernel}"
            : $"it agrees with the witnesses' within a minute; {kernel}";
    }

    private static string Membership(NodeReport node, PeerReport peer)
    {
        if (peer.IsMember)
        {
            string allowed = peer.AllowedIps.Count == 0 ? string.Empty : $", {string.Join(", ", peer.AllowedIps)}";
            return $"yes, version {StatusView.Version(node.Version, "none")}{allowed}";
        }

        return peer.RemovedAfter != 0
            ? $"no; version {StatusView.Version(peer.RemovedAfter, "none")} was the last with it"
            : peer.IsConfigured ? "no; it is configured by hand"
            : "no";
    }

    private static string Expiry(NodeReport node)
    {
        if (node.Version == 0)
        {
            return "there is none";
        }

        string when = node.Expires == 0
            ? "it never does"
            : Time(node.Expires);
        return node.State == "expired" ? $"yes, {when}" : $"no, {when}";
    }

    private static string Endpoint(PeerReport peer)
    {
        if (peer.Endpoint == null)
        {
            return peer.Published.Count == 0 ? "no, and the network publishes none" : "not yet";
        }

        string source = peer.IsEndpointHeard ? "where it was heard"
            : peer.Published.Contains(peer.Endpoint) ? "as the network publishes it"
            : peer.IsConfigured ? "as configured by hand"
            : "not confirmed by it";
        return $"{peer.Endpoint}, {source}";
    }

    private static string Initiation(Facts facts)
    {
        PeerReport peer = facts.Node.Peer;
        return peer.InitiationSent is not { } ago
            ? facts.IsWhole ? "no" : "not known; the control socket tells it"
            : $"{StatusView.Age(ago)} ago" + (peer.Unanswered > 1
                ? FormattableString.Invariant($", {peer.Unanswered} without an answer")
                : string.Empty);
    }

    private static string Answered(PeerReport peer)
    {
        string heard = $"heard {Ago(peer.Heard, "never")}";
        return peer.Session is { } session ? $"yes, the session is {StatusView.Age(session)} old, {heard}"
            : peer.Unanswered > 0 ? $"no, {heard}"
            : $"there is no session, {heard}";
    }

    private static bool? Agrees(Facts facts) =>
        facts.PeerVersion == 0 ? null : facts.PeerVersion == facts.Node.Version && facts.Node.Peer.Equivocation == null;

    private static string Agreement(Facts facts) => facts.Node.Peer.Equivocation != null
        ? "no: it has another network of the same version"
        : Agrees(facts) switch
        {
            true => "yes",
            false => $"no: it has version {StatusView.Version(facts.PeerVersion, "none")}",
            null => "not known",
        };

    private static IEnumerable<Step> HostSteps(Facts facts)
    {
        yield return new("This machine's firewall?", facts switch
        {
            { DroppingRules: [{ } first, ..] } => $"it drops: {first}",
            { IsFirewallKnown: true } => "nothing that drops these datagrams",
            _ => "not looked at",
        }, facts.DroppingRules.Count > 0 ? false : facts.IsFirewallKnown ? true : null);
        yield return new("A route, and somebody there?", facts.Probe switch
        {
            ProbeResult.NoRoute => "there is no route",
            ProbeResult.HostUnreachable => "the machine at that address does not answer",
            ProbeResult.PortUnreachable => "a machine is there, and nothing listens at that port",
            ProbeResult.NotPermitted => "this machine may not send there",
            ProbeResult.Silent => "a route; nothing came back, as is usual",
            _ => "-",
        }, facts.Probe is ProbeResult.NotTried or ProbeResult.Silent ? null : false);
        yield return new("The MTU?", facts.LargePacketsPass switch
        {
            true => FormattableString.Invariant($"packets of {facts.Node.Mtu} bytes pass"),
            false => FormattableString.Invariant(
                $"packets of {facts.Node.Mtu} bytes are lost, of {facts.LargestMtu} pass"),
            null => "-",
        }, facts.LargePacketsPass);
    }

    private static string View(MemberView view) => view.Session is { } session
        ? $"a session of {StatusView.Age(session)} at {view.Endpoint}"
            + (view.Received > 0 ? ", and hears it now" : string.Empty)
        : "no session with it";
}
