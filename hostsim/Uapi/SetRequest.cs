using System.Collections.Generic;
using System.Security.Cryptography;

namespace Spore.Hostsim.Uapi;

/// <summary>All that a <c>set</c> asks for.</summary>
internal sealed class SetRequest
{
    /// <summary>The private key that the node is to have, 32 bytes, or null when nothing is said of it.</summary>
    public byte[]? PrivateKey { get; set; }

    /// <summary>The UDP port that it is to listen on, or null.</summary>
    public int? ListenPort { get; set; }

    /// <summary>The mark that its datagrams are to have, or null.</summary>
    public uint? FirewallMark { get; set; }

    /// <summary>Whether peers that are not named are to go.</summary>
    public bool ReplacePeers { get; set; }

    /// <summary>What is said of peers, in this order; of one maybe more than once.</summary>
    public List<PeerRequest> Peers { get; } = [];

    /// <summary>Wipes the secrets in it, when they are not needed any more.</summary>
    public void Wipe()
    {
        CryptographicOperations.ZeroMemory(PrivateKey);
        foreach (PeerRequest peer in Peers)
        {
            CryptographicOperations.ZeroMemory(peer.PresharedKey);
        }
    }
}
