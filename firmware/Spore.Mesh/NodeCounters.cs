using Spore.WireGuard;

namespace Spore.Mesh;

/// <summary>What a node has counted since it was made: that of its tunnel, and what it delivered.</summary>
public sealed class NodeCounters : TunnelCounters
{
    /// <summary>Inner packets delivered to the application.</summary>
    public long InnerDelivered;
}
