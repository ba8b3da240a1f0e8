using System.Collections.Generic;
using System.Security.Cryptography;

namespace Spore.Hostsim.Uapi;

/// <summary>A node as <c>get</c> tells it.</summary>
/// <param name="PrivateKey">Its private key, 32 bytes, not a copy.</param>
/// <param name="ListenPort">The UDP port that it listens on.</param>
/// <param name="FirewallMark">The firewall mark of its outer datagrams; 0 where they have none.</param>
/// <param name="Peers">Its peers, with copies of their preshared keys.</param>
internal sealed record DeviceState(byte[] PrivateKey, int ListenPort, uint FirewallMark, IReadOnlyList<PeerState> Peers)
{
    /// <summary>Wipes the copies of secrets in it, when they are not needed any more.</summary>
    public void Wipe()
    {
        foreach (PeerState peer in Peers)
        {
            CryptographicOperations.ZeroMemory(peer.PresharedKey);
        }
    }
}
