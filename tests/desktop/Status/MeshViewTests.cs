using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Spore.Hostsim.Display;
using Spore.Hostsim.Status;
using Spore.Signing;
using Xunit;

namespace Spore.Tests.Status;

/// <summary>What members say of themselves, put together.</summary>
public partial class MeshViewTests
{
    [Fact]
    public void Members_that_are_older_or_silent_are_told()
    {
        MeshSurvey survey = new(
            [
                Member(1, "gate", Status("witness", "7", 2)),
                Member(2, "pump", Status("unconfirmed", "6", 1)),
                Member(3, "shed", null),
                Member(4, "yard", Status("none", "0")),
            ],
            Key(2),
            3);
        Assert.Equal(7UL, survey.Newest);
        Assert.Equal(
            """
            3 of 4 members have answered, and 1 have the newest version, 7; 3 more were not asked.

            No  Member       Version  State               Sessions  Up  Program
             1  gate               7  witness                    -   -  -
             2  pump (here)        6  unconfirmed, older         -   -  -
             3  shed               -  no answer                  -   -  -
             4  yard               -  no network                 -   -  -

            Who reports a session with whom: x has one, . has none, ? is not known.
                     1 2 3 4
            1  gate  \ x . .
            2  pump  x \ . .
            3  shed  ? ? \ ?
            4  yard  . . . \
            shed: silent

            """,
            Text(survey));
    }

    [Fact]
    public void A_node_that_knows_nobody_has_no_table() => Assert.Equal(
        "0 of 0 members have answered, and 0 have the newest version, none.\n", Text(new([], null, 0)));

    [Fact]
    public void Peers_that_a_member_has_left_out_are_not_known()
    {
        MeshSurvey survey = new(
            [
                Member(1, "gate", Status("fresh", "7", 2)), Member(2, "pump", Read("state=fresh\npeers_omitted=1\n")),
            ],
            null,
            0);
        Assert.Equal((true, null), (survey.HasSession(0, 1), survey.HasSession(1, 0)));
    }

    [Fact]
    public void A_matrix_without_room_is_left_out()
    {
        MeshSurvey survey = new(
            [.. Enumerable.Range(1, 100).Select(i => Member(i, $"member-{i}", Status("fresh", "1", 1)))], null, 0);
        string text = Text(survey);
        Assert.EndsWith("\nThe matrix of sessions has no room here; --html FILE shows them.\n", text);
        Assert.DoesNotContain("Who reports", text);
    }

    [Fact]
    public void A_label_ends_neither_the_script_nor_the_page()
    {
        const string Label = "</script><script>alert(1)</script><!-- & \u2028 é";
        MeshSurvey survey = new([Member(1, Label, Status("fresh", "1"))], null, 0);
        string page = MeshPage.Of(survey, DateTimeOffset.UnixEpoch);
        Match data = Data().Match(page);
        Assert.DoesNotContain('<', data.Groups[1].Value);
        Assert.DoesNotContain("@DATA@", page);
        using JsonDocument json = JsonDocument.Parse(data.Groups[1].Value);
        JsonElement member = json.RootElement.GetProperty("members")[0];
        Assert.Equal(Label, member.GetProperty("name").GetString());
        Assert.Equal("1970-01-01T00:00:00Z", json.RootElement.GetProperty("time").GetString());
    }

    [Fact]
    public void The_page_fetches_nothing() =>
        Assert.Empty(Fetch().Matches(MeshPage.Of(new([Member(1, "a", null)], null, 0), DateTimeOffset.UnixEpoch)));

    private static string Text(MeshSurvey survey)
    {
        using StringWriter text = new();
        MeshView.Write(PlainConsole.Of(text), survey);
        return text.ToString().Replace("\r", "");
    }

    private static string Key(int number) => KeyText.Format([.. Enumerable.Repeat((byte)number, 32)]);

    private static SurveyedMember Member(int number, string name, StatusFile? status) =>
        new(Key(number), name, string.Empty, status, status == null ? "silent" : null);

    private static StatusFile Status(string state, string version, params int[] sessions)
    {
        IEnumerable<string> peers = sessions.Select(
            s => $"peer={string.Concat(Enumerable.Repeat($"{s:x2}", 32))} session=1\n");
        return Read($"state={state}\nversion={version}\n{string.Concat(peers)}");
    }

    private static StatusFile Read(string text) => StatusFile.Read(Encoding.UTF8.GetBytes(text));

    [GeneratedRegex("""<script type="application/json" id="data">(.*?)</script>""", RegexOptions.Singleline)]
    private static partial Regex Data();

    [GeneratedRegex("""(?:src|href)="(?!data:)|@import|url\(|https?://(?!www\.w3\.org/2000/svg)""")]
    private static partial Regex Fetch();
}
