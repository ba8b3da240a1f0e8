namespace Spore.Crypto;

/// <summary>A point of edwards25519 as an addition wants it: Y + X, Y - X, Z and 2dT.</summary>
internal sealed class EdwardsAddend
{
    internal readonly long[] Sum = new long[Field25519.Limbs];
    internal readonly long[] Difference = new long[Field25519.Limbs];
    internal readonly long[] Z = new long[Field25519.Limbs];
    internal readonly long[] T2d = new long[Field25519.Limbs];

    /// <summary>Wipes it.</summary>
    internal void Wipe()
    {
        Field25519.Set(Sum, 0);
        Field25519.Set(Difference, 0);
        Field25519.Set(Z, 0);
        Field25519.Set(T2d, 0);
    }
}
