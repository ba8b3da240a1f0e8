using System;
using System.IO;

namespace Spore.Signing;

/// <summary>Reads files that people name.</summary>
public static class InputFile
{
    private const int CopySize = 64 * 1024;

    /// <summary>Reads a whole file, which may also be a pipe.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="limit">The largest size to take, in bytes.</param>
    /// <returns>Its bytes.</returns>
    /// <exception cref="InputException">It can't be read, or is larger.</exception>
    public static byte[] Read(string path, int limit)
    {
        if (Directory.Exists(path))
        {
            throw new InputException(path, null, "is a directory");
        }

        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using MemoryStream bytes = new();
            byte[] buffer = new byte[16 * 1024];
            for (int count; (count = stream.Read(buffer)) > 0;)
            {
                bytes.Write(buffer, 0, count);
                if (bytes.Length > limit)
                {
                    throw new InputException(path, null, $"is larger than {limit} bytes");
                }
            }

            return bytes.ToArray();
        }
        catch (Exception e) when (FileFault.Describe(e) is string what)
        {
            throw new InputException(path, null, what);
        }
    }

    /// <summary>Opens a file that is read in any order. What can't be sought, as a pipe, is copied first.</summary>
    /// <param name="path">Its path.</param>
    /// <returns>Its bytes.</returns>
    /// <exception cref="InputException">It can't be read, or is larger than 2^31 - 1 bytes.</exception>
    public static Stream OpenSeekable(string path)
    {
        if (Directory.Exists(path))
        {
            throw new InputException(path, null, "is a directory");
        }

        try
        {
            FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, CopySize);
            if (!stream.CanSeek)
            {
                using (stream)
                {
                    return CopyOf(stream, path);
                }
            }

            return stream.Length <= int.MaxValue ? stream : throw TooLarge(path);
        }
        catch (Exception e) when (FileFault.Describe(e) is string what)
        {
            throw new InputException(path, null, what);
        }
    }

    /// <summary>Copies all of a stream into a temporary file, which goes when it is closed.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <returns>Its bytes, from the first.</returns>
    /// <exception cref="InputException">It can't be read, or has more than 2^31 - 1 bytes.</exception>
    public static Stream CopyOf(Stream stream, string path)
    {
        FileStream? copy = null;
        try
        {
            copy = new FileStream(
                Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()),
                FileMode.CreateNew,
                FileAccess.ReadWrite,
                FileShare.None,
                CopySize,
                FileOptions.DeleteOnClose);
            byte[] buffer = new byte[CopySize];
            for (int count; (count = stream.Read(buffer)) > 0;)
            {
                copy.Write(buffer, 0, count);
                if (copy.Length > int.MaxValue)
                {
                    throw TooLarge(path);
                }
            }

            copy.Position = 0;
            return copy;
        }
        catch (Exception e)
        {
            copy?.Dispose();
            if (FileFault.Describe(e) is string what)
            {
                throw new InputException(path, null, what);
            }

            throw;
        }
    }

    private static InputException TooLarge(string path) => new(path, null, $"is larger than {int.MaxValue} bytes");
}
