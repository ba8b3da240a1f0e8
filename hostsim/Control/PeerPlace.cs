namespace Spore.Hostsim.Control;

/// <summary>An endpoint that a peer had.</summary>
/// <param name="Endpoint">The endpoint.</param>
/// <param name="Since">Since when, in seconds ago.</param>
internal sealed record PeerPlace(string Endpoint, long Since);
