using System;

namespace Spore.Flash;

/// <summary>
/// The CRC-32 of nanoFramework's files: polynomial 0x04C11DB7, most significant bit first, initial
/// value 0, no final xor.
/// </summary>
internal static class PeChecksum
{
    private const uint Polynomial = 0x04C11DB7;

    private static readonly uint[] _table = MakeTable();

    /// <summary>Computes the checksum of a run of bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>The checksum; of "123456789" it is 0x89A1897F.</returns>
    public static uint Compute(ReadOnlySpan<byte> bytes)
    {
        uint crc = 0;
        foreach (byte b in bytes)
        {
            crc = (crc << 8) ^ _table[(crc >> 24) ^ b];
        }

        return crc;
    }

    private static uint[] MakeTable()
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            uint crc = i << 24;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 0x80000000) != 0 ? (crc << 1) ^ Polynomial : crc << 1;
            }

            table[i] = crc;
        }

        return table;
    }
}
