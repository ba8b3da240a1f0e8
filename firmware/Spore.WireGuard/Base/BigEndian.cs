namespace Spore.Base;

/// <summary>Integers in network byte order.</summary>
public static class BigEndian
{
    /// <summary>Reads an unsigned 16-bit integer.</summary>
    /// <param name="buffer">The buffer that holds it.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>The value, 0 to 65535.</returns>
    public static int ReadUInt16(byte[] buffer, int offset)
    {
        return (buffer[offset] << 8) | buffer[offset + 1];
    }

    /// <summary>Reads an unsigned 32-bit integer.</summary>
    /// <param name="buffer">The buffer that holds it.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>The value, never negative.</returns>
    public static long ReadUInt32(byte[] buffer, int offset)
    {
        // By addition: a signed operand keeps the interpreter's tag signed.
        return ((long)ReadUInt16(buffer, offset) * 65536) + ReadUInt16(buffer, offset + 2);
    }

    /// <summary>Reads an unsigned 64-bit integer.</summary>
    /// <param name="buffer">The buffer that holds it.</param>
    /// <param name="offset">Where it starts.</param>
    /// <returns>The value.</returns>
    public static ulong ReadUInt64(byte[] buffer, int offset)
    {
        ulong value = buffer[offset];
        for (int i = 1; i < 8; i++)
        {
            value = (value << 8) | buffer[offset + i];
        }

        return value;
    }

    /// <summary>Writes an unsigned 16-bit integer.</summary>
    /// <param name="buffer">The buffer to write to.</param>
    /// <param name="offset">Where it is to start.</param>
    /// <param name="value">The value; only its low 16 bits are written.</param>
    public static void WriteUInt16(byte[] buffer, int offset, int value)
    {
        buffer[offset] = (byte)(value >> 8);
        buffer[offset + 1] = (byte)value;
    }

    /// <summary>Writes an unsigned 32-bit integer.</summary>
    /// <param name="buffer">The buffer to write to.</param>
    /// <param name="offset">Where it is to start.</param>
    /// <param name="value">The value; only its low 32 bits are written.</param>
    public static void WriteUInt32(byte[] buffer, int offset, long value)
    {
        for (int i = 3; i >= 0; i--)
        {
            buffer[offset + i] = (byte)value;
            value >>= 8;
        }
    }

    /// <summary>Writes an unsigned 64-bit integer.</summary>
    /// <param name="buffer">The buffer to write to.</param>
    /// <param name="offset">Where it is to start.</param>
    /// <param name="value">The value.</param>
    public static void WriteUInt64(byte[] buffer, int offset, ulong value)
    {
        for (int i = 7; i >= 0; i--)
        {
            buffer[offset + i] = (byte)value;
            value >>= 8;
        }
    }
}
