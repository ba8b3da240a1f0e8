using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace Spore.Emulator;

/// <summary>All rows of a bench, and the document that records them.</summary>
/// <param name="Operations">Operations and the IL instructions that they take.</param>
/// <param name="Memory">Bytes: of code, of the heap, and taken on the way.</param>
internal sealed record BenchTable(IReadOnlyList<BenchRow> Operations, IReadOnlyList<BenchRow> Memory)
{
    /// <summary>The column of IL instructions.</summary>
    public const string Instructions = "IL instructions";

    /// <summary>The column of bytes.</summary>
    public const string Bytes = "bytes";

    /// <summary>The column of BouncyCastle's IL instructions.</summary>
    public const string OtherInstructions = "BouncyCastle, IL";

    /// <summary>The column of what those weigh.</summary>
    public const string OtherNative = "BouncyCastle, native";

    private const string Native = "native instructions";
    private const string Wanted = "wanted, IL";
    private const string Times = "times ours";

    /// <summary>The rows of both kinds.</summary>
    public IEnumerable<BenchRow> Rows => Operations.Concat(Memory);

    /// <summary>Reads what a document records.</summary>
    /// <param name="text">The document.</param>
    /// <returns>Each figure, by operation and column.</returns>
    public static IReadOnlyDictionary<(string Operation, string Column), long> Recorded(string text)
    {
        Dictionary<(string Operation, string Column), long> figures = [];
        string[] head = [];
        foreach (string line in text.Split('\n'))
        {
            string[] cells = [.. line.Split('|').Select(c => c.Trim())];
            if (cells.Length < 3)
            {
                head = [];
            }
            else if (head.Length == 0)
            {
                head = cells;
            }
            else
            {
                for (int i = 2; i < cells.Length; i++)
                {
                    if (long.TryParse(
                        cells[i], NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out long value))
                    {
                        figures[(cells[1], head[i])] = value;
                    }
                }
            }
        }

        return figures;
    }

    /// <summary>Writes the document.</summary>
    /// <returns>Markdown.</returns>
    public string ToMarkdown()
    {
        StringBuilder text = new();
        text.Append("""
            # What the firmware costs

            Made by `dotnet run --project boards/emulator -- bench --write docs/cost.md`, from the compiled device
            code as the emulator runs it ([emulator.md](emulator.md)). A test fails when a figure grows by more than
            2 % without being raised here.

            Native instructions are those of the interpreter, weighted by opcode (`boards/emulator/costs.json`). The
            wanted figure is what is asked for at most; where the first figure is above it, it is not met. A node
            decodes its trust root when it is made, so that this is in no row.


            """.ReplaceLineEndings("\n"));
        Append(
            text,
            ["operation", Instructions, Wanted, Native, OtherInstructions, Times, OtherNative, Times],
            Operations.Select(Cells));
        text.Append($"""

            BouncyCastle {BouncyCastle.Version}, built for netstandard2.0 and so without spans and vector
            instructions, on the same inputs and with the same results. Its IL is counted on the desktop, by counters
            woven into it ([emulator.md](emulator.md#code-that-is-not-the-devices)). What it calls of the framework,
            at most {MostCallsOutside()} times in an operation, counts as the call alone, and its own calls count as
            the cheapest that the interpreter has for them: this is what it would take at least.


            """.ReplaceLineEndings("\n"));
        Append(text, ["memory", Bytes, "wanted"], Memory.Select(r => new[]
        {
            r.Operation, Report.Number(r.Instructions), r.Wanted < 0 ? "" : Report.Number(r.Wanted),
        }));
        return text.ToString();
    }

    /// <summary>How often a figure contains ours, for people.</summary>
    /// <param name="figure">The figure.</param>
    /// <param name="ours">Ours.</param>
    /// <returns>The text.</returns>
    public static string Ratio(long figure, long ours) =>
        string.Create(CultureInfo.InvariantCulture, $"{(double)figure / ours:F1}×");

    private static string[] Cells(BenchRow row)
    {
        string[] ours =
        [
            row.Operation,
            Report.Number(row.Instructions),
            row.Wanted == 0 ? "" : Report.Number(row.Wanted),
            Report.Number(row.Native),
        ];
        string[] others = row.BouncyCastle is not Comparison other ? ["", "", "", ""] :
        [
            Report.Number(other.Instructions), Ratio(other.Instructions, row.Instructions),
            Report.Number(other.Native), Ratio(other.Native, row.Native),
        ];
        return [.. ours, .. others];
    }

    private static void Append(StringBuilder text, string[] head, IEnumerable<string[]> rows)
    {
        text.Append("| ")
            .AppendJoin(" | ", head)
            .Append(" |\n|---|")
            .AppendJoin("", head.Skip(1).Select(_ => "---:|"))
            .Append('\n');
        foreach (string[] row in rows)
        {
            text.Append("| ").AppendJoin(" | ", row).Append(" |\n");
        }
    }

    private long MostCallsOutside() => Operations.Max(r => r.BouncyCastle?.CallsOutside ?? 0);
}
