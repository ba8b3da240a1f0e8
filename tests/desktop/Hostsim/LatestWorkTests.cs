using System;
using System.Collections.Concurrent;
using System.Threading;
using Spore.Hostsim.Live;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>Work on the newest of some values.</summary>
public sealed class LatestWorkTests : IDisposable
{
    private const int Patience = 30_000;

    private readonly SemaphoreSlim _begun = new(0);
    private readonly ConcurrentQueue<string> _done = new();

    public void Dispose() => _begun.Dispose();

    [Fact]
    public void Of_the_values_that_come_meanwhile_the_last_is_worked_on()
    {
        using ManualResetEventSlim goOn = new();
        using (LatestWork<string> work = new("test", value =>
        {
            _begun.Release();
            goOn.Wait(Patience);
            _done.Enqueue(value);
            return true;
        }))
        {
            work.Put("first");
            WaitForBegin();
            work.Put("second");
            work.Put("third");
            goOn.Set();
            WaitForBegin();
        }

        Assert.Equal(["first", "third"], _done);
    }

    [Fact]
    public void A_new_value_does_not_wait_for_the_next_try_of_one_that_failed()
    {
        using LatestWork<string> work = new(
            "test",
            value =>
            {
                _done.Enqueue(value);
                _begun.Release();
                return value != "bad";
            },
            TimeSpan.FromHours(1));
        work.Put("bad");
        WaitForBegin();
        work.Put("good");
        WaitForBegin();
        Assert.Equal(["bad", "good"], _done);
    }

    [Fact]
    public void Nothing_is_accepted_after_the_end()
    {
        LatestWork<string> work = new("test", value =>
        {
            _done.Enqueue(value);
            return true;
        });
        work.Put("last");
        work.Dispose();
        work.Put("late");
        work.Dispose();
        Assert.Equal(["last"], _done);
    }

    private void WaitForBegin() => Assert.True(_begun.Wait(Patience, TestContext.Current.CancellationToken));
}
