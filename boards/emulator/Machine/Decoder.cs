using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Spore.Emulator;

/// <summary>Turns the CIL of a method into instructions with resolved operands, the first time it is called.</summary>
internal static unsafe class Decoder
{
    // The frame's own fields, then locals, then the stack with two places for 'newobj' and one for methods run
    // inline: at least ten.
    private const int FrameHeader = Machine.FrameHeader;
    private const int StackReserve = 3;
    private const int SmallestFrame = Machine.SmallestFrame;

    /// <summary>Decodes a method.</summary>
    /// <param name="machine">The device.</param>
    /// <param name="method">The method, which has a body.</param>
    /// <exception cref="ProgramException">The method holds what the device can't run.</exception>
    public static void Decode(Machine machine, DeviceMethod method)
    {
        MethodBody body = method.Definition.Body;
        DeviceProgram program = machine.Program;
        method.Source = [.. body.Instructions];
        method.Locals = [.. body.Variables.Select(v => Tag(program, method, v.VariableType))];
        method.StackSize = StackDepth.AsMetadataProcessor(body);
        int room = Math.Max(method.StackSize + StackReserve, SmallestFrame - method.Locals.Length);
        method.FrameBlocks = FrameHeader + method.Locals.Length + room;
        if (body.MaxStackSize > room)
        {
            throw new ProgramException(
                method.Name,
                $"needs {body.MaxStackSize} places on the stack, and the metadata processor counts {method.StackSize}");
        }

        if (method.Locals.Length > byte.MaxValue)
        {
            throw new ProgramException(
                method.Name, $"has {method.Locals.Length} locals, and the device's limit is 255");
        }

        method.CanRunInline = DeviceMethod.MayRunInline(method.Definition);

        Dictionary<Mono.Cecil.Cil.Instruction, int> index = [];
        for (int i = 0; i < method.Source.Count; i++)
        {
            index[method.Source[i]] = i;
        }

        int IndexOf(Mono.Cecil.Cil.Instruction? target) => target is null ? method.Source.Count : index[target];

        method.Handlers = [.. body.ExceptionHandlers.Select(
            h => h.HandlerType is ExceptionHandlerType.Catch or ExceptionHandlerType.Finally
                ? new DeviceMethod.Handler(
                    h.CatchType is null ? null : program.TypeOf(h.CatchType),
                    IndexOf(h.TryStart),
                    IndexOf(h.TryEnd),
                    IndexOf(h.HandlerStart),
                    IndexOf(h.HandlerEnd))
                : throw new ProgramException(
                    method.Name,
                    $"has an exception handler of kind '{h.HandlerType}', which the emulator doesn't know"))];

        method.Length = method.Source.Count;
        Instruction* code = (Instruction*)NativeMemory.AllocZeroed((nuint)method.Length, (nuint)sizeof(Instruction));
        for (int i = 0; i < method.Length; i++)
        {
            Mono.Cecil.Cil.Instruction source = method.Source[i];
            code[i].Opcode = (ushort)source.OpCode.Code;
            code[i].Cost = machine.Costs.Of(source.OpCode.Code);
            DecodeOne(machine, method, source, code + i);
            if (source.Operand is Mono.Cecil.Cil.Instruction target)
            {
                code[i].Target = code + index[target];
            }
            else if (source.Operand is Mono.Cecil.Cil.Instruction[] targets)
            {
                code[i].Operand = machine.AddTargets([.. targets.Select(t => (nint)(code + index[t]))]);
            }
        }

        method.Code = code;
    }

    private static DataType Tag(DeviceProgram program, DeviceMethod method, TypeReference type)
    {
        DataType tag = program.TagOf(type);
        return tag == DataType.ValueType
            ? throw new ProgramException(
                method.Name,
                $"has a variable of type {type.FullName}; of structures the emulator knows DateTime and TimeSpan only, "
                + "and no pointers")
            : tag;
    }

    private static void DecodeOne(
        Machine machine, DeviceMethod method, Mono.Cecil.Cil.Instruction source, Instruction* to)
    {
        DeviceProgram program = machine.Program;
        Code code = source.OpCode.Code;
        switch (code)
        {
            case Code.Nop:
            case Code.Volatile:
            case Code.Unaligned:
            case Code.Tail:
            case Code.Constrained:
                to->Operation = Operation.Nop;
                break;
            case >= Code.Ldarg_0 and <= Code.Ldarg_3:
                Set(to, Operation.LoadArgument, code - Code.Ldarg_0);
                break;
            case Code.Ldarg_S:
            case Code.Ldarg:
                Set(to, Operation.LoadArgument, ArgumentIndex(method, source));
                break;
            case Code.Ldarga_S:
            case Code.Ldarga:
                Set(to, Operation.LoadArgumentAddress, ArgumentIndex(method, source));
                break;
            case Code.Starg_S:
            case Code.Starg:
                Set(to, Operation.StoreArgument, ArgumentIndex(method, source));
                break;
            case >= Code.Ldloc_0 and <= Code.Ldloc_3:
                Set(to, Operation.LoadLocal, code - Code.Ldloc_0);
                break;
            case Code.Ldloc_S:
            case Code.Ldloc:
                Set(to, Operation.LoadLocal, ((VariableDefinition)source.Operand).Index);
                break;
            case Code.Ldloca_S:
            case Code.Ldloca:
                Set(to, Operation.LoadLocalAddress, ((VariableDefinition)source.Operand).Index);
                break;
            case >= Code.Stloc_0 and <= Code.Stloc_3:
                Set(to, Operation.StoreLocal, code - Code.Stloc_0);
                break;
            case Code.Stloc_S:
            case Code.Stloc:
                Set(to, Operation.StoreLocal, ((VariableDefinition)source.Operand).Index);
                break;
            case Code.Ldnull:
                to->Operation = Operation.LoadNull;
                break;
            case >= Code.Ldc_I4_M1 and <= Code.Ldc_I4_8:
                Set(to, Operation.LoadInt32, code - Code.Ldc_I4_0);
                break;
            case Code.Ldc_I4_S:
                Set(to, Operation.LoadInt32, (sbyte)source.Operand);
                break;
            case Code.Ldc_I4:
                Set(to, Operation.LoadInt32, (int)source.Operand);
                break;
            case Code.Ldc_I8:
                to->Operation = Operation.LoadInt64;
                to->Constant = (long)source.Operand;
                break;
            case Code.Ldc_R4:
                Set(to, Operation.LoadFloat, BitConverter.SingleToInt32Bits((float)source.Operand));
                break;
            case Code.Ldc_R8:
                to->Operation = Operation.LoadDouble;
                to->Constant = BitConverter.DoubleToInt64Bits((double)source.Operand);
                break;
            case Code.Dup:
                to->Operation = Operation.Duplicate;
                break;
            case Code.Pop:
                to->Operation = Operation.Pop;
                break;
            case Code.Br:
            case Code.Br_S:
                to->Operation = Operation.Branch;
                break;
            case Code.Brfalse:
            case Code.Brfalse_S:
                to->Operation = Operation.BranchFalse;
                break;
            case Code.Brtrue:
            case Code.Brtrue_S:
                to->Operation = Operation.BranchTrue;
                break;
            case Code.Beq:
            case Code.Beq_S:
                to->Operation = Operation.BranchEqual;
                break;
            case Code.Bge:
            case Code.Bge_S:
                to->Operation = Operation.BranchGreaterOrEqual;
                break;
            case Code.Bgt:
            case Code.Bgt_S:
                to->Operation = Operation.BranchGreater;
                break;
            case Code.Ble:
            case Code.Ble_S:
                to->Operation = Operation.BranchLessOrEqual;
                break;
            case Code.Blt:
            case Code.Blt_S:
                to->Operation = Operation.BranchLess;
                break;
            case Code.Bne_Un:
            case Code.Bne_Un_S:
                to->Operation = Operation.BranchNotEqualUnsigned;
                break;
            case Code.Bge_Un:
            case Code.Bge_Un_S:
                to->Operation = Operation.BranchGreaterOrEqualUnsigned;
                break;
            case Code.Bgt_Un:
            case Code.Bgt_Un_S:
                to->Operation = Operation.BranchGreaterUnsigned;
                break;
            case Code.Ble_Un:
            case Code.Ble_Un_S:
                to->Operation = Operation.BranchLessOrEqualUnsigned;
                break;
            case Code.Blt_Un:
            case Code.Blt_Un_S:
                to->Operation = Operation.BranchLessUnsigned;
                break;
            case Code.Switch:
                to->Operation = Operation.Switch;
                break;
            case >= Code.Ldind_I1 and <= Code.Ldind_Ref:
                to->Operation = Operation.LoadIndirect;
                break;
            case Code.Stind_Ref:
                Set(to, Operation.StoreIndirect, 0);
                break;
            case Code.Stind_I1:
                Set(to, Operation.StoreIndirect, 1);
                break;
            case Code.Stind_I2:
                Set(to, Operation.StoreIndirect, 2);
                break;
            case Code.Stind_I4:
            case Code.Stind_R4:
            case Code.Stind_I:
                Set(to, Operation.StoreIndirect, 4);
                break;
            case Code.Stind_I8:
            case Code.Stind_R8:
                Set(to, Operation.StoreIndirect, 8);
                break;
            case Code.Add:
            case Code.Add_Ovf:
            case Code.Add_Ovf_Un:
                to->Operation = Operation.Add;
                break;
            case Code.Sub:
            case Code.Sub_Ovf:
            case Code.Sub_Ovf_Un:
                to->Operation = Operation.Subtract;
                break;
            case Code.Mul:
            case Code.Mul_Ovf:
            case Code.Mul_Ovf_Un:
                to->Operation = Operation.Multiply;
                break;
            case Code.Div:
                to->Operation = Operation.Divide;
                break;
            case Code.Div_Un:
                to->Operation = Operation.DivideUnsigned;
                break;
            case Code.Rem:
                to->Operation = Operation.Remainder;
                break;
            case Code.Rem_Un:
                to->Operation = Operation.RemainderUnsigned;
                break;
            case Code.And:
                to->Operation = Operation.And;
                break;
            case Code.Or:
                to->Operation = Operation.Or;
                break;
            case Code.Xor:
                to->Operation = Operation.Xor;
                break;
            case Code.Shl:
                to->Operation = Operation.ShiftLeft;
                break;
            case Code.Shr:
                to->Operation = Operation.ShiftRight;
                break;
            case Code.Shr_Un:
                to->Operation = Operation.ShiftRightUnsigned;
                break;
            case Code.Neg:
                to->Operation = Operation.Negate;
                break;
            case Code.Not:
                to->Operation = Operation.Not;
                break;
            case Code.Conv_I1 or Code.Conv_Ovf_I1 or Code.Conv_Ovf_I1_Un:
                SetConversion(to, DataType.I1, code is Code.Conv_Ovf_I1_Un);
                break;
            case Code.Conv_U1 or Code.Conv_Ovf_U1 or Code.Conv_Ovf_U1_Un:
                SetConversion(to, DataType.U1, code is Code.Conv_Ovf_U1_Un);
                break;
            case Code.Conv_I2 or Code.Conv_Ovf_I2 or Code.Conv_Ovf_I2_Un:
                SetConversion(to, DataType.I2, code is Code.Conv_Ovf_I2_Un);
                break;
            case Code.Conv_U2 or Code.Conv_Ovf_U2 or Code.Conv_Ovf_U2_Un:
                SetConversion(to, DataType.U2, code is Code.Conv_Ovf_U2_Un);
                break;
            case Code.Conv_I4 or Code.Conv_Ovf_I4 or Code.Conv_Ovf_I4_Un or Code.Conv_I or Code.Conv_Ovf_I
                or Code.Conv_Ovf_I_Un:
                SetConversion(to, DataType.I4, code is Code.Conv_Ovf_I4_Un or Code.Conv_Ovf_I_Un);
                break;
            case Code.Conv_U4 or Code.Conv_Ovf_U4 or Code.Conv_Ovf_U4_Un or Code.Conv_U or Code.Conv_Ovf_U
                or Code.Conv_Ovf_U_Un:
                SetConversion(to, DataType.U4, code is Code.Conv_Ovf_U4_Un or Code.Conv_Ovf_U_Un);
                break;
            case Code.Conv_I8 or Code.Conv_Ovf_I8 or Code.Conv_Ovf_I8_Un:
                SetConversion(to, DataType.I8, code is Code.Conv_Ovf_I8_Un);
                break;
            case Code.Conv_U8 or Code.Conv_Ovf_U8 or Code.Conv_Ovf_U8_Un:
                SetConversion(to, DataType.U8, code is Code.Conv_Ovf_U8_Un);
                break;
            case Code.Conv_R4:
                SetConversion(to, DataType.R4, false);
                break;
            case Code.Conv_R8 or Code.Conv_R_Un:
                SetConversion(to, DataType.R8, code is Code.Conv_R_Un);
                break;
            case Code.Call:
            case Code.Callvirt:
                DecodeCall(program, (MethodReference)source.Operand, code == Code.Callvirt, to);
                break;
            case Code.Ret:
                to->Operation = Operation.Return;
                break;
            case Code.Ldstr:
                Set(to, Operation.LoadString, machine.Memory.AddLiteral((string)source.Operand));
                break;
            case Code.Newobj:
                DeviceMethod constructor = program.MethodOf((MethodReference)source.Operand);
                if (constructor.Owner.IsDelegate)
                {
                    Set(to, Operation.NewDelegate, constructor.Owner.Id);
                    break;
                }

                if (constructor.Owner.DataType is DataType.DateTime or DataType.TimeSpan)
                {
                    _ = Runnable(constructor);
                    Set(to, Operation.NewValue, constructor.Id);
                    break;
                }

                if (constructor.Owner.DataType != DataType.Object)
                {
                    throw new ProgramException(
                        method.Name,
                        $"makes a {constructor.Owner.Name}; of structures the emulator knows DateTime and TimeSpan "
                        + "only");
                }

                Set(to, Runnable(constructor) is null ? Operation.NewObject : Operation.NewNative, constructor.Id);
                break;
            case Code.Ldftn:
                Set(to, Operation.LoadFunction, program.MethodOf((MethodReference)source.Operand).Id);
                break;
            case Code.Ldvirtftn:
                Set(to, Operation.LoadVirtualFunction, program.MethodOf((MethodReference)source.Operand).Id);
                break;
            case Code.Ldobj when SizeOfValue(program, method, source) >= 0:
                to->Operation = Operation.LoadIndirect;
                break;
            case Code.Stobj:
                Set(to, Operation.StoreIndirect, SizeOfValue(program, method, source));
                break;
            case Code.Initobj:
                _ = SizeOfValue(program, method, source);
                Set(to, Operation.Initialize, (int)program.TagOf((TypeReference)source.Operand));
                break;
            case Code.Stelem_Any:
                Set(to, Operation.StoreElement, SizeOfValue(program, method, source));
                break;
            case Code.Castclass:
                Set(to, Operation.CastClass, program.TypeOf((TypeReference)source.Operand).Id);
                break;
            case Code.Isinst:
                Set(to, Operation.IsInstance, program.TypeOf((TypeReference)source.Operand).Id);
                break;
            case Code.Throw:
                to->Operation = Operation.Throw;
                break;
            case Code.Rethrow:
                to->Operation = Operation.Rethrow;
                break;
            case Code.Ldfld:
                Set(to, Operation.LoadField, program.FieldOf((FieldReference)source.Operand));
                break;
            case Code.Ldflda:
                Set(to, Operation.LoadFieldAddress, program.FieldOf((FieldReference)source.Operand));
                break;
            case Code.Stfld:
                Set(to, Operation.StoreField, program.FieldOf((FieldReference)source.Operand));
                break;
            case Code.Ldsfld:
                Set(to, Operation.LoadStatic, program.StaticOf((FieldReference)source.Operand));
                break;
            case Code.Ldsflda:
                Set(to, Operation.LoadStaticAddress, program.StaticOf((FieldReference)source.Operand));
                break;
            case Code.Stsfld:
                Set(to, Operation.StoreStatic, program.StaticOf((FieldReference)source.Operand));
                break;
            case Code.Newarr:
                Set(to, Operation.NewArray, program.ArrayOf(program.TypeOf((TypeReference)source.Operand)).Id);
                break;
            case Code.Ldlen:
                to->Operation = Operation.LoadLength;
                break;
            case Code.Ldelema:
                to->Operation = Operation.LoadElementAddress;
                break;
            case >= Code.Ldelem_I1 and <= Code.Ldelem_Ref:
            case Code.Ldelem_Any:
                to->Operation = Operation.LoadElement;
                break;
            case Code.Stelem_I1:
                Set(to, Operation.StoreElement, 1);
                break;
            case Code.Stelem_I2:
                Set(to, Operation.StoreElement, 2);
                break;
            case Code.Stelem_I4 or Code.Stelem_I or Code.Stelem_R4:
                Set(to, Operation.StoreElement, 4);
                break;
            case Code.Stelem_I8 or Code.Stelem_R8:
                Set(to, Operation.StoreElement, 8);
                break;
            case Code.Stelem_Ref:
                Set(to, Operation.StoreElement, 0);
                break;
            case Code.Ldtoken when source.Operand is FieldReference field:
                Set(to, Operation.LoadToken, program.DataOf(field));
                break;
            case Code.Endfinally:
                to->Operation = Operation.EndFinally;
                break;
            case Code.Leave:
            case Code.Leave_S:
                to->Operation = Operation.Leave;
                break;
            case Code.Ceq:
                to->Operation = Operation.CompareEqual;
                break;
            case Code.Cgt:
                to->Operation = Operation.CompareGreater;
                break;
            case Code.Cgt_Un:
                to->Operation = Operation.CompareGreaterUnsigned;
                break;
            case Code.Clt:
                to->Operation = Operation.CompareLess;
                break;
            case Code.Clt_Un:
                to->Operation = Operation.CompareLessUnsigned;
                break;
            default:
                // Reported when it runs, as on the device: code that never runs does no harm.
                to->Operation = Operation.Unsupported;
                break;
        }
    }

    // What an instruction for a whole structure moves: of structures only those that are one number.
    private static int SizeOfValue(DeviceProgram program, DeviceMethod method, Mono.Cecil.Cil.Instruction source)
    {
        TypeReference type = (TypeReference)source.Operand;
        return program.TagOf(type) switch
        {
            DataType.Boolean or DataType.I1 or DataType.U1 => 1,
            DataType.Char or DataType.I2 or DataType.U2 => 2,
            DataType.I4 or DataType.U4 or DataType.R4 => 4,
            DataType.I8 or DataType.U8 or DataType.R8 or DataType.DateTime or DataType.TimeSpan => 8,
            DataType.Object => 0,
            _ => throw new ProgramException(
                method.Name, $"uses a {type.FullName}; of structures the emulator knows DateTime and TimeSpan only"),
        };
    }

    private static void DecodeCall(DeviceProgram program, MethodReference reference, bool isVirtual, Instruction* to)
    {
        DeviceMethod target = program.MethodOf(reference);
        Operation operation = target.Owner.IsDelegate && target.Definition.Name == "Invoke" ? Operation.Invoke
            : isVirtual && target.IsVirtual ? Operation.CallVirtual
            : Runnable(target) is not null ? Operation.CallNative
            : Operation.Call;
        Set(to, operation, target.Id);
        to->CachedType = isVirtual ? -1 : -2;
    }

    private static NativeMethod? Runnable(DeviceMethod method)
    {
        if (method.Native is null && !method.HasBody && !method.Definition.IsAbstract)
        {
            throw new ProgramException(
                method.Definition.FullName, "is a method of the framework that the emulator doesn't know");
        }

        return method.Native;
    }

    private static int ArgumentIndex(DeviceMethod method, Mono.Cecil.Cil.Instruction source)
    {
        ParameterDefinition parameter = (ParameterDefinition)source.Operand;
        return parameter == method.Definition.Body.ThisParameter
            ? 0
            : parameter.Index + (method.Definition.HasThis ? 1 : 0);
    }

    private static void Set(Instruction* to, Operation operation, int operand)
    {
        to->Operation = operation;
        to->Operand = operand;
    }

    private static void SetConversion(Instruction* to, DataType type, bool fromUnsigned)
    {
        to->Operation = Operation.Convert;
        to->Operand = (int)type;
        to->CachedType = fromUnsigned ? 1 : 0;
    }
}
