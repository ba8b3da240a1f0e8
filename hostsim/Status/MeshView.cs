using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Spectre.Console;
using Spore.CommandLine;

namespace Spore.Hostsim.Status;

/// <summary>A <see cref="MeshSurvey"/> for people: a table of the members, and a matrix of their sessions.</summary>
internal static class MeshView
{
    private const int Gap = 2;

    // Where a column is as wide as a line of a file may be.
    private const int PlainWidth = 200;

    /// <summary>Writes a survey.</summary>
    /// <param name="console">Where to.</param>
    /// <param name="survey">The survey.</param>
    public static void Write(IAnsiConsole console, MeshSurvey survey)
    {
        WriteSummary(console, survey);
        if (survey.Members.Count == 0)
        {
            // A node without a network and without peers.
            return;
        }

        console.WriteLine();
        WriteMembers(console, survey);
        console.WriteLine();
        WriteMatrix(console, survey);
        foreach (SurveyedMember member in survey.Members.Where(m => m.Fault != null))
        {
            console.WriteLine($"{member.Name}: {member.Fault}", new Style(Color.Red));
        }
    }

    private static void WriteSummary(IAnsiConsole console, MeshSurvey survey)
    {
        int answered = survey.Members.Count(m => m.Status != null);
        int newest = survey.Members.Count(m => m.Status?.Version == survey.Newest && survey.Newest != 0);
        string leftOut = survey.LeftOut == 0
            ? string.Empty
            : string.Create(CultureInfo.InvariantCulture, $"; {survey.LeftOut} more were not asked");
        bool isGood = answered == survey.Members.Count && newest == answered;
        console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{answered} of {survey.Members.Count} members have answered, and {newest} have the newest version, ")
            + $"{StatusView.Version(survey.Newest, "none")}{leftOut}.",
            new Style(isGood ? Color.Green : Color.Yellow));
    }

    private static void WriteMembers(IAnsiConsole console, MeshSurvey survey)
    {
        TextTable table = new(
            null,
            ("No", ColumnKind.Number),
            ("Member", ColumnKind.Exact),
            ("Version", ColumnKind.Number),
            ("State", ColumnKind.Words),
            ("Sessions", ColumnKind.Number),
            ("Up", ColumnKind.Number),
            ("Program", ColumnKind.Exact));
        for (int i = 0; i < survey.Members.Count; i++)
        {
            SurveyedMember member = survey.Members[i];
            StatusFile? status = member.Status;
            table.Add(
                Number(i + 1),
                member.Key == survey.Own ? $"{member.Name} (here)" : member.Name,
                StatusView.Version(status?.Version ?? 0, "-"),
                survey.Standing(member),
                status?.Number("sessions") is { } sessions ? Number(sessions) : "-",
                status?.Number("uptime") is { } uptime ? StatusView.Age(uptime) : "-",
                status?.Firmware is { Length: > 0 } firmware ? firmware : "-");
        }

        table.Write(console);
    }

    private static void WriteMatrix(IAnsiConsole console, MeshSurvey survey)
    {
        IReadOnlyList<SurveyedMember> members = survey.Members;
        int digits = Number(members.Count).Length;
        int names = members.Max(m => FoldedText.Width(m.Name));
        int width = digits + Gap + names + Gap + (members.Count * (digits + 1));
        bool isTerminal = console.Profile.Out.IsTerminal;
        if (width > (isTerminal ? console.Profile.Width : PlainWidth))
        {
            console.WriteLine("The matrix of sessions has no room here; --html FILE shows them.");
            return;
        }

        bool isUnicode = isTerminal && console.Profile.Capabilities.Unicode;
        (string yes, string no, string self) = isUnicode ? ("●", "·", "\\") : ("x", ".", "\\");
        console.WriteLine($"Who reports a session with whom: {yes} has one, {no} has none, ? is not known.");
        string margin = new(' ', digits + Gap + names + Gap);
        console.WriteLine(
            (margin + string.Join(' ', members.Select((_, i) => Number(i + 1).PadLeft(digits)))).TrimEnd());
        for (int i = 0; i < members.Count; i++)
        {
            string head = Number(i + 1).PadLeft(digits) + new string(' ', Gap)
                + FoldedText.Pad(members[i].Name, names + Gap, false);
            List<(string Text, Style? Style)> parts = [(head, null)];
            for (int j = 0; j < members.Count; j++)
            {
                (string text, Color color) = j == i
                    ? (self, Color.Grey)
                    : survey.HasSession(i, j) switch
                    {
                        true => (yes, Color.Green),
                        false => (no, Color.Grey),
                        null => ("?", Color.Yellow),
                    };
                parts.Add((text.PadLeft(digits) + (j + 1 < members.Count ? " " : string.Empty), new Style(color)));
            }

            console.WriteUnfolded([.. parts]);
        }
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
