using Spore.WireGuard;

namespace Spore.SignedNetwork;

/// <summary>
/// How large a network may be that is held in memory. Limits are one object, to which each layer adds its own.
/// </summary>
public class NetworkLimits : TunnelLimits
{
    /// <summary>Entries of the largest network that can be held; at most 32767.</summary>
    public int NetworkEntries;

    /// <summary>
    /// Bytes of all entries of the largest network that can be held; its head is not counted. While none is being
    /// received, inner packets wait in all of it but what holds one of the largest, for sessions to come up: 128 of
    /// those at most.
    /// </summary>
    public int NetworkBytes;

    /// <summary>
    /// Whether a network that is held whole has all hashes of its Merkle tree in memory, 64 bytes an entry: then any
    /// number of proofs is served at one time. A node then also has memory for the latest timestamp of each member
    /// without a slot, 20 bytes an entry; else for as many as two for each of its slots for members.
    /// </summary>
    public bool KeepsHashes;

    /// <summary>Allowed prefixes of all entries together, the link-local ones not counted; at most 65535.</summary>
    public int Prefixes;
}
