using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Mono.Cecil;
using Spore.Tests.Emulator;
using Xunit;

namespace Spore.Tests.Architecture;

/// <summary>
/// A source file stands in the folder of its namespace and is named after its one type; its lines fit in 120 columns.
/// What is in firmware is built for the device.
/// </summary>
public class SourceTests
{
    private const int MostColumns = 120;
    private static readonly string[] _shared = ["Spore.Crypto", "Spore.WireGuard", "Spore.Mesh"];
    private static readonly string[] _firmware = [.. _shared, "Spore.Firmware"];

    [Fact]
    public void TheFolderOfAFileIsItsNamespace()
    {
        Assert.All(
            Sources(),
            source => Assert.Equal((source.File, NamespaceOf(source.File)), (source.File, source.Namespace)));
    }

    [Fact]
    public void AFileHasOneTypeAndItsName()
    {
        Assert.All(Sources(), source =>
        {
            string name = Path.GetFileName(source.File).Split('.')[0];
            Assert.Equal((source.File, name), (source.File, string.Join(", ", source.Types)));
        });
    }

    // The compiler copies the value of a constant, so that the IL does not show where it is from. The directives do.
    [Fact]
    public void NoFileNamesANamespaceAboveIt()
    {
        Assert.All(
            Sources().SelectMany(source => source.Usings.Select(used => (source.File, source.Namespace, Used: used))),
            u => Assert.True(Layers.MayUse(u.Namespace, u.Used), $"{u.File} uses {u.Used}"));
    }

    [Fact]
    public void EveryFileInFirmwareIsBuiltForTheDevice()
    {
        HashSet<string> built = [.. _firmware.SelectMany(name => Types(DeviceAssembly(name)))];
        IEnumerable<string> declared = Sources()
            .Where(s => _firmware.Any(name => s.File.StartsWith($"firmware/{name}/", StringComparison.Ordinal)))
            .SelectMany(s => s.Types.Select(t => $"{s.Namespace}.{t}"));
        Assert.All(declared, type => Assert.True(built.Contains(type), $"{type} is not in the device's assemblies"));
    }

    [Fact]
    public void TheDesktopsBuildHasNothingThatTheDevicesLacks()
    {
        foreach (string name in _shared)
        {
            IEnumerable<string> device = Members(DeviceAssembly(name));
            IEnumerable<string> desktop = Members(Path.Combine(AppContext.BaseDirectory, name + ".dll"));
            Assert.Equal(device.Order(StringComparer.Ordinal), desktop.Order(StringComparer.Ordinal));
        }
    }

    // Generated files are as wide as their generator makes them.
    [Fact]
    public void NoLineIsWiderThan120Columns()
    {
        IEnumerable<string> files =
            Files(Repository.Root).Where(f => !f.EndsWith(".g.cs", StringComparison.Ordinal));
        string[] wide =
        [
            .. files.SelectMany(
                f => File.ReadLines(Path.Combine(Repository.Root, f))
                    .Select((line, i) => (line.Length, Where: $"{f}:{i + 1}"))
                    .Where(l => l.Length > MostColumns)
                    .Select(l => l.Where)),
        ];
        Assert.True(wide.Length == 0, string.Join(Environment.NewLine, wide));
    }

    private static string DeviceAssembly(string name) =>
        Path.Combine(Path.GetDirectoryName(DeviceCode.Firmware)!, name + ".dll");

    // firmware/Spore.Mesh/Node.cs is in Spore.Mesh, firmware/Spore.Mesh/Tftp/Ascii.cs in Spore.Tftp, and
    // hostsim/Live/LiveNode.cs in Spore.Hostsim.Live.
    private static string NamespaceOf(string file)
    {
        string[] folders = file.Split('/')[..^1];
        return folders[0] == "hostsim" ? string.Join('.', folders[1..].Prepend("Spore.Hostsim"))
            : folders.Length == 2 ? folders[1]
            : "Spore." + string.Join('.', folders[2..]);
    }

    private static IEnumerable<(string File, string Namespace, string[] Types, string[] Usings)> Sources()
    {
        IEnumerable<string> files = _firmware
            .Select(name => Path.Combine(Repository.Root, "firmware", name))
            .Append(Path.Combine(Repository.Root, "hostsim"))
            .SelectMany(Files);
        foreach (string file in files)
        {
            CompilationUnitSyntax unit =
                SyntaxFactory.ParseCompilationUnit(File.ReadAllText(Path.Combine(Repository.Root, file)));
            BaseNamespaceDeclarationSyntax? space =
                unit.Members.OfType<BaseNamespaceDeclarationSyntax>().FirstOrDefault();
            yield return (
                file,
                space?.Name.ToString() ?? string.Empty,
                [.. (space?.Members ?? []).Select(NameOf)],
                [.. unit.Usings.Concat(space?.Usings ?? []).Select(u => u.NamespaceOrType.ToString())]);
        }
    }

    // The sources in a folder, relative to the repository.
    private static IEnumerable<string> Files(string folder) =>
        Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal);

    private static string NameOf(MemberDeclarationSyntax member) => member switch
    {
        BaseTypeDeclarationSyntax type => type.Identifier.Text,
        DelegateDeclarationSyntax type => type.Identifier.Text,
        _ => member.Kind().ToString(),
    };

    private static IEnumerable<string> Types(string file)
    {
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(file);
        return [.. assembly.MainModule.GetTypes().Select(t => t.FullName)];
    }

    // Members of Spore's own types; what the compiler adds for itself differs between frameworks.
    private static IEnumerable<string> Members(string file)
    {
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(file);
        return
        [
            .. assembly.MainModule.GetTypes()
                .Where(t => (t.DeclaringType ?? t).Namespace.StartsWith("Spore", StringComparison.Ordinal))
                .SelectMany(t => t.Fields.Cast<MemberReference>().Concat(t.Methods).Append(t).Select(m => m.FullName)),
        ];
    }
}
