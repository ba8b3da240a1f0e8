using System.IO;
using System.Linq;
using Spore.CommandLine;
using Spore.Emulator;
using Spore.Flash;
using Spore.Signing;
using Spore.Tests.Flash;
using Xunit;

namespace Spore.Tests.CommandLine;

/// <summary>Tables are plain where they are piped, and never fold a key, an address or a number.</summary>
public class TextTableTests
{
    private const string BoxDrawing = "─│╭╮╰╯├┤┬┴┼";
    private const string Long = "fe80:1111:2222:3333:4444:5555:6666:7777";

    private static readonly int[] _widths = [20, 40, 60, 80, 100, 140];

    public static TheoryData<int> Widths => [.. _widths];

    [Fact]
    public void Where_it_is_piped_each_row_is_one_line_without_borders()
    {
        FakeTerminal piped = new(null);
        Sample().Write(piped.Console);
        Assert.Equal(
            [
                "Measured",
                "what                      address                                      times",
                "a b c                     10.0.0.1, 10.0.0.2                       1,234,567",
                $"words that can be folded  {Long}          8",
            ],
            piped.Lines);
    }

    [Fact]
    public void Where_it_is_piped_cells_stand_below_a_name_that_is_longer()
    {
        TextTable table = new(null, ("a long name", ColumnKind.Exact), ("times", ColumnKind.Number));
        table.Add("x", "1");
        FakeTerminal piped = new(null);
        table.Write(piped.Console);
        Assert.Equal(["a long name  times", "x                1"], piped.Lines);
    }

    [Fact]
    public void A_wide_terminal_has_borders_and_a_line_for_each_line_of_a_cell()
    {
        string[] lines = Written(82, Sample());
        Assert.Equal("Measured", lines[0].Trim());
        Assert.StartsWith("╭", lines[1]);
        Assert.Contains("│ a b c                    │ 10.0.0.1                                │ 1,234,567 │", lines);
        Assert.Contains("│                          │ 10.0.0.2                                │           │", lines);
    }

    [Fact]
    public void A_narrower_terminal_has_no_borders()
    {
        Assert.Contains(
            "a b c                     10.0.0.1                                 1,234,567", Written(81, Sample()));
    }

    [Fact]
    public void A_narrow_terminal_folds_words()
    {
        Assert.Equal(
            [
                "Measured",
                "what    address                                      times",
                "a b c   10.0.0.1                                 1,234,567",
                "        10.0.0.2",
                $"words   {Long}          8",
                "that",
                "can be",
                "folded",
            ],
            Written(58, Sample()));
    }

    [Theory]
    [InlineData(ColumnKind.Exact)]
    [InlineData(ColumnKind.Number)]
    public void A_number_with_spaces_in_it_is_not_folded(ColumnKind kind)
    {
        TextTable table = new(null, ("what", ColumnKind.Words), ("times", kind));
        table.Add("words that can be folded", "12 345 678");
        foreach (int width in new[] { 18, 22 })
        {
            Assert.Contains(Written(width, table), l => l.Contains("12 345 678", System.StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Where_no_column_can_be_folded_further_a_row_becomes_a_list()
    {
        Assert.Equal(
            [
                "Measured",
                "a b c",
                "  address  10.0.0.1",
                "           10.0.0.2",
                "  times    1,234,567",
                "words that can be folded",
                "  address",
                $"    {Long}",
                "  times    8",
            ],
            Written(45, Sample()));
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void A_bench_never_breaks_a_number(int width)
    {
        BenchRow row = new(
            "initiation from a known peer to response sent",
            1_220_000,
            75_499_171,
            1_220_001,
            new Comparison(2_443_988, 196_260_511, 3));
        BenchTable bench = new([row], [row with { Operation = "peak of a node: all three" }]);
        foreach (TextTable table in Spore.Emulator.BenchCommand.Tables(bench))
        {
            string[] words = [.. Written(width, table).SelectMany(l => l.Split(' ', '│'))];
            Assert.All(words.Where(w => w.Any(char.IsAsciiDigit)), w => Assert.Contains(w, (string[])
                ["1,220,000", "1,220,001", "75,499,171", "2,443,988", "196,260,511", "2.0×", "2.6×", "2.7.0"]));
            Assert.Contains(words, w => w is "1,220,000" or "2,443,988");
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Flash_never_breaks_a_key_or_an_address(int width)
    {
        using FlashFolder folder = new();
        using TrustRootKey root = Keys.Root();
        root.Save(folder.File("root.key"), false);
        const string Endpoint = "[2001:db8:1234:5678:9abc:def0:1234:5678]:51820";
        const string Prefix = "2001:db8:1234:5678:9abc:def0:1234:5678/128";
        folder.Write(
            "n.ini",
            $"[Network]\nVersion=1\n[Peer]\nPublicKey={Keys.NodeText(1)}\nRoles=witness\n"
            + $"AllowedIPs=10.0.0.1, {Prefix}\nEndpoint=192.0.2.1:1, {Endpoint}\n");
        string key = KeyText.Format(root.PublicKey);

        foreach (string[] args in new string[][] { ["sign", "n.ini"], ["show", "n.spore", "--root", key] })
        {
            FakeTerminal terminal = new(width);
            using StringWriter error = new();
            string[] full = [.. args.Select(a => a.Contains('.') ? folder.File(a) : a)];
            Assert.Equal(0, FlashCommand.Run(full, new Terminal(terminal, error), FlashFolder.Now));
            Assert.Equal("", error.ToString());
            Assert.All(
                [key, Keys.NodeText(1), Prefix, Endpoint],
                whole => Assert.Contains(terminal.Lines, l => l.Contains(whole)));
        }
    }

    [Fact]
    public void Nothing_that_flash_pipes_has_borders()
    {
        using FlashFolder folder = new();
        using TrustRootKey root = Keys.Root();
        root.Save(folder.File("root.key"), false);
        folder.Write(
            "n.ini",
            $"[Network]\nVersion=1\n[Peer]\nPublicKey={Keys.NodeText(1)}\nRoles=witness\n"
            + "AllowedIPs=10.0.0.1, fd00::1\n");
        foreach (string[] args in new string[][] { ["boards"], ["sign", "@n.ini"], ["show", "@n.spore"] })
        {
            Assert.Equal(-1, folder.Run(args).Output.IndexOfAny(BoxDrawing.ToCharArray()));
        }

        Assert.Matches(@"\n\S{44} +10\.0\.0\.1/32, fd00::1/128 +witness\n", folder.Run("sign", "@n.ini").Output);
    }

    private static TextTable Sample()
    {
        TextTable table = new(
            "Measured", ("what", ColumnKind.Words), ("address", ColumnKind.Exact), ("times", ColumnKind.Number));
        table.Add("a b c", "10.0.0.1\n10.0.0.2", "1,234,567");
        table.Add("words that can be folded", Long, "8");
        return table;
    }

    private static string[] Written(int width, TextTable table)
    {
        FakeTerminal terminal = new(width);
        table.Write(terminal.Console);
        return [.. terminal.Lines.Select(l => l.TrimEnd())];
    }
}
