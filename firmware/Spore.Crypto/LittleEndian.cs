namespace Spore.Crypto;

/// <summary>
/// Little-endian stores; loads are <see cref="System.BitConverter"/>'s, which are native on the device.
/// </summary>
internal static class LittleEndian
{
    /// <summary>Stores the low 32 bits of a number.</summary>
    internal static void Store32(byte[] target, int offset, long value)
    {
        target[offset] = (byte)value;
        target[offset + 1] = (byte)(value >> 8);
        target[offset + 2] = (byte)(value >> 16);
        target[offset + 3] = (byte)(value >> 24);
    }
}
