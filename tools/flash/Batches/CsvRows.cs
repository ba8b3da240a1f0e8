using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Spore.Signing;
using Sylvan.Data.Csv;

namespace Spore.Flash;

/// <summary>The rows of a text in CSV (RFC 4180), with any separator.</summary>
internal static class CsvRows
{
    // A record has to fit into the reader's buffer.
    private const int BufferLimit = 1 << 20;

    /// <summary>Reads the rows. Rows without anything in them are skipped.</summary>
    /// <param name="text">The text.</param>
    /// <param name="separator">What stands between two cells.</param>
    /// <param name="firstLine">The line in the file that the text begins on, from 1.</param>
    /// <param name="path">The file, for messages.</param>
    /// <returns>The rows.</returns>
    /// <exception cref="InputException">
    /// A row is not well formed. It is thrown when the rows before it have been read.
    /// </exception>
    public static IEnumerable<CsvRow> Read(string text, char separator, int firstLine, string path)
    {
        using Cursor cursor = new(text, separator, firstLine, path);
        while (cursor.Next() is CsvRow row)
        {
            if (row.Cells.Any(c => c.Length > 0))
            {
                yield return row;
            }
        }
    }

    /// <summary>Counts lines beside the reader, which counts records.</summary>
    private sealed class Cursor(string text, char separator, int firstLine, string path) : IDisposable
    {
        private int _line = firstLine;
        private CsvDataReader? _reader;

        public CsvRow? Next()
        {
            try
            {
                _reader ??= Open();
                return _reader.Read() ? Row(_reader) : null;
            }
            catch (CsvRecordTooLargeException)
            {
                throw new InputException(Where, null, "this row is too long; is there a quote too many?");
            }
            catch (CsvFormatException)
            {
                const string What =
                    "the quotes of a cell in this row don't match; a quote inside a cell is written twice";
                throw new InputException(Where, null, What);
            }
        }

        public void Dispose() => _reader?.Dispose();

        private string Where => $"{path}:{_line}";

        private CsvDataReader Open()
        {
            CsvDataReaderOptions options = new()
            {
                Delimiter = separator,
                HasHeaders = false,
                MaxBufferSize = BufferLimit,

                // RFC 4180 has no comments, and U+0000 is in no text that people write.
                Comment = '\0',
            };
            return CsvDataReader.Create(new StringReader(text), options);
        }

        private CsvRow Row(CsvDataReader reader)
        {
            string[] cells = new string[reader.RowFieldCount];
            for (int i = 0; i < cells.Length; i++)
            {
                string cell = reader.GetString(i);
                cells[i] = cell.Trim();
                if (cell.StartsWith(' ') && cells[i].StartsWith('"'))
                {
                    throw new InputException(Where, null, "there is a space before a cell's quotes; leave it out");
                }
            }

            CsvRow row = new(_line, cells);
            _line += LineBreaks(reader.GetRawRecordSpan());
            return row;
        }

        private static int LineBreaks(ReadOnlySpan<char> record)
        {
            int count = 0;
            for (int i = 0; i < record.Length; i++)
            {
                bool isPair = record[i] == '\r' && i + 1 < record.Length && record[i + 1] == '\n';
                count += record[i] is '\n' or '\r' && !isPair ? 1 : 0;
            }

            return count;
        }
    }
}
