using System.IO;
using System.Linq;
using Spore.Hostsim.Live.Output;
using Xunit;

namespace Spore.Tests.Hostsim;

public class LimitedLogTests
{
    [Fact]
    public void A_burst_of_lines_is_told_then_one_a_second_and_how_many_were_left_out()
    {
        StringWriter output = new();
        LiveTimeline timeline = new(output, null);
        long now = 1_000_000;
        LimitedLog log = new(timeline, () => now);
        for (int i = 0; i < LimitedLog.Burst + 5; i++)
        {
            log.Tell("verb", "grey", $"{i}");
        }

        now += 999;
        log.Tell("verb", "grey", "too early");
        now += 1;
        log.Tell("verb", "grey", "next");
        log.Tell("verb", "grey", "too early");
        now += 5_000;
        log.Tell("verb", "grey", "later");
        log.Tell("verb", "grey", "at once");
        timeline.Flush(20_000);
        Assert.Equal(
            [
                .. Enumerable.Range(0, LimitedLog.Burst).Select(i => $"{i}"),
                "next (lines left out before: 6)",
                "later (lines left out before: 1)",
                "at once",
            ],
            output.ToString().TrimEnd().Split('\n').Select(l => l[48..]));
    }
}
