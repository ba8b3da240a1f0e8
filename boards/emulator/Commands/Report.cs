using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;
using Spore.CommandLine;

namespace Spore.Emulator;

/// <summary>What was counted, as tables and as JSON.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions _json = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>A console for tables.</summary>
    /// <param name="output">Where they go.</param>
    /// <returns>The console.</returns>
    private static IAnsiConsole ConsoleFor(TextWriter output)
    {
        AnsiConsoleOutput console = new(output);
        return AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = console,
            Ansi = console.IsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = console.IsTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        });
    }

    /// <summary>Writes tables, with a line between.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="tables">The tables.</param>
    public static void Write(TextWriter output, params TextTable[] tables)
    {
        IAnsiConsole console = ConsoleFor(output);
        for (int i = 0; i < tables.Length; i++)
        {
            if (i > 0)
            {
                output.WriteLine();
            }

            tables[i].Write(console);
        }
    }

    /// <summary>Writes JSON.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="node">What.</param>
    public static void WriteJson(TextWriter output, JsonNode node) => output.WriteLine(node.ToJsonString(_json));

    /// <summary>A number for people: with thousands apart.</summary>
    /// <param name="value">The number.</param>
    /// <returns>The text.</returns>
    public static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>What a run took in all.</summary>
    /// <param name="machine">The device.</param>
    /// <param name="elapsed">How long the emulator took.</param>
    /// <param name="output">What the program printed.</param>
    /// <returns>The figures.</returns>
    public static JsonObject Figures(Machine machine, TimeSpan elapsed, string output)
    {
        return new JsonObject
        {
            ["ilInstructions"] = machine.Instructions,
            ["nativeInstructions"] = machine.Cost,
            ["heapBytes"] = machine.Memory.Size,
            ["liveBytes"] = machine.Memory.MeasureLive(),
            ["peakBytes"] = machine.Memory.Peak,
            ["allocatedBytes"] = machine.Memory.AllocatedBytes,
            ["allocatedObjects"] = machine.Memory.AllocatedObjects,
            ["collections"] = machine.Memory.Collections,
            ["emulatorSeconds"] = elapsed.TotalSeconds,
            ["output"] = output,
        };
    }

    /// <summary>What a run took, with where.</summary>
    /// <param name="machine">The device.</param>
    /// <param name="elapsed">How long the emulator took.</param>
    /// <param name="output">What the program printed.</param>
    /// <returns>The figures.</returns>
    public static JsonObject Profile(Machine machine, TimeSpan elapsed, string output)
    {
        JsonObject figures = Figures(machine, elapsed, output);
        figures["methods"] = new JsonArray([.. ByMethod(machine).Select(m => (JsonNode)new JsonObject
        {
            ["method"] = m.Name,
            ["calls"] = m.Calls,
            ["ilInstructions"] = m.Instructions,
            ["nativeInstructions"] = m.Cost,
        })]);
        figures["opcodes"] = new JsonObject(
            [.. ByOpcode(machine).Select(o => KeyValuePair.Create(o.Name, (JsonNode?)o.Count))]);
        figures["allocations"] = new JsonArray([.. machine.AllocationSites().Select(s => (JsonNode)new JsonObject
        {
            ["method"] = s.Method,
            ["file"] = s.Line?.File,
            ["line"] = s.Line?.Line,
            ["count"] = s.Count,
            ["bytes"] = s.Bytes,
        })]);
        return figures;
    }

    /// <summary>What a run took in all, as a table.</summary>
    /// <param name="machine">The device.</param>
    /// <param name="elapsed">How long the emulator took.</param>
    /// <returns>The table.</returns>
    public static TextTable Summary(Machine machine, TimeSpan elapsed)
    {
        TextTable table = New("Run", "", "#");
        table.Add("IL instructions", Number(machine.Instructions));
        table.Add("native instructions, weighted", Number(machine.Cost));
        table.Add("heap", Number(machine.Memory.Size));
        table.Add("reachable at the end", Number(machine.Memory.MeasureLive()));
        table.Add("most reachable at a time, with frames", Number(machine.Memory.Peak));
        table.Add(
            "allocated",
            $"{Number(machine.Memory.AllocatedBytes)} in {Number(machine.Memory.AllocatedObjects)} objects");
        table.Add("collections", Number(machine.Memory.Collections));
        table.Add(
            "emulated", $"{machine.Instructions / elapsed.TotalSeconds / 1e6:F0} million IL instructions a second");
        return table;
    }

    /// <summary>The methods that cost most.</summary>
    /// <param name="machine">The device.</param>
    /// <param name="rows">How many.</param>
    /// <returns>The table.</returns>
    public static TextTable Methods(Machine machine, int rows)
    {
        TextTable table = New(
            "Methods, without what they call", "method", "#calls", "#IL instructions", "#native", "#%");
        foreach ((string name, long calls, long instructions, long cost) in ByMethod(machine).Take(rows))
        {
            table.Add(name, Number(calls), Number(instructions), Number(cost), Share(cost, machine.Cost));
        }

        return table;
    }

    /// <summary>The opcodes that run most.</summary>
    /// <param name="machine">The device.</param>
    /// <param name="rows">How many.</param>
    /// <returns>The table.</returns>
    public static TextTable Opcodes(Machine machine, int rows)
    {
        TextTable table = New("Opcodes", "opcode", "#count", "#%");
        foreach ((string name, long count) in ByOpcode(machine).Take(rows))
        {
            table.Add(name, Number(count), Share(count, machine.Instructions));
        }

        return table;
    }

    /// <summary>The places that take most memory.</summary>
    /// <param name="machine">The device.</param>
    /// <param name="rows">How many.</param>
    /// <returns>The table.</returns>
    public static TextTable Allocations(Machine machine, int rows)
    {
        TextTable table = New("Allocations", "method", "line", "#objects", "#bytes");
        foreach (AllocationSite site in machine.AllocationSites().Take(rows))
        {
            string line = site.Line is { } at ? $"{Path.GetFileName(at.File)}:{at.Line}" : "";
            table.Add(site.Method, line, Number(site.Count), Number(site.Bytes));
        }

        return table;
    }

    /// <summary>A table of the emulator's look.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="columns">Its columns; those of numbers begin with a #.</param>
    /// <returns>The table.</returns>
    public static TextTable New(string title, params string[] columns) => new(
        title,
        Array.ConvertAll(
            columns,
            c => (c.TrimStart('#'), c.StartsWith('#') ? ColumnKind.Number : ColumnKind.Words)));

    private static string Share(long part, long whole) =>
        (whole == 0 ? 0 : 100.0 * part / whole).ToString("F1", CultureInfo.InvariantCulture);

    private static IEnumerable<(string Name, long Calls, long Instructions, long Cost)> ByMethod(Machine machine)
    {
        return machine.Calls.ByMethod()
            .Select(m => (machine.Program.Methods[m.Key].Name, m.Value.Calls, m.Value.Instructions, m.Value.Cost))
            .OrderByDescending(m => m.Cost);
    }

    private static IEnumerable<(string Name, long Count)> ByOpcode(Machine machine)
    {
        return machine.CountByOpcode()
            .Select((count, opcode) => (Opcode: opcode, Count: count))
            .Where(o => o.Count > 0)
            .Select(o => (Spore.Emulator.Opcodes.NameOf(o.Opcode), o.Count))
            .OrderByDescending(o => o.Count);
    }
}
