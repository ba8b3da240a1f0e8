using System;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;
using Spore.CommandLine;
using Spore.Flash;
using Spore.Mesh;
using Xunit;

namespace Spore.Tests.Flash;

public class BoardCatalogTests
{
    private const int Megabyte = 1 << 20;

    // Where the boot loader, its own data and the partition table itself end.
    private const int FirstClr = 0x10000;

    // Flash is mapped into memory in pages of this size.
    private const int Page = 0x10000;

    private static readonly string[] _boards = [.. BoardCatalog.All.Select(b => b.Name)];

    public static TheoryData<string, int> Tables()
    {
        TheoryData<string, int> data = [];
        foreach (Chip chip in BoardCatalog.All.Select(b => b.Chip).Distinct())
        {
            foreach (PartitionTable table in chip.Partitions)
            {
                data.Add(chip.Name, table.FlashMb);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public void Partitions_follow_one_another_and_end_within_the_flash(string chip, int megabytes)
    {
        PartitionTable table = BoardCatalog.All.First(b => b.Chip.Name == chip).Partitions($"{megabytes}MB");
        Assert.Equal(FirstClr, table.Clr.Offset);
        Assert.Equal(table.Clr.End, table.Deploy.Offset);
        Assert.True(table.Deploy.End <= table.Config.Offset, "some tables leave a gap there");
        Assert.InRange(table.Config.End, table.Config.Offset + Page, megabytes * Megabyte);
        foreach (FlashRegion region in new[] { table.Clr, table.Deploy, table.Config })
        {
            Assert.Equal((0, 0), (region.Offset % Page, region.Size % Page));
            Assert.True(region.Size > 0);
        }
    }

    [Fact]
    public void On_one_chip_the_image_starts_in_one_place_and_its_room_does_not_shrink_in_a_larger_flash()
    {
        foreach (Chip chip in BoardCatalog.All.Select(b => b.Chip).Distinct())
        {
            Assert.Single(chip.Partitions.Select(p => (p.Clr, p.Deploy.Offset)).Distinct());
            Assert.Equal(
                chip.Partitions.Select(p => p.FlashMb), chip.Partitions.Select(p => p.FlashMb).Distinct().Order());
            Assert.Equal(
                chip.Partitions.Select(p => p.Deploy.Size), chip.Partitions.Select(p => p.Deploy.Size).Order());
        }
    }

    // As in the partition tables that were read; the usual flasher would take 0x1B0000 for all of them.
    [Theory]
    [InlineData("ESP32", 0x1E0000, 0x1C0000)]
    [InlineData("ESP32-S2", 0x1B0000, 0x1F0000)]
    [InlineData("ESP32-S3", 0x1B0000, 0x1F0000)]
    [InlineData("ESP32-C3", 0x1B0000, 0x1F0000)]
    [InlineData("ESP32-P4", 0x1B0000, 0x1F0000)]
    [InlineData("ESP32-C5", 0x250000, 0x170000)]
    [InlineData("ESP32-C6", 0x250000, 0x170000)]
    [InlineData("ESP32-C61", 0x250000, 0x170000)]
    public void With_4_MB_the_image_is_where_it_is_known_to_be(string chip, int offset, int size)
    {
        PartitionTable table = BoardCatalog.All.First(b => b.Chip.Name == chip).Partitions(null);
        Assert.Equal(new FlashRegion(offset, size), table.Deploy);
        Assert.Equal(4, table.FlashMb);
    }

    [Fact]
    public void Every_chip_is_one_of_those_and_names_are_told_apart_without_their_case()
    {
        Assert.Equal(8, BoardCatalog.All.Select(b => b.Chip.Name).Distinct().Count());
        Assert.Equal(_boards.Length, _boards.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.Contains("ESP32_REV3", _boards);
        Assert.Contains("ESP32_PSRAM_REV3", _boards);
        Assert.Same(BoardCatalog.Find("ESP32_REV3"), BoardCatalog.Find("esp32_rev3"));
    }

    [Fact]
    public void Limits_are_those_that_a_node_can_be_made_with()
    {
        foreach (Board board in BoardCatalog.All)
        {
            MethodInfo? method = typeof(NodeLimits).GetMethod(board.Limits, []);
            Assert.Equal(typeof(NodeLimits), method?.ReturnType);
        }
    }

    [Fact]
    public void A_flash_may_be_named_with_or_without_its_unit()
    {
        Board board = BoardCatalog.Find("ESP32_REV3");
        Assert.Equal(16, board.Partitions("16MB").FlashMb);
        Assert.Equal(8, board.Partitions("8").FlashMb);
        Assert.Equal(2, board.Partitions("2mb").FlashMb);
        Assert.Equal(
            "--flash: '32MB' is no size of flash that ESP32_REV3 has a partition table for; there are 2MB, 4MB, 8MB, "
            + "16MB",
            Assert.Throws<UsageException>(() => board.Partitions("32MB")).Message);
        Assert.Throws<UsageException>(() => board.Partitions(""));
    }

    [Fact]
    public void An_unknown_board_is_told()
    {
        Assert.Equal(
            "--board: there is no board 'ESP8266' (flash boards lists them)",
            Assert.Throws<UsageException>(() => BoardCatalog.Find("ESP8266")).Message);
    }

    [Fact]
    public void The_page_on_hardware_says_the_same()
    {
        string[] page = File.ReadAllLines(Path.Combine(Repository.Root, "boards", "esp32", "hardware.md"));
        foreach (Chip chip in BoardCatalog.All.Select(b => b.Chip).Distinct())
        {
            FlashRegion deploy = chip.Partitions.First(p => p.FlashMb == 4).Deploy;
            string name = chip.Name == "ESP32" ? "ESP32" : chip.Name["ESP32-".Length..];
            Assert.Contains(
                page,
                l => Regex.IsMatch(
                    l, $@"^\|[^|]*\b{name}\b[^|]*\| 0x{deploy.Offset:X} \| {deploy.Size / 1024} KB \|$"));
        }

        foreach (Board board in BoardCatalog.All.Where(b => b.Ethernet is not null))
        {
            Assert.Contains(
                page, l => Regex.IsMatch(l, $@"^\|[^|]*`{Regex.Escape(board.Name)}`[^|]*\| {board.Ethernet}\b"));
        }
    }

    [Fact]
    public void The_boards_are_listed()
    {
        using FlashFolder folder = new();
        FlashResult result = folder.Run("boards");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.All(_boards, b => Assert.Contains($"\n{b} ", result.Output));
        Assert.Contains("0x1E0000", result.Output);
    }
}
