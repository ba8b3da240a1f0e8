using System;
using System.Diagnostics;
using System.Threading;

namespace Spore.Tests.Interop;

/// <summary>Waits for what other processes do.</summary>
internal static class Wait
{
    /// <summary>How long to wait at most, in seconds, for what should be there in a few.</summary>
    public const int Patience = 60;

    private const int PollEvery = 50;

    /// <summary>Waits until a condition holds.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="what">What is waited for, in words.</param>
    /// <param name="seconds">How long to wait at most.</param>
    /// <exception cref="TimeoutException">It did not come true.</exception>
    public static void Until(Func<bool> condition, string what, int seconds = Patience)
    {
        Stopwatch clock = Stopwatch.StartNew();
        while (!condition())
        {
            if (clock.Elapsed.TotalSeconds > seconds)
            {
                throw new TimeoutException($"waited {seconds} s for {what}");
            }

            Thread.Sleep(PollEvery);
        }
    }
}
