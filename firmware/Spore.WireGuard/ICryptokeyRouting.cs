namespace Spore.WireGuard;

/// <summary>Cryptokey routing: who has an inner address. Read first: paper section 2.</summary>
public interface ICryptokeyRouting
{
    /// <summary>Finds the owner of the longest prefix that holds an address.</summary>
    /// <param name="address">The buffer that holds the address.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="isIpv6">Whether it has 16 bytes; else it has 4.</param>
    /// <returns>A <see cref="Peer.Owner"/>, or <see cref="AllowedIps.None"/>.</returns>
    int Find(byte[] address, int offset, bool isIpv6);
}
