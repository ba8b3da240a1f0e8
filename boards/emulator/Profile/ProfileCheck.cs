using System;
using System.Collections.Generic;
using System.Linq;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Spore.Emulator;

/// <summary>Looks through compiled assemblies for what the device does not support or runs silently wrong.</summary>
internal sealed class ProfileCheck
{
    private const int MostLocals = 255;
    private const int DeepestStack = 255;
    private const int MostCases = 255;

    // Places that a frame has beyond what the metadata processor counts.
    private const int StackReserve = 3;

    private readonly List<Violation> _found = [];

    private ProfileCheck()
    {
    }

    /// <summary>Checks assemblies together, since values go from one to the other.</summary>
    /// <param name="assemblies">The assemblies.</param>
    /// <returns>What is wrong with them.</returns>
    public static IReadOnlyList<Violation> Check(IReadOnlyList<AssemblyDefinition> assemblies)
    {
        ProfileCheck check = new();
        foreach (AssemblyDefinition assembly in assemblies)
        {
            check.CheckAssembly(assembly);
        }

        check._found.AddRange(HandlerNesting.Check(assemblies));

        // What generics and pointers do to signs is of no interest.
        if (!check._found.Any(
            v => v.Rule is Rule.Generics or Rule.Pointer or Rule.FunctionPointer or Rule.StackAllocation))
        {
            check._found.AddRange(new SignAnalysis(assemblies).Run());
        }

        return [.. check._found.DistinctBy(v => (v.Rule, v.Method, v.Line, v.What))];
    }

    /// <summary>The source line of an instruction.</summary>
    /// <param name="method">Its method.</param>
    /// <param name="instruction">The instruction, or null for the method's first line.</param>
    /// <returns>File and line, or null where there is no symbol file.</returns>
    public static (string File, int Line)? LineOf(MethodDefinition method, Mono.Cecil.Cil.Instruction? instruction)
    {
        SequencePoint[] points =
            [.. method.DebugInformation.SequencePoints.Where(p => !p.IsHidden).OrderBy(p => p.Offset)];
        SequencePoint? point = points.LastOrDefault(p => instruction is not null && p.Offset <= instruction.Offset)
            ?? points.FirstOrDefault();
        return point is null ? null : (point.Document.Url, point.StartLine);
    }

    private void CheckAssembly(AssemblyDefinition assembly)
    {
        int size = 0;
        foreach (TypeDefinition type in assembly.MainModule.GetTypes())
        {
            if (type.HasGenericParameters)
            {
                _found.Add(new Violation(Rule.Generics, type.FullName, LineOfType(type), "is a generic type"));
            }

            foreach (FieldDefinition field in type.Fields)
            {
                CheckType(field.FieldType, type.FullName, LineOfType(type), $"field {field.Name}");
            }

            foreach (MethodDefinition method in type.Methods)
            {
                size += method.HasBody ? method.Body.CodeSize : 0;
                CheckMethod(method);
            }
        }

        if (size >= 64 * 1024)
        {
            _found.Add(new Violation(
                Rule.AssemblySize,
                assembly.Name.Name,
                null,
                $"has {size} bytes of IL, and the device takes less than 65536"));
        }
    }

    private void CheckMethod(MethodDefinition method)
    {
        (string File, int Line)? line = LineOf(method, null);
        if (method.HasGenericParameters)
        {
            Add(Rule.Generics, method, null, "is a generic method");
        }

        if (method.DeclaringType.IsInterface && method.HasBody)
        {
            Add(Rule.DefaultInterfaceMethod, method, null, "is a method of an interface, and has a body");
        }

        CheckType(method.ReturnType, method.FullName, line, "what it returns");
        foreach (ParameterDefinition parameter in method.Parameters)
        {
            CheckType(parameter.ParameterType, method.FullName, line, $"parameter {parameter.Name}");
        }

        if (!method.HasBody)
        {
            return;
        }

        MethodBody body = method.Body;
        foreach (VariableDefinition variable in body.Variables)
        {
            CheckType(variable.VariableType, method.FullName, line, "a local");
        }

        if (body.Variables.Count > MostLocals)
        {
            Add(
                Rule.Locals,
                method,
                null,
                $"has {body.Variables.Count} locals, and the device's limit is {MostLocals}");
        }

        int counted = StackDepth.AsMetadataProcessor(body);
        int room = Math.Max(counted + StackReserve, Machine.SmallestFrame - body.Variables.Count);
        if (body.MaxStackSize > DeepestStack)
        {
            Add(
                Rule.StackDepth,
                method,
                null,
                $"needs {body.MaxStackSize} places on the stack, and the device's limit is {DeepestStack}");
        }
        else if (body.MaxStackSize > room)
        {
            Add(
                Rule.StackDepth,
                method,
                null,
                $"needs {body.MaxStackSize} places on the stack, and the metadata processor makes room for {room}");
        }

        foreach (Mono.Cecil.Cil.Instruction instruction in body.Instructions)
        {
            CheckInstruction(method, instruction);
        }
    }

    private void CheckInstruction(MethodDefinition method, Mono.Cecil.Cil.Instruction instruction)
    {
        Code code = instruction.OpCode.Code;
        string name = instruction.OpCode.Name;
        switch (code)
        {
            case Code.Localloc:
                Add(Rule.StackAllocation, method, instruction, "takes memory on the stack");
                break;
            case Code.Calli:
                Add(Rule.FunctionPointer, method, instruction, "calls through a function pointer");
                break;
            case Code.Ldftn when instruction.Next?.OpCode.Code != Code.Newobj:
                Add(Rule.FunctionPointer, method, instruction, "takes a pointer to a function");
                break;
            case Code.Volatile:
                Add(Rule.Volatile, method, instruction, "uses a volatile field");
                break;
            case Code.Arglist or Code.Cpblk or Code.Jmp or Code.Initblk or Code.Ckfinite or Code.Mkrefany
                or Code.Refanytype or Code.Refanyval or Code.Readonly or Code.No:
                Add(Rule.UnsupportedOpcode, method, instruction, $"'{name}' is refused by the device");
                break;
        }

        if (name.Contains(".ovf", StringComparison.Ordinal))
        {
            Add(Rule.CheckedArithmetic, method, instruction, $"'{name}' does not check on the device");
        }

        switch (instruction.Operand)
        {
            case Mono.Cecil.Cil.Instruction target:
                CheckDistance(method, instruction, target);
                break;
            case Mono.Cecil.Cil.Instruction[] targets:
                if (targets.Length > MostCases)
                {
                    Add(
                        Rule.Branch,
                        method,
                        instruction,
                        $"a switch of {targets.Length} cases, and the device's limit is {MostCases}");
                }

                foreach (Mono.Cecil.Cil.Instruction target in targets)
                {
                    CheckDistance(method, instruction, target);
                }

                break;
            case TypeReference type:
                CheckType(type, method.FullName, LineOf(method, instruction), $"'{name}'");
                break;
            case MethodReference called:
                if (called is GenericInstanceMethod)
                {
                    Add(Rule.Generics, method, instruction, $"calls {called.FullName}");
                }

                CheckType(called.DeclaringType, method.FullName, LineOf(method, instruction), $"'{name}'");
                break;
            case FieldReference field:
                CheckType(field.DeclaringType, method.FullName, LineOf(method, instruction), $"'{name}'");
                if (field.FieldType is RequiredModifierType)
                {
                    Add(Rule.Volatile, method, instruction, $"uses the volatile field {field.Name}");
                }

                break;
        }
    }

    private void CheckDistance(MethodDefinition method, Mono.Cecil.Cil.Instruction from, Mono.Cecil.Cil.Instruction to)
    {
        int distance = to.Offset - from.Offset - from.GetSize();
        if (distance is < short.MinValue or > short.MaxValue)
        {
            Add(Rule.Branch, method, from, $"a branch over {distance} bytes, and the device's limit is 32767");
        }
    }

    private void CheckType(TypeReference type, string where, (string File, int Line)? line, string what)
    {
        switch (type)
        {
            case GenericInstanceType or GenericParameter:
                _found.Add(new Violation(Rule.Generics, where, line, $"{what} is of type {type.FullName}"));
                break;
            case ArrayType { Rank: > 1 }:
                _found.Add(
                    new Violation(Rule.MultidimensionalArray, where, line, $"{what} is of type {type.FullName}"));
                break;
            case PointerType:
                _found.Add(new Violation(Rule.Pointer, where, line, $"{what} is of type {type.FullName}"));
                break;
            case FunctionPointerType:
                _found.Add(new Violation(Rule.FunctionPointer, where, line, $"{what} is of type {type.FullName}"));
                break;
            case RequiredModifierType { ModifierType.Name: "IsVolatile" }:
                _found.Add(new Violation(Rule.Volatile, where, line, $"{what} is volatile"));
                break;
            case TypeSpecification inner:
                CheckType(inner.ElementType, where, line, what);
                break;
        }
    }

    private static (string File, int Line)? LineOfType(TypeDefinition type) =>
        type.Methods.Select(m => LineOf(m, null)).FirstOrDefault(l => l is not null);

    private void Add(Rule rule, MethodDefinition method, Mono.Cecil.Cil.Instruction? instruction, string what) =>
        _found.Add(new Violation(rule, method.FullName, LineOf(method, instruction), what));
}
