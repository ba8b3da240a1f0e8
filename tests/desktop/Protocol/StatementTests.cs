using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Xunit;

namespace Spore.Tests.Protocol;

/// <summary>
/// The statements of docs/PROTOCOL.md: the form of their numbers, what refers to them, and which of them a test shows
/// (<see cref="StatementAttribute"/>).
/// </summary>
public partial class StatementTests
{
    // No test names these. A test that shows one of them takes it out.
    private const string Unshown = """
        3-4 3-5 4.1-2 4.2-6 4.2-12 4.7-3 4.8-10 5-13 5.2-6a 5.3-7 5.3-12 6-4 6-10a 6-13 7.4-11a 7.5-2 7.5-10a
        7.5-11 7.5-12 7.5-16 7.5-17 8-6 8-8 8-17a 8-19 8-22a 8-22b 8-36b 8.3-24a 12-1
        """;

    private const int MostColumns = 110;

    private static readonly string[] _lines = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "PROTOCOL.md"));

    private static readonly (string Section, string Number, string Text)[] _statements = [.. Read()];

    private static HashSet<string> Known { get; } = [.. _statements.Select(s => s.Number)];

    [Fact]
    public void Numbers_are_unique_and_ascend_without_gaps_in_their_own_section()
    {
        Assert.InRange(_statements.Length, 300, 1000);
        foreach (IGrouping<string, (string Section, string Number, string Text)> section in
            _statements.GroupBy(s => s.Section))
        {
            string before = $"{section.Key}-0";
            foreach ((_, string number, _) in section)
            {
                Assert.True(Follows(section.Key, before, number), $"[{number}] comes after [{before}]");
                before = number;
            }
        }
    }

    [Theory]
    [InlineData("8.1-0", "8.1-1", true)]
    [InlineData("8.1-9", "8.1-10", true)]
    [InlineData("8.1-3", "8.1-3a", true)]
    [InlineData("8.1-3a", "8.1-3b", true)]
    [InlineData("8.1-3b", "8.1-4", true)]
    [InlineData("8.1-3", "8.1-5", false)]
    [InlineData("8.1-3", "8.1-3", false)]
    [InlineData("8.1-3", "8.1-2", false)]
    [InlineData("8.1-3", "8.1-3b", false)]
    [InlineData("8.1-3", "8.1-4a", false)]
    [InlineData("8.1-3", "8.2-4", false)]
    [InlineData("8.1-0", "8.1-0a", false)]
    public void A_number_follows_another(string before, string number, bool follows) =>
        Assert.Equal(follows, Follows("8.1", before, number));

    [Fact]
    public void Every_number_has_a_text()
    {
        Assert.All(_statements, s => Assert.True(Word().Count(s.Text) > 0, $"[{s.Number}] says nothing"));

        // What stands elsewhere in a line is no statement. The head of the page says how numbers look.
        IEnumerable<string> elsewhere = _lines.SelectMany(l => Bracketed().Matches(l).Select(m => m.Groups[1].Value));
        Assert.Equal(_statements.Select(s => s.Number), elsewhere);
    }

    [Fact]
    public void Lines_have_at_most_110_columns_but_in_tables()
    {
        Assert.All(_lines, l => Assert.True(l.StartsWith('|') || l.Length <= MostColumns, l));
    }

    [Fact]
    public void What_refers_to_a_statement_or_a_section_refers_to_one_that_exists()
    {
        HashSet<string> sections = [.. _lines.Select(l => Heading().Match(l).Groups[1].Value)];
        foreach ((string file, string text) in Texts(Repository.Root, ".cs", ".md", ".sh", ".json"))
        {
            Assert.All(
                Reference().Matches(text).SelectMany(m => Number().Matches(m.Value)),
                m => Assert.True(Known.Contains(m.Value), $"{file}: PROTOCOL {m.Value}"));
            Assert.All(
                SectionReference().Matches(text).SelectMany(m => Section().Matches(m.Value)),
                m => Assert.True(sections.Contains(m.Value), $"{file}: PROTOCOL section {m.Value}"));
        }
    }

    [Fact]
    public void Tests_name_all_statements_but_a_few()
    {
        string[] named =
        [
            .. Texts(Path.Combine(Repository.Root, "tests"), ".cs")
                .SelectMany(t => Attribute().Matches(t.Text))
                .SelectMany(m => Quoted().Matches(m.Value))
                .Select(m => m.Groups[1].Value)
                .Distinct(),
        ];
        Assert.Empty(named.Except(Known));
        Assert.Equal(Unshown.Split([' ', '\r', '\n']), _statements.Select(s => s.Number).Except(named));
    }

    // After 3 comes 4, or 3a, which is new; after 3a comes 3b or 4.
    private static bool Follows(string section, string before, string number)
    {
        Match b = Number().Match(before);
        Match n = Number().Match(number);
        if (!n.Success || n.Groups["section"].Value != section)
        {
            return false;
        }

        int last = int.Parse(b.Groups["number"].Value);
        int next = int.Parse(n.Groups["number"].Value);
        char letter = b.Groups["letter"].Value is [char c] ? (char)(c + 1) : 'a';
        return n.Groups["letter"].Value.Length == 0
            ? next == last + 1
            : next == last && last > 0 && n.Groups["letter"].Value == $"{letter}";
    }

    // The text of a statement goes on until the next one, or an empty line.
    private static IEnumerable<(string Section, string Number, string Text)> Read()
    {
        string section = "";
        for (int i = 0; i < _lines.Length; i++)
        {
            Match heading = Heading().Match(_lines[i]);
            section = heading.Success ? heading.Groups[1].Value : section;
            Match statement = Statement().Match(_lines[i]);
            if (statement.Success)
            {
                IEnumerable<string> more =
                    _lines[(i + 1)..].TakeWhile(l => l.StartsWith(' ') && !Statement().IsMatch(l));
                string number = statement.Groups[1].Value;
                yield return (section, number, string.Join(' ', more.Prepend(statement.Groups[2].Value)));
            }
        }
    }

    private static IEnumerable<(string File, string Text)> Texts(string folder, params string[] extensions) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'))
            .Where(f => extensions.Contains(Path.GetExtension(f)))
            .Where(f => !f.Split('/').Any(part => part is "bin" or "obj" or ".git"))
            .Select(f => (f, File.ReadAllText(Path.Combine(Repository.Root, f))));

    [GeneratedRegex(@"^(?:- |\| |\d+\. )\[(\d+(?:\.\d+)?-\d+[a-z]?)\] (.*)$")]
    private static partial Regex Statement();

    [GeneratedRegex(@"^#+ (\d+(?:\.\d+)?)\.? ")]
    private static partial Regex Heading();

    [GeneratedRegex(@"\[(\d+(?:\.\d+)?-\d+[a-z]?)\]")]
    private static partial Regex Bracketed();

    [GeneratedRegex(@"(?<section>\d+(?:\.\d+)?)-(?<number>\d+)(?<letter>[a-z]?)")]
    private static partial Regex Number();

    [GeneratedRegex(@"PROTOCOL (?:\d+(?:\.\d+)?-\d+[a-z]?(?:, | and | to )?)+")]
    private static partial Regex Reference();

    [GeneratedRegex(@"PROTOCOL sections? (?:\d+(?:\.\d+)?(?:, | and | to )?)+")]
    private static partial Regex SectionReference();

    [GeneratedRegex(@"\d+(?:\.\d+)?")]
    private static partial Regex Section();

    [GeneratedRegex(@"\[Statement\([^)]*\)\]")]
    private static partial Regex Attribute();

    [GeneratedRegex("\"([^\"]+)\"")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"[\p{L}\d]")]
    private static partial Regex Word();
}
