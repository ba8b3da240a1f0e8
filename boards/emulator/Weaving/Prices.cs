using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Spore.Emulator;

/// <summary>
/// What desktop code would take on the device, by the same table as device code, as far as it can be told without
/// running it there. Where it can't be told it is left out, so a sum of these is too low, never too high.
/// </summary>
internal sealed class Prices
{
    private readonly CostTable _costs = new();

    /// <summary>The method that an instruction calls, if it is one of another assembly.</summary>
    /// <param name="instruction">The instruction.</param>
    /// <returns>The method, or null.</returns>
    public static MethodReference? Outside(Mono.Cecil.Cil.Instruction instruction)
    {
        return Called(instruction) is MethodReference called && Inside(called) is null ? called : null;
    }

    /// <summary>
    /// What an instruction takes, with a call of a method outside of the assembly, but without one inside.
    /// </summary>
    /// <param name="instruction">The instruction.</param>
    /// <returns>Native instructions.</returns>
    public long Of(Mono.Cecil.Cil.Instruction instruction)
    {
        long cost = _costs.Of(instruction.OpCode.Code);
        if (instruction.OpCode.Code == Code.Newarr
            || (instruction.OpCode.Code == Code.Newobj && !Called(instruction)!.DeclaringType.IsValueType))
        {
            cost += _costs.Allocation;
        }

        if (Called(instruction) is MethodReference called)
        {
            MethodDefinition? inside = Inside(called);
            cost += inside is null ? OfOutside(called)
                : instruction.OpCode.Code != Code.Callvirt || !inside.IsVirtual ? 0
                : inside.DeclaringType.IsInterface ? _costs.InterfaceCall
                : _costs.VirtualCall;
        }

        return cost;
    }

    /// <summary>What calling a method takes, and returning from it.</summary>
    /// <param name="method">The method.</param>
    /// <returns>
    /// Native instructions; the lesser number where the interpreter decides as it runs whether it takes a frame.
    /// </returns>
    public long OfEntry(MethodDefinition method)
    {
        return (DeviceMethod.MayRunInline(method) ? _costs.InlineCall : _costs.FullCall)
            + ((long)_costs.PerLocal * method.Body.Variables.Count);
    }

    private static MethodReference? Called(Mono.Cecil.Cil.Instruction instruction)
    {
        return instruction.OpCode.Code is Code.Call or Code.Callvirt or Code.Newobj
            ? (MethodReference)instruction.Operand
            : null;
    }

    private static MethodDefinition? Inside(MethodReference called)
    {
        // Arrays of several dimensions have methods that are the runtime's.
        TypeReference type = called.DeclaringType;
        return type is not ArrayType && type.GetElementType().Scope == called.Module ? called.Resolve() : null;
    }

    private long OfOutside(MethodReference called) =>
        Framework.Find(called) is { Instructions: 0 } ? _costs.NativeCall : _costs.InlineCall;
}
