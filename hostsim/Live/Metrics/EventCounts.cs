using System;
using System.Linq;
using Spore.Mesh;

namespace Spore.Hostsim.Live.Metrics;

/// <summary>How often a node has reported each event. Called under the node's lock.</summary>
internal sealed class EventCounts
{
    private static readonly int _size = (int)Enum.GetValues<NodeEvent>().Max() + 1;

    private readonly long[] _counts;

    /// <summary>Starts at 0.</summary>
    public EventCounts() => _counts = new long[_size];

    private EventCounts(EventCounts other)
    {
        _counts = [.. other._counts];
        Initiated = other.Initiated;
    }

    /// <summary>Of the handshakes, those that this node has initiated.</summary>
    public long Initiated { get; private set; }

    /// <summary>How often an event was reported.</summary>
    /// <param name="what">The event.</param>
    /// <returns>That number.</returns>
    public long this[NodeEvent what] => _counts[(int)what];

    /// <summary>Should be called for each event.</summary>
    /// <param name="what">The event.</param>
    /// <param name="value">What belongs to it.</param>
    public void Add(NodeEvent what, long value)
    {
        _counts[(int)what]++;
        Initiated += what == NodeEvent.SessionUp ? value : 0;
    }

    /// <summary>Copies the counts.</summary>
    /// <returns>A copy.</returns>
    public EventCounts Copy() => new(this);
}
