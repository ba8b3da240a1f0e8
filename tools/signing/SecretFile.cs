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

    /// <summary>Reads the start of a file into a buffer of the caller's, who can wipe it; no other copy is made.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="buffer">The buffer to fill.</param>
    /// <returns>The number of bytes read: less than there is room for when the file ends there.</returns>
    /// <exception cref="InputException">It can't be read.</exception>
    public static int Read(string path, Span<byte> buffer)
    {
        if (Directory.Exists(path))
        {
            throw new InputException(path, null, "is a directory");
        }

        try
        {
            using FileStream stream = new(path, new FileStreamOptions { Share = FileShare.ReadWrite, BufferSize = 0 });
            return stream.ReadAtLeast(buffer, buffer.Length, false);
        }
        catch (Exception e) when (FileFault.Describe(e) is string what)
        {
            throw new InputException(path, null, what);
        }
    }

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
