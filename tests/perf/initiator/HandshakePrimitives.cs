using Spore.Crypto;
using Spore.Hostsim.Crypto;

namespace Spore.Perf;

/// <summary>The primitives that all members of one thread share: those of hostsim.</summary>
internal sealed class HandshakePrimitives
{
    private readonly CurveScratch _scratch = new();

    /// <summary>Makes them.</summary>
    public HandshakePrimitives()
    {
        HostPrimitives host = HostPrimitives.Find();
        X25519 = new X25519(_scratch, host.Multiplier);
        Idle = new X25519(_scratch, host.Multiplier);
        Hash = new Blake2s(host.Compression);
        ChaCha20Poly1305 own = new();
        Aead = host.Aead ?? own;
        CookieAead = new XChaCha20Poly1305(own);
    }

    /// <summary>For handshakes.</summary>
    public X25519 X25519 { get; }

    /// <summary>For idle work, which the members do not do.</summary>
    public X25519 Idle { get; }

    /// <summary>For handshakes.</summary>
    public Blake2s Hash { get; }

    /// <summary>For all messages but cookies.</summary>
    public IAead Aead { get; }

    /// <summary>For cookies.</summary>
    public XChaCha20Poly1305 CookieAead { get; }
}
