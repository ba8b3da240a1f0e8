using System.Globalization;
using System.Text;

namespace Spore.Signing;

/// <summary>Input of any content inside messages of one plain line.</summary>
public static class MessageText
{
    private const int QuoteLimit = 80;

    /// <summary>
    /// Replaces every character that could break the line or act on a terminal, such as an escape or a bidirectional
    /// control.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <returns>The text with a question mark for each such character.</returns>
    public static string OneLine(string text)
    {
        StringBuilder line = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool isPlain = Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator);
            line.Append(isPlain ? rune.ToString() : "?");
        }

        return line.ToString();
    }

    /// <summary>Quotes a text that may be of any length and content.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The text in quotes, on one line; only its first 80 UTF-16 code units where it is longer.</returns>
    public static string Quote(string text)
    {
        return text.Length <= QuoteLimit ? $"'{OneLine(text)}'" : $"'{OneLine(text[..QuoteLimit])}...'";
    }
}
