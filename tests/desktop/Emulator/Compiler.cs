using System.IO;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Mono.Cecil;
using Xunit;

namespace Spore.Tests.Emulator;

/// <summary>Makes small assemblies to try the emulator's tools on.</summary>
internal static class Compiler
{
    /// <summary>Compiles a source, optimised, with symbols.</summary>
    /// <param name="source">C# 10 in a file of the given name.</param>
    /// <param name="file">The name.</param>
    /// <returns>The assembly.</returns>
    public static AssemblyDefinition Compile(string source, string file)
    {
        string runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        CSharpCompilation compilation = CSharpCompilation.Create(
            Path.GetFileNameWithoutExtension(file),
            [CSharpSyntaxTree.ParseText(
                source,
                new CSharpParseOptions(LanguageVersion.CSharp10),
                file,
                Encoding.UTF8,
                TestContext.Current.CancellationToken)],
            [MetadataReference.CreateFromFile(Path.Combine(runtime, "System.Private.CoreLib.dll"))],
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true));
        MemoryStream code = new();
        MemoryStream symbols = new();
        EmitResult result = compilation.Emit(
            code,
            symbols,
            options: new EmitOptions(debugInformationFormat: DebugInformationFormat.PortablePdb),
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(result.Success, string.Join("\n", result.Diagnostics));
        code.Position = 0;
        symbols.Position = 0;
        DefaultAssemblyResolver resolver = new();
        resolver.AddSearchDirectory(runtime);
        return AssemblyDefinition.ReadAssembly(
            code, new ReaderParameters { AssemblyResolver = resolver, ReadSymbols = true, SymbolStream = symbols });
    }
}
