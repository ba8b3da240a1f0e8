using System;
using System.Collections.Generic;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Spore.Emulator;

/// <summary>How deep the evaluation stack of a method gets.</summary>
internal static class StackDepth
{
    /// <summary>
    /// Works it out as nanoFramework's metadata processor does, which is what frames are sized by: in one pass, from
    /// the effect of each instruction alone. (CalculateStackSize in its CodeWriter, v3.0.100.)
    /// </summary>
    /// <param name="body">The method.</param>
    /// <returns>Places on the stack.</returns>
    public static int AsMetadataProcessor(MethodBody body)
    {
        Dictionary<int, int> atTarget = [];
        int size = 0;
        int most = 0;
        foreach (Mono.Cecil.Cil.Instruction instruction in body.Instructions)
        {
            if (atTarget.TryGetValue(instruction.Offset, out int corrected))
            {
                size = corrected;
            }

            OpCode opcode = instruction.OpCode;
            switch (opcode.Code)
            {
                case Code.Throw or Code.Endfinally or Code.Endfilter or Code.Leave_S or Code.Br_S or Code.Leave:
                    size = 0;
                    continue;
                case Code.Newobj:
                    size -= ((MethodReference)instruction.Operand).Parameters.Count;
                    break;
                case Code.Callvirt or Code.Call:
                    MethodReference method = (MethodReference)instruction.Operand;
                    size += (method.ReturnType.FullName != "System.Void" ? 1 : 0) - method.Parameters.Count
                        - (method.HasThis ? 1 : 0);
                    break;
            }

            size += Pushes(opcode) - Pops(opcode);
            if (opcode.OperandType is OperandType.ShortInlineBrTarget or OperandType.InlineBrTarget)
            {
                int target = ((Mono.Cecil.Cil.Instruction)instruction.Operand).Offset;
                atTarget[target] = Math.Max(atTarget.GetValueOrDefault(target), size);
            }

            most = Math.Max(most, size);
        }

        return (byte)most;
    }

    private static int Pushes(OpCode opcode)
    {
        return opcode.StackBehaviourPush switch
        {
            StackBehaviour.Push1 or StackBehaviour.Pushi or StackBehaviour.Pushi8 or StackBehaviour.Pushr4
                or StackBehaviour.Pushr8 or StackBehaviour.Pushref => 1,
            StackBehaviour.Push1_push1 => 2,
            _ => 0,
        };
    }

    private static int Pops(OpCode opcode)
    {
        return opcode.StackBehaviourPop switch
        {
            StackBehaviour.Pop1 or StackBehaviour.Popi or StackBehaviour.Popref => 1,
            StackBehaviour.Pop1_pop1 or StackBehaviour.Popi_pop1 or StackBehaviour.Popi_popi
                or StackBehaviour.Popi_popi8 or StackBehaviour.Popi_popr4 or StackBehaviour.Popi_popr8
                or StackBehaviour.Popref_pop1 or StackBehaviour.Popref_popi => 2,
            StackBehaviour.Popi_popi_popi or StackBehaviour.Popref_popi_popi or StackBehaviour.Popref_popi_popi8
                or StackBehaviour.Popref_popi_popr4 or StackBehaviour.Popref_popi_popr8
                or StackBehaviour.Popref_popi_popref => 3,
            _ => 0,
        };
    }
}
