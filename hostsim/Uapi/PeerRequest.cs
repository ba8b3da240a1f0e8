using System.Collections.Generic;
using Spore.Signing;

namespace Spore.Hostsim.Uapi;

/// <summary>What a <c>set</c> asks for one peer.</summary>
/// <param name="PublicKey">Its public key, 32 bytes.</param>
internal sealed record PeerRequest(byte[] PublicKey)
{
    /// <summary>Whether it is to go; whatever else is said then does not count.</summary>
    public bool Remove { get; set; }

    /// <summary>Whether nothing is to be done if there is no such peer.</summary>
    public bool UpdateOnly { get; set; }

    /// <summary>
    /// The preshared key, 32 bytes, of which all zero stands for none; null when nothing is said of it.
    /// </summary>
    public byte[]? PresharedKey { get; set; }

    /// <summary>Where to find it, an address or a name, or null when nothing is said of it.</summary>
    public PeerEndpoint? Endpoint { get; set; }

    /// <summary>The seconds at which its session is to be kept alive, or null when nothing is said of it.</summary>
    public int? Keepalive { get; set; }

    /// <summary>Whether prefixes that are not named are to go.</summary>
    public bool ReplaceAllowedPrefixes { get; set; }

    /// <summary>Prefixes to give to it, or to take from it, in this order.</summary>
    public List<(AllowedPrefix Prefix, bool Gives)> AllowedPrefixes { get; } = [];
}
