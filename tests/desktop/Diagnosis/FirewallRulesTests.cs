using System.Net;
using System.Text.Json;
using Spore.Hostsim.Diagnosis;
using Xunit;

namespace Spore.Tests.Diagnosis;

/// <summary>Which rules of nftables drop the datagrams of a node.</summary>
public class FirewallRulesTests
{
    private const string DestinationPort = """{"payload":{"protocol":"udp","field":"dport"}}""";
    private const string SourcePort = """{"payload":{"protocol":"udp","field":"sport"}}""";
    private const string Destination = """{"payload":{"protocol":"ip","field":"daddr"}}""";
    private const string Source = """{"payload":{"protocol":"ip","field":"saddr"}}""";

    private static readonly IPEndPoint _peer = new(IPAddress.Parse("192.0.2.7"), 4000);

    /// <summary>Rules of an output chain, and whether they drop what the node sends from port 51820.</summary>
    public static TheoryData<string, bool> Outgoing() => new()
    {
        { "", false },
        { Rule(Drop), true },
        { Rule("""{"reject":null}"""), true },
        { Rule("""{"counter":{"packets":0,"bytes":0}}"""), false },
        { Rule(Match(DestinationPort, "4000"), Drop), true },
        { Rule(Match(DestinationPort, "4001"), Drop), false },
        { Rule(Match(DestinationPort, "4001", "!="), Drop), true },
        { Rule(Match(DestinationPort, """{"range":[3999,4001]}"""), Drop), true },
        { Rule(Match(DestinationPort, """{"range":[1,3999]}"""), Drop), false },
        { Rule(Match(DestinationPort, """{"set":[1,{"range":[4000,4002]}]}"""), Drop), true },
        { Rule(Match(DestinationPort, """{"set":[1,2]}"""), Drop), false },
        { Rule(Match(DestinationPort, "\"@ports\""), Drop), true },
        { Rule(Match(SourcePort, "51820"), Drop), true },
        { Rule(Match(SourcePort, "51821"), Drop), false },
        { Rule(Match(Destination, "\"192.0.2.7\""), Drop), true },
        { Rule(Match(Destination, "\"192.0.2.8\""), Drop), false },
        { Rule(Match(Destination, """{"prefix":{"addr":"192.0.2.0","len":24}}"""), Drop), true },
        { Rule(Match(Destination, """{"prefix":{"addr":"192.0.3.0","len":24}}"""), Drop), false },
        { Rule(Match("""{"meta":{"key":"l4proto"}}""", "\"udp\""), Drop), true },
        { Rule(Match("""{"meta":{"key":"l4proto"}}""", "\"tcp\""), Drop), false },
        { Rule(Match("""{"payload":{"protocol":"tcp","field":"dport"}}""", "4000"), Drop), false },
        { Rule(Match("""{"meta":{"key":"oifname"}}""", "\"eth0\""), Drop), true },
        { Rule(Match(DestinationPort, "4000"), Accept) + "," + Rule(Drop), false },
        { Rule(Match(DestinationPort, "4001"), Accept) + "," + Rule(Drop), true },
        { Rule(Match("""{"meta":{"key":"oifname"}}""", "\"eth0\""), Accept) + "," + Rule(Drop), true },
    };

    private static string Drop => """{"drop":null}""";

    private static string Accept => """{"accept":null}""";

    [Theory]
    [MemberData(nameof(Outgoing))]
    public void A_rule_drops_what_it_may_fit(string rules, bool drops) =>
        Assert.Equal(drops ? 1 : 0, Dropping(Chain("output", "accept") + Comma(rules)).Length);

    [Fact]
    public void What_comes_in_is_from_the_peer_to_the_port_of_the_node()
    {
        string chain = Chain("input", "accept");
        Assert.Equal(["inet filter c, handle 9"], Dropping($"{chain},{Rule(Match(Source, "\"192.0.2.7\""), Drop)}"));
        Assert.Empty(Dropping($"{chain},{Rule(Match(Source, "\"192.0.2.8\""), Drop)}"));
        Assert.Single(Dropping($"{chain},{Rule(Match(DestinationPort, "51820"), Drop)}"));
        Assert.Empty(Dropping($"{chain},{Rule(Match(DestinationPort, "4000"), Drop)}"));
    }

    /// <summary>States of a connection, and whether a rule drops the answer to what this node has sent.</summary>
    /// <param name="states">The states, as nft writes them.</param>
    /// <param name="verdict">The rule's verdict.</param>
    /// <param name="drops">Whether it drops the answer, with a rule behind it that drops all.</param>
    [Theory]
    [InlineData("\"established\"", "accept", false)]
    [InlineData("""["established","related"]""", "accept", false)]
    [InlineData("""{"set":["established","related"]}""", "accept", false)]
    [InlineData("\"new\"", "accept", true)]
    [InlineData("\"established\"", "drop", true)]
    public void An_answer_comes_in_as_established(string states, string verdict, bool drops)
    {
        string match = $$$"""{"match":{"op":"in","left":{"ct":{"key":"state"}},"right":{{{states}}}}}""";
        string rules = $"{Rule(match, $$"""{"{{verdict}}":null}""")},{Rule(Drop)}";
        Assert.Equal(drops ? 1 : 0, Dropping($"{Chain("input", "accept")},{rules}").Length);
    }

    [Fact]
    public void What_is_sent_goes_out_as_new()
    {
        string invalid = Rule(Match("""{"ct":{"key":"state"}}""", "\"invalid\""), Drop);
        string fresh = Rule(Match("""{"ct":{"key":"state"}}""", "\"new\""), Drop);
        Assert.Empty(Dropping($"{Chain("output", "accept")},{invalid}"));
        Assert.Single(Dropping($"{Chain("output", "accept")},{fresh}"));
    }

    [Fact]
    public void A_policy_drops_what_no_rule_may_accept()
    {
        string chain = Chain("input", "drop");
        Assert.Equal(["inet filter c, policy drop"], Dropping(chain));
        Assert.Equal(
            ["inet filter c, policy drop"], Dropping($"{chain},{Rule(Match(DestinationPort, "22"), Accept)}"));
        Assert.Empty(Dropping($"{chain},{Rule(Match(DestinationPort, "51820"), Accept)}"));
        Assert.Empty(Dropping($"{chain},{Rule("""{"jump":{"target":"more"}}""")}"));
    }

    [Theory]
    [InlineData("ip6", "filter", "output")]
    [InlineData("bridge", "filter", "output")]
    [InlineData("inet", "nat", "output")]
    [InlineData("inet", "filter", "forward")]
    public void Other_chains_have_nothing_to_do_with_it(string family, string type, string hook) =>
        Assert.Empty(Dropping(Chain(hook, "drop", family, type)));

    [Fact]
    public void A_chain_without_a_hook_and_rules_of_other_chains_count_for_nothing() => Assert.Empty(Dropping(
        """{"chain":{"family":"inet","table":"filter","name":"more","handle":1}},"""
        + Chain("output", "accept") + "," + Rule(Drop).Replace("\"c\"", "\"more\"")));

    private static string[] Dropping(string elements)
    {
        using JsonDocument json = JsonDocument.Parse(
            $$$"""{"nftables":[{"metainfo":{"version":"1"}},{{{elements}}}]}""");
        return [.. new FirewallRules(json).Dropping(51820, _peer)];
    }

    private static string Comma(string rules) => rules.Length == 0 ? rules : "," + rules;

    private static string Chain(string hook, string policy, string family = "inet", string type = "filter") => $$$"""
        {"chain":{"family":"{{{family}}}","table":"filter","name":"c","handle":1,"type":"{{{type}}}",
          "hook":"{{{hook}}}","prio":0,"policy":"{{{policy}}}"}}
        """;

    private static string Rule(params string[] parts) => $$$"""
        {"rule":{"family":"inet","table":"filter","chain":"c","handle":9,"expr":[{{{string.Join(',', parts)}}}]}}
        """;

    private static string Match(string left, string right, string op = "==") =>
        $$$"""{"match":{"op":"{{{op}}}","left":{{{left}}},"right":{{{right}}}}}""";
}
