using System;
using System.Runtime.InteropServices;

namespace Spore.Emulator;

/// <content>Delegates: of one method, or a list of such.</content>
internal sealed unsafe partial class Machine
{
    // CLR_RT_HeapBlock_Delegate on a 32-bit device; the emulator's own order within it.
    private const int DelegateBlocks = 3;
    private const int ListHeader = 2;

    /// <summary>Combines two delegates.</summary>
    /// <param name="first">A reference to one, or null.</param>
    /// <param name="second">A reference to the other, or null.</param>
    /// <returns>A reference to one of both.</returns>
    public HeapBlock Combine(in HeapBlock first, in HeapBlock second)
    {
        return first.U8 == 0
            ? second
            : second.U8 == 0 ? first : NewList(TypeOfObject(first.Target), [.. Members(first), .. Members(second)]);
    }

    /// <summary>Takes the last that is the same out of a delegate.</summary>
    /// <param name="source">A reference to the delegate, or null.</param>
    /// <param name="value">A reference to what is taken out, or null.</param>
    /// <returns>A reference to the rest, or null.</returns>
    public HeapBlock Remove(in HeapBlock source, in HeapBlock value)
    {
        if (source.U8 == 0 || value.U8 == 0)
        {
            return source;
        }

        HeapBlock[] members = Members(source);
        foreach (HeapBlock removed in Members(value))
        {
            int at = Array.FindLastIndex(members, m => IsSame(m, removed));
            if (at >= 0)
            {
                members = [.. members[..at], .. members[(at + 1)..]];
            }
        }

        return members.Length == 0
            ? Null()
            : members.Length == 1 ? members[0] : NewList(TypeOfObject(source.Target), members);
    }

    private static HeapBlock[] Members(in HeapBlock reference)
    {
        HeapBlock* target = reference.Target;
        return target->Type switch
        {
            DataType.Delegate => [reference],
            DataType.DelegateList => new Span<HeapBlock>(target + ListHeader, target[1].I4).ToArray(),
            _ => throw new DeviceException(Fault.WrongType),
        };
    }

    private static bool IsSame(in HeapBlock a, in HeapBlock b) =>
        a.Target[2].I4 == b.Target[2].I4 && a.Target[1].U8 == b.Target[1].U8;

    private HeapBlock NewList(DeviceType type, HeapBlock[] members)
    {
        HeapBlock* made = Memory.Allocate(DataType.DelegateList, ListHeader + members.Length);
        if (made == null)
        {
            throw new DeviceException(Fault.OutOfMemory);
        }

        NoteSite(made);
        made->Head = type.Id;
        made[1].Set(DataType.I4, members.Length);
        members.CopyTo(new Span<HeapBlock>(made + ListHeader, members.Length));
        HeapBlock reference = default;
        reference.SetObject(made);
        return reference;
    }

    private HeapBlock* NewDelegate(DeviceType type, in HeapBlock target, int method)
    {
        HeapBlock* made = Memory.Allocate(DataType.Delegate, DelegateBlocks);
        if (made != null)
        {
            made->Head = type.Id;
            made[1] = target;
            made[2].Set(DataType.I4, method);
        }

        return made;
    }

    // A method of an instruction that is no CIL: it calls the next of a list each time that it is come back to. It is
    // there twice, since what is returned to is looked at one before.
    private DeviceMethod StepperOf(DeviceMethod invoke)
    {
        if (invoke.Stepper is null)
        {
            Instruction* code = (Instruction*)NativeMemory.AllocZeroed(2, (nuint)sizeof(Instruction));
            code[0].Operation = code[1].Operation = Operation.InvokeNext;
            code[0].Target = code[1].Target = code + 1;
            DeviceMethod stepper = new(Program.Methods.Count, invoke.Definition, invoke.Owner)
            {
                Code = code,
                Length = 2,
                Locals = [DataType.I4],
                StackSize = invoke.ArgumentCount + 1,
                FrameBlocks = FrameHeader + 1 + invoke.ArgumentCount + SmallestFrame,
            };
            Program.Methods.Add(stepper);
            invoke.Stepper = stepper;
        }

        return invoke.Stepper;
    }
}
