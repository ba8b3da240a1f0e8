using System.Collections.Generic;
using System.Linq;
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

    // From one block to the largest inner packet; 148 are a handshake initiation.
    private static readonly int[] _hashed = [64, 148, 512, Mtu];

    /// <summary>Measures those that are always the core's own.</summary>
    /// <returns>A measurement each.</returns>
    public static IReadOnlyList<Measurement> Measure()
    {
        SeededEntropy chance = new(1, "bench");
        byte[] key = chance.Bytes(32);
        byte[] nonce = chance.Bytes(XChaCha20Poly1305.NonceSize);
        byte[] buffer = chance.Bytes(Mtu + ChaCha20Poly1305.TagSize);
        byte[] digest = new byte[Sha512.DigestSize];
        using TrustRootKey root = TrustRootKey.FromSeed(key);
        byte[] publicKey = root.PublicKey;
        byte[] header = chance.Bytes(HeaderSigned);
        byte[] signature = root.Sign(header);

        XChaCha20Poly1305 extended = new(new ChaCha20Poly1305());
        Sha512 sha = new();
        Ed25519 ed25519 = new();
        return
        [
            Measurement.Of(
                "Ed25519, verify",
                HeaderSigned,
                () => ed25519.Verify(publicKey, 0, header, 0, HeaderSigned, signature, 0)),
            Measurement.Of("SHA-512", Mtu, () =>
            {
                sha.Begin();
                sha.Update(buffer, 0, Mtu);
                sha.Finish(digest, 0);
            }),
            Measurement.Of(
                "XChaCha20-Poly1305, seal",
                HelloPlaintext,
                () => extended.Seal(key, 0, nonce, 0, key, 0, 4, buffer, 0, HelloPlaintext)),
        ];
    }

    /// <summary>Measures those that a host can replace.</summary>
    /// <param name="primitives">What is in their place.</param>
    /// <param name="suffix">What to add to the names.</param>
    /// <returns>A measurement each.</returns>
    public static IReadOnlyList<Measurement> MeasureReplaceable(HostPrimitives primitives, string suffix)
    {
        SeededEntropy chance = new(1, "bench");
        byte[] key = chance.Bytes(32);
        byte[] nonce = chance.Bytes(ChaCha20Poly1305.NonceSize);
        byte[] buffer = chance.Bytes(Mtu + ChaCha20Poly1305.TagSize);
        byte[] sealedBuffer = (byte[])buffer.Clone();
        byte[] scratch = (byte[])buffer.Clone();
        byte[] digest = new byte[Blake2s.DigestSize];
        byte[] point = new byte[X25519.KeySize];
        byte[] shared = new byte[X25519.KeySize];
        X25519 x25519 = new(new CurveScratch(), primitives.Multiplier);
        IAead aead = primitives.Aead ?? new ChaCha20Poly1305();
        Blake2s blake = new(primitives.Compression);
        HmacBlake2s hmac = new(blake);
        x25519.MultiplyBase(point, 0, chance.Bytes(X25519.KeySize), 0);
        aead.Seal(key, 0, nonce, 0, key, 0, 0, sealedBuffer, 0, Mtu);
        return
        [
            Measurement.Of($"X25519, a key pair{suffix}", 0, () => x25519.MultiplyBase(shared, 0, key, 0)),
            Measurement.Of(
                $"X25519, a shared secret{suffix}", 0, () => x25519.Multiply(shared, 0, key, 0, point, 0)),
            Measurement.Of(
                $"ChaCha20-Poly1305, seal{suffix}", Mtu, () => aead.Seal(key, 0, nonce, 0, key, 0, 0, buffer, 0, Mtu)),
            Measurement.Of($"ChaCha20-Poly1305, open{suffix}", Mtu, () =>
            {
                sealedBuffer.CopyTo(scratch, 0);
                aead.Open(key, 0, nonce, 0, key, 0, 0, scratch, 0, Mtu);
            }),
            .. _hashed.Select(length => Measurement.Of($"BLAKE2s-256{suffix}", length, () =>
            {
                blake.Begin(Blake2s.DigestSize);
                blake.Update(buffer, 0, length);
                blake.Finish(digest, 0);
            })),
            Measurement.Of($"BLAKE2s-128, keyed{suffix}", Mac1Input, () =>
            {
                blake.BeginKeyed(16, key, 0, 32);
                blake.Update(buffer, 0, Mac1Input);
                blake.Finish(digest, 0);
            }),
            Measurement.Of($"HMAC-BLAKE2s{suffix}", 32, () =>
            {
                hmac.Begin(key, 0, 32);
                hmac.Update(buffer, 0, 32);
                hmac.Finish(digest, 0);
            }),
        ];
    }
}
