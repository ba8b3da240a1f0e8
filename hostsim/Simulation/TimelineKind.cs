namespace Spore.Hostsim.Simulation;

/// <summary>What a line of the timeline is about.</summary>
internal enum TimelineKind
{
    /// <summary>A node was switched on.</summary>
    Boot,

    /// <summary>A node was switched off.</summary>
    PowerOff,

    /// <summary>A node said its first hello.</summary>
    Hello,

    /// <summary>A node has its first session.</summary>
    Handshake,

    /// <summary>A node let a stranger in.</summary>
    Guest,

    /// <summary>A newer network's header was verified.</summary>
    HeadVerified,

    /// <summary>A network was applied.</summary>
    NetworkApplied,

    /// <summary>A witness confirmed the network.</summary>
    Fresh,

    /// <summary>No witness has confirmed the network for an hour.</summary>
    Unconfirmed,

    /// <summary>All pings of a node were answered.</summary>
    Ping,

    /// <summary>Pings of a node were not answered.</summary>
    NoAnswer,

    /// <summary>The publisher was given a network.</summary>
    Published,

    /// <summary>A node is no longer in the network.</summary>
    Removed,

    /// <summary>A node may not have the newer network.</summary>
    Behind,

    /// <summary>A header or a network was refused.</summary>
    Refused,
}
