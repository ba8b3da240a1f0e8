using System.Collections.Generic;
using Spore.Crypto;

namespace Spore.Hostsim.Crypto;

/// <summary>
/// The primitives that a desktop puts in the place of the core's, for one node or for nodes on one thread.
/// </summary>
internal sealed class HostPrimitives
{
    /// <summary>The core's own alone.</summary>
    public static readonly HostPrimitives Own = new();

    private readonly List<string> _faults = [];

    private HostPrimitives()
    {
    }

    /// <summary>ChaCha20-Poly1305; null for the core's own.</summary>
    public IAead? Aead { get; private init; }

    /// <summary>What multiplies for X25519; null for the core's own.</summary>
    public IX25519? Multiplier { get; private init; }

    /// <summary>What compresses for BLAKE2s; null for the core's own.</summary>
    public IBlake2sCompression? Compression { get; private init; }

    /// <summary>What this machine lacks or does wrong, a line each; mostly empty.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>Looks for the fastest that this machine has, and checks them.</summary>
    /// <returns>Those that give the core's own answers.</returns>
    public static HostPrimitives Find()
    {
        return Of(OpenSslAead.TryCreate(), OpenSslX25519.TryCreate(), new UnrolledBlake2s());
    }

    /// <summary>Makes one more ChaCha20-Poly1305 of the kind that was found; for another thread.</summary>
    /// <returns>The cipher.</returns>
    public IAead NewAead()
    {
        return (Aead is OpenSslAead ? OpenSslAead.TryCreate() : null) ?? (IAead)new ChaCha20Poly1305();
    }

    /// <summary>Checks primitives against the core's own, with known answers.</summary>
    /// <param name="aead">ChaCha20-Poly1305 of OpenSSL, or null where there is none.</param>
    /// <param name="multiplier">X25519 of OpenSSL, or null where there is none.</param>
    /// <param name="compression">BLAKE2s of this program.</param>
    /// <returns>Those that give the core's own answers.</returns>
    public static HostPrimitives Of(IAead? aead, IX25519? multiplier, IBlake2sCompression compression)
    {
        bool isAeadRight = aead != null && KnownAnswers.AreOf(aead);
        bool isMultiplierRight = multiplier != null && KnownAnswers.AreOf(multiplier);
        bool isCompressionRight = KnownAnswers.AreOf(compression);
        HostPrimitives found = new()
        {
            Aead = isAeadRight ? aead : null,
            Multiplier = isMultiplierRight ? multiplier : null,
            Compression = isCompressionRight ? compression : null,
        };
        string? missing = (aead, multiplier) switch
        {
            (null, null) => "ChaCha20-Poly1305 and X25519 are",
            (null, _) => "ChaCha20-Poly1305 is",
            (_, null) => "X25519 is",
            _ => null,
        };
        if (missing != null)
        {
            found._faults.Add($"OpenSSL 3 is not here: {missing} the core's own, and slower; install libcrypto.so.3");
        }

        found.Add(aead != null && !isAeadRight, "OpenSSL's ChaCha20-Poly1305");
        found.Add(multiplier != null && !isMultiplierRight, "OpenSSL's X25519");
        found.Add(!isCompressionRight, "this program's BLAKE2s");
        return found;
    }

    private void Add(bool isWrong, string primitive)
    {
        if (isWrong)
        {
            _faults.Add($"{primitive} gives a wrong answer here: the core's own is used, and is slower");
        }
    }
}
