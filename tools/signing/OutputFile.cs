using System;
using System.IO;
using System.Security.Cryptography;

namespace Spore.Signing;

/// <summary>Writes files whole or not at all: under another name beside the old one, then renamed.</summary>
public static class OutputFile
{
    /// <summary>Writes a file that anyone may read. An existing one is replaced, and keeps its mode.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="bytes">What it is to hold.</param>
    /// <exception cref="InputException">It can't be written.</exception>
    public static void Write(string path, ReadOnlySpan<byte> bytes) => Write(path, bytes, null, true);

    internal static void Write(string path, ReadOnlySpan<byte> bytes, UnixFileMode? mode, bool replace)
    {
        string? temporary = null;
        try
        {
            string target = Resolve(path);
            if (Directory.Exists(target))
            {
                throw new InputException(path, null, "is a directory");
            }

            // A rename would put a file in the place of a device.
            if (!OperatingSystem.IsWindows() && target.StartsWith("/dev/", StringComparison.Ordinal))
            {
                throw new InputException(path, null, "is not a regular file");
            }

            if (!replace && File.Exists(target))
            {
                throw new InputException(path, null, "exists already; --force replaces it");
            }

            string directory = Path.GetDirectoryName(target)!;
            FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (mode is not null && !OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = mode;
            }

            UnixFileMode? kept = mode is null && !OperatingSystem.IsWindows() && File.Exists(target)
                ? File.GetUnixFileMode(target)
                : null;
            string name = Path.Combine(directory, $".spore-{RandomNumberGenerator.GetHexString(16, true)}.tmp");
            using (FileStream stream = new(name, options))
            {
                temporary = name;
                stream.Write(bytes);
                stream.Flush(true);
            }

            if (kept is UnixFileMode old && !OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(name, old);
            }

            File.Move(temporary, target, replace);
            temporary = null;
        }
        catch (Exception e) when (FileFault.Describe(e) is string what)
        {
            throw new InputException(path, null, what);
        }
        finally
        {
            if (temporary is not null)
            {
                File.Delete(temporary);
            }
        }
    }

    // Where a symbolic link leads, so that the link stays one.
    private static string Resolve(string path) =>
        Path.GetFullPath(new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, true)!.FullName);
}
