using System;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Spore.Hostsim.Live;

/// <summary>
/// A monotonic clock that counts the time for which the machine sleeps. Session keys grow old in that time too
/// (paper 6.1).
/// </summary>
internal sealed partial class BootClock
{
    // CLOCK_BOOTTIME (clock_gettime(2)).
    private const int BootTime = 7;

    private readonly Stopwatch _stopwatch = Stopwatch.StartNew();
    private readonly long _start;
    private readonly bool _isBootTime;

    /// <summary>Starts the clock at 0.</summary>
    public BootClock()
    {
        _isBootTime = OperatingSystem.IsLinux() && TryRead(out _start);
    }

    /// <summary>
    /// Milliseconds since the clock was started. On a system other than Linux, whether they count a sleep is the
    /// runtime's matter (<see cref="Stopwatch"/>).
    /// </summary>
    public long Now => _isBootTime && TryRead(out long now) ? now - _start : (long)_stopwatch.Elapsed.TotalMilliseconds;

    private static bool TryRead(out long milliseconds)
    {
        int error = GetTime(BootTime, out Time time);
        milliseconds = (time.Seconds * 1000L) + (time.Nanoseconds / 1_000_000);
        return error == 0;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out Time time);

    /// <summary><c>struct timespec</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
