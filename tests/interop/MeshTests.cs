using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using OpenQA.Selenium;
using Xunit;

namespace Spore.Tests.Interop;

/// <summary><c>hostsim mesh</c>: on a terminal, as JSON, and as a page in a browser.</summary>
public class MeshTests
{
    [Fact]
    public void Every_member_is_asked_with_whom_it_has_sessions()
    {
        using Mesh mesh = new(3);
        mesh.StartAll(1);
        Command command = mesh.Run(2, "mesh");
        Assert.Equal((0, string.Empty), (command.ExitCode, command.Error));
        string[] lines = command.Output.Split('\n');
        Assert.Equal("3 of 3 members have answered, and 3 have the newest version, 1.", lines[0]);
        Assert.Matches(@"^ 2  member-2 \(here\) +1  \w+ +2 ", lines[4]);
        Assert.Equal(["1  member-1  \\ x x", "2  member-2  x \\ x", "3  member-3  x x \\"], lines[9..12]);

        // A member that is gone.
        Assert.Equal(0, mesh.Nodes[2]!.Program.Stop());
        command = mesh.Run(2, "mesh", "--json");
        Assert.Equal((0, string.Empty), (command.ExitCode, command.Error));
        using JsonDocument json = JsonDocument.Parse(command.Output);
        Assert.Equal("1", json.RootElement.GetProperty("version").GetString());
        JsonElement[] members = [.. json.RootElement.GetProperty("members").EnumerateArray()];
        Assert.Equal(
            ["witness", "fresh", "no answer"], members.Select(m => m.GetProperty("standing").GetString()));
        Assert.Equal([false, true, false], members.Select(m => m.GetProperty("here").GetBoolean()));
        Assert.Equal(JsonValueKind.Null, members[2].GetProperty("status").ValueKind);
        Assert.Equal("no answer within 6 s", members[2].GetProperty("fault").GetString());
        JsonElement own = members[1].GetProperty("status");
        Assert.Equal(mesh.Member(2).KeyText, members[1].GetProperty("key").GetString());
        Assert.Equal(
            [mesh.Member(1).KeyText, mesh.Member(3).KeyText],
            own.GetProperty("peers").EnumerateArray().Select(p => p.GetProperty("peer").GetString())
                .OrderBy(k => k == mesh.Member(3).KeyText));
    }

    [Fact]
    public void A_watch_goes_on_while_the_node_is_started_again()
    {
        using Mesh mesh = new(2, "setpriv");
        byte[] network = mesh.Sign(1);
        SporeNode node = mesh.Start(1, network);

        // Without the control sockets, which all tests share.
        RunningProgram watch = mesh.Lab.Keep(mesh.Machines[0].Start(
        [
            "setpriv", "--reuid=65534", "--clear-groups", SporeNode.Dotnet(),
            Path.Combine(AppContext.BaseDirectory, "hostsim.dll"), "mesh", "--watch",
        ]));
        watch.WaitFor("1 of 2 members have answered");
        Assert.Equal(0, node.Program.Stop());
        watch.WaitFor("no interface looks like a tunnel's");
        int before = Answers();
        mesh.Start(1, network);
        Wait.Until(() => Answers() > before, "an answer of the new node");
        Assert.Equal(0, watch.BreakOff());

        int Answers() => watch.Lines.Count(l => l.StartsWith("1 of 2 members", StringComparison.Ordinal));
    }

    [Fact]
    public void The_page_shows_the_mesh_and_needs_keys_alone()
    {
        using Mesh mesh = new(3, Browser.Programs);
        mesh.StartAll(1);
        Assert.Equal(0, mesh.Nodes[2]!.Program.Stop());
        string page = Path.Combine(mesh.Lab.Folder, "mesh.html");
        mesh.Run(1, "mesh", "--html", page).Demand();
        using Browser browser = new(page, Path.Combine(mesh.Lab.Folder, "profile"));
        Assert.StartsWith("2 of 3 members have answered; the newest version is 1;", browser.One("#summary").Text);
        Assert.Equal(["member-1", "member-2", "member-3"], browser.All(".node text").Select(t => t.Text));
        Assert.Equal(
            ["good", "good", "bad"], browser.All(".node circle").Select(c => c.GetAttribute("class")));
        Assert.Equal(3, browser.All("line.edge").Count);
        Assert.Equal(2, browser.All("line.edge.half").Count);

        // From the button for the form to the graph, on to the next member and back, and out of it.
        browser.Focused.SendKeys(Keys.Tab);
        Assert.Equal("form", browser.Focused.GetAttribute("id"));
        browser.Focused.SendKeys(Keys.Tab);
        Assert.StartsWith("member-1, ", browser.Focused.GetAttribute("aria-label"));
        Assert.Equal("member-1", browser.One("#detail-title").Text);
        browser.Focused.SendKeys(Keys.ArrowRight);
        Assert.Equal("member-2", browser.One("#detail-title").Text);
        Assert.Contains("member-1", browser.One("#detail table").Text);
        browser.Focused.SendKeys(Keys.ArrowLeft + Keys.ArrowLeft);
        Assert.Equal("member-3", browser.One("#detail-title").Text);
        Assert.Contains("no answer within 6 s", browser.One("#detail").Text);
        browser.Focused.SendKeys(Keys.Escape);
        Assert.Equal("All members", browser.One("#detail-title").Text);
        browser.All("tbody button")[1].SendKeys(Keys.Enter);
        Assert.Equal("member-2", browser.One("#detail-title").Text);

        // Each form by the person's wish, and by the button.
        browser.Prefer("dark");
        string dark = Ground(browser);
        browser.Prefer("light");
        string light = Ground(browser);
        Assert.NotEqual(dark, light);
        browser.One("#form").SendKeys(Keys.Space);
        Assert.Equal(dark, Ground(browser));
        Assert.Empty(browser.Console);
    }

    private static string Ground(Browser browser) =>
        (string)browser.Run("return getComputedStyle(document.body).backgroundColor")!;
}
