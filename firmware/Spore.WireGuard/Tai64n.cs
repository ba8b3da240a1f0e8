using System;

namespace Spore.WireGuard;

/// <summary>
/// TAI64N timestamps: 8 bytes of seconds and 4 of nanoseconds, big-endian, so that they compare as bytes. Read
/// first: paper section 5.1.
/// </summary>
/// <remarks>
/// Nanoseconds are whitened to multiples of 2^24, as the other implementations do, to give no fine clock away. Their
/// lowest bit is set where the time is no clock's: the sender has none, or raised the time above an earlier one.
/// </remarks>
public static class Tai64n
{
    /// <summary>Length of a timestamp in bytes.</summary>
    public const int Size = 12;

    // 2^62, and the ten leap seconds at the Unix epoch.
    private const long Epoch = 0x400000000000000AL;
    private const int Tick = 1 << 24;
    private const int LastByte = Size - 1;
    private const int LastTick = 1000000000 / Tick * Tick;

    /// <summary>Writes a wall time.</summary>
    /// <param name="timestamp">The buffer to write 12 bytes to.</param>
    /// <param name="offset">Where to.</param>
    /// <param name="unixMilliseconds">The time since 1970, not negative.</param>
    public static void Write(byte[] timestamp, int offset, long unixMilliseconds)
    {
        long seconds = unixMilliseconds / 1000;
        int nanoseconds = (int)(unixMilliseconds - (seconds * 1000)) * 1000000;
        WriteParts(timestamp, offset, Epoch + seconds, nanoseconds & ~(Tick - 1));
    }

    /// <summary>Reads a timestamp as Unix time.</summary>
    /// <param name="timestamp">The buffer that holds it.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>Milliseconds since 1970; 0 for a time before, and at most the end of the year 9999.</returns>
    public static long ToUnixMilliseconds(byte[] timestamp, int offset)
    {
        const long Last = 253402300799L;
        long seconds = ReadSeconds(timestamp, offset);
        if (seconds < Epoch)
        {
            // A set top bit is reserved by TAI64; as a signed number it lands here too.
            return 0;
        }

        seconds -= Epoch;
        return seconds > Last ? Last * 1000 : seconds * 1000;
    }

    /// <summary>Marks a timestamp as no clock's.</summary>
    /// <param name="timestamp">The buffer that holds it.</param>
    /// <param name="offset">Where it starts.</param>
    public static void Mark(byte[] timestamp, int offset)
    {
        timestamp[offset + LastByte] |= 1;
    }

    /// <summary>Whether a timestamp is marked as no clock's.</summary>
    /// <param name="timestamp">The buffer that holds it.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>True when it is.</returns>
    public static bool IsMarked(byte[] timestamp, int offset)
    {
        return (timestamp[offset + LastByte] & 1) != 0;
    }

    /// <summary>Compares two timestamps as unsigned bytes.</summary>
    /// <param name="a">The buffer of the first.</param>
    /// <param name="aOffset">Where it starts.</param>
    /// <param name="b">The buffer of the second.</param>
    /// <param name="bOffset">Where it starts.</param>
    /// <returns>Negative, zero or positive as the first is older, equal or newer.</returns>
    public static int Compare(byte[] a, int aOffset, byte[] b, int bOffset)
    {
        for (int i = 0; i < Size; i++)
        {
            int difference = a[aOffset + i] - b[bOffset + i];
            if (difference != 0)
            {
                return difference;
            }
        }

        return 0;
    }

    /// <summary>Writes the next tick after a timestamp, marked; the last one there is stays as it is.</summary>
    /// <param name="timestamp">The buffer to write 12 bytes to.</param>
    /// <param name="offset">Where to.</param>
    /// <param name="previous">The buffer of the timestamp to go beyond; may be the same.</param>
    /// <param name="previousOffset">Where it starts.</param>
    public static void WriteNext(byte[] timestamp, int offset, byte[] previous, int previousOffset)
    {
        long seconds = ReadSeconds(previous, previousOffset);
        long nanoseconds = ((long)previous[previousOffset + 8] << 24) | ((long)previous[previousOffset + 9] << 16)
            | ((long)previous[previousOffset + 10] << 8) | previous[previousOffset + 11];
        if (nanoseconds < LastTick)
        {
            WriteParts(timestamp, offset, seconds, ((int)nanoseconds & ~(Tick - 1)) + Tick + 1);
        }
        else if (seconds != -1)
        {
            WriteParts(timestamp, offset, seconds + 1, 1);
        }
        else
        {
            Array.Copy(previous, previousOffset, timestamp, offset, Size);
        }
    }

    private static long ReadSeconds(byte[] timestamp, int offset)
    {
        long seconds = 0;
        for (int i = 0; i < 8; i++)
        {
            seconds = (seconds << 8) | timestamp[offset + i];
        }

        return seconds;
    }

    private static void WriteParts(byte[] timestamp, int offset, long seconds, int nanoseconds)
    {
        for (int i = 7; i >= 0; i--)
        {
            timestamp[offset + i] = (byte)seconds;
            seconds >>= 8;
        }

        timestamp[offset + 8] = (byte)(nanoseconds >> 24);
        timestamp[offset + 9] = (byte)(nanoseconds >> 16);
        timestamp[offset + 10] = (byte)(nanoseconds >> 8);
        timestamp[offset + 11] = (byte)nanoseconds;
    }
}
