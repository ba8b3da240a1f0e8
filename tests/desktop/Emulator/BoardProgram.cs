using System;
using System.IO;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Xunit;

namespace Spore.Tests.Emulator;

/// <summary>An application beside a node, compiled on the spot with the firmware's files.</summary>
internal sealed class BoardProgram : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("spore-");

    /// <summary>Compiles an application.</summary>
    /// <param name="source">Its source, with a static Main in a class <c>Program</c> without a namespace.</param>
    public BoardProgram(string source)
    {
        string firmware = Path.Combine(Repository.Root, "firmware", "Spore.Firmware");
        string[] sources =
        [
            source,
            .. Directory.GetFiles(firmware, "*.cs").Where(f => Path.GetFileName(f) != "Program.cs")
                .Select(File.ReadAllText),
        ];
        foreach (string file in Directory.GetFiles(Path.GetDirectoryName(DeviceCode.Firmware)!, "*.dll"))
        {
            if (file != DeviceCode.Firmware)
            {
                File.Copy(file, Path.Combine(_folder.FullName, Path.GetFileName(file)));
            }
        }

        CSharpCompilation compilation = CSharpCompilation.Create(
            "Application",
            sources.Select(s => CSharpSyntaxTree.ParseText(
                s,
                new CSharpParseOptions(LanguageVersion.CSharp10),
                cancellationToken: TestContext.Current.CancellationToken)),
            Directory.GetFiles(_folder.FullName).Select(f => MetadataReference.CreateFromFile(f)),
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, optimizationLevel: OptimizationLevel.Release));
        Code = Path.Combine(_folder.FullName, "Application.dll");
        EmitResult result = compilation.Emit(Code, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(
            result.Success, string.Join("\n", result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)));
    }

    /// <summary>The compiled program, with what it refers to beside it.</summary>
    public string Code { get; }

    public void Dispose() => _folder.Delete(true);
}
