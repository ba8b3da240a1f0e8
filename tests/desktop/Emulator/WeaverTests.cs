using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Spore.Emulator;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Emulator;

/// <summary>
/// What counters woven into an assembly count on the desktop is what the emulator counts for the same assembly.
/// </summary>
public sealed class WeaverTests
{
    private const int Heap = 512 * 1024;
    private const int Length = 200;

    // The bytes that the device copies and clears, and inner calls that don't fit the frame they might run
    // within, are not in it.
    private const double LeastNative = 0.995;

    private static readonly byte[] _bytes = MakeBytes();

    public static TheoryData<string, string, object?[]> Operations()
    {
        // Nulls stay, numbers are numbers, and each string is an array of bytes of its own.
        return new TheoryData<string, string, object?[]>
        {
            { "X25519", "Multiply", ["", 0, "", 32, "", 64] },
            { "X25519", "MultiplyBase", ["", 0, "", 32] },
            { "ChaCha20Poly1305", "Seal", ["", 0, "", 0, null, 0, 0, "", 0, 64] },
            { "ChaCha20Poly1305", "Seal", ["", 0, "", 0, "", 3, 21, "", 0, Length] },
            { "ChaCha20Poly1305", "Open", ["", 0, "", 0, "", 3, 21, "", 0, Length] },
            { "Blake2s", "Update", ["", 0, Length] },
            { "Sha512", "Update", ["", 0, Length] },
            { "Ed25519", "Verify", ["", 0, "", 96, 80, "", 32] },
        };
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void TheFirmwaresInstructionsAreCountedAsTheEmulatorCountsThem(
        string type, string method, object?[] arguments)
    {
        string name = $"Spore.Crypto.{type}";
        using DeviceProgram program = new([DeviceCode.Tests]);
        using Machine machine = new(program, Heap, TextWriter.Null);
        machine.Start();
        HeapBlock made = machine.NewObject(name);
        HeapBlock[] onDevice = [.. arguments.Select(
            a => a is int number ? Machine.Int(number) : a is null ? Machine.Null() : machine.NewBytes(_bytes))];
        machine.ClearCounters();
        machine.Call(program.FindMethod($"{name}::{method}"), [made, .. onDevice]);

        using WovenAssembly woven = Weaver.Weave(Path.Combine(DeviceCode.Folder, "Spore.Crypto.dll"));
        Spent spent = woven.Count(() =>
        {
            Type found = woven.TypeOf(name);
            object instance = Activator.CreateInstance(found)!;
            object?[] onDesktop = [.. arguments.Select(a => a is string ? _bytes.Clone() : a)];
            return () => found.GetMethod(method)!.Invoke(instance, onDesktop);
        });

        Assert.Equal(ByName(machine.CountByOpcode()), ByName(woven.CountByOpcode()));
        Assert.Equal(machine.Instructions, spent.Instructions);
        Assert.InRange(spent.Cost, (long)(machine.Cost * LeastNative), machine.Cost);
    }

    [Fact]
    public void BranchesHandlersFiltersAndGenericsGoOnAsBefore()
    {
        const int Rounds = 20;
        const string Source = """
            using System;
            public static class C
            {
                public static int Run(int rounds)
                {
                    int sum = 0;
                    for (int i = 0; i < rounds; i++)
                    {
                        try
                        {
                            switch (i % 5)
                            {
                                case 0: sum += 1; break;
                                case 1: sum += D<int>.Same(20); break;
                                case 2: throw new InvalidOperationException();
                                case 3: throw new ArgumentException();
                                default: sum += D<string>.Same("300").Length * 100; break;
                            }
                        }
                        catch (Exception e) when (e is ArgumentException && i > 2)
                        {
                            sum += 4000;
                        }
                        catch (InvalidOperationException)
                        {
                            sum += 50000;
                        }
                        finally
                        {
                            sum += 600000;
                        }
                    }

                    return sum;
                }

                private static class D<T>
                {
                    public static T Same(T value) { return value; }
                }
            }
            """;
        using AssemblyDefinition assembly = Compiler.Compile(Source, "Woven.cs");
        using WovenAssembly woven = Weaver.Weave(assembly);
        object? result = null;
        MethodInfo run = woven.TypeOf("C").GetMethod("Run")!;
        woven.Count(() => () => result = run.Invoke(null, [Rounds]));
        Assert.Equal((1 + 20 + 50000 + 4000 + 300 + (5 * 600000)) * Rounds / 5, result);

        long[] counts = woven.CountByOpcode();
        Assert.Equal(Rounds, counts[(int)Code.Switch]);
        Assert.Equal(Rounds, counts[(int)Code.Rem]);
        Assert.Equal(Rounds, counts[(int)Code.Endfinally]);
        Assert.Equal(Rounds / 5 * 2, counts[(int)Code.Throw]);
        Assert.Equal(Rounds / 5 * 2, counts[(int)Code.Endfilter]);
        Assert.Equal(1 + (Rounds / 5 * 2), counts[(int)Code.Ret]);
        Assert.Equal(Rounds / 5, woven.CallsOutside()["System.Int32 System.String::get_Length()"]);
    }

    [Fact]
    public void WhatIsNoAssemblyIsTold()
    {
        ProgramException e = Assert.Throws<ProgramException>(
            () => Weaver.Weave(Path.Combine(DeviceCode.Folder, "Spore.Crypto.pdb")));
        Assert.Contains("can't be read as an assembly", e.Message);
    }

    // Any bytes, but such that there is a public key, a signature of it, and the 80 bytes signed.
    private static byte[] MakeBytes()
    {
        byte[] bytes = [.. Enumerable.Range(0, Length + 64).Select(i => (byte)((i * 7) + 1))];
        using TrustRootKey key = TrustRootKey.FromSeed(bytes[..32]);
        key.PublicKey.CopyTo(bytes, 0);
        key.Sign(bytes[96..176]).CopyTo(bytes, 32);
        return bytes;
    }

    private static Dictionary<string, long> ByName(long[] counts)
    {
        return Enumerable.Range(0, counts.Length)
            .Where(i => counts[i] > 0)
            .ToDictionary(Opcodes.NameOf, i => counts[i]);
    }
}
