using System;
using System.Collections.Generic;
using System.Linq;
using Spectre.Console.Rendering;

namespace Spore.CommandLine;

/// <summary>Text in lines that fit a width. A word that is longer is not broken, so that it can be copied.</summary>
public static class FoldedText
{
    /// <summary>The width of a text on a terminal.</summary>
    /// <param name="text">The text, without line breaks.</param>
    /// <returns>The width in columns.</returns>
    public static int Width(string text) => new Segment(text).CellCount();

    /// <summary>The width of the longest word.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The width in columns.</returns>
    public static int LongestWord(string text) => text.Split(' ', '\n').Max(Width);

    /// <summary>Folds a text at its spaces.</summary>
    /// <param name="text">The text. Its line breaks stay.</param>
    /// <param name="width">The width in columns.</param>
    /// <returns>The lines, at least one.</returns>
    public static IReadOnlyList<string> Fold(string text, int width)
    {
        List<string> lines = [];
        foreach (string line in text.Split('\n'))
        {
            string rest = "";
            foreach (string word in line.Split(' '))
            {
                bool isFirst = rest.Length == 0;
                if (!isFirst && Width(rest) + 1 + Width(word) > width)
                {
                    lines.Add(rest);
                    isFirst = true;
                }

                rest = isFirst ? word : $"{rest} {word}";
            }

            lines.Add(rest);
        }

        return lines;
    }

    /// <summary>Fills a text up with spaces.</summary>
    /// <param name="text">The text.</param>
    /// <param name="width">The width in columns.</param>
    /// <param name="isRight">Whether the spaces stand before the text.</param>
    /// <returns>The text, at least that wide.</returns>
    public static string Pad(string text, int width, bool isRight = false)
    {
        string spaces = new(' ', Math.Max(0, width - Width(text)));
        return isRight ? spaces + text : text + spaces;
    }
}
