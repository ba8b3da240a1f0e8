using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace Spore.Emulator;

/// <summary>
/// A thread of the device's program. Its stack frames are on the device's heap; this is what the
/// interpreter keeps beside them.
/// </summary>
internal sealed unsafe class DeviceThread : IDisposable
{
    private const int DeepestCall = 4096;

    /// <summary>Makes a thread that has nothing to run yet.</summary>
    /// <param name="id">Its number.</param>
    public DeviceThread(int id)
    {
        Id = id;
        Frames = (Frame*)NativeMemory.AllocZeroed(DeepestCall, (nuint)sizeof(Frame));
    }

    /// <summary>The deepest that calls can go.</summary>
    public static int MostFrames => DeepestCall;

    /// <summary>Its number, as the program sees it.</summary>
    public int Id { get; }

    /// <summary>Its calls, the first at 1.</summary>
    public Frame* Frames { get; }

    /// <summary>The handlers that run in it.</summary>
    public List<Machine.Pending> Pending { get; } = [];

    /// <summary>The depth of its calls, while another thread runs.</summary>
    public int Depth { get; set; }

    /// <summary>Whether it has run to its end.</summary>
    public bool HasEnded { get; set; }

    /// <summary>The program's object for it, or null.</summary>
    public HeapBlock Managed;

    /// <summary>What the runtime takes of the heap for it.</summary>
    public HeapBlock* Record { get; set; }

    /// <summary>What it waits for; null where it is only a time, or where it doesn't wait.</summary>
    public Func<bool>? IsDue { get; set; }

    /// <summary>Whether it waits.</summary>
    public bool Waits { get; set; }

    /// <summary>Until when it waits at most.</summary>
    public long WakeAt { get; set; }

    /// <summary>When the wait that it is in is over, or null where it is in none.</summary>
    public long? Deadline { get; set; }

    /// <summary>The framework's method that waits, to be called again.</summary>
    public DeviceMethod? Waiting { get; set; }

    /// <summary>The timer that it runs the callback of, or null.</summary>
    public DeviceTimer? Timer { get; set; }

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.Free(Frames);
}
