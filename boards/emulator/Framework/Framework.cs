using System;
using System.Collections.Generic;
using Mono.Cecil;

namespace Spore.Emulator;

/// <summary>
/// The methods of nanoFramework's libraries that the emulator carries out itself, with the IL instructions that the library's own
/// code runs for each (CoreLibrary 1.17.11, release build).
/// </summary>
internal static unsafe partial class Framework
{
    private static readonly Dictionary<string, NativeMethod> Known = [];

    static Framework()
    {
        AddObjects();
        AddArrays();
        AddBitConverter();
        AddStrings();
        AddOutput();
    }

    /// <summary>Finds the emulator's own implementation of a method.</summary>
    /// <param name="method">The method.</param>
    /// <returns>The implementation, or null where there is none.</returns>
    public static NativeMethod? Find(MethodReference method)
    {
        string parameters = string.Join(",", System.Linq.Enumerable.Select(method.Parameters, p => p.ParameterType.FullName));
        return Known.GetValueOrDefault($"{method.DeclaringType.FullName}::{method.Name}({parameters})");
    }

    /// <summary>The fields of a class of the framework, which its declaration doesn't tell.</summary>
    /// <param name="type">Its full name.</param>
    /// <returns>Their tags.</returns>
    public static DataType[] FieldsOf(string type)
    {
        return type switch
        {
            // Message, inner exception, stack trace, result code.
            "System.Exception" => [DataType.Object, DataType.Object, DataType.Object, DataType.I4],
            _ => [],
        };
    }

    private static void Add(string signature, NativeBody body, int instructions = 0) => Known[signature] = new NativeMethod(body, instructions);
}
