using System;
using System.Diagnostics;
using System.Threading;

namespace Spore.Emulator;

/// <summary>
/// The time of the emulated world, in microseconds. It moves with the instructions that a device runs, and while the
/// device waits it jumps, or, at real pace, goes with the host's.
/// </summary>
internal sealed class DeviceClock
{
    /// <summary>IL instructions a second of a classic ESP32, where one figure is needed.</summary>
    public const long DefaultSpeed = 1_500_000;

    /// <summary>No time at all.</summary>
    public const long Never = long.MaxValue;

    private const long Second = 1_000_000;

    private readonly Stopwatch? _host;
    private long _instructions;
    private long _waited;

    /// <summary>Makes a clock, which starts when a device does.</summary>
    /// <param name="speed">IL instructions a second.</param>
    /// <param name="isRealTime">Whether it keeps pace with the host's.</param>
    public DeviceClock(long speed = DefaultSpeed, bool isRealTime = false)
    {
        Speed = speed;
        _host = isRealTime ? new Stopwatch() : null;
    }

    /// <summary>IL instructions a second.</summary>
    public long Speed { get; }

    /// <summary>Whether it keeps pace with the host's.</summary>
    public bool IsRealTime => _host is not null;

    /// <summary>The time.</summary>
    public long Now => At(0);

    /// <summary>The time after some instructions more.</summary>
    /// <param name="instructions">How many.</param>
    /// <returns>The time.</returns>
    public long At(long instructions) => _waited + (long)((Int128)(_instructions + instructions) * Second / Speed);

    /// <summary>Instructions were run.</summary>
    /// <param name="instructions">How many.</param>
    public void Add(long instructions) => _instructions += instructions;

    /// <summary>How many instructions fit until a time.</summary>
    /// <param name="time">The time.</param>
    /// <returns>Their number, 1 at least.</returns>
    public long InstructionsUntil(long time) =>
        (long)Int128.Clamp((Int128)(time - Now) * Speed / Second, 1, long.MaxValue);

    /// <summary>Jumps to a time, if it is to come.</summary>
    /// <param name="time">The time.</param>
    public void SkipTo(long time) => _waited += Math.Max(0, time - Now);

    /// <summary>At real pace: waits for the host's clock, or catches up with it.</summary>
    public void KeepPace()
    {
        if (_host is null)
        {
            return;
        }

        // Not before a device runs: loading it takes no time of its own.
        _host.Start();
        long host = (long)(_host.Elapsed.TotalSeconds * Second);
        if (Now > host)
        {
            Thread.Sleep(TimeSpan.FromMicroseconds(Now - host));
        }
        else
        {
            SkipTo(host);
        }
    }
}
