using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace Spore.Hostsim.Live.Names;

/// <summary>
/// The lines of a node in a hosts file (hosts(5)), between two comments with its key. Every other byte of the file
/// stays.
/// </summary>
internal static class HostsLines
{
    private const int KeyDigits = 16;

    /// <summary>Puts a node's lines into a file, in place of those that it had there.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="publicKey">The node's public key, 32 bytes.</param>
    /// <param name="lines">The lines, without their ends; none for no comments either.</param>
    /// <returns>The new file's bytes.</returns>
    public static byte[] Replace(byte[] file, byte[] publicKey, IReadOnlyCollection<string> lines)
    {
        string key = Convert.ToHexStringLower(publicKey)[..KeyDigits];
        string begin = $"# spore {key}: from here, changed by hostsim";
        string end = $"# spore {key}: to here";

        // Each byte as one character, since the file may be in any encoding.
        List<string> old = [.. Encoding.Latin1.GetString(file).Split('\n')];
        int first = old.IndexOf(begin);
        int last = first < 0 ? -1 : old.IndexOf(end, first);
        if (last >= 0)
        {
            old.RemoveRange(first, last - first + 1);
        }
        else
        {
            // The last element is what follows the last end of a line.
            first = old[^1].Length == 0 ? old.Count - 1 : old.Count;
        }

        if (lines.Count > 0)
        {
            old.InsertRange(first, [begin, .. lines, end]);
            if (first + lines.Count + 2 == old.Count)
            {
                old.Add(string.Empty);
            }
        }

        return Encoding.Latin1.GetBytes(string.Join('\n', old));
    }

    /// <summary>The lines of names with their addresses.</summary>
    /// <param name="names">Each name with its addresses.</param>
    public static IEnumerable<string> Of(IEnumerable<(string Name, IEnumerable<string> Addresses)> names) =>
        names.SelectMany(n => n.Addresses.Select(a => $"{a} {n.Name}"));
}
