using Spore.Hostsim.Live.Configuration;
using Spore.Mesh;
using Xunit;

namespace Spore.Tests.Hostsim;

public class LiveLimitsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(LiveLimits.UsualSessions)]
    [InlineData(LiveLimits.MostSessions)]
    public void All_members_that_are_asked_for_have_a_session_at_a_time(int sessions)
    {
        NodeLimits limits = LiveLimits.Of(new NodeOptions
        {
            Identity = "node.id",
            Listen = new ListenAddress(null, 0),
            Sessions = sessions,
        });
        Assert.Equal(sessions, limits.Peers);
        Assert.Equal(sessions + limits.Guests, limits.Slots);

        // A session, one that is made meanwhile, and the one before it.
        Assert.True(limits.Keypairs >= 3 * limits.Slots);
        Assert.True(limits.Initiations >= sessions);
        Assert.True(limits.Slots <= short.MaxValue);
        Assert.InRange(limits.StatusBytes, 1, limits.NetworkBytes);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("30001")]
    [InlineData("many")]
    public void Another_number_of_sessions_is_refused_in_one_line(string number)
    {
        Run run = Run.Of("node", "--identity", "node.id", "--sessions", number);
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("--sessions", run.Error);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }
}
