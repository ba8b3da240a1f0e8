using System;
using System.Collections.Generic;
using System.Linq;
using Spore.CommandLine;
using Spore.Signing;

namespace Spore.Flash;

/// <summary>
/// A table as spreadsheet programs write it: CSV with some separator, whose first row names the columns.
/// </summary>
internal sealed class CsvTable
{
    // The rows in which column names are looked for, to find out the separator and a title above them.
    private const int HeadRows = 20;

    // The first line by which Excel is told the separator, and by which it tells it.
    private const string SeparatorLine = "sep=";

    private static readonly char[] _separators = [',', ';', '\t', '|'];

    private readonly string _path;
    private readonly IReadOnlyList<string> _known;
    private readonly CsvRow _head;
    private readonly int? _namesLine;

    private CsvTable(string path, IReadOnlyList<string> known, CsvRow head, int? namesLine, IReadOnlyList<CsvRow> rows)
    {
        _path = path;
        _known = known;
        _head = head;
        _namesLine = namesLine;
        Rows = rows;
    }

    /// <summary>The rows behind the first one.</summary>
    public IReadOnlyList<CsvRow> Rows { get; }

    /// <summary>Reads a separator as it is given on the command line.</summary>
    /// <param name="text">The character, or its name.</param>
    /// <returns>The separator.</returns>
    /// <exception cref="UsageException">It can't be a separator.</exception>
    public static char ParseSeparator(string text) => text switch
    {
        "comma" => ',',
        "semicolon" => ';',
        "tab" or "\\t" => '\t',
        [var c] when c is not ('"' or ' ' or '\r' or '\n' or '\0') && !char.IsLetterOrDigit(c) => c,
        _ => throw new UsageException(
            "--separator",
            $"{MessageText.Quote(text)} is not a separator; give one character, or comma, semicolon or tab"),
    };

    /// <summary>Reads a table.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="separator">What stands between two cells, or null to find out.</param>
    /// <param name="known">The names of columns, in any case.</param>
    /// <returns>The table.</returns>
    /// <exception cref="InputException">It can't be read, or a row is not well formed.</exception>
    public static CsvTable Read(string path, char? separator, IReadOnlyList<string> known)
    {
        string text = CsvText.Read(path);
        int firstLine = 1;
        if (text.StartsWith(SeparatorLine, StringComparison.OrdinalIgnoreCase) && text.AsSpan().IndexOfAny("\r\n") == 5)
        {
            separator ??= text[4];
            firstLine = 2;
            text = text[(text[5..].StartsWith("\r\n", StringComparison.Ordinal) ? 7 : 6)..];
        }

        char used = separator ?? Guess(text, known);
        List<CsvRow> rows = [.. CsvRows.Read(text, used, firstLine, path)];
        if (rows.Count == 0)
        {
            throw new InputException(path, null, "there is nothing in this table");
        }

        int? namesLine = Head(text, used).Where(r => Names(r, known) > 0).Select(r => (int?)r.Line).FirstOrDefault();
        return new CsvTable(path, known, rows[0], namesLine + firstLine - 1, [.. rows.Skip(1)]);
    }

    /// <summary>What a row has under its columns.</summary>
    /// <param name="row">The row.</param>
    /// <returns>The names of columns, as they are in the table, and cells with something in them.</returns>
    /// <exception cref="InputException">
    /// The row has too few or too many cells, or a column has no known name.
    /// </exception>
    public IReadOnlyList<(string Name, string Value)> Fields(CsvRow row)
    {
        if (row.Cells.Count != _head.Cells.Count)
        {
            string cells = NetworkTable.Count(row.Cells.Count, "cell");
            string columns = NetworkTable.Count(_head.Cells.Count, "column");
            string advice = row.Cells.Count > _head.Cells.Count
                ? "put a cell with the separator in it into quotes"
                : "write a separator for each empty cell too";
            throw new InputException(
                $"{_path}:{row.Line}", null, $"this row has {cells}, and the table has {columns}; {advice}");
        }

        List<(string Name, string Value)> fields = [];
        for (int i = 0; i < row.Cells.Count; i++)
        {
            if (row.Cells[i].Length == 0)
            {
                continue;
            }

            if (!_known.Contains(_head.Cells[i], StringComparer.OrdinalIgnoreCase))
            {
                throw Unknown(i);
            }

            fields.Add((_head.Cells[i], row.Cells[i]));
        }

        return fields;
    }

    /// <summary>The error of a row that needs something from a column which is missing.</summary>
    /// <param name="name">The column's name.</param>
    /// <returns>The error, or null if the table has that column.</returns>
    public InputException? Missing(string name)
    {
        if (_head.Cells.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            return null;
        }

        string there = string.Join(", ", _head.Cells.Where(c => c.Length > 0).Select(MessageText.Quote));
        string what = _namesLine > _head.Line
            ? $"the first row must name the columns, and line {_namesLine} does; delete what is above it"
            : $"the first row names the columns, and has only {there}; name it there, or give --separator";
        return new InputException($"{_path}:{_head.Line}", name, $"this column is missing: {what}");
    }

    private InputException Unknown(int column)
    {
        string name = _head.Cells[column];
        string columns = string.Join(", ", _known);
        return new InputException(
            $"{_path}:{_head.Line}",
            name.Length == 0 ? $"column {column + 1}" : name,
            name.Length == 0
                ? $"it has cells and no name; there are {columns}"
                : $"there is no such column; there are {columns}");
    }

    private static char Guess(string text, IReadOnlyList<string> known) =>
        _separators.MaxBy(s => Head(text, s).Select(r => Names(r, known)).DefaultIfEmpty().Max());

    // The first rows, as far as they are well formed.
    private static List<CsvRow> Head(string text, char separator)
    {
        List<CsvRow> rows = [];
        try
        {
            foreach (CsvRow row in CsvRows.Read(text, separator, 1, "").Take(HeadRows))
            {
                rows.Add(row);
            }
        }
        catch (InputException)
        {
            // Another separator fits better, or reading all of it reports this.
        }

        return rows;
    }

    private static int Names(CsvRow row, IReadOnlyList<string> known) =>
        row.Cells.Count(c => known.Contains(c, StringComparer.OrdinalIgnoreCase));
}
