using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;

namespace Spore.Tests;

/// <summary>A page of the documentation, with what it tells people to type.</summary>
internal static partial class Page
{
    /// <summary>The fenced blocks of a page.</summary>
    /// <param name="path">The parts of its path in the repository.</param>
    /// <returns>For each block the words behind its fence, and its text.</returns>
    public static IReadOnlyList<(string Info, string Text)> Blocks(params string[] path) =>
        [.. Block().Matches(Text(path)).Select(m => (m.Groups[1].Value, m.Groups[2].Value))];

    /// <summary>A page without its fenced blocks.</summary>
    /// <param name="path">The parts of its path in the repository.</param>
    /// <returns>The text.</returns>
    public static string Prose(params string[] path) => Block().Replace(Text(path), "");

    private static string Text(string[] path) =>
        File.ReadAllText(Path.Combine([Repository.Root, .. path])).ReplaceLineEndings("\n");

    [GeneratedRegex("^```([^\n]*)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
