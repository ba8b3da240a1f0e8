using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.Loader;

namespace Spore.Emulator;

/// <summary>A woven assembly, loaded, and what its counters say.</summary>
internal sealed class WovenAssembly : IDisposable
{
    private readonly AssemblyLoadContext _context = new("woven", isCollectible: true);
    private readonly Assembly _assembly;
    private readonly IReadOnlyList<CountedBlock> _blocks;
    private readonly long[] _counts;

    /// <summary>Loads a woven assembly.</summary>
    /// <param name="image">The assembly.</param>
    /// <param name="blocks">What its counters stand for.</param>
    public WovenAssembly(Stream image, IReadOnlyList<CountedBlock> blocks)
    {
        _assembly = _context.LoadFromStream(image);
        _blocks = blocks;
        _counts = (long[])_assembly.GetType(Weaver.Holder, throwOnError: true)!.GetField(Weaver.Field)!.GetValue(null)!;
    }

    /// <summary>Finds a type of the assembly.</summary>
    /// <param name="name">Its full name.</param>
    /// <returns>The type.</returns>
    /// <exception cref="ProgramException">There is none.</exception>
    public Type TypeOf(string name) =>
        _assembly.GetType(name) ?? throw new ProgramException(name, "there is no such type");

    /// <summary>Counts what an operation takes, when all that is made once has been made.</summary>
    /// <param name="prepare">Makes what the operation works on, anew each time, and returns the operation.</param>
    /// <returns>What it took the second time.</returns>
    public Spent Count(Func<Action> prepare)
    {
        prepare()();
        Action operation = prepare();
        Array.Clear(_counts);
        operation();
        return Spent;
    }

    /// <summary>What was counted last.</summary>
    public Spent Spent => new(Sum(b => b.Opcodes.Length), Sum(b => b.Cost));

    /// <summary>Sums the instructions counted last by opcode.</summary>
    /// <returns>For each opcode, by the number in <see cref="Opcodes"/>, how often it ran.</returns>
    public long[] CountByOpcode()
    {
        long[] counts = new long[Opcodes.Count];
        for (int i = 0; i < _blocks.Count; i++)
        {
            foreach (Mono.Cecil.Cil.Code code in _blocks[i].Opcodes)
            {
                counts[(int)code] += _counts[i];
            }
        }

        return counts;
    }

    /// <summary>The methods outside of the assembly that were called in what was counted last.</summary>
    /// <returns>How often each was called, by its full name.</returns>
    public IReadOnlyDictionary<string, long> CallsOutside()
    {
        return _blocks.Zip(_counts).Where(b => b.Second > 0)
            .SelectMany(b => b.First.Outside, (b, method) => (method.FullName, b.Second))
            .GroupBy(c => c.FullName)
            .ToDictionary(g => g.Key, g => g.Sum(c => c.Second));
    }

    /// <inheritdoc/>
    public void Dispose() => _context.Unload();

    private long Sum(Func<CountedBlock, long> of) =>
        _blocks.Zip(_counts, (block, count) => count == 0 ? 0 : of(block) * count).Sum();
}
