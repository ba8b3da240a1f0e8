using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using Spore.Hostsim.Control;
using Spore.Hostsim.Display;
using Spore.Hostsim.Status;

namespace Spore.Hostsim.Diagnosis;

/// <summary>
/// Finds the cause for which a peer can't be reached, from what is known. The first that fits counts.
/// </summary>
internal sealed class CauseFinder
{
    // How often a peer has to change its endpoint, in how many seconds, to be two machines. Nobody roams as fast.
    private const int TwinMoves = 3;
    private const long TwinTime = 600;

    // In seconds, for which a hello of a twin counts.
    private const long TwinMemory = 600;

    // How many responses have to be in vain: one or two datagrams may be lost.
    private const int OneWayResponses = 2;

    private readonly Facts _facts;
    private readonly NodeReport _node;
    private readonly PeerReport _peer;

    private CauseFinder(Facts facts)
    {
        _facts = facts;
        _node = facts.Node;
        _peer = facts.Node.Peer;
    }

    private string Name => PeerName.Of(_peer.Key, _peer.Label);

    private string Here => _peer.Endpoint ?? "its endpoint";

    // Others that have heard the peer, as far as that can be told. A session alone may outlive its peer by 3 minutes.
    private IEnumerable<MemberView> Hearing => _facts.Others.Where(
        o => o.Received > 0 || (o.Session != null && _peer.Heard is { } heard && o.Session < heard));

    /// <summary>Finds the cause.</summary>
    /// <param name="facts">What is known.</param>
    /// <returns>The verdict.</returns>
    public static Verdict Of(Facts facts)
    {
        CauseFinder finder = new(facts);
        (Cause cause, string sentence, string advice) =
            finder.Known() ?? finder.Identity() ?? finder.Network() ?? finder.Session()
            ?? finder.Machine() ?? finder.Path();
        return new Verdict(Questions.Answer(facts), cause, sentence, advice);
    }

    private (Cause, string, string)? Known()
    {
        if (_facts.IsSelf)
        {
            return (Cause.Self, $"{Name} is this machine's own node.", "Ask for another peer.");
        }

        if (_peer.IsMember)
        {
            return null;
        }

        if (_peer.SimilarTo is { } similar)
        {
            return (
                Cause.KeyMistyped,
                $"The key {_peer.Key} is no member's, and differs in a few characters from that of {similar}: it was "
                    + "mistyped.",
                $"Correct the key where it was written; flash show network.spore has the right one of {similar}.");
        }

        if (_peer.RemovedAfter != 0)
        {
            return (
                Cause.Removed,
                $"{Name} is no member any more: version {Version(_peer.RemovedAfter)} named it, and version "
                    + $"{Version(_node.Version)} does not.",
                "Add it to the network again if it was not meant to go, and sign the next version.");
        }

        return _peer.IsConfigured || _facts.Answer != PeerAnswer.None
            ? null
            : (
                Cause.NotMember,
                $"{Name} is not in the network of this node, version {Version(_node.Version)}.",
                "Check the key, or add the member to the network and sign the next version.");
    }

    private (Cause, string, string)? Identity()
    {
        if (_node.TwinHeard is < TwinMemory)
        {
            return (
                Cause.DuplicateIdentity,
                $"Another machine, at {_node.TwinEndpoint}, has the identity of this node: the two take each other's "
                    + "sessions away.",
                "Give each machine an identity of its own (flash node new), and name the new key in the network.");
        }

        PeerPlace[] recent = [.. _peer.Places.Where(p => p.Since < TwinTime)];
        int moves = recent.Zip(recent.Skip(1)).Count(p => p.First.Endpoint != p.Second.Endpoint);
        string[] places = [.. recent.Select(p => p.Endpoint).Distinct()];
        return moves >= TwinMoves && places.Length < moves + 1
            ? (
                Cause.DuplicateIdentity,
                $"Two machines have the identity of {Name}, at {string.Join(" and ", places)}: they take each other's "
                    + "sessions away.",
                "Give one of them an identity of its own (flash node new), and name the new key in the network.")
            : null;
    }

    private (Cause, string, string)? Network()
    {
        if (_node.State == "expired")
        {
            return _node.WitnessClock != 0 && _node.WitnessClock < _node.Expires
                ? (
                    Cause.Clock,
                    "This machine's clock is wrong: by it the network has expired, and by the clocks of the witnesses "
                        + $"it has not; it is {Questions.ClockError(_node)}.",
                    "Set this machine's clock, by NTP for example; the node follows within a minute.")
                : (
                    Cause.Expired,
                    $"The network has expired: version {Version(_node.Version)} was valid until "
                        + $"{Questions.Time(_node.Expires)}; this machine's clock says {Questions.Time(_node.Clock)}.",
                    "Sign the next version with a later Expires, and push it: hostsim push network.spore. If the clock "
                        + "is wrong, set it.");
        }

        if (_node is { Version: 0, ExpiredHeader: not null })
        {
            return (
                Cause.Clock,
                "This node has no network: the one that its peers have has expired, or this machine's clock is ahead.",
                "Compare the clocks; or sign the next version with a later Expires, and push it.");
        }

        if (_node.Version == 0)
        {
            return (
                Cause.NoNetwork,
                "This node has no network yet, so that nobody is a member for it.",
                "Give it a network (hostsim push network.spore), or a peer that has one (--peer, --rendezvous).");
        }

        return _node.State == "behind"
            ? (
                Cause.Behind,
                $"This node has version {Version(_node.Version)}, and may not have the newer one that others show: it "
                    + "was removed.",
                "Add it to the network again if it was not meant to go, and sign the next version.")
            : null;
    }

    private (Cause, string, string)? Session()
    {
        if (_peer.Equivocation != null)
        {
            return (
                Cause.Equivocation,
                $"{Name} has another network of version {Version(_node.Version)}: two different ones were signed.",
                "Sign the next version, and push it; then find out who else signs.");
        }

        switch (_facts.Answer)
        {
            case PeerAnswer.Status when _facts.LargePacketsPass == false:
                return (
                    Cause.Mtu,
                    $"{Name} answers, but packets of {_node.Mtu} bytes are lost: a link between has a smaller MTU, and "
                        + "nobody reports it.",
                    FormattableString.Invariant($"Start the nodes with --mtu {_facts.LargestMtu}, or let ICMP pass."));
            case PeerAnswer.Status when _facts.PeerState == "expired":
                return (
                    Cause.Clock,
                    $"The clock of {Name} is wrong: by it the network has expired, and by this machine's it has not.",
                    $"Set the clock of {Name}, by NTP for example; its node follows within a minute.");
            case PeerAnswer.Status or PeerAnswer.NoFiles:
                return (
                    Cause.None,
                    $"Nothing is wrong: {Name} answers{RoundTrip()}{Versions()}.",
                    "Nothing is to be done.");
            case PeerAnswer.Refused when _facts.PeerVersion == _node.Version:
                return (
                    Cause.Clock,
                    $"{Name} answers, but does not count this node as a member although it has the same network: by "
                        + $"the clock of {Name} the network has expired.",
                    $"Set the clock of {Name}, by NTP for example; its node follows within a minute.");
            case PeerAnswer.Refused:
                return (
                    Cause.OtherNetwork,
                    $"{Name} answers, but does not count this node as a member: it has version "
                        + $"{Version(_facts.PeerVersion)}, and this node {Version(_node.Version)}.",
                    $"Wait some seconds; then push the newer one: hostsim push network.spore --to {Name}.");
            default:
                return null;
        }
    }

    private (Cause, string, string)? Machine()
    {
        if (_peer.Endpoint == null)
        {
            MemberView? other = Hearing.FirstOrDefault(o => o.Endpoint != null);
            return other != null
                ? (
                    Cause.Nat,
                    $"Where {Name} is, this node does not know: the network publishes no endpoint, and {Name} speaks "
                        + $"to {other.Name} only, from {other.Endpoint}.",
                    $"Publish an Endpoint of {Name}, or one of this machine's node: then {Name} initiates.")
                : (
                    Cause.NoEndpoint,
                    $"Where {Name} is, nobody knows: the network publishes no endpoint, and it has not been heard.",
                    $"Start {Name}, or publish an Endpoint of it.");
        }

        if (_facts.Probe == ProbeResult.NoRoute)
        {
            return (
                Cause.NoRoute,
                $"This machine has no route to {_peer.Endpoint}, where {Name} is.",
                "Look at this machine's network: ip route get " + AddressOf(_peer.Endpoint) + ".");
        }

        return _facts.Probe == ProbeResult.NotPermitted || _facts.DroppingRules.Count > 0
            ? (
                Cause.OwnFirewall,
                "This machine's own firewall drops datagrams of its node: "
                    + $"{_facts.DroppingRules.FirstOrDefault() ?? "those that it sends"}.",
                FormattableString.Invariant($"Let UDP of port {_node.ListenPort} pass, in both directions."))
            : null;
    }

    private (Cause, string, string) Path()
    {
        // Its initiations arrive here, and what is sent there does not.
        if (_peer.Unconfirmed >= OneWayResponses && _peer.ResponseSent < Questions.Patience)
        {
            return (
                Cause.OneWay,
                $"Datagrams pass in one direction only: initiations of {Name} arrive here, and what this node sends to "
                    + $"{Here} does not arrive there.",
                $"Look at the firewall of {Name} and those between: UDP from this machine has to pass.");
        }

        if (_facts.Probe == ProbeResult.PortUnreachable && Elsewhere() is null)
        {
            return (
                Cause.Stopped,
                $"{Name} does not run: its machine answers at {Here} that nothing listens at that port.",
                $"Start the node of {Name}, or correct the port of its Endpoint.");
        }

        if (Elsewhere() is { } elsewhere)
        {
            bool mayBeNat = _peer is { IsEndpointHeard: true, Published.Count: 0 };
            return mayBeNat
                ? (
                    Cause.Nat,
                    $"{Name} is behind a NAT that has forgotten this node: {elsewhere.Name} reaches it at "
                        + $"{elsewhere.Endpoint}, and this node knows {Here}.",
                    $"Set PersistentKeepalive = 25 for {Name} in the network, and an Endpoint of this machine's node.")
                : (
                    Cause.WrongEndpoint,
                    $"{Name} is not at {Here}: {elsewhere.Name} reaches it at {elsewhere.Endpoint}.",
                    $"Correct the Endpoint of {Name} in the network, and sign the next version.");
        }

        if (Hearing.FirstOrDefault() is { } hearing)
        {
            return _peer is { Published.Count: 0, Keepalive: 0 }
                ? (
                    Cause.Nat,
                    $"{Name} is behind a NAT that has forgotten this node: {hearing.Name} hears it at {Here}, and what "
                        + "this node sends there is dropped.",
                    $"Set PersistentKeepalive = 25 for {Name} in the network, and an Endpoint of this machine's node.")
                : (
                    Cause.OneWay,
                    $"A firewall drops datagrams between this machine and {Name}: {hearing.Name} reaches it at "
                        + $"{hearing.Endpoint}, and this node gets no answer from there.",
                    $"Look at the firewall of {Name} and those between: UDP from this machine has to pass.");
        }

        if (_peer.Cookie is < Questions.Patience)
        {
            return (
                Cause.UnderLoad,
                $"{Name} is under load: it asks for cookies, and completes few handshakes.",
                "Wait; if it lasts, look who sends so many initiations there.");
        }

        string nobody = _facts.Others.Count == 0
            ? "and no other member could be asked"
            : $"and {string.Join(", ", _facts.Others.Select(o => o.Name))} can't be shown to hear it either";
        return _facts.Probe == ProbeResult.HostUnreachable || _facts.Others.Count > 0
            ? (
                Cause.Stopped,
                $"{Name} does not run or is cut off: nothing answers at {Here}, {nobody}.",
                $"Look whether the machine of {Name} is on and its node runs.")
            : (
                Cause.Silent,
                $"{Name} does not answer at {Here}, {nobody}.",
                $"Look whether the node of {Name} runs and whether UDP to {Here} passes the firewalls between.");
    }

    private MemberView? Elsewhere() => Hearing.FirstOrDefault(
        o => o.Endpoint != null && _peer.Endpoint != null && o.Endpoint != _peer.Endpoint && IsPublic(o.Endpoint));

    // A link-local address says nothing about where others find the peer.
    private static bool IsPublic(string endpoint) =>
        IPEndPoint.TryParse(endpoint, out IPEndPoint? parsed) && !parsed.Address.IsIPv6LinkLocal;

    private static string AddressOf(string endpoint) =>
        IPEndPoint.TryParse(endpoint, out IPEndPoint? parsed) ? parsed.Address.ToString() : endpoint;

    private string RoundTrip() => _facts.RoundTrip is { } time
        ? FormattableString.Invariant($" in {time:0.#} ms, and packets of {_node.Mtu} bytes pass")
        : string.Empty;

    private string Versions() => _facts.PeerVersion == 0 || _facts.PeerVersion == _node.Version
        ? string.Empty
        : $"; it has version {Version(_facts.PeerVersion)}, and this node {Version(_node.Version)}";

    private static string Version(ulong version) => StatusView.Version(version, "none");
}
