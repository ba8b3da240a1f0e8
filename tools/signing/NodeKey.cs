using System;
using System.Security.Cryptography;
using NSec.Cryptography;
using Spore.Crypto;
using Spore.SignedNetwork;

namespace Spore.Signing;

/// <summary>Nodes' X25519 keys, and what follows from them.</summary>
public static class NodeKey
{
    /// <summary>Why a public key is refused that <see cref="IsUsable"/> is false for.</summary>
    public const string Unusable =
        "no handshake with this key can succeed (it is zero or of small order); get the peer's public key again";

    /// <summary>Makes a private key, clamped as <c>wg genkey</c> does it.</summary>
    /// <returns>32 bytes.</returns>
    public static byte[] GeneratePrivate()
    {
        byte[] key = RandomNumberGenerator.GetBytes(KeyText.KeySize);
        key[0] &= 248;
        key[31] = (byte)((key[31] & 127) | 64);
        return key;
    }

    /// <summary>Computes the public key of a private one.</summary>
    /// <param name="privateKey">The private key, 32 bytes.</param>
    /// <returns>32 bytes.</returns>
    public static byte[] PublicKey(ReadOnlySpan<byte> privateKey)
    {
        using Key key = Key.Import(KeyAgreementAlgorithm.X25519, privateKey, KeyBlobFormat.RawPrivateKey);
        return key.PublicKey.Export(KeyBlobFormat.RawPublicKey);
    }

    /// <summary>Reads the public key of a peer, as the command line and network files have it.</summary>
    /// <param name="text">Base64 or hexadecimal digits.</param>
    /// <param name="fault">What is wrong, or null. It does not quote the text, which may be a secret.</param>
    /// <returns>32 bytes, or null when something is wrong.</returns>
    public static byte[]? TryParsePublic(string text, out string? fault)
    {
        byte[]? key = KeyText.TryParse(text);
        fault = key is null ? $"this is not a key; {KeyText.Form}" : IsUsable(key) ? null : Unusable;
        return fault is null ? key : null;
    }

    /// <summary>Computes the link-local address of a public key.</summary>
    /// <param name="publicKey">The public key, 32 bytes.</param>
    /// <returns>16 bytes.</returns>
    public static byte[] LinkLocal(byte[] publicKey)
    {
        byte[] address = new byte[LinkLocalAddress.Size];
        LinkLocalAddress.FromKey(new Blake2s(), publicKey, 0, address, 0);
        return address;
    }

    /// <summary>
    /// Tells whether a handshake with a public key can succeed: not where every shared secret would be zero
    /// (RFC 7748 section 6.1). Nodes compare keys of networks in the same way.
    /// </summary>
    /// <param name="publicKey">The public key, 32 bytes.</param>
    /// <returns>False for the all-zero key and the others of small order.</returns>
    public static bool IsUsable(ReadOnlySpan<byte> publicKey)
    {
        byte[] entry = [0, NetworkEntry.MinSize, .. publicKey];
        return NetworkEntry.Check(entry, 0, entry.Length) != NetworkFault.Key;
    }
}
