using System.Collections.Generic;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Spore.Emulator;

/// <summary>
/// What one counter of a woven assembly stands for: instructions that run one after the other, or
/// the entry of a method.
/// </summary>
/// <param name="Opcodes">The instructions, as compiled; none for an entry.</param>
/// <param name="Cost">Native instructions for all of them, with the calls they make of methods outside.</param>
/// <param name="Outside">The methods outside of the assembly that they call.</param>
internal sealed record CountedBlock(Code[] Opcodes, long Cost, IReadOnlyList<MethodReference> Outside);
