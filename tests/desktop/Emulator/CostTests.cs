using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using Spore.Emulator;
using Xunit;

namespace Spore.Tests.Emulator;

/// <summary>What the firmware costs, held to what docs/cost.md records.</summary>
public class CostTests
{
    private const double Allowed = 1.02;
    private const string HowToRecord =
        "if it has to be: dotnet run --project boards/emulator -- bench --write docs/cost.md";

    private static readonly BenchTable _table = new(
        [new BenchRow("a, b", 1_234_567, 5, 6, new Comparison(2_000_000, 30, 4)), new BenchRow("b", 7, 8, 0)],
        [new BenchRow("c", 0, 0, 0)]);

    [Fact]
    public void NoFigureGrowsByMoreThanTwoPercentWithoutBeingRecorded()
    {
        IReadOnlyDictionary<(string Operation, string Column), long> recorded =
            BenchTable.Recorded(File.ReadAllText(Path.Combine(Repository.Root, "docs", "cost.md")));
        BenchTable measured = new DeviceBench(DeviceCode.Tests).Measure();
        Assert.Equal(Operations(BenchTable.Recorded(measured.ToMarkdown())), Operations(recorded));
        Assert.All(measured.Rows, row =>
        {
            string column = measured.Memory.Contains(row) ? BenchTable.Bytes : BenchTable.Instructions;
            long figure = recorded[(row.Operation, column)];
            Assert.True(
                row.Instructions <= (long)(figure * Allowed),
                $"{row.Operation}: {row.Instructions}, and docs/cost.md says {figure}; {HowToRecord}");
            if (row.BouncyCastle is Comparison other)
            {
                AssertCurrent(
                    row.Operation, other.Instructions, recorded[(row.Operation, BenchTable.OtherInstructions)]);
                AssertCurrent(row.Operation, other.Native, recorded[(row.Operation, BenchTable.OtherNative)]);
            }
        });
        Assert.Equal(
            [
                "X25519",
                "X25519 of the base point",
                "Ed25519 verification of a network header",
                "BLAKE2s compression",
                "SHA-512 block",
                "ChaCha20-Poly1305, 64 bytes",
                "ChaCha20-Poly1305, 1024 bytes",
            ],
            measured.Operations.Where(r => r.BouncyCastle is not null).Select(r => r.Operation));
    }

    [Fact]
    public void WhatTheDocumentRecordsIsWhatWasWritten()
    {
        IReadOnlyDictionary<(string Operation, string Column), long> read = BenchTable.Recorded(_table.ToMarkdown());
        Assert.Equal(1_234_567, read[("a, b", BenchTable.Instructions)]);
        Assert.Equal(2_000_000, read[("a, b", BenchTable.OtherInstructions)]);
        Assert.Equal(30, read[("a, b", BenchTable.OtherNative)]);
        Assert.Equal(7, read[("b", BenchTable.Instructions)]);
        Assert.False(read.ContainsKey(("b", BenchTable.OtherInstructions)));
        Assert.Equal(0, read[("c", BenchTable.Bytes)]);
        Assert.Equal(["a, b", "b", "c"], Operations(read));
    }

    [Fact]
    public void JsonHasWhatTheDocumentHas()
    {
        JsonArray rows = BenchCommand.ToJson(_table);
        Assert.Equal(3, rows.Count);
        Assert.Equal(1_234_567, (long)rows[0]!["ilInstructions"]!);
        Assert.Equal(2_000_000, (long)rows[0]!["bouncyCastle"]!["ilInstructions"]!);
        Assert.Equal(30, (long)rows[0]!["bouncyCastle"]!["nativeInstructions"]!);
        Assert.Equal(4, (long)rows[0]!["bouncyCastle"]!["callsOutside"]!);
        Assert.Matches(@"^\d+\.\d+\.\d+$", (string)rows[0]!["bouncyCastle"]!["version"]!);
        Assert.Null(rows[1]!["bouncyCastle"]);
        Assert.Equal(0, (long)rows[2]!["bytes"]!);
    }

    [Fact]
    public void NothingIsAllocatedAfterConstruction()
    {
        IReadOnlyList<AllocationSite> sites = new DeviceBench(DeviceCode.Tests).AllocationsAfterConstruction();
        Assert.True(sites.Count == 0, string.Join("\n", sites));
    }

    private static IEnumerable<string> Operations(
        IReadOnlyDictionary<(string Operation, string Column), long> figures) =>
        figures.Keys.Select(k => k.Operation).Distinct().Order();

    // Both ways: a comparison flatters when it is out of date.
    private static void AssertCurrent(string operation, long measured, long recorded)
    {
        Assert.True(
            measured <= recorded * Allowed && recorded <= measured * Allowed,
            $"{operation}: BouncyCastle takes {measured}, and docs/cost.md says {recorded}; {HowToRecord}");
    }
}
