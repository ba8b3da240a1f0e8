namespace Spore.SignedNetwork;

/// <summary>Which endpoint names an entry may have.</summary>
public static class EndpointNameRules
{
    /// <summary>
    /// Tells whether a name is a host name (RFC 1123 section 2.1, and underscores, as in use; labels of 1
    /// to 63, the last one not a number, since resolvers read such a name as an IPv4 address, and an address has a
    /// field of its own), a colon, and a port from 1 to 65535 without leading zeros.
    /// </summary>
    /// <param name="buffer">A buffer with the name in ASCII.</param>
    /// <param name="offset">The offset of the name.</param>
    /// <param name="length">The length of the name in bytes.</param>
    /// <returns>True when an entry may have it.</returns>
    public static bool IsAllowed(byte[] buffer, int offset, int length)
    {
        int colon = 0;
        while (colon < length && buffer[offset + colon] != ':')
        {
            colon++;
        }

        return IsHost(buffer, offset, colon) && IsPort(buffer, offset + colon + 1, length - colon - 1);
    }

    private static bool IsHost(byte[] buffer, int offset, int length)
    {
        if (length < 1)
        {
            return false;
        }

        int label = 0;
        for (int i = 0; i < length; i++)
        {
            int c = buffer[offset + i];
            if (c == '.')
            {
                // No label may be empty, and none may end in a hyphen.
                if (label == 0 || buffer[offset + i - 1] == '-')
                {
                    return false;
                }

                label = 0;
                continue;
            }

            bool inner = label > 0 && c == '-';
            if (!inner && !IsLetterOrDigit(c) && c != '_')
            {
                return false;
            }

            label++;
            if (label > 63)
            {
                return false;
            }
        }

        return label > 0 && buffer[offset + length - 1] != '-' && !IsNumber(buffer, offset + length - label, label);
    }

    // A number as inet_aton reads it: digits, or 0x and hexadecimal digits.
    private static bool IsNumber(byte[] buffer, int offset, int length)
    {
        bool isHex = length > 1 && buffer[offset] == '0' && (buffer[offset + 1] | 0x20) == 'x';
        for (int i = isHex ? 2 : 0; i < length; i++)
        {
            int c = buffer[offset + i] | 0x20;
            if ((c < '0' || c > '9') && (!isHex || c < 'a' || c > 'f'))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsPort(byte[] buffer, int offset, int length)
    {
        if (length < 1 || length > 5 || buffer[offset] == '0')
        {
            return false;
        }

        int port = 0;
        for (int i = 0; i < length; i++)
        {
            int c = buffer[offset + i];
            if (c < '0' || c > '9')
            {
                return false;
            }

            port = (port * 10) + (c - '0');
        }

        return port <= 65535;
    }

    private static bool IsLetterOrDigit(int c)
    {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    }
}
