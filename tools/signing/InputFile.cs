using System;
using System.IO;

namespace Spore.Signing;

/// <summary>Reads files that people name.</summary>
public static class InputFile
{
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
}
