using System;
using System.IO;
using System.Text.RegularExpressions;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>Which folders of hostsim use which.</summary>
public class LayoutTests
{
    [Theory]
    [InlineData("Live", "Simulation")]
    [InlineData("Live", "Bench")]
    [InlineData("Live", "Commands")]
    [InlineData("Simulation", "Live")]
    [InlineData("Simulation", "Bench")]
    [InlineData("Simulation", "Commands")]
    [InlineData("Bench", "Live")]
    [InlineData("Bench", "Simulation")]
    [InlineData("Display", "Live")]
    [InlineData("Display", "Simulation")]
    [InlineData("Endpoints", "Live")]
    [InlineData("Crypto", "Live")]
    public void A_folder_does_not_use_another(string folder, string other)
    {
        string[] files = Directory.GetFiles(Path.Combine(Repository.Root, "hostsim", folder), "*.cs", SearchOption.AllDirectories);
        Assert.NotEmpty(files);

        // With a using, or by a name that begins in the namespace around both.
        Regex use = new($@"\busing Spore\.Hostsim\.{other}\b|(?<![\w.""/]){other}\.\w");
        Assert.All(files, f => Assert.DoesNotMatch(use, File.ReadAllText(f)));
    }

    [Fact]
    public void A_namespace_follows_its_folder()
    {
        string root = Path.Combine(Repository.Root, "hostsim");
        foreach (string folder in new[] { "Bench", "Commands", "Crypto", "Display", "Endpoints", "Live", "Simulation", "Uapi" })
        {
            foreach (string file in Directory.GetFiles(Path.Combine(root, folder), "*.cs", SearchOption.AllDirectories))
            {
                string path = Path.GetRelativePath(root, Path.GetDirectoryName(file)!);
                string expected = $"namespace Spore.Hostsim.{path.Replace(Path.DirectorySeparatorChar, '.')};";
                Assert.True(File.ReadAllText(file).Contains(expected, StringComparison.Ordinal), $"{file}: {expected}");
            }
        }
    }
}
