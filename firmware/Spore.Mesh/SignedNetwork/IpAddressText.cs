namespace Spore.SignedNetwork;

/// <summary>Reads IP addresses in text: four decimal numbers, or RFC 4291 section 2.2 without an IPv4 part.</summary>
internal static class IpAddressText
{
    private const int Ipv4Size = 4;
    private const int Ipv6Size = 16;
    private const int Bad = -1;

    /// <summary>Reads an address; there is neither a zone nor a prefix length behind it.</summary>
    /// <param name="text">A buffer with the text, in ASCII.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="address">A buffer of 16 bytes that takes the address from its start on.</param>
    /// <returns>The number of bytes of the address, 4 or 16; 0 where the text is none.</returns>
    internal static int Parse(byte[] text, int offset, int length, byte[] address)
    {
        for (int i = 0; i < length; i++)
        {
            if (text[offset + i] == ':')
            {
                return ParseIpv6(text, offset, offset + length, address) ? Ipv6Size : 0;
            }
        }

        return ParseIpv4(text, offset, offset + length, address) ? Ipv4Size : 0;
    }

    private static bool ParseIpv4(byte[] text, int at, int end, byte[] address)
    {
        for (int i = 0; i < Ipv4Size; i++)
        {
            int start = at;
            int value = 0;
            while (at < end && text[at] >= '0' && text[at] <= '9' && at - start < 3)
            {
                value = (value * 10) + text[at] - '0';
                at++;
            }

            // A leading zero would be octal elsewhere.
            bool isEnded = i == Ipv4Size - 1 ? at == end : at < end && text[at] == '.';
            if (at == start || value > 255 || (at - start > 1 && text[start] == '0') || !isEnded)
            {
                return false;
            }

            address[i] = (byte)value;
            at++;
        }

        return true;
    }

    private static bool ParseIpv6(byte[] text, int at, int end, byte[] address)
    {
        int size = 0;
        int gap = Bad;
        while (at < end)
        {
            if (text[at] == ':')
            {
                // "::" stands once, where the groups before it end.
                if (gap != Bad || at + 1 == end || text[at + 1] != ':')
                {
                    return false;
                }

                gap = size;
                at += 2;
                continue;
            }

            int start = at;
            int value = 0;
            while (at < end && at - start < 4 && Digit(text[at]) != Bad)
            {
                value = (value << 4) + Digit(text[at]);
                at++;
            }

            if (at == start || size == Ipv6Size)
            {
                return false;
            }

            address[size] = (byte)(value >> 8);
            address[size + 1] = (byte)value;
            size += 2;
            if (at == end)
            {
                break;
            }

            // A single colon is followed by another group.
            if (text[at] != ':' || at + 1 == end)
            {
                return false;
            }

            at += text[at + 1] == ':' ? 0 : 1;
        }

        if (gap == Bad)
        {
            return size == Ipv6Size;
        }

        if (size >= Ipv6Size)
        {
            return false;
        }

        for (int i = Ipv6Size - 1; i >= gap; i--)
        {
            int from = i - (Ipv6Size - size);
            address[i] = from >= gap ? address[from] : (byte)0;
        }

        return true;
    }

    private static int Digit(byte c)
    {
        return c >= '0' && c <= '9' ? c - '0'
            : c >= 'a' && c <= 'f' ? c - 'a' + 10
            : c >= 'A' && c <= 'F' ? c - 'A' + 10
            : Bad;
    }
}
