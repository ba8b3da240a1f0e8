using System;
using System.Collections.Generic;
using System.Linq;

namespace Spore.CommandLine;

/// <summary>What a person meant by a mistyped name.</summary>
internal static class Suggestion
{
    // One typing error in three characters. With more, a suggestion is a guess.
    private const int CharactersForError = 3;

    /// <summary>Finds the names that differ least from a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="names">All names.</param>
    /// <returns>The nearest names, all at one distance; empty if none is near.</returns>
    public static IReadOnlyList<string> For(string text, IEnumerable<string> names)
    {
        int limit = (text.TrimStart('-').Length + CharactersForError - 1) / CharactersForError;
        (string Name, int Distance)[] near =
        [
            .. names.Distinct()
                .Select(n => (Name: n, Distance: Distance(text.ToLowerInvariant(), n.ToLowerInvariant())))
                .Where(n => n.Distance <= limit),
        ];
        return [.. near.Where(n => n.Distance == near.Min(m => m.Distance)).Select(n => n.Name)];
    }

    // The number of characters to insert, remove, replace or swap with their neighbour (optimal string alignment).
    private static int Distance(string from, string to)
    {
        int[,] steps = new int[from.Length + 1, to.Length + 1];
        for (int i = 0; i <= from.Length; i++)
        {
            for (int j = 0; j <= to.Length; j++)
            {
                steps[i, j] = i == 0 ? j : j == 0 ? i : Step(i, j);
            }
        }

        return steps[from.Length, to.Length];

        int Step(int i, int j)
        {
            int replaced = steps[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
            int least = Math.Min(replaced, Math.Min(steps[i - 1, j], steps[i, j - 1]) + 1);
            bool swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
            return swapped ? Math.Min(least, steps[i - 2, j - 2] + 1) : least;
        }
    }
}
