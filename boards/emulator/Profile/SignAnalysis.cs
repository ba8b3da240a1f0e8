using System;
using System.Collections.Generic;
using System.Linq;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Spore.Emulator;

/// <summary>
/// Follows the tags that values have on the device through stacks, arguments and results, and finds where one that may
/// be tagged unsigned meets an instruction that means it signed: <c>shr</c>, <c>rem</c>, <c>conv.i8</c> and conversions
/// to floating point. A value that is too small to have its highest bit set does no harm.
/// </summary>
internal sealed class SignAnalysis
{
    private readonly List<MethodDefinition> _methods;
    private readonly Dictionary<string, Value[]> _arguments = [];
    private readonly Dictionary<string, Value> _results = [];
    private readonly HashSet<string> _analysed = [];
    private readonly Dictionary<(MethodDefinition Method, int Offset), Violation> _found = [];
    private bool _changed;

    /// <summary>Takes the assemblies.</summary>
    /// <param name="assemblies">All that values pass through.</param>
    public SignAnalysis(IReadOnlyList<AssemblyDefinition> assemblies)
    {
        _methods =
            [.. assemblies.SelectMany(a => a.MainModule.GetTypes()).SelectMany(t => t.Methods).Where(m => m.HasBody)];
        foreach (MethodDefinition method in _methods)
        {
            _analysed.Add(KeyOf(method));
        }
    }

    /// <summary>Follows all values until nothing new is learned.</summary>
    /// <returns>The places where a sign is lost.</returns>
    public IEnumerable<Violation> Run()
    {
        do
        {
            _changed = false;
            foreach (MethodDefinition method in _methods)
            {
                Follow(method);
            }
        }
        while (_changed);
        return _found.Values;
    }

    // Virtual methods share what is known by name and shape: a call may reach any of them.
    private static string KeyOf(MethodReference reference)
    {
        MethodDefinition? method = reference as MethodDefinition ?? reference.Resolve();
        string shape =
            $"{reference.Name.Split('.')[^1]}"
            + $"({string.Join(",", reference.Parameters.Select(p => p.ParameterType.FullName))})";
        return method is { IsVirtual: true } ? shape : $"{reference.DeclaringType.FullName}::{shape}";
    }

    private static Value ValueOf(TypeReference type)
    {
        if (type is ByReferenceType reference)
        {
            return new Value(Kind.Reference, 0, ValueOf(reference.ElementType).Kind);
        }

        if (type.IsValueType
            && type.MetadataType == MetadataType.ValueType
            && type.Resolve() is { IsEnum: true } definition)
        {
            type = definition.Fields.First(f => !f.IsStatic).FieldType;
        }

        return type.MetadataType switch
        {
            MetadataType.Boolean => new Value(Kind.Int, 1),
            MetadataType.Byte => new Value(Kind.Int, 8),
            MetadataType.Char or MetadataType.UInt16 => new Value(Kind.Int, 16),
            MetadataType.SByte or MetadataType.Int16 or MetadataType.Int32 => new Value(Kind.Int, 32),
            MetadataType.UInt32 => new Value(Kind.UInt, 32),
            MetadataType.Int64 => new Value(Kind.Long, 64),
            MetadataType.UInt64 => new Value(Kind.ULong, 64),
            _ => new Value(Kind.Other, 0),
        };
    }

    private void Follow(MethodDefinition method)
    {
        MethodBody body = method.Body;
        Value[] arguments = ArgumentsOf(method);
        Dictionary<Mono.Cecil.Cil.Instruction, Value[]> known = [];
        Stack<Mono.Cecil.Cil.Instruction> work = new();

        void Reach(Mono.Cecil.Cil.Instruction? target, IReadOnlyList<Value> stack)
        {
            if (target is null)
            {
                return;
            }

            if (!known.TryGetValue(target, out Value[]? before))
            {
                known[target] = [.. stack];
                work.Push(target);
                return;
            }

            Value[] joined = [.. before.Zip(stack, Value.Join)];
            if (!joined.SequenceEqual(before))
            {
                known[target] = joined;
                work.Push(target);
            }
        }

        Reach(body.Instructions[0], []);
        foreach (ExceptionHandler handler in body.ExceptionHandlers)
        {
            Reach(
                handler.HandlerStart,
                handler.HandlerType == ExceptionHandlerType.Catch ? [new Value(Kind.Other, 0)] : []);
        }

        while (work.TryPop(out Mono.Cecil.Cil.Instruction? instruction))
        {
            List<Value> stack = [.. known[instruction]];
            Step(method, instruction, stack, arguments);
            FlowControl flow = instruction.OpCode.FlowControl;
            if (instruction.OpCode.Code is Code.Leave or Code.Leave_S)
            {
                stack.Clear();
            }

            if (instruction.Operand is Mono.Cecil.Cil.Instruction target)
            {
                Reach(target, stack);
            }
            else if (instruction.Operand is Mono.Cecil.Cil.Instruction[] targets)
            {
                foreach (Mono.Cecil.Cil.Instruction one in targets)
                {
                    Reach(one, stack);
                }
            }

            if (flow is not (FlowControl.Branch or FlowControl.Return or FlowControl.Throw))
            {
                Reach(instruction.Next, stack);
            }
        }
    }

    private Value[] ArgumentsOf(MethodReference method)
    {
        string key = KeyOf(method);
        if (!_arguments.TryGetValue(key, out Value[]? arguments))
        {
            arguments =
            [
                .. (method.HasThis ? new[] { new Value(Kind.Other, 0) } : []),
                .. method.Parameters.Select(p => ValueOf(p.ParameterType)),
            ];
            _arguments[key] = arguments;
        }

        return arguments;
    }

    private void Step(
        MethodDefinition method, Mono.Cecil.Cil.Instruction instruction, List<Value> stack, Value[] arguments)
    {
        Code code = instruction.OpCode.Code;
        Value Pop()
        {
            Value top = stack[^1];
            stack.RemoveAt(stack.Count - 1);
            return top;
        }

        switch (code)
        {
            case >= Code.Ldarg_0 and <= Code.Ldarg_3:
                stack.Add(arguments[code - Code.Ldarg_0]);
                break;
            case Code.Ldarg or Code.Ldarg_S:
                stack.Add(arguments[IndexOf(method, instruction)]);
                break;
            case Code.Ldarga or Code.Ldarga_S:
                stack.Add(new Value(Kind.Reference, 0, arguments[IndexOf(method, instruction)].Kind));
                break;
            case >= Code.Ldloc_0 and <= Code.Ldloc_3:
                stack.Add(ValueOf(method.Body.Variables[code - Code.Ldloc_0].VariableType));
                break;
            case Code.Ldloc or Code.Ldloc_S:
                stack.Add(ValueOf(((VariableDefinition)instruction.Operand).VariableType));
                break;
            case Code.Ldloca or Code.Ldloca_S:
                stack.Add(
                    new Value(Kind.Reference, 0, ValueOf(((VariableDefinition)instruction.Operand).VariableType).Kind));
                break;
            case Code.Ldfld:
                Pop();
                stack.Add(ValueOf(((FieldReference)instruction.Operand).FieldType));
                break;
            case Code.Ldsfld:
                stack.Add(ValueOf(((FieldReference)instruction.Operand).FieldType));
                break;
            case Code.Ldflda:
                Pop();
                stack.Add(new Value(Kind.Reference, 0, ValueOf(((FieldReference)instruction.Operand).FieldType).Kind));
                break;
            case Code.Ldsflda:
                stack.Add(new Value(Kind.Reference, 0, ValueOf(((FieldReference)instruction.Operand).FieldType).Kind));
                break;
            case >= Code.Ldc_I4_M1 and <= Code.Ldc_I4_8:
                stack.Add(Value.Constant(Kind.Int, code - Code.Ldc_I4_0));
                break;
            case Code.Ldc_I4_S:
                stack.Add(Value.Constant(Kind.Int, (sbyte)instruction.Operand));
                break;
            case Code.Ldc_I4:
                stack.Add(Value.Constant(Kind.Int, (int)instruction.Operand));
                break;
            case Code.Ldc_I8:
                stack.Add(Value.Constant(Kind.Long, (long)instruction.Operand));
                break;
            case Code.Dup:
                stack.Add(stack[^1]);
                break;
            case Code.Ldelem_U1:
                LoadElement(8, Kind.Int);
                break;
            case Code.Ldelem_U2:
                LoadElement(16, Kind.Int);
                break;
            case Code.Ldelem_I1 or Code.Ldelem_I2 or Code.Ldelem_I4:
                LoadElement(32, Kind.Int);
                break;
            case Code.Ldelem_U4:
                LoadElement(32, Kind.UInt);
                break;
            case Code.Ldelem_I8:
                // One opcode for both: which it is the array knows, and that is not followed; the result goes by
                // what is done with it.
                LoadElement(64, ElementIsUnsigned(method, instruction) ? Kind.ULong : Kind.Long);
                break;
            case Code.Ldelema:
                Pop();
                Pop();
                stack.Add(new Value(Kind.ElementReference, 0, ValueOf((TypeReference)instruction.Operand).Kind));
                break;
            case >= Code.Ldind_I1 and <= Code.Ldind_U4 or Code.Ldind_I8:
            {
                Value reference = Pop();
                int bits = code switch { Code.Ldind_U1 => 8, Code.Ldind_U2 => 16, Code.Ldind_I8 => 64, _ => 32 };
                Kind kind = reference.Of is Kind.UInt or Kind.ULong ? reference.Of : bits == 64 ? Kind.Long : Kind.Int;
                stack.Add(new Value(kind, bits));
                break;
            }

            case >= Code.Stind_Ref and <= Code.Stind_R8:
            {
                Value value = Pop();
                Value reference = Pop();
                if (reference.Kind == Kind.Reference && reference.Of is Kind.Int or Kind.Long && value.MayHideSign)
                {
                    Trap(
                        method,
                        instruction,
                        "a value tagged unsigned is stored through a reference to something signed");
                }

                break;
            }

            case Code.Add or Code.Sub or Code.Mul or Code.And or Code.Or or Code.Xor or Code.Div or Code.Div_Un
                or Code.Rem_Un or Code.Shl or Code.Shr_Un or Code.Shr or Code.Rem:
            {
                Value right = Pop();
                Value left = Pop();
                if (code is Code.Shr or Code.Rem && left.MayHideSign)
                {
                    Trap(method, instruction, code == Code.Shr
                        ? "a value tagged unsigned is shifted right as signed"
                        : "the remainder of a value tagged unsigned is taken as signed");
                }

                stack.Add(left.Combine(code, right));
                break;
            }

            case Code.Neg or Code.Not:
                stack.Add(Pop().Widest());
                break;
            case Code.Conv_I1 or Code.Conv_I2:
                Pop();
                stack.Add(new Value(Kind.Int, 32));
                break;
            case Code.Conv_U1:
                stack.Add(new Value(Kind.Int, Math.Min(Pop().Bits, 8)));
                break;
            case Code.Conv_U2:
                stack.Add(new Value(Kind.Int, Math.Min(Pop().Bits, 16)));
                break;
            case Code.Conv_I4 or Code.Conv_I:
                stack.Add(new Value(Kind.Int, Math.Min(Pop().Bits, 32)));
                break;
            case Code.Conv_U4 or Code.Conv_U:
                stack.Add(new Value(Kind.UInt, Math.Min(Pop().Bits, 32)));
                break;
            case Code.Conv_I8:
            {
                Value value = Pop();
                if (value.Kind == Kind.UInt && value.MayHideSign)
                {
                    Trap(method, instruction, "a value tagged unsigned is widened as signed");
                }

                stack.Add(new Value(Kind.Long, value.Bits < 32 || value.IsWide ? value.Bits : 64));
                break;
            }

            case Code.Conv_U8:
                stack.Add(new Value(Kind.ULong, Pop().Bits));
                break;
            case Code.Conv_R4 or Code.Conv_R8:
                if (Pop().MayHideSign && instruction.Previous?.OpCode.Code != Code.Conv_R_Un)
                {
                    Trap(method, instruction, "a value tagged unsigned is made a floating-point number as signed");
                }

                stack.Add(new Value(Kind.Other, 0));
                break;
            case Code.Ceq or Code.Cgt or Code.Cgt_Un or Code.Clt or Code.Clt_Un:
                Pop();
                Pop();
                stack.Add(new Value(Kind.Int, 1));
                break;
            case Code.Ldlen:
                Pop();
                stack.Add(new Value(Kind.Int, 31));
                break;
            case Code.Call or Code.Callvirt or Code.Newobj:
                FollowCall((MethodReference)instruction.Operand, code == Code.Newobj, stack);
                break;
            case Code.Ret:
                if (stack.Count > 0)
                {
                    string key = KeyOf(method);
                    Value result = Value.Join(_results.GetValueOrDefault(key, ValueOf(method.ReturnType)), stack[^1]);
                    if (!_results.TryGetValue(key, out Value old) || old != result)
                    {
                        _results[key] = result;
                        _changed = true;
                    }
                }

                break;
            case Code.Starg or Code.Starg_S:
                Pop();
                break;
            default:
                Other(instruction, stack);
                break;
        }

        void LoadElement(int bits, Kind kind)
        {
            Pop();
            Pop();
            stack.Add(new Value(kind, bits));
        }
    }

    private static bool ElementIsUnsigned(MethodDefinition method, Mono.Cecil.Cil.Instruction load)
    {
        // The array is what was loaded before the index; where that isn't plain to see it counts
        // as signed, as most are.
        for (Mono.Cecil.Cil.Instruction? at = load.Previous; at is not null; at = at.Previous)
        {
            TypeReference? type = at.Operand switch
            {
                FieldReference field => field.FieldType,
                ParameterDefinition parameter => parameter.ParameterType,
                VariableDefinition variable => variable.VariableType,
                _ => at.OpCode.Code switch
                {
                    >= Code.Ldarg_0 and <= Code.Ldarg_3 => ParameterType(method, at.OpCode.Code - Code.Ldarg_0),
                    >= Code.Ldloc_0 and <= Code.Ldloc_3 =>
                        method.Body.Variables[at.OpCode.Code - Code.Ldloc_0].VariableType,
                    _ => null,
                },
            };
            if (type is ArrayType array && array.ElementType.MetadataType is MetadataType.Int64 or MetadataType.UInt64)
            {
                return ((ArrayType)type).ElementType.MetadataType == MetadataType.UInt64;
            }
        }

        return false;
    }

    private static TypeReference? ParameterType(MethodDefinition method, int index)
    {
        int parameter = index - (method.HasThis ? 1 : 0);
        return parameter < 0 ? null : method.Parameters[parameter].ParameterType;
    }

    private static int IndexOf(MethodDefinition method, Mono.Cecil.Cil.Instruction instruction)
    {
        ParameterDefinition parameter = (ParameterDefinition)instruction.Operand;
        return parameter == method.Body.ThisParameter ? 0 : parameter.Index + (method.HasThis ? 1 : 0);
    }

    private static void Other(Mono.Cecil.Cil.Instruction instruction, List<Value> stack)
    {
        int pops = instruction.OpCode.StackBehaviourPop switch
        {
            StackBehaviour.Pop0 => 0,
            StackBehaviour.Pop1 or StackBehaviour.Popi or StackBehaviour.Popref => 1,
            StackBehaviour.Pop1_pop1 or StackBehaviour.Popi_pop1 or StackBehaviour.Popi_popi
                or StackBehaviour.Popi_popi8 or StackBehaviour.Popi_popr4 or StackBehaviour.Popi_popr8
                or StackBehaviour.Popref_pop1 or StackBehaviour.Popref_popi => 2,
            StackBehaviour.Popi_popi_popi or StackBehaviour.Popref_popi_popi or StackBehaviour.Popref_popi_popi8
                or StackBehaviour.Popref_popi_popr4 or StackBehaviour.Popref_popi_popr8
                or StackBehaviour.Popref_popi_popref => 3,
            _ => stack.Count,
        };
        pops = Math.Min(pops, stack.Count);
        stack.RemoveRange(stack.Count - pops, pops);
        if (instruction.OpCode.StackBehaviourPush != StackBehaviour.Push0)
        {
            stack.Add(new Value(Kind.Other, 0));
        }
    }

    private void FollowCall(MethodReference called, bool isNew, List<Value> stack)
    {
        int count = called.Parameters.Count + (called.HasThis && !isNew ? 1 : 0);
        int first = stack.Count - count;
        string key = KeyOf(called);
        Value[] arguments = ArgumentsOf(called);
        int skip = isNew ? 1 : 0;
        for (int i = 0; i < count; i++)
        {
            Value joined = Value.Join(arguments[i + skip], stack[first + i]);
            if (joined != arguments[i + skip] && _analysed.Contains(key))
            {
                arguments[i + skip] = joined;
                _changed = true;
            }
        }

        stack.RemoveRange(first, count);
        if (isNew)
        {
            stack.Add(new Value(Kind.Other, 0));
        }
        else if (called.ReturnType.MetadataType != MetadataType.Void)
        {
            stack.Add(_results.GetValueOrDefault(key, ValueOf(called.ReturnType)));
        }
    }

    private void Trap(MethodDefinition method, Mono.Cecil.Cil.Instruction instruction, string what)
    {
        _found.TryAdd(
            (method, instruction.Offset),
            new Violation(Rule.SignTrap, method.FullName, ProfileCheck.LineOf(method, instruction), what));
    }

    private enum Kind
    {
        Other,
        Int,
        UInt,
        Long,
        ULong,
        Reference,
        ElementReference,
    }

    // What is known of a value: the tag that it may have, how many of its bits may be set, and for a
    // reference what it refers to.
    private readonly record struct Value(Kind Kind, int Bits, Kind Of = Kind.Other, long Known = long.MinValue)
    {
        public bool IsWide => Kind is Kind.Long or Kind.ULong;

        public bool MayHideSign => (Kind == Kind.UInt && Bits > 31) || (Kind == Kind.ULong && Bits > 63);

        private int Width => IsWide ? 64 : 32;

        public static Value Constant(Kind kind, long value)
        {
            int width = kind == Kind.Long ? 64 : 32;
            return new Value(
                kind,
                value < 0 ? width : 64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)value),
                Kind.Other,
                value);
        }

        public static Value Join(Value a, Value b)
        {
            if (a.Kind == Kind.Other || b.Kind == Kind.Other || a.Kind is Kind.Reference or Kind.ElementReference)
            {
                return a;
            }

            Kind kind = a.Kind is Kind.UInt || b.Kind is Kind.UInt ? Kind.UInt
                : a.Kind is Kind.ULong || b.Kind is Kind.ULong ? Kind.ULong
                : a.Kind;

            // Where the tags differ, only the unsigned one's size matters.
            int bits = a.Kind == b.Kind ? Math.Max(a.Bits, b.Bits) : kind == a.Kind ? a.Bits : b.Bits;
            return new Value(kind, bits, Kind.Other, a.Known == b.Known ? a.Known : long.MinValue);
        }

        public Value Widest() => new(Kind, Width);

        public Value Combine(Code code, Value right)
        {
            int bits = code switch
            {
                Code.And => Math.Min(Bits, right.Bits),
                Code.Or or Code.Xor => Math.Max(Bits, right.Bits),
                Code.Add => Math.Max(Bits, right.Bits) + 1,
                Code.Mul => Bits + right.Bits,
                Code.Shl when right.Known >= 0 => Bits + (int)right.Known,
                Code.Shr_Un when right.Known >= 0 => Math.Max(0, Bits - (int)right.Known),
                Code.Shr when Bits < Width && right.Known >= 0 => Math.Max(0, Bits - (int)right.Known),
                Code.Shr or Code.Shr_Un or Code.Div_Un => Bits,
                Code.Rem_Un => right.Bits,
                _ => Width,
            };
            return new Value(Kind, Math.Min(bits, Width));
        }
    }
}
