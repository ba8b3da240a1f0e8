namespace Spore.Crypto;

/// <summary>Comparisons whose time does not depend on the values compared.</summary>
public static class ConstantTime
{
    /// <summary>Compares two runs of bytes without stopping at the first difference.</summary>
    /// <param name="a">The first buffer.</param>
    /// <param name="aOffset">Where its run starts.</param>
    /// <param name="b">The second buffer.</param>
    /// <param name="bOffset">Where its run starts.</param>
    /// <param name="length">The number of bytes to compare.</param>
    /// <returns>True when all bytes are equal.</returns>
    public static bool Equal(byte[] a, int aOffset, byte[] b, int bOffset, int length)
    {
        int difference = 0;
        for (int i = 0; i < length; i++)
        {
            difference |= a[aOffset + i] ^ b[bOffset + i];
        }

        return difference == 0;
    }

    /// <summary>Tells whether a run of bytes is all zero, without stopping at the first that is not.</summary>
    /// <param name="a">The buffer.</param>
    /// <param name="offset">Where the run starts.</param>
    /// <param name="length">Its number of bytes.</param>
    /// <returns>True when every byte is zero.</returns>
    public static bool IsZero(byte[] a, int offset, int length)
    {
        int bits = 0;
        for (int i = 0; i < length; i++)
        {
            bits |= a[offset + i];
        }

        return bits == 0;
    }
}
