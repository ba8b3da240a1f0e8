namespace Spore.Crypto;

/// <summary>
/// A point of edwards25519 in extended coordinates, x = X/Z, y = Y/Z, xy = T/Z (RFC 8032 section 5.1.4). T may be
/// stale where the operation that made the point was told that it is not needed.
/// </summary>
internal sealed class EdwardsPoint
{
    internal readonly long[] X = new long[Field25519.Limbs];
    internal readonly long[] Y = new long[Field25519.Limbs];
    internal readonly long[] Z = new long[Field25519.Limbs];
    internal readonly long[] T = new long[Field25519.Limbs];

    /// <summary>Makes it the neutral element, (0, 1).</summary>
    internal void SetNeutral()
    {
        Field25519.Set(X, 0);
        Field25519.Set(Y, 1);
        Field25519.Set(Z, 1);
        Field25519.Set(T, 0);
    }

    /// <summary>Wipes it.</summary>
    internal void Wipe()
    {
        Field25519.Set(X, 0);
        Field25519.Set(Y, 0);
        Field25519.Set(Z, 0);
        Field25519.Set(T, 0);
    }
}
