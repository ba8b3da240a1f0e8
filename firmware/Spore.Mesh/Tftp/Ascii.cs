namespace Spore.Tftp;

/// <summary>Text as it is on the wire.</summary>
/// <remarks>Texts are held in static fields: on a device a literal takes memory each time it is come by.</remarks>
internal static class Ascii
{
    /// <summary>Compares a run with text.</summary>
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

    /// <summary>Compares a run with text in lower-case letters, whose case doesn't matter in the run.</summary>
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
    /// <returns>Where it is, or -1.</returns>
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

    /// <summary>Reads a decimal number; one that is too large gives the largest.</summary>
    /// <returns>The number, or -1 when the run is empty or holds anything but digits.</returns>
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
    /// <returns>Where to go on.</returns>
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
    /// <returns>Where to go on.</returns>
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
}
