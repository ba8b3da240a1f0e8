extern alias fuzz;

using System.Collections.Generic;
using System.IO;
using System.Linq;
using fuzz::Spore.Fuzz;
using Xunit;

namespace Spore.Tests.Fuzz;

/// <summary>The inputs that tests/fuzz keeps, and a look for others. Both count what is allocated.</summary>
[Collection(Alone.Name)]
public class FuzzTests
{
    private static readonly string _corpus = Path.Combine(Repository.Root, "tests", "fuzz", "corpus");

    public static IEnumerable<TheoryDataRow<string>> States() =>
        fuzz::Spore.Fuzz.States.All.Select(s => new TheoryDataRow<string>(s.Name));

    [Theory]
    [MemberData(nameof(States))]
    public void No_input_that_is_kept_does_what_none_may_do(string state)
    {
        List<Input> inputs = Corpus.Read(_corpus);
        Assert.InRange(inputs.Count, 100, 5_000);
        Campaign.Replay(fuzz::Spore.Fuzz.States.All.ToList().FindIndex(s => s.Name == state), inputs);
    }

    [Fact]
    public void Nor_does_any_that_is_found_in_20_s()
    {
        Campaign outcome = Campaign.Run(_corpus, seconds: 20, seed: 1, isKept: false, (_, _, _, _) => { });
        Assert.True(outcome.Finding is null, $"{outcome.Finding}, --input {outcome.Input}");
        Assert.InRange(outcome.Edges, 4_000, 20_000);
        Assert.InRange(outcome.Executions, 1_000, long.MaxValue);
        Assert.InRange(outcome.Growth, long.MinValue, 4 << 20);
    }

    [Fact]
    public void The_corpus_is_small()
    {
        Assert.InRange(Directory.GetFiles(_corpus).Sum(f => new FileInfo(f).Length), 1, 300_000);
    }
}
