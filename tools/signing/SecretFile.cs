using System;
using System.IO;

namespace Spore.Signing;

/// <summary>Files that hold secrets: made for their owner alone, and never replaced by accident.</summary>
public static class SecretFile
{
    /// <summary>The warning about a file that <see cref="IsExposed"/>, in every program.</summary>
    public const string Exposure = "others than its owner can read this secret";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes a file with mode 0600, which it has from its first moment.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="bytes">What it is to hold.</param>
    /// <param name="force">Whether an existing file is replaced; else it stays as it is.</param>
    /// <exception cref="InputException">It exists already, or can't be written.</exception>
    public static void Write(string path, ReadOnlySpan<byte> bytes, bool force) =>
        OutputFile.Write(path, bytes, OwnerOnly, force);

    /// <summary>
    /// Reads the start of a file into a buffer of the caller's, who can wipe it; no other copy is made.
    /// </summary>
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

    /// <summary>
    /// Opens a file to append secrets to. A new file is created with mode 0600. An existing one is refused unless it
    /// belongs to the effective user, whoever that is, has no other name, and is a regular file, a FIFO that has a
    /// reader, or a character device. A regular file or FIFO then gets mode 0600. A symbolic link is refused, since
    /// it may lead anywhere. All checks are of the opened file. On a Unix other than Linux an existing file is
    /// refused, because .NET does not tell its owner.
    /// </summary>
    /// <param name="path">Its path.</param>
    /// <returns>An unbuffered stream. A FIFO without free space makes a write wait.</returns>
    /// <exception cref="InputException">
    /// The file can't be opened or is refused; it is unchanged, or new and empty.
    /// </exception>
    public static Stream OpenAppend(string path)
    {
        if (OperatingSystem.IsLinux())
        {
            return LinuxSecretFile.OpenAppend(path);
        }

        FileStreamOptions options = new()
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.Mode = FileMode.CreateNew;
            options.UnixCreateMode = OwnerOnly;
        }

        try
        {
            return new FileStream(path, options);
        }
        catch (IOException) when (!OperatingSystem.IsWindows() && Path.Exists(path))
        {
            throw new InputException(
                path,
                null,
                "exists already, and its owner can't be determined on this system; choose a new file");
        }
        catch (Exception e) when (FileFault.Describe(e) is string what)
        {
            throw new InputException(path, null, what);
        }
    }

    /// <summary>
    /// Tells whether others than its owner may read or write a file. Always false on Windows, and for what is no file.
    /// </summary>
    /// <param name="path">Its path.</param>
    /// <returns>True when its mode has a bit for group or others.</returns>
    public static bool IsExposed(string path)
    {
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        try
        {
            return !OperatingSystem.IsWindows() && File.Exists(path) && (File.GetUnixFileMode(path) & Others) != 0;
        }
        catch (Exception e) when (FileFault.Describe(e) != null)
        {
            // The file has gone in the meantime. Who reads it next reports that.
            return false;
        }
    }
}
