using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;

namespace Spore.Fuzz;

/// <summary>The inputs that are kept as files, named after what is in them.</summary>
internal static class Corpus
{
    /// <summary>Reads all inputs of a folder, in the order of their names.</summary>
    /// <param name="folder">The folder; one that there is not has none.</param>
    /// <returns>The inputs.</returns>
    public static List<Input> Read(string folder) => Directory.Exists(folder)
        ? [.. Directory.GetFiles(folder)
            .Order(StringComparer.Ordinal)
            .Select(file => Input.Parse(File.ReadAllBytes(file)))]
        : [];

    /// <summary>Has a folder hold these inputs and no others.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="inputs">The inputs.</param>
    public static void Write(string folder, IEnumerable<Input> inputs)
    {
        Directory.CreateDirectory(folder);
        HashSet<string> kept = [];
        foreach (byte[] bytes in inputs.Select(i => i.ToBytes()))
        {
            string file = Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(bytes), 0, 8));
            kept.Add(file);
            File.WriteAllBytes(file, bytes);
        }

        foreach (string file in Directory.GetFiles(folder).Where(f => !kept.Contains(f)))
        {
            File.Delete(file);
        }
    }
}
