using System.Collections.Generic;

namespace Spore.Hostsim.Control;

/// <summary>What a node knows of a peer. Times are in seconds ago; what has not happened is null.</summary>
internal sealed record PeerReport
{
    /// <summary>Its public key, in base64.</summary>
    public required string Key { get; init; }

    /// <summary>Its label, or null.</summary>
    public string? Label { get; init; }

    /// <summary>Whether the network names it.</summary>
    public bool IsMember { get; init; }

    /// <summary>Whether it is configured by hand.</summary>
    public bool IsConfigured { get; init; }

    /// <summary>The last version that named it, where a network since has removed it; else 0.</summary>
    public ulong RemovedAfter { get; init; }

    /// <summary>The member whose key is nearly the same, by its label or key; null for none.</summary>
    public string? SimilarTo { get; init; }

    /// <summary>Its allowed IPs.</summary>
    public IReadOnlyList<string> AllowedIps { get; init; } = [];

    /// <summary>The endpoints that the network publishes.</summary>
    public IReadOnlyList<string> Published { get; init; } = [];

    /// <summary>The interval in seconds at which it keeps sessions alive, 0 for not at all.</summary>
    public int Keepalive { get; init; }

    /// <summary>Its endpoint, or null.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Whether an authentic message has come from its endpoint.</summary>
    public bool IsEndpointHeard { get; init; }

    /// <summary>Whether it has a slot.</summary>
    public bool HasSlot { get; init; }

    /// <summary>The age of the session.</summary>
    public long? Session { get; init; }

    /// <summary>When it was last heard.</summary>
    public long? Heard { get; init; }

    /// <summary>Whether data was sent to it for 15 s without anything from it.</summary>
    public bool IsSilent { get; init; }

    /// <summary>The network version that it has shown, 0 for none.</summary>
    public ulong Version { get; init; }

    /// <summary>When the last initiation was sent.</summary>
    public long? InitiationSent { get; init; }

    /// <summary>How many of the last initiations have had no answer, at most 8.</summary>
    public int Unanswered { get; init; }

    /// <summary>When an initiation of it was last answered.</summary>
    public long? ResponseSent { get; init; }

    /// <summary>How many of the last responses have made no session, at most 8.</summary>
    public int Unconfirmed { get; init; }

    /// <summary>When it last asked for a cookie.</summary>
    public long? Cookie { get; init; }

    /// <summary>When it last showed the same network header.</summary>
    public long? Agreed { get; init; }

    /// <summary>When it showed another network of the same version.</summary>
    public long? Equivocation { get; init; }

    /// <summary>Where it was heard before, the latest last.</summary>
    public IReadOnlyList<PeerPlace> Places { get; init; } = [];
}
