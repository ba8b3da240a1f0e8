using System;
using System.Collections.Generic;
using System.Linq;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Spore.Emulator;
using Xunit;

namespace Spore.Tests.Emulator;

/// <summary>
/// The firmware holds nothing that the device does not support or runs silently wrong; and each rule is seen to be
/// broken by a small assembly that breaks it.
/// </summary>
public class ProfileTests
{
    // The line of each source that breaks the rule ends with this.
    private const string Mark = "// here";

    public static TheoryData<string, string> Broken()
    {
        string manyLocals = string.Concat(Enumerable.Range(0, 300).Select(i => $"int a{i} = x * {i}; F(ref a{i}); "));
        string deep = string.Concat(Enumerable.Range(0, 260).Select(i => "x + (")) + "x" + new string(')', 260);
        string far = string.Concat(Enumerable.Range(0, 4000).Select(i => "x = F(ref x) * 100000 + x; "));
        string cases = string.Concat(Enumerable.Range(0, 300).Select(i => $"case {i}: return {i * i % 7919}; "));
        string nested = string.Concat(Enumerable.Repeat("try { _f++; } finally { ", 7));
        return new TheoryData<string, string>
        {
            { "Generics", "class C<T> { public int M() { return 1; } // here\n}" },
            { "Generics", "class C { static T M<T>(T x) { return x; } // here\n}" },
            { "Generics", "class C { static int M(int x) {\n int? y = x; // here\n return y.Value; } }" },
            {
                "MultidimensionalArray",
                "class C { static int M(int x) {\n int[,] y = new int[x, x]; // here\n return y[0, 0]; } }"
            },
            {
                "StackAllocation",
                "unsafe class C { static int M(int x) {\n int* y = stackalloc int[x]; // here\n return y[0]; } }"
            },
            { "Pointer", "unsafe class C { static int M(int* x) { return *x; } // here\n}" },
            { "DefaultInterfaceMethod", "interface C { int M() { return 1; } // here\n}" },
            {
                "FunctionPointer",
                "unsafe class C { static int M(delegate*<int, int> x) {\n return x(1); // here\n } }"
            },
            {
                "FunctionPointer",
                "unsafe class C { static int N() { return 1; } static bool M() {\n delegate*<int> x = &N; // here\n"
                + " return x != null; } }"
            },
            { "CheckedArithmetic", "class C { static int M(int x) {\n return checked(x + 1); // here\n } }" },
            { "CheckedArithmetic", "class C { static byte M(int x) {\n return checked((byte)x); // here\n } }" },
            { "Volatile", "class C { volatile int _f; int M() {\n return _f; // here\n } }" },
            {
                "Locals",
                "class C { static int F(ref int x) { return x; } static void M(int x) {\n" + manyLocals
                + " // here\n} }"
            },
            { "StackDepth", "class C { static int M(int x) { return // here\n" + deep + "; } }" },
            {
                "Branch",
                "class C { static int F(ref int x) { return x; } static int M(int x) {\n while (x < 5) { " + far
                + "} // here\n return x; } }"
            },
            { "Branch", "class C { static int M(int x) {\n switch (x) { " + cases + " } // here\n return 0; } }" },
            {
                "HandlerNesting",
                "class C { static int _f; static void M() { " + nested + "\n_f++; // here\n" + new string('}', 7)
                + " } }"
            },
            {
                "HandlerNesting",
                "class C { static int _f; static void M() { try { _f++; } finally {\n N(); // here\n"
                + " } } static void N() { "
                + nested[..^"try { _f++; } finally { ".Length] + " _f++; " + new string('}', 6) + " } }"
            },
            {
                "HandlerNesting",
                "class C { static int _f; static void M() { try { _f++; } finally {\n M(); // here\n } } }"
            },
            { "SignTrap", "class C { static int M(uint x) {\n return (int)x >> 3; // here\n } }" },
            // A local that is used once is none: the compiler leaves the value on the stack.
            { "SignTrap", "class C { static int M(uint x) { int y = (int)x;\n return y >> 3; // here\n } }" },
            { "SignTrap", "class C { static long M(ulong x) {\n return (long)x >> 3; // here\n } }" },
            { "SignTrap", "class C { static int M(uint x) {\n return (int)x % 3; // here\n } }" },
            { "SignTrap", "class C { static long M(uint x) {\n return (int)x; // here\n } }" },
            { "SignTrap", "class C { static double M(uint x) {\n return (int)x; // here\n } }" },
            { "SignTrap", "class C { static int M(uint x) {\n return ((int)(x + 1) ^ 5) >> 3; // here\n } }" },
            { "SignTrap", "class C { static int M(uint x, bool b) {\n return (b ? (int)x : 5) >> 3; // here\n } }" },
            {
                "SignTrap",
                "class C { static int N(int x) {\n return x >> 3; // here\n } static int M(uint x) { return "
                + "N((int)x); } }"
            },
            {
                "SignTrap",
                "class C { static int N(uint x) { return (int)x; } static int M(uint x) {\n return N(x) >> 3; // here\n"
                + " } }"
            },
            { "SignTrap", "class C { uint _f; int M() {\n return (int)_f >> 3; // here\n } }" },
            { "SignTrap", "class C { static int M(uint[] x) {\n return (int)x[0] >> 3; // here\n } }" },
            { "SignTrap", "class C { static long M(ulong[] x, int i) {\n return (long)x[i + 1] >> 3; // here\n } }" },
            { "SignTrap", "class C { static void M(uint x, out int y) {\n y = (int)x; // here\n } }" },
            {
                "SignTrap",
                "interface I { int N(int x); } class C : I { public int N(int x) {\n return x >> 3; // here\n"
                + " } static int M(I i, uint x) { return i.N((int)x); } }"
            },
        };
    }

    public static TheoryData<string> Sound()
    {
        return
        [
            "class C { static int M(uint x) { return (int)(long)x >> 3; } }",
            "class C { static int M(uint x) { int y = (int)x; return (y >> 3) + y; } }",
            "class C { static int M(uint x) { return (int)(x >> 1) >> 3; } }",
            "class C { static int M(uint x) { return (int)(x & 0x7FFFFFFF) >> 3; } }",
            "class C { static long M(uint x) { return (long)x >> 3; } }",
            "class C { static long M(int x) { return (long)(ulong)(uint)x % 5; } }",
            "class C { static uint M(int x) { return (uint)x >> 3; } }",
            "class C { static ulong M(long x) { return (ulong)x / 3; } }",
            "class C { static int M(byte[] x) { return (x[0] << 8 | x[1]) >> 3; } }",
            "class C { static int _f; static int M(uint x) { _f = (int)x; return _f >> 3; } }",
            "class C { static long M(ulong x) { return (long)(x & 0xFFFF) >> 3; } }",
            "class C { static bool M(uint x) { return (int)x < 0; } }",
            "class C { static int _f; static void M() { "
            + string.Concat(Enumerable.Repeat("try { _f++; } finally { ", 6)) + "_f++; }}}}}} } }",
            "class C { static int _f; static void M(int x) { try { _f++; if (x > 0) { M(x - 1); } } finally { _f--; "
            + "} } }",
            "class C { delegate int D(int x); static int N(int x) { return x; } static D M() { return new D(N); } }",
            "class C { static int M(int x) { switch (x) { case 1: return 5; case 2: return 7; case 3: return 11; case "
            + "4: return 3; } return 0; } }",
        ];
    }

    [Fact]
    public void TheFirmwareBreaksNoRule()
    {
        using DeviceProgram program = new([DeviceCode.Firmware]);
        AssemblyDefinition[] firmware =
            [.. program.Assemblies.Where(a => a.Name.Name.StartsWith("Spore.", StringComparison.Ordinal))];
        Assert.Equal(
            ["Spore.Crypto", "Spore.WireGuard", "Spore.Mesh", "Spore.Firmware"], firmware.Select(a => a.Name.Name));
        IReadOnlyList<Violation> found = ProfileCheck.Check(firmware);
        Assert.True(found.Count == 0, string.Join("\n", found));
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public void EveryRuleIsSeenToBeBrokenAndTheLineIsNamed(string rule, string source)
    {
        int line = Array.FindIndex(source.Split('\n'), l => l.EndsWith(Mark, StringComparison.Ordinal)) + 1;
        IReadOnlyList<Violation> found = Check(Compile(source));
        Assert.Contains(found, v => v.Rule.ToString() == rule && v.Line?.Line == line && v.Line?.File == "Broken.cs");
    }

    [Fact]
    public void EveryRuleHasAnAssemblyThatBreaksIt()
    {
        IEnumerable<string> tried = Broken()
            .Select(r => r.Data.Item1)
            .Append(nameof(Rule.UnsupportedOpcode))
            .Append(nameof(Rule.AssemblySize));
        Assert.Equal(Enum.GetNames<Rule>().Order(), tried.Distinct().Order());
    }

    [Theory]
    [MemberData(nameof(Sound))]
    public void WhatIsSoundIsLetPass(string source) => Assert.Empty(Check(Compile(source)));

    [Fact]
    public void AnOpcodeThatTheDeviceRefusesIsSeen()
    {
        // C# has no way to say it.
        using AssemblyDefinition assembly = Compile(
            "class C { static void M() { System.GC.KeepAlive(null); // here\n} }");
        ILProcessor il = assembly.MainModule.GetType("C").Methods.First(m => m.Name == "M").Body.GetILProcessor();
        il.InsertBefore(il.Body.Instructions[^1], il.Create(OpCodes.Ckfinite));
        Violation found = Assert.Single(ProfileCheck.Check([assembly]));
        Assert.Equal(Rule.UnsupportedOpcode, found.Rule);
    }

    [Fact]
    public void AnAssemblyOf64KilobytesIsTooLarge()
    {
        string statements = string.Concat(Enumerable.Range(0, 3000).Select(_ => "x = x * 100000 + 3; "));
        string methods = string.Concat(
            Enumerable.Range(0, 3).Select(i => $"static int M{i}(int x) {{ {statements} return x; }} "));
        Violation found = Assert.Single(Check(Compile($"class C {{ {methods} }}")));
        Assert.Equal(Rule.AssemblySize, found.Rule);
    }

    private static IReadOnlyList<Violation> Check(AssemblyDefinition assembly)
    {
        using (assembly)
        {
            return ProfileCheck.Check([assembly]);
        }
    }

    private static AssemblyDefinition Compile(string source) => Compiler.Compile(source, "Broken.cs");
}
