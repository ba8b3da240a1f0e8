using Spore.Crypto;

namespace Spore.SignedNetwork;

/// <summary>The link-local address that follows from a public key, as in <c>wg-lla</c>.</summary>
public static class LinkLocalAddress
{
    /// <summary>The length of an address in bytes.</summary>
    public const int Size = 16;

    /// <summary>
    /// Derives a key's address: the first 16 bytes of its BLAKE2s-256, the first ten bits replaced by those of
    /// fe80::/10. The all-zero key gives fe8b:5ea9:9e65:3bc2:b593:db41:30d1:0a4e.
    /// </summary>
    /// <param name="hash">The hash to compute with; what it was computing is lost.</param>
    /// <param name="key">A buffer with the public key, 32 bytes.</param>
    /// <param name="keyOffset">Where the key starts.</param>
    /// <param name="address">The buffer that takes the address, 16 bytes.</param>
    /// <param name="addressOffset">Where the address is to start.</param>
    public static void FromKey(Blake2s hash, byte[] key, int keyOffset, byte[] address, int addressOffset)
    {
        hash.Begin(32);
        hash.Update(key, keyOffset, 32);
        hash.FinishTruncated(address, addressOffset, Size);
        address[addressOffset] = 0xFE;
        address[addressOffset + 1] = (byte)(0x80 | (address[addressOffset + 1] & 0x3F));
    }

    /// <summary>Tells whether an IPv6 address is in fe80::/10 (RFC 4291 section 2.5.6).</summary>
    /// <param name="address">A buffer with the address, 16 bytes.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>True when its first ten bits are those of fe80::/10.</returns>
    public static bool IsLinkLocal(byte[] address, int offset)
    {
        return address[offset] == 0xFE && (address[offset + 1] & 0xC0) == 0x80;
    }
}
