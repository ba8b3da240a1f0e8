namespace Spore.Crypto;

/// <summary>
/// Multiples of edwards25519's base point by a signed comb (after Hamburg, "Fast and compact elliptic-curve
/// cryptography", 2012, section 3.3): 52 doublings and 52 additions, in time that does not depend on the scalar.
/// </summary>
/// <remarks>
/// A scalar made odd is a sum of all powers of two up to the 259th, each added or subtracted. Five of them, 52 places
/// apart, make one addition.
/// </remarks>
internal static partial class BasePointComb
{
    /// <summary>Columns, from <see cref="Columns"/> - 1 down to 0, with a doubling between two.</summary>
    internal const int Columns = 52;

    /// <summary>Bytes in what <see cref="Recode"/> makes.</summary>
    internal const int SignsSize = 33;

    /// <summary>
    /// Makes signs of a scalar: bit i + 1 tells whether the i-th power of two is added or subtracted.
    /// </summary>
    /// <param name="signs">Takes the 33 bytes of signs.</param>
    /// <param name="scalar">Holds the 32-byte scalar, below 2^255.</param>
    /// <param name="offset">Where it starts.</param>
    internal static void Recode(byte[] signs, byte[] scalar, int offset)
    {
        // The odd one of the scalar and the scalar plus the order. Its half, rounded down, has the signs but for the
        // topmost, which is plus.
        int even = (scalar[offset] & 1) - 1;
        int sum = 0;
        for (int i = 0; i < 32; i++)
        {
            sum = scalar[offset + i] + (Scalar25519.Order[i] & even) + (sum >> 8);
            signs[i] = (byte)sum;
        }

        signs[32] = 0x10;
    }

    /// <summary>Adds a column's entry to a point.</summary>
    /// <param name="point">The point; its T is made only if asked for.</param>
    /// <param name="signs">What <see cref="Recode"/> made.</param>
    /// <param name="column">Which column.</param>
    /// <param name="scratch">An addend to work with.</param>
    /// <param name="withT">Whether T is made.</param>
    internal static void AddColumn(EdwardsPoint point, byte[] signs, int column, EdwardsAddend scratch, bool withT)
    {
        int bit = column + 1;
        long top = Bit(signs, bit + (4 * Columns));
        long index = Bit(signs, bit)
            + (Bit(signs, bit + Columns) << 1)
            + (Bit(signs, bit + (2 * Columns)) << 2)
            + (Bit(signs, bit + (3 * Columns)) << 3);

        // With the top tooth negative the entry is negated, and the others' signs are the opposite.
        long negative = top - 1;
        Select(scratch, index ^ (negative & 15), negative);
        EdwardsGroup.Add(point, scratch, false, true, withT);
    }

    private static long Bit(byte[] signs, int bit)
    {
        return (signs[bit >> 3] >> (bit & 7)) & 1;
    }
}
