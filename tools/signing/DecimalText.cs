using System.Linq;

namespace Spore.Signing;

/// <summary>Decimal numbers as text, as endpoints and prefixes have them.</summary>
public static class DecimalText
{
    // Nine digits always fit an int.
    private const int MaxDigits = 9;

    /// <summary>Reads a number: ASCII digits alone, without sign, white space or leading zeros.</summary>
    /// <param name="text">The text.</param>
    /// <param name="highest">The highest number allowed.</param>
    /// <param name="number">The number, or 0 when the text is not one.</param>
    /// <returns>Whether the text is a number from 0 to the highest one.</returns>
    public static bool TryParse(string text, int highest, out int number)
    {
        // The runtime's parser accepts zeros before the number and NUL characters behind it.
        number = 0;
        if (text.Length is 0 or > MaxDigits || !text.All(char.IsAsciiDigit) || (text.Length > 1 && text[0] == '0'))
        {
            return false;
        }

        int value = text.Aggregate(0, (sum, digit) => (sum * 10) + (digit - '0'));
        number = value <= highest ? value : 0;
        return value <= highest;
    }
}
