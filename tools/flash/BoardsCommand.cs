using System.CommandLine;
using System.Globalization;
using System.Linq;
using Spectre.Console;

namespace Spore.Flash;

/// <summary><c>flash boards</c>: the boards there are.</summary>
internal static class BoardsCommand
{
    public static Command Build(Terminal terminal)
    {
        Command command = new("boards", "List the boards that there is a nanoCLR for, and their chips.");
        command.SetAction(_ =>
        {
            WriteBoards(terminal);
            WriteChips(terminal);
        });
        return command;
    }

    private static void WriteBoards(Terminal terminal)
    {
        Table table = new Table().Border(TableBorder.Rounded);
        table.AddColumns("Board", "Chip", "PSRAM", "Bluetooth", "Ethernet");
        foreach (Board board in BoardCatalog.All)
        {
            table.AddRow(
                new Text(board.Name),
                new Text(board.Revision == "0.0" ? board.Chip.Name : $"{board.Chip.Name} from v{board.Revision}"),
                new Text(board.HasPsram ? "if there" : "-"),
                new Text(board.HasBluetooth ? "yes" : "-"),
                new Text(board.Ethernet ?? "-"));
        }

        terminal.Console.Write(table);
    }

    private static void WriteChips(Terminal terminal)
    {
        int[] sizes =
            [.. BoardCatalog.All.SelectMany(b => b.Chip.Partitions).Select(p => p.FlashMb).Distinct().Order()];
        Table table = new Table().Border(TableBorder.Rounded);
        table.AddColumns("Chip", "RAM", "Image at");
        foreach (int size in sizes)
        {
            table.AddColumn($"Room of {size}MB");
        }

        foreach (Chip chip in BoardCatalog.All.Select(b => b.Chip).Distinct())
        {
            table.AddRow(
            [
                new Text(chip.Name),
                new Text($"{chip.RamKb} KB"),
                new Text(string.Create(CultureInfo.InvariantCulture, $"0x{chip.Partitions[0].Deploy.Offset:X}")),
                .. sizes.Select(
                    s => new Text(
                        chip.Partitions.FirstOrDefault(p => p.FlashMb == s) is { } p
                            ? $"{p.Deploy.Size / 1024} KB"
                            : "-")),
            ]);
        }

        terminal.Console.Write(table);
    }
}
