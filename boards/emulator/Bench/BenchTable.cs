using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;

namespace Spore.Emulator;

/// <summary>All rows of a bench, and the document that records them.</summary>
/// <param name="Operations">Operations and the IL instructions that they take.</param>
/// <param name="Memory">Bytes: of code, of the heap, and taken on the way.</param>
internal sealed record BenchTable(IReadOnlyList<BenchRow> Operations, IReadOnlyList<BenchRow> Memory)
{
    /// <summary>The rows of both kinds.</summary>
    public IEnumerable<BenchRow> Rows => Operations.Concat(Memory);

    /// <summary>Reads what a document records.</summary>
    /// <param name="text">The document.</param>
    /// <returns>Each row's first figure, by operation.</returns>
    public static IReadOnlyDictionary<string, long> Recorded(string text)
    {
        Dictionary<string, long> rows = [];
        foreach (string line in text.Split('\n'))
        {
            string[] cells = [.. line.Split('|').Select(c => c.Trim())];
            if (cells.Length > 3 && long.TryParse(cells[2].Replace(",", "", StringComparison.Ordinal), out long value))
            {
                rows[cells[1]] = value;
            }
        }

        return rows;
    }

    /// <summary>Writes the document.</summary>
    /// <returns>Markdown.</returns>
    public string ToMarkdown()
    {
        StringBuilder text = new();
        text.Append("""
            # What the firmware costs

            Made by `dotnet run --project boards/emulator -- bench --write docs/cost.md`, from the compiled device code as the emulator
            runs it ([emulator.md](emulator.md)). A test fails when a figure grows by more than 2 % without being raised here.

            Native instructions are those of the interpreter, weighted by opcode (`boards/emulator/costs.json`). The wanted figure is
            what is asked for at most; where the first figure is above it, it is not met.


            """.ReplaceLineEndings("\n"));
        Append(text, ["operation", "IL instructions", "native instructions", "wanted, IL"], Operations.Select(r => new[]
        {
            r.Operation, Report.Number(r.Instructions), Report.Number(r.Native), r.Wanted == 0 ? "" : Report.Number(r.Wanted),
        }));
        text.Append('\n');
        Append(text, ["memory", "bytes", "wanted"], Memory.Select(r => new[]
        {
            r.Operation, Report.Number(r.Instructions), r.Wanted < 0 ? "" : Report.Number(r.Wanted),
        }));
        return text.ToString();
    }

    private static void Append(StringBuilder text, string[] head, IEnumerable<string[]> rows)
    {
        text.Append("| ").AppendJoin(" | ", head).Append(" |\n|---|").AppendJoin("", head.Skip(1).Select(_ => "---:|")).Append('\n');
        foreach (string[] row in rows)
        {
            text.Append("| ").AppendJoin(" | ", row).Append(" |\n");
        }
    }
}
