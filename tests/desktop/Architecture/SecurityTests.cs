using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace Spore.Tests.Architecture;

/// <summary>SECURITY.md names a test for each defence against each attack, and these tests exist.</summary>
public partial class SecurityTests
{
    private static readonly string[] _lines = File.ReadAllLines(Path.Combine(Repository.Root, "SECURITY.md"));

    [Fact]
    public void EveryTestThatItNamesExists()
    {
        Match[] named = [.. _lines.SelectMany(line => NamedTest().Matches(line))];
        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.True(IsTest(name.Groups[1].Value, name.Groups[2].Value), name.Value));
    }

    [Fact]
    public void EveryAttackHasADefenceThatWasTakenOut()
    {
        string[] attacks = [.. Rows("| attack | what a node does |").Select(row => AttackName().Match(row[0]).Value)];
        string[][] faults = [.. Rows("| attack | fault |")];
        Assert.NotEmpty(attacks);
        Assert.Equal(attacks, faults.Select(row => row[0]).Distinct());
        Assert.All(faults, row => Assert.Matches($"^{NamedTest()}$", row[2]));
    }

    // The cells of the rows of the one table whose header begins like this.
    private static IEnumerable<string[]> Rows(string header) =>
        _lines[(Array.FindIndex(_lines, line => line.StartsWith(header, StringComparison.Ordinal)) + 2)..]
            .TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Split('|')[1..^1].Select(cell => cell.Trim()).ToArray());

    private static bool IsTest(string type, string method) =>
        typeof(SecurityTests).Assembly.GetTypes()
            .Where(t => t.Name == type)
            .SelectMany(t => t.GetMethods())
            .Any(m => m.Name == method && m.GetCustomAttribute<FactAttribute>(inherit: true) is { Skip: null });

    [GeneratedRegex(@"`(\w+Tests)\.(\w+)`")]
    private static partial Regex NamedTest();

    [GeneratedRegex(@"(?<=^\*\*)[^*]+(?=\*\*)")]
    private static partial Regex AttackName();
}
