using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Mono.Cecil;
using Spore.Tests.Emulator;
using Xunit;

namespace Spore.Tests.Architecture;

/// <summary>No folder uses one above it, inside an assembly either. Every form of such a use is found.</summary>
public class LayerTests
{
    public static TheoryData<string> Assemblies() =>
    [
        Desktop("Spore.Crypto"),
        Desktop("Spore.WireGuard"),
        Desktop("Spore.Mesh"),
        Desktop("Spore.Signing"),
        Desktop("Spore.CommandLine"),
        Desktop("hostsim"),
        DeviceCode.Firmware,
    ];

    /// <summary>Code in a layer that uses a type of a higher one, which each form of use brings in alone.</summary>
    public static TheoryData<string> Uses() =>
    [
        "class Low : High.Class { }",
        "class Low : High.IInterface { }",
        "class Low { High.Class _f; }",
        "class Low { High.Class[] _f; }",
        "class Low { System.Collections.Generic.List<High.Class[]> _f; }",
        "class Low { object P => new High.Class(); }",
        "class Low { int P(High.Class c) => 1; }",
        "class Low { High.Class P() => null; }",
        "class Low { void P(ref High.Class c) { } }",
        "class Low { unsafe delegate*<High.Class, void> _f; }",
        "class Low { event High.Delegate E; }",
        "class Low { int P() => High.Class.Number; }",
        "class Low { int P() => High.Class.Method(); }",
        "class Low { object P() => typeof(High.Class); }",
        "class Low { object P() => new High.Class.Nested(); }",
        "class Low { bool P(object o) => o is High.Class; }",
        "class Low { void P() => System.Array.Empty<High.Class>(); }",
        "class Low { void P() { try { P(); } catch (High.Fault) { } } }",
        "class Low { unsafe void P() { High.Value v; System.GC.KeepAlive((long)(&v)); } }",
        "class Low { class Nested { High.Class _f; } }",
        "class Low<T> where T : High.IInterface { }",
        "class Low { void P<T>() where T : High.IInterface { } }",
        "[High.Mark] class Low { }",
        "class Low { void P([High.Mark] int x) { } }",
        "class Low { [return: High.Mark] int P() => 1; }",
        "[System.Diagnostics.DebuggerTypeProxy(typeof(High.Class))] class Low { }",
        "class Low { [System.ComponentModel.DefaultValue(High.Kind.A)] int _f; }",
    ];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void NoLayerUsesOneAboveIt(string file)
    {
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(file);
        string[] violations = Violations(assembly);
        Assert.True(violations.Length == 0, string.Join("\n", violations));
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void EveryNamespaceHasALayer(string file)
    {
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(file);
        Assert.All(Spores(assembly), t => Assert.True(Layers.Holds(t.Namespace), $"{t.FullName} is in no layer"));
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public void EveryFormOfUseIsFound(string low)
    {
        const string High = """
            namespace Spore.Mesh.High
            {
                public interface IInterface { }
                public delegate void Delegate();
                public struct Value { public int X; }
                public enum Kind { A }
                public class Fault : System.Exception { }
                public class Mark : System.Attribute { }
                public class Class
                {
                    public static int Number;
                    public static int Method() => 1;
                    public class Nested { }
                }
            }

            namespace Spore.Sync
            {
                using High = Spore.Mesh.High;

            """;
        using AssemblyDefinition assembly = Compiler.Compile(High + low + "}", "Low.cs");
        Assert.All(Violations(assembly), v => Assert.StartsWith("Spore.Sync.Low", v, StringComparison.Ordinal));
        Assert.NotEmpty(Violations(assembly));
    }

    private static string[] Violations(AssemblyDefinition assembly) =>
    [
        .. TypeUses.In(assembly)
            .Where(u => u.User.Namespace.StartsWith("Spore", StringComparison.Ordinal))
            .Where(u => !Layers.MayUse(u.User.Namespace, u.Used.Namespace))
            .Select(u => $"{u.User.FullName}, {u.Member}: uses {u.Used.FullName}; "
                + $"{Layers.Of(u.User.Namespace)} must not use {Layers.Of(u.Used.Namespace)}")
            .Distinct(),
    ];

    private static IEnumerable<TypeDefinition> Spores(AssemblyDefinition assembly) =>
        assembly.MainModule.Types.Where(t => t.Namespace.StartsWith("Spore", StringComparison.Ordinal));

    private static string Desktop(string name) => Path.Combine(AppContext.BaseDirectory, name + ".dll");
}
