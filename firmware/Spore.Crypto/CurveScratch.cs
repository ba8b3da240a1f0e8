namespace Spore.Crypto;

/// <summary>
/// What <see cref="X25519"/> and <see cref="Ed25519"/> work in within one call. Instances that one caller uses can
/// share one, also while they are halfway through.
/// </summary>
public sealed class CurveScratch
{
    internal readonly EdwardsAddend Addend = new EdwardsAddend();
    internal readonly long[] A = new long[Field25519.Limbs];
    internal readonly long[] B = new long[Field25519.Limbs];
    internal readonly long[] C = new long[Field25519.Limbs];
    internal readonly long[] D = new long[Field25519.Limbs];
    internal readonly long[] E = new long[Field25519.Limbs];
    internal readonly long[] F = new long[Field25519.Limbs];
    internal readonly byte[] Bytes = new byte[32];
}
