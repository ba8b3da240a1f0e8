using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Mono.Cecil;
using Xunit;

namespace Spore.Tests.Emulator;

/// <summary>
/// The declarations of nanoFramework's API are what docs/reference.md says, and nothing but declarations;
/// CoreLibrary is the package's.
/// </summary>
public partial class ReferenceTests
{
    private const string WithBodies = "nanoFramework.TestFramework";
    private const string FromPackage = "mscorlib";

    // A constructor that the compiler adds loads 'this', calls its base and returns; one NOP where
    // nothing is optimised.
    private const int LongestEmptyBody = 5;

    public static TheoryData<string, string> Assemblies()
    {
        TheoryData<string, string> data = [];
        foreach (Match row in Row().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "reference.md"))))
        {
            data.Add(row.Groups[1].Value, row.Groups[2].Value);
        }

        return data;
    }

    [Fact]
    public void TheTableNamesEveryFolderOfDeclarations()
    {
        IEnumerable<string?> folders = Directory.GetDirectories(Path.Combine(Repository.Root, "firmware", "Reference"))
            .Select(Path.GetFileName);
        Assert.Equal(
            folders.Order(), Assemblies().Select(row => row.Data.Item1).Where(name => name != FromPackage).Order());
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void AnAssemblyHasTheNameAndVersionOfTheRealOneAndNoCode(string name, string version)
    {
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(DeviceCode.Reference(name));
        Assert.Equal(name, assembly.Name.Name);
        Assert.Equal(version, assembly.Name.Version.ToString());
        if (name is not (WithBodies or FromPackage))
        {
            Assert.All(
                assembly.MainModule.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody),
                m => Assert.True(m.Body.Instructions.Count <= LongestEmptyBody, $"{m.FullName} has code"));
        }
    }

    [GeneratedRegex(@"^\| [\w.]+ \| [\d.]+ \| ([\w.]+) \| ([\d.]+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
