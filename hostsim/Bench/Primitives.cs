using System.Collections.Generic;
using Spore.Crypto;
using Spore.Hostsim.Crypto;
using Spore.Signing;

namespace Spore.Hostsim.Bench;

/// <summary>Measures each primitive of the core on the sizes it is used with.</summary>
internal static class Primitives
{
    private const int Mtu = NodePair.Mtu;
    private const int HelloPlaintext = 104;
    private const int HeaderSigned = 80;
    private const int Mac1Input = 116;

    /// <summary>Measures all.</summary>
    /// <returns>A measurement each.</returns>
    public static IReadOnlyList<Measurement> Measure()
    {
        SeededEntropy chance = new(1, "bench");
        byte[] key = chance.Bytes(32);
        byte[] nonce = chance.Bytes(XChaCha20Poly1305.NonceSize);
        byte[] buffer = chance.Bytes(Mtu + ChaCha20Poly1305.TagSize);
        byte[] sealedBuffer = (byte[])buffer.Clone();
        byte[] scratch = (byte[])buffer.Clone();
        byte[] digest = new byte[Sha512.DigestSize];
        byte[] point = new byte[X25519.KeySize];
        byte[] shared = new byte[X25519.KeySize];
        using TrustRootKey root = TrustRootKey.FromSeed(key);
        byte[] publicKey = root.PublicKey;
        byte[] header = chance.Bytes(HeaderSigned);
        byte[] signature = root.Sign(header);

        X25519 x25519 = new();
        ChaCha20Poly1305 aead = new();
        XChaCha20Poly1305 extended = new(aead);
        Blake2s blake = new();
        HmacBlake2s hmac = new(blake);
        Sha512 sha = new();
        Ed25519 ed25519 = new();
        x25519.MultiplyBase(point, 0, chance.Bytes(X25519.KeySize), 0);
        aead.Seal(key, 0, nonce, 0, key, 0, 0, sealedBuffer, 0, Mtu);
        return
        [
            Measurement.Of("X25519, a key pair", 0, () => x25519.MultiplyBase(shared, 0, key, 0)),
            Measurement.Of("X25519, a shared secret", 0, () => x25519.Multiply(shared, 0, key, 0, point, 0)),
            Measurement.Of(
                "ChaCha20-Poly1305, seal", Mtu, () => aead.Seal(key, 0, nonce, 0, key, 0, 0, buffer, 0, Mtu)),
            Measurement.Of("ChaCha20-Poly1305, open", Mtu, () =>
            {
                sealedBuffer.CopyTo(scratch, 0);
                aead.Open(key, 0, nonce, 0, key, 0, 0, scratch, 0, Mtu);
            }),
            Measurement.Of(
                "XChaCha20-Poly1305, seal",
                HelloPlaintext,
                () => extended.Seal(key, 0, nonce, 0, key, 0, 4, buffer, 0, HelloPlaintext)),
            Measurement.Of("BLAKE2s-256", Mtu, () =>
            {
                blake.Begin(Blake2s.DigestSize);
                blake.Update(buffer, 0, Mtu);
                blake.Finish(digest, 0);
            }),
            Measurement.Of("BLAKE2s-128, keyed", Mac1Input, () =>
            {
                blake.BeginKeyed(16, key, 0, 32);
                blake.Update(buffer, 0, Mac1Input);
                blake.Finish(digest, 0);
            }),
            Measurement.Of("HMAC-BLAKE2s", 32, () =>
            {
                hmac.Begin(key, 0, 32);
                hmac.Update(buffer, 0, 32);
                hmac.Finish(digest, 0);
            }),
            Measurement.Of("SHA-512", Mtu, () =>
            {
                sha.Begin();
                sha.Update(buffer, 0, Mtu);
                sha.Finish(digest, 0);
            }),
            Measurement.Of(
                "Ed25519, verify",
                HeaderSigned,
                () => ed25519.Verify(publicKey, 0, header, 0, HeaderSigned, signature, 0)),
        ];
    }
}
