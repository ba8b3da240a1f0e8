using System;
using System.Collections.Generic;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Signing;

namespace Spore.Hostsim.Simulation;

/// <summary>
/// Makes a readable story of what the nodes report: what happens for the first time is told, what repeats is counted.
/// </summary>
internal sealed class Timeline
{
    private readonly Simulator _simulator;
    private readonly ISimulationView _view;
    private readonly Func<byte[]?, string> _nameOf;
    private readonly HashSet<(SimulatedNode? Node, NodeEvent What, string Detail)> _told = [];
    private readonly HashSet<(SimulatedNode Node, string Peer)> _guests = [];

    /// <summary>Starts an empty timeline.</summary>
    /// <param name="simulator">The clock.</param>
    /// <param name="view">Where it is shown.</param>
    /// <param name="nameOf">The name of the node with a public key.</param>
    public Timeline(Simulator simulator, ISimulationView view, Func<byte[]?, string> nameOf)
    {
        _simulator = simulator;
        _view = view;
        _nameOf = nameOf;
    }

    /// <summary>Completed handshakes, counted at their initiators.</summary>
    public int Handshakes { get; private set; }

    /// <summary>
    /// When the last version was published: after that, nodes that run tell how long it took to reach them.
    /// </summary>
    public long PublishedAt { get; set; }

    /// <summary>Tells something the story itself does.</summary>
    /// <param name="node">The node it happens to.</param>
    /// <param name="kind">What happens.</param>
    /// <param name="text">The rest of the line.</param>
    public void Tell(SimulatedNode node, TimelineKind kind, string text)
    {
        _view.Show(new TimelineEntry(_simulator.Now, node.Name, kind, text));
    }

    /// <summary>Forgets what was told of a node, which starts anew.</summary>
    /// <param name="node">The node.</param>
    public void Forget(SimulatedNode node)
    {
        _told.RemoveWhere(t => t.Node == node);
        _guests.RemoveWhere(g => g.Node == node);
    }

    /// <summary>Takes what a node reports.</summary>
    /// <param name="node">The node.</param>
    /// <param name="what">The event.</param>
    /// <param name="key">The peer's public key, or null.</param>
    /// <param name="value">The event's value.</param>
    public void Hear(SimulatedNode node, NodeEvent what, byte[]? key, long value)
    {
        string peer = _nameOf(key);
        string version = VersionText.Format((ulong)value);
        switch (what)
        {
            case NodeEvent.HelloSent:
                if (First(node, what))
                {
                    Tell(node, TimelineKind.Hello, value == 0 ? "no network yet" : $"version {version}");
                }

                break;

            case NodeEvent.GuestAdmitted:
                _guests.Add((node, peer));
                if (node.Version != 0 && First(null, what, peer))
                {
                    Tell(node, TimelineKind.Guest, $"{peer} let in, link-local address only");
                }

                break;

            case NodeEvent.SessionUp:
                Handshakes += value == 1 ? 1 : 0;
                if (First(node, what))
                {
                    string guest = _guests.Contains((node, peer)) ? ", as yet a guest" : string.Empty;
                    Tell(node, TimelineKind.Handshake, value == 1 ? $"to {peer}" : $"from {peer}{guest}");
                }

                break;

            case NodeEvent.HeaderVerified:
                if (First(node, what, $"{value}"))
                {
                    Tell(node, TimelineKind.HeadVerified, $"version {version}, from {peer}");
                }

                break;

            case NodeEvent.NetworkApplied when key != null:
                long since = Math.Min(node.Clock, _simulator.Now - PublishedAt);
                Tell(node, TimelineKind.NetworkApplied, $"version {version}, from {peer}, {TimelineEntry.Span(since)}");
                break;

            case NodeEvent.Fresh:
                if (First(node, what))
                {
                    Tell(node, TimelineKind.Fresh, $"version {version}, confirmed by {peer}");
                }

                break;

            case NodeEvent.FreshnessEnded:
                Tell(node, TimelineKind.Unconfirmed, $"version {version}, no witness has confirmed it for an hour");
                break;

            case NodeEvent.Behind:
                if (First(node, what, $"{value}"))
                {
                    Tell(node, TimelineKind.Behind, $"no place in version {version}, says {peer}");
                }

                break;

            case NodeEvent.HeaderRefused:
            case NodeEvent.NetworkRefused:
                if (First(node, what, $"{peer} {value}"))
                {
                    string part = what == NodeEvent.HeaderRefused ? "head" : "network";
                    Tell(
                        node,
                        TimelineKind.Refused,
                        $"{part} of {peer}: {NetworkFaultText.Describe((NetworkFault)value)}");
                }

                break;

            case NodeEvent.NetworkExpired:
                Tell(node, TimelineKind.Refused, $"version {version} has expired");
                break;

            case NodeEvent.NetworkRestored:
                Tell(node, TimelineKind.NetworkApplied, $"version {version} has not expired: wall time was corrected");
                break;

            case NodeEvent.Equivocation:
                if (First(node, what, peer))
                {
                    Tell(node, TimelineKind.Refused, $"{peer} has another version {version}");
                }

                break;
        }
    }

    private bool First(SimulatedNode? node, NodeEvent what, string detail = "")
    {
        return _told.Add((node, what, detail));
    }
}
