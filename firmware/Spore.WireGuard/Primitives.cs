using Spore.Crypto;

namespace Spore.WireGuard;

/// <summary>The primitives of a tunnel that shares them with nobody.</summary>
internal sealed class Primitives
{
    internal readonly byte[] PublicKey = new byte[Message.KeySize];
    internal readonly X25519 X25519;
    internal readonly X25519 Idle;
    internal readonly Blake2s Hash = new Blake2s();
    internal readonly ChaCha20Poly1305 Aead = new ChaCha20Poly1305();
    internal readonly XChaCha20Poly1305 CookieAead;

    /// <summary>Takes the memory and derives the public key.</summary>
    /// <param name="privateKey">The 32-byte private key.</param>
    internal Primitives(byte[] privateKey)
    {
        // The two never compute at the same time: no step of either leaves anything in it.
        CurveScratch scratch = new CurveScratch();
        X25519 = new X25519(scratch);
        Idle = new X25519(scratch);
        CookieAead = new XChaCha20Poly1305(Aead);
        X25519.MultiplyBase(PublicKey, 0, privateKey, 0);
    }
}
