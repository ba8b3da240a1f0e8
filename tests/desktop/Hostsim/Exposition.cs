using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>Metrics in Prometheus' text form, read strictly.</summary>
internal sealed partial class Exposition
{
    private readonly Dictionary<string, double> _samples = [];

    private Exposition()
    {
    }

    /// <summary>The type of each metric by its name, in the order of the text.</summary>
    public Dictionary<string, string> Types { get; } = [];

    /// <summary>The help of each metric by its name.</summary>
    public Dictionary<string, string> Help { get; } = [];

    /// <summary>The names of the labels of each metric that has series.</summary>
    public Dictionary<string, string[]> Labels { get; } = [];

    /// <summary>The series: a name, and the labels behind it as <c>|name=value</c>.</summary>
    public IReadOnlyCollection<string> Series => _samples.Keys;

    /// <summary>The value of a series.</summary>
    /// <param name="series">The series.</param>
    /// <returns>Its value.</returns>
    public double this[string series] =>
        _samples.TryGetValue(series, out double value) ? value : throw new KeyNotFoundException(series);

    public static Exposition Parse(string text)
    {
        Assert.EndsWith("\n", text);
        Exposition result = new();
        string metric = string.Empty;
        foreach (string line in text[..^1].Split('\n'))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                string[] words = line.Split(' ', 4);
                metric = words[2];
                result.Help.Add(metric, words[3]);
            }
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                string[] words = line.Split(' ');
                Assert.Equal(metric, words[2]);
                Assert.Equal(4, words.Length);
                result.Types.Add(metric, words[3]);
            }
            else
            {
                result.Read(line, metric);
            }
        }

        Assert.Equal(result.Help.Keys, result.Types.Keys);
        return result;
    }

    private void Read(string line, string metric)
    {
        Match match = Sample().Match(line);
        Assert.True(match.Success, line);
        Assert.Equal(metric, match.Groups["name"].Value);
        (string Name, string Value)[] labels =
        [
            .. match.Groups["label"].Captures.Zip(
                match.Groups["value"].Captures, (n, v) => (n.Value, Unescape(v.Value))),
        ];
        string[] names = [.. labels.Select(l => l.Name)];
        Assert.Equal(names, Labels.GetValueOrDefault(metric, names));
        Labels[metric] = names;
        _samples.Add(
            metric + string.Concat(labels.Select(l => $"|{l.Name}={l.Value}")),
            double.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture));
    }

    private static string Unescape(string value)
    {
        StringBuilder text = new();
        for (int i = 0; i < value.Length; i++)
        {
            text.Append(value[i] != '\\' ? value[i] : value[++i] == 'n' ? '\n' : value[i]);
        }

        return text.ToString();
    }

    [GeneratedRegex(
        """
        \A(?<name>[a-z_]+)
        (\{((?<label>[a-z_]+)="(?<value>([^"\\\n]|\\[\\"n])*)"(,(?=[a-z])|(?=\})))+\})?
        [ ](?<number>[0-9.E+-]+)\z
        """,
        RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Sample();
}
