namespace Spore.Tftp;

/// <summary>Strings and decimal numbers in packets. Read first: RFC 1350 section 5, RFC 2347.</summary>
/// <remarks>Texts are in static fields: on a device a literal allocates memory each time that it is loaded.</remarks>
internal static class Ascii
{
    /// <summary>Compares bytes with text.</summary>
    /// <returns>Whether they are the same.</returns>
    internal static bool IsSame(byte[] buffer, int offset, int length, string text)
    {
        if (length != text.Length)
        {
            return false;
        }

        for (int i = 0; i < length; i++)
        {
            if (buffer[offset + i] != text[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Compares bytes in upper or lower case with text in lower case.</summary>
    /// <returns>Whether they are the same.</returns>
    internal static bool IsSameInAnyCase(byte[] buffer, int offset, int length, string lower)
    {
        if (length != lower.Length)
        {
            return false;
        }

        for (int i = 0; i < length; i++)
        {
            int c = buffer[offset + i];
            if (c >= 'A' && c <= 'Z')
            {
                c += 'a' - 'A';
            }

            if (c != lower[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Finds the zero byte that ends a string.</summary>
    /// <returns>Its offset in bytes, or -1.</returns>
    internal static int End(byte[] buffer, int offset, int end)
    {
        for (int i = offset; i < end; i++)
        {
            if (buffer[i] == 0)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Reads a decimal number. One above 2^31 - 1 gives 2^31 - 1.</summary>
    /// <returns>The number, or -1 if there are no bytes or not all of them are digits.</returns>
    internal static int Number(byte[] buffer, int offset, int length)
    {
        if (length == 0)
        {
            return -1;
        }

        int value = 0;
        for (int i = 0; i < length; i++)
        {
            int digit = buffer[offset + i] - '0';
            if (digit < 0 || digit > 9)
            {
                return -1;
            }

            value = value > (int.MaxValue - digit) / 10 ? int.MaxValue : value * 10 + digit;
        }

        return value;
    }

    /// <summary>Writes a string and the zero byte that ends it.</summary>
    /// <returns>The offset behind it, in bytes.</returns>
    internal static int Emit(byte[] buffer, int offset, string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            buffer[offset++] = (byte)text[i];
        }

        buffer[offset] = 0;
        return offset + 1;
    }

    /// <summary>Writes a decimal number and the zero byte that ends it.</summary>
    /// <returns>The offset behind it, in bytes.</returns>
    internal static int EmitNumber(byte[] buffer, int offset, long value)
    {
        int digits = 1;
        for (long rest = value / 10; rest != 0; rest /= 10)
        {
            digits++;
        }

        for (int i = digits - 1; i >= 0; i--)
        {
            buffer[offset + i] = (byte)('0' + (value % 10));
            value /= 10;
        }

        buffer[offset + digits] = 0;
        return offset + digits + 1;
    }

    /// <summary>Writes bytes in hexadecimal digits.</summary>
    /// <returns>The offset behind them, in bytes.</returns>
    internal static int EmitHex(byte[] buffer, int offset, byte[] value)
    {
        // Half of a line of status is a key: without a call for each digit it takes a third of the instructions.
        for (int i = 0; i < value.Length; i++)
        {
            int high = value[i] >> 4;
            int low = value[i] & 15;
            buffer[offset] = (byte)(high < 10 ? '0' + high : 'a' + high - 10);
            buffer[offset + 1] = (byte)(low < 10 ? '0' + low : 'a' + low - 10);
            offset += 2;
        }

        return offset;
    }
}
