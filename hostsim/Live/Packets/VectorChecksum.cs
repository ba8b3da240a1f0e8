using System;
using System.Net;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Spore.Hostsim.Live.Packets;

/// <summary>
/// The Internet checksum (RFC 1071) with vector instructions. Sums are of words as this machine has them, which RFC
/// 1071 section 2B allows.
/// </summary>
internal static class VectorChecksum
{
    /// <summary>Adds a run of bytes to a sum.</summary>
    /// <param name="sum">What was summed before, 0 at first.</param>
    /// <param name="bytes">The bytes, an odd number of them in the last run only.</param>
    /// <returns>The ones' complement sum so far, 16 bits.</returns>
    public static uint Add(uint sum, ReadOnlySpan<byte> bytes)
    {
        ulong total = sum;
        if (bytes.Length >= Vector<byte>.Count)
        {
            // A lane has 32 bits and takes 65535 words of 16 before it is full; no packet has as many.
            Vector<uint> low = new(0xFFFF);
            Vector<uint> lanes = Vector<uint>.Zero;
            ReadOnlySpan<Vector<uint>> vectors = MemoryMarshal.Cast<byte, Vector<uint>>(bytes);
            foreach (Vector<uint> words in vectors)
            {
                lanes += (words & low) + Vector.ShiftRightLogical(words, 16);
            }

            Vector.Widen(lanes, out Vector<ulong> lower, out Vector<ulong> upper);
            total += Vector.Sum(lower + upper);
            bytes = bytes[(vectors.Length * Vector<byte>.Count)..];
        }

        foreach (ushort word in MemoryMarshal.Cast<byte, ushort>(bytes))
        {
            total += word;
        }

        if ((bytes.Length & 1) != 0)
        {
            total += BitConverter.ToUInt16([bytes[^1], 0]);
        }

        return Fold(total);
    }

    /// <summary>Adds a number of 16 bits as it would stand in a header.</summary>
    /// <param name="sum">What was summed before.</param>
    /// <param name="value">The number; higher bits are left out.</param>
    /// <returns>The sum so far.</returns>
    public static uint Add(uint sum, int value)
    {
        return Fold((ulong)sum + (ushort)IPAddress.HostToNetworkOrder((short)value));
    }

    /// <summary>Writes a sum where a checksum stands.</summary>
    /// <param name="sum">The sum; its complement is the checksum.</param>
    /// <param name="field">Two bytes.</param>
    public static void Write(uint sum, Span<byte> field)
    {
        BitConverter.TryWriteBytes(field, (ushort)sum);
    }

    private static uint Fold(ulong sum)
    {
        sum = (sum & 0xFFFFFFFF) + (sum >> 32);
        sum = (sum & 0xFFFF) + (sum >> 16);
        sum = (sum & 0xFFFF) + (sum >> 16);
        return (uint)((sum & 0xFFFF) + (sum >> 16));
    }
}
