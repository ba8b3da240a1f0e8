namespace Spore.WireGuard;

/// <summary>
/// The sliding window that refuses repeated and too old counters (RFC 6479): 2048 messages, as bits in its user's
/// buffer, zero at first.
/// </summary>
internal static class ReplayWindow
{
    /// <summary>How far below the highest counter one is still accepted.</summary>
    internal const int Size = 2048;

    /// <summary>
    /// The length of the bits: a ring with one byte more than the window has, so that whole bytes can be cleared.
    /// </summary>
    internal const int Bytes = (Size / 8) + 1;

    /// <summary>Records a counter.</summary>
    /// <param name="bits">The buffer that holds the bits.</param>
    /// <param name="offset">Where they start.</param>
    /// <param name="next">The counter after the highest one that was recorded, 0 at first.</param>
    /// <param name="counter">The counter.</param>
    /// <returns>False when it was seen before or is too old; then nothing has changed.</returns>
    internal static bool Accept(byte[] bits, int offset, ulong next, ulong counter)
    {
        if (counter >= Constants.RejectAfterMessages || counter + Size < next)
        {
            return false;
        }

        ulong place = counter >> 3;
        if (counter >= next)
        {
            // The bytes between the old head and the new one belong to counters not seen yet.
            ulong head = next == 0 ? 0 : (next - 1) >> 3;
            ulong advance = place - head;
            int count = advance > Bytes ? Bytes : (int)advance;
            for (int i = 1; i <= count; i++)
            {
                bits[offset + (int)((head + (ulong)i) % Bytes)] = 0;
            }
        }

        int at = offset + (int)(place % Bytes);
        int mask = 1 << ((int)counter & 7);
        if ((bits[at] & mask) != 0)
        {
            return false;
        }

        bits[at] |= (byte)mask;
        return true;
    }
}
