using System;
using System.Collections.Generic;
using System.Linq;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Spore.Emulator;

/// <summary>
/// Counts how many catch and finally blocks can be under way at one time, in one method and in what it calls from
/// within them: the device remembers six, and forgets the oldest for a seventh without a word.
/// </summary>
internal sealed class HandlerNesting
{
    private const int Most = 6;

    private readonly Dictionary<MethodDefinition, int> _depths = [];
    private readonly HashSet<MethodDefinition> _entered = [];
    private readonly ILookup<(string Name, int Parameters), MethodDefinition> _virtual;
    private readonly List<Violation> _found = [];

    private HandlerNesting(IReadOnlyList<MethodDefinition> methods) =>
        _virtual = methods.Where(m => m.IsVirtual).ToLookup(m => (NameOf(m), m.Parameters.Count));

    /// <summary>Runs the count over assemblies together.</summary>
    /// <param name="assemblies">The assemblies.</param>
    /// <returns>The places where there are too many.</returns>
    public static IReadOnlyList<Violation> Check(IReadOnlyList<AssemblyDefinition> assemblies)
    {
        MethodDefinition[] methods =
            [.. assemblies.SelectMany(a => a.MainModule.GetTypes()).SelectMany(t => t.Methods).Where(m => m.HasBody)];
        HandlerNesting nesting = new(methods);
        foreach (MethodDefinition method in methods)
        {
            nesting.DepthOf(method);
        }

        return nesting._found;
    }

    private int DepthOf(MethodDefinition method)
    {
        if (_depths.TryGetValue(method, out int known))
        {
            return known;
        }

        _entered.Add(method);
        int deepest = 0;
        bool isTold = false;
        foreach (Mono.Cecil.Cil.Instruction instruction in method.Body.Instructions)
        {
            int around = method.Body.ExceptionHandlers.Count(h => Holds(h, instruction));
            foreach (MethodDefinition called in CalledBy(instruction))
            {
                if (!_entered.Contains(called))
                {
                    int below = DepthOf(called);

                    // Where what is called is too deep by itself, it is told there.
                    if (below <= Most)
                    {
                        deepest = Math.Max(deepest, around + below);
                    }
                }
                else if (around > 0)
                {
                    // It comes back here from within a handler, as often as it likes.
                    deepest = Most + 1;
                }
            }

            deepest = Math.Max(deepest, around);
            if (deepest > Most && !isTold)
            {
                isTold = true;
                _found.Add(new Violation(
                    Rule.HandlerNesting,
                    method.FullName,
                    ProfileCheck.LineOf(method, instruction),
                    $"more than {Most} catch and finally blocks can be under way at one time, and the device remembers "
                    + $"{Most}"));
            }
        }

        _entered.Remove(method);
        return _depths[method] = deepest;
    }

    private IEnumerable<MethodDefinition> CalledBy(Mono.Cecil.Cil.Instruction instruction)
    {
        if (instruction.Operand is not MethodReference reference || instruction.OpCode.FlowControl != FlowControl.Call)
        {
            return [];
        }

        MethodDefinition? target = reference.Resolve();
        if (target is null)
        {
            return [];
        }

        IEnumerable<MethodDefinition> overrides = instruction.OpCode.Code == Code.Callvirt && target.IsVirtual
            ? _virtual[(NameOf(target), target.Parameters.Count)]
            : [];
        return overrides.Append(target).Where(m => m.HasBody).Distinct();
    }

    private static bool Holds(ExceptionHandler handler, Mono.Cecil.Cil.Instruction instruction) =>
        instruction.Offset >= handler.HandlerStart.Offset
        && (handler.HandlerEnd is null || instruction.Offset < handler.HandlerEnd.Offset);

    // One that implements an interface's explicitly has the interface's name in its own.
    private static string NameOf(MethodDefinition method) => method.Name[(method.Name.LastIndexOf('.') + 1)..];
}
