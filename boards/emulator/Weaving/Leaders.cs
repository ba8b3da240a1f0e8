using System.Collections.Generic;
using Mono.Cecil.Cil;
using CilInstruction = Mono.Cecil.Cil.Instruction;

namespace Spore.Emulator;

/// <summary>Where basic blocks begin.</summary>
internal static class Leaders
{
    /// <summary>
    /// Finds the instructions that something other than the one before may lead to, and those after a jump.
    /// </summary>
    /// <param name="body">A method's code.</param>
    /// <returns>The first instruction of every block; places where protected code ends are among them.</returns>
    public static HashSet<CilInstruction> Of(MethodBody body)
    {
        HashSet<CilInstruction> leaders = [body.Instructions[0]];
        foreach (CilInstruction instruction in body.Instructions)
        {
            if (instruction.Operand is CilInstruction target)
            {
                leaders.Add(target);
            }
            else if (instruction.Operand is CilInstruction[] targets)
            {
                leaders.UnionWith(targets);
            }

            if (instruction.OpCode.FlowControl is FlowControl.Branch or FlowControl.Cond_Branch or FlowControl.Return
                or FlowControl.Throw)
            {
                Add(leaders, instruction.Next);
            }
        }

        foreach (ExceptionHandler handler in body.ExceptionHandlers)
        {
            Add(leaders, handler.TryStart);
            Add(leaders, handler.TryEnd);
            Add(leaders, handler.FilterStart);
            Add(leaders, handler.HandlerStart);
            Add(leaders, handler.HandlerEnd);
        }

        return leaders;
    }

    private static void Add(HashSet<CilInstruction> leaders, CilInstruction? instruction)
    {
        if (instruction is not null)
        {
            leaders.Add(instruction);
        }
    }
}
