using System;
using System.Collections.Generic;
using System.Linq;
using Spore.Base;
using Spore.Hostsim.Live.Output;
using Spore.Mesh;
using Spore.Signing;

namespace Spore.Hostsim.Live.Names;

/// <summary>
/// A rendezvous that is a name. While no member has a session, each hello goes to the next address of the name. Used
/// under the node's lock.
/// </summary>
/// <param name="gate">The node's lock.</param>
/// <param name="node">The node.</param>
/// <param name="place">The name and its port.</param>
/// <param name="resolver">Resolves names.</param>
/// <param name="timeline">Where failures are reported.</param>
/// <param name="clock">The node's clock.</param>
/// <param name="changed">Called under the lock when the node may have something to do.</param>
internal sealed class RendezvousName(
    object gate,
    Node node,
    PeerEndpoint place,
    NameResolver resolver,
    LiveTimeline timeline,
    Func<long> clock,
    Action changed)
{
    // In milliseconds, as between two hellos: without a session with a member, and with one.
    private const long LongestInterval = 64_000;
    private const long SettledInterval = 300_000;

    private readonly NamedEndpoint _name = new(place);
    private bool _hasSaidHello;

    /// <summary>When <see cref="Advance"/> is to be called, in milliseconds on the monotonic clock.</summary>
    public long NextDeadline => _hasSaidHello ? 0 : _name.IsPending ? long.MaxValue : _name.DueAt;

    /// <summary>Called when the node reports something; does not call back into it.</summary>
    /// <param name="what">The event.</param>
    public void Hear(NodeEvent what)
    {
        if (what == NodeEvent.HelloSent)
        {
            _hasSaidHello = true;
        }
        else if (what == NodeEvent.SessionDown)
        {
            _name.Restart(clock());
        }
    }

    /// <summary>Gives the next address its turn after a hello, and begins a lookup when one is due.</summary>
    /// <param name="now">Milliseconds on the monotonic clock.</param>
    public void Advance(long now)
    {
        bool isSettled = node.Peers.Any(p => p.InUse && Node.IsMember(p) && p.HasSession(now));
        if (_hasSaidHello)
        {
            _hasSaidHello = false;
            if (!isSettled && _name.IsResolved)
            {
                node.Rendezvous.CopyFrom(_name.Next(node.Rendezvous));
            }
        }

        if (!_name.IsPending && _name.DueAt <= now)
        {
            _name.Begin(now, isSettled ? SettledInterval : LongestInterval);
            resolver.Begin(place, Finish);
        }
    }

    // Called on the lookup's thread.
    private void Finish(IReadOnlyList<Endpoint> addresses, string? fault)
    {
        lock (gate)
        {
            if (_name.Finish(addresses, fault) is { } line)
            {
                timeline.Tell("name", fault == null ? "green" : "yellow", line);
            }

            if (fault == null && !_name.Contains(node.Rendezvous))
            {
                node.SetRendezvous(_name.Next(node.Rendezvous), clock());
            }

            changed();
        }
    }
}
