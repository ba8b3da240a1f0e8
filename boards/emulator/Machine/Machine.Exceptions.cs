namespace Spore.Emulator;

/// <content>Exceptions: finding handlers, and going through finally blocks.</content>
internal sealed unsafe partial class Machine
{
    /// <summary>Why a handler runs.</summary>
    internal enum PendingKind
    {
        /// <summary>A catch block runs; its exception can be thrown again.</summary>
        Catch,

        /// <summary>A finally block runs because of an exception.</summary>
        FinallyThrow,

        /// <summary>A finally block runs because of a jump out of its try block.</summary>
        FinallyLeave,
    }

    private static string NameOf(Fault fault)
    {
        return fault switch
        {
            Fault.NullReference => "System.NullReferenceException",
            Fault.IndexOutOfRange => "System.IndexOutOfRangeException",
            Fault.OutOfRange => "System.ArgumentOutOfRangeException",
            Fault.ArgumentNull => "System.ArgumentNullException",
            Fault.Argument => "System.ArgumentException",
            Fault.InvalidCast => "System.InvalidCastException",
            Fault.OutOfMemory => "System.OutOfMemoryException",
            Fault.NotSupported => "System.NotSupportedException",
            Fault.ObjectDisposed => "System.ObjectDisposedException",
            _ => "System.Exception",
        };
    }

    private HeapBlock* MakeException(Fault fault)
    {
        DeviceType type = Program.ExceptionType(NameOf(fault));
        HeapBlock* made = fault == Fault.OutOfMemory ? null : Memory.Allocate(DataType.Class, 1 + type.Fields.Length);
        if (made == null)
        {
            return _outOfMemory;
        }

        InitializeFields(made, type);
        NoteSite(made);
        AddStackTrace(made);
        return made;
    }

    private HeapBlock* MakeSocketException(int code)
    {
        DeviceType type = Program.TypeOf("System.Net.Sockets.SocketException")!;
        HeapBlock* made = Memory.Allocate(DataType.Class, 1 + type.Fields.Length);
        if (made == null)
        {
            return _outOfMemory;
        }

        InitializeFields(made, type);
        made[type.Fields.Length].Set(DataType.I4, code);
        NoteSite(made);
        AddStackTrace(made);
        return made;
    }

    // An empty array, as where the device keeps no stack traces.
    private void AddStackTrace(HeapBlock* exception)
    {
        const int StackTraceField = 3;
        if (Program.TypeOf("System.Byte") is DeviceType element && exception->Blocks > StackTraceField)
        {
            HeapBlock reference = default;
            reference.SetObject(exception);
            _kept.Add(reference);
            HeapBlock* array = AllocateArray(Program.ArrayOf(element), 0);
            _kept.RemoveAt(_kept.Count - 1);
            if (array != null)
            {
                NoteSite(array);
                exception[StackTraceField].SetObject(array);
            }
        }
    }

    /// <summary>Finds who handles an exception thrown in the current frame, leaving frames on the way.</summary>
    /// <returns>Whether somebody does; the frame then has its next instruction and the top of its stack set.</returns>
    private bool Unwind(HeapBlock* exception, int floor, int fromHandler)
    {
        DeviceType type = TypeOfObject(exception);
        while (_depth > floor)
        {
            Frame* frame = _frames + _depth;
            DeviceMethod method = Program.Methods[frame->Method];
            int at = (int)(frame->Next - 1 - method.Code);
            for (int i = fromHandler; i < method.Handlers.Length; i++)
            {
                DeviceMethod.Handler handler = method.Handlers[i];
                if (at < handler.TryStart || at >= handler.TryEnd)
                {
                    continue;
                }

                if (handler.Catches is null || type.IsA(handler.Catches))
                {
                    DropPendingOutside(method, handler.Start);
                    frame->Top = EmptyTop(frame);
                    if (handler.Catches is not null)
                    {
                        frame->Top++;
                        frame->Top->SetObject(exception);
                    }

                    _pending.Add(new Pending
                    {
                        Kind = handler.Catches is null ? PendingKind.FinallyThrow : PendingKind.Catch,
                        Depth = _depth,
                        Handler = i,
                        From = (nint)(frame->Next - 1),
                        Exception = (nint)exception,
                    });
                    frame->Next = method.Code + handler.Start;
                    return true;
                }
            }

            Leave();
            fromHandler = 0;
        }

        return false;
    }

    // Goes to the next finally block on the way out of a try block, or to where the jump leads.
    private Instruction* LeaveTo(Instruction* from, Instruction* target, int fromHandler)
    {
        Frame* frame = _frames + _depth;
        DeviceMethod method = Program.Methods[frame->Method];
        int at = (int)(from - method.Code);
        int to = (int)(target - method.Code);
        DropPendingOutside(method, to);
        for (int i = fromHandler; i < method.Handlers.Length; i++)
        {
            DeviceMethod.Handler handler = method.Handlers[i];
            bool isLeft = at >= handler.TryStart
                && at < handler.TryEnd
                && (to < handler.TryStart || to >= handler.TryEnd);
            if (handler.Catches is null && isLeft)
            {
                _pending.Add(new Pending
                {
                    Kind = PendingKind.FinallyLeave,
                    Depth = _depth,
                    Handler = i,
                    From = (nint)from,
                    Target = (nint)target,
                });
                return method.Code + handler.Start;
            }
        }

        return target;
    }

    // Handlers that the place is not in are over.
    private void DropPendingOutside(DeviceMethod method, int place)
    {
        while (_pending.Count > 0 && _pending[^1].Depth == _depth)
        {
            DeviceMethod.Handler handler = method.Handlers[_pending[^1].Handler];
            if (place >= handler.Start && place < handler.End)
            {
                return;
            }

            _pending.RemoveAt(_pending.Count - 1);
        }
    }

    private static HeapBlock* EmptyTop(Frame* frame) => frame->Header == null ? frame->Stack : frame->Stack - 1;

    private UnhandledException Unhandled(HeapBlock* exception, string trace)
    {
        HeapBlock message = exception->Blocks > 1 ? exception[1] : default;
        string? text = message.Type == DataType.Object && message.U8 != 0 && message.Target->Type == DataType.String
            ? Memory.TextOf(message.Target)
            : null;
        return new UnhandledException(TypeOfObject(exception).Name, text, trace);
    }

    /// <summary>A handler that runs, and what it is to go on with.</summary>
    internal struct Pending
    {
        /// <summary>Why it runs.</summary>
        public PendingKind Kind;

        /// <summary>The frame that it runs in.</summary>
        public int Depth;

        /// <summary>Which of its method's handlers.</summary>
        public int Handler;

        /// <summary>The instruction that led to it.</summary>
        public nint From;

        /// <summary>Where a jump goes after it.</summary>
        public nint Target;

        /// <summary>The exception.</summary>
        public nint Exception;
    }
}
