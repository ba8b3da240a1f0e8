using Spore.WireGuard;

namespace Spore.SignedNetwork;

/// <summary>The sizes of the largest signed network that a node can hold, with the sizes of its tunnel.</summary>
public class NetworkLimits : TunnelLimits
{
    /// <summary>Entries of the largest network that can be held.</summary>
    public int NetworkEntries;

    /// <summary>Bytes of the largest network file that can be held, header included. While none is being received, inner packets wait in all of it but what holds one of the largest, for sessions to come up: 128 of those at most.</summary>
    public int NetworkBytes;

    /// <summary>Allowed prefixes of all entries together, the link-local ones not counted.</summary>
    public int Prefixes;
}
