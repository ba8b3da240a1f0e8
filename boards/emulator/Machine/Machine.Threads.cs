using System;
using System.Collections.Generic;

namespace Spore.Emulator;

/// <content>
/// Threads, as nanoFramework schedules them (nf-interpreter, src/CLR/Core/Execution.cpp): one after the other, 20 ms
/// each, and what a thread throws and doesn't catch ends that thread only.
/// </content>
internal sealed unsafe partial class Machine
{
    // CLR_RT_Thread with its CLR_RT_SubThread and what ties it to the program's object, on a 32-bit device.
    private const int ThreadRecord = 37;

    // CLR_RT_HeapBlock_Lock with its owner.
    private const int LockRecord = 7;

    private const long Quantum = 20_000;
    private const long Tick = 10_000;

    private readonly DeviceThread _hostThread = new(0);
    private readonly List<DeviceThread> _threads = [];
    private readonly Dictionary<int, DeviceThread> _threadsById = [];
    private readonly Dictionary<nint, DeviceLock> _locks = [];
    private readonly List<DeviceTimer> _timers = [];
    private readonly List<UnhandledException> _failures = [];
    private readonly long _bootedAt;
    private DeviceThread _current;
    private Frame* _frames;
    private int _depth;
    private List<Pending> _pending;
    private AfterNative _afterNative;
    private HeapBlock* _thrown;
    private long _unflushed;
    private long _quantumEnd;
    private int _lastId;
    private int _lastRun;
    private bool _isStarting;
    private bool _isRebooting;

    [Flags]
    private enum AfterNative
    {
        None = 0,

        // A wait may be over.
        Forget = 1,

        // The thread waits, and the method is to be called again.
        Wait = 2,

        // Others may run.
        Yield = 4,
    }

    /// <summary>What threads threw and didn't catch. The device itself says nothing then.</summary>
    public IReadOnlyList<UnhandledException> Failures => _failures;

    /// <summary>The time, in microseconds.</summary>
    public long Now => Surroundings.Clock.At(_unflushed);

    /// <summary>The time since the device was started.</summary>
    public long Uptime => Now - _bootedAt;

    /// <summary>The same as the device's system clock has it, in steps of 10 ms.</summary>
    public long Ticks => Uptime / Tick * Tick;

    /// <summary>The number of the running thread.</summary>
    public int CurrentId => _current.Id;

    /// <summary>Runs static constructors and makes the program's first thread.</summary>
    /// <param name="main">Its method.</param>
    /// <exception cref="UnhandledException">A static constructor throws.</exception>
    /// <exception cref="ProgramException">There is no room for it.</exception>
    public void Boot(DeviceMethod main)
    {
        Start();
        ReadOnlySpan<HeapBlock> arguments = main.ArgumentCount == 1 ? [Null()] : [];
        if (!StartThread(new DeviceThread(++_lastId), main, arguments))
        {
            throw new ProgramException("heap", "too small for the program's first call");
        }
    }

    /// <summary>Runs until a time.</summary>
    /// <param name="microseconds">The time.</param>
    /// <returns>Why it stopped.</returns>
    /// <exception cref="ProgramException">The program does what the device or the emulator can't.</exception>
    public RunState RunUntil(long microseconds) => Execute(null, null, 0, microseconds);

    /// <summary>What a state means, for people.</summary>
    /// <param name="state">The state.</param>
    /// <returns>The text.</returns>
    public static string Describe(RunState state)
    {
        return state switch
        {
            RunState.TimeIsUp => "still runs",
            RunState.Ended => "all threads have ended",
            RunState.WaitsForever => "all threads wait for what can't come",
            RunState.Rebooted => "reboots",
            _ => "runs",
        };
    }

    /// <summary>When a wait that begins now, or began when the method was first called, is over.</summary>
    /// <param name="microseconds">How long it may take; negative: for ever.</param>
    /// <returns>The time, for <see cref="Wait"/>.</returns>
    public long DeadlineIn(long microseconds)
    {
        _afterNative |= AfterNative.Forget;
        _current.Deadline ??= microseconds < 0 ? DeviceClock.Never : _bootedAt + Ticks + microseconds;
        return _current.Deadline.Value;
    }

    /// <summary>Whether the framework's method that runs has waited, and is called again.</summary>
    public bool HasWaited => _current.Waiting is not null;

    /// <summary>Makes the thread wait. The framework's method has to return, and is called again.</summary>
    /// <param name="deadline">When the wait is over.</param>
    /// <param name="isDue">What it waits for, or null for the time alone.</param>
    /// <returns>False where the time has come.</returns>
    public bool Wait(long deadline, Func<bool>? isDue)
    {
        if (_bootedAt + Ticks >= deadline)
        {
            return false;
        }

        _current.Waits = true;
        _current.IsDue = isDue;
        _current.WakeAt = OnTick(deadline);
        _afterNative |= AfterNative.Wait;
        return true;
    }

    /// <summary>Lets other threads run first.</summary>
    public void Yield() => _afterNative |= AfterNative.Yield;

    /// <summary>Starts the program again, from its flash.</summary>
    public void Reboot()
    {
        _isRebooting = true;
        Yield();
    }

    /// <summary>Makes a thread of the program's object for it.</summary>
    /// <param name="managed">A reference to it.</param>
    /// <param name="id">Its number.</param>
    /// <param name="start">A reference to the delegate that it runs.</param>
    public void StartThread(in HeapBlock managed, int id, in HeapBlock start)
    {
        (DeviceMethod method, HeapBlock target) = MethodOf(start);
        DeviceThread thread = new(id) { Managed = managed };
        if (!StartThread(thread, method, method.Definition.IsStatic ? [] : [target]))
        {
            throw new DeviceException(Fault.OutOfMemory);
        }
    }

    /// <summary>Finds a thread that was started.</summary>
    /// <param name="id">Its number.</param>
    /// <returns>The thread, or null.</returns>
    public DeviceThread? FindThread(int id) => _threadsById.GetValueOrDefault(id);

    /// <summary>A number for a thread that is to be.</summary>
    /// <returns>The number.</returns>
    public int NextThreadId() => ++_lastId;

    /// <summary>The program's object for the running thread.</summary>
    /// <returns>A reference to it, to be set where there is none yet.</returns>
    public ref HeapBlock CurrentManaged() => ref _current.Managed;

    /// <summary>Locks an object, or waits for it.</summary>
    /// <param name="reference">A reference to it.</param>
    public void Lock(in HeapBlock reference)
    {
        nint at = (nint)reference.Target;
        if (!_locks.TryGetValue(at, out DeviceLock? held))
        {
            HeapBlock* record = Memory.AllocateFrame(LockRecord);
            if (record == null)
            {
                throw new DeviceException(Fault.OutOfMemory);
            }

            _locks[at] = new DeviceLock { Owner = _current, Count = 1, Record = record };
        }
        else if (held.Owner == _current)
        {
            held.Count++;
        }
        else
        {
            Wait(DeadlineIn(-1), () => !_locks.ContainsKey(at));
        }
    }

    /// <summary>Unlocks an object.</summary>
    /// <param name="reference">A reference to it.</param>
    public void Unlock(in HeapBlock reference)
    {
        nint at = (nint)reference.Target;
        if (!_locks.TryGetValue(at, out DeviceLock? held) || held.Owner != _current)
        {
            throw new DeviceException(Fault.WrongType);
        }

        if (--held.Count == 0)
        {
            Release(at, held);
        }
    }

    /// <summary>Makes a timer, or sets it anew.</summary>
    /// <param name="managed">A reference to the program's object for it.</param>
    /// <param name="due">Milliseconds until it fires; -1: never.</param>
    /// <param name="period">Milliseconds until it fires again; -1: not.</param>
    public void SetTimer(in HeapBlock managed, int due, int period)
    {
        HeapBlock* target = managed.Target;
        DeviceTimer? timer = _timers.Find(t => t.Managed.Target == target);
        if (timer is null)
        {
            timer = new DeviceTimer { Managed = managed };
            _timers.Add(timer);
        }

        timer.DueAt = due < 0 ? DeviceClock.Never : OnTick(_bootedAt + Ticks + (due * 1000L));
        timer.Period = period <= 0 ? DeviceClock.Never : period * 1000L;
    }

    /// <summary>Ends a timer.</summary>
    /// <param name="managed">A reference to the program's object for it.</param>
    public void EndTimer(in HeapBlock managed)
    {
        HeapBlock* target = managed.Target;
        _timers.RemoveAll(t => t.Managed.Target == target);
    }

    // The device's clock moves in steps: a time is reached with the step after it.
    private long OnTick(long time) =>
        time == DeviceClock.Never ? time : _bootedAt + ((time - _bootedAt + Tick - 1) / Tick * Tick);

    private (DeviceMethod Method, HeapBlock Target) MethodOf(in HeapBlock start)
    {
        if (start.U8 == 0)
        {
            throw new DeviceException(Fault.NullReference);
        }

        return start.Target->Type == DataType.Delegate
            ? (Program.Methods[start.Target[2].I4], start.Target[1])
            : throw new DeviceException(Fault.WrongType);
    }

    private bool StartThread(DeviceThread thread, DeviceMethod method, ReadOnlySpan<HeapBlock> arguments)
    {
        if (method.Code == null)
        {
            if (!method.HasBody)
            {
                throw new ProgramException(
                    method.Definition.FullName, "can't be a thread's first method in the emulator");
            }

            Decoder.Decode(this, method);
        }

        HeapBlock* record = thread.Id == 1 ? null : Memory.AllocateFrame(ThreadRecord);
        HeapBlock* header = Memory.AllocateFrame(method.FrameBlocks + method.ArgumentCount);
        if (header == null || (record == null && thread.Id != 1))
        {
            thread.Dispose();
            return false;
        }

        Frame* frame = thread.Frames + 1;
        frame->Header = header;
        frame->Arguments = header + FrameHeader;
        frame->Locals = frame->Arguments + method.ArgumentCount;
        frame->Stack = frame->Locals + method.Locals.Length;
        frame->StackEnd = header + method.FrameBlocks + method.ArgumentCount;
        frame->Top = frame->Stack - 1;
        frame->Method = method.Id;
        frame->Next = method.Code;
        frame->Node = Calls.Enter(0, method.Id);
        arguments.CopyTo(new Span<HeapBlock>(frame->Arguments, method.ArgumentCount));
        for (int i = 0; i < method.Locals.Length; i++)
        {
            frame->Locals[i].Set(method.Locals[i], 0);
        }

        thread.Record = record;
        thread.Depth = 1;
        _threads.Add(thread);
        _threadsById[thread.Id] = thread;
        return true;
    }

    // Chooses who runs next, and lets time pass until there is somebody.
    private RunState Dispatch(long until)
    {
        DeviceClock clock = Surroundings.Clock;
        _unflushed = 0;
        while (true)
        {
            clock.KeepPace();
            long now = clock.Now;
            Surroundings.Advance(now);
            Surroundings.Wire.Advance(now, Network.Deliver);
            if (_isRebooting)
            {
                return RunState.Rebooted;
            }

            if (now >= until)
            {
                return RunState.TimeIsUp;
            }

            WakeThreads(now);
            FireTimers(now);
            if (NextReady() is DeviceThread ready)
            {
                SwitchTo(ready);
                _quantumEnd = now + Quantum;
                return RunState.Running;
            }

            if (_threads.Count == 0 && _timers.Count == 0)
            {
                return RunState.Ended;
            }

            long due = Math.Min(NextDue(), Math.Min(Surroundings.NextPlan, Surroundings.Wire.NextDue));
            if (due == DeviceClock.Never && !Surroundings.Wire.IsOpenEnded)
            {
                return RunState.WaitsForever;
            }

            due = Math.Min(due, until);

            if (!clock.IsRealTime)
            {
                clock.SkipTo(due);
            }
            else if (due > now)
            {
                Surroundings.Wire.Wait(TimeSpan.FromMicroseconds(Math.Min(due - now, 1_000_000)));
            }
        }
    }

    private void WakeThreads(long now)
    {
        foreach (DeviceThread thread in _threads)
        {
            if (thread.Waits && (thread.WakeAt <= now || thread.IsDue?.Invoke() == true))
            {
                thread.Waits = false;
                thread.IsDue = null;
            }
        }
    }

    private void FireTimers(long now)
    {
        // One thread serves all timers.
        if (_isStarting || _threads.Exists(t => t.Timer is not null))
        {
            return;
        }

        DeviceTimer? timer = _timers.Find(t => t.DueAt <= now && !t.IsExecuting);
        if (timer is null)
        {
            return;
        }

        HeapBlock* managed = timer.Managed.Target;
        (DeviceMethod method, HeapBlock target) = MethodOf(managed[3]);
        timer.IsExecuting = true;
        timer.DueAt = timer.Period == DeviceClock.Never ? DeviceClock.Never : timer.DueAt + timer.Period;
        DeviceThread thread = new(++_lastId) { Timer = timer };
        if (!StartThread(thread, method, method.Definition.IsStatic ? [managed[2]] : [target, managed[2]]))
        {
            _failures.Add(new UnhandledException("System.OutOfMemoryException", "no room for a timer's callback", ""));
            timer.IsExecuting = false;
        }
    }

    private DeviceThread? NextReady()
    {
        for (int i = 1; i <= _threads.Count; i++)
        {
            int index = (_lastRun + i) % _threads.Count;
            if (!_threads[index].Waits && (!_isStarting || _threads[index] == _hostThread))
            {
                _lastRun = index;
                return _threads[index];
            }
        }

        return null;
    }

    private long NextDue()
    {
        long due = DeviceClock.Never;
        foreach (DeviceThread thread in _threads)
        {
            due = Math.Min(due, thread.Waits ? thread.WakeAt : DeviceClock.Never);
        }

        foreach (DeviceTimer timer in _timers)
        {
            due = Math.Min(due, timer.IsExecuting ? DeviceClock.Never : timer.DueAt);
        }

        return due;
    }

    // IL instructions that the thread may run before others are looked at.
    private long Slice(long until)
    {
        long left = InstructionLimit - Instructions;
        bool isAlone = _threads.Count <= 1
            && _timers.Count == 0
            && until == DeviceClock.Never
            && Surroundings.NextPlan == DeviceClock.Never
            && !Surroundings.Clock.IsRealTime;
        return _isStarting || isAlone
            ? left
            : Math.Min(left, Surroundings.Clock.InstructionsUntil(Math.Min(_quantumEnd, until)));
    }

    private void SwitchTo(DeviceThread thread)
    {
        _current.Depth = _depth;
        _current = thread;
        _frames = thread.Frames;
        _depth = thread.Depth;
        _pending = thread.Pending;
    }

    // The running thread has left its last frame.
    private void EndThread()
    {
        DeviceThread ended = _current;
        SwitchTo(_hostThread);
        ended.HasEnded = true;
        int index = _threads.IndexOf(ended);
        _threads.RemoveAt(index);
        _lastRun = Math.Max(0, index - 1);
        if (ended.Record != null)
        {
            Memory.ReleaseFrame(ended.Record);
        }

        foreach ((nint at, DeviceLock held) in (KeyValuePair<nint, DeviceLock>[])[.. _locks])
        {
            if (held.Owner == ended)
            {
                Release(at, held);
            }
        }

        if (ended.Timer is DeviceTimer timer)
        {
            timer.IsExecuting = false;
            _threadsById.Remove(ended.Id);
            if (timer.DueAt < Now)
            {
                timer.DueAt += (Now - timer.DueAt) / timer.Period * timer.Period;
            }
        }

        ended.Dispose();
    }

    private void Release(nint at, DeviceLock held)
    {
        _locks.Remove(at);
        Memory.ReleaseFrame(held.Record);
    }

    private void MarkThreading()
    {
        foreach (nint locked in _locks.Keys)
        {
            HeapBlock reference = default;
            reference.SetObject((HeapBlock*)locked);
            Memory.Mark(reference);
        }

        foreach (DeviceTimer timer in _timers)
        {
            Memory.Mark(timer.Managed);
        }
    }

    // Calls in progress have to be in the tree of calls.
    private void EnterCallsAgain()
    {
        foreach (DeviceThread thread in _threads)
        {
            int node = 0;
            int depth = thread == _current ? _depth : thread.Depth;
            for (int i = 1; i <= depth; i++)
            {
                node = thread.Frames[i].Node = Calls.Enter(node, thread.Frames[i].Method);
            }
        }
    }
}
