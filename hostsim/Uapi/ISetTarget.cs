using System.Collections.Generic;
using Spore.Signing;

namespace Spore.Hostsim.Uapi;

/// <summary>What a <c>set</c> finds. Peers are known by their public keys in base64.</summary>
internal interface ISetTarget
{
    /// <summary>The node's private key, 32 bytes.</summary>
    byte[] PrivateKey { get; }

    /// <summary>Its public key.</summary>
    string PublicKey { get; }

    /// <summary>The UDP port that it listens on.</summary>
    int ListenPort { get; }

    /// <summary>The firewall mark of its outer datagrams; 0 where they have none.</summary>
    uint FirewallMark { get; }

    /// <summary>The number of peers that can still be configured.</summary>
    int FreePeers { get; }

    /// <summary>The number of prefixes that can still be given by hand.</summary>
    int FreePrefixes { get; }

    /// <summary>All peers.</summary>
    IEnumerable<PeerState> Peers { get; }

    /// <summary>Finds a peer.</summary>
    /// <param name="key">Its key.</param>
    /// <returns>The peer, or null.</returns>
    PeerState? Find(string key);

    /// <summary>Tells whom a prefix belongs to.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <param name="isNetworks">Whether the signed network gives it to them, of whom one may be this node.</param>
    /// <returns>Their key, or null.</returns>
    string? HolderOf(AllowedPrefix prefix, out bool isNetworks);
}
