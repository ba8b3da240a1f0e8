using System.Collections.Generic;
using System.Linq;
using Spectre.Console;

namespace Spore.CommandLine;

/// <summary>Names and values, a line each. On a terminal a long value is folded at its spaces.</summary>
/// <param name="indent">The columns before each name.</param>
public sealed class FieldList(int indent = 0)
{
    private const int Gap = 2;

    private readonly List<(string Name, string Value, Style? Style)> _fields = [];

    /// <summary>Adds a field.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    /// <param name="style">The style of the value on a terminal, or null.</param>
    public void Add(string name, string value, Style? style = null) => _fields.Add((name, value, style));

    /// <summary>Writes the fields.</summary>
    /// <param name="console">Where to. Output that is not a terminal gets each field in one line.</param>
    public void Write(IAnsiConsole console)
    {
        if (_fields.Count == 0)
        {
            return;
        }

        bool isTerminal = console.Profile.Out.IsTerminal;
        int start = indent + _fields.Max(f => FoldedText.Width(f.Name)) + Gap;
        foreach ((string name, string value, Style? style) in _fields)
        {
            string first = new string(' ', indent) + FoldedText.Pad(name, start - indent);
            if (!isTerminal)
            {
                console.Profile.Out.Writer.WriteLine((first + value.Replace("\n", ", ")).TrimEnd());
                continue;
            }

            // What does not fit beside its name stands below it, rather than be wrapped by the terminal.
            bool isBelow = FoldedText.LongestWord(value) > console.Profile.Width - start;
            string margin = new(' ', isBelow ? indent + Gap : start);
            if (isBelow)
            {
                console.WriteUnfolded((first.TrimEnd(), new Style(Color.Grey)));
            }

            IReadOnlyList<string> lines = FoldedText.Fold(value, console.Profile.Width - margin.Length);
            for (int i = 0; i < lines.Count; i++)
            {
                console.WriteUnfolded((i == 0 && !isBelow ? first : margin, new Style(Color.Grey)), (lines[i], style));
            }
        }
    }
}
