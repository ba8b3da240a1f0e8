using System;
using System.Collections.Generic;
using System.IO;
using Spectre.Console;
using Spore.Hostsim.Display;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Signing;

namespace Spore.Hostsim.Live.Output;

/// <summary>
/// Reports what a real node does, a line an event, with its time. A thread of its own writes the lines, so an output
/// that fails or blocks does not hold up the node (<see cref="BackgroundLog{T}"/>).
/// </summary>
/// <param name="output">Where to write where there is no terminal.</param>
/// <param name="terminal">The terminal, or null.</param>
/// <param name="settings">How to write; null for the usual.</param>
/// <param name="clock">Milliseconds on the monotonic clock; null for the machine's.</param>
internal sealed class LiveTimeline(
    TextWriter output, IAnsiConsole? terminal, LogSettings? settings = null, Func<long>? clock = null)
{
    private const int MostTold = 4096;

    // In milliseconds.
    private const long SameHello = 500;
    private const long Often = 10 * 60_000;
    private const long OftenUnderLoad = 60_000;

    private readonly BackgroundLog<TimelineLine> _log = new(
        new TimelineSink(output, terminal, settings ?? new LogSettings()));
    private readonly LogLevel _level = (settings ?? new LogSettings()).Level;
    private readonly Func<long> _clock = clock ?? (() => Environment.TickCount64);
    private readonly LineLimits _limits = new();
    private readonly WitnessWatch _witnesses = new();
    private readonly Dictionary<string, string> _names = [];
    private readonly HashSet<string> _members = [];
    private readonly Dictionary<(NodeEvent What, string Whom), long> _told = [];
    private (string Peer, long Version) _lastHello;
    private long _lastHelloAt;
    private bool _isHelloLost;

    /// <summary>Learns the members of the applied network: their names, and who is a witness.</summary>
    /// <param name="members">The members.</param>
    /// <param name="own">The node's own public key; empty where it is not known.</param>
    public void Learn(IReadOnlyList<PeerDescription> members, ReadOnlySpan<byte> own = default)
    {
        string self = own.IsEmpty ? string.Empty : KeyText.Format(own);
        _members.Clear();
        List<string> witnesses = [];
        foreach (PeerDescription member in members)
        {
            string key = KeyText.Format(member.PublicKey);
            _members.Add(key);
            if (member.Label != null)
            {
                _names[key] = member.Label;
            }

            if ((member.Roles & EntryRoles.Witness) != 0 && key != self)
            {
                witnesses.Add(key);
            }
        }

        _witnesses.Learn(witnesses);
    }

    /// <summary>Tells what the node reports.</summary>
    /// <param name="what">The event.</param>
    /// <param name="key">The peer's public key, or empty.</param>
    /// <param name="value">The event's value.</param>
    /// <param name="endpoint">
    /// The endpoint that the event is about, where its documentation names one, else the peer's; empty where it is not
    /// known.
    /// </param>
    /// <param name="isKnown">Whether the peer is known though it may be no member: it is configured.</param>
    public void Hear(
        NodeEvent what, ReadOnlySpan<byte> key, long value, string endpoint = "", bool isKnown = false)
    {
        _isHelloLost &= what != NodeEvent.HelloSent;
        string peer = key.IsEmpty ? string.Empty : KeyText.Format(key);
        long now = _clock();
        bool isRepetition = IsRepetition(what, peer, value, endpoint, now);
        LogLevel level = isRepetition ? LogLevel.Debug : LevelOf(what);
        if (Writes(level))
        {
            string? limited = peer.Length == 0 ? null : isKnown || _members.Contains(peer) ? peer : string.Empty;
            if (_limits.Spend(what, limited, now) is { } more)
            {
                (string verb, string colour, string text) = Describe(what, peer, value, endpoint);
                Add(level, verb, colour, text + more, SubjectOf(what, peer, value, endpoint));
            }
        }

        FollowWitness(what, peer, endpoint, now);
    }

    /// <summary>
    /// Should be called every few seconds: tells of the witnesses that have been silent for so long that they are gone.
    /// </summary>
    public void Look()
    {
        foreach ((string key, string endpoint) in _witnesses.Look(_clock()))
        {
            TellGone(key, endpoint);
        }
    }

    /// <summary>Tells once that no interface takes hellos, until one does again.</summary>
    public void HelloLost()
    {
        if (!_isHelloLost)
        {
            _isHelloLost = true;
            Tell(
                "hello",
                "yellow",
                "not sent: no interface of this machine takes it",
                new LineSubject { Event = "hello_not_sent" });
        }
    }

    /// <summary>The name of a key's holder.</summary>
    /// <param name="key">The key, in base64.</param>
    /// <returns>The label that the network gives it, or else the key's start.</returns>
    public string NameOf(string key)
    {
        return PeerName.Of(key, _names.GetValueOrDefault(key));
    }

    /// <summary>What a line about a peer is about.</summary>
    /// <param name="key">The peer's key, in base64.</param>
    /// <param name="endpoint">Its endpoint, or null.</param>
    /// <returns>The subject, with the label that the network gives the peer.</returns>
    public LineSubject About(string key, string? endpoint = null)
    {
        return new LineSubject(key, _names.GetValueOrDefault(key), endpoint);
    }

    /// <summary>Whether lines of a level are written.</summary>
    /// <param name="level">The level.</param>
    /// <returns>False where they are left out.</returns>
    public bool Writes(LogLevel level) => level <= _level;

    /// <summary>Reports something else. May be called on any thread.</summary>
    /// <param name="verb">What happened, at most 15 characters.</param>
    /// <param name="colour">The verb's colour on a terminal, which shows its level.</param>
    /// <param name="text">The rest.</param>
    /// <param name="subject">What it is about.</param>
    public void Tell(string verb, string colour, string text, LineSubject subject = default)
    {
        LogLevel level = LogLevels.Of(colour);
        if (Writes(level))
        {
            Add(level, verb, colour, text, subject);
        }
    }

    /// <summary>Writes what the operator has asked for, whatever the level.</summary>
    /// <param name="verb">What it is, at most 15 characters.</param>
    /// <param name="text">The rest.</param>
    /// <param name="subject">What it is about.</param>
    public void Answer(string verb, string text, LineSubject subject = default)
    {
        Add(LogLevel.Info, verb, "blue", text, subject);
    }

    /// <summary>Writes a line of the banner.</summary>
    /// <param name="name">The value's name.</param>
    /// <param name="value">The value.</param>
    /// <param name="subject">What it is about.</param>
    public void Banner(string name, string value, LineSubject subject = default)
    {
        if (Writes(LogLevel.Info))
        {
            _log.Add(new TimelineLine(DateTimeOffset.Now, LogLevel.Info, name, "bold", value)
            {
                IsBanner = true,
                Subject = subject,
            });
        }
    }

    /// <summary>Waits until all lines so far are written or lost.</summary>
    /// <param name="milliseconds">How long to wait at most.</param>
    public void Flush(int milliseconds)
    {
        _log.Flush(milliseconds);
    }

    private static LogLevel LevelOf(NodeEvent what)
    {
        switch (what)
        {
            case NodeEvent.OwnKeyHeard:
            case NodeEvent.Behind:
            case NodeEvent.Equivocation:
            case NodeEvent.NetworkExpired:
                return LogLevel.Error;
            case NodeEvent.Unanswered:
            case NodeEvent.GivenUp:
            case NodeEvent.FreshnessEnded:
            case NodeEvent.UnderLoad:
            case NodeEvent.HeaderRefused:
            case NodeEvent.NetworkRefused:
                return LogLevel.Warning;
            case NodeEvent.NetworkApplied:
            case NodeEvent.NetworkRestored:
            case NodeEvent.Fresh:
            case NodeEvent.PeerRemoved:
                return LogLevel.Notice;
            default:
                return LogLevel.Info;
        }
    }

    private static LineSubject WithVersion(LineSubject subject, NodeEvent what, long value)
    {
        bool hasVersion = what is NodeEvent.HelloSent
            or NodeEvent.HelloHeard
            or NodeEvent.HelloIgnored
            or NodeEvent.OwnKeyHeard
            or NodeEvent.HeaderVerified
            or NodeEvent.NetworkApplied
            or NodeEvent.NetworkExpired
            or NodeEvent.NetworkRestored
            or NodeEvent.Agreed
            or NodeEvent.Fresh
            or NodeEvent.FreshnessEnded
            or NodeEvent.VendorFieldsChanged
            or NodeEvent.Behind
            or NodeEvent.Equivocation;
        return hasVersion && value != 0 ? subject with { Version = VersionText.Format((ulong)value) } : subject;
    }

    private LineSubject SubjectOf(NodeEvent what, string peer, long value, string endpoint)
    {
        string? place = endpoint.Length == 0 ? null : endpoint;
        LineSubject subject = peer.Length == 0 ? new LineSubject(Endpoint: place) : About(peer, place);
        return WithVersion(subject, what, value) with
        {
            Event = what switch
            {
                NodeEvent.HelloSent => "hello_sent",
                NodeEvent.HelloHeard => "hello_heard",
                _ => null,
            },
        };
    }

    private (string Verb, string Colour, string Text) Describe(
        NodeEvent what, string key, long value, string endpoint)
    {
        string peer = key.Length == 0 ? string.Empty : NameOf(key);
        string place = PlaceOf(endpoint);
        string version = VersionText.Format((ulong)value);
        return what switch
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
    }

    private static string PlaceOf(string endpoint) => endpoint.Length == 0 ? "no known endpoint" : endpoint;

    private void Add(LogLevel level, string verb, string colour, string text, LineSubject subject)
    {
        _log.Add(new TimelineLine(DateTimeOffset.Now, level, verb, colour, text) { Subject = subject });
    }

    private void FollowWitness(NodeEvent what, string peer, string endpoint, long now)
    {
        switch (what)
        {
            case NodeEvent.Unanswered:
                _witnesses.Silent(peer, endpoint, now);
                break;
            case NodeEvent.GivenUp when _witnesses.GivenUp(peer):
                TellGone(peer, endpoint);
                break;
            case NodeEvent.SessionUp when _witnesses.SessionUp(peer):
                Tell("witness back", "green", $"{NameOf(peer)}; {_witnesses.Describe()}", About(peer, endpoint));
                break;
            case NodeEvent.PeerRemoved:
                _witnesses.Removed(peer);
                break;
        }
    }

    private void TellGone(string key, string endpoint)
    {
        Tell(
            "witness gone",
            "yellow",
            $"{NameOf(key)} at {PlaceOf(endpoint)}: no answer for 90 s; {_witnesses.Describe()}",
            About(key, endpoint.Length == 0 ? null : endpoint));
    }

    /// <summary>
    /// A hello comes by IPv4 and by IPv6, and an initiation is sent again until it is answered or given up: the first
    /// is reported. What goes on for long is reported every 10 minutes, and why a hello is ignored once for each key.
    /// </summary>
    private bool IsRepetition(NodeEvent what, string peer, long value, string endpoint, long now)
    {
        switch (what)
        {
            case NodeEvent.HelloHeard:
                bool isSame = _lastHello == (peer, value) && now - _lastHelloAt < SameHello;
                _lastHello = (peer, value);
                _lastHelloAt = now;
                return isSame;
            case NodeEvent.InitiationSent:
            case NodeEvent.Unanswered:
            case NodeEvent.GivenUp:
                return IsTold(what, peer, Often, now);
            case NodeEvent.UnderLoad:
                return IsTold(what, peer, OftenUnderLoad, now);
            case NodeEvent.OwnKeyHeard:
                return IsTold(what, endpoint, Often, now);
            case NodeEvent.HelloIgnored:
                return IsTold(what, peer, long.MaxValue, now);
            case NodeEvent.SessionUp:
            case NodeEvent.SessionDown:
            case NodeEvent.PeerRemoved:
                _told.Remove((NodeEvent.InitiationSent, peer));
                return false;
            default:
                return false;
        }
    }

    private bool IsTold(NodeEvent what, string whom, long often, long now)
    {
        if (_told.TryGetValue((what, whom), out long at) && now - at < often)
        {
            return true;
        }

        // Anybody who knows the trust root can say hello with any key.
        if (_told.Count >= MostTold)
        {
            _told.Clear();
        }

        _told[(what, whom)] = now;
        return false;
    }
}
