namespace Spore.SignedNetwork;

/// <summary>Which labels an entry may have.</summary>
internal static class LabelRules
{
    /// <summary>The length of the longest label in bytes.</summary>
    public const int MaxSize = 64;

    /// <summary>
    /// Tells whether a label is well-formed UTF-8 (RFC 3629) without control characters, so that it
    /// can be shown as it is.
    /// </summary>
    /// <param name="buffer">A buffer with the label.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <returns>True when it may be used.</returns>
    public static bool IsAllowed(byte[] buffer, int offset, int length)
    {
        int end = offset + length;
        int i = offset;
        while (i < end)
        {
            int first = buffer[i];
            int more = first < 0x80
                ? 0
                : first < 0xC0 ? -1 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : first < 0xF8 ? 3 : -1;
            if (more < 0 || end - i <= more)
            {
                return false;
            }

            int c = more == 0 ? first : first & (0x3F >> more);
            for (int k = 1; k <= more; k++)
            {
                if ((buffer[i + k] & 0xC0) != 0x80)
                {
                    return false;
                }

                c = (c << 6) | (buffer[i + k] & 0x3F);
            }

            if (!IsShortest(c, more) || IsSurrogate(c) || c > 0x10FFFF || IsControl(c))
            {
                return false;
            }

            i += 1 + more;
        }

        return true;
    }

    private static bool IsShortest(int c, int more)
    {
        return c >= (more == 0 ? 0 : more == 1 ? 0x80 : more == 2 ? 0x800 : 0x10000);
    }

    private static bool IsSurrogate(int c)
    {
        return c >= 0xD800 && c <= 0xDFFF;
    }

    // C0, DEL and C1.
    private static bool IsControl(int c)
    {
        return c < 0x20 || (c >= 0x7F && c < 0xA0);
    }
}
