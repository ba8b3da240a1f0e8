using System;
using System.IO;
using Microsoft.Win32.SafeHandles;

namespace Spore.Hostsim.Live.Serving;

/// <summary>Blocks of a file.</summary>
internal static class FileBlock
{
    /// <summary>Reads a block.</summary>
    /// <param name="file">The file.</param>
    /// <param name="position">Where the block starts, in bytes.</param>
    /// <param name="block">Takes it.</param>
    /// <returns>False where the file ends earlier.</returns>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static bool TryRead(SafeFileHandle file, int position, Span<byte> block)
    {
        while (block.Length > 0)
        {
            int count = RandomAccess.Read(file, block, position);
            if (count == 0)
            {
                return false;
            }

            block = block[count..];
            position += count;
        }

        return true;
    }
}
