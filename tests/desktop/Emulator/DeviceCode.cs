using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Mono.Cecil;

namespace Spore.Tests.Emulator;

/// <summary>The device's assemblies, as this build made them.</summary>
internal static class DeviceCode
{
    // As in bin/desktop/CONFIGURATION/FRAMEWORK/, from where the tests run.
    private static readonly string _configuration =
        Directory.GetParent(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar))!.Name;

    /// <summary>The device tests, with the firmware beside them.</summary>
    public static string Tests { get; } =
        Path.Combine(
            Repository.Root,
            "tests", "device", "bin", "device", _configuration, "netstandard2.0", "Spore.Tests.Device.dll");

    /// <summary>The firmware program, with what it refers to beside it.</summary>
    public static string Firmware { get; } =
        Path.Combine(
            Repository.Root,
            "firmware", "Spore.Firmware", "bin", "device", _configuration, "netstandard2.0", "Spore.Firmware.dll");

    /// <summary>A sample application, with what it refers to beside it.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The file.</returns>
    public static string Sample(string name) =>
        Path.Combine(
            Repository.Root,
            "firmware", "Samples", name, "bin", "device", _configuration, "netstandard2.0",
            $"Spore.Samples.{name}.dll");

    /// <summary>A folder of the device tests' assemblies.</summary>
    public static string Folder { get; } = Path.GetDirectoryName(Tests)!;

    /// <summary>
    /// What an assembly of nanoFramework is referred to by: mscorlib from its package, of others the declarations.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <returns>The file.</returns>
    public static string Reference(string name) => name == "mscorlib"
        ? Path.Combine(Folder, "mscorlib.dll")
        : Path.Combine(
            Repository.Root,
            "firmware", "Reference", name, "bin", "device", _configuration, "netstandard2.0", name + ".dll");

    /// <summary>Class and method of every device test.</summary>
    public static IReadOnlyList<(string Type, string Method)> AllTests { get; } = Find();

    private static List<(string Type, string Method)> Find()
    {
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(Tests);
        return [.. assembly.MainModule.GetTypes()
            .Where(t => Has(t, "TestClassAttribute"))
            .SelectMany(t => t.Methods.Where(m => Has(m, "TestMethodAttribute")).Select(m => (t.FullName, m.Name)))];
    }

    private static bool Has(ICustomAttributeProvider member, string attribute) =>
        member.CustomAttributes.Any(a => a.AttributeType.Name == attribute);
}
