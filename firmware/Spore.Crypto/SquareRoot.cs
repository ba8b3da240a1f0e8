namespace Spore.Crypto;

/// <summary>
/// Square roots in the field of 2^255 - 19 (RFC 8032 section 5.1.3). Public data only: the time depends on the values.
/// </summary>
internal static class SquareRoot
{
    // A square root of -1: 2^((p - 1) / 4).
    private static readonly long[] _rootOfMinusOne = new long[]
    {
        0x20EA0B0, 0x186C9D2, 0x8F189D, 0x35697F, 0xBD0C60, 0x1FBD7A7, 0x2804C9E, 0x1E16569, 0x4FC1D, 0xAE0C92,
    };

    /// <summary>Computes a square root of u / v, and of zero where v is zero.</summary>
    /// <param name="x">Takes the root, whichever of the two comes about; neither u nor v.</param>
    /// <param name="u">The numerator.</param>
    /// <param name="v">The denominator.</param>
    /// <param name="scratch">Its C to F and bytes are worked in.</param>
    /// <returns>False when there is none; x is then undefined.</returns>
    internal static bool OfRatio(long[] x, long[] u, long[] v, CurveScratch scratch)
    {
        long[] v3 = scratch.C;
        long[] t = scratch.D;

        // x = u v^3 (u v^7)^((p - 5) / 8)
        Field25519.Square(v3, v, 1);
        Field25519.Multiply(v3, v3, v);
        Field25519.Square(x, v3, 1);
        Field25519.Multiply(x, x, v);
        Field25519.Multiply(x, x, u);
        Field25519.PowerForRoot(x, x, scratch.E, scratch.F, t);
        Field25519.Multiply(x, x, v3);
        Field25519.Multiply(x, x, u);

        Field25519.Square(t, x, 1);
        Field25519.Multiply(t, t, v);
        Field25519.Subtract(v3, t, u);
        if (Field25519.IsZero(v3, scratch.Bytes))
        {
            return true;
        }

        Field25519.Add(v3, t, u);
        if (!Field25519.IsZero(v3, scratch.Bytes))
        {
            return false;
        }

        Field25519.Multiply(x, x, _rootOfMinusOne);
        return true;
    }
}
