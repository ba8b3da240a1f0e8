namespace Spore.Emulator;

/// <summary>Why a device stopped running.</summary>
internal enum RunState
{
    /// <summary>It has not: a thread runs.</summary>
    Running,

    /// <summary>The time that it was given is over; it can go on.</summary>
    TimeIsUp,

    /// <summary>All threads have ended.</summary>
    Ended,

    /// <summary>All threads wait for something that can't come.</summary>
    WaitsForever,

    /// <summary>It asked for a reboot.</summary>
    Rebooted,
}
