namespace Spore.Sync;

/// <summary>What a node knows of a network newer than the applied one.</summary>
internal enum CandidateState
{
    /// <summary>No header newer than the applied one has been verified.</summary>
    None,

    /// <summary>A newer header has been verified. Its body is read from the peers that showed it.</summary>
    Sought,

    /// <summary>A peer has refused to serve the body: this node is behind. Peers are asked further.</summary>
    Refused,
}
