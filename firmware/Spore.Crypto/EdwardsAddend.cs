namespace Spore.Crypto;

/// <summary>A point of edwards25519 as an addition wants it: Y + X, Y - X, Z and 2dT.</summary>
internal sealed class EdwardsAddend
{
    internal readonly long[] Sum = new long[Field25519.Limbs];
    internal readonly long[] Difference = new long[Field25519.Limbs];
    internal readonly long[] Z = new long[Field25519.Limbs];
    internal readonly long[] T2d = new long[Field25519.Limbs];
}
