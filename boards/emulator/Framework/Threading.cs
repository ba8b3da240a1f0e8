namespace Spore.Emulator;

/// <content>Threads, and what they wait for.</content>
internal static unsafe partial class Framework
{
    // Blocks of a Thread and of a Timer, counted from the header.
    private const int ThreadStartField = 1;
    private const int ThreadPriorityField = 2;
    private const int ThreadIdField = 5;
    private const int TimerStateField = 2;
    private const int TimerCallbackField = 3;
    private const int NormalPriority = 2;

    private static void AddThreading()
    {
        const string Thread = "System.Threading.Thread";
        Add($"{Thread}::.ctor(System.Threading.ThreadStart)", (m, a) =>
        {
            a[0].Target[ThreadStartField].Store(a[1]);
            a[0].Target[ThreadPriorityField].I4 = NormalPriority;
            a[0].Target[ThreadIdField].I4 = m.NextThreadId();
        });
        Add($"{Thread}::Start()", (m, a) =>
        {
            int id = a[0].Target[ThreadIdField].I4;
            if (m.FindThread(id) is not null)
            {
                throw new DeviceException(Fault.Argument);
            }

            m.StartThread(a[0], id, a[0].Target[ThreadStartField]);
        });
        Add($"{Thread}::Join()", (m, a) => Join(m, a, -1));
        Add($"{Thread}::Join(System.Int32)", (m, a) => Join(m, a, Milliseconds(a[1].I4)));
        Add($"{Thread}::Join(System.TimeSpan)", (m, a) => Join(m, a, a[1].I8 / TicksPerMicrosecond));
        Add($"{Thread}::Sleep(System.Int32)", (m, a) => Sleep(m, Milliseconds(a[0].I4)));
        Add(
            $"{Thread}::Sleep(System.TimeSpan)",
            (m, a) => Sleep(m, Milliseconds((int)(a[0].I8 / TicksPerMillisecond))),
            21);
        Add($"{Thread}::get_CurrentThread()", (m, a) =>
        {
            ref HeapBlock managed = ref m.CurrentManaged();
            if (managed.U8 == 0)
            {
                managed = m.Make(Thread);
                managed.Target[ThreadPriorityField].I4 = NormalPriority;
                managed.Target[ThreadIdField].I4 = m.CurrentId;
            }

            a[0] = managed;
        });
        Add(
            $"{Thread}::get_IsAlive()",
            (m, a) => a[0].Set(
                DataType.I4, m.FindThread(a[0].Target[ThreadIdField].I4) is { HasEnded: false } ? 1 : 0));
        Add($"{Thread}::get_ManagedThreadId()", (_, a) => a[0].Set(DataType.I4, a[0].Target[ThreadIdField].I4));
        Add($"{Thread}::get_Priority()", (_, a) => a[0].Set(DataType.I4, a[0].Target[ThreadPriorityField].I4));
        Add(
            $"{Thread}::set_Priority(System.Threading.ThreadPriority)",
            (_, a) => a[0].Target[ThreadPriorityField].I4 = a[1].I4);

        Add("System.Threading.Monitor::Enter(System.Object)", (m, a) => m.Lock(NotNull(a)));
        Add("System.Threading.Monitor::Exit(System.Object)", (m, a) => m.Unlock(NotNull(a)));

        Add("System.Threading.WaitHandle::.ctor()", (_, _) => { }, 4);
        Add("System.Threading.WaitHandle::WaitOne()", (m, a) => WaitOne(m, a, -1), 5);
        Add(
            "System.Threading.WaitHandle::WaitOne(System.Int32,System.Boolean)",
            (m, a) => WaitOne(m, a, Milliseconds(a[1].I4)));
        AddEvent("System.Threading.ManualResetEvent", 0);
        AddEvent("System.Threading.AutoResetEvent", HeapBlock.AutoReset);

        const string Timer = "System.Threading.Timer";
        Add($"{Timer}::.ctor(System.Threading.TimerCallback,System.Object,System.Int32,System.Int32)", (m, a) =>
        {
            if (a[1].U8 == 0)
            {
                throw new DeviceException(Fault.ArgumentNull);
            }

            a[0].Target[TimerCallbackField].Store(a[1]);
            a[0].Target[TimerStateField].Store(a[2]);
            m.SetTimer(a[0], a[3].I4, a[4].I4);
        });
        Add($"{Timer}::Change(System.Int32,System.Int32)", (m, a) =>
        {
            m.SetTimer(a[0], a[1].I4, a[2].I4);
            a[0].Set(DataType.I4, 1);
        });
        Add($"{Timer}::Dispose()", (m, a) => m.EndTimer(a[0]));

        Add("System.Delegate::Combine(System.Delegate,System.Delegate)", (m, a) => a[0] = m.Combine(a[0], a[1]));
        Add("System.Delegate::Remove(System.Delegate,System.Delegate)", (m, a) => a[0] = m.Remove(a[0], a[1]));
    }

    private static void AddEvent(string type, byte flags)
    {
        Add(
            $"{type}::.ctor(System.Boolean)",
            (_, a) => a[0].Target->Flags |= (byte)(flags | (a[1].I4 != 0 ? HeapBlock.Signaled : 0)));
        Add($"{type}::Set()", (_, a) =>
        {
            a[0].Target->Flags |= HeapBlock.Signaled;
            a[0].Set(DataType.I4, 1);
        });
        Add($"{type}::Reset()", (_, a) =>
        {
            a[0].Target->Flags &= unchecked((byte)~HeapBlock.Signaled);
            a[0].Set(DataType.I4, 1);
        });
    }

    private static long Milliseconds(int value) =>
        value < -1 ? throw new DeviceException(Fault.OutOfRange) : value < 0 ? -1 : value * 1000L;

    private static ref HeapBlock NotNull(HeapBlock* arguments)
    {
        if (arguments[0].U8 == 0)
        {
            throw new DeviceException(Fault.ArgumentNull);
        }

        return ref arguments[0];
    }

    private static void Sleep(Machine machine, long microseconds)
    {
        if (microseconds == 0)
        {
            machine.Yield();
        }
        else
        {
            machine.Wait(machine.DeadlineIn(microseconds), null);
        }
    }

    private static void Join(Machine machine, HeapBlock* arguments, long microseconds)
    {
        int id = arguments[0].Target[ThreadIdField].I4;
        DeviceThread thread = machine.FindThread(id) ?? throw new DeviceException(Fault.WrongType);
        if (id == machine.CurrentId)
        {
            throw new DeviceException(Fault.Argument);
        }

        long deadline = machine.DeadlineIn(microseconds);
        if (!thread.HasEnded && machine.Wait(deadline, () => thread.HasEnded))
        {
            return;
        }

        arguments[0].Set(DataType.I4, thread.HasEnded ? 1 : 0);
    }

    private static void WaitOne(Machine machine, HeapBlock* arguments, long microseconds)
    {
        HeapBlock* handle = arguments[0].Target;
        long deadline = machine.DeadlineIn(microseconds);
        bool isSignaled = (handle->Flags & HeapBlock.Signaled) != 0;
        if (!isSignaled && machine.Wait(deadline, () => (handle->Flags & HeapBlock.Signaled) != 0))
        {
            return;
        }

        if (isSignaled && (handle->Flags & HeapBlock.AutoReset) != 0)
        {
            handle->Flags &= unchecked((byte)~HeapBlock.Signaled);
        }

        arguments[0].Set(DataType.I4, isSignaled ? 1 : 0);
    }
}
