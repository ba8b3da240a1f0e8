using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace Spore.Tests.Architecture;

/// <summary>docs/licences.md lists the packages that a build restores, as they are.</summary>
public partial class LicenceTests
{
    private const string Tests = "tests";

    // Projects of programs that ship, and the name of each on the page.
    private static readonly (string Project, string Name)[] _programs =
    [
        ("Spore.Firmware", "firmware"), ("hostsim", "hostsim"), ("flash", "flash"), ("emulator", "emulator"),
    ];

    [Fact]
    public void ThePageHasEachPackageOfTheSolutionWithItsVersionItsLicenceAndItsPrograms()
    {
        Dictionary<(string Id, string Version), string> licences = [];
        Dictionary<(string Id, string Version), HashSet<string>> users = [];
        foreach (JsonElement assets in Assets())
        {
            JsonElement restore = assets.GetProperty("project").GetProperty("restore");
            string project = restore.GetProperty("projectName").GetString()!;
            foreach (JsonProperty library in assets.GetProperty("libraries").EnumerateObject())
            {
                if (library.Value.GetProperty("type").GetString() == "package")
                {
                    string[] parts = library.Name.Split('/');
                    (string, string) package = (parts[0], parts[1]);
                    licences[package] = LicenceOf(Folder(assets, library.Value));
                    users.TryAdd(package, []);
                    users[package].Add(project);
                }
            }
        }

        Assert.All(_programs, p => Assert.Contains(users.Values, u => u.Contains(p.Project)));
        IEnumerable<string> restored = licences.Select(p => Row(
            p.Key.Id,
            p.Key.Version,
            p.Value,
            string.Join(", ", _programs.Where(x => users[p.Key].Contains(x.Project)).Select(x => x.Name))));
        Assert.Equal(Sorted(restored), Sorted(Listed("| package | version | licence | in | used for |", 4)));
    }

    [Fact]
    public void ThePageHasEachPackageOfTheNfprojProjects()
    {
        IEnumerable<string> named =
            from file in Directory.GetFiles(Repository.Root, "packages.config", SearchOption.AllDirectories)
            where Path.GetFileName(Path.GetDirectoryName(file)) == "nfproj"
            from package in XDocument.Load(file).Root!.Elements()
            group Program(file) by ((string)package.Attribute("id")!, (string)package.Attribute("version")!) into users
            select Row(users.Key.Item1, users.Key.Item2, "MIT", users.Min()!);
        Assert.NotEmpty(named);
        Assert.Equal(Sorted(named), Sorted(Listed("| package | version | licence | in |", 4)));
    }

    // What ships comes first in the alphabet too: firmware, samples, tests.
    private static string Program(string packages)
    {
        string[] path = Path.GetRelativePath(Repository.Root, packages).Split(Path.DirectorySeparatorChar);
        return path[0] == "tests" ? Tests : path[1] == "Samples" ? "samples" : "firmware";
    }

    private static string Row(string id, string version, string licence, string programs) =>
        $"{id} {version} {licence} in {(programs.Length == 0 ? Tests : programs)}";

    private static string[] Sorted(IEnumerable<string> rows) => [.. rows.Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Listed(string header, int columns)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "licences.md"));
        int first = Array.IndexOf(lines, header) + 2;
        Assert.NotEqual(1, first);
        return lines[first..].TakeWhile(l => l.StartsWith('|'))
            .Select(l => l.Split('|')[1..^1].Select(cell => cell.Trim()).ToArray())
            .Select(cells => Row(cells[0], cells[1], cells[2], string.Join(", ", cells[3..columns])));
    }

    // What restore has resolved for each project of the solution that was built.
    private static IEnumerable<JsonElement> Assets() =>
        ProjectFile().Matches(File.ReadAllText(Path.Combine(Repository.Root, "nano.sln")))
            .Select(m => Path.Combine([Repository.Root, .. m.Value.Split('\\')]))
            .Select(project => Path.Combine(
                Path.GetDirectoryName(project)!,
                "obj",
                project.EndsWith(".Device.csproj", StringComparison.Ordinal) ? "device" : "desktop",
                "project.assets.json"))
            .Where(File.Exists)
            .Select(file => JsonDocument.Parse(File.ReadAllText(file)).RootElement);

    private static string Folder(JsonElement assets, JsonElement library) =>
        assets.GetProperty("packageFolders").EnumerateObject()
            .Select(folder => Path.Combine(folder.Name, library.GetProperty("path").GetString()!))
            .First(Directory.Exists);

    private static string LicenceOf(string folder)
    {
        XElement licence = XDocument.Load(Directory.GetFiles(folder, "*.nuspec").Single())
            .Descendants().Single(e => e.Name.LocalName == "license");
        if ((string?)licence.Attribute("type") == "expression")
        {
            return licence.Value;
        }

        string text = Spaces().Replace(File.ReadAllText(Path.Combine(folder, licence.Value)), " ");
        return text.StartsWith("MIT License ", StringComparison.Ordinal)
            && text.Contains("Permission is hereby granted, free of charge, to any person obtaining a copy of this")
            ? "MIT"
            : text;
    }

    [GeneratedRegex(@"(?<=^Project\(.*, "")[^""]*\.csproj", RegexOptions.Multiline)]
    private static partial Regex ProjectFile();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
