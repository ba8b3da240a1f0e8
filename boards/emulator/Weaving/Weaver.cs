using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;
using CilInstruction = Mono.Cecil.Cil.Instruction;

namespace Spore.Emulator;

/// <summary>
/// Puts counters into a compiled assembly, so that the desktop runtime counts the IL instructions it runs. A run of
/// instructions without a branch in or out has one counter: what stands in it is known. Exceptions that leave one
/// halfway would be counted to its end.
/// </summary>
internal sealed class Weaver
{
    /// <summary>The type that holds the counters.</summary>
    public const string Holder = "Counters";

    /// <summary>Its field.</summary>
    public const string Field = "All";

    private readonly Prices _prices = new();
    private readonly List<CountedBlock> _blocks = [];
    private readonly FieldDefinition _counters;

    private Weaver(ModuleDefinition module)
    {
        _counters = new FieldDefinition(
            Field, FieldAttributes.Public | FieldAttributes.Static, module.TypeSystem.Int64.MakeArrayType());
    }

    /// <summary>Weaves an assembly and loads the result beside whatever else is loaded.</summary>
    /// <param name="file">The assembly, which is left as it is.</param>
    /// <returns>The woven copy.</returns>
    /// <exception cref="ProgramException">The file can't be read as an assembly.</exception>
    public static WovenAssembly Weave(string file)
    {
        using DefaultAssemblyResolver resolver = new();
        resolver.AddSearchDirectory(Path.GetDirectoryName(Path.GetFullPath(file)));
        resolver.AddSearchDirectory(Path.GetDirectoryName(typeof(object).Assembly.Location));
        using AssemblyDefinition assembly = Read(file, resolver);
        return Weave(assembly);
    }

    /// <summary>Weaves an assembly and loads the result beside whatever else is loaded.</summary>
    /// <param name="assembly">The assembly, as read; its methods are changed.</param>
    /// <returns>The woven copy.</returns>
    public static WovenAssembly Weave(AssemblyDefinition assembly)
    {
        ModuleDefinition module = assembly.MainModule;
        Weaver weaver = new(module);
        foreach (MethodDefinition method in module.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody).ToList())
        {
            weaver.Weave(method);
        }

        weaver.AddHolder(module);
        using MemoryStream woven = new();
        assembly.Write(woven);
        woven.Position = 0;
        return new WovenAssembly(woven, weaver._blocks);
    }

    private static AssemblyDefinition Read(string file, IAssemblyResolver resolver)
    {
        try
        {
            return AssemblyDefinition.ReadAssembly(file, new ReaderParameters { AssemblyResolver = resolver });
        }
        catch (Exception e) when (e is BadImageFormatException or IOException)
        {
            throw new ProgramException(file, $"can't be read as an assembly ({e.Message.ReplaceLineEndings(" ")})");
        }
    }

    // Whatever led to an instruction leads to its counter.
    private static void Redirect(MethodBody body, Dictionary<CilInstruction, CilInstruction> moved)
    {
        foreach (CilInstruction instruction in body.Instructions)
        {
            if (instruction.Operand is CilInstruction target)
            {
                instruction.Operand = moved[target];
            }
            else if (instruction.Operand is CilInstruction[] targets)
            {
                instruction.Operand = targets.Select(t => moved[t]).ToArray();
            }
        }

        foreach (ExceptionHandler handler in body.ExceptionHandlers)
        {
            handler.TryStart = moved[handler.TryStart];
            handler.TryEnd = handler.TryEnd is null ? null : moved[handler.TryEnd];
            handler.FilterStart = handler.FilterStart is null ? null : moved[handler.FilterStart];
            handler.HandlerStart = moved[handler.HandlerStart];
            handler.HandlerEnd = handler.HandlerEnd is null ? null : moved[handler.HandlerEnd];
        }
    }

    private void Weave(MethodDefinition method)
    {
        MethodBody body = method.Body;
        List<CilInstruction> original = [.. body.Instructions];
        HashSet<CilInstruction> leaders = Leaders.Of(body);

        Dictionary<CilInstruction, int> counters = [];
        int entry = AddBlock(new CountedBlock([], _prices.OfEntry(method), []));
        for (int start = 0, end; start < original.Count; start = end)
        {
            end = start + 1;
            while (end < original.Count && !leaders.Contains(original[end]))
            {
                end++;
            }

            List<CilInstruction> run = original.GetRange(start, end - start);
            counters[run[0]] = AddBlock(new CountedBlock(
                [.. run.Select(i => i.OpCode.Code)],
                run.Sum(_prices.Of),
                [.. run.Select(Prices.Outside).OfType<MethodReference>()]));
        }

        // The opcodes as compiled are noted above; now short branches, which might not reach over what
        // is put in, become long.
        body.SimplifyMacros();
        Dictionary<CilInstruction, CilInstruction> moved = [];
        List<CilInstruction> woven = [.. Increment(entry)];
        foreach (CilInstruction instruction in original)
        {
            if (counters.TryGetValue(instruction, out int counter))
            {
                CilInstruction[] increment = Increment(counter);
                moved[instruction] = increment[0];
                woven.AddRange(increment);
            }

            woven.Add(instruction);
        }

        Redirect(body, moved);
        body.Instructions.Clear();
        woven.ForEach(body.Instructions.Add);
    }

    private int AddBlock(CountedBlock block)
    {
        _blocks.Add(block);
        return _blocks.Count - 1;
    }

    private CilInstruction[] Increment(int counter)
    {
        return
        [
            CilInstruction.Create(OpCodes.Ldsfld, _counters),
            CilInstruction.Create(OpCodes.Ldc_I4, counter),
            CilInstruction.Create(OpCodes.Ldelema, _counters.FieldType.GetElementType()),
            CilInstruction.Create(OpCodes.Dup),
            CilInstruction.Create(OpCodes.Ldind_I8),
            CilInstruction.Create(OpCodes.Ldc_I4_1),
            CilInstruction.Create(OpCodes.Conv_I8),
            CilInstruction.Create(OpCodes.Add),
            CilInstruction.Create(OpCodes.Stind_I8),
        ];
    }

    private void AddHolder(ModuleDefinition module)
    {
        TypeDefinition holder = new(
            "",
            Holder,
            TypeAttributes.Public | TypeAttributes.Abstract | TypeAttributes.Sealed,
            module.TypeSystem.Object);
        holder.Fields.Add(_counters);
        MethodDefinition initializer = new(
            ".cctor",
            MethodAttributes.Static | MethodAttributes.Private | MethodAttributes.HideBySig
            | MethodAttributes.SpecialName | MethodAttributes.RTSpecialName,
            module.TypeSystem.Void);
        ILProcessor il = initializer.Body.GetILProcessor();
        il.Emit(OpCodes.Ldc_I4, _blocks.Count);
        il.Emit(OpCodes.Newarr, module.TypeSystem.Int64);
        il.Emit(OpCodes.Stsfld, _counters);
        il.Emit(OpCodes.Ret);
        holder.Methods.Add(initializer);
        module.Types.Add(holder);
    }
}
