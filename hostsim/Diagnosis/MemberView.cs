namespace Spore.Hostsim.Diagnosis;

/// <summary>What another member reports of the peer.</summary>
/// <param name="Name">The member's name.</param>
/// <param name="State">Its state.</param>
/// <param name="Version">The version of its network, 0 for none.</param>
/// <param name="Endpoint">Where it has the peer, or null.</param>
/// <param name="Session">The age of its session with the peer in seconds, or null.</param>
/// <param name="Received">How many bytes it got from the peer between two questions, some seconds apart.</param>
internal sealed record MemberView(
    string Name, string State, ulong Version, string? Endpoint, long? Session, long Received);
