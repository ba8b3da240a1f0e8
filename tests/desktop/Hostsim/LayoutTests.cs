using System;
using System.IO;
using System.Linq;
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
        string root = Path.Combine(Repository.Root, "hostsim", folder);
        string[] files = Directory.GetFiles(root, "*.cs", SearchOption.AllDirectories);
        Assert.NotEmpty(files);

        // With a using, or by a name that begins in the namespace around both.
        Regex use = new($@"\busing Spore\.Hostsim\.{other}\b|(?<![\w.""/]){other}\.\w");
        Assert.All(files, f => Assert.DoesNotMatch(use, File.ReadAllText(f)));
    }

    [Fact]
    public void A_namespace_follows_its_folder()
    {
        string root = Path.Combine(Repository.Root, "hostsim");
        string[] folders = ["Bench", "Commands", "Crypto", "Display", "Endpoints", "Live", "Simulation", "Uapi"];
        string[][] files =
            [.. folders.Select(f => Directory.GetFiles(Path.Combine(root, f), "*.cs", SearchOption.AllDirectories))];
        Assert.All(files, Assert.NotEmpty);
        Assert.All(files.SelectMany(f => f), file =>
        {
            string path = Path.GetRelativePath(root, Path.GetDirectoryName(file)!);
            string expected = $"namespace Spore.Hostsim.{path.Replace(Path.DirectorySeparatorChar, '.')};";
            Assert.Contains(expected, File.ReadAllText(file), StringComparison.Ordinal);
        });
    }
}
