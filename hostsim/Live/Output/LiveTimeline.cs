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
    private static readonly TimeSpan _sameHello = TimeSpan.FromMilliseconds(500);

    private readonly BackgroundLog<TimelineLine> _log = new(new TimelineSink(output, terminal));
    private readonly Dictionary<string, string> _names = [];
    private readonly Dictionary<string, int> _initiations = [];
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
    public void Hear(NodeEvent what, ReadOnlySpan<byte> key, long value)
    {
        _isHelloLost &= what != NodeEvent.HelloSent;
        string peer = key.IsEmpty ? string.Empty : NameOf(KeyText.Format(key));
        if (IsRepetition(what, peer, value))
        {
            return;
        }

        (string verb, string colour, string text) = what switch
        {
            NodeEvent.HelloSent => ("hello", "grey", value == 0 ? "sent, no network yet" : $"sent, version {value}"),
            NodeEvent.HelloHeard =>
                ("hello", "grey", value == 0 ? $"from {peer}, without a network" : $"from {peer}, version {value}"),
            NodeEvent.InitiationSent when _initiations[peer] > 1 =>
                ("initiation", "grey", $"to {peer} again, until it answers"),
            NodeEvent.InitiationSent => ("initiation", "grey", value == 1 ? $"to {peer}, provoked" : $"to {peer}"),
            NodeEvent.ResponseSent => ("response", "grey", $"to {peer}"),
            NodeEvent.SessionUp => ("session up", "aqua", value == 1 ? $"to {peer}" : $"from {peer}"),
            NodeEvent.SessionDown => ("session down", "yellow", peer),
            NodeEvent.GuestAdmitted => ("guest", "aqua", $"{peer}: only its link-local address"),
            NodeEvent.PeerRemoved => ("peer removed", "yellow", peer),
            NodeEvent.HeaderVerified => ("head verified", "yellow", $"version {value}, from {peer}"),
            NodeEvent.HeaderRefused =>
                ("head refused", "red", $"from {peer}: {NetworkFaultText.Describe((NetworkFault)value)}"),
            NodeEvent.NetworkApplied =>
                ("network applied", "green", peer.Length == 0 ? $"version {value}" : $"version {value}, from {peer}"),
            NodeEvent.NetworkRefused =>
                ("network refused", "red", $"from {peer}: {NetworkFaultText.Describe((NetworkFault)value)}"),
            NodeEvent.NetworkExpired => ("network expired", "red", $"version {value}"),
            NodeEvent.Agreed => ("agreed", "green", $"{peer} has version {value} too"),
            NodeEvent.Fresh => ("fresh", "lime", $"version {value}, confirmed by {peer}"),
            NodeEvent.FreshnessEnded =>
                ("unconfirmed", "yellow", $"version {value}, no witness has confirmed it for an hour"),
            NodeEvent.Behind => ("behind", "red", $"no place in version {value}, says {peer}"),
            NodeEvent.UnderLoad =>
                ("under load", "yellow", "too many handshakes; who initiates is asked for a cookie first"),
            NodeEvent.CookieReceived => ("cookie", "yellow", $"from {peer}, which is under load"),
            NodeEvent.Equivocation => ("equivocation", "red", $"{peer} has another version {value}"),
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
    /// A hello comes by IPv4 and by IPv6, and an initiation is sent again until it is answered: the first repetition
    /// is told, and no more.
    /// </summary>
    private bool IsRepetition(NodeEvent what, string peer, long value)
    {
        switch (what)
        {
            case NodeEvent.HelloHeard:
                bool isSame = _lastHello == (peer, value) && Stopwatch.GetElapsedTime(_lastHelloAt) < _sameHello;
                _lastHello = (peer, value);
                _lastHelloAt = Stopwatch.GetTimestamp();
                return isSame;
            case NodeEvent.InitiationSent:
                return (_initiations[peer] = _initiations.GetValueOrDefault(peer) + 1) > 2;
            case NodeEvent.SessionUp:
            case NodeEvent.SessionDown:
            case NodeEvent.PeerRemoved:
                _initiations.Remove(peer);
                return false;
            default:
                return false;
        }
    }
}
