using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using Spore.Hostsim.Live.Output;
using Spore.Mesh;
using Spore.SignedNetwork;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>What a node's log holds, in virtual time.</summary>
public sealed class LiveTimelineTests
{
    private const int Patience = 60_000;
    private const string Place = "192.0.2.7:51820";

    // Where the verb begins: behind a time with a zone.
    private const int Head = 31;

    private readonly StringWriter _output = new();
    private long _now = 1_000_000;

    [Fact]
    public void A_line_of_text_has_date_and_zone()
    {
        LiveTimeline timeline = Start(new LogSettings());
        timeline.Banner("listening", "UDP 51820");
        timeline.Tell("links", "grey", "changed");
        string[] lines = Lines(timeline);
        Assert.Equal(["listening        UDP 51820", "links            changed"], lines.Select(l => l[Head..]));
        Assert.All(lines, l => Assert.InRange(TimeOf(l[..29]), DateTimeOffset.Now.AddMinutes(-1), DateTimeOffset.Now));
    }

    [Fact]
    public void A_line_of_JSON_is_one_object_whatever_its_text_is()
    {
        LiveTimeline timeline = Start(new LogSettings { Format = LogFormat.Json });
        byte[] key = Key(0xFB);
        timeline.Learn([new PeerDescription { PublicKey = key, Label = "Küche \"1\" \\" }]);
        timeline.Hear(NodeEvent.SessionUp, key, 1, Place);
        timeline.Hear(NodeEvent.NetworkApplied, key, (3L << 48) + 12, Place);
        timeline.Hear(NodeEvent.HelloSent, [], 0);
        timeline.Tell("stderr", "yellow", "a \u001b[31m\r\nb \u202e c");
        string[] lines = Lines(timeline);
        Assert.Equal(4, lines.Length);
        List<JsonElement> objects = [.. lines.Select(l => JsonDocument.Parse(l).RootElement)];
        string text = KeyText.Format(key);
        AssertMembers(
            objects[0],
            ("level", "info"),
            ("event", "session_up"),
            ("message", "session up: to Küche \"1\" \\"),
            ("peer", text),
            ("label", "Küche \"1\" \\"),
            ("endpoint", Place));
        AssertMembers(
            objects[1],
            ("level", "notice"),
            ("event", "network_applied"),
            ("message", "network applied: version 3.12, from Küche \"1\" \\"),
            ("peer", text),
            ("label", "Küche \"1\" \\"),
            ("endpoint", Place),
            ("version", "3.12"));
        AssertMembers(
            objects[2], ("level", "info"), ("event", "hello_sent"), ("message", "hello: sent, no network yet"));
        AssertMembers(objects[3], ("level", "warning"), ("event", "stderr"), ("message", "stderr: a ?[31m??b ? c"));

        // The key is to be found by a search for it.
        Assert.Contains($"\"peer\":\"{text}\"", lines[0], StringComparison.Ordinal);
        Assert.Contains('+', text);
    }

    [Theory]
    [InlineData("error", "behind")]
    [InlineData("warning", "behind", "given up")]
    [InlineData("notice", "behind", "given up", "network applied")]
    [InlineData("info", "behind", "given up", "network applied", "session up")]
    [InlineData("debug", "behind", "given up", "network applied", "session up", "given up")]
    public void A_level_leaves_out_what_matters_less(string level, params string[] verbs)
    {
        Assert.True(LogLevels.TryParse(level, out LogLevel parsed));
        LiveTimeline timeline = Start(new LogSettings { Level = parsed });
        timeline.Hear(NodeEvent.Behind, Key(1), 3);
        timeline.Hear(NodeEvent.GivenUp, Key(1), 0, Place);
        timeline.Hear(NodeEvent.NetworkApplied, Key(1), 3);
        timeline.Hear(NodeEvent.SessionUp, Key(1), 1);

        // A repetition.
        timeline.Hear(NodeEvent.GivenUp, Key(1), 0, Place);
        Assert.Equal(verbs, Lines(timeline).Select(Verb));
    }

    [Fact]
    public void What_the_operator_asks_for_is_written_at_every_level()
    {
        LiveTimeline timeline = Start(new LogSettings { Level = LogLevel.Error });
        timeline.Tell("links", "yellow", "x");
        timeline.Answer("status", "up");
        Assert.Equal("status           up", Assert.Single(Lines(timeline))[Head..]);
    }

    [Fact]
    public void Each_line_to_the_journal_begins_with_its_priority()
    {
        foreach (LogFormat format in Enum.GetValues<LogFormat>())
        {
            _output.GetStringBuilder().Clear();
            LiveTimeline timeline = Start(
                new LogSettings { Level = LogLevel.Debug, Format = format, IsJournal = true });
            timeline.Banner("listening", "x");
            timeline.Hear(NodeEvent.Behind, Key(1), 3);
            timeline.Hear(NodeEvent.Unanswered, Key(1), 3, Place);
            timeline.Hear(NodeEvent.Unanswered, Key(1), 3, Place);
            timeline.Hear(NodeEvent.Fresh, Key(1), 3);
            Assert.Equal(["<6>", "<3>", "<4>", "<7>", "<5>"], Lines(timeline).Select(l => l[..3]));
        }
    }

    /// <summary>Whatever strangers cause, with as many keys and endpoints as they like, is a line a second.</summary>
    [Fact]
    public void Strangers_can_not_flood_the_log()
    {
        LiveTimeline timeline = Start(new LogSettings { Level = LogLevel.Debug });
        foreach (NodeEvent what in Enum.GetValues<NodeEvent>())
        {
            _output.GetStringBuilder().Clear();
            for (int i = 0; i < 3000; i++)
            {
                timeline.Hear(what, Key(i), i, $"192.0.2.7:{i}");
            }

            string[] lines = Lines(timeline);
            Assert.True(lines.Length == LimitedLog.Burst, $"{what}: {lines.Length} lines");
            _now += 1000;
            timeline.Hear(what, Key(9999), 9999, "192.0.2.7:9999");
            Assert.EndsWith(" (lines left out before: 2980)", Lines(timeline)[^1], StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_flood_of_new_keys_hides_no_line_of_a_member_or_a_configured_peer()
    {
        LiveTimeline timeline = Start(new LogSettings());
        timeline.Learn([new PeerDescription { PublicKey = Key(70_000), Label = "shed" }]);
        for (int i = 0; i < 5000; i++)
        {
            timeline.Hear(NodeEvent.SessionUp, Key(i), 0);
        }

        timeline.Flush(Patience);
        _output.GetStringBuilder().Clear();
        timeline.Hear(NodeEvent.SessionUp, Key(70_000), 0);
        timeline.Hear(NodeEvent.SessionUp, Key(70_001), 0, Place, isKnown: true);
        Assert.Equal(
            ["session up       from shed", $"session up       from {KeyText.Format(Key(70_001))[..8]}..."],
            Lines(timeline).Select(l => l[Head..]));
    }

    [Fact]
    public void All_peers_together_have_a_limit_and_the_node_itself_has_not()
    {
        LiveTimeline timeline = Start(new LogSettings());
        List<PeerDescription> members = [.. Enumerable.Range(0, 1500).Select(i => new PeerDescription
        {
            PublicKey = Key(i),
        })];
        timeline.Learn(members);
        int written = 0;
        foreach (PeerDescription member in members)
        {
            timeline.Hear(NodeEvent.SessionDown, member.PublicKey, 0);
            written++;

            // Not more than the queue of the log holds.
            if (written % 500 == 0)
            {
                timeline.Flush(Patience);
            }
        }

        Assert.Equal(LineLimits.Burst, Lines(timeline).Length);
        timeline.Hear(NodeEvent.FreshnessEnded, [], 3);
        Assert.Equal("unconfirmed", Verb(Lines(timeline)[^1]));
        _now += LineLimits.Interval;
        timeline.Hear(NodeEvent.SessionDown, Key(1499), 0);
        timeline.Hear(NodeEvent.SessionDown, Key(1498), 0);
        Assert.Equal(LineLimits.Burst + 2, Lines(timeline).Length);
        Assert.EndsWith("(lines left out before: 1)", Lines(timeline)[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_peer_that_does_not_answer_for_long_is_told_every_ten_minutes()
    {
        LiveTimeline timeline = Start(new LogSettings());
        for (int second = 0; second < 25 * 60; second += 5)
        {
            timeline.Hear(NodeEvent.InitiationSent, Key(1), 0, Place);
            if (second % 90 == 15)
            {
                timeline.Hear(NodeEvent.Unanswered, Key(1), 3, Place);
            }

            if (second % 90 == 85)
            {
                timeline.Hear(NodeEvent.GivenUp, Key(1), 0, Place);
            }

            _now += 5000;
        }

        Assert.Equal(
            [("given up", 3), ("initiation", 3), ("no answer", 3)],
            Lines(timeline).GroupBy(Verb).Select(g => (g.Key, g.Count())).Order());
    }

    [Fact]
    public void A_node_that_is_under_load_again_and_again_tells_it_once_a_minute()
    {
        LiveTimeline timeline = Start(new LogSettings());
        for (int second = 0; second < 180; second++)
        {
            timeline.Hear(NodeEvent.UnderLoad, [], 0);
            _now += 1000;
        }

        Assert.Equal(3, Lines(timeline).Length);
    }

    [Fact]
    public void A_witness_that_is_given_up_is_gone_until_it_has_a_session()
    {
        LiveTimeline timeline = Start(new LogSettings());
        LearnWitnesses(timeline);
        timeline.Hear(NodeEvent.Unanswered, Key(1), 3, Place);
        timeline.Hear(NodeEvent.GivenUp, Key(1), 0, Place);
        timeline.Hear(NodeEvent.GivenUp, Key(2), 0);

        // No witness, and none that the node knows.
        timeline.Hear(NodeEvent.GivenUp, Key(4), 0, Place);
        timeline.Hear(NodeEvent.GivenUp, Key(5), 0, Place);
        _now += 700_000;
        timeline.Hear(NodeEvent.GivenUp, Key(1), 0, Place);
        timeline.Look();
        timeline.Hear(NodeEvent.SessionUp, Key(1), 1, Place);
        timeline.Hear(NodeEvent.SessionUp, Key(1), 1, Place);
        timeline.Hear(NodeEvent.SessionUp, Key(4), 1, Place);
        Assert.Equal(
            [
                $"witness gone     one at {Place}: no answer for 90 s; left: 1 of 2 other witnesses that this node "
                + "knows",
                "witness gone     two at no known endpoint: no answer for 90 s; left: 0 of 2 other witnesses that this "
                + "node knows",
                "witness back     one; left: 1 of 2 other witnesses that this node knows",
            ],
            Witnesses(timeline));
    }

    /// <summary>With packets for it the tunnel does not give it up.</summary>
    [Fact]
    public void A_witness_that_is_asked_on_is_gone_after_90_s()
    {
        LiveTimeline timeline = Start(new LogSettings());
        LearnWitnesses(timeline);
        timeline.Hear(NodeEvent.Unanswered, Key(1), 3, Place);
        timeline.Hear(NodeEvent.Unanswered, Key(2), 3, Place);
        timeline.Hear(NodeEvent.Unanswered, Key(4), 3, Place);
        _now += 74_999;
        timeline.Look();
        timeline.Hear(NodeEvent.SessionUp, Key(2), 0, Place);
        Assert.Empty(Witnesses(timeline));
        _now += 1;
        timeline.Look();
        timeline.Look();
        Assert.Equal(
            [$"witness gone     one at {Place}: no answer for 90 s; left: 1 of 2 other witnesses that this node knows"],
            Witnesses(timeline));
    }

    [Fact]
    public void A_peer_that_is_no_witness_any_more_is_not_gone()
    {
        LiveTimeline timeline = Start(new LogSettings());
        LearnWitnesses(timeline);
        timeline.Hear(NodeEvent.Unanswered, Key(1), 3, Place);
        timeline.Hear(NodeEvent.Unanswered, Key(2), 3, Place);
        timeline.Learn([new PeerDescription { PublicKey = Key(1) }]);
        timeline.Hear(NodeEvent.PeerRemoved, Key(2), 0);
        _now += 100_000;
        timeline.Look();
        Assert.Empty(Witnesses(timeline));
    }

    /// <summary>Programs look for the identifiers, so people have to find them.</summary>
    [Fact]
    public void The_page_names_each_event_of_the_core_with_its_level()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "node.md"));
        LiveTimeline timeline = Start(new LogSettings { Format = LogFormat.Json });
        foreach (NodeEvent what in Enum.GetValues<NodeEvent>())
        {
            timeline.Hear(what, Key(1), 1);
        }

        string[] lines = Lines(timeline);
        Assert.Equal(Enum.GetValues<NodeEvent>().Length, lines.Length);
        foreach (string line in lines)
        {
            JsonElement json = JsonDocument.Parse(line).RootElement;
            string row = $"| `{json.GetProperty("event").GetString()}` | {json.GetProperty("level").GetString()} |";
            Assert.Contains(row, page, StringComparison.Ordinal);
        }
    }

    private static byte[] Key(int number)
    {
        byte[] key = new byte[KeyText.KeySize];
        key[0] = (byte)number;
        key[1] = (byte)(number >> 8);
        key[2] = (byte)(number >> 16);
        key[3] = 0xFB;
        key[4] = 0xEF;
        key[5] = 0xBE;
        return key;
    }

    private static void LearnWitnesses(LiveTimeline timeline)
    {
        timeline.Learn(
            [
                new PeerDescription { PublicKey = Key(1), Label = "one", Roles = EntryRoles.Witness },
                new PeerDescription { PublicKey = Key(2), Label = "two", Roles = EntryRoles.Witness },
                new PeerDescription { PublicKey = Key(3), Label = "own", Roles = EntryRoles.Witness },
                new PeerDescription { PublicKey = Key(4), Label = "four" },
            ],
            Key(3));
    }

    private static void AssertMembers(JsonElement json, params (string Name, string Value)[] expected)
    {
        List<(string Name, string? Value)> members =
            [.. json.EnumerateObject().Select(p => (p.Name, p.Value.GetString()))];
        Assert.Equal("time", members[0].Name);
        Assert.InRange(TimeOf(members[0].Value!), DateTimeOffset.Now.AddMinutes(-1), DateTimeOffset.Now);
        Assert.Equal(expected, members.Skip(1).Select(m => (m.Name, m.Value!)));
    }

    private static DateTimeOffset TimeOf(string text) =>
        DateTimeOffset.ParseExact(text, "yyyy-MM-ddTHH:mm:ss.fffzzz", CultureInfo.InvariantCulture);

    private static string Verb(string line) => line[Head..(Head + 15)].TrimEnd();

    private LiveTimeline Start(LogSettings settings) => new(_output, null, settings, () => _now);

    private string[] Lines(LiveTimeline timeline)
    {
        timeline.Flush(Patience);
        return _output.ToString().Split('\n')[..^1];
    }

    private List<string> Witnesses(LiveTimeline timeline) =>
        [.. Lines(timeline).Select(l => l[Head..]).Where(l => l.StartsWith("witness", StringComparison.Ordinal))];
}
