namespace Spore.Hostsim.Diagnosis;

/// <summary>How a peer answers when it is asked for its status through the tunnel.</summary>
internal enum PeerAnswer
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>With its status.</summary>
    Status,

    /// <summary>That this machine's node may not read it.</summary>
    Refused,

    /// <summary>That nothing serves files there, as stock WireGuard does.</summary>
    NoFiles,
}
