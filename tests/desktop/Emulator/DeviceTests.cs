using System;
using System.IO;
using System.Linq;
using Spore.Emulator;
using Xunit;

namespace Spore.Tests.Emulator;

/// <summary>The device tests, compiled for the device, in the emulator: each on a device of its own.</summary>
public class DeviceTests
{
    // Two nodes and what surrounds them don't fit what one board has.
    private const int Heap = 106 * 1024;

    public static TheoryData<string, string> All()
    {
        TheoryData<string, string> data = [];
        foreach ((string type, string method) in DeviceCode.AllTests)
        {
            data.Add(type, method);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Passes(string type, string method)
    {
        using DeviceProgram program = new([DeviceCode.Tests]);
        using Machine machine = new(program, Heap, TextWriter.Null);
        machine.Start();
        HeapBlock tests = machine.NewObject(type);
        machine.Call(program.FindMethod($"{type}::{method}"), tests);
    }

    [Fact]
    public void TheLauncherRunsEveryTestOnce()
    {
        using StringWriter output = new();
        using DeviceProgram program = new([DeviceCode.Tests]);
        using Machine machine = new(program, Heap, output);
        machine.Start();
        machine.Call(program.FindMethod("Spore.Tests.Device.Launcher::Main"));
        string[] lines = output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("all passed", lines[^1]);
        Assert.Equal(DeviceCode.AllTests.Select(t => "pass " + t.Method).Order(), lines[..^1].Order());
    }

    [Fact]
    public void ATestThatFailsIsSeen()
    {
        using DeviceProgram program = new([DeviceCode.Tests]);
        using Machine machine = new(program, Heap, TextWriter.Null);
        machine.Start();
        HeapBlock no = Machine.Int(0);
        UnhandledException e = Assert.Throws<UnhandledException>(
            () => machine.Call(program.FindMethod("nanoFramework.TestFramework.Assert::IsTrue"), no, Machine.Null()));
        Assert.Equal("TestFrameworkShared.AssertFailedException", e.Type);
    }
}
