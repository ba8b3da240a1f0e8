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
}
