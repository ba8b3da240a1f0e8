using System;
using System.IO;

namespace Spore.Signing;

/// <summary>Writes files whole or not at all (<see cref="ReplacementFile"/>).</summary>
public static class OutputFile
{
    /// <summary>Writes a file that anyone may read. An existing one is replaced, and keeps its mode.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="bytes">What it is to hold.</param>
    /// <exception cref="InputException">It can't be written.</exception>
    public static void Write(string path, ReadOnlySpan<byte> bytes) => Write(path, bytes, null, true);

    internal static void Write(string path, ReadOnlySpan<byte> bytes, UnixFileMode? mode, bool replace)
    {
        using ReplacementFile file = new(path, mode, replace);
        try
        {
            file.Stream.Write(bytes);
        }
        catch (Exception e) when (FileFault.Describe(e) is string what)
        {
            throw new InputException(path, null, what);
        }

        file.Commit();
    }
}
