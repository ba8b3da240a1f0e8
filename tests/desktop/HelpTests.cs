using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Spore.Emulator;
using Spore.Flash;
using Spore.Tests.Hostsim;
using Xunit;

namespace Spore.Tests;

/// <summary>
/// The help of every verb of every program: text for people, in which no value is printed as a type or a record.
/// </summary>
public partial class HelpTests
{
    [Fact]
    public void The_help_of_hostsim_prints_no_types() => Walk(args => Run.Of(args).Output, 4);

    [Fact]
    public void The_help_of_flash_prints_no_types()
    {
        Walk(
            args =>
            {
                using StringWriter output = new();
                Assert.Equal(0, FlashCommand.Run(args, new Terminal(output, output), DateTimeOffset.UnixEpoch));
                return output.ToString();
            },
            16);
    }

    [Fact]
    public void The_help_of_the_emulator_prints_no_types()
    {
        Walk(
            args =>
            {
                using StringWriter output = new();
                Assert.Equal(0, EmulatorCommand.Run(args, output, output));
                return output.ToString();
            },
            4);
    }

    [Fact]
    public void Defaults_are_what_could_be_written()
    {
        string help = Run.Of("node", "--help").Output;
        string listen = "hellos broadcast by others are not heard. [default: 51820]";
        Assert.Contains(listen, help, StringComparison.Ordinal);
        Assert.Contains("error, warning, notice, info, debug. [default: info]", help, StringComparison.Ordinal);
        Assert.Contains("an object a line. [default: text]", help, StringComparison.Ordinal);
    }

    private static void Walk(Func<string[], string> help, int fewest)
    {
        Queue<string[]> verbs = new([[]]);
        int count = 0;
        for (; verbs.Count > 0; count++)
        {
            string[] verb = verbs.Dequeue();
            // The usage line has the name of the running program, which is the tests.
            string text = help([.. verb, "--help"]).Replace("Spore.Tests.Desktop", "program", StringComparison.Ordinal);
            Assert.Contains("Usage:", text, StringComparison.Ordinal);
            Assert.DoesNotMatch(Dump(), text);
            int at = text.IndexOf("Commands:", StringComparison.Ordinal);
            IEnumerable<string> names = at < 0 ? [] : Name().Matches(text[at..]).Select(m => m.Groups[1].Value);
            foreach (string name in names)
            {
                verbs.Enqueue([.. verb, name]);
            }
        }

        Assert.InRange(count, fewest, int.MaxValue);
    }

    // A record's members, or the full name of a type. The emulator's help names a .dll file.
    [GeneratedRegex(@"[{}]|\b(System|Spore|Microsoft)\.(?![A-Za-z.]*\.dll)[A-Z]|`\d|\[\]")]
    private static partial Regex Dump();

    [GeneratedRegex(@"^  ([a-z-]+)(?= )", RegexOptions.Multiline)]
    private static partial Regex Name();
}
