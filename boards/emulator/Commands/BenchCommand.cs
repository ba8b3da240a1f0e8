using System;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using Spore.CommandLine;

namespace Spore.Emulator;

/// <summary><c>emulator bench</c>: what each operation of the firmware takes.</summary>
internal static class BenchCommand
{
    /// <summary>Builds the command.</summary>
    /// <param name="output">For the table.</param>
    /// <returns>The command.</returns>
    public static Command Build(TextWriter output)
    {
        Argument<string?> file = new("FILE")
        {
            Description =
                "Spore.Tests.Device.dll, with the firmware beside it; left out: the one built last in this repository.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<bool> json = new("--json") { Description = "Write the figures as JSON." };
        Option<string?> write = new("--write")
        {
            Description = "Also write them as Markdown, as docs/cost.md has them.",
            HelpName = "cost.md",
        };
        Command command = new("bench", "Measure every operation of the firmware, with what is wanted beside it.")
        {
            file,
            json,
            write,
        };
        command.SetAction(result =>
        {
            string path = result.GetValue(file) ?? Newest();
            BenchTable table = new DeviceBench(path).Measure();
            if (result.GetValue(write) is string document)
            {
                File.WriteAllText(document, table.ToMarkdown());
            }

            if (result.GetValue(json))
            {
                Report.WriteJson(output, ToJson(table));
                return;
            }

            Report.Write(output, Tables(table));
        });
        return command;
    }

    /// <summary>The figures for people.</summary>
    /// <param name="table">The figures.</param>
    /// <returns>The tables: operations, BouncyCastle's, and memory.</returns>
    public static TextTable[] Tables(BenchTable table)
    {
        TextTable operations = Report.New(
            "Operations", "operation", "#IL instructions", "#wanted", "#native, weighted");
        TextTable others = Report.New(
            $"BouncyCastle {BouncyCastle.Version}",
            "operation",
            "#IL instructions",
            "#times ours",
            "#native, weighted",
            "#times ours");
        foreach (BenchRow row in table.Operations)
        {
            operations.Add(
                row.Operation,
                Report.Number(row.Instructions),
                row.Wanted == 0 ? "" : Report.Number(row.Wanted),
                Report.Number(row.Native));
            if (row.BouncyCastle is Comparison other)
            {
                others.Add(
                    row.Operation,
                    Report.Number(other.Instructions),
                    BenchTable.Ratio(other.Instructions, row.Instructions),
                    Report.Number(other.Native),
                    BenchTable.Ratio(other.Native, row.Native));
            }
        }

        TextTable memory = Report.New("Memory", "", "#bytes", "#wanted");
        foreach (BenchRow row in table.Memory)
        {
            memory.Add(
                row.Operation, Report.Number(row.Instructions), row.Wanted < 0 ? "" : Report.Number(row.Wanted));
        }

        return [operations, others, memory];
    }

    /// <summary>The figures as JSON.</summary>
    /// <param name="table">The figures.</param>
    /// <returns>An object for each row.</returns>
    public static JsonArray ToJson(BenchTable table) =>
        [.. table.Operations.Select(OfOperation), .. table.Memory.Select(OfMemory)];

    private static JsonObject OfOperation(BenchRow row)
    {
        return new JsonObject
        {
            ["operation"] = row.Operation,
            ["ilInstructions"] = row.Instructions,
            ["nativeInstructions"] = row.Native,
            ["wanted"] = row.Wanted > 0 ? row.Wanted : null,
            ["bouncyCastle"] = row.BouncyCastle is not Comparison other ? null : new JsonObject
            {
                ["version"] = BouncyCastle.Version,
                ["ilInstructions"] = other.Instructions,
                ["nativeInstructions"] = other.Native,
                ["callsOutside"] = other.CallsOutside,
            },
        };
    }

    private static JsonObject OfMemory(BenchRow row)
    {
        return new JsonObject
        {
            ["operation"] = row.Operation,
            ["bytes"] = row.Instructions,
            ["wanted"] = row.Wanted < 0 ? null : row.Wanted,
        };
    }

    private static string Newest()
    {
        const string Name = "Spore.Tests.Device.dll";
        DirectoryInfo? folder = new(Environment.CurrentDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "nano.sln")))
        {
            folder = folder.Parent;
        }

        string? built = folder is null ? null : Path.Combine(folder.FullName, "tests", "device", "bin");
        FileInfo? newest = built is null || !Directory.Exists(built) ? null
            : new DirectoryInfo(built).EnumerateFiles(Name, SearchOption.AllDirectories).MaxBy(f => f.LastWriteTimeUtc);
        return newest?.FullName
            ?? throw new ProgramException(Name, "is not built here (dotnet build tests/device -c Release)");
    }
}
