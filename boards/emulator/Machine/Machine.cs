using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Mono.Cecil;

namespace Spore.Emulator;

/// <summary>
/// A device: a program, its memory, and an interpreter that does to them what nanoFramework's does, and counts.
/// </summary>
internal sealed unsafe partial class Machine : IDisposable
{
    private const int HostSlots = 64;

    private readonly HeapBlock* _host = (HeapBlock*)NativeMemory.AllocZeroed(HostSlots, HeapBlock.Bytes);
    private readonly HeapBlock* _statics;
    private readonly List<HeapBlock> _kept = [];
    private readonly List<HeapBlock> _held = [];
    private readonly List<nint[]> _targets = [];
    private readonly Dictionary<nint, (long Count, long Bytes)> _sites = [];
    private readonly HeapBlock* _outOfMemory;
    private int _hostDepth;
    private readonly int _stringType;
    private Func<DeviceMethod, bool>? _watched;
    private int _watchedFrames;
    private bool _started;

    /// <summary>Loads a program.</summary>
    /// <param name="program">The program.</param>
    /// <param name="heapBytes">The size of the heap.</param>
    /// <param name="output">Where what it prints goes.</param>
    /// <param name="surroundings">What is around it, or null for nothing but time.</param>
    /// <exception cref="ProgramException">The heap is too small to start.</exception>
    public Machine(DeviceProgram program, int heapBytes, TextWriter output, Surroundings? surroundings = null)
    {
        Program = program;
        Output = output;
        Surroundings = surroundings ?? new Surroundings();
        Network = new NetworkStack(Surroundings);
        _bootedAt = Surroundings.Clock.Now;
        _current = _hostThread;
        _frames = _hostThread.Frames;
        _pending = _hostThread.Pending;
        Memory = new Memory(heapBytes, MarkRoots);
        _stringType = program.String.Id;
        int statics = program.Statics.Count;
        HeapBlock* block = Memory.AllocateFrame(1 + statics);
        HeapBlock* exception = Memory.Allocate(
            DataType.Class, 1 + program.ExceptionType("System.OutOfMemoryException").Fields.Length);
        if (block == null || exception == null)
        {
            throw new ProgramException("heap", "too small for the program's static fields");
        }

        _statics = block + 1;
        for (int i = 0; i < statics; i++)
        {
            _statics[i].Set(program.Statics[i], 0);
        }

        _outOfMemory = exception;
        InitializeFields(exception, program.ExceptionType("System.OutOfMemoryException"));
    }

    /// <summary>The program.</summary>
    public DeviceProgram Program { get; }

    /// <summary>The heap.</summary>
    public Memory Memory { get; }

    /// <summary>What is around it.</summary>
    public Surroundings Surroundings { get; }

    /// <summary>Its network.</summary>
    public NetworkStack Network { get; }

    /// <summary>
    /// The most bytes that frames of the methods named to <see cref="WatchFrames"/> took at one time.
    /// </summary>
    public int WatchedFramePeak { get; private set; }

    /// <summary>What native instructions an IL instruction takes.</summary>
    public CostTable Costs { get; } = new();

    /// <summary>Where what the program prints goes.</summary>
    public TextWriter Output { get; }

    /// <summary>IL instructions run since the counters were cleared.</summary>
    public long Instructions { get; private set; }

    /// <summary>Native instructions that they take on the device.</summary>
    public long Cost { get; private set; }

    /// <summary>The calls since the counters were cleared.</summary>
    public CallTree Calls { get; } = new();

    /// <summary>Stops the program after so many IL instructions.</summary>
    public long InstructionLimit { get; set; } = long.MaxValue;

    /// <summary>
    /// Runs the static constructors, in the order of the assemblies, as the device does before anything else.
    /// </summary>
    /// <exception cref="UnhandledException">One of them throws.</exception>
    public void Start()
    {
        if (_started)
        {
            return;
        }

        _started = true;
        _isStarting = true;
        Framework.SetStatics(this);
        foreach (AssemblyDefinition assembly in Program.Assemblies)
        {
            // The framework's own statics are the emulator's affair.
            if (Framework.HasAssembly(assembly.Name.Name))
            {
                continue;
            }

            foreach (TypeDefinition type in assembly.MainModule.GetTypes())
            {
                foreach (MethodDefinition method in type.Methods)
                {
                    if (method.IsConstructor && method.IsStatic && method.HasBody)
                    {
                        Call(Program.MethodOf(method));
                    }
                }
            }
        }

        _isStarting = false;
    }

    /// <summary>Calls a method.</summary>
    /// <param name="method">The method.</param>
    /// <param name="arguments">Its arguments, <c>this</c> first.</param>
    /// <returns>What it returned, or a void block.</returns>
    /// <exception cref="UnhandledException">It throws.</exception>
    /// <exception cref="ProgramException">It does what the device or the emulator can't.</exception>
    public HeapBlock Call(DeviceMethod method, params ReadOnlySpan<HeapBlock> arguments)
    {
        if (arguments.Length != method.ArgumentCount)
        {
            throw new ArgumentException($"{method.Name} takes {method.ArgumentCount} arguments", nameof(arguments));
        }

        HeapBlock* first = _host + _hostDepth;
        for (int i = 0; i < arguments.Length; i++)
        {
            first[i] = arguments[i];
        }

        _hostDepth += arguments.Length;
        int floor = _depth;
        _threads.Add(_hostThread);
        try
        {
            RunState state = Execute(method, first, floor, DeviceClock.Never);
            return state != RunState.Running ? throw new ProgramException(method.Name, Describe(state))
                : method.HasResult ? *first
                : default;
        }
        finally
        {
            SwitchTo(_hostThread);
            _hostThread.Waits = false;
            _hostThread.Waiting = null;
            _hostThread.Deadline = null;
            _threads.Remove(_hostThread);
            while (_depth > floor)
            {
                Leave();
            }

            _hostDepth -= arguments.Length;
        }
    }

    /// <summary>Makes an array of bytes that stays until the device is gone.</summary>
    /// <param name="bytes">Its contents.</param>
    /// <returns>A reference to it.</returns>
    /// <exception cref="ProgramException">It doesn't fit.</exception>
    public HeapBlock NewBytes(ReadOnlySpan<byte> bytes)
    {
        HeapBlock* array = AllocateArray(Program.ArrayOf(Program.TypeOf("System.Byte")!), bytes.Length);
        if (array == null)
        {
            throw new ProgramException("heap", $"{bytes.Length} bytes don't fit");
        }

        bytes.CopyTo(new Span<byte>(HeapBlock.Elements(array), bytes.Length));
        return Keep(array);
    }

    /// <summary>Makes an object that stays until the device is gone.</summary>
    /// <param name="type">The full name of its class.</param>
    /// <param name="arguments">The arguments of its constructor, of which the class has only one.</param>
    /// <returns>A reference to it.</returns>
    /// <exception cref="ProgramException">There is no such class, or it doesn't fit.</exception>
    public HeapBlock NewObject(string type, params ReadOnlySpan<HeapBlock> arguments)
    {
        DeviceMethod constructor = Program.FindMethod($"{type}::.ctor", arguments.Length);
        HeapBlock* made = Memory.Allocate(DataType.Class, 1 + constructor.Owner.Fields.Length);
        if (made == null)
        {
            throw new ProgramException("heap", $"a {type} doesn't fit");
        }

        InitializeFields(made, constructor.Owner);
        HeapBlock reference = Keep(made);
        Call(constructor, [reference, .. arguments]);
        return reference;
    }

    /// <summary>The contents of an array of bytes.</summary>
    /// <param name="array">A reference to it.</param>
    /// <returns>The bytes themselves, not a copy.</returns>
    public static Span<byte> BytesOf(HeapBlock array) => new(HeapBlock.Elements(array.Target), array.Target->Head);

    /// <summary>What a static field holds.</summary>
    /// <param name="type">The full name of its class.</param>
    /// <param name="name">Its name.</param>
    /// <returns>The value.</returns>
    /// <exception cref="ProgramException">There is no such field.</exception>
    public HeapBlock StaticField(string type, string name)
    {
        FieldDefinition? field =
            Program.TypeOf(type)?.Definition?.Fields.FirstOrDefault(f => f.IsStatic && f.Name == name);
        return field is null
            ? throw new ProgramException($"{type}::{name}", "there is no such field")
            : _statics[Program.StaticOf(field)];
    }

    /// <summary>A whole number as an argument.</summary>
    /// <param name="value">The number.</param>
    /// <returns>The argument.</returns>
    public static HeapBlock Int(int value)
    {
        HeapBlock block = default;
        block.Set(DataType.I4, value);
        return block;
    }

    /// <summary>A 64-bit number as an argument.</summary>
    /// <param name="value">The number.</param>
    /// <returns>The argument.</returns>
    public static HeapBlock Long(long value)
    {
        HeapBlock block = default;
        block.Set(DataType.I8, value);
        return block;
    }

    /// <summary>Null as an argument.</summary>
    /// <returns>The argument.</returns>
    public static HeapBlock Null()
    {
        HeapBlock block = default;
        block.SetObject(null);
        return block;
    }

    /// <summary>Sets all counters to zero.</summary>
    public void ClearCounters()
    {
        foreach (DeviceMethod method in Program.Methods)
        {
            for (int i = 0; i < method.Length; i++)
            {
                method.Code[i].Count = 0;
            }
        }

        Instructions = 0;
        Cost = 0;
        Calls.Clear();
        EnterCallsAgain();
        _sites.Clear();
        Memory.ResetPeak();
    }

    /// <summary>Sums the instructions run by opcode.</summary>
    /// <returns>For each opcode, by the number in <see cref="Opcodes"/>, how often it ran.</returns>
    public long[] CountByOpcode()
    {
        long[] counts = new long[Opcodes.Count];
        foreach (DeviceMethod method in Program.Methods)
        {
            for (int i = 0; i < method.Length; i++)
            {
                counts[method.Code[i].Opcode] += method.Code[i].Count;
            }
        }

        return counts;
    }

    /// <summary>Where memory was taken since the counters were cleared.</summary>
    /// <returns>The places, those with most bytes first.</returns>
    public IReadOnlyList<AllocationSite> AllocationSites()
    {
        List<AllocationSite> sites = [];
        foreach ((nint at, (long count, long bytes)) in _sites)
        {
            DeviceMethod? method = Program.Methods.Find(
                m => m.Code != null && (Instruction*)at >= m.Code && (Instruction*)at < m.Code + m.Length);
            int index = method is null ? 0 : (int)((Instruction*)at - method.Code);
            sites.Add(new AllocationSite(method?.Name ?? "(the emulator)", method?.LineOf(index), count, bytes));
        }

        sites.Sort((a, b) => b.Bytes.CompareTo(a.Bytes));
        return sites;
    }

    /// <summary>Adds to the native instructions run.</summary>
    /// <param name="cost">How many.</param>
    public void AddCost(double cost) => _pendingCost += (long)cost;

    /// <summary>Makes an object of a class of the framework, for a method of it.</summary>
    /// <param name="type">The full name of its class.</param>
    /// <returns>A reference to it.</returns>
    public HeapBlock Make(string type)
    {
        DeviceType made = Program.TypeOf(type)!;
        HeapBlock* target = Memory.Allocate(DataType.Class, 1 + made.Fields.Length);
        if (target == null)
        {
            throw new DeviceException(Fault.OutOfMemory);
        }

        InitializeFields(target, made);
        return Made(target);
    }

    /// <summary>Makes an array, for a method of the framework.</summary>
    /// <param name="element">The full name of the type of its elements.</param>
    /// <param name="length">How many.</param>
    /// <returns>A reference to it.</returns>
    public HeapBlock MakeArray(string element, int length)
    {
        HeapBlock* target = AllocateArray(Program.ArrayOf(Program.TypeOf(element)!), length);
        return target == null ? throw new DeviceException(Fault.OutOfMemory) : Made(target);
    }

    /// <summary>Makes a string, for a method of the framework.</summary>
    /// <param name="text">Its text.</param>
    /// <returns>A reference to it.</returns>
    public HeapBlock MakeString(string text)
    {
        HeapBlock* target = Memory.AllocateString(text);
        return target == null ? throw new DeviceException(Fault.OutOfMemory) : Made(target);
    }

    /// <summary>Keeps an object from the collector while a method of the framework makes more.</summary>
    /// <param name="reference">A reference to it.</param>
    public void Hold(in HeapBlock reference) => _held.Add(reference);

    /// <summary>Leaves everything that was held to the collector.</summary>
    public void LetGo() => _held.Clear();

    /// <summary>A static field.</summary>
    /// <param name="type">The full name of its type.</param>
    /// <param name="field">Its name.</param>
    /// <returns>Its slot, or null where the program has no such field.</returns>
    public HeapBlock* Static(string type, string field)
    {
        foreach (AssemblyDefinition assembly in Program.Assemblies)
        {
            foreach (FieldDefinition found in assembly.MainModule.GetType(type)?.Fields ?? [])
            {
                if (found.Name == field)
                {
                    return _statics + Program.StaticOf(found);
                }
            }
        }

        return null;
    }

    /// <summary>Gives back a string from a method of the framework.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="text">The string.</param>
    public void ReturnString(HeapBlock* arguments, string text)
    {
        HeapBlock* made = Memory.AllocateString(text);
        if (made == null)
        {
            throw new DeviceException(Fault.OutOfMemory);
        }

        NoteSite(made);
        arguments[0].SetObject(made);
    }

    /// <summary>A number that stays the same for an object.</summary>
    /// <param name="reference">A reference to it.</param>
    /// <returns>The number.</returns>
    public int HashOf(in HeapBlock reference) =>
        reference.U8 == 0 ? 0
        : reference.Target->Type == DataType.String ? Memory.TextOf(reference.Target).Length
        : (int)(reference.Target - Memory.Start);

    /// <summary>What a reference to a slot refers to.</summary>
    /// <param name="reference">The reference, or the value itself.</param>
    /// <returns>The slot's contents.</returns>
    public HeapBlock Dereference(in HeapBlock reference)
    {
        if (reference.Type == DataType.ByRef)
        {
            return *reference.Target;
        }

        HeapBlock value = reference;
        if (reference.Type == DataType.ArrayByRef)
        {
            LoadElement((HeapBlock*)((byte*)Memory.Start + reference.ArrayOffset), reference.ArrayIndex, &value);
        }

        return value;
    }

    /// <summary>Takes note of the places that a switch goes to.</summary>
    /// <param name="targets">The instructions.</param>
    /// <returns>Their number.</returns>
    public int AddTargets(nint[] targets)
    {
        _targets.Add(targets);
        return _targets.Count - 1;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (DeviceMethod method in Program.Methods)
        {
            NativeMemory.Free(method.Code);
            method.Code = null;
            method.Length = 0;
            method.Stepper = null;
        }

        Network.CloseAll();
        foreach (DeviceThread thread in _threads)
        {
            thread.Dispose();
        }

        _hostThread.Dispose();
        NativeMemory.Free(_host);
        Memory.Dispose();
    }

    private HeapBlock Made(HeapBlock* target)
    {
        NoteSite(target);
        HeapBlock reference = default;
        reference.SetObject(target);
        return reference;
    }

    private HeapBlock Keep(HeapBlock* target)
    {
        HeapBlock reference = default;
        reference.SetObject(target);
        _kept.Add(reference);
        return reference;
    }

    private void MarkRoots()
    {
        // While the constructor allocates them, nothing else is there.
        if (_statics == null)
        {
            return;
        }

        for (int i = 0; i < Program.Statics.Count; i++)
        {
            Memory.Mark(_statics[i]);
        }

        HeapBlock outOfMemory = default;
        outOfMemory.SetObject(_outOfMemory);
        Memory.Mark(outOfMemory);
        foreach (HeapBlock kept in _kept)
        {
            Memory.Mark(kept);
        }

        foreach (HeapBlock held in _held)
        {
            Memory.Mark(held);
        }

        for (int i = 0; i < _hostDepth; i++)
        {
            Memory.Mark(_host[i]);
        }

        MarkThread(_hostThread);
        foreach (DeviceThread thread in _threads)
        {
            MarkThread(thread);
        }

        MarkThreading();
    }

    private void MarkThread(DeviceThread thread)
    {
        Memory.Mark(thread.Managed);
        int depth = thread == _current ? _depth : thread.Depth;
        for (int i = 1; i <= depth; i++)
        {
            Frame* frame = thread.Frames + i;
            DeviceMethod method = Program.Methods[frame->Method];
            for (int j = 0; j < method.ArgumentCount; j++)
            {
                Memory.Mark(frame->Arguments[j]);
            }

            for (int j = 0; j < method.Locals.Length; j++)
            {
                Memory.Mark(frame->Locals[j]);
            }

            for (HeapBlock* at = frame->Stack; at <= frame->Top; at++)
            {
                Memory.Mark(*at);
            }
        }

        foreach (Pending pending in thread.Pending)
        {
            HeapBlock exception = default;
            exception.SetObject((HeapBlock*)pending.Exception);
            Memory.Mark(exception);
        }
    }

    private static void InitializeFields(HeapBlock* made, DeviceType type)
    {
        made->Head = type.Id;
        for (int i = 0; i < type.Fields.Length; i++)
        {
            made[1 + i].Id = (uint)type.Fields[i] | (1u << 16);
        }
    }

    private HeapBlock* AllocateArray(DeviceType type, int length)
    {
        DataType element = type.Element!.DataType;
        int size = element switch
        {
            DataType.Boolean or DataType.I1 or DataType.U1 => 1,
            DataType.Char or DataType.I2 or DataType.U2 => 2,
            DataType.I4 or DataType.U4 or DataType.R4 => 4,
            DataType.I8 or DataType.U8 or DataType.R8 or DataType.DateTime or DataType.TimeSpan => 8,
            DataType.Object => HeapBlock.Bytes,
            _ => throw new ProgramException(type.Name, "the emulator doesn't know structures"),
        };
        long blocks = (HeapBlock.ArrayHeader + ((long)length * size) + HeapBlock.Bytes - 1) / HeapBlock.Bytes;
        HeapBlock* array = blocks > ushort.MaxValue ? null : Memory.Allocate(DataType.SzArray, (int)blocks);
        if (array != null)
        {
            array->Head = length;
            array->ElementSize = (ushort)size;
            array->ElementType = element;
            array->ElementsAreBlocks = (byte)(size == HeapBlock.Bytes ? 1 : 0);
            array[1].Head = type.Id;
            for (int i = 0; element == DataType.Object && i < length; i++)
            {
                HeapBlock.ElementBlocks(array)[i].SetObject(null);
            }
        }

        return array;
    }

    private void NoteSite(HeapBlock* made)
    {
        nint at = _depth == 0 ? 0 : (nint)(_frames[_depth].Next - 1);
        ref (long Count, long Bytes) site = ref CollectionsMarshal.GetValueRefOrAddDefault(_sites, at, out _);
        site = (site.Count + 1, site.Bytes + (made->Blocks * HeapBlock.Bytes));
        _pendingCost += Costs.Allocation + (long)(Costs.AllocationPerByte * made->Blocks * HeapBlock.Bytes);
    }

    private DeviceType TypeOfObject(HeapBlock* target)
    {
        return target->Type switch
        {
            DataType.Class or DataType.Delegate or DataType.DelegateList => Program.Types[target->Head],
            DataType.SzArray => Program.Types[target[1].Head],
            DataType.String => Program.Types[_stringType],
            _ => throw new InvalidOperationException($"no object has a header of type {target->Type}"),
        };
    }

    // The frame of a method that was called: everything but its arguments, which stay where the caller put them.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Enter(DeviceMethod method, HeapBlock* arguments, bool inline, HeapBlock* top)
    {
        if (_depth + 1 >= DeviceThread.MostFrames)
        {
            return false;
        }

        Frame* caller = _frames + _depth;
        Frame* frame = caller + 1;
        int locals = method.Locals.Length;
        if (inline)
        {
            frame->Header = null;
            frame->StackEnd = caller->StackEnd - locals;
            frame->Locals = frame->StackEnd;
            frame->Stack = top + 1;
            frame->Stack->Id = 0;
            frame->Top = frame->Stack;
        }
        else
        {
            HeapBlock* header = Memory.AllocateFrame(method.FrameBlocks);
            if (header == null)
            {
                return false;
            }

            if (_watched is not null && _watched(method))
            {
                _watchedFrames += header->Blocks * HeapBlock.Bytes;
                WatchedFramePeak = Math.Max(WatchedFramePeak, _watchedFrames);
            }

            frame->Header = header;
            frame->Locals = header + FrameHeader;
            frame->Stack = frame->Locals + locals;
            frame->StackEnd = header + method.FrameBlocks;
            frame->Top = frame->Stack - 1;
        }

        for (int i = 0; i < locals; i++)
        {
            frame->Locals[i].Set(method.Locals[i], 0);
        }

        frame->Arguments = arguments;
        frame->Method = method.Id;
        frame->Next = method.Code;
        _depth++;
        return true;
    }

    /// <summary>Watches the stack frames of some methods from now on, while none of them is being called.</summary>
    /// <param name="which">Which methods.</param>
    public void WatchFrames(Func<DeviceMethod, bool> which)
    {
        _watched = which;
        _watchedFrames = 0;
        WatchedFramePeak = 0;
    }

    private void Leave()
    {
        Frame* frame = _frames + _depth--;
        if (frame->Header != null)
        {
            if (_watched is not null && _watched(Program.Methods[frame->Method]))
            {
                _watchedFrames -= frame->Header->Blocks * HeapBlock.Bytes;
            }

            Memory.ReleaseFrame(frame->Header);
        }

        while (_pending.Count > 0 && _pending[^1].Depth > _depth)
        {
            _pending.RemoveAt(_pending.Count - 1);
        }
    }

    private string Trace()
    {
        System.Text.StringBuilder text = new();
        for (int i = _depth; i > 0; i--)
        {
            DeviceMethod method = Program.Methods[_frames[i].Method];
            (string File, int Line)? line = method.LineOf(Math.Max((int)(_frames[i].Next - 1 - method.Code), 0));
            text.Append("\n    at ").Append(method.Name);
            if (line is not null)
            {
                text.Append($" in {Path.GetFileName(line.Value.File)}:{line.Value.Line}");
            }
        }

        return text.ToString();
    }
}
