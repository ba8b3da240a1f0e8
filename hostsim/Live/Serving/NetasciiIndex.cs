using System;
using System.IO;
using Microsoft.Win32.SafeHandles;

namespace Spore.Hostsim.Live.Serving;

/// <summary>
/// A file as netascii (RFC 764): LF becomes CR LF, and CR becomes CR NUL. The index holds where each part of the file
/// starts in the encoded one, so that a block can be read at any position.
/// </summary>
internal sealed class NetasciiIndex
{
    /// <summary>
    /// The largest size of a file, in bytes. The index is made while the node waits, so it has to be short.
    /// </summary>
    public const int LargestFile = 4 << 20;

    // The length of a part in bytes. The index takes 4 bytes for each.
    private const int PartSize = 4096;

    // Where each part starts in the encoded file, and at last where the encoded file ends.
    private readonly int[] _starts;

    private NetasciiIndex(int[] starts)
    {
        _starts = starts;
    }

    /// <summary>The length of the encoded file in bytes.</summary>
    public int Length => _starts[^1];

    /// <summary>Makes the index of a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="size">Its size in bytes, at most <see cref="LargestFile"/>.</param>
    /// <returns>The index, or null where the file ends earlier.</returns>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static NetasciiIndex? Of(SafeFileHandle file, int size)
    {
        int[] starts = new int[((size + PartSize - 1) / PartSize) + 1];
        Span<byte> buffer = stackalloc byte[PartSize];
        for (int i = 0; i < starts.Length - 1; i++)
        {
            Span<byte> part = buffer[..Math.Min(PartSize, size - (i * PartSize))];
            if (!FileBlock.TryRead(file, i * PartSize, part))
            {
                return null;
            }

            starts[i + 1] = starts[i] + EncodedLength(part);
        }

        return new NetasciiIndex(starts);
    }

    /// <summary>Reads a block of the encoded file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="size">Its size in bytes.</param>
    /// <param name="position">Where the block starts in the encoded file.</param>
    /// <param name="block">Takes the block, which is within <see cref="Length"/>.</param>
    /// <returns>False where the file is not the one that the index was made of.</returns>
    /// <exception cref="IOException">The file can't be read.</exception>
    public bool TryRead(SafeFileHandle file, int size, int position, Span<byte> block)
    {
        Span<byte> buffer = stackalloc byte[PartSize];
        int found = Array.BinarySearch(_starts, position);

        // The part that holds the position starts before it, where none starts at it.
        for (int i = found < 0 ? ~found - 1 : found; block.Length > 0; i++)
        {
            Span<byte> part = buffer[..Math.Min(PartSize, size - (i * PartSize))];
            if (!FileBlock.TryRead(file, i * PartSize, part) || EncodedLength(part) != _starts[i + 1] - _starts[i])
            {
                return false;
            }

            int written = Encode(part, position - _starts[i], block);
            block = block[written..];
            position += written;
        }

        return true;
    }

    private static int EncodedLength(ReadOnlySpan<byte> part)
    {
        return part.Length + part.Count((byte)'\n') + part.Count((byte)'\r');
    }

    // Writes what follows the first bytes of an encoded part, and returns how many bytes.
    private static int Encode(ReadOnlySpan<byte> part, int skip, Span<byte> block)
    {
        int at = -skip;
        for (int i = 0; i < part.Length && at < block.Length; i++)
        {
            byte value = part[i];
            bool isPair = value is (byte)'\n' or (byte)'\r';
            Put(block, at++, isPair ? (byte)'\r' : value);
            if (isPair)
            {
                Put(block, at++, value == (byte)'\n' ? (byte)'\n' : (byte)0);
            }
        }

        return Math.Min(at, block.Length);
    }

    private static void Put(Span<byte> block, int at, byte value)
    {
        if (at >= 0 && at < block.Length)
        {
            block[at] = value;
        }
    }
}
