namespace Spore.SignedNetwork;

/// <summary>
/// The X25519 public keys with which every private key agrees on zero (RFC 7748 section 6.1). Called for each entry, so
/// it compares instead of multiplying.
/// </summary>
internal static class SmallOrderKeys
{
    private const int KeySize = 32;
    private const int LowestPrimeByte = 0xEC;
    private const int HighestPrimeByte = 0xEE;

    // The x-coordinates of order 8, beside which there are 0, 1 and -1. Text is not copied to a device's heap.
    private static readonly string _orderEight =
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"
        + "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157";

    /// <summary>Whether a public key is of small order, in any of its encodings.</summary>
    /// <param name="buffer">A buffer with the public key, 32 bytes.</param>
    /// <param name="offset">Where the key starts.</param>
    internal static bool Contains(byte[] buffer, int offset)
    {
        int first = buffer[offset];
        if (first <= 1)
        {
            return IsFilled(buffer, offset, 0, 0);
        }

        // p is 2^255 - 19: -1 is p - 1, and p and p + 1 are 0 and 1.
        return first >= LowestPrimeByte && first <= HighestPrimeByte
            ? IsFilled(buffer, offset, 0xFF, 0x7F)
            : IsOrderEight(buffer, offset, 0) || IsOrderEight(buffer, offset, 2 * KeySize);
    }

    // X25519 ignores the top bit of the last byte.
    private static bool IsFilled(byte[] buffer, int offset, int value, int last)
    {
        for (int i = 1; i < KeySize - 1; i++)
        {
            if (buffer[offset + i] != value)
            {
                return false;
            }
        }

        return (buffer[offset + KeySize - 1] & 0x7F) == last;
    }

    private static bool IsOrderEight(byte[] buffer, int offset, int digits)
    {
        for (int i = 0; i < KeySize; i++)
        {
            int value = (Digit(digits + (2 * i)) << 4) + Digit(digits + (2 * i) + 1);
            if ((i == KeySize - 1 ? buffer[offset + i] & 0x7F : buffer[offset + i]) != value)
            {
                return false;
            }
        }

        return true;
    }

    private static int Digit(int index)
    {
        int c = _orderEight[index];
        return c <= '9' ? c - '0' : c - 'a' + 10;
    }
}
