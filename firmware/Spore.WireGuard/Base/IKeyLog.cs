namespace Spore.Base;

/// <summary>
/// Takes what a protocol analyser needs to decrypt this node's captures. Only for debugging: it
/// gives up forward secrecy.
/// </summary>
public interface IKeyLog
{
    /// <summary>An ephemeral key pair was made for a handshake.</summary>
    /// <param name="privateKey">A buffer with the 32-byte private key; only valid during the call.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="presharedKey">
    /// The 32-byte preshared key of the handshake's peer, or null for none; only valid during the call too.
    /// </param>
    void Ephemeral(byte[] privateKey, int offset, byte[] presharedKey);
}
