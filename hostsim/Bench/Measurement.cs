using System;
using System.Diagnostics;

namespace Spore.Hostsim.Bench;

/// <summary>How fast something is.</summary>
/// <param name="Name">What.</param>
/// <param name="Bytes">The bytes one operation works on, 0 where that says nothing.</param>
/// <param name="OperationsPerSecond">How many operations a second.</param>
internal sealed record Measurement(string Name, int Bytes, double OperationsPerSecond)
{
    // The runtime compiles hot code again, in the background, after about 100 ms without other new code.
    private static readonly TimeSpan _warmUp = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan _span = TimeSpan.FromMilliseconds(300);

    /// <summary>Nanoseconds an operation.</summary>
    public double Nanoseconds => 1e9 / OperationsPerSecond;

    /// <summary>Megabytes (10^6) a second, 0 where that says nothing.</summary>
    public double MegabytesPerSecond => Bytes * OperationsPerSecond / 1e6;

    /// <summary>Measures.</summary>
    /// <param name="name">What.</param>
    /// <param name="bytes">The bytes one operation works on.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="warmUp">For how long it is repeated before; without it, as long as a primitive needs.</param>
    /// <returns>How fast it is.</returns>
    public static Measurement Of(string name, int bytes, Action operation, TimeSpan? warmUp = null)
    {
        Repeat(operation, warmUp ?? _warmUp);
        return new Measurement(name, bytes, Repeat(operation, _span));
    }

    private static double Repeat(Action operation, TimeSpan span)
    {
        Stopwatch watch = Stopwatch.StartNew();
        long count = 0;
        while (watch.Elapsed < span)
        {
            operation();
            count++;
        }

        return count / watch.Elapsed.TotalSeconds;
    }
}
