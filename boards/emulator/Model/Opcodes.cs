using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using Mono.Cecil.Cil;

namespace Spore.Emulator;

/// <summary>The CIL opcodes, by a small number each.</summary>
internal static class Opcodes
{
    private static readonly string[] _names = new string[(int)Enum.GetValues<Code>().Max() + 1];

    static Opcodes()
    {
        foreach (FieldInfo field in typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            OpCode opcode = (OpCode)field.GetValue(null)!;
            _names[(int)opcode.Code] = opcode.Name;
        }
    }

    /// <summary>How many there are.</summary>
    public static int Count => _names.Length;

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> All => _names;

    /// <summary>The name of an opcode as in the standard (ECMA-335 part III).</summary>
    /// <param name="opcode">Its number.</param>
    /// <returns>The name.</returns>
    public static string NameOf(int opcode) => _names[opcode] ?? throw new ArgumentOutOfRangeException(nameof(opcode));
}
