using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>docs/metrics.md and docs/grafana.json name what a node serves.</summary>
public sealed partial class MetricsPageTests : IAsyncLifetime
{
    // What Prometheus adds to each series, and what a query of the dashboard makes itself.
    private static readonly string[] _otherLabels = ["instance", "job", "peer"];

    private readonly MetricsMesh _mesh = new();
    private Exposition _served = null!;

    public async ValueTask InitializeAsync()
    {
        NodeIdentity alpha = _mesh.MakeNode("alpha");
        NodeIdentity beta = _mesh.MakeNode("beta");
        int port = MetricsMesh.FreePort();
        File.WriteAllBytes(
            _mesh.PathOf("network"), _mesh.Sign(1, (alpha, "alpha", true), (beta, "beta", false)));
        await using MetricsNode first =
            new(_mesh.Options("alpha", port) with { Network = _mesh.PathOf("network") });
        await using MetricsNode second = new(
            _mesh.Options("beta") with { Peers = [MetricsMesh.PeerAt(alpha, port)] });

        // Now all metrics have series.
        _served = await second.Until(e => e["spore_network_state|state=fresh"] == 1);
        Assert.Equal(_served.Types.Keys, _served.Labels.Keys);
    }

    public ValueTask DisposeAsync()
    {
        _mesh.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public void The_page_has_each_metric_with_its_type_and_its_labels()
    {
        IEnumerable<string> rows = Row().Matches(Page.Prose("docs", "metrics.md"))
            .Select(m => $"{m.Groups["name"].Value} {m.Groups["type"].Value} {m.Groups["labels"].Value.Trim()}".Trim());
        IEnumerable<string> metrics = _served.Types.Select(
            t => $"{t.Key} {t.Value} {string.Join(", ", _served.Labels[t.Key].Select(l => $"`{l}`"))}".Trim());
        Assert.Equal(metrics, rows);
    }

    [Fact]
    public void The_rules_of_the_page_ask_for_what_is_served()
    {
        string rules = Page.Blocks("docs", "metrics.md").Single(b => b.Info == "yaml rules").Text;
        string[] queries = [.. Expression().Matches(rules).Select(m => m.Groups[1].Value)];
        Assert.InRange(queries.Length, 5, 100);
        Assert.Equal(Regex.Count(rules, "alert: "), queries.Length);
        Assert.All(queries, Check);
        Assert.All(Placeholder().Matches(rules).Select(m => m.Groups[1].Value), l => Assert.Contains(l, Known()));
    }

    [Fact]
    public void The_dashboard_asks_for_what_is_served()
    {
        using JsonDocument dashboard =
            JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs", "grafana.json")));
        JsonElement[] panels = [.. dashboard.RootElement.GetProperty("panels").EnumerateArray()];
        JsonElement[] targets = [.. panels.Where(p => p.TryGetProperty("targets", out _))
            .SelectMany(p => p.GetProperty("targets").EnumerateArray())];
        string[] queries = [.. targets.Select(t => t.GetProperty("expr").GetString()!)];
        Assert.InRange(queries.Length, 10, 100);
        Assert.All(queries, Check);
        Assert.All(
            targets.SelectMany(t => Placeholder().Matches(t.GetProperty("legendFormat").GetString()!)),
            m => Assert.Contains(m.Groups[1].Value, Known()));
        string[] variables = [.. dashboard.RootElement.GetProperty("templating").GetProperty("list").EnumerateArray()
            .Where(v => v.GetProperty("type").GetString() == "query")
            .Select(v => v.GetProperty("query").GetProperty("query").GetString()!)];
        Assert.NotEmpty(variables);
        Assert.All(variables, Check);

        // What Grafana finds panels and their data by.
        Assert.Equal(panels.Length, panels.Select(p => p.GetProperty("id").GetInt32()).Distinct().Count());
        Assert.All(
            targets, t => Assert.Equal("${datasource}", t.GetProperty("datasource").GetProperty("uid").GetString()));
        Assert.All(panels, p => Assert.InRange(
            p.GetProperty("gridPos").GetProperty("x").GetInt32() + p.GetProperty("gridPos").GetProperty("w").GetInt32(),
            1,
            24));
    }

    private IEnumerable<string> Known() => _served.Labels.Values.SelectMany(l => l).Concat(_otherLabels);

    // A name in a query is that of a metric, and what it selects has a value that there is.
    private void Check(string query)
    {
        MatchCollection names = Selector().Matches(query);
        Assert.True(names.Count > 0 || query.StartsWith("up{", StringComparison.Ordinal), query);
        foreach (Match selector in names)
        {
            string name = selector.Groups["name"].Value;
            Assert.Contains(name, _served.Types.Keys);
            bool isCounter = _served.Types[name] == "counter";
            bool isRate = Regex.IsMatch(query, $@"(rate|increase)\({name}\b");
            Assert.True(isCounter == isRate, query);
            foreach (Match matcher in Matcher().Matches(selector.Groups["matchers"].Value))
            {
                string label = matcher.Groups["label"].Value;
                Assert.Contains(label, _served.Labels[name].Concat(_otherLabels));
                if (!_otherLabels.Contains(label))
                {
                    Assert.All(
                        matcher.Groups["value"].Value.Split('|'),
                        v => Assert.Contains($"{name}|{label}={v}", _served.Series));
                }
            }
        }
    }

    [GeneratedRegex(@"^\| `(?<name>spore_\w+)` \| (?<type>\w+) \|(?<labels>[^|]*)\| [^|]+ \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^ +expr: (.+(?:\n {10}.+)*)$", RegexOptions.Multiline)]
    private static partial Regex Expression();

    [GeneratedRegex(@"(?<name>\bspore_\w+)(\{(?<matchers>[^}]*)\})?")]
    private static partial Regex Selector();

    [GeneratedRegex("(?<label>\\w+)=~?\"(?<value>[^\"]*)\"")]
    private static partial Regex Matcher();

    [GeneratedRegex(@"\{\{ *(?:\$labels\.)?(\w+) *\}\}")]
    private static partial Regex Placeholder();
}
