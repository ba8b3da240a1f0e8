using System.Collections.Generic;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Spore.Emulator;

/// <summary>A method of the program: its shape, and its code once it was first called.</summary>
internal sealed unsafe class DeviceMethod
{
    /// <summary>Describes a method.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="definition">Its metadata.</param>
    /// <param name="owner">The type that has it.</param>
    public DeviceMethod(int id, MethodDefinition definition, DeviceType owner)
    {
        Id = id;
        Definition = definition;
        Owner = owner;
        Name = $"{definition.DeclaringType.FullName}::{definition.Name}";
        ArgumentCount = definition.Parameters.Count + (definition.HasThis ? 1 : 0);
        HasResult = definition.ReturnType.FullName != "System.Void";
        IsInterface = definition.DeclaringType.IsInterface;
        IsVirtual = definition.IsVirtual || definition.IsAbstract;
    }

    /// <summary>Its number.</summary>
    public int Id { get; }

    /// <summary>Its metadata.</summary>
    public MethodDefinition Definition { get; }

    /// <summary>
    /// Whether there is code of it: declarations are extern, for which the compiler leaves no address.
    /// </summary>
    public bool HasBody => Definition.HasBody && Definition.RVA != 0;

    /// <summary>The type that has it.</summary>
    public DeviceType Owner { get; }

    /// <summary>Type and name.</summary>
    public string Name { get; }

    /// <summary>The number of its arguments, <c>this</c> included.</summary>
    public int ArgumentCount { get; }

    /// <summary>Whether it returns something.</summary>
    public bool HasResult { get; }

    /// <summary>Whether a call of it depends on the object.</summary>
    public bool IsVirtual { get; }

    /// <summary>Whether it is a method of an interface.</summary>
    public bool IsInterface { get; }

    /// <summary>The emulator's own implementation, of a method of the framework.</summary>
    public NativeMethod? Native { get; set; }

    /// <summary>Its code, or null before it was first called.</summary>
    public Instruction* Code { get; set; }

    /// <summary>The number of its instructions.</summary>
    public int Length { get; set; }

    /// <summary>The tags of its locals.</summary>
    public DataType[] Locals { get; set; } = [];

    /// <summary>Places on the evaluation stack, as the metadata processor works them out.</summary>
    public int StackSize { get; set; }

    /// <summary>Blocks that a frame of it takes.</summary>
    public int FrameBlocks { get; set; }

    /// <summary>Whether the interpreter may run it within the frame of its caller.</summary>
    public bool CanRunInline { get; set; }

    /// <summary>Of a delegate's Invoke: what steps through several methods.</summary>
    public DeviceMethod? Stepper { get; set; }

    /// <summary>Its exception handlers, inner ones first.</summary>
    public Handler[] Handlers { get; set; } = [];

    /// <summary>The CIL that each instruction came from.</summary>
    public IReadOnlyList<Mono.Cecil.Cil.Instruction> Source { get; set; } = [];

    /// <summary>Whether the interpreter may run a method within the frame of its caller, where there is room.</summary>
    /// <param name="method">The method.</param>
    /// <returns>True when it may.</returns>
    public static bool MayRunInline(MethodDefinition method) =>
        !method.IsStatic && !method.IsConstructor && !method.HasCustomAttributes && !method.IsSynchronized;

    /// <summary>The source line of an instruction, where there is a symbol file.</summary>
    /// <param name="index">Which instruction.</param>
    /// <returns>File name and line, or null.</returns>
    public (string File, int Line)? LineOf(int index)
    {
        if (index < 0 || index >= Source.Count || !Definition.DebugInformation.HasSequencePoints)
        {
            return null;
        }

        SequencePoint? best = null;
        foreach (SequencePoint point in Definition.DebugInformation.SequencePoints)
        {
            if (point.Offset <= Source[index].Offset && !point.IsHidden)
            {
                best = point;
            }
        }

        return best is null ? null : (best.Document.Url, best.StartLine);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>An exception handler; its bounds are numbers of instructions.</summary>
    /// <param name="Catches">What it catches, or null for a finally.</param>
    /// <param name="TryStart">First instruction protected.</param>
    /// <param name="TryEnd">First instruction no longer protected.</param>
    /// <param name="Start">First instruction of the handler.</param>
    /// <param name="End">First instruction after it.</param>
    internal sealed record Handler(DeviceType? Catches, int TryStart, int TryEnd, int Start, int End);
}
