using System.Collections.Generic;
using Spore.Mesh;

namespace Spore.Hostsim.Live.Metrics;

/// <summary>What a node was at one moment. It is read under the node's lock, and used without.</summary>
internal sealed record NodeReading
{
    /// <summary>The node's public key, in base64.</summary>
    public required string PublicKey { get; init; }

    /// <summary>The node's own label in the network; empty where it has none.</summary>
    public required string Label { get; init; }

    /// <summary>What it knows of its network.</summary>
    public NetworkState State { get; init; }

    /// <summary>The version of the applied network, 0 for none.</summary>
    public ulong Version { get; init; }

    /// <summary>The number of entries in the applied network.</summary>
    public int Entries { get; init; }

    /// <summary>When the applied network expires, in Unix seconds; 0 for never.</summary>
    public long Expires { get; init; }

    /// <summary>See <see cref="Node.ConfirmedBy"/>.</summary>
    public int ConfirmedBy { get; init; }

    /// <summary>See <see cref="Node.AgreeingMembers"/>.</summary>
    public int AgreeingMembers { get; init; }

    /// <summary>See <see cref="Node.FreshnessAge"/>.</summary>
    public long FreshnessAge { get; init; }

    /// <summary>The number of peers with a session, guests among them.</summary>
    public int Sessions { get; init; }

    /// <summary>The number of members with a slot.</summary>
    public int Members { get; init; }

    /// <summary>The number of configured peers with a slot that are no members.</summary>
    public int Configured { get; init; }

    /// <summary>The number of guests.</summary>
    public int Guests { get; init; }

    /// <summary>What the node has counted; a copy.</summary>
    public required NodeCounters Counters { get; init; }

    /// <summary>The tasks that wait for idle time.</summary>
    public required NodeIdleWork Due { get; init; }

    /// <summary>How often each event was reported; a copy.</summary>
    public required EventCounts Events { get; init; }

    /// <summary>The members and configured peers with a slot, without guests.</summary>
    public required IReadOnlyList<PeerReading> Peers { get; init; }
}
