using System;
using System.Linq;
using System.Runtime.ExceptionServices;
using System.Threading;
using Xunit;

namespace Spore.Tests.Pipeline;

/// <summary>Threads of a test. What one throws, the test throws.</summary>
internal sealed class Crew
{
    // A test that hangs fails after it. None that works comes near.
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    private readonly Thread[] _threads;
    private Exception? _fault;

    /// <summary>Starts a thread for each.</summary>
    public Crew(params Action[] works)
    {
        _threads = [.. works.Select((w, i) => new Thread(() => Run(w)) { IsBackground = true, Name = $"test {i}" })];
        foreach (Thread thread in _threads)
        {
            thread.Start();
        }
    }

    /// <summary>Does all at a time, and waits for them.</summary>
    public static void Run(params Action[] works) => new Crew(works).Join();

    /// <summary>Waits for something that another thread does.</summary>
    public static void Await(Func<bool> condition, Func<string>? what = null)
    {
        if (!SpinWait.SpinUntil(condition, _patience))
        {
            Assert.Fail(what?.Invoke() ?? "What is awaited does not come.");
        }
    }

    /// <summary>Waits until a thread waits for something, or has ended.</summary>
    public void AwaitWait(int thread) =>
        Await(() => _fault != null
            || (_threads[thread].ThreadState & (ThreadState.WaitSleepJoin | ThreadState.Stopped)) != 0);

    /// <summary>Waits for all of them.</summary>
    public void Join()
    {
        Await(
            () => _fault != null || _threads.All(t => !t.IsAlive),
            () => $"{_threads.First(t => t.IsAlive).Name} hangs");
        if (_fault != null)
        {
            ExceptionDispatchInfo.Throw(_fault);
        }
    }

    private void Run(Action work)
    {
        try
        {
            work();
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref _fault, exception, null);
        }
    }
}
