using System;
using System.IO;

namespace Spore.Signing;

/// <summary>Files that hold secrets: made for their owner alone, and never replaced by accident.</summary>
public static class SecretFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes a file with mode 0600, which it has from its first moment.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="bytes">What it is to hold.</param>
    /// <param name="force">Whether an existing file is replaced; else it stays as it is.</param>
    /// <exception cref="InputException">It exists already, or can't be written.</exception>
    public static void Write(string path, ReadOnlySpan<byte> bytes, bool force) => OutputFile.Write(path, bytes, OwnerOnly, force);

    /// <summary>Tells whether others than its owner may read or write a file. Always false on Windows, and for what is no file.</summary>
    /// <param name="path">Its path.</param>
    /// <returns>True when its mode has a bit for group or others.</returns>
    public static bool IsExposed(string path)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(path))
        {
            return false;
        }

        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        return (File.GetUnixFileMode(path) & Others) != 0;
    }
}
