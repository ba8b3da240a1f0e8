using System.Collections.Generic;
using System.IO;
using System.Linq;
using Spore.Emulator;
using Xunit;

namespace Spore.Tests.Emulator;

/// <summary>What the firmware costs, held to what docs/cost.md records.</summary>
public class CostTests
{
    private const double Allowed = 1.02;

    [Fact]
    public void NoFigureGrowsByMoreThanTwoPercentWithoutBeingRecorded()
    {
        IReadOnlyDictionary<string, long> recorded = BenchTable.Recorded(File.ReadAllText(Path.Combine(Repository.Root, "docs", "cost.md")));
        BenchTable measured = new DeviceBench(DeviceCode.Tests).Measure();
        Assert.Equal(measured.Rows.Select(r => r.Operation).Order(), recorded.Keys.Order());
        Assert.All(measured.Rows, row =>
        {
            long most = (long)(recorded[row.Operation] * Allowed);
            Assert.True(row.Instructions <= most, $"{row.Operation}: {row.Instructions}, and docs/cost.md says {recorded[row.Operation]}; if it has to be: dotnet run --project boards/emulator -- bench --write docs/cost.md");
        });
    }

    [Fact]
    public void WhatTheDocumentRecordsIsWhatWasWritten()
    {
        BenchTable table = new([new BenchRow("a, b", 1_234_567, 5, 6)], [new BenchRow("c", 0, 0, 0)]);
        IReadOnlyDictionary<string, long> read = BenchTable.Recorded(table.ToMarkdown());
        Assert.Equal(2, read.Count);
        Assert.Equal(1_234_567, read["a, b"]);
        Assert.Equal(0, read["c"]);
    }

    [Fact]
    public void NothingIsAllocatedAfterConstruction()
    {
        IReadOnlyList<AllocationSite> sites = new DeviceBench(DeviceCode.Tests).AllocationsAfterConstruction();
        Assert.True(sites.Count == 0, string.Join("\n", sites));
    }
}
