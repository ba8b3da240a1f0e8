namespace Spore.Hostsim.Control;

/// <summary>What a node knows of itself and of one peer, for <c>hostsim why</c>. Times are in seconds ago.</summary>
internal sealed record NodeReport
{
    /// <summary>The node's public key, in base64.</summary>
    public required string Key { get; init; }

    /// <summary>The state, as in the file <c>status</c>.</summary>
    public required string State { get; init; }

    /// <summary>The version of its network, 0 for none.</summary>
    public ulong Version { get; init; }

    /// <summary>Whether its network names it.</summary>
    public bool IsMember { get; init; }

    /// <summary>When the network expires, in Unix seconds; 0 for never.</summary>
    public long Expires { get; init; }

    /// <summary>The machine's clock, in Unix seconds.</summary>
    public long Clock { get; init; }

    /// <summary>The witnesses' clocks, in Unix seconds; 0 where too few have told it.</summary>
    public long WitnessClock { get; init; }

    /// <summary>The name of its interface, or null.</summary>
    public string? Interface { get; init; }

    /// <summary>The interface's MTU in bytes.</summary>
    public int Mtu { get; init; }

    /// <summary>The UDP port that it listens on.</summary>
    public int ListenPort { get; init; }

    /// <summary>When a hello with its own key was heard that it had not sent, or null.</summary>
    public long? TwinHeard { get; init; }

    /// <summary>Where that came from, or null.</summary>
    public string? TwinEndpoint { get; init; }

    /// <summary>When a peer's network was refused because it has expired, or null.</summary>
    public long? ExpiredHeader { get; init; }

    /// <summary>The peer that was asked for.</summary>
    public required PeerReport Peer { get; init; }
}
