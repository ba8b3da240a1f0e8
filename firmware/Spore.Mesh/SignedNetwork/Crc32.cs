namespace Spore.SignedNetwork;

/// <summary>The CRC-32 of IEEE 802.3: reflected polynomial 0xEDB88320, initial value and final xor all ones.</summary>
public static class Crc32
{
    /// <summary>Computes the checksum of a run of bytes.</summary>
    /// <param name="buffer">The buffer that holds it.</param>
    /// <param name="offset">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <returns>The checksum, 0 to 2^32-1; of "123456789" it is 0xCBF43926.</returns>
    public static long Compute(byte[] buffer, int offset, int length)
    {
        // In a long, so that the shift brings in zeros without an unsigned type.
        long crc = 0xFFFFFFFFL;
        for (int i = 0; i < length; i++)
        {
            crc ^= buffer[offset + i];
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320L : crc >> 1;
            }
        }

        return crc ^ 0xFFFFFFFFL;
    }
}
