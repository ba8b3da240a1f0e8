using System;
using System.IO;
using System.Linq;
using System.Threading;
using Spore.Hostsim.Simulation;
using Xunit;

namespace Spore.Tests.Hostsim;

public class SimulationTests
{
    [Fact]
    public void The_same_seed_gives_the_same_run_byte_for_byte()
    {
        Run first = Run.Of("--plain");
        Run second = Run.Of("sim", "--plain", "--seed", "1", "--nodes", "5");
        Assert.Equal(first.Output, second.Output);
        Assert.NotEqual(first.Output, Run.Of("--seed", "2").Output);
    }

    // Idle work has as many steps with either, so that all happens at the same time too.
    [Fact]
    public void The_cores_own_primitives_give_the_same_run_byte_for_byte()
    {
        Run own = Run.Of("sim", "--own-crypto", "--seed", "3");
        Assert.Equal(0, own.ExitCode);
        Assert.Empty(own.Error);
        Assert.Equal(Run.Of("sim", "--seed", "3").Output, own.Output);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(1, 5)]
    [InlineData(3, 5)]
    [InlineData(4, 5)]
    [InlineData(1, 20)]
    [InlineData(5, 20)]
    [InlineData(6, 20)]
    public void Every_member_ends_on_the_last_version_and_every_ping_is_answered(int seed, int loss)
    {
        Run run = Run.Of("--seed", $"{seed}", "--loss", $"{loss}");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(
            "OK: 6 of 6 members ended on version 2, and 210 of 210 pings between them were answered.", run.Verdict);
        Assert.Empty(run.Error);
        string[] rows = [.. run.Output.Split('\n')
            .SkipWhile(l => !l.StartsWith("Node ", StringComparison.Ordinal))
            .Skip(1)
            .Take(7)];
        Assert.All(
            rows.Where(r => !r.Contains("removed", StringComparison.Ordinal)),
            r => Assert.Equal("2", r[10..19].Trim()));
        Assert.Single(rows, r => r.Contains("removed, behind ", StringComparison.Ordinal) && r[10..19].Trim() == "1");
        Assert.Equal("witness", rows[0][20..43].Trim());
    }

    [Theory]
    [InlineData("--nodes", "1", "--delay", "0", "--reorder", "0")]
    [InlineData("--nodes", "2", "--delay", "400", "--reorder", "50")]
    [InlineData("--nodes", "12", "--loss", "2.5")]
    public void Other_sizes_and_delays_work_too(params string[] args)
    {
        Run run = Run.Of(args);
        Assert.StartsWith("OK: ", run.Verdict, StringComparison.Ordinal);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public void A_wire_that_loses_everything_fails_the_run_and_says_who_has_nothing()
    {
        Run run = Run.Of("--nodes", "2", "--loss", "100");
        Assert.Equal(1, run.ExitCode);
        Assert.Equal(
            "FAILED: version 1 did not reach every member within 15 minutes: node1 has no network, node2 has no "
            + "network.",
            run.Verdict);
    }

    [Fact]
    public void Members_that_cannot_reach_each_other_are_named()
    {
        SimulationOptions options = new() { Nodes = 3 };
        Story story = new(options, new PlainView(TextWriter.Null), TestContext.Current.CancellationToken);
        story.World.IsCut = (from, to) => NumberOf(from) + NumberOf(to) == 2 + 4;
        Verdict verdict = story.Run();
        Assert.False(verdict.IsGood);
        Assert.Equal("FAILED: no answer within 15 minutes: node1 -> node3, node3 -> node1.", verdict.Text);
    }

    [Fact]
    public void A_run_can_be_ended_early()
    {
        using CancellationTokenSource stop = new();
        Story story = new(new SimulationOptions(), new PlainView(TextWriter.Null), stop.Token);
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(story.Run);
    }

    [Fact]
    public void The_story_is_told_in_its_order_and_fits_a_terminal()
    {
        string output = Run.Of().Output;
        string[] story =
        [
            "publisher  boot ", " hello  ", " handshake ", " head verified ", " network applied ", " ping answered ",
            "90 of 90", "published        version 2: node6 added", " behind ", "90 of 90", " no answer ", " power off ",
            " boot ", "no network yet", "30 of 30", "OK: ",
        ];
        int at = 0;
        foreach (string part in story)
        {
            at = output.IndexOf(part, at, StringComparison.Ordinal);
            Assert.True(at >= 0, part);
        }

        Assert.All(output.Split('\n'), l => Assert.InRange(l.Length, 0, 80));
        Assert.InRange(output.Count(c => c == '\n'), 60, 120);
    }

    private static int NumberOf(IStation station)
    {
        return station.Outer.AddressBytes()[^1];
    }
}
