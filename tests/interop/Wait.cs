using System;
using System.Diagnostics;
using System.IO;
using System.Threading;

namespace Spore.Tests.Interop;

/// <summary>Waits for what other processes do.</summary>
internal static class Wait
{
    /// <summary>How long to wait at most, in seconds, for what should be there in a few.</summary>
    public const int Patience = 60;

    /// <summary>How long to sleep between two looks, in milliseconds.</summary>
    public const int PollEvery = 50;

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

    /// <summary>
    /// Waits until a file holds some bytes. A server may write the last of them after its last acknowledgment.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="content">The bytes.</param>
    /// <param name="why">What should have brought them, in words.</param>
    /// <exception cref="TimeoutException">It does not hold them.</exception>
    public static void UntilHolds(string path, byte[] content, string why)
    {
        Until(
            () => File.Exists(path) && content.AsSpan().SequenceEqual(File.ReadAllBytes(path)),
            $"{path} to hold {content.Length} bytes\n{why}");
    }
}
