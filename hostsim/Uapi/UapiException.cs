using System;

namespace Spore.Hostsim.Uapi;

/// <summary>An operation that is refused, and so changes nothing.</summary>
/// <param name="errno">What the client is told.</param>
/// <param name="peer">The public key of the peer it is about, in base64, or null.</param>
/// <param name="message">Why, for the node's timeline.</param>
internal sealed class UapiException(Errno errno, string? peer, string message) : Exception(message)
{
    /// <summary>What the client is told.</summary>
    public Errno Errno => errno;

    /// <summary>The public key of the peer it is about, in base64, or null.</summary>
    public string? Peer => peer;
}
