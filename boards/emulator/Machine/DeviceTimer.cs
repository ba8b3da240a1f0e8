namespace Spore.Emulator;

/// <summary>A timer of the device's program.</summary>
internal sealed class DeviceTimer
{
    /// <summary>The program's object for it.</summary>
    public HeapBlock Managed;

    /// <summary>When it fires next.</summary>
    public long DueAt { get; set; } = DeviceClock.Never;

    /// <summary>How long after that again, or <see cref="DeviceClock.Never"/>.</summary>
    public long Period { get; set; } = DeviceClock.Never;

    /// <summary>Whether its callback runs.</summary>
    public bool IsExecuting { get; set; }
}
