namespace Spore.Net;

/// <summary>16-bit fields in network order.</summary>
internal static class BigEndian
{
    internal static int Get16(byte[] buffer, int offset)
    {
        return (buffer[offset] << 8) | buffer[offset + 1];
    }

    internal static void Set16(byte[] buffer, int offset, int value)
    {
        buffer[offset] = (byte)(value >> 8);
        buffer[offset + 1] = (byte)value;
    }
}
