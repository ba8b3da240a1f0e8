using System;
using System.Globalization;
using System.Linq;

namespace Spore.Hostsim.Live.Names;

/// <summary>Makes host names (RFC 1123 section 2.1) of labels, which are for people.</summary>
internal static class HostName
{
    /// <summary>What follows each label.</summary>
    public const string Suffix = ".spore";

    private const int Longest = 63;

    private static readonly IdnMapping _idn = new() { UseStd3AsciiRules = true };

    /// <summary>
    /// Makes a name of a label: in lower case, with hyphens for what separates words (RFC 5891 beyond ASCII).
    /// </summary>
    /// <param name="label">The label.</param>
    /// <returns>The name with <see cref="Suffix"/>; null where the label gives none.</returns>
    public static string? Of(string label)
    {
        string[] words = label.ToLowerInvariant().Split([' ', '_', '.'], StringSplitOptions.RemoveEmptyEntries);
        string joined = string.Join('-', words).Trim('-');
        try
        {
            string name = joined.Length == 0 ? string.Empty : _idn.GetAscii(joined);
            return name.Length is > 0 and <= Longest && !IsNumber(name) ? name + Suffix : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    // Some programs take these for addresses, without their suffix.
    private static bool IsNumber(string name) => name.All(char.IsAsciiDigit);
}
