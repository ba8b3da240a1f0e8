using System.Runtime.CompilerServices;

namespace Spore.Emulator;

/// <content>
/// The instruction loop. It follows nanoFramework's <c>Execute_IL</c> (nf-interpreter, src/CLR/Core/Interpreter.cpp):
/// the tag of the left operand decides what an operation is, and nothing checks for overflow.
/// </content>
internal sealed unsafe partial class Machine
{
    /// <summary>Blocks at the head of a stack frame that the interpreter itself uses.</summary>
    internal const int FrameHeader = 7;

    /// <summary>The least number of blocks for locals and stack.</summary>
    internal const int SmallestFrame = 10;

    // A call site that has seen no type yet.
    private const int NoType = -1;

    // The call that the host makes.
    private const int HostCall = -2;

    private long _pendingCost;

    // Runs a method for the host until it returns to the frame at 'floor', with all other threads; or
    // these alone, until a time.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private RunState Execute(DeviceMethod? start, HeapBlock* hostArguments, int floor, long until)
    {
        long executed;
        long cost = 0;
        long spentInstructions = 0;
        long spentCost = 0;
        long limit = InstructionLimit - Instructions;
        DeviceThread? host = null;
        int bottom = floor;
        HeapBlock* heap = Memory.Start;
        Instruction* next = null;
        HeapBlock* top = null;
        HeapBlock* arguments = null;
        HeapBlock* locals = null;
        Frame* frame = _frames + floor;
        DeviceMethod method;
        Instruction* at;
        Fault fault;
        HeapBlock* thrown;
        bool mayInline = false;

        // What is called first is called by an instruction of the emulator's own, which doesn't count.
        Instruction entry = new() { Operation = Operation.Reschedule };
        if (start is not null)
        {
            host = _hostThread;
            entry = new() { Operation = Operation.Call, Operand = start.Id, CachedType = HostCall };
            top = hostArguments + start.ArgumentCount - 1;
            SwitchTo(_hostThread);
            _quantumEnd = Surroundings.Clock.Now + Quantum;
            limit = Slice(until);
        }

        next = &entry;
        executed = -1;
        while (true)
        {
            at = next++;
            at->Count++;
            executed++;
            cost += at->Cost;
            switch (at->Operation)
            {
                case Operation.Nop:
                    continue;

                case Operation.LoadArgument:
                    *++top = arguments[at->Operand];
                    goto Promote;

                case Operation.LoadLocal:
                    *++top = locals[at->Operand];
                    goto Promote;

                case Operation.LoadArgumentAddress:
                    (++top)->SetByRef(arguments + at->Operand);
                    continue;

                case Operation.LoadLocalAddress:
                    (++top)->SetByRef(locals + at->Operand);
                    continue;

                case Operation.StoreLocal:
                    (locals + at->Operand)->Store(*top--);
                    continue;

                case Operation.StoreArgument:
                    (arguments + at->Operand)->Store(*top--);
                    continue;

                case Operation.LoadNull:
                    (++top)->SetObject(null);
                    continue;

                case Operation.LoadInt32:
                    (++top)->Set(DataType.I4, at->Operand);
                    continue;

                case Operation.LoadInt64:
                    (++top)->Set(DataType.I8, at->Constant);
                    continue;

                case Operation.LoadFloat:
                    (++top)->Set(DataType.R4, at->Operand);
                    continue;

                case Operation.LoadDouble:
                    (++top)->Set(DataType.R8, at->Constant);
                    continue;

                case Operation.Duplicate:
                    top[1] = *top;
                    top++;
                    continue;

                case Operation.Pop:
                    top--;
                    continue;

                case Operation.Branch:
                    next = at->Target;
                    if (executed > limit)
                    {
                        goto Limit;
                    }

                    continue;

                case Operation.BranchFalse:
                    if (IsZero(top--))
                    {
                        next = at->Target;
                        if (executed > limit)
                        {
                            goto Limit;
                        }
                    }

                    continue;

                case Operation.BranchTrue:
                    if (!IsZero(top--))
                    {
                        next = at->Target;
                        if (executed > limit)
                        {
                            goto Limit;
                        }
                    }

                    continue;

                case Operation.BranchEqual:
                    top -= 2;
                    if (Compare(top + 1, top + 2, true) == 0)
                    {
                        next = at->Target;
                        if (executed > limit)
                        {
                            goto Limit;
                        }
                    }

                    continue;

                case Operation.BranchGreaterOrEqual:
                    top -= 2;
                    if (Compare(top + 1, top + 2, true) >= 0)
                    {
                        next = at->Target;
                        if (executed > limit)
                        {
                            goto Limit;
                        }
                    }

                    continue;

                case Operation.BranchGreater:
                    top -= 2;
                    if (Compare(top + 1, top + 2, true) > 0)
                    {
                        next = at->Target;
                        if (executed > limit)
                        {
                            goto Limit;
                        }
                    }

                    continue;

                case Operation.BranchLessOrEqual:
                    top -= 2;
                    if (Compare(top + 1, top + 2, true) <= 0)
                    {
                        next = at->Target;
                        if (executed > limit)
                        {
                            goto Limit;
                        }
                    }

                    continue;

                case Operation.BranchLess:
                    top -= 2;
                    if (Compare(top + 1, top + 2, true) < 0)
                    {
                        next = at->Target;
                        if (executed > limit)
                        {
                            goto Limit;
                        }
                    }

                    continue;

                case Operation.BranchNotEqualUnsigned:
                    top -= 2;
                    if (Compare(top + 1, top + 2, false) != 0)
                    {
                        next = at->Target;
                        if (executed > limit)
                        {
                            goto Limit;
                        }
                    }

                    continue;

                case Operation.BranchGreaterOrEqualUnsigned:
                    top -= 2;
                    if (Compare(top + 1, top + 2, false) >= 0)
                    {
                        next = at->Target;
                        if (executed > limit)
                        {
                            goto Limit;
                        }
                    }

                    continue;

                case Operation.BranchGreaterUnsigned:
                    top -= 2;
                    if (Compare(top + 1, top + 2, false) > 0)
                    {
                        next = at->Target;
                        if (executed > limit)
                        {
                            goto Limit;
                        }
                    }

                    continue;

                case Operation.BranchLessOrEqualUnsigned:
                    top -= 2;
                    if (Compare(top + 1, top + 2, false) <= 0)
                    {
                        next = at->Target;
                        if (executed > limit)
                        {
                            goto Limit;
                        }
                    }

                    continue;

                case Operation.BranchLessUnsigned:
                    top -= 2;
                    if (Compare(top + 1, top + 2, false) < 0)
                    {
                        next = at->Target;
                        if (executed > limit)
                        {
                            goto Limit;
                        }
                    }

                    continue;

                case Operation.Switch:
                {
                    nint[] targets = _targets[at->Operand];
                    uint selected = (top--)->U4;
                    if (selected < (uint)targets.Length)
                    {
                        next = (Instruction*)targets[selected];
                    }

                    continue;
                }

                case Operation.LoadIndirect:
                    if (top->Type == DataType.ByRef)
                    {
                        if (top->U8 == 0)
                        {
                            fault = Fault.NullReference;
                            goto Raise;
                        }

                        *top = *top->Target;
                        goto Promote;
                    }

                    if (top->Type != DataType.ArrayByRef)
                    {
                        fault = Fault.WrongType;
                        goto Raise;
                    }

                    LoadElement((HeapBlock*)((byte*)heap + top->ArrayOffset), top->ArrayIndex, top);
                    goto Promote;

                case Operation.StoreIndirect:
                    top -= 2;
                    fault = StoreIndirect(top + 1, top + 2, at->Operand);
                    if (fault != Fault.None)
                    {
                        goto Raise;
                    }

                    continue;

                case Operation.Add:
                    top--;
                    if (IsInt(top))
                    {
                        top->I4 += top[1].I4;
                        continue;
                    }

                    if (IsLong(top))
                    {
                        top->I8 += top[1].I8;
                        continue;
                    }

                    if (FloatOperation(top, Operation.Add))
                    {
                        continue;
                    }

                    fault = Fault.WrongType;
                    goto Raise;

                case Operation.Subtract:
                    top--;
                    if (IsInt(top))
                    {
                        top->I4 -= top[1].I4;
                        continue;
                    }

                    if (IsLong(top))
                    {
                        top->I8 -= top[1].I8;
                        continue;
                    }

                    if (FloatOperation(top, Operation.Subtract))
                    {
                        continue;
                    }

                    fault = Fault.WrongType;
                    goto Raise;

                case Operation.Multiply:
                    top--;
                    if (IsInt(top))
                    {
                        top->I4 *= top[1].I4;
                        continue;
                    }

                    if (IsLong(top))
                    {
                        top->I8 *= top[1].I8;
                        continue;
                    }

                    if (FloatOperation(top, Operation.Multiply))
                    {
                        continue;
                    }

                    fault = Fault.WrongType;
                    goto Raise;

                case Operation.Divide:
                case Operation.DivideUnsigned:
                case Operation.Remainder:
                case Operation.RemainderUnsigned:
                    top--;
                    fault = Divide(top, at->Operation);
                    if (fault != Fault.None)
                    {
                        goto Raise;
                    }

                    continue;

                case Operation.And:
                    top--;
                    top->U8 &= top[1].U8;
                    continue;

                case Operation.Or:
                    top--;
                    top->U8 |= top[1].U8;
                    continue;

                case Operation.Xor:
                    top--;
                    top->U8 ^= top[1].U8;
                    continue;

                case Operation.ShiftLeft:
                    top--;
                    if (IsInt(top))
                    {
                        top->U4 <<= top[1].I4;
                        continue;
                    }

                    if (IsLong(top))
                    {
                        top->U8 <<= top[1].I4;
                        continue;
                    }

                    fault = Fault.WrongType;
                    goto Raise;

                case Operation.ShiftRight:
                    top--;
                    switch (top->Type)
                    {
                        case DataType.I4:
                            top->I4 >>= top[1].I4;
                            continue;
                        case DataType.I8:
                            top->I8 >>= top[1].I4;
                            continue;
                        case DataType.U4:
                            // The sign trap: the value was unsigned once, and is shifted so.
                            top->U4 >>= top[1].I4;
                            continue;
                        case DataType.U8:
                            top->U8 >>= top[1].I4;
                            continue;
                    }

                    fault = Fault.WrongType;
                    goto Raise;

                case Operation.ShiftRightUnsigned:
                    top--;
                    if (IsInt(top))
                    {
                        top->U4 >>= top[1].I4;
                        continue;
                    }

                    if (IsLong(top))
                    {
                        top->U8 >>= top[1].I4;
                        continue;
                    }

                    fault = Fault.WrongType;
                    goto Raise;

                case Operation.Negate:
                    if (IsInt(top))
                    {
                        top->I4 = -top->I4;
                        continue;
                    }

                    if (IsLong(top))
                    {
                        top->I8 = -top->I8;
                        continue;
                    }

                    if (FloatOperation(top, Operation.Negate))
                    {
                        continue;
                    }

                    fault = Fault.WrongType;
                    goto Raise;

                case Operation.Not:
                    top->U8 = ~top->U8;
                    continue;

                case Operation.Convert:
                    switch ((DataType)at->Operand)
                    {
                        case DataType.U1 when top->Type is DataType.I4 or DataType.U4 or DataType.I8 or DataType.U8:
                            top->I4 = (byte)top->U4;
                            top->Type = DataType.I4;
                            continue;
                        case DataType.I4 when top->Type is DataType.I4 or DataType.U4 or DataType.I8 or DataType.U8:
                            top->Type = DataType.I4;
                            continue;
                        case DataType.U4 when top->Type is DataType.I4 or DataType.U4 or DataType.I8 or DataType.U8:
                            top->Type = DataType.U4;
                            continue;
                        case DataType.U8 when top->Type is DataType.I4 or DataType.U4:
                            top->U8 = top->U4;
                            top->Type = DataType.U8;
                            continue;
                        case DataType.I8 when top->Type == DataType.I4 && at->CachedType == 0:
                            top->I8 = top->I4;
                            top->Type = DataType.I8;
                            continue;
                        case DataType.I8 when top->Type == DataType.U4:
                            top->U8 = top->U4;
                            top->Type = DataType.I8;
                            continue;
                    }

                    if (Convert(top, (DataType)at->Operand, at->CachedType != 0))
                    {
                        continue;
                    }

                    fault = Fault.WrongType;
                    goto Raise;

                case Operation.Call:
                    method = Program.Methods[at->Operand];
                    if (at->CachedType == NoType && top[1 - method.ArgumentCount].U8 == 0)
                    {
                        fault = Fault.NullReference;
                        goto Raise;
                    }

                    goto Call;

                case Operation.CallVirtual:
                {
                    method = Program.Methods[at->Operand];
                    cost += method.IsInterface ? Costs.InterfaceCall : Costs.VirtualCall;
                    HeapBlock* self = top + 1 - method.ArgumentCount;
                    if (self->Type != DataType.Object)
                    {
                        // A number's own method, called through a reference to it.
                        method = FindOnValue(method, self);
                        goto CallAny;
                    }

                    if (self->U8 == 0)
                    {
                        fault = Fault.NullReference;
                        goto Raise;
                    }

                    if (self->Target->Type == DataType.Class && self->Target->Head == at->CachedType)
                    {
                        method = Program.Methods[(int)at->Constant];
                        goto Call;
                    }

                    DeviceType type = TypeOfObject(self->Target);
                    DeviceMethod? found = type.Resolve(method, Program.FindVirtual);
                    if (found is null)
                    {
                        fault = Fault.WrongType;
                        goto Raise;
                    }

                    method = found;
                    if (method.Native is null && self->Target->Type == DataType.Class)
                    {
                        at->CachedType = type.Id;
                        at->Constant = method.Id;
                    }

                    goto CallAny;
                }

                case Operation.CallNative:
                    method = Program.Methods[at->Operand];
                    if (at->CachedType == NoType && top[1 - method.ArgumentCount].U8 == 0)
                    {
                        fault = Fault.NullReference;
                        goto Raise;
                    }

                    goto CallNative;

                case Operation.Return:
                {
                    HeapBlock* result = top;
                    DeviceMethod returning = Program.Methods[frame->Method];
                    Calls.Spend(frame->Node, executed - spentInstructions, cost - spentCost);
                    spentInstructions = executed;
                    spentCost = cost;
                    HeapBlock* place = arguments;
                    bool isLast = _depth == bottom + 1;
                    if (returning.HasResult)
                    {
                        *place = *result;
                        place->Promote();
                    }

                    Leave();
                    frame--;
                    if (isLast)
                    {
                        if (_current == host)
                        {
                            goto Done;
                        }

                        EndThread();
                        frame = _frames + _depth;
                        goto Schedule;
                    }

                    // A constructor leaves 'this', its first argument, to the one who made the object.
                    next = frame->Next;
                    top = returning.HasResult || (next - 1)->Operation == Operation.NewObject ? place : place - 1;
                    arguments = frame->Arguments;
                    locals = frame->Locals;
                    mayInline = frame->Header != null;
                    continue;
                }

                case Operation.LoadString:
                {
                    frame->Top = top;
                    frame->Next = next;
                    HeapBlock* made = Memory.AllocateLiteral(at->Operand);
                    if (made == null)
                    {
                        fault = Fault.OutOfMemory;
                        goto Raise;
                    }

                    NoteSite(made);
                    cost += TakePendingCost();
                    (++top)->SetObject(made);
                    continue;
                }

                case Operation.NewObject:
                case Operation.NewNative:
                {
                    method = Program.Methods[at->Operand];
                    DeviceType type = method.Owner;
                    frame->Top = top;
                    frame->Next = next;
                    HeapBlock* made = Memory.Allocate(DataType.Class, 1 + type.Fields.Length);
                    if (made == null)
                    {
                        fault = Fault.OutOfMemory;
                        goto Raise;
                    }

                    InitializeFields(made, type);
                    NoteSite(made);
                    cost += TakePendingCost();
                    HeapBlock* place = ++top;
                    for (int i = method.ArgumentCount - 1; i > 0; i--, place--)
                    {
                        *place = place[-1];
                    }

                    place->SetObject(made);
                    if (at->Operation == Operation.NewNative)
                    {
                        goto CallNative;
                    }

                    goto Call;
                }

                case Operation.NewValue:
                {
                    method = Program.Methods[at->Operand];
                    HeapBlock* place = ++top;
                    for (int i = method.ArgumentCount - 1; i > 0; i--, place--)
                    {
                        *place = place[-1];
                    }

                    place->Set(method.Owner.DataType, 0);
                    goto CallNative;
                }

                case Operation.NewDelegate:
                {
                    frame->Top = top;
                    frame->Next = next;
                    HeapBlock* made = NewDelegate(Program.Types[at->Operand], top[-1], top->I4);
                    if (made == null)
                    {
                        fault = Fault.OutOfMemory;
                        goto Raise;
                    }

                    NoteSite(made);
                    cost += TakePendingCost();
                    (--top)->SetObject(made);
                    continue;
                }

                case Operation.LoadFunction:
                    (++top)->Set(DataType.Reflection, at->Operand);
                    continue;

                case Operation.LoadVirtualFunction:
                {
                    if (top->U8 == 0)
                    {
                        fault = Fault.NullReference;
                        goto Raise;
                    }

                    DeviceMethod? found = TypeOfObject(top->Target).Resolve(
                        Program.Methods[at->Operand], Program.FindVirtual);
                    if (found is null)
                    {
                        fault = Fault.WrongType;
                        goto Raise;
                    }

                    top->Set(DataType.Reflection, found.Id);
                    continue;
                }

                case Operation.Invoke:
                {
                    method = Program.Methods[at->Operand];
                    HeapBlock* self = top + 1 - method.ArgumentCount;
                    if (self->U8 == 0)
                    {
                        fault = Fault.NullReference;
                        goto Raise;
                    }

                    HeapBlock* called = self->Target;
                    if (called->Type == DataType.DelegateList)
                    {
                        method = StepperOf(method);
                        goto Call;
                    }

                    method = Program.Methods[called[2].I4];
                    if (method.Definition.IsStatic)
                    {
                        for (; self < top; self++)
                        {
                            *self = self[1];
                        }

                        top--;
                    }
                    else
                    {
                        *self = called[1];
                    }

                    goto CallAny;
                }

                case Operation.InvokeNext:
                {
                    // On the device this is no instruction.
                    at->Count--;
                    executed--;
                    HeapBlock* list = arguments->Target;
                    int index = locals->I4;
                    if (index == list[1].I4)
                    {
                        goto case Operation.Return;
                    }

                    locals->I4 = index + 1;
                    DeviceMethod invoked = Program.Methods[frame->Method];
                    HeapBlock* called = list[ListHeader + index].Target;
                    method = Program.Methods[called[2].I4];
                    top = EmptyTop(frame);
                    if (!method.Definition.IsStatic)
                    {
                        *++top = called[1];
                    }

                    for (int i = 1; i < invoked.ArgumentCount; i++)
                    {
                        *++top = arguments[i];
                    }

                    next = at->Target;
                    goto CallAny;
                }

                case Operation.Reschedule:
                    executed = 0;
                    goto Schedule;

                case Operation.Initialize:
                    fault = StoreZero(top--, (DataType)at->Operand);
                    if (fault != Fault.None)
                    {
                        goto Raise;
                    }

                    continue;

                case Operation.CastClass:
                case Operation.IsInstance:
                    if (top->Type == DataType.Object
                        && (top->U8 == 0 || TypeOfObject(top->Target).IsA(Program.Types[at->Operand])))
                    {
                        continue;
                    }

                    if (at->Operation == Operation.CastClass)
                    {
                        fault = Fault.InvalidCast;
                        goto Raise;
                    }

                    top->SetObject(null);
                    continue;

                case Operation.Throw:
                    if (top->Type != DataType.Object || top->U8 == 0)
                    {
                        fault = Fault.NullReference;
                        goto Raise;
                    }

                    thrown = top->Target;
                    frame->Top = top;
                    frame->Next = next;
                    AddStackTrace(thrown);
                    goto Thrown;

                case Operation.LoadField:
                    if (top->U8 == 0)
                    {
                        fault = Fault.NullReference;
                        goto Raise;
                    }

                    *top = top->Target[at->Operand];
                    goto Promote;

                case Operation.LoadFieldAddress:
                    if (top->U8 == 0)
                    {
                        fault = Fault.NullReference;
                        goto Raise;
                    }

                    top->SetByRef(top->Target + at->Operand);
                    continue;

                case Operation.StoreField:
                    top -= 2;
                    if (top[1].U8 == 0)
                    {
                        fault = Fault.NullReference;
                        goto Raise;
                    }

                    top[1].Target[at->Operand].Store(top[2]);
                    continue;

                case Operation.LoadStatic:
                    *++top = _statics[at->Operand];
                    goto Promote;

                case Operation.LoadStaticAddress:
                    (++top)->SetByRef(_statics + at->Operand);
                    continue;

                case Operation.StoreStatic:
                    _statics[at->Operand].Store(*top--);
                    continue;

                case Operation.NewArray:
                {
                    if (top->I4 < 0)
                    {
                        fault = Fault.OutOfRange;
                        goto Raise;
                    }

                    frame->Top = top;
                    frame->Next = next;
                    HeapBlock* made = AllocateArray(Program.Types[at->Operand], top->I4);
                    if (made == null)
                    {
                        fault = Fault.OutOfMemory;
                        goto Raise;
                    }

                    NoteSite(made);
                    cost += TakePendingCost();
                    top->SetObject(made);
                    continue;
                }

                case Operation.LoadLength:
                    if (top->U8 == 0)
                    {
                        fault = Fault.NullReference;
                        goto Raise;
                    }

                    top->Set(DataType.I4, top->Target->Head);
                    continue;

                case Operation.LoadElementAddress:
                {
                    top--;
                    HeapBlock* array = top->Target;
                    if (array == null)
                    {
                        fault = Fault.NullReference;
                        goto Raise;
                    }

                    int index = top[1].I4;
                    if ((uint)index >= (uint)array->Head)
                    {
                        fault = Fault.IndexOutOfRange;
                        goto Raise;
                    }

                    top->Id = (uint)DataType.ArrayByRef | (1u << 16);
                    top->ArrayOffset = (int)((byte*)array - (byte*)heap);
                    top->ArrayIndex = index;
                    continue;
                }

                case Operation.LoadElement:
                {
                    top--;
                    HeapBlock* array = top->Target;
                    if (array == null)
                    {
                        fault = Fault.NullReference;
                        goto Raise;
                    }

                    int index = top[1].I4;
                    if ((uint)index >= (uint)array->Head)
                    {
                        fault = Fault.IndexOutOfRange;
                        goto Raise;
                    }

                    if (array->ElementType == DataType.U1)
                    {
                        top->Set(DataType.I4, HeapBlock.Elements(array)[index]);
                        continue;
                    }

                    LoadElement(array, index, top);
                    goto Promote;
                }

                case Operation.StoreElement:
                    top -= 3;
                    fault = StoreElement(top[1].Target, top[2].I4, top + 3, at->Operand);
                    if (fault != Fault.None)
                    {
                        goto Raise;
                    }

                    continue;

                case Operation.LoadToken:
                    (++top)->Set(DataType.Reflection, at->Operand);
                    continue;

                case Operation.EndFinally:
                {
                    Pending pending = _pending[^1];
                    _pending.RemoveAt(_pending.Count - 1);
                    top = EmptyTop(frame);
                    if (pending.Kind == PendingKind.FinallyLeave)
                    {
                        next = LeaveTo((Instruction*)pending.From, (Instruction*)pending.Target, pending.Handler + 1);
                        continue;
                    }

                    frame->Next = (Instruction*)pending.From + 1;
                    if (!Unwind((HeapBlock*)pending.Exception, bottom, pending.Handler + 1))
                    {
                        thrown = (HeapBlock*)pending.Exception;
                        goto Uncaught;
                    }

                    goto Reload;
                }

                case Operation.Leave:
                    top = EmptyTop(frame);
                    next = LeaveTo(at, at->Target, 0);
                    if (executed > limit)
                    {
                        goto Limit;
                    }

                    continue;

                case Operation.CompareEqual:
                    top--;
                    top->Set(DataType.I4, Compare(top, top + 1, true) == 0 ? 1 : 0);
                    continue;

                case Operation.CompareGreater:
                    top--;
                    top->Set(DataType.I4, Compare(top, top + 1, true) > 0 ? 1 : 0);
                    continue;

                case Operation.CompareGreaterUnsigned:
                    top--;
                    top->Set(DataType.I4, Compare(top, top + 1, false) > 0 ? 1 : 0);
                    continue;

                case Operation.CompareLess:
                    top--;
                    top->Set(DataType.I4, Compare(top, top + 1, true) < 0 ? 1 : 0);
                    continue;

                case Operation.CompareLessUnsigned:
                    top--;
                    top->Set(DataType.I4, Compare(top, top + 1, false) < 0 ? 1 : 0);
                    continue;

                case Operation.Rethrow:
                    thrown = (HeapBlock*)_pending[^1].Exception;
                    frame->Top = top;
                    frame->Next = next;
                    goto Thrown;

                default:
                    frame->Top = top;
                    frame->Next = next;
                    throw new ProgramException(
                        Program.Methods[frame->Method].Name,
                        $"'{Opcodes.NameOf(at->Opcode)}' is nothing that the device or the emulator can run{Trace()}");
            }

        Promote:
            // Numbers of 8 and 16 bits are widened to signed 32; U4 and U8 keep their tag.
            if ((uint)(top->Type - 1) < (uint)(DataType.U2))
            {
                top->Promote();
            }

            continue;

        CallAny:
            if (method.Native is not null)
            {
                goto CallNative;
            }

        Call:
            if (method.Code == null)
            {
                frame->Top = top;
                frame->Next = next;
                if (!method.HasBody)
                {
                    throw new ProgramException(method.Definition.FullName, "has no body");
                }

                Decoder.Decode(this, method);
            }

            {
                // The arguments stay on the caller's stack, and its top is below them from here on.
                HeapBlock* passed = top + 1 - method.ArgumentCount;
                bool isInline = mayInline && method.CanRunInline && at->Operation != Operation.NewObject
                    && frame->StackEnd - top > method.ArgumentCount + method.Locals.Length + method.StackSize + 2;
                frame->Top = top;
                frame->Next = next;
                if (!Enter(method, passed, isInline, top))
                {
                    fault = Fault.OutOfMemory;
                    goto Raise;
                }

                int parent = at == &entry ? 0 : frame->Node;
                Calls.Spend(parent, executed - spentInstructions, cost - spentCost);
                spentInstructions = executed;
                spentCost = cost;
                cost += (isInline ? Costs.InlineCall : Costs.FullCall) + ((long)Costs.PerLocal * method.Locals.Length);
                frame->Top = passed - 1;
                frame++;
                frame->Node = Calls.Enter(parent, method.Id);
                top = frame->Top;
                next = method.Code;
                arguments = passed;
                locals = frame->Locals;
                mayInline = !isInline;
                if (executed > limit)
                {
                    goto Limit;
                }

                continue;
            }

        CallNative:
            {
                HeapBlock* passed = top + 1 - method.ArgumentCount;
                frame->Top = top;
                frame->Next = next;
                _unflushed = executed;
                fault = RunNative(method, passed);
                AfterNative after = _afterNative;
                if (after != AfterNative.None)
                {
                    _afterNative = AfterNative.None;
                    if ((after & AfterNative.Wait) != 0)
                    {
                        _current.Waiting = method;
                        goto Schedule;
                    }

                    _current.Waiting = null;
                    _current.Deadline = null;
                }

                cost += Costs.NativeCall + TakePendingCost();
                executed += method.Native!.Instructions;
                cost += (long)method.Native.Instructions * Costs.FrameworkInstruction;
                if (fault != Fault.None)
                {
                    goto Raise;
                }

                top = method.HasResult || at->Operation is Operation.NewNative or Operation.NewValue
                    ? passed
                    : passed - 1;
                if ((after & AfterNative.Yield) != 0)
                {
                    frame->Top = top;
                    goto Schedule;
                }

                continue;
            }

        Raise:
            frame->Next = next;
            frame->Top = top;
            thrown = fault == Fault.Thrown ? _thrown : MakeException(fault);

        Thrown:
            {
                string trace = Trace();
                if (Unwind(thrown, bottom, 0))
                {
                    goto Reload;
                }

                if (_current != host)
                {
                    _failures.Add(Unhandled(thrown, trace));
                    goto Died;
                }

                Count(executed, cost);
                throw Unhandled(thrown, trace);
            }

        Uncaught:
            if (_current == host)
            {
                Count(executed, cost);
                throw Unhandled(thrown, "");
            }

            _failures.Add(Unhandled(thrown, ""));

        Died:
            Calls.Spend(frame->Node, executed - spentInstructions, cost - spentCost);
            spentInstructions = executed;
            spentCost = cost;
            EndThread();
            frame = _frames + _depth;

        Schedule:
            {
                Calls.Spend(frame->Node, executed - spentInstructions, cost - spentCost);
                Count(executed, cost);
                executed = 0;
                cost = 0;
                spentInstructions = 0;
                spentCost = 0;
                RunState state = Dispatch(until);
                if (state != RunState.Running)
                {
                    return state;
                }

                bottom = _current == host ? floor : 0;
                limit = Slice(until);
                frame = _frames + _depth;
                next = frame->Next;
                top = frame->Top;
                arguments = frame->Arguments;
                locals = frame->Locals;
                mayInline = frame->Header != null;
                if (_current.Waiting is DeviceMethod waiting)
                {
                    _afterNative = AfterNative.Forget;
                    method = waiting;
                    at = next - 1;
                    goto CallNative;
                }

                continue;
            }

        Reload:
            Calls.Spend(frame->Node, executed - spentInstructions, cost - spentCost);
            spentInstructions = executed;
            spentCost = cost;
            frame = _frames + _depth;
            next = frame->Next;
            top = frame->Top;
            arguments = frame->Arguments;
            locals = frame->Locals;
            mayInline = frame->Header != null;
            continue;

        Limit:
            frame->Next = next;
            frame->Top = top;
            if (Instructions + executed <= InstructionLimit)
            {
                goto Schedule;
            }

            Count(executed, cost);
            throw new ProgramException("limit", $"{InstructionLimit} IL instructions have run{Trace()}");

        Done:
            Count(executed, cost);
            return RunState.Running;
        }
    }

    private void Count(long executed, long cost)
    {
        Instructions += executed;
        Cost += cost;
        Surroundings.Clock.Add(executed);
        _unflushed = 0;
    }

    private long TakePendingCost()
    {
        long taken = _pendingCost;
        _pendingCost = 0;
        return taken;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsInt(HeapBlock* value) => (uint)(value->Type - DataType.I4) <= DataType.U4 - DataType.I4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsLong(HeapBlock* value) => (uint)(value->Type - DataType.I8) <= DataType.U8 - DataType.I8;

    private static bool IsZero(HeapBlock* value)
    {
        return value->Type switch
        {
            DataType.Object or DataType.ByRef or DataType.ArrayByRef or DataType.I8 or DataType.U8 => value->U8 == 0,
            DataType.R4 => value->R4 == 0,
            DataType.R8 => value->R8 == 0,
            _ => value->U4 == 0,
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Compare(HeapBlock* left, HeapBlock* right, bool signed)
    {
        if (IsInt(left) && IsInt(right))
        {
            return signed ? left->I4.CompareTo(right->I4) : left->U4.CompareTo(right->U4);
        }

        if (IsLong(left) && IsLong(right))
        {
            return signed ? left->I8.CompareTo(right->I8) : left->U8.CompareTo(right->U8);
        }

        return CompareOther(left, right, signed);
    }

    // Strings compare by content, objects by place, and what isn't comparable is less.
    private int CompareOther(HeapBlock* left, HeapBlock* right, bool signed)
    {
        if (left->Type == DataType.Object && right->Type == DataType.Object)
        {
            if (left->U8 == 0 || right->U8 == 0)
            {
                return (left->U8 != 0).CompareTo(right->U8 != 0);
            }

            if (left->Target->Type == DataType.String && right->Target->Type == DataType.String)
            {
                return string.CompareOrdinal(Memory.TextOf(left->Target), Memory.TextOf(right->Target));
            }

            return left->Target->Type == right->Target->Type ? left->U8.CompareTo(right->U8) : -1;
        }

        if (left->Type == right->Type)
        {
            switch (left->Type)
            {
                case DataType.R4:
                    return CompareFloats(left->R4, right->R4);
                case DataType.R8:
                    return CompareFloats(left->R8, right->R8);
                case DataType.ByRef:
                    return left->U8.CompareTo(right->U8);
            }
        }

        bool wide = left->Type is DataType.I8 or DataType.U8 or DataType.R8;
        bool otherWide = right->Type is DataType.I8 or DataType.U8 or DataType.R8;
        if (left->Type > DataType.R8 || right->Type > DataType.R8 || wide != otherWide)
        {
            return -1;
        }

        if (wide)
        {
            return signed ? left->I8.CompareTo(right->I8) : left->U8.CompareTo(right->U8);
        }

        return signed ? left->I4.CompareTo(right->I4) : left->U4.CompareTo(right->U4);
    }

    // Not a number is greater than anything, and two infinities are equal whatever their signs.
    private static int CompareFloats(double left, double right)
    {
        if (double.IsNaN(left) || double.IsNaN(right))
        {
            return 1;
        }

        return double.IsInfinity(left) && double.IsInfinity(right) ? 0 : left.CompareTo(right);
    }

    private static bool FloatOperation(HeapBlock* left, Operation operation)
    {
        HeapBlock* right = left + 1;
        if (left->Type == DataType.R4)
        {
            left->R4 = operation switch
            {
                Operation.Add => left->R4 + right->R4,
                Operation.Subtract => left->R4 - right->R4,
                Operation.Multiply => left->R4 * right->R4,
                Operation.Divide => left->R4 / right->R4,
                Operation.Remainder => left->R4 % right->R4,
                _ => -left->R4,
            };
            return true;
        }

        if (left->Type == DataType.R8)
        {
            left->R8 = operation switch
            {
                Operation.Add => left->R8 + right->R8,
                Operation.Subtract => left->R8 - right->R8,
                Operation.Multiply => left->R8 * right->R8,
                Operation.Divide => left->R8 / right->R8,
                Operation.Remainder => left->R8 % right->R8,
                _ => -left->R8,
            };
            return true;
        }

        return false;
    }

    // 'div' is signed whatever the tags; 'rem' follows the left operand's.
    private static Fault Divide(HeapBlock* left, Operation operation)
    {
        HeapBlock* right = left + 1;
        if (IsZero(right))
        {
            return Fault.DivideByZero;
        }

        if (IsInt(left))
        {
            switch (operation)
            {
                case Operation.Divide:
                    left->I4 = right->I4 == -1 ? -left->I4 : left->I4 / right->I4;
                    break;
                case Operation.Remainder when left->Type == DataType.I4:
                    left->I4 = right->I4 == -1 ? 0 : left->I4 % right->I4;
                    break;
                case Operation.DivideUnsigned:
                    left->U4 /= right->U4;
                    break;
                default:
                    left->U4 %= right->U4;
                    break;
            }

            return Fault.None;
        }

        if (IsLong(left))
        {
            switch (operation)
            {
                case Operation.Divide:
                    left->I8 = right->I8 == -1 ? -left->I8 : left->I8 / right->I8;
                    break;
                case Operation.Remainder when left->Type == DataType.I8:
                    left->I8 = right->I8 == -1 ? 0 : left->I8 % right->I8;
                    break;
                case Operation.DivideUnsigned:
                    left->U8 /= right->U8;
                    break;
                default:
                    left->U8 %= right->U8;
                    break;
            }

            return Fault.None;
        }

        return operation is Operation.Divide or Operation.Remainder && FloatOperation(left, operation)
            ? Fault.None
            : Fault.WrongType;
    }

    private static bool Convert(HeapBlock* value, DataType to, bool fromUnsigned)
    {
        DataType from = value->Type;
        if (fromUnsigned)
        {
            from = from switch
            {
                DataType.I4 => DataType.U4,
                DataType.I8 => DataType.U8,
                _ => from,
            };
        }

        bool signedTarget =
            to is DataType.I1 or DataType.I2 or DataType.I4 or DataType.I8 or DataType.R4 or DataType.R8;
        bool fromFloat = from is DataType.R4 or DataType.R8;
        bool toFloat = to is DataType.R4 or DataType.R8;
        switch (from)
        {
            case DataType.I4:
                value->I8 = signedTarget ? value->I4 : value->U4;
                break;
            case DataType.U4:
                value->U8 = value->U4;
                break;
            case DataType.I8:
            case DataType.U8:
            case DataType.R4:
            case DataType.R8:
                break;
            default:
                // References stay references: 'conv.i' and 'conv.u' are only for pinning.
                return from is DataType.ByRef or DataType.ArrayByRef && to is DataType.I4 or DataType.U4;
        }

        if (fromFloat && from != to)
        {
            double number = from == DataType.R4 ? value->R4 : value->R8;
            if (to == DataType.R4)
            {
                value->R4 = (float)number;
            }
            else if (to == DataType.R8)
            {
                value->R8 = number;
            }
            else
            {
                value->I8 = (long)number;
            }
        }
        else if (toFloat && !fromFloat)
        {
            double number = from is DataType.U4 or DataType.U8 ? value->U8 : value->I8;
            if (to == DataType.R4)
            {
                value->R4 = (float)number;
            }
            else
            {
                value->R8 = number;
            }
        }

        value->Id = (uint)to | (1u << 16);
        value->Promote();
        return true;
    }

    private static void LoadElement(HeapBlock* array, int index, HeapBlock* to)
    {
        byte* data = HeapBlock.Elements(array);
        if (array->ElementsAreBlocks != 0)
        {
            *to = ((HeapBlock*)data)[index];
            return;
        }

        long value = array->ElementSize switch
        {
            1 => data[index],
            2 => ((ushort*)data)[index],
            4 => ((uint*)data)[index],
            _ => ((long*)data)[index],
        };
        to->Set(array->ElementType, value);
    }

    private Fault StoreElement(HeapBlock* array, int index, HeapBlock* value, int size)
    {
        if (array == null)
        {
            return Fault.NullReference;
        }

        if ((uint)index >= (uint)array->Head)
        {
            return Fault.IndexOutOfRange;
        }

        byte* data = HeapBlock.Elements(array);
        if (array->ElementsAreBlocks != 0)
        {
            if (value->Type == DataType.Object && value->U8 != 0
                && !TypeOfObject(value->Target).IsA(Program.Types[array[1].Head].Element!))
            {
                return Fault.WrongType;
            }

            ((HeapBlock*)data)[index] = *value;
            return Fault.None;
        }

        // Stored are as many bytes as an element has; an instruction for another size is refused.
        if (size != array->ElementSize)
        {
            return Fault.WrongType;
        }

        switch (size)
        {
            case 1:
                data[index] = (byte)value->U4;
                break;
            case 2:
                ((ushort*)data)[index] = (ushort)value->U4;
                break;
            case 4:
                ((uint*)data)[index] = value->U4;
                break;
            default:
                ((ulong*)data)[index] = value->U8;
                break;
        }

        return Fault.None;
    }

    // Through a reference to a slot the value is stored with its own tag, whatever the slot had before.
    private Fault StoreIndirect(HeapBlock* reference, HeapBlock* value, int size)
    {
        if (reference->Type == DataType.ArrayByRef)
        {
            return StoreElement(
                (HeapBlock*)((byte*)Memory.Start + reference->ArrayOffset), reference->ArrayIndex, value, size);
        }

        if (reference->Type != DataType.ByRef)
        {
            return Fault.WrongType;
        }

        if (reference->U8 == 0)
        {
            return Fault.NullReference;
        }

        *reference->Target = *value;
        return Fault.None;
    }

    private Fault StoreZero(HeapBlock* reference, DataType type)
    {
        HeapBlock zero = default;
        zero.Set(type, 0);
        return StoreIndirect(
            reference,
            &zero,
            type is DataType.DateTime or DataType.TimeSpan or DataType.I8 or DataType.U8 ? sizeof(long) : 0);
    }

    private DeviceMethod FindOnValue(DeviceMethod called, HeapBlock* self)
    {
        HeapBlock value = Dereference(*self);
        string type = value.Type switch
        {
            DataType.Boolean => "System.Boolean",
            DataType.I1 => "System.SByte",
            DataType.U1 => "System.Byte",
            DataType.Char => "System.Char",
            DataType.I2 => "System.Int16",
            DataType.U2 => "System.UInt16",
            DataType.I4 => "System.Int32",
            DataType.U4 => "System.UInt32",
            DataType.I8 => "System.Int64",
            DataType.U8 => "System.UInt64",
            _ => throw new ProgramException(called.Name, $"called on a value of type {value.Type}"),
        };
        DeviceType owner = Program.TypeOf(type) ?? throw new ProgramException(called.Name, $"there is no {type}");
        return Program.FindVirtual(owner, called) ?? throw new ProgramException(called.Name, $"{type} has none");
    }

    // Native methods take a frame on the device, too.
    private Fault RunNative(DeviceMethod method, HeapBlock* arguments)
    {
        HeapBlock* header = Memory.AllocateFrame(FrameHeader + SmallestFrame);
        if (header == null)
        {
            return Fault.OutOfMemory;
        }

        try
        {
            method.Native!.Body(this, arguments);
            if (method.HasResult)
            {
                arguments->Promote();
            }

            return Fault.None;
        }
        catch (DeviceException e)
        {
            if (e.Fault == Fault.Thrown)
            {
                _thrown = MakeSocketException((int)e.SocketError);
            }

            return e.Fault;
        }
        finally
        {
            LetGo();
            Memory.ReleaseFrame(header);
        }
    }
}
