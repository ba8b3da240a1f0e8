using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using Spectre.Console;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Signing;

namespace Spore.Hostsim.Live.Output;

/// <summary>
/// Reports what a real node does, a line an event, with the time of day. A thread of its own writes the lines, so an
/// output that fails or blocks does not hold up the node (<see cref="BackgroundLog{T}"/>).
/// </summary>
/// <param name="output">Where to write where there is no terminal.</param>
/// <param name="terminal">The terminal, or null.</param>
internal sealed class LiveTimeline(TextWriter output, IAnsiConsole? terminal)
{
    private const int ShortKey = 8;
    private const int MostTold = 4096;

    private static readonly TimeSpan _sameHello = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan _often = TimeSpan.FromMinutes(10);

    private readonly BackgroundLog<TimelineLine> _log = new(new TimelineSink(output, terminal));
    private readonly Dictionary<string, string> _names = [];
    private readonly HashSet<string> _initiated = [];
    private readonly Dictionary<(NodeEvent What, string Whom), long> _told = [];
    private (string Peer, long Version) _lastHello;
    private long _lastHelloAt;
    private bool _isHelloLost;

    /// <summary>Learns the names of a network's members.</summary>
    /// <param name="members">The members.</param>
    public void Learn(IEnumerable<PeerDescription> members)
    {
        foreach (PeerDescription member in members)
        {
            if (member.Label != null)
            {
                _names[KeyText.Format(member.PublicKey)] = member.Label;
            }
        }
    }

    /// <summary>Tells what the node reports.</summary>
    /// <param name="what">The event.</param>
    /// <param name="key">The peer's public key, or empty.</param>
    /// <param name="value">The event's value.</param>
    /// <param name="place">The endpoint that the event is about, where its documentation names one.</param>
    public void Hear(NodeEvent what, ReadOnlySpan<byte> key, long value, string place = "")
    {
        _isHelloLost &= what != NodeEvent.HelloSent;
        string peer = key.IsEmpty ? string.Empty : NameOf(KeyText.Format(key));
        if (IsRepetition(what, peer, value, place))
        {
            return;
        }

        string version = VersionText.Format((ulong)value);
        (string verb, string colour, string text) = what switch
        {
            NodeEvent.HelloSent => ("hello", "grey", value == 0 ? "sent, no network yet" : $"sent, version {version}"),
            NodeEvent.HelloHeard =>
                ("hello", "grey", value == 0 ? $"from {peer}, without a network" : $"from {peer}, version {version}"),
            NodeEvent.InitiationSent => ("initiation", "grey", value == 1 ? $"to {peer}, provoked" : $"to {peer}"),
            NodeEvent.Unanswered => ("no answer", "yellow", $"from {peer} at {place} for 15 s; it is asked on"),
            NodeEvent.GivenUp => (
                "given up",
                "yellow",
                $"{peer} at {place}: no answer for 90 s; it is asked again when a packet wants it"),
            NodeEvent.HelloIgnored => ("hello ignored", "grey", value == 0
                ? $"from {peer}: it is no member, and has no network"
                : $"from {peer}: it is no member, and its version {version} is not newer"),
            NodeEvent.OwnKeyHeard => (
                "same identity",
                "red",
                $"{place} says hello with this node's key: give each machine an identity of its own"),
            NodeEvent.ResponseSent => ("response", "grey", $"to {peer}"),
            NodeEvent.SessionUp => ("session up", "aqua", value == 1 ? $"to {peer}" : $"from {peer}"),
            NodeEvent.SessionDown => ("session down", "yellow", peer),
            NodeEvent.GuestAdmitted => ("guest", "aqua", $"{peer}: only its link-local address"),
            NodeEvent.PeerRemoved => ("peer removed", "yellow", peer),
            NodeEvent.HeaderVerified => ("head verified", "yellow", $"version {version}, from {peer}"),
            NodeEvent.HeaderRefused =>
                ("head refused", "red", $"from {peer}: {NetworkFaultText.Describe((NetworkFault)value)}"),
            NodeEvent.NetworkApplied =>
                ("network applied", "green", $"version {version}{(peer.Length == 0 ? "" : $", from {peer}")}"),
            NodeEvent.NetworkRefused =>
                ("network refused", "red", $"from {peer}: {NetworkFaultText.Describe((NetworkFault)value)}"),
            NodeEvent.NetworkExpired => ("network expired", "red", $"version {version}"),
            NodeEvent.NetworkRestored =>
                ("network restored", "green", $"version {version} has not expired: wall time was corrected"),
            NodeEvent.Agreed => ("agreed", "green", $"{peer} has version {version} too"),
            NodeEvent.Fresh => ("fresh", "lime", $"version {version}, confirmed by {peer}"),
            NodeEvent.FreshnessEnded =>
                ("unconfirmed", "yellow", $"version {version}, no witness has confirmed it for an hour"),
            NodeEvent.VendorFieldsChanged => ("vendor fields", "grey", $"changed by version {version}"),
            NodeEvent.EntriesChanged => ("entries", "grey", $"{value} are held of a network that is larger"),
            NodeEvent.Behind => ("behind", "red", $"no place in version {version}, says {peer}"),
            NodeEvent.UnderLoad =>
                ("under load", "yellow", "too many handshakes; who initiates is asked for a cookie first"),
            NodeEvent.CookieReceived => ("cookie", "yellow", $"from {peer}, which is under load"),
            NodeEvent.Equivocation => ("equivocation", "red", $"{peer} has another version {version}"),
            _ => (what.ToString(), "grey", peer),
        };
        Tell(verb, colour, text);
    }

    /// <summary>Tells once that no interface takes hellos, until one does again.</summary>
    public void HelloLost()
    {
        if (!_isHelloLost)
        {
            _isHelloLost = true;
            Tell("hello", "yellow", "not sent: no interface of this machine takes it");
        }
    }

    /// <summary>The name of a key's holder.</summary>
    /// <param name="key">The key, in base64.</param>
    /// <returns>The label that the network gives it, or else the key's start.</returns>
    public string NameOf(string key)
    {
        return _names.GetValueOrDefault(key, key[..ShortKey] + "...");
    }

    /// <summary>Reports something else. May be called on any thread.</summary>
    /// <param name="verb">What happened, at most 15 characters.</param>
    /// <param name="colour">The verb's colour on a terminal.</param>
    /// <param name="text">The rest.</param>
    public void Tell(string verb, string colour, string text)
    {
        _log.Add(new TimelineLine(DateTime.Now, verb, colour, text));
    }

    /// <summary>Writes a line of the banner.</summary>
    /// <param name="name">The value's name.</param>
    /// <param name="value">The value.</param>
    public void Banner(string name, string value)
    {
        _log.Add(new TimelineLine(null, name, "bold", value));
    }

    /// <summary>Waits until all lines so far are written or lost.</summary>
    /// <param name="milliseconds">How long to wait at most.</param>
    public void Flush(int milliseconds)
    {
        _log.Flush(milliseconds);
    }

    /// <summary>
    /// A hello comes by IPv4 and by IPv6, and an initiation is sent again until it is answered or given up: the first
    /// is reported. What goes on for long is reported every 10 minutes, and why a hello is ignored once for each key.
    /// </summary>
    private bool IsRepetition(NodeEvent what, string peer, long value, string place)
    {
        switch (what)
        {
            case NodeEvent.HelloHeard:
                bool isSame = _lastHello == (peer, value) && Stopwatch.GetElapsedTime(_lastHelloAt) < _sameHello;
                _lastHello = (peer, value);
                _lastHelloAt = Stopwatch.GetTimestamp();
                return isSame;
            case NodeEvent.InitiationSent:
                return !_initiated.Add(peer);
            case NodeEvent.Unanswered:
                return IsTold(what, peer, _often);
            case NodeEvent.GivenUp:
                _initiated.Remove(peer);
                return IsTold(what, peer, _often);
            case NodeEvent.OwnKeyHeard:
                return IsTold(what, place, _often);
            case NodeEvent.HelloIgnored:
                return IsTold(what, peer, TimeSpan.MaxValue);
            case NodeEvent.SessionUp:
            case NodeEvent.SessionDown:
            case NodeEvent.PeerRemoved:
                _initiated.Remove(peer);
                return false;
            default:
                return false;
        }
    }

    private bool IsTold(NodeEvent what, string whom, TimeSpan often)
    {
        if (_told.TryGetValue((what, whom), out long at) && Stopwatch.GetElapsedTime(at) < often)
        {
            return true;
        }

        // Anybody who knows the trust root can say hello with any key.
        if (_told.Count >= MostTold)
        {
            _told.Clear();
        }

        _told[(what, whom)] = Stopwatch.GetTimestamp();
        return false;
    }
}
