using System.CommandLine;
using System.Globalization;
using System.Linq;
using Spore.CommandLine;

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
        TextTable table = new(
            null,
            ("Board", ColumnKind.Exact),
            ("Chip", ColumnKind.Words),
            ("PSRAM", ColumnKind.Words),
            ("BLE", ColumnKind.Words),
            ("Ethernet", ColumnKind.Words));
        foreach (Board board in BoardCatalog.All)
        {
            table.Add(
                board.Name,
                board.Revision == "0.0" ? board.Chip.Name : $"{board.Chip.Name} from v{board.Revision}",
                board.HasPsram ? "used" : "-",
                board.HasBluetooth ? "yes" : "-",
                board.Ethernet ?? "-");
        }

        table.Write(terminal.Console);
        terminal.Output.WriteLine();
    }

    private static void WriteChips(Terminal terminal)
    {
        int[] sizes =
            [.. BoardCatalog.All.SelectMany(b => b.Chip.Partitions).Select(p => p.FlashMb).Distinct().Order()];
        TextTable table = new(
            null,
            [
                ("Chip", ColumnKind.Exact),
                ("RAM", ColumnKind.Number),
                ("Image at", ColumnKind.Number),
                .. sizes.Select(s => ($"Room of {s}MB", ColumnKind.Number)),
            ]);

        foreach (Chip chip in BoardCatalog.All.Select(b => b.Chip).Distinct())
        {
            table.Add(
            [
                chip.Name,
                $"{chip.RamKb} KB",
                string.Create(CultureInfo.InvariantCulture, $"0x{chip.Partitions[0].Deploy.Offset:X}"),
                .. sizes.Select(s => chip.Partitions.FirstOrDefault(p => p.FlashMb == s) is { } p
                    ? $"{p.Deploy.Size / 1024} KB"
                    : "-"),
            ]);
        }

        table.Write(terminal.Console);
    }
}
