using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Spectre.Console;

namespace Spore.CommandLine;

/// <summary>
/// A table that is as readable in a file as on a terminal. Output that is not a terminal gets a line for each row,
/// without borders. On a terminal, borders go first where it is too narrow, then words are folded, and then each row
/// becomes a list. Keys and numbers are never folded.
/// </summary>
public sealed class TextTable
{
    private const int Gap = 2;

    private readonly string? _title;
    private readonly (string Name, ColumnKind Kind)[] _columns;
    private readonly List<string[]> _rows = [];

    /// <summary>Makes a table without rows.</summary>
    /// <param name="title">Its title, or null.</param>
    /// <param name="columns">Its columns.</param>
    public TextTable(string? title, params (string Name, ColumnKind Kind)[] columns)
    {
        _title = title;
        _columns = columns;
    }

    private bool HasHead => Array.Exists(_columns, c => c.Name.Length > 0);

    /// <summary>Adds a row.</summary>
    /// <param name="cells">A cell for each column. A cell may have several lines.</param>
    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>Writes the table.</summary>
    /// <param name="console">Where to.</param>
    public void Write(IAnsiConsole console)
    {
        if (console.Profile.Out.IsTerminal)
        {
            WriteTerminal(console, console.Profile.Width);
        }
        else
        {
            WritePlain(console.Profile.Out.Writer);
        }
    }

    /// <summary>Writes the table as to output that is not a terminal.</summary>
    /// <param name="output">Where to.</param>
    public void WritePlain(TextWriter output)
    {
        string[][] rows = [.. _rows.Select(r => Array.ConvertAll(r, c => c.Replace("\n", ", ")))];
        int[] widths = [.. _columns.Select(
            (c, i) => rows.Select(r => FoldedText.Width(r[i])).Prepend(FoldedText.Width(c.Name)).Max())];
        if (_title is not null)
        {
            output.WriteLine(_title);
        }

        foreach (string[] row in HasHead ? rows.Prepend([.. _columns.Select(c => c.Name)]) : rows)
        {
            output.WriteLine(Line(row, widths));
        }
    }

    private void WriteTerminal(IAnsiConsole console, int width)
    {
        int borders = (3 * _columns.Length) + 1;
        int gaps = Gap * (_columns.Length - 1);
        int natural = _columns.Select((_, i) => Widest(i)).Sum();
        int least = _columns.Select((_, i) => Narrowest(i)).Sum();
        if (natural + borders <= width || (natural + gaps > width && least + borders <= width))
        {
            WriteBorders(console, Widths(width - borders));
        }
        else if (least + gaps <= width)
        {
            WriteGaps(console, Widths(width - gaps));
        }
        else
        {
            WriteLists(console);
        }
    }

    private int Widest(int column) =>
        Cells(column).Append(_columns[column].Name).SelectMany(c => c.Split('\n')).Max(FoldedText.Width);

    // The names of columns can be folded, whatever is in them.
    private int Narrowest(int column)
    {
        IEnumerable<int> cells = Cells(column).Select(c => _columns[column].Kind == ColumnKind.Words
            ? FoldedText.LongestWord(c)
            : c.Split('\n').Max(FoldedText.Width));
        return cells.Prepend(FoldedText.LongestWord(_columns[column].Name)).Max();
    }

    private IEnumerable<string> Cells(int column) => _rows.Select(r => r[column]);

    // From the narrowest up, the columns on the left first.
    private int[] Widths(int space)
    {
        int[] widths = [.. _columns.Select((_, i) => Narrowest(i))];
        int left = space - widths.Sum();
        for (int i = 0; i < widths.Length; i++)
        {
            int more = Math.Min(left, Widest(i) - widths[i]);
            widths[i] += more;
            left -= more;
        }

        return widths;
    }

    private void WriteBorders(IAnsiConsole console, int[] widths)
    {
        Table table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey);
        if (_title is not null)
        {
            table.Title(new TableTitle(Markup.Escape(_title)));
        }

        for (int i = 0; i < _columns.Length; i++)
        {
            TableColumn column = new TableColumn(Folded(_columns[i].Name, widths[i], Style.Plain)).Width(widths[i]);
            table.AddColumn(_columns[i].Kind == ColumnKind.Number ? column.RightAligned() : column);
        }

        foreach (string[] row in _rows)
        {
            table.AddRow(row.Select((c, i) => Folded(c, widths[i], Style.Plain)));
        }

        console.Write(HasHead ? table : table.HideHeaders());
    }

    private static Text Folded(string text, int width, Style style) =>
        new(string.Join('\n', FoldedText.Fold(text, width)), style);

    private void WriteGaps(IAnsiConsole console, int[] widths)
    {
        WriteTitle(console);
        if (HasHead)
        {
            WriteRow(console, [.. _columns.Select(c => c.Name)], widths, new Style(Color.Grey));
        }

        foreach (string[] row in _rows)
        {
            WriteRow(console, row, widths, null);
        }
    }

    private void WriteRow(IAnsiConsole console, string[] row, int[] widths, Style? style)
    {
        IReadOnlyList<string>[] cells = [.. row.Select((c, i) => FoldedText.Fold(c, widths[i]))];
        for (int line = 0; line < cells.Max(c => c.Count); line++)
        {
            string[] parts = [.. cells.Select(c => line < c.Count ? c[line] : "")];
            console.WriteUnfolded((Line(parts, widths), style));
        }
    }

    private string Line(string[] cells, int[] widths)
    {
        IEnumerable<string> padded = cells.Select(
            (c, i) => FoldedText.Pad(c, widths[i], _columns[i].Kind == ColumnKind.Number));
        return string.Join(new string(' ', Gap), padded).TrimEnd();
    }

    // The first column is the name of a row.
    private void WriteLists(IAnsiConsole console)
    {
        WriteTitle(console);
        foreach (string[] row in _rows)
        {
            foreach (string line in FoldedText.Fold(row[0], console.Profile.Width))
            {
                console.WriteUnfolded((line, new Style(decoration: Decoration.Bold)));
            }

            FieldList fields = new(Gap);
            for (int i = 1; i < row.Length; i++)
            {
                if (row[i].Length > 0 && row[i] != "-")
                {
                    fields.Add(_columns[i].Name, row[i]);
                }
            }

            fields.Write(console);
        }
    }

    private void WriteTitle(IAnsiConsole console)
    {
        if (_title is not null)
        {
            console.WriteUnfolded((_title, new Style(decoration: Decoration.Italic)));
        }
    }
}
