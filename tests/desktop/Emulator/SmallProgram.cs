using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Spore.Emulator;
using Xunit;

namespace Spore.Tests.Emulator;

/// <summary>A program for the device, compiled on the spot against the declarations, and a device to run it.</summary>
internal sealed class SmallProgram : IDisposable
{
    private static readonly string[] _references =
    [
        "mscorlib", "System.Net", "nanoFramework.Hardware.Esp32", "nanoFramework.Runtime.Native",
        "nanoFramework.System.Text", "System.Device.Gpio", "System.Device.Wifi",
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("spore-");
    private readonly StringWriter _output = new();

    /// <summary>Compiles a program.</summary>
    /// <param name="source">Its source, with a static Main in a class.</param>
    /// <param name="heapBytes">The device's heap.</param>
    /// <param name="surroundings">What is around the device, or null for a link that is up at 192.0.2.1.</param>
    /// <param name="files">Files of the firmware to compile with it.</param>
    public SmallProgram(
        string source, int heapBytes = 100 * 1024, Surroundings? surroundings = null, params string[] files)
    {
        File = Path.Combine(_folder.FullName, "Small.dll");
        Compile(
            [
                source,
                .. files.Select(
                    f => System.IO.File.ReadAllText(Path.Combine(Repository.Root, "firmware", "Spore.Firmware", f))),
            ]);
        Surroundings = surroundings ?? new Surroundings { IsLinkUp = true, Address = IPAddress.Parse("192.0.2.1") };
        DeviceProgram program = new([File]);
        Device = new Device(
            program, program.MethodOf(program.Assemblies[^1].EntryPoint), heapBytes, _output, Surroundings);
    }

    /// <summary>The compiled program.</summary>
    public string File { get; }

    /// <summary>What is around the device.</summary>
    public Surroundings Surroundings { get; }

    /// <summary>The device.</summary>
    public Device Device { get; }

    /// <summary>The lines that it has printed.</summary>
    public string[] Lines => _output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Runs a program to its end, and gives back what it printed.</summary>
    /// <param name="source">Its source.</param>
    /// <returns>The lines.</returns>
    public static string[] Run(string source)
    {
        using SmallProgram program = new(source);
        RunState state = program.Device.RunFor(36000);
        Assert.Empty(program.Device.Failures);
        Assert.Equal(RunState.Ended, state);
        return program.Lines;
    }

    public void Dispose()
    {
        Device.Dispose();
        _output.Dispose();
        _folder.Delete(true);
    }

    private void Compile(IEnumerable<string> sources)
    {
        List<MetadataReference> references = [];
        foreach (string name in _references)
        {
            string copy = Path.Combine(_folder.FullName, name + ".dll");
            System.IO.File.Copy(DeviceCode.Reference(name), copy);
            references.Add(MetadataReference.CreateFromFile(copy));
        }

        CSharpCompilation compilation = CSharpCompilation.Create(
            "Small",
            sources.Select(
                s => CSharpSyntaxTree.ParseText(
                    s,
                    new CSharpParseOptions(LanguageVersion.CSharp10),
                    cancellationToken: TestContext.Current.CancellationToken)),
            references,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, optimizationLevel: OptimizationLevel.Release));
        EmitResult result = compilation.Emit(File, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(
            result.Success, string.Join("\n", result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)));
    }
}
