namespace Spore.Hostsim.Live.Output;

/// <summary>What a log line is about, for programs; null for what is not known.</summary>
/// <param name="Peer">The peer's public key, in base64.</param>
/// <param name="Label">The label that the network gives the peer.</param>
/// <param name="Endpoint">The peer's endpoint.</param>
/// <param name="Version">The version of the network, as people write it.</param>
internal readonly record struct LineSubject(
    string? Peer = null, string? Label = null, string? Endpoint = null, string? Version = null)
{
    /// <summary>
    /// The identifier of the event where it is not the line's verb; null where it is.
    /// </summary>
    public string? Event { get; init; }
}
