using Spore.WireGuard;

namespace Spore.Hostsim;

/// <summary>The public key of a peer, as the rest of a desktop program wants it.</summary>
internal static class PeerKey
{
    extension(Peer peer)
    {
        /// <summary>A copy of the 32 bytes.</summary>
        internal byte[] PublicKey
        {
            get
            {
                byte[] key = new byte[32];
                peer.CopyPublicKey(key, 0);
                return key;
            }
        }
    }
}
