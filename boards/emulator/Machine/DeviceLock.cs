namespace Spore.Emulator;

/// <summary>An object that a thread has locked.</summary>
internal sealed unsafe class DeviceLock
{
    /// <summary>Who has it.</summary>
    public required DeviceThread Owner { get; set; }

    /// <summary>How often.</summary>
    public int Count { get; set; }

    /// <summary>What the runtime takes of the heap for it.</summary>
    public required HeapBlock* Record { get; init; }
}
