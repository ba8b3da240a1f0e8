using Spore.Mesh;
using Spore.Signing;

namespace Spore.Hostsim.Live.Changes;

/// <summary>What a node knows of its network and of itself at one time.</summary>
/// <param name="Version">The version of the applied network; 0 for none.</param>
/// <param name="State">The node's state.</param>
/// <param name="PublicKey">The node's public key, 32 bytes.</param>
/// <param name="Interface">The name of its TUN interface; null for none.</param>
/// <param name="Entry">Its own entry; null where the network, if there is one, has none.</param>
internal sealed record NodeChange(
    ulong Version, NetworkState State, byte[] PublicKey, string? Interface, PeerDescription? Entry);
