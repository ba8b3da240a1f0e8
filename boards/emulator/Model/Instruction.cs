using System.Runtime.InteropServices;

namespace Spore.Emulator;

/// <summary>One IL instruction, decoded: its operand is resolved, and it counts how often it ran.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Instruction
{
    /// <summary>What to do.</summary>
    public Operation Operation;

    /// <summary>The CIL opcode it came from, as its index in <see cref="Opcodes"/>.</summary>
    public ushort Opcode;

    /// <summary>Native instructions that the device's interpreter takes for it, on average.</summary>
    public int Cost;

    /// <summary>The operand where 64 bits are needed: a constant.</summary>
    public long Constant;

    /// <summary>The operand: a number of a slot, field, type or method, or a constant.</summary>
    public int Operand;

    /// <summary>A second operand: the type last seen by a virtual call.</summary>
    public int CachedType;

    /// <summary>Where a branch goes.</summary>
    public Instruction* Target;

    /// <summary>How often it ran since the counters were last cleared.</summary>
    public long Count;
}
