using System.Collections.Generic;
using System.Text;
using Spore.Signing;

namespace Spore.Flash;

/// <summary>Reads tables as spreadsheets write them (RFC 4180), a line for each row.</summary>
internal static class CsvFile
{
    private const int SizeLimit = 64 << 20;

    /// <summary>Reads a table whose first row names the columns.</summary>
    /// <param name="path">Its file.</param>
    /// <returns>For each further row its line, and the columns in which it has something.</returns>
    /// <exception cref="InputException">It can't be read, or a row is not sound.</exception>
    public static IReadOnlyList<(int Line, IReadOnlyList<(string Name, string Value)> Fields)> Read(string path)
    {
        List<(int Line, IReadOnlyList<(string Name, string Value)> Fields)> rows = [];
        List<string>? names = null;
        int number = 0;
        foreach (string line in Decode(InputFile.Read(path, SizeLimit), path).Split('\n'))
        {
            number++;
            List<string> fields = Split(line.TrimEnd('\r'), $"{path}:{number}");
            if (fields.TrueForAll(f => f.Length == 0))
            {
                continue;
            }

            if (names is null)
            {
                names = fields;
                continue;
            }

            if (fields.Count != names.Count)
            {
                throw new InputException(
                    $"{path}:{number}",
                    null,
                    $"this row has {fields.Count} fields, and there are {names.Count} columns");
            }

            List<(string Name, string Value)> given = [];
            for (int i = 0; i < fields.Count; i++)
            {
                if (fields[i].Length > 0)
                {
                    given.Add((names[i], fields[i]));
                }
            }

            rows.Add((number, given));
        }

        return rows;
    }

    private static string Decode(byte[] bytes, string path)
    {
        try
        {
            return new UTF8Encoding(false, true).GetString(bytes).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            throw new InputException(path, null, "this is not UTF-8 text");
        }
    }

    private static List<string> Split(string line, string where)
    {
        List<string> fields = [];
        int at = 0;
        while (true)
        {
            while (at < line.Length && line[at] == ' ')
            {
                at++;
            }

            string field = at < line.Length && line[at] == '"' ? Quoted(line, ref at, where) : Plain(line, ref at);
            fields.Add(field);
            if (at == line.Length)
            {
                return fields;
            }

            at++;
        }
    }

    private static string Plain(string line, ref int at)
    {
        int start = at;
        int comma = line.IndexOf(',', at);
        at = comma < 0 ? line.Length : comma;
        return line[start..at].TrimEnd(' ');
    }

    private static string Quoted(string line, ref int at, string where)
    {
        StringBuilder text = new();
        for (at++; at < line.Length; at++)
        {
            if (line[at] != '"')
            {
                text.Append(line[at]);
            }
            else if (at + 1 < line.Length && line[at + 1] == '"')
            {
                text.Append('"');
                at++;
            }
            else
            {
                int next = at + 1;
                while (next < line.Length && line[next] == ' ')
                {
                    next++;
                }

                at = next;
                return next == line.Length || line[next] == ','
                    ? text.ToString()
                    : throw new InputException(where, null, "there is something behind a field's quotes");
            }
        }

        throw new InputException(where, null, "its quotes don't match");
    }
}
