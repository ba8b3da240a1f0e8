using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using Spore.Signing;

namespace Spore.Flash;

/// <summary>Reads the assemblies of a firmware, from a folder or a ZIP file.</summary>
internal static class FirmwareFiles
{
    private const string Extension = ".pe";

    // More than the largest partition for it.
    private const int SizeLimit = 4 << 20;
    private const int ZipLimit = 64 << 20;

    /// <summary>Reads all that there are.</summary>
    /// <param name="path">A folder with <c>.pe</c> files, or a ZIP file with such in any folder.</param>
    /// <returns>The assemblies, in the order of their files' names.</returns>
    /// <exception cref="InputException">It can't be read, there are none, or one is damaged or there twice.</exception>
    public static IReadOnlyList<PeAssembly> Read(string path)
    {
        Dictionary<string, string> found = new(StringComparer.Ordinal);
        List<PeAssembly> assemblies = [];
        foreach ((string name, byte[] bytes) in Directory.Exists(path) ? ReadFolder(path) : ReadZip(path))
        {
            PeAssembly assembly = PeAssembly.Read(bytes, name);
            if (bytes.AsSpan(assembly.Bytes.Length).ContainsAnyExcept((byte)0)
                || bytes.Length - assembly.Bytes.Length >= PeAssembly.Alignment)
            {
                throw new InputException(
                    name, "size", $"there are {bytes.Length - assembly.Bytes.Length} bytes behind its end");
            }

            if (!found.TryAdd(assembly.Name, name))
            {
                throw new InputException(
                    name, null, $"the assembly {assembly.Name} is in {found[assembly.Name]} already");
            }

            assemblies.Add(assembly);
        }

        return assemblies.Count > 0 ? assemblies : throw new InputException(path, null, "there are no .pe files in it");
    }

    private static List<(string Name, byte[] Bytes)> ReadFolder(string path)
    {
        try
        {
            return [.. Directory.EnumerateFiles(path)
                .Where(IsAssembly)
                .Order(StringComparer.Ordinal)
                .Select(f => (f, InputFile.Read(f, SizeLimit)))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, null, e.Message);
        }
    }

    private static List<(string Name, byte[] Bytes)> ReadZip(string path)
    {
        List<(string Name, byte[] Bytes)> files = [];
        try
        {
            using ZipArchive archive = new(new MemoryStream(InputFile.Read(path, ZipLimit)));
            foreach (ZipArchiveEntry entry in archive.Entries.Where(e => IsAssembly(e.FullName))
                .OrderBy(e => e.FullName, StringComparer.Ordinal))
            {
                string name = $"{path}:{entry.FullName}";
                byte[] bytes = new byte[SizeLimit + 1];
                using Stream stream = entry.Open();
                int length = stream.ReadAtLeast(bytes, bytes.Length, false);
                files.Add(
                    length <= SizeLimit
                        ? (name, bytes[..length])
                        : throw new InputException(name, null, $"is larger than {SizeLimit} bytes"));
            }
        }
        catch (InvalidDataException)
        {
            throw new InputException(path, null, "is neither a folder nor a sound ZIP file");
        }

        return files;
    }

    private static bool IsAssembly(string name) => name.EndsWith(Extension, StringComparison.OrdinalIgnoreCase);
}
